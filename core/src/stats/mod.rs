//! How good scores are: discrimination, calibration, cost.
//!
//! Outcomes are `true` for a default. Weights count how often a row stands for itself, so that a bootstrap sample is
//! the same rows with other weights and nothing is copied or sorted again.

mod calibration;
mod cost;
mod discrimination;

pub use calibration::{brier_score, expected_calibration_error, log_loss};
pub use cost::{Outcome, best_threshold, outcome_at};
pub use discrimination::{Ranking, gini_of};
