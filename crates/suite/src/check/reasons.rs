//! `reasons`: what a decision is explained with, the strongest first; `groups`: all that was weighed.

use candor_core::Language;

use crate::outcome::Outcome;
use crate::value::Value;

/// The sentences in each language, the groups' keys, and the fields named with each.
pub fn reasons(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let explanation = outcome.explanation()?;
    let schema = outcome.loaded()?.scorer.schema();
    let groups: Vec<_> = explanation
        .reasons
        .iter()
        .map(|reason| &schema.groups[reason.group])
        .collect();
    let sentences = Language::ALL.map(|language| {
        let sentences = groups.iter().map(|group| group.reason.in_language(language));
        (language.code().to_owned(), Value::texts(sentences))
    });
    let fields = explanation.reasons.iter().map(|reason| {
        let names = reason.fields.iter().map(|&field| schema.fields[field].name.as_str());
        Value::texts(names)
    });
    let mut table = Vec::from(sentences);
    table.push((
        "groups".into(),
        Value::texts(groups.iter().map(|group| group.key.as_str())),
    ));
    table.push(("fields".into(), Value::List(fields.collect())));
    Some(Value::Table(table))
}

/// Keys of the groups that have features, the largest effect first.
pub fn groups(outcome: &Outcome<'_>, _: &Value) -> Option<Value> {
    let explanation = outcome.explanation()?;
    let schema = outcome.loaded()?.scorer.schema();
    let keys = explanation
        .groups
        .iter()
        .map(|group| schema.groups[group.group].key.as_str());
    Some(Value::texts(keys))
}
