//! Rows as applications.

use std::path::Path;

use candor_core::application::FieldProblem;
use candor_core::records::Workspace;
use candor_core::{Application, ClientRecords, FieldError, Raw, Records, Schema, ValueError};
use serde::Deserialize;

use super::cell::stored;
use super::columns::{ColumnRules, Role};
use super::notation::DecimalMark;
use super::numbers::is_missing;
use super::{Format, csv_rows, json_rows, parquet_rows};
use crate::error::Error;

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Line in the file, from 1; for Parquet the row, from 1.
    pub line: u64,
    /// The id column, or the row's number from 0.
    pub id: String,
    /// The target column, where there is one: whether the client defaulted.
    pub target: Option<bool>,
    /// The cells of the columns that were asked to be kept; empty where missing.
    pub kept: Vec<String>,
    /// The application, or what is wrong with its fields.
    pub application: Result<Application, Vec<FieldError>>,
}

/// What the target column writes for the two outcomes, where it is not 1 and 0.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeWords {
    /// For a client who defaulted.
    pub bad: String,
    /// For one who did not.
    pub good: String,
}

/// How a table is read.
pub(super) struct Request<'a> {
    pub(super) path: &'a Path,
    pub(super) schema: &'a Schema,
    /// Related records that JSON may nest, and that fill the last fields of the schema.
    pub(super) records: Option<&'a Records>,
    pub(super) rules: ColumnRules,
    pub(super) needs_target: bool,
    pub(super) kept: &'a [String],
    pub(super) outcomes: Option<&'a OutcomeWords>,
}

/// Reads `path` (`-` is standard input) and calls `visit` with each row, in order. JSON may nest `records`.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`] or [`Error::Row`] when the file cannot be read as a table with the schema's
/// columns, and whatever `visit` returns. A value that does not fit its field is no error here: the record says so.
pub fn read_records(
    path: &Path,
    format: Option<Format>,
    schema: &Schema,
    records: Option<&Records>,
    rules: ColumnRules,
    needs_target: bool,
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let request = Request {
        path,
        schema,
        records,
        rules,
        needs_target,
        kept: &[],
        outcomes: None,
    };
    read(&request, format, visit)
}

/// As [`read_records`], with the target, which may be written in words; every record keeps its cells of the columns `kept`,
/// which are no fields and must be there.
///
/// # Errors
/// As [`read_records`].
pub fn read_outcomes(
    path: &Path,
    schema: &Schema,
    outcomes: Option<&OutcomeWords>,
    rules: ColumnRules,
    kept: &[String],
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let request = Request {
        path,
        schema,
        records: None,
        rules,
        needs_target: true,
        kept,
        outcomes,
    };
    read(&request, None, visit)
}

fn read(
    request: &Request<'_>,
    format: Option<Format>,
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = request.path;
    let mut rows = 0_u64;
    let mut count = |record: Record| {
        rows += 1;
        visit(record)
    };
    match Format::of(path, format)? {
        Format::Csv => csv_rows::read(request, false, &mut count)?,
        Format::CsvGz => csv_rows::read(request, true, &mut count)?,
        Format::Jsonl => json_rows::read(request, &mut count)?,
        Format::Parquet => parquet_rows::read(request, &mut count)?,
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
    outcomes: Option<&'a OutcomeWords>,
    decimal: DecimalMark,
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
            outcomes: request.outcomes,
            decimal: DecimalMark::Point,
            line,
            id: row.to_string(),
            target: None,
            kept: vec![String::new(); request.kept.len()],
            application,
            errors: Vec::new(),
        }
    }

    /// With numbers that are written with this decimal mark.
    pub(super) fn decimal(mut self, decimal: DecimalMark) -> Self {
        self.decimal = decimal;
        self
    }

    pub(super) fn cell(&mut self, role: Role, raw: Raw<'_>) {
        match role {
            Role::Field(index) => {
                if let Err(problem) = self.set(index, raw) {
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
            Role::Target if !self.needs_target => self.target = target_of(raw, self.outcomes).unwrap_or(None),
            Role::Target => match target_of(raw, self.outcomes) {
                Ok(target) => self.target = target,
                Err(problem) => {
                    let field = self.schema.target.clone().unwrap_or_default();
                    self.errors.push(FieldError { field, problem });
                }
            },
            Role::Unread => {}
        }
    }

    /// Puts a cell into its field.
    fn set(&mut self, index: usize, raw: Raw<'_>) -> Result<(), ValueError> {
        match (raw, self.schema.fields.get(index)) {
            (Raw::Text(text), Some(field)) => {
                self.application.set_stored(index, stored(field, text, self.decimal)?);
                Ok(())
            }
            _ => self.application.set(self.schema, index, raw),
        }
    }

    /// An identifier that is a whole number too large for an `f64`, among others.
    pub(super) fn id(&mut self, id: String) {
        self.id = id;
    }

    /// What the client's related records say.
    pub(super) fn records(&mut self, records: &Records, client: &ClientRecords, errors: Vec<FieldError>) {
        records.fill(&mut self.application, client, &mut Workspace::default());
        self.errors.extend(errors);
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

/// A target is 0, 1 or missing, however it is written, or one of two words.
fn target_of(raw: Raw<'_>, words: Option<&OutcomeWords>) -> Result<Option<bool>, FieldProblem> {
    let (number, written) = match raw {
        Raw::Missing => return Ok(None),
        Raw::Flag(flag) => (Some(f64::from(u8::from(flag))), flag.to_string()),
        Raw::Number(number) => (Some(number), number.to_string()),
        Raw::Text(text) => (text.trim().parse().ok(), text.trim().to_owned()),
    };
    if number.is_some_and(f64::is_nan) {
        return Ok(None);
    }
    let (bad, good) = words.map_or(("1", "0"), |words| (words.bad.trim(), words.good.trim()));
    let means = |word: &str| written == word || (number.is_some() && number == word.parse().ok());
    if means(bad) {
        Ok(Some(true))
    } else if means(good) {
        Ok(Some(false))
    } else if is_missing(&written) {
        Ok(None)
    } else {
        Err(ValueError::NotAFlag {
            found: written,
            yes: bad.into(),
            no: good.into(),
        }
        .into())
    }
}
