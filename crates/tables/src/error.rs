//! What keeps a table from being read or written.

use std::path::PathBuf;

use thiserror::Error;

/// Why a table could not be read or written.
#[derive(Debug, Error)]
pub enum Error {
    /// A folder has no table that is needed.
    #[error("{} holds no {table}.csv, {table}.csv.gz or {table}.parquet; point --data at the folder that does", folder.display())]
    NoTable {
        /// The folder.
        folder: PathBuf,
        /// Name of the table.
        table: String,
    },
    /// A way of reading that a kind of table does not allow.
    #[error("{problem}")]
    Unsuited {
        /// What does not fit and what to do.
        problem: String,
    },
    /// The table is not what it should be, or could not be read.
    #[error(transparent)]
    Portfolio(#[from] candor_portfolio::Error),
    /// The file could not be written.
    #[error(transparent)]
    Native(#[from] candor_native::Error),
}
