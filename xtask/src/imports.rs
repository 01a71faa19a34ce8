//! The step `imports` of `cargo xtask test`: no two source files import each other.
//!
//! Two files that need each other are one file in two places: neither can be read, tested or moved alone. A module and the
//! files above it are aside, since a `mod.rs` speaks for what is below it.

use crate::error::Error;
use crate::modules::{Crate, Imports};
use crate::plan::Done;
use crate::report::Log;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};

/// The TypeScript of the npm package.
const TYPESCRIPT: &str = "embed/npm/src";
/// The fuzz targets share a crate, but not the workspace.
const FUZZ: &str = "fuzz";

/// Runs the step.
pub fn step(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let mut folders: Vec<PathBuf> = workspace.members()?.into_iter().map(|member| member.folder).collect();
    folders.push(workspace.root.join(FUZZ));
    let mut imports = Imports::new();
    for folder in &folders {
        for all in Crate::of(folder)? {
            imports.append(&mut all.imports());
        }
    }
    imports.append(&mut typescript(&workspace.root.join(TYPESCRIPT))?);
    let circles = circles(&imports);
    for Circle { one, other } in &circles {
        log.line("These two files import each other:");
        for ((from, line), (to, _)) in [(one, other), (other, one)] {
            let (from, to) = (workspace.shown(from), workspace.shown(to));
            log.line(&format!("  {from}:{line} imports from {to}"));
        }
    }
    if circles.is_empty() {
        return Ok(Done::Worked);
    }
    Err(Error::Broken {
        what: format!(
            "{} of source files import each other. Move what both need into the one that stands below, or into a file \
             of its own that both import; handing it on through a mod.rs unties nothing",
            count(circles.len(), "pair", "pairs")
        ),
    })
}

/// A number with its noun.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Two files that import each other, and where each does.
struct Circle<'a> {
    one: (&'a Path, usize),
    other: (&'a Path, usize),
}

/// Every pair that imports each other.
fn circles(imports: &Imports) -> Vec<Circle<'_>> {
    let forth = imports.iter().filter(|((from, to), _)| from < to);
    forth
        .filter_map(|((one, other), line)| {
            let back = imports.get(&(other.clone(), one.clone()))?;
            Some(Circle {
                one: (one, *line),
                other: (other, *back),
            })
        })
        .collect()
}

/// Which file of a folder of TypeScript imports from which other.
fn typescript(folder: &Path) -> Result<Imports, Error> {
    let mut imports = Imports::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.extension().is_none_or(|extension| extension != "ts") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        for (number, module) in typescript_imports(&text) {
            let other = folder.join(module).with_extension("ts");
            imports.entry((path.clone(), other)).or_insert(number);
        }
    }
    Ok(imports)
}

