//! `errors`: what is wrong with the application; `refused`: what is wrong with the model.

use crate::outcome::Outcome;
use crate::value::Value;

/// Every value that does not fit, in the order given. The engine words them in English; a page has words of its own.
pub fn errors(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let errors = outcome.loaded()?.application.as_ref().err()?;
    let sentences = Value::texts(errors.iter().map(ToString::to_string));
    Some(Value::Table(vec![("en".into(), sentences)]))
}

/// Why there is no model: its definition, its policy, or what the engine refuses to load.
pub fn refused(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    Some(Value::Text(outcome.model.as_ref().err()?.clone()))
}
