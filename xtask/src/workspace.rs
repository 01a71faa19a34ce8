//! Where things are: the checkout, cargo's output folder, and the cache that several checkouts share.

use crate::error::Error;
use crate::process;
use std::env;
use std::path::{Path, PathBuf};

/// The folders a chore works in.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's `target`, for everything that a checkout builds.
    pub target: PathBuf,
    /// The folder for tools, outside the checkout, shared by all checkouts of this user.
    pub cache: PathBuf,
}

impl Workspace {
    /// Finds the folders from where this crate was compiled and from the environment.
    pub fn find() -> Result<Self, Error> {
        // `cargo xtask` sets CARGO_MANIFEST_DIR at run time; the compiled-in value serves a binary started by hand.
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest.parent().unwrap_or(Path::new(".")).to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self {
            cache: cache_folder()?,
            root,
            target,
        })
    }

    /// The crates of the workspace, as cargo knows them.
    pub fn members(&self) -> Result<Vec<Member>, Error> {
        let lines = self.tree(&["--workspace", "--depth", "0", "--prefix", "none"])?;
        Ok(lines.lines().filter_map(Member::from_line).collect())
    }

    /// What `cargo tree` shows with these options: a package a line.
    pub fn tree(&self, options: &[&str]) -> Result<String, Error> {
        let mut tree = process::cargo(&self.root);
        tree.args(["tree", "--quiet", "--format", "{p}"]).args(options);
        process::output(&mut tree).ok_or_else(|| Error::Broken {
            what: format!(
                "`cargo tree {}` does not tell what depends on what; run it to see why",
                options.join(" ")
            ),
        })
    }

    /// Files of these chores themselves: logs and fingerprints.
    pub fn state(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The built app.
    pub fn app(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The engine for JavaScript, as an npm package.
    pub fn npm(&self) -> PathBuf {
        self.target.join("npm")
    }

    /// The `candor` command line.
    pub fn candor(&self) -> PathBuf {
        self.target
            .join("release")
            .join(format!("candor{}", env::consts::EXE_SUFFIX))
    }

    /// A path as it is best shown: relative to the checkout where it lies inside.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
}

impl Member {
    /// Reads what `cargo tree` shows of a crate: `candor-core v0.1.0 (/the/checkout/core)`.
    pub fn from_line(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once(' ')?;
        let (_, folder) = rest.split_once('(')?;
        let (folder, _) = folder.split_once(')')?;
        Some(Self {
            name: name.to_owned(),
            folder: folder.into(),
        })
    }
}

fn cache_folder() -> Result<PathBuf, Error> {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("CANDOR_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("candor")))
        .or_else(|| env::home_dir().map(|home| home.join(".cache").join("candor")))
        .ok_or_else(|| Error::Missing {
            what: "a folder for tools".to_owned(),
            why: "neither CANDOR_CACHE nor XDG_CACHE_HOME nor a home folder is set".to_owned(),
            command: "export CANDOR_CACHE=/some/folder".to_owned(),
        })?;
    // Children run in other folders, so a relative path would mean something else to each.
    std::path::absolute(&cache).map_err(Error::io("find", &cache))
}
