//! Sending runs of the store to an MLflow server, over its REST interface.
//!
//! `client.rs` speaks HTTP: timeouts, retries, credentials. `server.rs` has a function for each call of MLflow that is
//! needed. `contents.rs` says what a run is there: parameters, metrics, files. `push.rs` puts the one into the other,
//! such that it can be stopped anywhere and done again: everything is looked up before it is created.

mod client;
mod contents;
mod push;
mod server;

pub use client::{Client, Credentials};
pub use contents::{Contents, Documents};
pub use push::{Pushed, Target, push};
