//! How good scores are: discrimination, calibration, cost, stability; what inputs say on their own; and whether two
//! populations are alike.
//!
//! Outcomes are `true` for a default. Weights count how often a row stands for itself, so that a bootstrap sample is
//! the same rows with other weights and nothing is copied or sorted again.

mod binning;
mod bootstrap;
mod calibration;
mod cost;
mod discrimination;
mod distance;
mod evaluation;
mod evidence;
mod homogeneity;
mod kolmogorov;
mod median;
pub mod population;
mod proportion;
mod quantile;
mod random;
mod sketch;
mod special;
mod stability;

pub use binning::{bin_of, equal_mass_bounds, histogram, sturges_edges};
pub use bootstrap::bootstrap;
pub use calibration::{
    CalibrationLine, RiskBin, brier_score, calibration_line, expected_calibration_error, log_loss, risk_bins,
};
pub use cost::{Outcome, best_threshold, outcome_at};
pub use discrimination::{Ranking, gini_of};
pub use distance::{jensen_shannon_distance, mean_and_deviation, wasserstein_distance};
pub use evaluation::{CALIBRATION_BINS, evaluate};
pub use evidence::{Evidence, weight_of_evidence};
pub use homogeneity::{Homogeneity, holm, homogeneity};
pub use kolmogorov::{ks_distance, ks_p_value};
pub use median::median;
pub use proportion::{NORMAL_975, wilson_interval};
pub use quantile::quantile;
pub use random::Random;
pub use sketch::{Between, Sketch};
pub use special::{chi_square_above, normal_beyond};
pub use stability::{Stability, population_stability_index};
