//! The step `imports` of `cargo xtask test`: no two source files import each other.
//!
//! Two files that need each other are one file in two places: neither can be read, tested or moved alone. A module and the
//! files above it are aside, since a `mod.rs` speaks for what is below it. So that no detour by way of a `mod.rs` hides a
//! circle, a name that it hands on counts as its that defines it.

use crate::error::Error;
use crate::paths::{self, Source};
use crate::plan::Done;
use crate::report::Log;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// The TypeScript of the npm package.
const TYPESCRIPT: &str = "embed/npm/src";
/// The fuzz targets share a crate, but not the workspace.
const FUZZ: &str = "fuzz";
/// How many times a name may be handed on. More is a name that is handed on in a ring.
const HANDED_ON: usize = 16;

/// Runs the step.
pub fn step(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let mut folders: Vec<PathBuf> = workspace.members()?.into_iter().map(|member| member.folder).collect();
    folders.push(workspace.root.join(FUZZ));
    let mut imports = BTreeMap::new();
    for folder in &folders {
        for root in ["src/lib.rs", "src/main.rs"] {
            let root = folder.join(root);
            if root.is_file() {
                imports.append(&mut Crate::read(&root)?.imports());
            }
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

/// Who imports from whom, and the first line that does.
type Imports = BTreeMap<(PathBuf, PathBuf), usize>;

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

/// The modules of a crate that have files of their own.
#[derive(Default)]
struct Crate {
    files: Vec<File>,
    by_module: HashMap<Vec<String>, usize>,
}

struct File {
    path: PathBuf,
    module: Vec<String>,
    source: Source,
}

impl Crate {
    /// Reads the file of a crate's root and all that it declares; what only tests declare is aside.
    fn read(root: &Path) -> Result<Self, Error> {
        let mut this = Self::default();
        let mut next = vec![(root.to_path_buf(), Vec::new())];
        while let Some((path, module)) = next.pop() {
            let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            let source = paths::read(&text);
            let folder = match path.file_stem().and_then(|stem| stem.to_str()) {
                Some("lib" | "main" | "mod") | None => path.with_file_name(""),
                Some(_) => path.with_extension(""),
            };
            for below in &source.modules {
                let stem = below.iter().fold(folder.clone(), |folder, name| folder.join(name));
                // A module under `#[path]` is from elsewhere and belongs to no crate alone.
                let file = [stem.with_extension("rs"), stem.join("mod.rs")];
                if let Some(file) = file.into_iter().find(|file| file.is_file()) {
                    next.push((file, [module.as_slice(), below].concat()));
                }
            }
            this.by_module.insert(module.clone(), this.files.len());
            this.files.push(File { path, module, source });
        }
        Ok(this)
    }

    /// Which of its files imports from which other, a module and those above it aside.
    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (from, file) in self.files.iter().enumerate() {
            for path in &file.source.paths {
                let to = self.defining(from, &path.inside, &path.segments, HANDED_ON);
                let Some(other) = to.map(|to| &self.files[to]) else {
                    continue;
                };
                if !file.module.starts_with(&other.module) && !other.module.starts_with(&file.module) {
                    let line = imports.entry((file.path.clone(), other.path.clone()));
                    line.or_insert(path.line);
                }
            }
        }
        imports
    }

    /// The file that defines what a path in the file `from` leads to. None: another crate's, or nothing that a path tells.
    fn defining(&self, from: usize, inside: &[String], segments: &[String], handed_on: usize) -> Option<usize> {
        let mut module = [self.files[from].module.as_slice(), inside].concat();
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" => module.clear(),
            "self" | "super" => {}
            // Any other name is one that is in scope, or another crate.
            name if self.names(from, name).is_none() && self.below(&module, name).is_none() => return None,
            _ => rest = segments,
        }
        while let Some(name) = rest
            .first()
            .filter(|name| ["crate", "self", "super"].contains(&name.as_str()))
        {
            if name == "super" {
                module.pop();
            }
            rest = &rest[1..];
        }
        let mut at = self.file_of(&module);
        while let Some((name, after)) = rest.split_first() {
            if let Some(below) = self.below(&module, name) {
                module.push(name.clone());
                at = below;
            } else if module != self.files[at].module {
                // In a module inside of the file.
                break;
            } else if let Some(path) = self.names(at, name).filter(|_| handed_on > 0) {
                return self.defining(at, &[], &[path, after].concat(), handed_on - 1);
            } else {
                let mut handed = self.hands_on_all(at, handed_on).into_iter();
                let item = |file: &usize| self.files[*file].source.items.contains(name);
                return if item(&at) {
                    Some(at)
                } else {
                    handed.find(item).or(Some(at))
                };
            }
            rest = after;
        }
        Some(at)
    }

    /// The path by which a file has a name in scope, for itself, for what is below it, or for all.
    fn names(&self, file: usize, name: &str) -> Option<&[String]> {
        let mut paths = self.files[file].source.paths.iter();
        let path = paths.find(|path| path.inside.is_empty() && path.name.as_deref() == Some(name))?;
        // `use name;` of another crate leads nowhere else.
        (path.segments != [name]).then_some(&path.segments)
    }

    /// The files whose every name a file has in scope (`pub use a::*`).
    fn hands_on_all(&self, file: usize, handed_on: usize) -> Vec<usize> {
        let paths = self.files[file].source.paths.iter();
        paths
            .filter(|path| path.inside.is_empty() && path.name.as_deref() == Some("*") && handed_on > 0)
            .filter_map(|path| {
                let (_, module) = path.segments.split_last()?;
                self.defining(file, &[], module, handed_on - 1)
            })
            .collect()
    }

    fn below(&self, module: &[String], name: &str) -> Option<usize> {
        self.by_module.get(&[module, &[name.to_owned()]].concat()).copied()
    }

    /// The file that a module stands in, itself or as a part.
    fn file_of(&self, module: &[String]) -> usize {
        let above = (0..=module.len()).rev().map(|length| &module[..length]);
        above
            .filter_map(|module| self.by_module.get(module))
            .copied()
            .next()
            .unwrap_or(0)
    }
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
