//! The figures of a validated model, with their intervals.

use super::bootstrap::bootstrap;
use super::calibration::{brier_score, expected_calibration_error, log_loss};
use super::cost::outcome_at;
use super::discrimination::{Ranking, gini_of};
use crate::artifact::{Metrics, Part};
use crate::decision::{Costs, Policy};
use crate::workers::Workers;

/// Bins of the calibration error.
pub const CALIBRATION_BINS: usize = 20;

/// Figures of calibrated `probabilities` on the part called `name`, with 95 % percentile bootstrap intervals.
pub fn evaluate(
    name: &str,
    probabilities: &[f64],
    outcomes: &[bool],
    policy: &Policy,
    seed: u64,
    workers: &impl Workers,
) -> Part {
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
    let [auc, gini, ks, log_loss, brier, cost, cost_at_break_even] = bootstrap(outcomes.len(), seed, workers, figures);
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

fn cost_of_all(outcomes: &[bool], declined: bool, costs: &Costs) -> f64 {
    let everybody = vec![if declined { 1.0 } else { 0.0 }; outcomes.len()];
    outcome_at(&everybody, outcomes, 0.5, None).cost_per_client(costs)
}
