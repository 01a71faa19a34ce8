//! What keeps a run, a signature or a decision from being stored or found again.

use std::path::{Path, PathBuf};

use candor_core::LoadError;
use candor_native::Error as FileError;
use candor_portfolio::Error as ReadError;
use thiserror::Error;

use crate::signing::SignatureError;

/// Why something is not in the store, or does not come out of it.
#[derive(Debug, Error)]
pub enum Error {
    /// What was asked for is not done, and why.
    #[error("{problem}")]
    Refused {
        /// What does not fit and what to do.
        problem: String,
    },
    /// A model file was not loaded.
    #[error("{}: {source}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: LoadError,
    },
    /// A model file is not signed as it should be.
    #[error("{}: {source}", path.display())]
    Signature {
        /// The file.
        path: PathBuf,
        /// What its signatures lack.
        source: SignatureError,
    },
    /// A key is there already, and a key that is replaced is lost.
    #[error("{} exists already, and keys are never overwritten; choose another name", path.display())]
    KeyExists {
        /// The file.
        path: PathBuf,
    },
    /// A server did not do what it was asked for.
    #[error("{url}: {problem}")]
    Server {
        /// Its address.
        url: String,
        /// What it says, or that it says nothing, and what to do.
        problem: String,
    },
    /// A file could not be read, or is not what was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Error {
    /// An error while reading `path`.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| ReadError::unreadable(path, source).into()
    }

    /// An error while writing `path`.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| FileError::write(path)(source).into()
    }

    /// What is wrong with the whole of `path`.
    pub fn table(path: &Path, problem: impl Into<String>) -> Self {
        ReadError::table(path, problem).into()
    }

    /// What is wrong with a line of `path`.
    pub fn row(path: &Path, line: u64, problem: impl Into<String>) -> Self {
        ReadError::row(path, line, problem).into()
    }

    /// What is wrong with the signatures of the model file at `path`.
    pub fn signature(path: &Path) -> impl FnOnce(SignatureError) -> Self {
        move |source| match source {
            SignatureError::Load(source) => Self::Model {
                path: path.to_owned(),
                source,
            },
            source => Self::Signature {
                path: path.to_owned(),
                source,
            },
        }
    }
}
