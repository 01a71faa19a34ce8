//! The search over the learner's parameters: proposed by a tree-structured Parzen estimator, judged by
//! cross-validation, given up early where hopeless, and kept in a journal from which it continues after any
//! interruption.
//!
//! A trial's parameters follow from the seed, its number and the trials before it, so that an interrupted search and an
//! unbroken one are the same.

mod journal;
mod parzen;
mod pruning;
mod sampler;
mod search;
mod space;
mod trial;

pub use journal::{Header, Journal};
pub use sampler::RANDOM_TRIALS;
pub use search::{Moment, Search};
pub use space::{Dimension, Kind, Space};
pub use trial::{Figures, Objective, Trial, best, ranked};
