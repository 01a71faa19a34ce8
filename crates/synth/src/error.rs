//! Why no tables were written.

use std::path::PathBuf;

use super::{MOST_CLIENTS, MOST_DRIFT};

/// Why no tables were written. Nothing is left behind in any of these cases.
#[derive(thiserror::Error, Debug)]
pub enum SynthError {
    /// Nought clients were asked for.
    #[error("cannot generate tables of 0 clients: ask for at least 1")]
    NoClients,
    /// More than [`MOST_CLIENTS`] were asked for.
    #[error("cannot generate {clients} clients: ask for at most {MOST_CLIENTS}")]
    TooManyClients {
        /// How many were asked for.
        clients: u64,
    },
    /// A change that is none, or so strong that nothing is left of the clients.
    #[error("a drift of strength {strength} cannot be made: ask for 0 to {MOST_DRIFT}")]
    Strength {
        /// What was asked for.
        strength: f64,
    },
    /// A table of that name is there already, in one of the formats that readers know.
    #[error("{} exists already and is never overwritten: choose another directory, or move the file away", path.display())]
    TableExists {
        /// The file in the way.
        path: PathBuf,
    },
    /// A partial file is there: of a run that is still going on, or of one that was killed.
    #[error("{} belongs to another run: wait for it, or remove the file if that run was stopped", path.display())]
    PartialExists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The directory could not be made.
    #[error("cannot make the directory {}: {source}; choose one that you may write to", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}; check the free space and the permissions of the directory", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {problem}; ask for fewer with --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        problem: String,
    },
}
