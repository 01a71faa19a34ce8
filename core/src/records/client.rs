//! One client's records, as whoever holds them gives them.

use std::cmp::Ordering;

use super::{Records, Table};
use crate::application::{FieldError, FieldProblem, Raw};

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
        let record = rows.count();
        rows.columns.iter_mut().for_each(|column| column.push(f64::NAN));
        #[expect(clippy::cast_possible_wrap, reason = "a client has far fewer than 2^62 records")]
        let mut numbers = (UNNAMED + record as i64, parent.unwrap_or(UNNAMED - 1));
        let mut errors = Vec::new();
        for (name, raw) in pairs {
            if let Err(problem) = of.read(name, raw, parent.is_some(), (rows, record), &mut numbers) {
                let field = name.to_owned();
                errors.push(FieldError { field, problem });
            }
        }
        rows.keys.extend(of.key.is_some().then_some(numbers.0));
        rows.parents.extend(of.parent.is_some().then_some(numbers.1));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(numbers.0)
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

impl Table {
    /// Reads one value of a record.
    fn read(
        &self,
        name: &str,
        raw: Raw<'_>,
        nested: bool,
        (rows, record): (&mut Rows, usize),
        (key, parent): &mut (i64, i64),
    ) -> Result<(), FieldProblem> {
        let is = |column: &Option<String>| column.as_deref() == Some(name);
        if let Some(position) = self.field_index(name) {
            rows.columns[position][record] = raw.stored(&self.fields[position])?;
        } else if is(&self.key) {
            *key = number(raw).unwrap_or(*key);
        } else if is(&self.parent_key) && !nested {
            *parent = number(raw).unwrap_or(*parent);
        } else if !self.knows_column(name) {
            return Err(FieldProblem::Unknown);
        }
        Ok(())
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
    pub(super) fn count(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}
