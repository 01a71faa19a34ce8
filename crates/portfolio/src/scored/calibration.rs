//! Predicted against observed: by bins of probability, and by bands of points.

use candor_core::artifact::Interval;
use candor_core::decision::{Policy, log_odds_of, probability_of};
use candor_core::stats::{
    NORMAL_975, brier_score, calibration_line, expected_calibration_error, outcome_at, risk_bins, wilson_interval,
};

use crate::discrimination::{bad_of, mean, share, some};
use crate::figures::{CutOff, Reliability, ReliabilityBin, ScoreBand};

/// Bins of the reliability curve, fewer where they would hold few clients.
const BINS: usize = 10;
/// Bins of the calibration error, as the model card has it.
const ERROR_BINS: usize = 20;
/// Fewest clients of a bin.
const LEAST_ROWS: usize = 30;
/// A band at either end is joined with the next while it holds fewer than one client in so many.
const TAIL: usize = 100;
/// Most bands.
const MOST_BANDS: f64 = 16.0;

/// A share with its Wilson interval.
pub(crate) fn proportion(count: u64, rows: u64) -> Interval {
    let [low, high] = wilson_interval(count, rows).unwrap_or([f64::NAN; 2]);
    Interval {
        value: share(count, rows),
        low,
        high,
    }
}

/// Compares probabilities with what happened.
pub(crate) fn reliability(log_odds: &[f64], probabilities: &[f64], outcomes: &[bool]) -> Reliability {
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

/// Bands of points of half a PDO, rounded to a number that people use, with what approving from each on would mean. A
/// client is in a band by probability, not by rounded points, so that a band's cut-off decides as the policy would.
pub(crate) fn bands(log_odds: &[f64], probabilities: &[f64], outcomes: &[bool], policy: &Policy) -> Vec<ScoreBand> {
    let mut points: Vec<f64> = log_odds
        .iter()
        .map(|&log_odds| policy.scaling.points(log_odds))
        .collect();
    points.sort_by(f64::total_cmp);
    let rank = |from_end: usize| {
        points
            .get(from_end.min(points.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    };
    let (low, high) = (rank(points.len() / TAIL), rank(points.len() - 1 - points.len() / TAIL));
    let mut width = policy.scaling.pdo / 2.0;
    while (high - low) / width > MOST_BANDS {
        width *= 2.0;
    }
    let mut bounds = Vec::new();
    let mut bound = (low / width).floor() * width + width;
    while bound < high && bounds.len() < 64 {
        bounds.push(bound);
        bound += width;
    }
    let total = outcomes.len() as u64;
    let count = bounds.len() + 1;
    (0..count)
        .map(|band| {
            let from = band.checked_sub(1).and_then(|below| bounds.get(below)).copied();
            let to = bounds.get(band).copied();
            // More points are less risk: approved below the probability that `from` points stand for.
            let threshold = |points: Option<f64>| points.map_or(f64::INFINITY, |points| probability_at(policy, points));
            let (upper, lower) = (
                threshold(from),
                to.map_or(f64::NEG_INFINITY, |to| probability_at(policy, to)),
            );
            let inside = |probability: f64| lower <= probability && probability < upper;
            let members: Vec<usize> = (0..outcomes.len()).filter(|&row| inside(probabilities[row])).collect();
            let bad = members.iter().filter(|&&row| outcomes[row]).count() as u64;
            let predicted: Vec<f64> = members.iter().map(|&row| probabilities[row]).collect();
            let counts = outcome_at(probabilities, outcomes, upper, None);
            let (approved_bad, declined_bad) = (counts.false_negatives, counts.true_positives);
            ScoreBand {
                from,
                to,
                rows: members.len() as u64,
                bad,
                bad_rate: some(share(bad, members.len() as u64)),
                mean_probability: some(mean(&predicted)),
                cut_off: CutOff {
                    approval_rate: share(approved_bad + counts.true_negatives, total),
                    bad_rate_approved: some(share(approved_bad, approved_bad + counts.true_negatives)),
                    recall: share(declined_bad, declined_bad + approved_bad),
                    precision: some(share(declined_bad, declined_bad + counts.false_positives)),
                    cost: counts.cost_per_client(&policy.costs),
                },
            }
        })
        .collect()
}

/// The probability that points stand for: the inverse of [`Scaling::points`](candor_core::decision::Scaling::points).
pub(crate) fn probability_at(policy: &Policy, points: f64) -> f64 {
    let scaling = policy.scaling;
    let log_odds = (scaling.points - points) / (scaling.pdo / std::f64::consts::LN_2) - libm::log(scaling.odds);
    probability_of(log_odds)
}

/// The points of a probability.
pub(crate) fn points_at(policy: &Policy, probability: f64) -> f64 {
    policy.scaling.points(log_odds_of(probability))
}
