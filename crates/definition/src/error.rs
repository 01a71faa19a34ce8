//! What is wrong with a definition or policy file, and where.

use thiserror::Error;

use crate::places::position;

/// Why a definition was not compiled.
#[derive(Debug, Error)]
pub enum Error {
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
    /// Definitions and what they are to describe do not go together.
    #[error("{problem}")]
    Mismatch {
        /// What does not fit and what to do.
        problem: String,
    },
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] candor_portfolio::Error),
}

impl Error {
    /// A mistake at byte `start` of the file's `text`.
    pub fn at(file: &str, text: &str, start: usize, problem: impl Into<String>) -> Self {
        let (line, column) = position(text, start);
        Self::Definition {
            file: file.to_owned(),
            line,
            column,
            problem: problem.into(),
        }
    }
}
