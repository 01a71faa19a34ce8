//! `reads`: what a field makes of a text.

use crate::outcome::Outcome;
use crate::value::Value;

/// Each text with its value, or its error, in the field that the case names: read as from a file, or as typed by a person
/// where the case says in which language.
pub fn reads(outcome: &Outcome<'_>, asked: &Value) -> Option<Value> {
    let schema = outcome.loaded()?.scorer.schema();
    let field = &schema.fields[schema.field_index(outcome.case.field.as_deref()?)?];
    let read = |text: &str| match outcome.case.typed {
        None => field.parse(text),
        Some(language) => field.parse_shown(text, language),
    };
    let pairs = asked
        .names()
        .map(|text| (text.to_owned(), Value::of_reading(field, read(text))));
    Some(Value::Table(pairs.collect()))
}
