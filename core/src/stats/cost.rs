//! What decisions at a threshold cost.

use crate::decision::Costs;

/// Decisions at one threshold against what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Declined, and would have defaulted.
    pub true_positives: u64,
    /// Declined, but would have paid.
    pub false_positives: u64,
    /// Approved, and paid.
    pub true_negatives: u64,
    /// Approved, but defaulted.
    pub false_negatives: u64,
}

impl Outcome {
    /// Mean cost per client.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn cost_per_client(&self, costs: &Costs) -> f64 {
        let clients = self.true_positives + self.false_positives + self.true_negatives + self.false_negatives;
        (costs.false_negative * self.false_negatives as f64 + costs.false_positive * self.false_positives as f64)
            / clients as f64
    }

    /// Share of clients approved.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn approval_rate(&self) -> f64 {
        let approved = self.true_negatives + self.false_negatives;
        approved as f64 / (approved + self.true_positives + self.false_positives) as f64
    }
}

/// Counts decisions when probabilities from `threshold` on are declined.
pub fn outcome_at(probabilities: &[f64], outcomes: &[bool], threshold: f64, weights: Option<&[u32]>) -> Outcome {
    let mut counts = Outcome {
        true_positives: 0,
        false_positives: 0,
        true_negatives: 0,
        false_negatives: 0,
    };
    for (row, (&probability, &outcome)) in probabilities.iter().zip(outcomes).enumerate() {
        let count = match (probability >= threshold, outcome) {
            (true, true) => &mut counts.true_positives,
            (true, false) => &mut counts.false_positives,
            (false, false) => &mut counts.true_negatives,
            (false, true) => &mut counts.false_negatives,
        };
        *count += weights.map_or(1, |weights| u64::from(weights.get(row).copied().unwrap_or(0)));
    }
    counts
}

/// The threshold between 0 and 1 with the least cost on these rows. Where a whole range between two neighbouring
/// probabilities costs the same, its middle is taken; of ranges that cost the same, the lowest. `None` without rows.
pub fn best_threshold(probabilities: &[f64], outcomes: &[bool], costs: &Costs) -> Option<f64> {
    let rows = probabilities.len().min(outcomes.len());
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let good = outcomes[..rows].iter().filter(|&&outcome| !outcome).count();
    // Start by declining everybody, then approve one probability after the other. No threshold above 0 declines a
    // probability of 0, and none below 1 approves a probability of 1.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    let mut cost = costs.false_positive * good as f64;
    let lowest = probabilities[*order.first()?];
    let mut best = (if lowest > 0.0 { cost } else { f64::INFINITY }, lowest / 2.0);
    for (place, &row) in order.iter().enumerate() {
        cost += if outcomes[row] {
            costs.false_negative
        } else {
            -costs.false_positive
        };
        let probability = probabilities[row];
        let next = order.get(place + 1).map_or(1.0, |&next| probabilities[next]);
        if next != probability && cost < best.0 {
            // Between neighbours of one unit in the last place, the middle is rounded to either; the upper one approves.
            let middle = f64::midpoint(probability, next);
            best = (cost, if middle > probability { middle } else { next });
        }
    }
    Some(best.1)
}
