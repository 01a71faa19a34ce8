//! Many applications at once, without I/O: bytes and values in, values out. A page reads a file that somebody dropped on
//! it with this, a service what it is sent, and the command line what is on the disk.
//!
//! - [`table`]: rows of CSV and JSON lines as applications checked against a schema.
//! - [`data`] and [`split`]: applications and what became of them, and how they are told apart before anything is fitted.
//! - [`values`]: values of an input in bins.
//! - [`scored`]: figures of clients that have been scored and whose outcomes are known.
//! - [`drift`]: whether clients are still those that a model was trained on.
//! - [`chain`] and [`decisions`]: decisions on record, as text.
//!
//! Files, threads and clocks are the caller's: errors name files as the caller does, work that can be shared out is asked
//! of [`candor_core::Workers`], and times are given.
#![forbid(unsafe_code)]

pub mod chain;
pub mod data;
pub mod decisions;
pub mod drift;
pub mod error;
pub mod scored;
pub mod split;
pub mod table;
pub mod values;

pub use data::{Data, DataReader};
pub use error::Error;
pub use split::Split;
pub use values::{Bins, InputName, Values};
