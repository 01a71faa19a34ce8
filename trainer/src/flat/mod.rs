//! Flat tables that nobody has described: a definition is drafted from what is in the columns.

mod draft;
mod kind;
mod leakage;
mod profile;
mod protected;
mod target;

use std::path::Path;

use candor_core::Raw;
use candor_core::decision::Excluded;

use crate::error::Error;
use candor_portfolio::Error as ReadError;
use candor_portfolio::table::{DecimalMark, Notation, NotationRules, Scan};
use candor_tables::scan;
use draft::Draft;
use kind::{Kind, kind_of};
pub use leakage::suspects;
use profile::Profile;
use protected::{Treatment, protected};

/// What the analyst says of a flat table.
#[derive(Debug, Clone, Default)]
pub struct FlatOptions {
    /// Column that tells the outcome.
    pub target: String,
    /// Column that identifies a client.
    pub id: Option<String>,
    /// The target's value for a default.
    pub bad: Option<String>,
    /// Columns that are to be inputs, whatever they are called or look like.
    pub keep: Vec<String>,
    /// Columns that are not to be inputs.
    pub drop: Vec<String>,
    /// Whether columns with the names of protected attributes are kept out.
    pub guards: bool,
}

/// What a flat table was found to be.
#[derive(Debug, Clone)]
pub struct FlatTable {
    /// The drafted definition file.
    pub definition: String,
    /// Columns that are read and kept out because of what their names say, and why.
    pub excluded: Vec<Excluded>,
    /// How the file is written, if it is CSV.
    pub notation: Option<Notation>,
    /// What was found and decided, line by line.
    pub notes: Vec<String>,
}

impl FlatTable {
    /// Looks at every cell of the table at `path` and drafts its definition.
    ///
    /// # Errors
    /// A file that is no table, a column that is named and not there, a target without two values, no column that can
    /// be an input.
    pub fn infer(path: &Path, options: &FlatOptions, rules: NotationRules) -> Result<Self, Error> {
        let mut columns = Columns::new(path, options);
        let notation = scan(path, rules, &mut columns)?;
        Ok(columns.decide(notation)?)
    }
}

/// Those of the columns `names` that are kept out because of what their names say, unless they are in `keep`, and a
/// note on each column with a protected attribute.
pub fn protected_among(names: &[&str], keep: &[String]) -> (Vec<Excluded>, Vec<String>) {
    let guarded = names.iter().filter(|name| !keep.iter().any(|kept| kept == *name));
    let (mut excluded, mut notes) = (Vec::new(), Vec::new());
    for (treatment, column) in guarded.filter_map(|name| protected(name)) {
        let Excluded { field, why } = &column;
        match treatment {
            Treatment::Barred => {
                notes.push(format!(
                    "Not an input: {field}: {} Pass --keep '{field}' if it should be one.",
                    why.en
                ));
                excluded.push(column);
            }
            Treatment::Flagged => notes.push(format!(
                "Check: {field} is an input: {} Laws that let a statistical score use it set conditions. Pass --drop \
                 '{field}' to leave it out, --keep '{field}' to say that it may stay.",
                why.en
            )),
        }
    }
    (excluded, notes)
}

/// The columns of a table while it is read.
struct Columns<'a> {
    path: &'a Path,
    options: &'a FlatOptions,
    names: Vec<String>,
    unreadable: Vec<Option<String>>,
    profiles: Vec<Profile>,
    rows: u64,
}

impl Scan for Columns<'_> {
    fn header(&mut self, names: &[String], unreadable: &[Option<String>]) -> Result<(), ReadError> {
        self.names = names.to_vec();
        self.unreadable = unreadable.to_vec();
        self.profiles = vec![Profile::default(); names.len()];
        let FlatOptions {
            target, id, keep, drop, ..
        } = self.options;
        let named = [("--target", target)]
            .into_iter()
            .chain(id.iter().map(|id| ("--id", id)));
        for (option, name) in named {
            match names.iter().filter(|known| *known == name).count() {
                0 => return Err(self.unknown(option, name)),
                1 => {}
                _ => {
                    let problem = format!(
                        "{option} {name}: the columns {} have this name; rename one",
                        self.places(name)
                    );
                    return Err(self.problem(problem));
                }
            }
        }
        if id.as_ref() == Some(target) {
            return Err(self.problem(format!("--target and --id both name the column {target}; choose two")));
        }
        let mut rest = keep
            .iter()
            .map(|name| ("--keep", name))
            .chain(drop.iter().map(|name| ("--drop", name)));
        if let Some((option, name)) = rest.clone().find(|(_, name)| !names.contains(name)) {
            return Err(self.unknown(option, name));
        }
        if let Some((option, name)) = rest.find(|(_, name)| *name == target || Some(*name) == id.as_ref()) {
            return Err(self.problem(format!(
                "{option} {name}: this is the target or the id, and no input anyway"
            )));
        }
        if let Some(name) = keep.iter().find(|name| drop.contains(name)) {
            return Err(self.problem(format!("--keep and --drop both name {name}; choose one")));
        }
        Ok(())
    }

    fn cell(&mut self, line: u64, column: usize, raw: Raw<'_>, decimal: DecimalMark) {
        if let Some(profile) = self.profiles.get_mut(column) {
            profile.add(line, raw, decimal);
        }
    }

    fn end_of_row(&mut self) {
        self.rows += 1;
    }
}

impl<'a> Columns<'a> {
    fn new(path: &'a Path, options: &'a FlatOptions) -> Self {
        Self {
            path,
            options,
            names: Vec::new(),
            unreadable: Vec::new(),
            profiles: Vec::new(),
            rows: 0,
        }
    }

