//! What is kept of the clients that a model was trained on, field by field: what drift is measured against.

use super::sketch::Sketch;
use crate::application::Application;
use crate::artifact::{FieldPopulation, FieldValues, Population, ScorePopulation};
use crate::decision::{Decision, Policy, probability_of};
use crate::schema::{FieldKind, Schema};
use crate::workers::Workers;

/// Sorted values of a field; what is missing is left out.
pub fn sorted<'a>(applications: impl Iterator<Item = &'a Application>, field: usize) -> Vec<f64> {
    let values = applications.filter_map(|application| application.values().get(field).copied());
    let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// What is kept of clients, and of scores that no tree has seen.
pub fn population(
    schema: &Schema,
    applications: &[&Application],
    log_odds: &[f64],
    policy: &Policy,
    workers: &impl Workers,
) -> Population {
    let fields = workers.map(schema.fields.len(), |index| {
        let values = sorted(applications.iter().copied(), index);
        let missing = (applications.len() - values.len()) as u64;
        let counts = |levels: usize| FieldValues::Levels((0..levels).map(|level| count_of(&values, level)).collect());
        let values = match &schema.fields[index].kind {
            FieldKind::Number(_) => FieldValues::Numbers(Sketch::of(&values)),
            FieldKind::Flag { .. } => counts(2),
            FieldKind::Category { levels, .. } => counts(levels.len()),
        };
        FieldPopulation { missing, values }
    });
    Population {
        rows: applications.len() as u64,
        fields,
        scores: scores(log_odds, policy),
    }
}

/// Clients whose stored value is a level.
#[expect(clippy::cast_precision_loss, reason = "positions of levels")]
pub fn count_of(sorted: &[f64], level: usize) -> u64 {
    let level = level as f64;
    let until = sorted.partition_point(|&value| value <= level);
    (until - sorted.partition_point(|&value| value < level)) as u64
}

/// What is kept of scores; `None` without any.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn scores(log_odds: &[f64], policy: &Policy) -> Option<ScorePopulation> {
    let mut log_odds = log_odds.to_vec();
    log_odds.sort_by(f64::total_cmp);
    let probabilities: Vec<f64> = log_odds.iter().map(|&log_odds| probability_of(log_odds)).collect();
    let approved = probabilities
        .iter()
        .filter(|&&probability| policy.decide(probability) == Decision::Approve)
        .count();
    Some(ScorePopulation {
        log_odds: Sketch::of(&log_odds)?,
        probability: Sketch::of(&probabilities)?,
        approved: approved as u64,
        mean_probability: probabilities.iter().sum::<f64>() / probabilities.len() as f64,
    })
}
