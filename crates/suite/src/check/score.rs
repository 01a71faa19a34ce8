//! `decision`, `risk_level`, `points` and `probability`.

use crate::outcome::Outcome;
use crate::value::Value;

/// `APPROVE` or `DECLINE`.
pub fn decision(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let decision = outcome.explanation()?.score.decision;
    Some(Value::Text(decision.as_str().into()))
}

/// `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
pub fn risk_level(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let level = outcome.explanation()?.score.risk_level;
    Some(Value::Text(level.as_str().into()))
}

/// Whole points, as a person sees them.
#[expect(clippy::cast_precision_loss, reason = "points are clamped far below 2^53")]
pub fn points(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    Some(Value::Number(outcome.explanation()?.waterfall.total as f64))
}

/// The probability of default to six decimals.
pub fn probability(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let probability = outcome.explanation()?.score.probability;
    Some(Value::Number((probability * 1e6).round() / 1e6))
}
