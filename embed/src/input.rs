//! From numbers and text to an [`Application`].

use candor_core::application::FieldProblem;
use candor_core::records::{Table, Workspace};
use candor_core::{Application, ClientRecords, Model, Raw, Records};

use crate::problem::Problem;

/// What is said of a value that no field can hold.
const NOT_A_VALUE: &str = "write a number, a text, true, false, or null if it is not known";
/// Numbers of which a value is made.
const PER_VALUE: usize = 3;

/// Reads and checks values as `npm/src/application.ts` writes them.
///
/// Each value is three numbers: the position of its field in the schema, or infinity if there is none of its name; what
/// it is (0 a number, 1 a flag, 2 a text, 3 something else); and itself. What is missing is the number NaN. A text lies in
/// `texts`, where the texts stand one after the other, each with a line end behind it; its number is its length in UTF-16
/// units. Of all problems, values that no field can hold are told first.
///
/// Related records follow, list by list. A list begins with the position of its table, 4, and the place of the record that
/// it is nested in among all records so far, or −1; a record begins with three numbers of which the second is 5, and has
/// values like an application, at positions among the columns of its table (see [`column`]).
pub fn application(model: &Model, numbers: &[f64], mut texts: &str) -> Result<Application, Problem<'static>> {
    let schema = &model.schema;
    let mut application = Application::empty(schema);
    let mut related = Related::new(model.records.as_ref());
    let (mut problems, mut misfits) = (Vec::new(), Vec::new());
    for (position, &[field, kind, value]) in numbers.as_chunks::<PER_VALUE>().0.iter().enumerate() {
        let raw = match kind {
            0.0 => Raw::Number(value),
            1.0 => Raw::Flag(value != 0.0),
            2.0 => Raw::Text(next_text(&mut texts, whole(value))),
            4.0 => {
                related.begin_list(whole(field), value, &mut misfits);
                continue;
            }
            5.0 => {
                related.begin_record(&mut misfits);
                continue;
            }
            _ => {
                problems.push((position, NOT_A_VALUE.to_owned()));
                continue;
            }
        };
        let field = whole(field);
        let outcome = if related.list.is_some() {
            related.value(position, field, raw)
        } else if field < schema.fields.len() {
            application.set(schema, field, raw).map_err(FieldProblem::from)
        } else {
            Err(FieldProblem::Unknown)
        };
        misfits.extend(outcome.err().map(|problem| (position, problem.to_string())));
    }
    related.finish(&mut application, &mut misfits);
    problems.append(&mut misfits);
    if problems.is_empty() {
        Ok(application)
    } else {
        Err(Problem::Application(problems))
    }
}

/// Records while their values come in.
struct Related<'a> {
    records: Option<&'a Records>,
    client: ClientRecords,
    /// The table whose records come, and the number of the record that they are nested in.
    list: Option<(usize, Option<i64>)>,
    /// Whether a record has begun.
    open: bool,
    /// Its values, and where each stood.
    values: Vec<(&'a str, Raw<'a>)>,
    positions: Vec<usize>,
    /// Numbers of the records so far.
    numbers: Vec<i64>,
}

impl<'a> Related<'a> {
    fn new(records: Option<&'a Records>) -> Self {
        Self {
            records,
            client: ClientRecords::default(),
            list: None,
            open: false,
            values: Vec::new(),
            positions: Vec::new(),
            numbers: Vec::new(),
        }
    }

    fn begin_list(&mut self, table: usize, nested_in: f64, problems: &mut Vec<(usize, String)>) {
        self.end_record(problems);
        let parent = (nested_in >= 0.0)
            .then(|| self.numbers.get(whole(nested_in)).copied())
            .flatten();
        self.list = Some((table, parent));
        if let Some(records) = self.records.filter(|records| table < records.tables.len()) {
            self.client.rows(records, table);
        }
    }

    fn begin_record(&mut self, problems: &mut Vec<(usize, String)>) {
        self.end_record(problems);
        self.open = true;
    }

    fn value(&mut self, position: usize, at: usize, raw: Raw<'a>) -> Result<(), FieldProblem> {
        let table = self.list.and_then(|(table, _)| self.records?.tables.get(table));
        let name = table.and_then(|table| column(table, at)).ok_or(FieldProblem::Unknown)?;
        self.values.push((name, raw));
        self.positions.push(position);
        Ok(())
    }

    fn end_record(&mut self, problems: &mut Vec<(usize, String)>) {
        if let (true, Some(records), Some((table, parent))) = (self.open, self.records, self.list) {
            let added = self.client.add(records, table, parent, self.values.iter().copied());
            self.numbers.push(added.unwrap_or_else(|errors| {
                for error in errors {
                    let at = self.values.iter().position(|(name, _)| *name == error.field);
                    let position = at.and_then(|at| self.positions.get(at)).copied().unwrap_or_default();
                    problems.push((position, error.problem.to_string()));
                }
                0
            }));
        }
        self.open = false;
        self.values.clear();
        self.positions.clear();
    }

    fn finish(mut self, application: &mut Application, problems: &mut Vec<(usize, String)>) {
        self.end_record(problems);
        if let (Some(records), false) = (self.records, self.client.tables.is_empty()) {
            records.fill(application, &self.client, &mut Workspace::default());
        }
    }
}

/// The name of a column: fields, then the numbers of the record, of the client and of the parent, then what is not read.
fn column(table: &Table, at: usize) -> Option<&str> {
    let Some(behind) = at.checked_sub(table.fields.len()) else {
        return table.fields.get(at).map(|field| field.name.as_str());
    };
    match behind {
        0 => table.key.as_deref(),
        1 => table.client_key.as_deref(),
        2 => table.parent_key.as_deref(),
        _ => table.unused_columns.get(behind - 3).map(String::as_str),
    }
}

/// Takes the first text, of so many UTF-16 units, off the texts.
fn next_text<'a>(texts: &mut &'a str, mut units: usize) -> &'a str {
    let mut rest = texts.chars();
    while units > 0
        && let Some(character) = rest.next()
    {
        units = units.saturating_sub(character.len_utf16());
    }
    let end = texts.len() - rest.as_str().len();
    let (text, rest) = texts.split_at_checked(end).unwrap_or_default();
    *texts = rest.strip_prefix('\n').unwrap_or(rest);
    text
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions and lengths are small; whatever else comes becomes the nearest number"
)]
fn whole(number: f64) -> usize {
    number as usize
}
