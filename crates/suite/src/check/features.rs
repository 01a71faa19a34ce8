//! `features`: what the model's trees read.

use crate::outcome::Outcome;
use crate::value::Value;

/// Every feature with its number: a condition is 1 or 0, a category the position of its level.
pub fn features(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let loaded = outcome.loaded()?;
    let numbers = loaded.scorer.features(loaded.application.as_ref().ok()?);
    let features = &loaded.scorer.model().preprocessing.features;
    let pairs = features.iter().zip(numbers);
    let pairs = pairs.map(|(feature, number)| (feature.name.clone(), Value::of_number(number)));
    Some(Value::Table(pairs.collect()))
}
