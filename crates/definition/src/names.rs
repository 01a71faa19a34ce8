//! What names mean in the expressions of a definition file.

use std::collections::HashMap;

use candor_core::preprocessing::ValueType;
use candor_core::preprocessing::expression::{Binding, Scope};
use candor_core::schema::{Field, FieldKind};

/// What names mean while features are compiled.
pub(crate) struct Names<'a> {
    fields: &'a [Field],
    bindings: HashMap<String, Binding>,
}

impl<'a> Names<'a> {
    pub(crate) fn of_fields(fields: &'a [Field]) -> Self {
        let binding =
            |(index, field): (u16, &Field)| (field.name.clone(), Binding::Field(index, Self::type_of(index, field)));
        Self {
            fields,
            bindings: (0..).zip(fields).map(binding).collect(),
        }
    }

    /// What kind of value the field at `index` has.
    pub(crate) fn type_of(index: u16, field: &Field) -> ValueType {
        match field.kind {
            FieldKind::Number(_) => ValueType::Number,
            FieldKind::Flag { .. } => ValueType::Boolean,
            FieldKind::Category { .. } => ValueType::Category(index),
        }
    }

    /// Adds a name that is no field's.
    pub(crate) fn add(&mut self, name: &str, binding: Binding) {
        self.bindings.insert(name.to_owned(), binding);
    }

    pub(crate) fn add_feature(&mut self, name: &str, index: usize) {
        if let Ok(index) = u16::try_from(index) {
            self.bindings.insert(name.to_owned(), Binding::Feature(index));
        }
    }
}

impl Scope for Names<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).copied()
    }

    fn level(&self, field: u16, level: &str) -> Option<u16> {
        let FieldKind::Category { levels, .. } = &self.fields.get(usize::from(field))?.kind else {
            return None;
        };
        (0..)
            .zip(levels)
            .find(|(_, known)| known.value == level)
            .map(|(position, _)| position)
    }

    fn similar(&self, name: &str) -> Option<String> {
        let mut near: Vec<(usize, &String)> = self
            .bindings
            .keys()
            .map(|known| (edit_distance(name, known), known))
            .collect();
        near.sort();
        near.first()
            .filter(|(distance, _)| *distance <= (name.chars().count() / 2).min(3))
            .map(|(_, known)| (*known).clone())
    }
}

/// Levenshtein distance: insertions, deletions and replacements that turn one name into the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
