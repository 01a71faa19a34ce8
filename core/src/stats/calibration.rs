//! Whether probabilities mean what they say.

use crate::decision::{Calibration, probability_of};

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
    let order = by_risk(probabilities, outcomes);
    let mut error = 0.0;
    for members in equal_mass(&order, bins) {
        let difference = members.iter().fold(0.0, |sum, &row| {
            sum + probabilities[row] - f64::from(u8::from(outcomes[row]))
        });
        error += difference.abs();
    }
    error / order.len() as f64
}

/// Clients of similar risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskBin {
    /// Clients in the bin.
    pub rows: u64,
    /// Those of them who defaulted.
    pub bad: u64,
    /// Mean probability of default.
    pub mean_probability: f64,
}

/// Clients in at most `bins` bins of equal mass by increasing probability, cut by rank as for
/// [`expected_calibration_error`]; bins without rows are left out.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn risk_bins(probabilities: &[f64], outcomes: &[bool], bins: usize) -> Vec<RiskBin> {
    let order = by_risk(probabilities, outcomes);
    equal_mass(&order, bins)
        .filter(|members| !members.is_empty())
        .map(|members| RiskBin {
            rows: members.len() as u64,
            bad: members.iter().filter(|&&row| outcomes[row]).count() as u64,
            mean_probability: members.iter().fold(0.0, |sum, &row| sum + probabilities[row]) / members.len() as f64,
        })
        .collect()
}

/// Observed log-odds as a straight line of the predicted ones (Cox 1958): a slope of 1 and an intercept of 0 are perfect
/// calibration, a slope below 1 means predictions that are too extreme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationLine {
    /// Slope.
    pub slope: f64,
    /// Standard error of the slope.
    pub slope_error: f64,
    /// Intercept, in log-odds.
    pub intercept: f64,
    /// Standard error of the intercept.
    pub intercept_error: f64,
}

/// Fits the line by logistic regression of the outcomes on the predicted log-odds, with the standard errors of the
/// information matrix. `None` when it cannot be fitted: see [`Calibration::regress`].
pub fn calibration_line(log_odds: &[f64], outcomes: &[bool]) -> Option<CalibrationLine> {
    let Calibration { slope, intercept } = Calibration::regress(log_odds, outcomes)?;
    let (mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0);
    for &x in log_odds {
        let p = probability_of(slope * x + intercept);
        let weight = p * (1.0 - p);
        h00 += weight;
        h01 += weight * x;
        h11 += weight * x * x;
    }
    let determinant = h00 * h11 - h01 * h01;
    (determinant > 0.0).then(|| CalibrationLine {
        slope,
        slope_error: libm::sqrt(h00 / determinant),
        intercept,
        intercept_error: libm::sqrt(h11 / determinant),
    })
}

/// Positions of the rows by increasing probability.
fn by_risk(probabilities: &[f64], outcomes: &[bool]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len().min(outcomes.len())).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    order
}

/// Cuts ordered rows into bins that differ by one row at most.
fn equal_mass(order: &[usize], bins: usize) -> impl Iterator<Item = &[usize]> {
    let rows = order.len();
    (0..bins).map(move |bin| &order[bin * rows / bins..(bin + 1) * rows / bins])
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
