//! A part of a table: what each thread reads, and in the end the whole.

use std::ops::AddAssign;

use candor_core::records::Table;
use candor_core::{Raw, ValueError};
use candor_portfolio::table::DecimalMark;

use super::values::{CellReader, NO_KEY, Values, key_of_number, key_of_text};

/// Which column of a file is what: positions in the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) key: Option<usize>,
    pub(super) client: Option<usize>,
    pub(super) parent: Option<usize>,
    /// For each field, unless the file lacks it.
    pub(super) fields: Vec<Option<usize>>,
    /// Columns of the file.
    pub(super) width: usize,
    pub(super) missing: Vec<String>,
    pub(super) unknown: Vec<String>,
}

impl Layout {
    /// Matches a file's columns with a table; the error says which column is needed.
    pub(super) fn of(names: &[String], table: &Table) -> Result<Self, String> {
        let place = |name: &str| names.iter().position(|known| known == name);
        let needed = |name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => place(name)
                .map(Some)
                .ok_or_else(|| format!("the column {name} is missing; without it no one can tell whose a record is")),
        };
        if let Some(twice) = names
            .iter()
            .enumerate()
            .find(|(at, name)| table.knows_column(name) && names[..*at].contains(name))
        {
            return Err(format!("the column {} is there twice; remove one", twice.1));
        }
        let layout = Self {
            key: needed(&table.key)?,
            client: needed(&table.client_key)?,
            parent: needed(&table.parent_key)?,
            fields: table.fields.iter().map(|field| place(&field.name)).collect(),
            width: names.len(),
            missing: table
                .fields
                .iter()
                .filter(|field| place(&field.name).is_none())
                .map(|f| f.name.clone())
                .collect(),
            unknown: names.iter().filter(|name| !table.knows_column(name)).cloned().collect(),
        };
        match table.fields.get(usize::from(table.time)) {
            Some(time) if place(&time.name).is_none() => Err(format!(
                "the column {} is missing; without it no one can tell whether a record is from before the application",
                time.name
            )),
            _ => Ok(layout),
        }
    }
}

/// How many values of a column do not fit, and the first of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrong {
    pub(super) count: u64,
    pub(super) example: Option<ValueError>,
}

impl AddAssign for Wrong {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.example = self.example.take().or(other.example);
    }
}

/// Rows of a table.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) keys: Vec<i64>,
    pub(super) clients: Vec<i64>,
    pub(super) parents: Vec<i64>,
    pub(super) columns: Vec<Values>,
    /// Values that do not fit, by field; they are read as missing.
    pub(super) wrong: Vec<Wrong>,
    /// Rows without a key that can be read, where the file has one. They belong to no one.
    pub(super) bad_keys: u64,
    /// Rows with more or fewer cells than the header.
    pub(super) ragged: u64,
    pub(super) rows: usize,
}

/// Reads rows into a part.
pub(super) struct PartReader<'a> {
    layout: &'a Layout,
    cells: Vec<CellReader<'a>>,
    pub(super) part: Part,
}

impl Part {
    pub(super) fn empty(table: &Table) -> Self {
        Self {
            keys: Vec::new(),
            clients: Vec::new(),
            parents: Vec::new(),
            columns: table.fields.iter().map(Values::of).collect(),
            wrong: vec![Wrong::default(); table.fields.len()],
            bad_keys: 0,
            ragged: 0,
            rows: 0,
        }
    }

    pub(super) fn append(&mut self, mut part: Self) {
        self.keys.append(&mut part.keys);
        self.clients.append(&mut part.clients);
        self.parents.append(&mut part.parents);
        for (all, part) in self.columns.iter_mut().zip(part.columns) {
            all.append(part);
        }
        for (all, part) in self.wrong.iter_mut().zip(part.wrong) {
            *all += part;
        }
        self.bad_keys += part.bad_keys;
        self.ragged += part.ragged;
        self.rows += part.rows;
    }
}

impl<'a> PartReader<'a> {
    pub(super) fn new(table: &'a Table, layout: &'a Layout, decimal: DecimalMark) -> Self {
        Self {
            layout,
            cells: table
                .fields
                .iter()
                .map(|field| CellReader::new(field, decimal))
                .collect(),
            part: Part::empty(table),
        }
    }

    /// Reads a row whose cells are text.
    pub(super) fn row<'b>(&mut self, cell: impl Fn(usize) -> &'b [u8]) {
        let key = |column: Option<usize>| column.map(|column| key_of_text(cell(column)));
        if !self.keys([key(self.layout.key), key(self.layout.client), key(self.layout.parent)]) {
            return;
        }
        for (field, column) in self.layout.fields.iter().enumerate() {
            let read = column.map_or(Ok(f64::NAN), |column| self.cells[field].text(cell(column).trim_ascii()));
            self.value(field, read);
        }
    }

    /// Reads a row whose cells have types.
    pub(super) fn typed_row<'b>(&mut self, cell: impl Fn(usize) -> Raw<'b>) {
        let number = |raw: Raw<'_>| match raw {
            Raw::Number(value) => key_of_number(value),
            Raw::Text(text) => key_of_text(text.trim().as_bytes()),
            Raw::Missing | Raw::Flag(_) => NO_KEY,
        };
        let key = |column: Option<usize>| column.map(|column| number(cell(column)));
        if !self.keys([key(self.layout.key), key(self.layout.client), key(self.layout.parent)]) {
            return;
        }
        for (field, column) in self.layout.fields.iter().enumerate() {
            let read = column.map_or(Ok(f64::NAN), |column| self.cells[field].raw(cell(column)));
            self.value(field, read);
        }
    }

    /// Takes the keys of a row, unless one that it should have cannot be read.
    fn keys(&mut self, keys: [Option<i64>; 3]) -> bool {
        self.part.rows += 1;
        if keys.contains(&Some(NO_KEY)) {
            self.part.bad_keys += 1;
            return false;
        }
        let [key, client, parent] = keys;
        self.part.keys.extend(key);
        self.part.clients.extend(client);
        self.part.parents.extend(parent);
        true
    }

    fn value(&mut self, field: usize, read: Result<f64, ValueError>) {
        let value = read.unwrap_or_else(|problem| {
            self.part.wrong[field] += Wrong {
                count: 1,
                example: Some(problem),
            };
            f64::NAN
        });
        self.part.columns[field].push(value);
    }
}
