//! What the values of an input say of the outcome.

/// Weights of evidence of the bins of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// ln(share of all good rows / share of all bad rows) of each bin: above 0 where clients are better than on average.
    pub weights: Vec<f64>,
    /// What each bin adds to the information value.
    pub information: Vec<f64>,
    /// Σ (share of good − share of bad) · weight over the bins; 0 when the input says nothing.
    pub information_value: f64,
}

/// Weights of evidence of bins given as numbers of good and of bad rows (Siddiqi 2006). A bin that lacks one kind counts
/// as if it had half a row more of both; a bin without rows weighs 0. `None` with one class only.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn weight_of_evidence(bins: &[(u64, u64)]) -> Option<Evidence> {
    let (good_all, bad_all) = bins.iter().fold((0_u64, 0_u64), |(good_all, bad_all), &(good, bad)| {
        (good_all.saturating_add(good), bad_all.saturating_add(bad))
    });
    if good_all == 0 || bad_all == 0 {
        return None;
    }
    let mut evidence = Evidence {
        weights: Vec::with_capacity(bins.len()),
        information: Vec::with_capacity(bins.len()),
        information_value: 0.0,
    };
    for &(good, bad) in bins {
        let (weight, information) = if good == 0 && bad == 0 {
            (0.0, 0.0)
        } else {
            let half = if good == 0 || bad == 0 { 0.5 } else { 0.0 };
            let good = (good as f64 + half) / good_all as f64;
            let bad = (bad as f64 + half) / bad_all as f64;
            let weight = libm::log(good / bad);
            (weight, (good - bad) * weight)
        };
        evidence.weights.push(weight);
        evidence.information.push(information);
        evidence.information_value += information;
    }
    Some(evidence)
}
