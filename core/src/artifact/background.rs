//! Whom applications are compared with.

use crate::application::Application;
use crate::schema::Schema;

/// The model's background: the applications that an explanation against a background compares with, each counting alike.
/// `candor train` takes typical approved applicants near the cut-off, so that the contributions say what sets an
/// application apart from those who were just approved. Like parity cases, they describe no real person: each value is
/// the middle or the most frequent one of a set of similar clients.
#[derive(Debug, Clone)]
pub struct Background {
    /// One application each: stored values in schema order, NaN where missing (see [`Application`]).
    pub rows: Vec<Vec<f64>>,
}

/// Two missing values are the same, whatever their bits.
impl PartialEq for Background {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        self.rows.len() == other.rows.len()
            && self
                .rows
                .iter()
                .zip(&other.rows)
                .all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(same))
    }
}

impl Background {
    /// Most rows: what it takes to prepare an explanation, in time and memory, grows with them.
    pub const MOST_ROWS: usize = 64;

    /// The background that consists of these applications.
    pub fn of<'a>(applications: impl IntoIterator<Item = &'a Application>) -> Self {
        let rows = applications
            .into_iter()
            .map(|application| application.values().to_vec());
        Self { rows: rows.collect() }
    }

    /// The applications.
    pub fn applications<'a>(&'a self, schema: &'a Schema) -> impl Iterator<Item = Application> + 'a {
        self.rows.iter().map(|row| {
            let mut application = Application::empty(schema);
            for (index, &value) in row.iter().enumerate() {
                application.set_stored(index, value);
            }
            application
        })
    }

    pub(super) fn problem(&self, schema: &Schema) -> Option<String> {
        let (count, fields) = (self.rows.len(), schema.fields.len());
        if count == 0 || count > Self::MOST_ROWS {
            return Some(format!("{count} rows, and there may be 1 to {}", Self::MOST_ROWS));
        }
        self.rows.iter().enumerate().find_map(|(row, values)| {
            if values.len() != fields {
                return Some(format!("row {row} has {} values for {fields} fields", values.len()));
            }
            let (field, _) = schema
                .fields
                .iter()
                .zip(values)
                .find(|(field, value)| !field.stores(**value))?;
            Some(format!(
                "row {row} has a value of {} that the field cannot store",
                field.name
            ))
        })
    }
}
