//! The parts of a model's text: definition, policy and what is the suite's own, and changing values in it.

use std::ops::Range;

use toml_edit::{ArrayOfTables, Document, DocumentMut, Item, Table, TableLike, TomlError};

use crate::problem::meant;
use crate::value::Value;

const DEFINITION: [&str; 4] = ["table", "group", "field", "feature"];
const POLICY: [&str; 6] = ["costs", "scaling", "risk_levels", "reasons", "excluded", "monotone"];

/// The parts, each with the lines of the others left empty: what stands in line 40 is in line 40 of its part.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) definition: String,
    pub(super) policy: String,
    pub(super) own: String,
}

/// Splits a model's text.
pub(super) fn split(text: &str) -> Result<Sections, TomlError> {
    let document = Document::parse(text)?;
    let mut starts: Vec<(usize, &str)> = Vec::new();
    for (name, item) in document.iter() {
        let key = document.key(name).and_then(toml_edit::Key::span);
        headers(item, &mut |span| starts.push((span.start, name)));
        if item.is_value() {
            starts.extend(key.map(|span| (span.start, name)));
        }
    }
    starts.sort_unstable();
    let mut sections = Sections::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let name = starts
            .iter()
            .rev()
            .find(|(start, _)| *start < end)
            .map_or("", |(_, name)| *name);
        at = end;
        let own = if DEFINITION.contains(&name) {
            &mut sections.definition
        } else if POLICY.contains(&name) {
            &mut sections.policy
        } else {
            &mut sections.own
        };
        own.push_str(line.trim_end_matches('\n'));
        for section in [&mut sections.definition, &mut sections.policy, &mut sections.own] {
            section.push('\n');
        }
    }
    Ok(sections)
}

/// Where the headers of a table and those in it stand.
fn headers(item: &Item, found: &mut dyn FnMut(Range<usize>)) {
    let mut of_table = |table: &Table| {
        if !table.is_dotted() && !table.is_implicit() {
            table.span().into_iter().for_each(&mut *found);
        }
        table.iter().for_each(|(_, item)| headers(item, found));
    };
    match item {
        Item::Table(table) => of_table(table),
        Item::ArrayOfTables(tables) => tables.iter().for_each(of_table),
        Item::None | Item::Value(_) => {}
    }
}

/// The key of the first reason group.
pub(super) fn first_group(text: &str) -> String {
    let document = Document::parse(text).ok();
    let key = document.as_ref().and_then(|document| {
        let groups = document.get("group")?.as_array_of_tables()?;
        groups.get(0)?.get("key")?.as_str()
    });
    key.unwrap_or("external_scores").to_owned()
}

/// The text with some values put in place of others.
pub(super) fn change(text: &str, with: &Value) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: TomlError| error.to_string())?;
    put(document.as_table_mut(), with)?;
    Ok(document.to_string())
}

/// Tables are changed name by name, entries of a list by their name (`field.income.min = 0`), all else is replaced.
fn put(table: &mut dyn TableLike, with: &Value) -> Result<(), String> {
    for name in with.names() {
        let Some(value) = with.get(name) else { continue };
        match (table.get_mut(name), value) {
            (Some(Item::ArrayOfTables(tables)), Value::Table(_)) => {
                for entry in value.names() {
                    let changed = value.get(entry).unwrap_or(value);
                    put(
                        entry_of(tables, entry).map_err(|problem| format!("{name}: {problem}"))?,
                        changed,
                    )?;
                }
            }
            (Some(item), Value::Table(_)) if item.is_table_like() => {
                if let Some(inner) = item.as_table_like_mut() {
                    put(inner, value)?;
                }
            }
            _ => {
                table.insert(name, Item::Value(value.to_toml()));
            }
        }
    }
    Ok(())
}

fn entry_of<'a>(tables: &'a mut ArrayOfTables, name: &str) -> Result<&'a mut Table, String> {
    let named = |table: &Table| {
        let key = ["name", "key", "feature"]
            .iter()
            .find_map(|key| table.get(key)?.as_str());
        key.map(str::to_owned)
    };
    let known: Vec<String> = tables.iter().filter_map(named).collect();
    let problem = || format!("there is no {name}{}", meant(name, known.iter().map(String::as_str)));
    let found = tables.iter_mut().find(|table| named(table).as_deref() == Some(name));
    found.ok_or_else(problem)
}
