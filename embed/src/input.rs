//! From numbers and text to an [`Application`].

use candor_core::application::FieldProblem;
use candor_core::records::{Rows, Table, Workspace};
use candor_core::{Application, ClientRecords, Model, Raw, Records};

use crate::problem::Problem;

/// What is said of a value that no field can hold.
const NOT_A_VALUE: &str = "write a number, a text, true, false, or null if it is not known";
/// Numbers of which a value is made.
const PER_VALUE: usize = 3;

/// Reads and checks values as `npm/src/application.ts` writes them.
///
/// Each value is three numbers: the position of its field in the schema, or infinity if there is none of its name; what
/// it is (0 a number, 1 a flag, 2 a text, 3 something else, 6 a text that was there before); and itself. What is missing is
/// the number NaN. A text lies in `texts`, where the texts stand one after the other, each with a line end behind it; its
/// number is its length in UTF-16 units, and where it comes again, its place among the texts. Of all problems, values that
/// no field can hold are told first.
///
/// Related records follow, list by list. A list begins with the position of its table, 4, and the place of the record that
/// it is nested in among all records so far, or −1; a record begins with three numbers of which the second is 5, and has
/// values like an application, at the places that its table's columns have ([`Table::column_at`]).
///
/// [`Table::column_at`]: candor_core::records::Table::column_at
pub fn application(
    model: &Model,
    numbers: &[f64],
    mut texts: &str,
    room: &mut Room,
) -> Result<Application, Problem<'static>> {
    let schema = &model.schema;
    let mut application = Application::empty(schema);
    let mut related = Related::new(model.records.as_ref(), room);
    let (mut problems, mut misfits) = (Vec::new(), Vec::new());
    let mut known_texts = Vec::new();
    for (position, &[field, kind, value]) in numbers.as_chunks::<PER_VALUE>().0.iter().enumerate() {
        let raw = match kind {
            0.0 => Raw::Number(value),
            1.0 => Raw::Flag(value != 0.0),
            2.0 => {
                let text = next_text(&mut texts, whole(value));
                known_texts.push(text);
                Raw::Text(text)
            }
            6.0 => Raw::Text(known_texts.get(whole(value)).copied().unwrap_or_default()),
            4.0 => {
                related.begin_list(whole(field), value);
                continue;
            }
            5.0 => {
                related.begin_record();
                continue;
            }
            _ => {
                problems.push((position, NOT_A_VALUE.to_owned()));
                continue;
            }
        };
        let field = whole(field);
        let outcome = match &mut related.list {
            Some(list) => list.value(field, raw),
            None if field < schema.fields.len() => {
                let outcome = application.set(schema, field, raw);
                outcome.map_err(|problem| Box::new(problem.into()))
            }
            None => Err(Box::new(FieldProblem::Unknown)),
        };
        if let Err(problem) = outcome {
            misfits.push((position, problem.to_string()));
        }
    }
    related.finish(&mut application);
    problems.append(&mut misfits);
    if problems.is_empty() {
        Ok(application)
    } else {
        Err(Problem::Application(problems))
    }
}

/// Room for related records that serves one application after the other.
#[derive(Debug, Default)]
pub struct Room {
    tables: Vec<Rows>,
    workspace: Workspace,
}

/// More records of a table than that are too rare to keep room for.
const MOST_KEPT: usize = 4096;

/// Records while their values come in.
struct Related<'a> {
    records: Option<&'a Records>,
    room: &'a mut Room,
    client: ClientRecords,
    list: Option<List<'a>>,
    /// Numbers of the records so far.
    numbers: Vec<i64>,
}

/// A list of records of one table.
struct List<'a> {
    position: usize,
    /// Unless the model has no such table.
    table: Option<&'a Table>,
    rows: Rows,
    /// The number of the record that they are nested in.
    nested_in: Option<i64>,
    /// Whether a record has begun.
    open: bool,
}

impl List<'_> {
    fn value(&mut self, place: usize, raw: Raw<'_>) -> Result<(), Box<FieldProblem>> {
        let column = self.table.and_then(|table| Some((table, table.column_at(place)?)));
        match column {
            Some((table, column)) if self.open => self.rows.set(table, column, raw),
            Some(_) => Ok(()),
            None => Err(Box::new(FieldProblem::Unknown)),
        }
    }
}

impl<'a> Related<'a> {
    fn new(records: Option<&'a Records>, room: &'a mut Room) -> Self {
        let tables = records.map_or(&[][..], |records| &records.tables);
        room.tables.resize_with(tables.len(), Rows::default);
        Self {
            records,
            room,
            client: ClientRecords {
                tables: tables.iter().map(|_| None).collect(),
            },
            list: None,
            numbers: Vec::new(),
        }
    }

    fn begin_list(&mut self, position: usize, nested_in: f64) {
        self.end_list();
        let table = self.records.and_then(|records| records.tables.get(position));
        let there = self.client.tables.get_mut(position).and_then(Option::take);
        let rows = there.or_else(|| self.room.tables.get_mut(position).map(std::mem::take));
        let mut rows = rows.unwrap_or_default();
        rows.columns
            .resize_with(table.map_or(0, |table| table.fields.len()), Vec::new);
        self.list = Some(List {
            position,
            table,
            rows,
            nested_in: (nested_in >= 0.0)
                .then(|| self.numbers.get(whole(nested_in)).copied())
                .flatten(),
            open: false,
        });
    }

    fn begin_record(&mut self) {
        self.end_record();
        if let Some(list) = &mut self.list {
            list.open = true;
            if let Some(table) = list.table {
                list.rows.begin(table);
            }
        }
    }

    fn end_record(&mut self) {
        if let Some(list) = self.list.as_mut().filter(|list| list.open) {
            list.open = false;
            self.numbers.push(list.rows.end(list.nested_in));
        }
    }

    fn end_list(&mut self) {
        self.end_record();
        if let Some(list) = self.list.take()
            && let Some(slot) = self.client.tables.get_mut(list.position)
        {
            *slot = Some(list.rows);
        }
    }

    fn finish(mut self, application: &mut Application) {
        self.end_list();
        let Some(records) = self.records.filter(|_| self.client.tables.iter().any(Option::is_some)) else {
            return;
        };
        records.fill(application, &self.client, &mut self.room.workspace);
        for (place, rows) in self.room.tables.iter_mut().zip(self.client.tables) {
            let Some(mut rows) = rows else { continue };
            if rows.count() > MOST_KEPT {
                self.room.workspace = Workspace::default();
            } else {
                rows.clear();
                *place = rows;
            }
        }
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
