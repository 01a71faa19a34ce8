//! One client's records, as whoever holds them gives them.

use std::cmp::Ordering;

use super::{Records, Table};
use crate::application::{FieldError, FieldProblem, Raw};
use crate::schema::FieldKind;

/// The records of one client, table by table, in the order of [`Records::tables`](super::Records::tables).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientRecords {
    /// A table that is not there is `None`: its results are missing, counts included. One without records of the client
    /// is there and empty: counts are 0.
    pub tables: Vec<Option<Rows>>,
}

impl ClientRecords {
    /// Adds a record with its named values to the table at a position of `records`, and returns its number: the one that it
    /// has, or one of its own. `parent` is the number of the record that it is nested in; without, the record may name it.
    ///
    /// # Errors
    /// Every value that does not fit and every name that the table does not know, in the order given. The record is there
    /// nevertheless, without them.
    pub fn add<'a>(
        &mut self,
        records: &Records,
        table: usize,
        parent: Option<i64>,
        pairs: impl IntoIterator<Item = (&'a str, Raw<'a>)>,
    ) -> Result<i64, Vec<FieldError>> {
        let Some(of) = records.tables.get(table) else {
            return Ok(UNNAMED);
        };
        let rows = self.rows(records, table);
        rows.begin(of);
        let mut errors = Vec::new();
        for (name, raw) in pairs {
            let column = of.column(name).ok_or_else(|| Box::new(FieldProblem::Unknown));
            if let Err(problem) = column.and_then(|column| rows.set(of, column, raw)) {
                errors.push(FieldError {
                    field: name.to_owned(),
                    problem: *problem,
                });
            }
        }
        let number = rows.end(parent);
        if errors.is_empty() { Ok(number) } else { Err(errors) }
    }

    /// The records of the table at a position of `records`, which is there from now on.
    pub fn rows(&mut self, records: &Records, table: usize) -> &mut Rows {
        if self.tables.len() <= table {
            self.tables.resize(table + 1, None);
        }
        let fields = records.tables.get(table).map_or(0, |table| table.fields.len());
        self.tables[table].get_or_insert_with(|| Rows::new(fields))
    }
}

/// The first of the numbers of records that have none.
const UNNAMED: i64 = i64::MIN / 2;

/// What a column of a table says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The field at this position.
    Field(usize),
    /// The number of the record.
    Key,
    /// The number of the parent's record.
    ParentKey,
    /// Nothing that is read.
    Unread,
}

impl Table {
    /// The column called `name`; of two of one name, the first is meant.
    pub fn column(&self, name: &str) -> Option<Column> {
        let keys = [&self.key, &self.parent_key, &self.client_key].map(Option::as_deref);
        let fields = self.fields.iter().map(|field| Some(field.name.as_str()));
        let unread = self.unused_columns.iter().map(|column| Some(column.as_str()));
        let mut names = fields.chain(keys).chain(unread);
        self.column_at(names.position(|known| known == Some(name))?)
    }

    /// The column at a place: fields, the numbers of record, parent and client (whether the table has them or not), what
    /// is not read.
    pub fn column_at(&self, place: usize) -> Option<Column> {
        match place.checked_sub(self.fields.len()) {
            None => Some(Column::Field(place)),
            Some(0) => Some(Column::Key),
            Some(1) => Some(Column::ParentKey),
            Some(behind) => (behind < 3 + self.unused_columns.len()).then_some(Column::Unread),
        }
    }
}

/// The number in a key.
fn number(raw: Raw<'_>) -> Option<i64> {
    match raw {
        Raw::Number(value) => record_number(value),
        Raw::Text(text) => crate::decimal::parse(text.trim()).and_then(record_number),
        Raw::Missing | Raw::Flag(_) => None,
    }
}

/// The number of a record or a client that a float stands for: a whole one that no other float could mean, below 2^53.
#[expect(clippy::cast_possible_truncation, reason = "whole, and far below 2^63")]
pub fn record_number(value: f64) -> Option<i64> {
    (value.abs() < 9_007_199_254_740_992.0 && value % 1.0 == 0.0).then_some(value as i64)
}

/// Records of one table, in any order. All lists have one entry for each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Number of each record; empty where the table has no key.
    pub keys: Vec<i64>,
    /// Number of the parent's record that each belongs to; empty where the table has no parent. One that no parent has
    /// stands for a record that belongs to the client alone.
    pub parents: Vec<i64>,
    /// Stored values (as [`Field::parse`](crate::Field::parse) returns them) of each field.
    pub columns: Vec<Vec<f64>>,
}

impl Rows {
    /// No records yet, of a table of so many fields.
    pub fn new(fields: usize) -> Self {
        Self {
            keys: Vec::new(),
            parents: Vec::new(),
            columns: vec![Vec::new(); fields],
        }
    }

    /// Begins a record of `table`, of which nothing is known yet.
    pub fn begin(&mut self, table: &Table) {
        #[expect(clippy::cast_possible_wrap, reason = "a client has far fewer than 2^62 records")]
        let number = UNNAMED + self.count() as i64;
        self.columns.iter_mut().for_each(|column| column.push(f64::NAN));
        self.keys.extend(table.key.is_some().then_some(number));
        self.parents.extend(table.parent.is_some().then_some(UNNAMED - 1));
    }

    /// Puts a value into a column of the record that was begun last.
    ///
    /// # Errors
    /// What is wrong with it; the record is there without it. In a box, since most values are right.
    pub fn set(&mut self, table: &Table, column: Column, raw: Raw<'_>) -> Result<(), Box<FieldProblem>> {
        let put = |numbers: &mut Vec<i64>| {
            if let (Some(slot), Some(number)) = (numbers.last_mut(), number(raw)) {
                *slot = number;
            }
        };
        match column {
            Column::Field(position) => {
                let slot = self.columns.get_mut(position).and_then(|column| column.last_mut());
                if let (Some(field), Some(slot)) = (table.fields.get(position), slot) {
                    *slot = match (raw, &field.kind) {
                        (Raw::Number(value), FieldKind::Number(kind)) if kind.takes(value) => value,
                        _ => raw.stored(field).map_err(|problem| Box::new(problem.into()))?,
                    };
                }
            }
            Column::Key => put(&mut self.keys),
            Column::ParentKey => put(&mut self.parents),
            Column::Unread => {}
        }
        Ok(())
    }

    /// Ends the record, which belongs to that of the number `nested_in`, if there is one, whatever it says itself. Returns its
    /// number: the one that it has, or one of its own.
    pub fn end(&mut self, nested_in: Option<i64>) -> i64 {
        if let (Some(parent), Some(nested_in)) = (self.parents.last_mut(), nested_in) {
            *parent = nested_in;
        }
        self.keys.last().copied().unwrap_or(UNNAMED)
    }

    /// Takes all records out; room is kept.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.parents.clear();
        self.columns.iter_mut().for_each(Vec::clear);
    }

    /// Which of two records comes first by its values, field by field.
    pub(super) fn compare_values(&self, a: usize, b: usize) -> Ordering {
        let value = |column: &Vec<f64>, record: usize| column.get(record).copied().unwrap_or(f64::NAN);
        let mut orders = self
            .columns
            .iter()
            .map(|column| value(column, a).total_cmp(&value(column, b)));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// How many records there are.
    pub fn count(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}
