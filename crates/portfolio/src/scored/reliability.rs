//! Predicted against observed, by bins of probability.

use candor_core::artifact::Interval;
use candor_core::stats::{
    NORMAL_975, brier_score, calibration_line, expected_calibration_error, risk_bins, wilson_interval,
};
use serde::{Deserialize, Serialize};

use super::shares::{bad_of, share};

/// Bins of the reliability curve, fewer where they would hold few clients.
const BINS: usize = 10;
/// Bins of the calibration error, as the model card has it.
const ERROR_BINS: usize = 20;
/// Fewest clients of a bin.
const LEAST_ROWS: usize = 30;

/// Whether probabilities mean what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Bins of equal mass by increasing probability.
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error (20 bins of equal mass).
    pub calibration_error: f64,
    /// Slope of observed on predicted log-odds; `None` when it cannot be fitted.
    pub slope: Option<Interval>,
    /// Intercept of the same line.
    pub intercept: Option<Interval>,
    /// Brier score.
    pub brier: f64,
    /// Brier score of giving everybody the bad rate.
    pub brier_of_bad_rate: f64,
    /// 1 − Brier score / Brier score of the bad rate.
    pub brier_skill: f64,
}

/// Clients of similar probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// Share who defaulted, with its Wilson interval.
    pub bad_rate: Interval,
}

/// A share with its Wilson interval.
pub fn proportion(count: u64, rows: u64) -> Interval {
    let [low, high] = wilson_interval(count, rows).unwrap_or([f64::NAN; 2]);
    Interval {
        value: share(count, rows),
        low,
        high,
    }
}

/// Compares probabilities with what happened.
pub fn reliability(log_odds: &[f64], probabilities: &[f64], outcomes: &[bool]) -> Reliability {
    let bins = (outcomes.len() / LEAST_ROWS).clamp(1, BINS);
    let line = calibration_line(log_odds, outcomes);
    let interval = |value: f64, error: f64| Interval {
        value,
        low: value - NORMAL_975 * error,
        high: value + NORMAL_975 * error,
    };
    let brier = brier_score(probabilities, outcomes, None);
    let bad_rate = share(bad_of(outcomes), outcomes.len() as u64);
    let brier_of_bad_rate = bad_rate * (1.0 - bad_rate);
    Reliability {
        bins: risk_bins(probabilities, outcomes, bins)
            .into_iter()
            .map(|bin| ReliabilityBin {
                rows: bin.rows,
                bad: bin.bad,
                mean_probability: bin.mean_probability,
                bad_rate: proportion(bin.bad, bin.rows),
            })
            .collect(),
        calibration_error: expected_calibration_error(probabilities, outcomes, ERROR_BINS),
        slope: line.map(|line| interval(line.slope, line.slope_error)),
        intercept: line.map(|line| interval(line.intercept, line.intercept_error)),
        brier,
        brier_of_bad_rate,
        brier_skill: 1.0 - brier / brier_of_bad_rate,
    }
}
