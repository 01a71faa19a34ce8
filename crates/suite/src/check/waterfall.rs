//! `waterfall`: whole points from the base to the score.

use crate::outcome::Outcome;
use crate::value::Value;

/// Base, a step for each group such as `income -12`, and total.
#[expect(clippy::cast_precision_loss, reason = "points are clamped far below 2^53")]
pub fn waterfall(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let waterfall = outcome.explanation()?.waterfall;
    let schema = outcome.loaded()?.scorer.schema();
    let steps = waterfall
        .steps
        .iter()
        .map(|step| format!("{} {:+}", schema.groups[step.group].key, step.points));
    Some(Value::Table(vec![
        ("base".into(), Value::Number(waterfall.base as f64)),
        ("steps".into(), Value::texts(steps)),
        ("total".into(), Value::Number(waterfall.total as f64)),
    ]))
}
