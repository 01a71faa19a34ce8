//! One applicant's raw values, checked against the schema.

use thiserror::Error;

use crate::schema::{Field, FieldKind, Schema, ValueError};

/// A value as a file, a form or JavaScript gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Raw<'a> {
    /// Not known.
    Missing,
    /// A number.
    Number(f64),
    /// Text: a level, a flag, or a number written out.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
}

impl Raw<'_> {
    /// The stored value of a field that is given so.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn stored(self, field: &Field) -> Result<f64, ValueError> {
        match self {
            Raw::Missing => Ok(f64::NAN),
            Raw::Number(number) => field.from_number(number),
            Raw::Text(text) => field.parse(text),
            Raw::Flag(flag) => {
                let stored = f64::from(u8::from(flag));
                match field.kind {
                    // Whatever the raw texts are: a field of 1 (no) and 2 (yes) must not read yes as the number 1.
                    FieldKind::Flag { .. } => Ok(stored),
                    FieldKind::Number(_) | FieldKind::Category { .. } => field.from_number(stored),
                }
            }
        }
    }
}

/// A value that cannot stand in its field.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Name of the field, as the caller wrote it.
    pub field: String,
    /// What is wrong with it.
    pub problem: FieldProblem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FieldProblem {
    /// The schema has no such field.
    #[error("the model has no such field; remove it or correct its name")]
    Unknown,
    /// The value does not fit the field.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// One applicant's values in schema order: numbers as they are, flags as 0 and 1, categories as the position of their
/// level, NaN where missing. Every value has passed its field's checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    values: Vec<f64>,
}

impl Application {
    /// An application of which nothing is known yet.
    pub fn empty(schema: &Schema) -> Self {
        Self {
            values: vec![f64::NAN; schema.fields.len()],
        }
    }

    /// An application from named values; fields that are not named are missing.
    ///
    /// # Errors
    /// Every value that does not fit and every name that the schema does not know, in the order given.
    pub fn from_pairs<'a>(
        schema: &Schema,
        pairs: impl IntoIterator<Item = (&'a str, Raw<'a>)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut application = Self::empty(schema);
        let mut errors = Vec::new();
        for (name, raw) in pairs {
            let outcome = match schema.field_index(name) {
                Some(index) => application.set(schema, index, raw).map_err(FieldProblem::from),
                None => Err(FieldProblem::Unknown),
            };
            if let Err(problem) = outcome {
                errors.push(FieldError {
                    field: name.to_owned(),
                    problem,
                });
            }
        }
        if errors.is_empty() {
            Ok(application)
        } else {
            Err(errors)
        }
    }

    /// Puts `raw` into the field at `index`; an index past the schema is ignored.
    ///
    /// # Errors
    /// [`ValueError`] when the value does not fit; the field keeps its former value.
    pub fn set(&mut self, schema: &Schema, index: usize, raw: Raw<'_>) -> Result<(), ValueError> {
        let (Some(field), Some(slot)) = (schema.fields.get(index), self.values.get_mut(index)) else {
            return Ok(());
        };
        *slot = raw.stored(field)?;
        Ok(())
    }

    /// Puts an already stored value (see [`Application`]) into the field at `index`, as [`Field::parse`] and
    /// [`Field::parse_shown`] return it; an index past the schema is ignored.
    ///
    /// [`Field::parse`]: crate::Field::parse
    /// [`Field::parse_shown`]: crate::Field::parse_shown
    pub fn set_stored(&mut self, index: usize, value: f64) {
        if let Some(slot) = self.values.get_mut(index) {
            *slot = value;
        }
    }

    /// Gives the application so many fields: those that are added are missing, as when related records add theirs behind
    /// the fields of the form.
    pub fn resize(&mut self, fields: usize) {
        self.values.resize(fields, f64::NAN);
    }

    /// The stored values in schema order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}
