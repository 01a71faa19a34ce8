//! What is odd about a related table: counted, never silently passed over.

use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use candor_core::records::{ClientRecords, Records, Table};

use super::part::{Layout, Part};

/// What was found in a table.
#[derive(Debug, Clone)]
pub struct Quality {
    /// Name of the table.
    pub table: String,
    /// Its file; `None` when the folder holds none.
    pub path: Option<PathBuf>,
    /// Rows read.
    pub rows: u64,
    /// Rows without a readable number of client, record or parent: they count for nothing.
    pub bad_keys: u64,
    /// Rows with more or fewer cells than the header: they count for nothing.
    pub ragged: u64,
    /// Rows of clients, or of parents, that were not asked for.
    pub strangers: u64,
    /// Values that do not fit, read as missing: column, how many, and what is wrong with the first.
    pub wrong: Vec<(String, u64, String)>,
    /// Columns that the definition reads and the file lacks.
    pub missing_columns: Vec<String>,
    /// Columns that the definition does not know.
    pub unknown_columns: Vec<String>,
    /// What is odd about clients' records.
    pub odd: Oddities,
}

/// What only shows when a client's records stand together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Oddities {
    /// Records of the clients asked for.
    pub records: u64,
    /// Records that name a parent which the client does not have; they belong to the client alone.
    pub orphans: u64,
    /// Records whose number another one of the client has, or a second one of the same parent and time. They count.
    pub duplicates: u64,
    /// Records from after the application: they count for nothing.
    pub after: u64,
    /// Records that do not say when they are from: they count for nothing.
    pub undated: u64,
}

impl AddAssign for Oddities {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.orphans += other.orphans;
        self.duplicates += other.duplicates;
        self.after += other.after;
        self.undated += other.undated;
    }
}

impl Oddities {
    /// Adds those of one client's records, table by table.
    pub(super) fn add(all: &mut [Self], records: &Records, client: &ClientRecords) {
        for (index, (odd, table)) in all.iter_mut().zip(&records.tables).enumerate() {
            let Some(Some(rows)) = client.tables.get(index) else {
                continue;
            };
            let Some(times) = rows.columns.get(usize::from(table.time)) else {
                continue;
            };
            odd.records += times.len() as u64;
            odd.undated += times.iter().filter(|time| time.is_nan()).count() as u64;
            odd.after += times.iter().filter(|time| **time > 0.0).count() as u64;
            let mut keys = rows.keys.clone();
            keys.sort_unstable();
            odd.duplicates += repeated(&keys);
            let parent = table
                .parent
                .and_then(|parent| client.tables.get(usize::from(parent))?.as_ref());
            if let Some(parent) = parent {
                let mut known = parent.keys.clone();
                known.sort_unstable();
                let orphans = rows.parents.iter().filter(|key| known.binary_search(key).is_err());
                odd.orphans += orphans.count() as u64;
            }
            if table.once_a_time {
                let mut moments: Vec<(i64, u64)> = rows
                    .parents
                    .iter()
                    .zip(times)
                    .map(|(parent, time)| (*parent, time.to_bits()))
                    .collect();
                moments.sort_unstable();
                odd.duplicates += repeated(&moments);
            }
        }
    }
}

fn repeated<T: PartialEq>(sorted: &[T]) -> u64 {
    sorted.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
}

impl Quality {
    pub(super) fn new(table: &Table, path: &Path, layout: Layout, part: &Part) -> Self {
        let wrong = table
            .fields
            .iter()
            .zip(&part.wrong)
            .filter(|(_, wrong)| wrong.count > 0);
        Self {
            table: table.name.clone(),
            path: Some(path.to_owned()),
            rows: part.rows as u64,
            bad_keys: part.bad_keys,
            ragged: part.ragged,
            strangers: 0,
            wrong: wrong
                .map(|(field, wrong)| {
                    let example = wrong.example.as_ref().map(ToString::to_string);
                    (field.name.clone(), wrong.count, example.unwrap_or_default())
                })
                .collect(),
            missing_columns: layout.missing,
            unknown_columns: layout.unknown,
            odd: Oddities::default(),
        }
    }

    pub(super) fn absent(table: &Table) -> Self {
        Self {
            table: table.name.clone(),
            path: None,
            rows: 0,
            bad_keys: 0,
            ragged: 0,
            strangers: 0,
            wrong: Vec::new(),
            missing_columns: Vec::new(),
            unknown_columns: Vec::new(),
            odd: Oddities::default(),
        }
    }

    /// What is odd, line by line, if anything; other clients' records are not.
    pub fn remarks(&self) -> Vec<String> {
        let usual = Self {
            strangers: 0,
            ..self.clone()
        };
        let lines = usual.lines();
        if self.path.is_none() || lines.len() > 1 {
            lines
        } else {
            Vec::new()
        }
    }

    /// What there is to say, line by line; the first names the table.
    pub fn lines(&self) -> Vec<String> {
        let Some(path) = &self.path else {
            return vec![format!("{}: not there; its features are missing values.", self.table)];
        };
        let mut lines = vec![format!(
            "{}: {} records, {} of these clients.",
            path.display(),
            self.rows,
            self.odd.records
        )];
        let mut say = |count: u64, what: &str| {
            if count > 0 {
                lines.push(format!("  {count} {what}"));
            }
        };
        say(
            self.strangers,
            "belong to other clients, or to a record that none of these has; left out.",
        );
        say(
            self.bad_keys,
            "have no number of client, record or parent that can be read; left out.",
        );
        say(self.ragged, "have more or fewer cells than the header; left out.");
        say(self.odd.after, "are from after the application; left out.");
        say(self.odd.undated, "do not say when they are from; left out.");
        say(
            self.odd.orphans,
            "name a parent that the client does not have; used for the client only.",
        );
        say(
            self.odd.duplicates,
            "are there more than once (same number, or same parent and time); all are used.",
        );
        for (column, count, example) in &self.wrong {
            say(
                *count,
                &format!("values of {column} do not fit and are read as missing; the first: {example}."),
            );
        }
        if !self.missing_columns.is_empty() {
            let columns = self.missing_columns.join(", ");
            lines.push(format!("  Columns that are not there, read as missing: {columns}."));
        }
        if !self.unknown_columns.is_empty() {
            let columns = self.unknown_columns.join(", ");
            lines.push(format!("  Columns that are not known and not read: {columns}."));
        }
        lines
    }
}
