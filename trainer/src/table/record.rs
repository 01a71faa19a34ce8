//! Rows as applications.

use std::path::Path;

use candor_core::application::FieldProblem;
use candor_core::{Application, FieldError, Raw, Schema, ValueError};

use super::columns::{ColumnRules, Role};
use super::{Format, csv_rows, json_rows, parquet_rows};
use crate::error::Error;

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Line in the file, from 1; for Parquet the row, from 1.
    pub line: u64,
    /// The id column, or the row's number from 0.
    pub id: String,
    /// The target column, where it is asked for: whether the client defaulted.
    pub target: Option<bool>,
    /// The cells of the columns that were asked to be kept; empty where missing.
    pub kept: Vec<String>,
    /// The application, or what is wrong with its fields.
    pub application: Result<Application, Vec<FieldError>>,
}

/// How a table is read.
pub(super) struct Request<'a> {
    pub(super) path: &'a Path,
    pub(super) schema: &'a Schema,
    pub(super) rules: ColumnRules,
    pub(super) needs_target: bool,
    pub(super) kept: &'a [String],
}

/// Reads `path` (`-` is standard input) and calls `visit` with each row, in order.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`] or [`Error::Row`] when the file cannot be read as a table with the schema's
/// columns, and whatever `visit` returns. A value that does not fit its field is no error here: the record says so.
pub fn read_records(
    path: &Path,
    format: Option<Format>,
    schema: &Schema,
    rules: ColumnRules,
    needs_target: bool,
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    read_records_keeping(path, format, schema, rules, needs_target, &[], visit)
}

/// As [`read_records`], and every record keeps its cells of the columns `kept`, which are no fields and must be there.
///
/// # Errors
/// As [`read_records`].
pub fn read_records_keeping(
    path: &Path,
    format: Option<Format>,
    schema: &Schema,
    rules: ColumnRules,
    needs_target: bool,
    kept: &[String],
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let request = Request {
        path,
        schema,
        rules,
        needs_target,
        kept,
    };
    let mut rows = 0_u64;
    let mut count = |record: Record| {
        rows += 1;
        visit(record)
    };
    match Format::of(path, format)? {
        Format::Csv => csv_rows::read(&request, false, &mut count)?,
        Format::CsvGz => csv_rows::read(&request, true, &mut count)?,
        Format::Jsonl => json_rows::read(&request, &mut count)?,
        Format::Parquet => parquet_rows::read(&request, &mut count)?,
    }
    if rows == 0 {
        let problem = "the table has no rows; check that the export was complete".into();
        return Err(Error::Table {
            file: path.to_owned(),
            problem,
        });
    }
    Ok(())
}

/// A record while its cells come in.
pub(super) struct RecordBuilder<'a> {
    schema: &'a Schema,
    needs_target: bool,
    line: u64,
    id: String,
    target: Option<bool>,
    kept: Vec<String>,
    application: Application,
    errors: Vec<FieldError>,
}

impl<'a> RecordBuilder<'a> {
    pub(super) fn new(request: &Request<'a>, line: u64, row: u64) -> Self {
        let schema = request.schema;
        let application = Application::empty(schema);
        Self {
            schema,
            needs_target: request.needs_target,
            line,
            id: row.to_string(),
            target: None,
            kept: vec![String::new(); request.kept.len()],
            application,
            errors: Vec::new(),
        }
    }

    pub(super) fn cell(&mut self, role: Role, raw: Raw<'_>) {
        match role {
            Role::Field(index) => {
                if let Err(problem) = self.application.set(self.schema, index, raw) {
                    let field = self.schema.fields[index].name.clone();
                    self.errors.push(FieldError {
                        field,
                        problem: problem.into(),
                    });
                }
            }
            Role::Id => self.id = text_of(raw),
            Role::Kept(place) => self.kept[place] = text_of(raw),
            // What scoring does not need cannot keep it from a row.
            Role::Target if !self.needs_target => {}
            Role::Target => match target_of(raw) {
                Ok(target) => self.target = target,
                Err(problem) => {
                    let field = self.schema.target.clone().unwrap_or_default();
                    self.errors.push(FieldError { field, problem });
                }
            },
            Role::Unread => {}
        }
    }

    /// An identifier that is a whole number too large for an `f64`, among others.
    pub(super) fn id(&mut self, id: String) {
        self.id = id;
    }

    pub(super) fn unknown(&mut self, name: &str) {
        self.errors.push(FieldError {
            field: name.to_owned(),
            problem: FieldProblem::Unknown,
        });
    }

    pub(super) fn finish(self) -> Record {
        let Self {
            line,
            id,
            target,
            kept,
            application,
            errors,
            ..
        } = self;
        Record {
            line,
            id,
            target,
            kept,
            application: if errors.is_empty() {
                Ok(application)
            } else {
                Err(errors)
            },
        }
    }
}

/// A cell as text.
fn text_of(raw: Raw<'_>) -> String {
    match raw {
        Raw::Missing => String::new(),
        Raw::Number(number) => number.to_string(),
        Raw::Text(text) => text.to_owned(),
        Raw::Flag(flag) => flag.to_string(),
    }
}

/// A target is 0, 1 or missing, however it is written.
fn target_of(raw: Raw<'_>) -> Result<Option<bool>, FieldProblem> {
    let (number, written) = match raw {
        Raw::Missing => return Ok(None),
        Raw::Flag(flag) => return Ok(Some(flag)),
        Raw::Number(number) => (Some(number), number.to_string()),
        Raw::Text(text) => (text.trim().parse().ok(), text.to_owned()),
    };
    match number {
        Some(0.0) => Ok(Some(false)),
        Some(1.0) => Ok(Some(true)),
        Some(number) if number.is_nan() => Ok(None),
        _ => Err(ValueError::NotAFlag {
            found: written,
            yes: "1".into(),
            no: "0".into(),
        }
        .into()),
    }
}
