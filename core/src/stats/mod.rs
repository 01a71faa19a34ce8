//! How good scores are: discrimination, calibration, cost, stability; and what inputs say on their own.
//!
//! Outcomes are `true` for a default. Weights count how often a row stands for itself, so that a bootstrap sample is
//! the same rows with other weights and nothing is copied or sorted again.

mod binning;
mod calibration;
mod cost;
mod discrimination;
mod evidence;
mod proportion;
mod stability;

pub use binning::{bin_of, equal_mass_bounds};
pub use calibration::{
    CalibrationLine, RiskBin, brier_score, calibration_line, expected_calibration_error, log_loss, risk_bins,
};
pub use cost::{Outcome, best_threshold, outcome_at};
pub use discrimination::{Ranking, gini_of};
pub use evidence::{Evidence, weight_of_evidence};
pub use proportion::{NORMAL_975, wilson_interval};
pub use stability::population_stability_index;
