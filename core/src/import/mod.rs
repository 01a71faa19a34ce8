//! Trees made by other libraries, brought in exactly or refused with a reason.

pub mod lightgbm;

use thiserror::Error;

/// Why a foreign model was not brought in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The text does not follow the format.
    #[error("line {line}: {problem}")]
    Malformed {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The model holds something that Candor cannot represent exactly.
    #[error("{what} cannot be represented exactly: {why}")]
    Unsupported {
        /// The part of the model.
        what: String,
        /// Why not, and what to do instead.
        why: String,
    },
}
