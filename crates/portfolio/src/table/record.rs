//! Rows as applications.

use candor_core::application::FieldProblem;
use candor_core::records::Workspace;
use candor_core::{Application, ClientRecords, FieldError, Raw, Records, Schema, ValueError};
use serde::Deserialize;

use super::cell::stored;
use super::columns::{ColumnRules, Role};
use super::numbers::{DecimalMark, is_missing};

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

/// What is wanted of a table.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The fields.
    pub schema: &'a Schema,
    /// Related records that JSON may nest, and that fill the last fields of the schema.
    pub records: Option<&'a Records>,
    /// What to do with columns that are missing or unknown, and how cells are written.
    pub rules: ColumnRules,
    /// Whether every row has to say what became of the client.
    pub needs_target: bool,
    /// Columns that are no fields and whose cells are kept; they must be there.
    pub kept: &'a [String],
    /// What the target column writes for the two outcomes, where it is not 1 and 0.
    pub outcomes: Option<&'a OutcomeWords>,
}

impl<'a> Request<'a> {
    /// Applications alone, whether or not it is known what became of them.
    pub fn of_applications(schema: &'a Schema, records: Option<&'a Records>, rules: ColumnRules) -> Self {
        Self {
            schema,
            records,
            rules,
            needs_target: false,
            kept: &[],
            outcomes: None,
        }
    }
}

/// A record while its cells come in.
#[derive(Debug)]
pub struct RecordBuilder<'a> {
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
    /// A record without cells: `line` is where it stands in the file, `row` its number from 0, which is its id for now.
    pub fn new(request: &Request<'a>, line: u64, row: u64) -> Self {
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
    #[must_use]
    pub fn decimal(mut self, decimal: DecimalMark) -> Self {
        self.decimal = decimal;
        self
    }

    /// Takes the cell of a column.
    pub fn cell(&mut self, role: Role, raw: Raw<'_>) {
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
    pub fn id(&mut self, id: String) {
        self.id = id;
    }

    /// What the client's related records say.
    pub fn records(&mut self, records: &Records, client: &ClientRecords, errors: Vec<FieldError>) {
        records.fill(&mut self.application, client, &mut Workspace::default());
        self.errors.extend(errors);
    }

    /// Notes that a column is unknown.
    pub fn unknown(&mut self, name: &str) {
        self.errors.push(FieldError {
            field: name.to_owned(),
            problem: FieldProblem::Unknown,
        });
    }

    /// The record.
    pub fn finish(self) -> Record {
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
