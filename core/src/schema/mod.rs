//! Which raw fields an application has: kind, unit, range, levels, labels, reason group.

mod field;
mod value;

pub use field::{Change, Field, FieldKind, Level, NumberKind};
pub use value::ValueError;

use crate::text::Text;

/// The raw fields of one kind of application, in the order in which an [`Application`](crate::Application) stores them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Schema {
    /// Name of the table that the fields come from.
    pub table: String,
    /// Column that identifies a client.
    pub id: Option<String>,
    /// Column that tells whether the client defaulted (1) or not (0); only training reads it.
    pub target: Option<String>,
    /// Groups in which contributions are summed before they are ranked as reasons.
    pub groups: Vec<Group>,
    /// The fields that the model reads.
    pub fields: Vec<Field>,
    /// Columns of the table that are known and deliberately not read, such as protected attributes.
    pub unused_columns: Vec<String>,
}

/// A group of features that people understand as one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Group {
    /// Short stable name, such as `external_scores`.
    pub key: String,
    /// What the group is called on screen.
    pub label: Text,
    /// The sentence shown when the group raises the risk.
    pub reason: Text,
}

impl Schema {
    /// Position of the field called `name`.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Whether a column called `name` belongs to the table: a field, the id, the target or a column left unused.
    pub fn knows_column(&self, name: &str) -> bool {
        self.field_index(name).is_some()
            || self.id.as_deref() == Some(name)
            || self.target.as_deref() == Some(name)
            || self.unused_columns.iter().any(|column| column == name)
    }

    /// What is wrong with the schema, if anything; a model file is checked with it at load.
    pub(crate) fn problem(&self) -> Option<String> {
        for (index, field) in self.fields.iter().enumerate() {
            if field.name.is_empty() {
                return Some(format!("field {index} has no name"));
            }
            if usize::from(field.group) >= self.groups.len() {
                return Some(format!(
                    "field {} names reason group {}, which does not exist",
                    field.name, field.group
                ));
            }
            if let Some(problem) = field.kind.problem() {
                return Some(format!("field {}: {problem}", field.name));
            }
        }
        None
    }
}
