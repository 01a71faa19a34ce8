//! Why nothing is served.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A reason why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The folder of the app, or a file in it, cannot be read.
    #[error("cannot read the app at {}: {source}; build it with `trunk build --release`", path.display())]
    App {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The folder is there but holds no built app.
    #[error("{} has no index.html, so it is no built app; build one with `trunk build --release` (it goes to dist/)", path.display())]
    NoIndex {
        /// The folder.
        path: PathBuf,
    },

    /// The model file cannot be read.
    #[error("cannot read the model {}: {source}; name a .candor file made by `candor train`", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Another program listens on that port.
    #[error("port {} on {} is in use; choose another port, or stop the program that has it", address.port(), address.ip())]
    PortTaken {
        /// The address asked for.
        address: SocketAddr,
    },

    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose an address of this machine and a port above 1023")]
    Address {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },

    /// The system refused threads or sockets.
    #[error("the server cannot run: {0}")]
    Runtime(io::Error),
}

impl ServeError {
    /// Tells a taken port from any other reason why an address cannot be used.
    pub(crate) fn from_bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            ErrorKind::AddrInUse => Self::PortTaken { address },
            _ => Self::Address { address, source },
        }
    }
}