/// The modules beside it that a TypeScript file names, with their lines: `from "./x.js"`, `import("./x.js")`.
fn typescript_imports(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        // The formatter has a comment's lines begin so.
        .filter(|(_, line)| !["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark)))
        .filter_map(|(number, line)| {
            let marks = ["from \"./", "import(\"./", "import \"./"];
            let (_, rest) = marks.iter().find_map(|mark| line.split_once(mark))?;
            Some((number + 1, rest.split_once('"')?.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Circle, Crate, Imports, circles, typescript};
    use crate::error::Error;
    use std::fs;
    use std::path::PathBuf;

    /// A folder with these files, which goes with the value.
    struct Tree(PathBuf);

    impl Tree {
        fn of(name: &str, files: &[(&str, &str)]) -> Result<Self, Error> {
            let folder = std::env::temp_dir().join(format!("candor-imports-{name}-{}", std::process::id()));
            for (file, text) in files {
                let path = folder.join(file);
                let parent = path.parent().unwrap_or(&folder);
                fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
                fs::write(&path, text).map_err(Error::io("write", &path))?;
            }
            Ok(Self(folder))
        }

        /// The pairs that import each other, as `a.rs:1 b.rs:2`.
        fn circles(&self, imports: &Imports) -> Vec<String> {
            let shown = |path: &std::path::Path| path.strip_prefix(&self.0).unwrap_or(path).display().to_string();
            let circles = circles(imports).into_iter();
            circles
                .map(|Circle { one, other }| format!("{}:{} {}:{}", shown(one.0), one.1, shown(other.0), other.1))
                .collect()
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn rust(name: &str, files: &[(&str, &str)]) -> Result<Vec<String>, Error> {
        let tree = Tree::of(name, files)?;
        let imports = Crate::read(&tree.0.join("lib.rs"))?.imports();
        Ok(tree.circles(&imports))
    }

    #[test]
    fn a_circle_is_found_however_it_is_written() -> Result<(), Error> {
        let root = ("lib.rs", "mod a;\nmod b;");
        let back = ("b.rs", "\nfn f() { crate::a::g() }");
        for (name, text) in [
            ("plain", "use crate::b::f;"),
            ("group", "use crate::{c::d,\n b::{f as h}};"),
            ("super", "use super::b;"),
            ("code", "fn g() { super::b::f() }"),
            ("renamed", "use crate as root; fn g() { root::b::f() }"),
            ("inside", "mod h { use super::super::b::f; }"),
        ] {
            let line = if name == "group" { 2 } else { 1 };
            let found = rust(name, &[root, ("a.rs", text), back])?;
            assert_eq!(found, [format!("a.rs:{line} b.rs:2")], "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_name_that_is_handed_on_belongs_to_the_file_that_defines_it() -> Result<(), Error> {
        for (name, root) in [
            ("public", "mod a;\nmod b;\npub use b::{F as G};"),
            ("private", "mod a; mod b; use self::b::F as G;"),
            ("all", "mod a; mod b; pub use b::*;"),
            ("twice", "mod a; mod b; mod c; pub use c::G;"),
        ] {
            let found = rust(
                name,
                &[
                    ("lib.rs", root),
                    ("a/mod.rs", "mod d; use super::G;"),
                    ("a/d.rs", "use crate::b::F;"),
                    ("b.rs", "use super::a; pub struct F; pub struct G;"),
                    ("c.rs", "pub use crate::b::G;"),
                ],
            )?;
            assert_eq!(found, ["a/mod.rs:1 b.rs:1"], "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_module_and_those_above_it_may_name_each_other() -> Result<(), Error> {
        let found = rust(
            "above",
            &[
                ("lib.rs", "mod a; use a::b::F;"),
                ("a/mod.rs", "pub mod b; use b::F; pub struct G;"),
                ("a/b.rs", "use super::G; use crate::H; pub struct F;"),
            ],
        )?;
        assert!(found.is_empty(), "{found:?}");
        Ok(())
    }

    #[test]
    fn comments_texts_tests_and_other_crates_are_no_imports() -> Result<(), Error> {
        for (name, text) in [
            ("comment", "// use crate::b::F;\n/// [`crate::b::F`]"),
            ("text", "const A: &str = \"crate::b::F\";"),
            ("tests", "#[cfg(test)]\nmod tests { use crate::b::F; }"),
            ("test-file", "#[cfg(test)]\nmod tests;"),
            ("other-crate", "use b::F;"),
        ] {
            let found = rust(
                name,
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", text),
                    ("a/tests.rs", "use crate::b::F;"),
                    ("b.rs", "use crate::a; pub struct F;"),
                ],
            )?;
            assert!(found.is_empty(), "{name}: {found:?}");
        }
        Ok(())
    }

    #[test]
    fn typescript_is_held_to_the_same() -> Result<(), Error> {
        let tree = Tree::of(
            "typescript",
            &[
                (
                    "a.ts",
                    "import {\n  b,\n} from \"./b.js\";\nimport { c } from \"./c.js\";\n",
                ),
                ("b.ts", "import type { a } from \"./a.js\";\n"),
                ("c.ts", "// import { a } from \"./a.js\";\n"),
            ],
        )?;
        assert_eq!(tree.circles(&typescript(&tree.0)?), ["a.ts:3 b.ts:1"]);
        Ok(())
    }
}
