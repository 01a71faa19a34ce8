//! Everything that can stop a command: what was wrong, where, and what to do.

use std::path::{Path, PathBuf};

use candor_core::import::ImportError;
use candor_core::{FieldError, LoadError};
use thiserror::Error;

use crate::report::Contradiction;
use crate::signing::SignatureError;
use crate::synth::SynthError;

/// Why a command could not run.
#[derive(Debug, Error)]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read {}: {source}; check the path and its permissions", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
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
    /// A folder has no table that the command needs.
    #[error("{} holds no {table}.csv, {table}.csv.gz or {table}.parquet; point --data at the folder that does", folder.display())]
    NoTable {
        /// The folder.
        folder: PathBuf,
        /// Name of the table.
        table: String,
    },
    /// A format that no reader or writer handles.
    #[error("the format of {} is not known; use .csv, .csv.gz, .jsonl or .parquet, or say it with --format", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
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
    /// A definition or policy file is not valid.
    #[error("{file}, line {line}, column {column}: {problem}")]
    Definition {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what would be right.
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
    /// Training could not be done.
    #[error("training failed: {problem}")]
    Training {
        /// Why, and what to do.
        problem: String,
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
    /// A server did not do what it was asked for.
    #[error("{url}: {problem}")]
    Server {
        /// Its address.
        url: String,
        /// What it says, or that it says nothing, and what to do.
        problem: String,
    },
    /// Arguments that do not go together.
    #[error("{problem}")]
    Usage {
        /// What does not fit and what to do.
        problem: String,
    },
    /// Synthetic tables could not be written.
    #[error(transparent)]
    Synth(#[from] SynthError),
    /// The server could not run.
    #[error(transparent)]
    Serve(#[from] candor_server::ServeError),
}

impl Error {
    /// An error while reading `path`.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// An error while writing `path`.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
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

    /// Fields of one row that do not fit.
    pub fn fields(file: &Path, line: u64, errors: &[FieldError]) -> Self {
        Self::Row {
            file: file.to_owned(),
            line,
            problem: describe(errors),
        }
    }

    /// A mistake at byte `start` of the file's `text`.
    pub fn definition(file: &str, text: &str, start: usize, problem: impl Into<String>) -> Self {
        let (line, column) = position(text, start);
        Self::Definition {
            file: file.to_owned(),
            line,
            column,
            problem: problem.into(),
        }
    }

    /// Whether the reader at the other end of a pipe has gone.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
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

fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (and 1 more contradiction)".into(),
        count => format!(" (and {count} more contradictions)"),
    }
}

/// A path in a message.
fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input or output (-)".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Line and column, both from 1, of a byte in a text.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}
