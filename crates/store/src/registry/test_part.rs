//! The clients that a model is measured on: raw values and outcomes, frozen when the model was trained.
//!
//! A compressed table of text: key of the client, outcome, then a column for each field of the schema, as the field writes
//! its values. So a later model, whose fields may stand in another order and have other levels, reads them through the
//! same checks as any application. These are personal data.

use std::collections::HashMap;
use std::io::Read;

use candor_core::{Application, Schema};
use candor_portfolio::Data;
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::clients::Key;
use crate::error::Error;

/// Columns before the fields.
const BEFORE: usize = 2;

/// A test part, read for one model.
#[derive(Debug, Clone)]
pub struct TestPart {
    /// The client of each row.
    pub clients: Vec<Key>,
    /// Whether each defaulted.
    pub outcomes: Vec<bool>,
    /// Their applications.
    pub applications: Vec<Application>,
    /// Positions of the model's fields that were not frozen; they are missing in all applications.
    pub absent: Vec<usize>,
}

/// Freezes some rows of the data.
///
/// # Errors
/// [`Error::Refused`] when there is no memory to write to, which is told as the system tells it.
pub fn write(data: &Data, rows: &[usize], keys: &[Key], schema: &Schema) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Refused {
        problem: format!("the test part could not be put into the store: {error}"),
    };
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut writer = WriterBuilder::new().from_writer(encoder);
    let names = ["client", "outcome"].into_iter();
    let header = names.chain(schema.fields.iter().map(|field| field.name.as_str()));
    writer.write_record(header).map_err(|error| failed(&error))?;
    for &row in rows {
        let values = schema.fields.iter().zip(data.applications[row].values());
        let cells = values.map(|(field, &value)| field.format(value));
        let first = [keys[row].text(), u8::from(data.outcomes[row]).to_string()];
        writer
            .write_record(first.into_iter().chain(cells))
            .map_err(|error| failed(&error))?;
    }
    let encoder = writer.into_inner().map_err(|error| failed(&error))?;
    encoder.finish().map_err(|error| failed(&error))
}

/// Reads a frozen test part as applications of `schema`.
///
/// # Errors
/// [`Error::Refused`] when a value does not fit its field: the client and the field are named.
pub fn read(content: &[u8], schema: &Schema) -> Result<TestPart, Error> {
    let problem = |problem: String| Error::Refused { problem };
    let broken = |what: &str| {
        problem(format!(
            "the frozen test part cannot be read: {what}; run candor registry verify"
        ))
    };
    let mut text = Vec::new();
    GzDecoder::new(content)
        .read_to_end(&mut text)
        .map_err(|error| broken(&error.to_string()))?;
    let mut reader = ReaderBuilder::new().from_reader(text.as_slice());
    let header = reader.headers().map_err(|error| broken(&error.to_string()))?.clone();
    let places: HashMap<&str, usize> = header
        .iter()
        .enumerate()
        .skip(BEFORE)
        .map(|(place, name)| (name, place))
        .collect();
    let columns: Vec<Option<usize>> = schema
        .fields
        .iter()
        .map(|field| places.get(field.name.as_str()).copied())
        .collect();
    let mut part = TestPart {
        clients: Vec::new(),
        outcomes: Vec::new(),
        applications: Vec::new(),
        absent: (0..columns.len()).filter(|&field| columns[field].is_none()).collect(),
    };
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| broken(&error.to_string()))?
    {
        let cell = |place: usize| record.get(place).unwrap_or_default();
        let key = Key::parse(cell(0)).ok_or_else(|| broken("a client has no key"))?;
        let mut application = Application::empty(schema);
        for (index, (field, column)) in schema.fields.iter().zip(&columns).enumerate() {
            let Some(column) = column else { continue };
            let value = field.parse(cell(*column)).map_err(|error| {
                problem(format!(
                    "client {} of the frozen test part does not fit the model, {}: {error}",
                    part.clients.len() + 1,
                    field.name
                ))
            })?;
            application.set_stored(index, value);
        }
        part.clients.push(key);
        part.outcomes.push(cell(1) == "1");
        part.applications.push(application);
    }
    Ok(part)
}

/// The client of each row of a frozen test part.
///
/// # Errors
/// [`Error::Refused`] when it holds something else.
pub fn keys(content: &[u8]) -> Result<Vec<Key>, Error> {
    let nothing = Schema {
        table: String::new(),
        id: None,
        target: None,
        groups: Vec::new(),
        fields: Vec::new(),
        unused_columns: Vec::new(),
    };
    Ok(read(content, &nothing)?.clients)
}

impl TestPart {
    /// Takes the fields that were not frozen from another frozen part, where it has all of these clients.
    ///
    /// # Errors
    /// How many clients it does not have.
    pub fn complete_from(&mut self, other: &Self) -> Result<(), usize> {
        let mut rows: HashMap<Key, Vec<usize>> = HashMap::new();
        // Backwards, so that the rows of a client are taken in their order.
        for (row, key) in other.clients.iter().enumerate().rev() {
            rows.entry(*key).or_default().push(row);
        }
        let found: Vec<Option<usize>> = self.clients.iter().map(|key| rows.get_mut(key)?.pop()).collect();
        let unknown = found.iter().filter(|row| row.is_none()).count();
        let missing_there = |field: &usize| other.absent.contains(field);
        if unknown > 0 || self.absent.iter().any(missing_there) {
            return Err(unknown);
        }
        for (application, row) in self.applications.iter_mut().zip(found.into_iter().flatten()) {
            for &field in &self.absent {
                application.set_stored(field, other.applications[row].values()[field]);
            }
        }
        self.absent.clear();
        Ok(())
    }
}
