//! Learning: from a table of applications and what became of them to a validated model, and nothing else. Whoever only
//! scores has no use for this crate, which links LightGBM.

pub mod baselines;
mod error;
pub mod flat;
pub mod learner;
pub mod monotone;
pub mod scorecard;
pub mod selection;
pub mod training;
pub mod tuning;

pub use error::Error;
