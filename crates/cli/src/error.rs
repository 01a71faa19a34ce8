//! Everything that can stop a command, joined: what was wrong, where, and what to do.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use candor_core::import::ImportError;
use candor_core::{FieldError, LoadError};
use candor_native::Error as FileError;
use candor_portfolio::Error as ReadError;
use candor_report::Contradiction;
use thiserror::Error;

/// Why a command could not run.
#[derive(Debug, Error)]
pub enum Error {
    /// Arguments that do not go together.
    #[error("{problem}")]
    Usage {
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
    /// Another library's model was not brought in.
    #[error("{} was not imported as a model of {library}: {source}", path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// The library that was named.
        library: &'static str,
        /// Why not.
        source: ImportError,
    },
    /// Figures of a report that cannot all be right.
    #[error(
        "the report contradicts itself: {first}{}; do not use these figures, and find out which is wrong",
        and_more(*more)
    )]
    Contradiction {
        /// The first contradiction.
        first: Contradiction,
        /// How many more there are.
        more: usize,
    },
    /// A table or a log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A definition or policy file is not valid.
    #[error(transparent)]
    Definition(#[from] candor_definition::Error),
    /// A table could not be read or written.
    #[error(transparent)]
    Table(#[from] candor_tables::Error),
    /// The store, a signature or a server of runs.
    #[error(transparent)]
    Store(#[from] candor_store::Error),
    /// A model was not learned.
    #[cfg(feature = "train")]
    #[error(transparent)]
    Train(#[from] candor_trainer::Error),
    /// Invented tables could not be written.
    #[error(transparent)]
    Synth(#[from] candor_synth::SynthError),
    /// The server could not run.
    #[error(transparent)]
    Serve(#[from] candor_server::ServeError),
}

impl Error {
    /// An error while reading `path`.
    pub fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| ReadError::unreadable(path, source).into()
    }

    /// An error while writing `path`.
    pub fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| FileError::write(path)(source).into()
    }

    /// Fields of one row that do not fit.
    pub fn fields(file: &Path, line: u64, errors: &[FieldError]) -> Self {
        ReadError::fields(file, line, errors).into()
    }

    /// Whether the reader at the other end of a pipe has gone.
    pub fn is_broken_pipe(&self) -> bool {
        let mut cause = self.source();
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return error.kind() == ErrorKind::BrokenPipe;
            }
            cause = error.source();
        }
        false
    }
}

fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (and 1 more contradiction)".into(),
        count => format!(" (and {count} more contradictions)"),
    }
}
