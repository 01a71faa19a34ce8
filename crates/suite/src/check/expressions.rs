//! `expressions`: what the language of definition files computes from the application.

use crate::outcome::Outcome;
use crate::value::Value;

/// Each expression with its number, or what is wrong with it and in which column.
pub fn expressions(outcome: &Outcome<'_>, asked: &Value) -> Option<Value> {
    let application = outcome.loaded()?.application.as_ref().ok()?;
    let value = |text: &str| match outcome.blueprint.with_expression(text) {
        Ok(scorer) => Value::of_number(scorer.features(application).last().copied().unwrap_or(f64::NAN)),
        Err(problem) => Value::error(problem),
    };
    let pairs = asked.names().map(|text| (text.to_owned(), value(text)));
    Some(Value::Table(pairs.collect()))
}
