//! Decisions on record: a line for each in a chained file ([`crate::chain`]), how they are told to be as they were written,
//! and how they are made again.
//!
//! What the chain proves: no line was altered, taken out, put in or moved without all later digests being other ones.
//! What it cannot prove by itself: that its end was not cut off, and that not all of it was written anew. For the first,
//! the head (number of lines and last digest) stands in a file beside; for both, the head can be kept elsewhere and given
//! back to the audit.

mod audit;
mod damage;
mod entry;
mod head;
mod input;
mod replay;

pub use audit::{Audit, Beside, audit};
pub use entry::{Entry, Recorder, instant};
pub use head::Head;
pub use input::{digest_of, inputs_of};
pub use replay::{application_of, differences};
