//! What keeps a file from being written.

use std::path::{Path, PathBuf};

use candor_portfolio::error::shown;
use thiserror::Error;

/// Why a file could not be written.
#[derive(Debug, Error)]
pub enum Error {
    /// A file could not be written.
    #[error(
        "cannot write {}: {source}; check the folder, its permissions and the free space",
        shown(path)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is there already.
    #[error("{} exists already; choose another name, or pass --force to replace it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another process has the file, and waiting for it was not wanted.
    #[error("{}: {reason}", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// Why it is not waited for.
        reason: &'static str,
    },
}

impl Error {
    /// An error while writing `path`.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}
