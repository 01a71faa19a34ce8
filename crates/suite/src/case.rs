//! One case as it is written: `[[case]]` of a file.

use candor_core::Language;
use toml_edit::{Item, Table, TableLike};

use crate::check::CHECKS;
use crate::problem::{Problem, Source, meant};
use crate::value::Value;

/// Keys that a case may have.
const KEYS: [&str; 7] = ["name", "model", "with", "application", "typed", "field", "expect"];

/// An application to a model, and what must come out.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it shows, as a sentence; no other case of the suite has the same.
    pub name: String,
    /// The model's name: its file in `models/`, without its ending.
    pub model: String,
    /// What is different in the model: tables and values that are put in place of its own.
    pub with: Option<Value>,
    /// Fields and what is given for them, in the order written.
    pub application: Vec<(String, Value)>,
    /// The language of a person who typed the values; `None` where a program handed them over.
    pub typed: Option<Language>,
    /// The field that `reads` is about.
    pub field: Option<String>,
    /// What must come out; no names where the case does not say.
    pub expect: Value,
    /// Line of its name.
    pub line: usize,
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// [`Problem`] with the line of what is wrong.
    pub fn read(table: &Table, source: Source<'_>) -> Result<Self, Problem> {
        let wrong = |item: Option<&Item>, problem: String| {
            let span = item.and_then(Item::span).or_else(|| table.span());
            source.problem(span, problem)
        };
        for (key, item) in table {
            if !KEYS.contains(&key) {
                let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
                return Err(source.problem(span, format!("a case has no {key}{}", meant(key, KEYS))));
            }
        }
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(item) => match item.as_str() {
                Some(text) => Ok(Some((text.to_owned(), item))),
                None => Err(wrong(Some(item), format!("{key} should be a text in quotes"))),
            },
        };
        let fields = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(item) => match item.as_table_like() {
                Some(fields) => Ok(Some(fields)),
                None => Err(wrong(
                    Some(item),
                    format!("{key} should be names with their values: {key} = {{ … }}"),
                )),
            },
        };
        let Some((name, name_item)) = text("name")?.filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(wrong(
                None,
                "a case needs a name that says what it shows: name = \"…\"".into(),
            ));
        };
        let Some((model, _)) = text("model")? else {
            let problem = "the case needs a model: model = \"…\", the name of a file in models/";
            return Err(wrong(Some(name_item), problem.into()));
        };
        let typed = text("typed")?.map(|(code, item)| {
            let language = Language::ALL.into_iter().find(|language| language.code() == code);
            language.ok_or_else(|| {
                let codes = Language::ALL.map(Language::code).join("\" or \"");
                wrong(
                    Some(item),
                    format!("typed = \"{code}\" is no language; write \"{codes}\""),
                )
            })
        });
        let expect = fields("expect")?;
        if let Some(expect) = expect {
            check_keys(expect, source)?;
        }
        let mut application = Vec::new();
        for (field, item) in fields("application")?.into_iter().flat_map(TableLike::iter) {
            let value = Value::of(item);
            if value.as_raw().is_none() {
                let problem = format!("{field} should be a number, a text, true or false; leave it out if unknown");
                return Err(wrong(Some(item), problem));
            }
            application.push((field.to_owned(), value));
        }
        let with = fields("with")?.map(Value::of_table);
        Ok(Self {
            line: source.line(name_item.span()),
            name,
            model,
            with,
            application,
            typed: typed.transpose()?,
            field: text("field")?.map(|(field, _)| field),
            expect: expect.map_or(Value::Table(vec![]), Value::of_table),
        })
    }
}

/// Every expectation is one that is checked.
fn check_keys(expect: &dyn TableLike, source: Source<'_>) -> Result<(), Problem> {
    let known = || CHECKS.iter().map(|(key, _)| *key);
    for (key, item) in expect.iter() {
        if !known().any(|known| known == key) {
            let span = expect.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            let problem = format!("nothing called {key} can be expected{}", meant(key, known()));
            return Err(source.problem(span, problem));
        }
    }
    Ok(())
}
