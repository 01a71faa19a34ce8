//! Figures of clients that have been scored and whose outcomes are known: what a cut-off means, what decisions cost, and
//! whether probabilities mean what they say.

mod bands;
mod costs;
mod reliability;
mod shares;

pub use bands::{CutOff, ScoreBand, bands, points_at, probability_at};
pub use costs::{CostAtRatio, cost_curve};
pub use reliability::{Reliability, ReliabilityBin, proportion, reliability};
pub use shares::{bad_of, mean, share, some};
