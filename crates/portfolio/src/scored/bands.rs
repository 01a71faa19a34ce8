//! Clients by bands of points, and what approving from each on would mean.

use candor_core::decision::{Policy, log_odds_of, probability_of};
use candor_core::stats::outcome_at;
use serde::{Deserialize, Serialize};

use super::shares::{mean, share, some};

/// A band at either end is joined with the next while it holds fewer than one client in so many.
const TAIL: usize = 100;
/// Most bands.
const MOST_BANDS: f64 = 16.0;

/// Clients whose points lie in one band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreBand {
    /// Lowest points of the band, included; `None` for the lowest band.
    pub from: Option<f64>,
    /// Where the next band begins; `None` for the highest band.
    pub to: Option<f64>,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share who defaulted; `None` without clients.
    pub bad_rate: Option<f64>,
    /// Mean probability of default; `None` without clients.
    pub mean_probability: Option<f64>,
    /// What would be if this band and those above it were approved.
    pub cut_off: CutOff,
}

/// What approving from some points on means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CutOff {
    /// Share of clients approved.
    pub approval_rate: f64,
    /// Share of defaults among the approved; `None` when nobody is.
    pub bad_rate_approved: Option<f64>,
    /// Share of the defaults that are declined.
    pub recall: f64,
    /// Share of defaults among the declined; `None` when nobody is.
    pub precision: Option<f64>,
    /// Cost per client at the policy's costs.
    pub cost: f64,
}

/// Bands of points of half a PDO, rounded to a number that people use, with what approving from each on would mean. A
/// client is in a band by probability, not by rounded points, so that a band's cut-off decides as the policy would.
pub fn bands(log_odds: &[f64], probabilities: &[f64], outcomes: &[bool], policy: &Policy) -> Vec<ScoreBand> {
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
pub fn probability_at(policy: &Policy, points: f64) -> f64 {
    let scaling = policy.scaling;
    let log_odds = (scaling.points - points) / (scaling.pdo / std::f64::consts::LN_2) - libm::log(scaling.odds);
    probability_of(log_odds)
}

/// The points of a probability.
pub fn points_at(policy: &Policy, probability: f64) -> f64 {
    policy.scaling.points(log_odds_of(probability))
}
