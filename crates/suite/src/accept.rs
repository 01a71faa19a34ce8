//! Writing what came into the files, with everything else in them left as it is.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value as Written};

use crate::check::{CHECKS, USUAL, came};
use crate::difference::{Difference, differences};
use crate::outcome::Outcome;
use crate::value::Value;

/// Texts in a list that would not stand on one line get one each.
const WIDTH: usize = 100;

/// Writes what came of the case at `index` of its file; `false` where it is all there already.
pub fn accept(document: &mut DocumentMut, index: usize, outcome: &Outcome<'_>) -> bool {
    let Some(cases) = document.get_mut("case").and_then(Item::as_array_of_tables_mut) else {
        return false;
    };
    let Some(case) = cases.get_mut(index) else { return false };
    let differences = differences(outcome);
    if case.get("expect").is_none_or(|expect| !expect.is_table_like()) {
        let mut table = Table::new();
        table.decor_mut().set_prefix("");
        case.insert("expect", Item::Table(table));
    }
    let Some(expect) = case.get_mut("expect").and_then(Item::as_table_like_mut) else {
        return false;
    };
    for difference in &differences {
        write(expect, difference);
    }
    let empty = expect.is_empty();
    if empty {
        for (key, _) in CHECKS.iter().filter(|(key, _)| USUAL.contains(key)) {
            if let Some(value) = came(key, outcome, &Value::Table(vec![])) {
                insert(expect, key, usual(key, value));
            }
        }
    }
    empty || !differences.is_empty()
}

/// Of the reasons, a person wants the sentences.
fn usual(key: &str, value: Value) -> Value {
    match value {
        Value::Table(values) if key == "reasons" => {
            let sentences = values
                .into_iter()
                .filter(|(name, _)| !["groups", "fields"].contains(&name.as_str()));
            Value::Table(sentences.collect())
        }
        other => other,
    }
}

/// Puts one value in its place, or takes away what does not come.
fn write(expect: &mut dyn TableLike, difference: &Difference) {
    let Some((last, outer)) = difference.path.split_last() else {
        return;
    };
    let mut table = expect;
    for name in outer {
        let Some(inner) = table.get_mut(name).and_then(Item::as_table_like_mut) else {
            return;
        };
        table = inner;
    }
    match (&difference.came, table.get_mut(last)) {
        (None, _) => {
            table.remove(last);
        }
        (Some(came), Some(item)) => replace(item, came),
        (Some(came), None) => insert(table, last, came.clone()),
    }
}

/// A table's names are dotted: `reasons.en = […]`.
fn insert(table: &mut dyn TableLike, key: &str, value: Value) {
    let item = match value {
        Value::Table(values) if values.iter().all(|(_, value)| matches!(value, Value::List(_))) => {
            let mut dotted = Table::new();
            dotted.set_dotted(true);
            for (name, value) in values {
                dotted.insert(&name, Item::Value(laid_out(&value)));
            }
            Item::Table(dotted)
        }
        value => Item::Value(laid_out(&value)),
    };
    table.insert(key, item);
}

/// The comment behind a value stays.
fn replace(item: &mut Item, value: &Value) {
    let mut written = laid_out(value);
    if let Some(old) = item.as_value() {
        *written.decor_mut() = old.decor().clone();
    }
    // Comments between the values of a list that has as many as before stay, too.
    if let (Some(Written::Array(old)), Value::List(values)) = (item.as_value_mut(), value)
        && old.len() == values.len()
    {
        for (position, value) in values.iter().enumerate() {
            if old
                .get(position)
                .is_some_and(|old| !Value::of(&Item::Value(old.clone())).same(value))
            {
                let decor = old.get(position).map(|old| old.decor().clone()).unwrap_or_default();
                let mut new = value.to_toml();
                *new.decor_mut() = decor;
                old.replace_formatted(position, new);
            }
        }
        return;
    }
    *item = Item::Value(written);
}

/// A value as people lay it out.
fn laid_out(value: &Value) -> Written {
    let mut written = value.to_toml();
    match &mut written {
        Written::Array(array) if array.to_string().len() > WIDTH => spread(array),
        Written::InlineTable(table) => InlineTable::fmt(table),
        _ => {}
    }
    written
}

fn spread(array: &mut Array) {
    for value in array.iter_mut() {
        value.decor_mut().set_prefix("\n  ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}