    /// Fields, columns left out, and the draft made of both.
    fn decide(&self, notation: Option<Notation>) -> Result<FlatTable, ReadError> {
        let target = self.options.target.as_str();
        let position = self.names.iter().position(|name| name == target).unwrap_or_default();
        if self.rows == 0 {
            return Err(self.problem("the table has no rows; check that the export was complete".into()));
        }
        let outcomes = target::outcomes(target, &self.profiles[position], self.options.bad.as_deref())
            .map_err(|problem| self.problem(problem))?;
        let (mut fields, mut unused) = (Vec::new(), Vec::new());
        for (column, name) in self.names.iter().enumerate() {
            if name == target || Some(name) == self.options.id.as_ref() {
                continue;
            }
            match self.kind(column) {
                Ok(kind) => fields.push((name.clone(), kind)),
                Err(why) => unused.push((name.clone(), why)),
            }
        }
        let (excluded, about_protected) = if self.options.guards {
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            protected_among(&names, &self.options.keep)
        } else {
            Default::default()
        };
        if fields.len() > usize::from(u16::MAX) {
            return Err(self.problem(format!("{} columns are too many; leave some out", fields.len())));
        }
        if fields.len() == excluded.len() {
            let mut reasons: Vec<String> = unused
                .iter()
                .map(|(name, why)| format!("{}: {why}", shown(name)))
                .collect();
            reasons.extend(
                excluded
                    .iter()
                    .map(|excluded| format!("{}: {}", excluded.field, excluded.why.en)),
            );
            reasons.truncate(5);
            let problem = format!(
                "no column can be an input ({}); pass --keep COLUMN for one that should be, or add columns",
                reasons.join("; ")
            );
            return Err(self.problem(problem));
        }
        let table = self
            .path
            .file_name()
            .map_or_else(|| "table".into(), |name| name.to_string_lossy());
        let draft = Draft {
            table: table
                .split('.')
                .next()
                .filter(|name| !name.is_empty())
                .unwrap_or("table"),
            id: self.options.id.as_deref(),
            target,
            outcomes: outcomes.as_ref(),
            unused: &unused,
            fields: &fields,
        };
        let mut notes: Vec<String> = notation
            .iter()
            .map(|n| format!("Read as CSV with {}.", n.describe()))
            .collect();
        if let Some(words) = &outcomes {
            notes.push(format!(
                "In {target}, '{}' is a default and '{}' is none.",
                words.bad, words.good
            ));
        }
        notes.extend(fields.iter().flat_map(|(name, kind)| self.notes_of(name, kind)));
        notes.extend(
            unused
                .iter()
                .map(|(name, why)| format!("Left out: {}: {why}.", shown(name))),
        );
        notes.extend(about_protected);
        Ok(FlatTable {
            definition: draft.text(),
            excluded,
            notation,
            notes,
        })
    }

    /// What the column is, or why it is left out.
    fn kind(&self, column: usize) -> Result<Kind, String> {
        let name = &self.names[column];
        if name.is_empty() {
            return Err("it has no name; give it one in the header if it should be an input".into());
        }
        if self.names.iter().filter(|known| *known == name).count() > 1 {
            return Err(format!(
                "the columns {} have this name; rename them if they should be inputs",
                self.places(name)
            ));
        }
        if self.options.drop.contains(name) {
            return Err("--drop says so".into());
        }
        if let Some(why) = &self.unreadable[column] {
            return Err(format!("it {why}"));
        }
        kind_of(name, &self.profiles[column], self.options.keep.contains(name))
    }

    /// What should be known about how a column is read.
    fn notes_of(&self, name: &str, kind: &Kind) -> Vec<String> {
        let profile = self
            .names
            .iter()
            .position(|known| known == name)
            .map(|column| &self.profiles[column]);
        let mut notes = Vec::new();
        let words: Vec<String> = match (kind, profile) {
            (Kind::Number { sentinels, .. }, Some(profile)) => {
                let texts = profile.missing.keys().cloned();
                let among = profile.missing_among_numbers();
                let texts = texts.chain(among.into_iter().map(|(text, _)| text.to_owned()));
                texts.chain(sentinels.iter().map(f64::to_string)).collect()
            }
            (_, Some(profile)) => profile.missing.keys().cloned().collect(),
            _ => Vec::new(),
        };
        if !words.is_empty() {
            notes.push(format!("In {name}, {} is read as missing.", words.join(", ")));
        }
        if let Kind::Category { levels, rare, .. } = kind
            && *rare > 0
        {
            notes.push(format!(
                "In {name}, {} levels are told apart; the rarer ones ({rare} rows) are read as missing.",
                levels.len()
            ));
        }
        notes
    }

    /// "3 and 7": the positions of the columns called `name`, from 1.
    fn places(&self, name: &str) -> String {
        let places = self.names.iter().enumerate().filter(|(_, known)| *known == name);
        let places: Vec<String> = places.map(|(column, _)| (column + 1).to_string()).collect();
        places.join(" and ")
    }

    fn unknown(&self, option: &str, name: &str) -> ReadError {
        const MOST: usize = 12;
        let known: Vec<&str> = self.names.iter().take(MOST).map(|name| shown(name)).collect();
        let more = if self.names.len() > MOST { ", …" } else { "" };
        self.problem(format!(
            "{option} {name}: the table has no such column; its columns are {}{more}",
            known.join(", ")
        ))
    }

    fn problem(&self, problem: String) -> ReadError {
        ReadError::table(self.path, problem)
    }
}

fn shown(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}
