//! What can go wrong, said so that the reader knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// A chore that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something that has to be on the machine is not.
    #[error("{what} is missing; {why}. Get it with: {command}")]
    Missing { what: String, why: String, command: String },

    /// A program could not be started at all.
    #[error("cannot start `{program}`: {source}")]
    Start { program: String, source: io::Error },

    /// A program ran and said no.
    #[error("`{command}` ended with {status}")]
    Failed { command: String, status: String },

    /// A file or folder could not be read, written or moved.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },

    /// A part of the workspace that a step works on is not there.
    #[error("{} is not there; {why}", path.display())]
    Absent { path: PathBuf, why: String },

    /// Two files that have to be alike are not.
    #[error("{} is not what {} is, and both have to be the same", path.display(), from.display())]
    Differs { path: PathBuf, from: PathBuf },

    /// A rule about the sources or the crates does not hold; the step's log says where.
    #[error("{what}")]
    Broken { what: String },
    /// A text that is not in the form it has to have.
    #[error("cannot read {what}; wanted is {wanted}")]
    Unread { what: String, wanted: String },

    /// Figures that a gate does not let pass, a line each.
    #[error("not as {file} has it:{figures}")]
    Grown { file: &'static str, figures: String },

    /// The command line asks for a step that does not exist.
    #[error("there is no step `{step}`; the steps are: {known}")]
    UnknownStep { step: String, known: String },

    /// The command line asks for a fuzz target that does not exist.
    #[error("there is no fuzz target `{target}`; the targets are: {known}")]
    UnknownTarget { target: String, known: String },

    /// An input broke what must hold.
    #[error("fuzzing {target}: {what}\n  run the input again with: {again}")]
    FoundByFuzzing {
        target: &'static str,
        what: String,
        again: String,
    },

    /// The port asked for is in use.
    #[error(
        "port {port} on 127.0.0.1 is in use; choose another with --port, or leave --port out to take the next free one"
    )]
    PortTaken { port: u16 },

    /// No port near the usual one is free.
    #[error("no free port on 127.0.0.1 between {first} and {last}; choose one with --port")]
    NoPort { first: u16, last: u16 },
}

impl Error {
    /// An I/O error with the action and the path that it happened on, for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
