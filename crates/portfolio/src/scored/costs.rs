//! What decisions cost when mistakes cost otherwise than the policy says.

use candor_core::artifact::Interval;
use candor_core::decision::Costs;
use candor_core::stats::{NORMAL_975, Outcome, outcome_at};
use serde::{Deserialize, Serialize};

use super::shares::share;

/// Largest cost ratio.
const MOST: u32 = 20;

/// Costs per client when approving a default costs `ratio` and declining a good client costs 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CostAtRatio {
    /// Cost of a default that was approved.
    pub ratio: f64,
    /// Break-even threshold 1 / (1 + ratio).
    pub threshold: f64,
    /// Cost with the model at this threshold, with the 95 % interval of a mean.
    pub model: Interval,
    /// Share approved at this threshold.
    pub approval_rate: f64,
    /// Cost with the model at the policy's threshold, whatever the ratio.
    pub at_policy_threshold: f64,
    /// Cost when everybody is approved.
    pub approve_all: f64,
    /// Cost when everybody is declined.
    pub decline_all: f64,
}

/// Costs per client for ratios from 1 to 20, at the break-even threshold of each and at the policy's `threshold`.
pub fn cost_curve(probabilities: &[f64], outcomes: &[bool], threshold: f64) -> Vec<CostAtRatio> {
    let at_policy = outcome_at(probabilities, outcomes, threshold, None);
    (1..=MOST)
        .map(|ratio| {
            let costs = Costs {
                false_negative: f64::from(ratio),
                false_positive: 1.0,
            };
            let break_even = outcome_at(probabilities, outcomes, costs.break_even(), None);
            let bad = share(
                break_even.true_positives + break_even.false_negatives,
                outcomes.len() as u64,
            );
            CostAtRatio {
                ratio: costs.false_negative,
                threshold: costs.break_even(),
                model: mean_cost(&break_even, &costs),
                approval_rate: break_even.approval_rate(),
                at_policy_threshold: at_policy.cost_per_client(&costs),
                approve_all: costs.false_negative * bad,
                decline_all: 1.0 - bad,
            }
        })
        .collect()
}

/// The mean cost with its normal interval: a client costs one of three amounts, so the variance is known from the counts.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn mean_cost(counts: &Outcome, costs: &Costs) -> Interval {
    let value = counts.cost_per_client(costs);
    let clients = counts.true_positives + counts.false_positives + counts.true_negatives + counts.false_negatives;
    let of_squares = costs.false_negative * costs.false_negative * share(counts.false_negatives, clients)
        + costs.false_positive * costs.false_positive * share(counts.false_positives, clients);
    let reach = NORMAL_975 * libm::sqrt((of_squares - value * value).max(0.0) / clients as f64);
    Interval {
        value,
        low: (value - reach).max(0.0),
        high: value + reach,
    }
}
