//! Clients of a table, whatever their cells hold.

use std::collections::BTreeMap;
use std::path::Path;

use candor_core::artifact::Population;
use candor_core::schema::FieldKind;
use candor_core::{Application, Raw, Schema, Scorer, ValueError};
use rayon::prelude::*;

use crate::error::Error;
use crate::table::{ColumnRules, DecimalMark, Role, Scan, is_missing, roles, scan, stored};
use crate::training::population::{population, sorted};

/// What a field's cells hold besides values that fit it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unfit {
    /// Levels that the model does not know, and their clients.
    pub levels: BTreeMap<String, u64>,
    /// Other cells that do not fit, and the first of them with its line and what is wrong with it.
    pub cells: u64,
    pub(super) first: Option<(u64, String)>,
    /// Whether the table lacks the field's column.
    pub absent: bool,
}

/// Clients of a table. Unlike for scoring, a cell that does not fit its field stops nothing: it is what drift looks like.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Their ids.
    pub ids: Vec<String>,
    /// Their applications; cells that do not fit are missing.
    pub applications: Vec<Application>,
    /// Whether each could be scored.
    pub sound: Vec<bool>,
    /// What does not fit, by field.
    pub unfit: Vec<Unfit>,
}

impl Clients {
    /// Reads the clients of a table.
    ///
    /// # Errors
    /// What keeps the file from being read as a table with the schema's columns, and a table without rows.
    pub fn read(path: &Path, schema: &Schema, rules: ColumnRules) -> Result<Self, Error> {
        if path == Path::new("-") {
            let problem = "drift reads files, not standard input (-); name a .csv, .csv.gz or .parquet file".into();
            return Err(Error::Usage { problem });
        }
        let mut reader = Reader {
            path,
            schema,
            rules,
            roles: Vec::new(),
            row: Application::empty(schema),
            id: String::new(),
            whole: true,
            clients: Self {
                ids: Vec::new(),
                applications: Vec::new(),
                sound: Vec::new(),
                unfit: vec![Unfit::default(); schema.fields.len()],
            },
        };
        scan(path, rules.notation, &mut reader)?;
        if reader.clients.applications.is_empty() {
            return Err(Error::Table {
                file: path.to_owned(),
                problem: "the table has no rows; check that the export was complete".into(),
            });
        }
        Ok(reader.clients)
    }

    /// Sorted values of a number; what is missing is left out.
    pub fn numbers(&self, field: usize) -> Vec<f64> {
        sorted(self.applications.iter(), field)
    }

    /// What is kept of the clients, as of those of training.
    pub fn population(&self, scorer: &Scorer) -> Population {
        let applications: Vec<&Application> = self.applications.iter().collect();
        population(
            scorer.schema(),
            &applications,
            &self.log_odds(scorer),
            &scorer.model().policy,
        )
    }

    /// Log-odds of the clients that could be scored.
    pub fn log_odds(&self, scorer: &Scorer) -> Vec<f64> {
        let sound: Vec<&Application> = self
            .applications
            .iter()
            .zip(&self.sound)
            .filter_map(|(application, &sound)| sound.then_some(application))
            .collect();
        sound
            .par_iter()
            .map(|application| scorer.score(application).log_odds)
            .collect()
    }
}

struct Reader<'a> {
    path: &'a Path,
    schema: &'a Schema,
    rules: ColumnRules,
    roles: Vec<Role>,
    row: Application,
    id: String,
    whole: bool,
    clients: Clients,
}

impl Scan for Reader<'_> {
    fn header(&mut self, names: &[String], unreadable: &[Option<String>]) -> Result<(), Error> {
        let wrong = |problem: String| Error::Row {
            file: self.path.to_owned(),
            line: 1,
            problem,
        };
        self.roles = roles(names, self.schema, self.rules, false, &[]).map_err(wrong)?;
        for ((name, role), unreadable) in names.iter().zip(&self.roles).zip(unreadable) {
            if let (Role::Field(_) | Role::Id, Some(problem)) = (role, unreadable) {
                return Err(wrong(format!("column {name} {problem}")));
            }
        }
        for (field, unfit) in self.clients.unfit.iter_mut().enumerate() {
            unfit.absent = !self.roles.contains(&Role::Field(field));
        }
        Ok(())
    }

    fn cell(&mut self, line: u64, column: usize, raw: Raw<'_>, decimal: DecimalMark) {
        match self.roles.get(column) {
            Some(&Role::Field(field)) => self.field(line, field, raw, decimal),
            Some(Role::Id) => {
                self.id = match raw {
                    Raw::Text(text) => text.to_owned(),
                    Raw::Number(number) => number.to_string(),
                    Raw::Missing | Raw::Flag(_) => String::new(),
                };
            }
            _ => {}
        }
    }

    fn end_of_row(&mut self) {
        let row = std::mem::replace(&mut self.row, Application::empty(self.schema));
        self.clients.applications.push(row);
        self.clients.ids.push(std::mem::take(&mut self.id));
        self.clients.sound.push(std::mem::replace(&mut self.whole, true));
    }
}

impl Reader<'_> {
    fn field(&mut self, line: u64, index: usize, raw: Raw<'_>, decimal: DecimalMark) {
        let (Some(field), Some(unfit)) = (self.schema.fields.get(index), self.clients.unfit.get_mut(index)) else {
            return;
        };
        let set = match raw {
            Raw::Text(text) => stored(field, text, decimal).map(|value| {
                // Where any unknown text counts as missing, it is still told.
                if value.is_nan() && is_unknown(&field.kind, text) {
                    *unfit.levels.entry(text.trim().to_owned()).or_default() += 1;
                }
                self.row.set_stored(index, value);
            }),
            raw => self.row.set(self.schema, index, raw),
        };
        match set {
            Ok(()) => return,
            Err(ValueError::UnknownLevel { found, .. }) => {
                let level = if let Raw::Text(text) = raw {
                    text.trim().to_owned()
                } else {
                    found
                };
                *unfit.levels.entry(level).or_default() += 1;
            }
            Err(problem) => {
                unfit.cells += 1;
                unfit.first.get_or_insert_with(|| (line, problem.to_string()));
            }
        }
        self.whole = false;
    }
}

/// Whether a text that was read as missing is no level and no word for missing.
fn is_unknown(kind: &FieldKind, text: &str) -> bool {
    let FieldKind::Category { missing_levels, .. } = kind else {
        return false;
    };
    let text = text.trim();
    !text.is_empty() && !is_missing(text) && !missing_levels.iter().any(|level| level == text)
}
