//! What only a computer has and neither a page nor a function has: files that appear whole or not at all, files that are
//! only ever added to, and all its cores.

pub mod chain;
mod cores;
mod error;
mod output_file;

pub use chain::{Busy, Chain};
pub use cores::AllCores;
pub use error::Error;
pub use output_file::{OutputFile, destination, folder_of, sync_folder, write_files};
