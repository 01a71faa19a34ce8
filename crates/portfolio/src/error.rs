//! What keeps applications from being read: what was wrong, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use candor_core::FieldError;
use thiserror::Error;

/// Why a table or a log could not be read. Files are named as whoever brought their bytes named them.
#[derive(Debug, Error)]
pub enum Error {
    /// The bytes stopped coming.
    #[error("cannot read {}: {source}; check the path and its permissions", shown(file))]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A table is not what it should be.
    #[error("{}: {problem}", shown(file))]
    Table {
        /// The file.
        file: PathBuf,
        /// What is wrong with the whole file and what to do.
        problem: String,
    },
    /// A row of a table is not what it should be.
    #[error("{}, line {line}: {problem}", shown(file))]
    Row {
        /// The file.
        file: PathBuf,
        /// Line in the file from 1 (for Parquet: the row, from 1).
        line: u64,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A format that no reader or writer handles.
    #[error("the format of {} is not known; use .csv, .csv.gz, .jsonl or .parquet, or say it with --format", file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
    },
}

impl Error {
    /// An error while reading `file`.
    pub fn read(file: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::unreadable(file, source)
    }

    /// The bytes of `file` stopped coming.
    pub fn unreadable(file: &Path, source: io::Error) -> Self {
        Self::Read {
            file: file.to_owned(),
            source,
        }
    }

    /// What is wrong with the whole of `file`.
    pub fn table(file: &Path, problem: impl Into<String>) -> Self {
        Self::Table {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }

    /// What is wrong with a line of `file`.
    pub fn row(file: &Path, line: u64, problem: impl Into<String>) -> Self {
        Self::Row {
            file: file.to_owned(),
            line,
            problem: problem.into(),
        }
    }

    /// Fields of one row that do not fit.
    pub fn fields(file: &Path, line: u64, errors: &[FieldError]) -> Self {
        Self::row(file, line, describe(errors))
    }
}

/// Field errors in one sentence; a row shifted by a column has a hundred of them, of which the first few tell enough.
pub fn describe(errors: &[FieldError]) -> String {
    const MOST: usize = 4;
    let mut parts: Vec<String> = errors.iter().take(MOST).map(ToString::to_string).collect();
    if errors.len() > MOST {
        parts.push(format!("and {} more fields are wrong", errors.len() - MOST));
    }
    parts.join("; ")
}

/// A path in a message.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input or output (-)".to_owned()
    } else {
        path.display().to_string()
    }
}
