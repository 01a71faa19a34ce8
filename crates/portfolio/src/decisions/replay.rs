//! Whether a decision made again is the one on record.

use candor_core::{Application, FieldError, Raw, Schema};
use serde_json::{Map, Value};

use super::entry::Entry;

/// In what an entry and the same decision made again differ, in words; empty where they do not.
pub fn differences(recorded: &Entry, again: &Entry) -> Vec<String> {
    let changed = |what: &str, one: String, other: String| (one != other).then(|| format!("{what} {one} -> {other}"));
    [
        changed(
            "decision",
            recorded.decision.as_str().into(),
            again.decision.as_str().into(),
        ),
        changed(
            "risk level",
            recorded.risk_level.as_str().into(),
            again.risk_level.as_str().into(),
        ),
        changed(
            "log-odds bits",
            recorded.log_odds_bits.clone(),
            again.log_odds_bits.clone(),
        ),
        changed(
            "probability",
            recorded.probability.to_string(),
            again.probability.to_string(),
        ),
        changed("points", recorded.points.to_string(), again.points.to_string()),
        changed("reasons", recorded.reasons.join(", "), again.reasons.join(", ")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The application that an entry carries.
///
/// # Errors
/// Every field that this model does not have or that does not take the value.
pub fn application_of(schema: &Schema, inputs: &Map<String, Value>) -> Result<Application, Vec<FieldError>> {
    let raw = |value| match value {
        &Value::Bool(flag) => Raw::Flag(flag),
        Value::Number(number) => Raw::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Raw::Text(text),
        Value::Null | Value::Array(_) | Value::Object(_) => Raw::Missing,
    };
    Application::from_pairs(schema, inputs.iter().map(|(name, value)| (name.as_str(), raw(value))))
}
