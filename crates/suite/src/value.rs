//! Values as a case writes them, and as they are compared and shown.

use std::fmt::{self, Display, Formatter};

use candor_core::{Field, FieldKind, Raw, ValueError};
use toml_edit::{Array, InlineTable, Item, TableLike};

/// What stands where there is no value.
pub const MISSING: &str = "missing";

/// A value of a case file, in the order in which it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number; whole ones are written without a point.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Values in order.
    List(Vec<Value>),
    /// Named values in order.
    Table(Vec<(String, Value)>),
}

impl Value {
    /// What a file says; a date is the text that it is written with.
    pub fn of(item: &Item) -> Self {
        match item {
            Item::None => Self::Table(vec![]),
            Item::Value(value) => Self::of_value(value),
            Item::Table(table) => Self::of_table(table),
            Item::ArrayOfTables(tables) => Self::List(tables.iter().map(|table| Self::of_table(table)).collect()),
        }
    }

    /// Named values.
    pub fn of_table(table: &dyn TableLike) -> Self {
        let value = |(name, item): (&str, &Item)| (name.to_owned(), Self::of(item));
        Self::Table(table.iter().map(value).collect())
    }

    #[expect(clippy::cast_precision_loss, reason = "people write whole numbers below 2^53")]
    fn of_value(value: &toml_edit::Value) -> Self {
        match value {
            toml_edit::Value::String(text) => Self::Text(text.value().clone()),
            toml_edit::Value::Integer(number) => Self::Number(*number.value() as f64),
            toml_edit::Value::Float(number) => Self::Number(*number.value()),
            toml_edit::Value::Boolean(flag) => Self::Flag(*flag.value()),
            toml_edit::Value::Datetime(date) => Self::Text(date.value().to_string()),
            toml_edit::Value::Array(array) => Self::List(array.iter().map(Self::of_value).collect()),
            toml_edit::Value::InlineTable(table) => Self::of_table(table),
        }
    }

    /// The value as TOML, on one line.
    pub fn to_toml(&self) -> toml_edit::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            Self::Number(number) if is_plainly_whole(*number) => (*number as i64).into(),
            Self::Number(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(values) => values.iter().map(Self::to_toml).collect::<Array>().into(),
            Self::Table(values) => {
                let pairs = values.iter().map(|(name, value)| (name.as_str(), value.to_toml()));
                pairs.collect::<InlineTable>().into()
            }
        }
    }

    /// Whether both are the same to the bit; the names of a table may stand in another order.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.to_bits() == b.to_bits(),
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Self::Table(a), Self::Table(_)) => {
                let equal = |(name, value): &(String, Self)| other.get(name).is_some_and(|found| value.same(found));
                other.names().count() == a.len() && a.iter().all(equal)
            }
            _ => self == other,
        }
    }

    /// The value of a name of a table.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Table(values) = self else { return None };
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The names of a table; none of anything else.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let values = if let Self::Table(values) = self {
            values.as_slice()
        } else {
            &[]
        };
        values.iter().map(|(name, _)| name.as_str())
    }

    /// The value as a program hands it over; `None` of a list or a table.
    pub fn as_raw(&self) -> Option<Raw<'_>> {
        match self {
            Self::Text(text) => Some(Raw::Text(text)),
            Self::Number(number) => Some(Raw::Number(*number)),
            Self::Flag(flag) => Some(Raw::Flag(*flag)),
            Self::List(_) | Self::Table(_) => None,
        }
    }

    /// What an expression or a feature comes to.
    pub fn of_number(number: f64) -> Self {
        if number.is_nan() {
            Self::Text(MISSING.into())
        } else {
            Self::Number(number)
        }
    }

    /// A stored value of a field: a number as it is, a flag as yes or no, a category as its level.
    pub fn of_stored(field: &Field, stored: f64) -> Self {
        match &field.kind {
            _ if stored.is_nan() => Self::Text(MISSING.into()),
            FieldKind::Number(_) => Self::Number(stored),
            FieldKind::Flag { .. } => Self::Flag(stored == 1.0),
            FieldKind::Category { .. } => Self::Text(field.format(stored)),
        }
    }

    /// What became of a text in a field: its stored value, or the error.
    pub fn of_reading(field: &Field, read: Result<f64, ValueError>) -> Self {
        match read {
            Ok(stored) => Self::of_stored(field, stored),
            Err(error) => Self::error(error.to_string()),
        }
    }

    /// An error where a value is asked for: `{ error = "…" }`.
    pub fn error(message: String) -> Self {
        Self::Table(vec![("error".into(), Self::Text(message))])
    }

    /// Texts in order.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.into())).collect())
    }
}

/// Whether a number is written without a point. −0 is not: it would lose its sign.
fn is_plainly_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 9e15 && (number != 0.0 || number.is_sign_positive())
}

impl Display for Value {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.to_toml())
    }
}
