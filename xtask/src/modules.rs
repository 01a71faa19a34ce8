//! The modules of a crate, and which source file imports from which other.
//!
//! So that no detour by way of a `mod.rs` hides an import, a name that it hands on counts as that of the file which defines it.

use crate::error::Error;
use crate::paths::{self, Source};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// How many times a name may be handed on. More is a name that is handed on in a ring.
const HANDED_ON: usize = 16;

/// Who imports from whom, and the first line that does.
pub type Imports = BTreeMap<(PathBuf, PathBuf), usize>;

/// The modules of a crate that have files of their own.
#[derive(Default)]
pub struct Crate {
    pub files: Vec<File>,
    by_module: HashMap<Vec<String>, usize>,
}

/// A source file.
pub struct File {
    pub path: PathBuf,
    /// The names of its module, from the crate's root on.
    module: Vec<String>,
    pub source: Source,
}

impl Crate {
    /// The library and the program in a folder, each a crate for itself.
    pub fn of(folder: &Path) -> Result<Vec<Self>, Error> {
        let roots = ["src/lib.rs", "src/main.rs"].map(|root| folder.join(root));
        roots
            .iter()
            .filter(|root| root.is_file())
            .map(|root| Self::read(root))
            .collect()
    }

    /// Reads the file of a crate's root and all that it declares; what only tests declare is aside.
    pub fn read(root: &Path) -> Result<Self, Error> {
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
    pub fn imports(&self) -> Imports {
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
