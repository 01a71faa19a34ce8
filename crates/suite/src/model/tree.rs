//! A tree as nested questions: `{ if = "income <= 2000", then = 0.4, else = { … } }`, with log-odds at its leaves.

use candor_core::ensemble::{Child, Levels, Missing, Node, Test, Tree};
use candor_core::preprocessing::Source;
use candor_core::schema::{FieldKind, Level};
use candor_definition::Definition;
use toml::Value;

use crate::problem::meant;

/// Builds a tree from its text.
pub(super) fn tree(entry: &Value, definition: &Definition) -> Result<Tree, String> {
    let mut tree = Tree {
        nodes: vec![],
        leaves: vec![],
        covers: vec![],
        category_words: vec![],
    };
    child(entry, definition, &mut tree)?;
    Ok(tree)
}

#[expect(clippy::cast_possible_truncation, reason = "a model written by hand is small")]
fn child(entry: &Value, definition: &Definition, tree: &mut Tree) -> Result<Child, String> {
    const FORM: &str = "write a number, { value = …, share = … } or { if = \"…\", then = …, else = …, missing = \"then\" or \"else\" }";
    let number = |value: &Value| {
        let whole = value
            .as_integer()
            .and_then(|whole| i32::try_from(whole).ok())
            .map(f64::from);
        value.as_float().or(whole)
    };
    let leaf = |value: f64, share: f64, tree: &mut Tree| {
        tree.leaves.push(value);
        tree.covers.push(share);
        Child::Leaf(tree.leaves.len() as u32 - 1)
    };
    if let Some(value) = number(entry) {
        return Ok(leaf(value, 1.0, tree));
    }
    let Some(table) = entry.as_table() else {
        return Err(format!("{entry}: {FORM}"));
    };
    let unknown = |known: &[&str]| table.keys().find(|key| !known.contains(&key.as_str()));
    if let Some(value) = table.get("value").and_then(number) {
        let share = table.get("share").and_then(number).unwrap_or(1.0);
        return match unknown(&["value", "share"]) {
            Some(key) => Err(format!("a leaf has no {key}; {FORM}")),
            None => Ok(leaf(value, share, tree)),
        };
    }
    if let Some(key) = unknown(&["if", "then", "else", "missing"]) {
        return Err(format!("a question has no {key}; {FORM}"));
    }
    let (Some(question), Some(then), Some(otherwise)) = (
        table.get("if").and_then(Value::as_str),
        table.get("then"),
        table.get("else"),
    ) else {
        return Err(FORM.into());
    };
    let missing_left = match table.get("missing").map(|side| side.as_str()) {
        None | Some(Some("else")) => false,
        Some(Some("then")) => true,
        Some(_) => return Err(FORM.into()),
    };
    let (feature, test) = test(question, missing_left, definition, tree)?;
    let index = tree.nodes.len();
    let (left, right) = (Child::Leaf(0), Child::Leaf(0));
    tree.nodes.push(Node {
        feature,
        test,
        left,
        right,
    });
    tree.nodes[index].left = child(then, definition, tree)?;
    tree.nodes[index].right = child(otherwise, definition, tree)?;
    Ok(Child::Node(index as u32))
}

/// `FEATURE <= NUMBER`, or `FEATURE in LEVEL | LEVEL`.
#[expect(clippy::cast_possible_truncation, reason = "a model written by hand is small")]
fn test(question: &str, missing_left: bool, definition: &Definition, tree: &mut Tree) -> Result<(u16, Test), String> {
    let form = || format!("'{question}': write \"feature <= number\" or \"feature in level | level\"");
    if let Some((name, bound)) = question.split_once("<=") {
        let bound: f64 = bound.trim().parse().map_err(|_| form())?;
        let missing = if missing_left { Missing::Left } else { Missing::Right };
        return Ok((feature_of(definition, name.trim())?, Test::AtMost(bound, missing)));
    }
    let (name, levels) = question.split_once(" in ").ok_or_else(form)?;
    let feature = feature_of(definition, name.trim())?;
    let Some(FieldKind::Category { levels: known, .. }) = kind_of(definition, feature) else {
        return Err(form());
    };
    let names: Vec<&str> = levels.split('|').map(str::trim).collect();
    let (start, words) = (tree.category_words.len() as u32, level_words(known, &names)?);
    let length = words.len() as u32;
    tree.category_words.extend(words);
    let levels = Levels::Truncated;
    let test = Test::InSet {
        start,
        length,
        levels,
        missing_left,
    };
    Ok((feature, test))
}

/// Position of a feature.
pub(super) fn feature_of(definition: &Definition, name: &str) -> Result<u16, String> {
    let features = &definition.preprocessing.features;
    let found = features.iter().position(|feature| feature.name == name);
    let found = found.and_then(|index| u16::try_from(index).ok());
    let names = features.iter().map(|feature| feature.name.as_str());
    found.ok_or_else(|| format!("there is no field or feature {name}{}", meant(name, names)))
}

/// The kind of the field that a feature is; `None` where it is computed.
pub(super) fn kind_of(definition: &Definition, feature: u16) -> Option<&FieldKind> {
    match definition.preprocessing.features[usize::from(feature)].source {
        Source::Field(field) => Some(&definition.schema.fields[usize::from(field)].kind),
        Source::Expression { .. } => None,
    }
}

/// A set of levels as words of bits.
pub(super) fn level_words(levels: &[Level], names: &[&str]) -> Result<Vec<u32>, String> {
    let mut words = vec![0; levels.len().div_ceil(32)];
    for name in names {
        let Some(position) = levels.iter().position(|level| level.value == *name) else {
            let known = levels.iter().map(|level| level.value.as_str());
            return Err(format!("there is no level {name}{}", meant(name, known)));
        };
        words[position / 32] |= 1 << (position % 32);
    }
    Ok(words)
}
