//! What keeps a model from being learned.

use candor_definition::Error as DefinitionError;
use candor_native::Error as FileError;
use candor_portfolio::Error as ReadError;
use candor_portfolio::data::TooFewLeft;
use candor_tables::Error as TableError;
use thiserror::Error;

/// Why a model was not learned.
#[derive(Debug, Error)]
pub enum Error {
    /// Training could not be done.
    #[error("training failed: {problem}")]
    Training {
        /// Why, and what to do.
        problem: String,
    },
    /// What was asked for does not go together.
    #[error("{problem}")]
    Unsuited {
        /// What does not fit and what to do.
        problem: String,
    },
    /// Test clients of the champion must not be learned from, and too few others are there.
    #[error("training failed: {0}")]
    TooFewLeft(#[from] TooFewLeft),
    /// A definition, policy or parameter file is not valid.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// A file could not be read, or is not what it should be.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A table could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
}
