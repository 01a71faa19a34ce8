//! JSON lines: one object a line, a key per field.

use std::io::{BufRead, BufReader};

use candor_core::{ClientRecords, FieldError, Raw, Records};
use serde_json::{Map, Value};

use super::columns::{Leniency, Role, role_of};
use super::record::{Record, RecordBuilder, Request};
use super::source::Source;
use crate::error::Error;

/// Calls `visit` with each object of a file of JSON lines, in order. Empty lines are passed over.
///
/// # Errors
/// [`Error::Read`]; [`Error::Row`] where a line is no object that fits; whatever `visit` returns.
pub fn read_json<E: From<Error>>(
    source: Source<'_>,
    request: &Request<'_>,
    visit: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let file = source.file;
    let mut row = 0;
    for (index, line) in BufReader::new(source.bytes).split(b'\n').enumerate() {
        let bytes = line.map_err(|error| (source.complaint)(file, error))?;
        let number = index as u64 + 1;
        let error = |problem: String| Error::row(file, number, problem);
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .filter(|_| index == 0)
            .unwrap_or(&bytes);
        let text = std::str::from_utf8(bytes).map_err(|e| {
            error(format!(
                "byte {} is not valid UTF-8; save the file as UTF-8",
                e.valid_up_to() + 1
            ))
        })?;
        if text.trim().is_empty() {
            continue;
        }
        let object: Map<String, Value> = serde_json::from_str(text).map_err(|e| {
            error(format!(
                "this is not a JSON object ({}); write one object a line, a key per field",
                complaint(&e)
            ))
        })?;
        visit(record(request, &object, number, row).map_err(error)?)?;
        row += 1;
    }
    Ok(())
}

/// A key that is not there is a missing value: JSON has no header to compare with the schema.
fn record(request: &Request<'_>, object: &Map<String, Value>, line: u64, row: u64) -> Result<Record, String> {
    let mut builder = RecordBuilder::new(request, line, row);
    let mut related = Related::new(request);
    for (name, value) in object {
        if related.takes(name, value)? {
            continue;
        }
        let Some(role) = role_of(name, request.schema, request.kept) else {
            if request.rules.extra_columns == Leniency::Fail {
                builder.unknown(name);
            }
            continue;
        };
        let raw = match value {
            Value::Null => Raw::Missing,
            Value::Bool(flag) => Raw::Flag(*flag),
            Value::Number(number) if role == Role::Id => {
                // Whole numbers as they are written; 7.0 is client 7.
                let exact = number.as_u64().map(|id| id.to_string());
                let exact = exact.or_else(|| number.as_i64().map(|id| id.to_string()));
                builder.id(exact.unwrap_or_else(|| number.as_f64().unwrap_or(f64::NAN).to_string()));
                continue;
            }
            Value::Number(number) => Raw::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Raw::Text(text),
            Value::Array(_) | Value::Object(_) if role == Role::Unread => Raw::Missing,
            Value::Array(_) | Value::Object(_) => {
                return Err(format!(
                    "{name} holds a list or an object; it should be a number, a text, true, false or null"
                ));
            }
        };
        builder.cell(role, raw);
    }
    related.finish(&mut builder);
    if request.needs_target && !object.contains_key(request.schema.target.as_deref().unwrap_or_default()) {
        return Err("the target is missing; it tells what became of the client: 1 for a default, 0 for none".into());
    }
    Ok(builder.finish())
}

/// The related records that an object nests.
struct Related<'a> {
    records: Option<&'a Records>,
    lenient: bool,
    client: ClientRecords,
    errors: Vec<FieldError>,
}

impl<'a> Related<'a> {
    fn new(request: &Request<'a>) -> Self {
        Self {
            records: request.records,
            lenient: request.rules.extra_columns == Leniency::Ignore,
            client: ClientRecords::default(),
            errors: Vec::new(),
        }
    }

    /// Takes a list of records over, if that is what the value is.
    fn takes(&mut self, name: &str, value: &Value) -> Result<bool, String> {
        let Some(records) = self.records else { return Ok(false) };
        let Some(table) = records.table_index(name) else {
            return Ok(false);
        };
        self.list(records, table, None, name, value)?;
        Ok(true)
    }

    /// Reads a list of records, and those that they nest.
    fn list(
        &mut self,
        records: &Records,
        table: usize,
        parent: Option<i64>,
        place: &str,
        value: &Value,
    ) -> Result<(), String> {
        let list = match value {
            Value::Null => return Ok(()),
            Value::Array(list) => list,
            _ => return Err(format!("{place} should be a list of records, such as [{{…}}, {{…}}]")),
        };
        // A list that is there and empty says that there are no records, which is more than saying nothing.
        self.client.rows(records, table);
        for (index, record) in list.iter().enumerate() {
            let place = format!("{place}[{index}]");
            let Value::Object(record) = record else {
                return Err(format!("{place} should be a record, such as {{…}}"));
            };
            let child = |name: &str| {
                let child = records.table_index(name)?;
                (records.tables[child].parent.map(usize::from) == Some(table)).then_some(child)
            };
            let mut pairs = Vec::new();
            for (name, value) in record.iter().filter(|(name, _)| child(name).is_none()) {
                if self.lenient && !records.tables[table].knows_column(name) {
                    continue;
                }
                pairs.push((
                    name.as_str(),
                    match value {
                        Value::Null => Raw::Missing,
                        Value::Bool(flag) => Raw::Flag(*flag),
                        Value::Number(number) => Raw::Number(number.as_f64().unwrap_or(f64::NAN)),
                        Value::String(text) => Raw::Text(text),
                        Value::Array(_) | Value::Object(_) => {
                            return Err(format!(
                                "{place}.{name} should be a number, a text, true, false or null"
                            ));
                        }
                    },
                ));
            }
            match self.client.add(records, table, parent, pairs) {
                Ok(number) => {
                    for (name, value) in record {
                        if let Some(child) = child(name) {
                            self.list(records, child, Some(number), &format!("{place}.{name}"), value)?;
                        }
                    }
                }
                Err(errors) => self.errors.extend(errors.into_iter().map(|error| FieldError {
                    field: format!("{place}.{}", error.field),
                    ..error
                })),
            }
        }
        Ok(())
    }

    /// Puts what the records say into the application.
    fn finish(self, builder: &mut RecordBuilder<'_>) {
        if let (Some(records), true) = (self.records, !self.client.tables.is_empty()) {
            builder.records(records, &self.client, self.errors);
        }
    }
}

/// What the JSON parser says, without its own "at line 1": the line in the file is told already.
fn complaint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) if error.column() == 0 => what.to_owned(),
        Some((what, _)) => format!("{what}, column {}", error.column()),
        None => text,
    }
}
