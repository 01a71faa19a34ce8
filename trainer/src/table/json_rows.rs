//! JSON lines: one object a line, a key per field.

use std::io::{BufRead, BufReader};

use candor_core::Raw;
use serde_json::{Map, Value};

use super::columns::{Leniency, Role, role_of};
use super::csv_rows::open;
use super::record::{Record, RecordBuilder, Request};
use crate::error::Error;

pub(super) fn read(request: &Request<'_>, visit: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
    let path = request.path;
    let mut row = 0;
    for (index, line) in BufReader::new(open(path)?).split(b'\n').enumerate() {
        let bytes = line.map_err(Error::read(path))?;
        let number = index as u64 + 1;
        let error = |problem: String| Error::Row {
            file: path.to_owned(),
            line: number,
            problem,
        };
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
    for (name, value) in object {
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
    if request.needs_target && !object.contains_key(request.schema.target.as_deref().unwrap_or_default()) {
        return Err("the target is missing; it tells what became of the client: 1 for a default, 0 for none".into());
    }
    Ok(builder.finish())
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
