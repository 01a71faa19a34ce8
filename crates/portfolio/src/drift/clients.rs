//! Clients of a table, whatever their cells hold.

use std::collections::BTreeMap;
use std::path::Path;

use candor_core::artifact::Population;
use candor_core::schema::FieldKind;
use candor_core::stats::population::{population, sorted};
use candor_core::{Application, Raw, Schema, Scorer, ValueError, Workers};

use crate::error::Error;
use crate::table::{ColumnRules, DecimalMark, Role, Scan, is_missing, roles, stored};

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
    /// Sorted values of a number; what is missing is left out.
    pub fn numbers(&self, field: usize) -> Vec<f64> {
        sorted(self.applications.iter(), field)
    }

    /// What is kept of the clients, as of those of training.
    pub fn population(&self, scorer: &Scorer, workers: &impl Workers) -> Population {
        let applications: Vec<&Application> = self.applications.iter().collect();
        population(
            scorer.schema(),
            &applications,
            &self.log_odds(scorer, workers),
            &scorer.model().policy,
            workers,
        )
    }

    /// Log-odds of the clients that could be scored.
    pub fn log_odds(&self, scorer: &Scorer, workers: &impl Workers) -> Vec<f64> {
        let sound: Vec<&Application> = self
            .applications
            .iter()
            .zip(&self.sound)
            .filter_map(|(application, &sound)| sound.then_some(application))
            .collect();
        workers.map(sound.len(), |client| scorer.score(sound[client]).log_odds)
    }
}

/// Takes the clients of a table as its cells come in.
#[derive(Debug)]
pub struct ClientsReader<'a> {
    file: &'a Path,
    schema: &'a Schema,
    rules: ColumnRules,
    roles: Vec<Role>,
    row: Application,
    id: String,
    whole: bool,
    clients: Clients,
}

impl Scan for ClientsReader<'_> {
    fn header(&mut self, names: &[String], unreadable: &[Option<String>]) -> Result<(), Error> {
        let wrong = |problem: String| Error::row(self.file, 1, problem);
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

impl<'a> ClientsReader<'a> {
    /// A reader of the table called `file`.
    pub fn new(file: &'a Path, schema: &'a Schema, rules: ColumnRules) -> Self {
        Self {
            file,
            schema,
            rules,
            roles: Vec::new(),
            row: Application::empty(schema),
            id: String::new(),
            whole: true,
            clients: Clients {
                ids: Vec::new(),
                applications: Vec::new(),
                sound: Vec::new(),
                unfit: vec![Unfit::default(); schema.fields.len()],
            },
        }
    }

    /// The clients.
    ///
    /// # Errors
    /// [`Error::Table`] where the table has no rows.
    pub fn finish(self) -> Result<Clients, Error> {
        if self.clients.applications.is_empty() {
            let problem = "the table has no rows; check that the export was complete";
            return Err(Error::table(self.file, problem));
        }
        Ok(self.clients)
    }

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
