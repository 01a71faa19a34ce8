//! What a case expects beside what came.

use std::fmt::{self, Display, Formatter};

use crate::check::{NEVER_SILENT, came};
use crate::outcome::Outcome;
use crate::value::Value;

/// A place where something else came than is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Names from `expect` inwards, such as `reasons`, `en`.
    pub path: Vec<String>,
    /// What the case says; `None` where it says nothing, and should.
    pub expected: Option<Value>,
    /// What came; `None` where there is nothing.
    pub came: Option<Value>,
}

/// Everything that is not as the case expects.
pub fn differences(outcome: &Outcome<'_>) -> Vec<Difference> {
    let expect = &outcome.case.expect;
    let mut found = Vec::new();
    for key in expect.names() {
        let asked = expect.get(key);
        if let Some(asked) = asked {
            compare(&mut vec![key.to_owned()], asked, came(key, outcome, asked), &mut found);
        }
    }
    for key in NEVER_SILENT {
        let unasked = expect.get(key).is_none();
        if let Some(came) = came(key, outcome, &Value::Table(vec![])).filter(|_| unasked) {
            found.push(Difference {
                path: vec![key.to_owned()],
                expected: None,
                came: Some(came),
            });
        }
    }
    found
}

/// Of a table, only the names that the case has are compared.
fn compare(path: &mut Vec<String>, expected: &Value, came: Option<Value>, found: &mut Vec<Difference>) {
    let inwards = came
        .as_ref()
        .is_some_and(|came| matches!(came, Value::Table(_)) && !is_error(came));
    if inwards && matches!(expected, Value::Table(_)) && !is_error(expected) {
        for name in expected.names() {
            path.push(name.to_owned());
            let inner = came.as_ref().and_then(|came| came.get(name)).cloned();
            if let Some(expected) = expected.get(name) {
                compare(path, expected, inner, found);
            }
            path.pop();
        }
    } else if !came.as_ref().is_some_and(|came| came.same(expected)) {
        found.push(Difference {
            path: path.clone(),
            expected: Some(expected.clone()),
            came,
        });
    }
}

/// `{ error = "…" }` is one answer, not a table of them.
fn is_error(value: &Value) -> bool {
    value.names().eq(["error"])
}

impl Display for Difference {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let path: Vec<String> = self
            .path
            .iter()
            .map(|name| toml_edit::Key::new(name).to_string())
            .collect();
        writeln!(formatter, "  {}", path.join("."))?;
        if let (Some(Value::List(expected)), Some(Value::List(came))) = (&self.expected, &self.came) {
            return lists(formatter, expected, came);
        }
        let shown = |value: &Option<Value>, nothing: &str| match value {
            Some(value) => value.to_string(),
            None => nothing.to_owned(),
        };
        writeln!(
            formatter,
            "    - expected  {}",
            shown(&self.expected, "(the case does not say)")
        )?;
        writeln!(
            formatter,
            "    + came      {}",
            shown(&self.came, "(nothing of that name)")
        )
    }
}

/// A line for each value: what is missing, and then what came.
fn lists(formatter: &mut Formatter<'_>, expected: &[Value], came: &[Value]) -> fmt::Result {
    let is_in = |value: &Value, list: &[Value]| list.iter().any(|other| other.same(value));
    for value in expected.iter().filter(|value| !is_in(value, came)) {
        writeln!(formatter, "    - expected  {value}")?;
    }
    for value in came {
        let mark = if is_in(value, expected) {
            "  and       "
        } else {
            "+ came      "
        };
        writeln!(formatter, "    {mark}{value}")?;
    }
    if came.is_empty() {
        writeln!(formatter, "    + came      (an empty list)")?;
    }
    if expected.iter().all(|value| is_in(value, came)) && came.iter().all(|value| is_in(value, expected)) {
        writeln!(formatter, "    in another order or number than expected")?;
    }
    Ok(())
}
