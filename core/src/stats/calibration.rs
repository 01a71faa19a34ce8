//! Whether probabilities mean what they say.

/// Mean of −ln(probability given to what happened), with probabilities kept 1e-15 away from 0 and 1.
pub fn log_loss(probabilities: &[f64], outcomes: &[bool], weights: Option<&[u32]>) -> f64 {
    weighted_mean(probabilities, outcomes, weights, |probability, outcome| {
        let probability = probability.clamp(1e-15, 1.0 - 1e-15);
        -libm::log(if outcome { probability } else { 1.0 - probability })
    })
}

/// Mean squared difference between the probability and what happened (Brier 1950).
pub fn brier_score(probabilities: &[f64], outcomes: &[bool], weights: Option<&[u32]>) -> f64 {
    weighted_mean(probabilities, outcomes, weights, |probability, outcome| {
        let difference = probability - f64::from(u8::from(outcome));
        difference * difference
    })
}

/// Expected calibration error over `bins` bins of equal mass: the mean over the bins, weighted by their rows, of
/// |mean probability − share of defaults|. Rows are cut by rank, so bins differ by one row at most.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn expected_calibration_error(probabilities: &[f64], outcomes: &[bool], bins: usize) -> f64 {
    let rows = probabilities.len().min(outcomes.len());
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let mut error = 0.0;
    for bin in 0..bins {
        let members = &order[bin * rows / bins..(bin + 1) * rows / bins];
        let difference = members.iter().fold(0.0, |sum, &row| {
            sum + probabilities[row] - f64::from(u8::from(outcomes[row]))
        });
        error += difference.abs();
    }
    error / rows as f64
}

fn weighted_mean(
    probabilities: &[f64],
    outcomes: &[bool],
    weights: Option<&[u32]>,
    loss: impl Fn(f64, bool) -> f64,
) -> f64 {
    let (mut sum, mut rows) = (0.0, 0.0);
    for (row, (&probability, &outcome)) in probabilities.iter().zip(outcomes).enumerate() {
        let weight = weights.map_or(1.0, |weights| f64::from(weights.get(row).copied().unwrap_or(0)));
        sum += weight * loss(probability, outcome);
        rows += weight;
    }
    sum / rows
}
