//! Figures with their intervals.

use candor_core::artifact::{Interval, Metrics, Part};
use candor_core::decision::{Costs, Policy};
use candor_core::stats::{Ranking, brier_score, expected_calibration_error, gini_of, log_loss, outcome_at};
use rayon::prelude::*;

use super::random::Random;

const BOOTSTRAP: u64 = 3;
/// Bootstrap samples behind each interval.
const SAMPLES: u64 = 400;
/// Bins of the calibration error.
pub const CALIBRATION_BINS: usize = 20;

/// Figures of calibrated `probabilities` on the part called `name`, with 95 % percentile bootstrap intervals.
pub fn evaluate(name: &str, probabilities: &[f64], outcomes: &[bool], policy: &Policy, seed: u64) -> Part {
    let ranking = Ranking::new(probabilities, outcomes);
    let costs = policy.costs;
    let figures = |weights: Option<&[u32]>| {
        let cost = |threshold: f64| outcome_at(probabilities, outcomes, threshold, weights).cost_per_client(&costs);
        let auc = ranking.auc(weights).unwrap_or(f64::NAN);
        [
            auc,
            gini_of(auc),
            ranking.ks(weights).unwrap_or(f64::NAN),
            log_loss(probabilities, outcomes, weights),
            brier_score(probabilities, outcomes, weights),
            cost(policy.threshold),
            cost(costs.break_even()),
        ]
    };
    let [auc, gini, ks, log_loss, brier, cost, cost_at_break_even] = bootstrap(outcomes.len(), seed, figures);
    let everybody = |declined: bool| cost_of_all(outcomes, declined, &costs);
    let metrics = Metrics {
        auc,
        gini,
        ks,
        log_loss,
        brier,
        calibration_error: expected_calibration_error(probabilities, outcomes, CALIBRATION_BINS),
        cost,
        cost_at_break_even,
        cost_approve_all: everybody(false),
        cost_decline_all: everybody(true),
        approval_rate: outcome_at(probabilities, outcomes, policy.threshold, None).approval_rate(),
    };
    let bad = outcomes.iter().filter(|&&outcome| outcome).count() as u64;
    Part {
        name: name.to_owned(),
        rows: outcomes.len() as u64,
        bad,
        metrics: Some(metrics),
    }
}

/// Figures of `rows` rows, with the 95 % percentile intervals of resampled rows. `figures` is given how often each row
/// counts; a sample whose figure is NaN does not count for it.
pub fn bootstrap<const COUNT: usize>(
    rows: usize,
    seed: u64,
    figures: impl Fn(Option<&[u32]>) -> [f64; COUNT] + Sync,
) -> [Interval; COUNT] {
    let values = figures(None);
    let samples: Vec<[f64; COUNT]> = (0..SAMPLES)
        .into_par_iter()
        .map(|sample| {
            let mut random = Random::new(seed.wrapping_add(sample), BOOTSTRAP);
            let mut weights = vec![0_u32; rows];
            for _ in 0..rows {
                weights[random.below(rows)] += 1;
            }
            figures(Some(&weights))
        })
        .collect();
    std::array::from_fn(|figure| {
        let mut sampled: Vec<f64> = samples
            .iter()
            .map(|sample| sample[figure])
            .filter(|v| !v.is_nan())
            .collect();
        sampled.sort_by(f64::total_cmp);
        let at = |share: f64| quantile(&sampled, share).unwrap_or(f64::NAN);
        Interval {
            value: values[figure],
            low: at(0.025),
            high: at(0.975),
        }
    })
}

fn cost_of_all(outcomes: &[bool], declined: bool, costs: &Costs) -> f64 {
    let everybody = vec![if declined { 1.0 } else { 0.0 }; outcomes.len()];
    outcome_at(&everybody, outcomes, 0.5, None).cost_per_client(costs)
}

/// The value below which a share of sorted values lies, interpolated (type 7 of Hyndman and Fan); `None` without values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a position"
)]
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * (sorted.len().checked_sub(1)?) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let low = *sorted.get(below)?;
    Some(low + (position - below as f64) * (sorted[above] - low))
}
