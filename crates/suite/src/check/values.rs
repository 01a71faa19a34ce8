//! `values`: what the application holds once it is read.

use crate::outcome::Outcome;
use crate::value::Value;

/// Every field with its value: numbers in the unit of files, flags as true and false, categories as the level in files.
pub fn values(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let loaded = outcome.loaded()?;
    let values = loaded.application.as_ref().ok()?.values();
    let fields = loaded.scorer.schema().fields.iter().zip(values);
    let pairs = fields.map(|(field, &stored)| (field.name.clone(), Value::of_stored(field, stored)));
    Some(Value::Table(pairs.collect()))
}
