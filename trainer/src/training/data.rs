//! The training table in memory.

use std::collections::HashMap;
use std::path::Path;

use candor_core::artifact::DataFingerprint;
use candor_core::{Application, Records, Schema, hexadecimal};
use sha2::{Digest, Sha256};

use crate::error::{Error, describe};
use crate::related::{Quality, RelatedTables};
use crate::table::{ColumnRules, OutcomeWords, Record, read_outcomes, read_records};

use super::split::{Split, folds_by_client, split_by_client, split_learning_by_client};

/// Applications and what became of them.
#[derive(Debug, Clone)]
pub struct Data {
    /// Client identifiers.
    pub ids: Vec<String>,
    /// Applications, in table order.
    pub applications: Vec<Application>,
    /// Whether each client defaulted.
    pub outcomes: Vec<bool>,
    /// The cells of the columns that were asked to be kept, row by row.
    pub kept: Vec<Vec<String>>,
    /// What identifies the data.
    pub fingerprint: DataFingerprint,
}

/// Fewest rows of each class: one for every part of a split, and some to learn from.
const LEAST_PER_CLASS: usize = 20;

impl Data {
    /// Reads a table with its target.
    ///
    /// # Errors
    /// Any row that does not fit, a missing target, one class only: the file, the line and the field are named.
    pub fn read(path: &Path, schema: &Schema, rules: ColumnRules) -> Result<Self, Error> {
        Self::read_outcomes(path, schema, None, rules)
    }

    /// Reads a table with its target, which may be written in words.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_outcomes(
        path: &Path,
        schema: &Schema,
        words: Option<&OutcomeWords>,
        rules: ColumnRules,
    ) -> Result<Self, Error> {
        Self::read_for("training", path, schema, words, rules, &[], &mut |_| {})
    }

    /// Reads a table with its target for a `purpose` that errors name, and with the cells of the columns `kept`.
    /// `progress` is told of the rows read so far.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_for(
        purpose: &str,
        path: &Path,
        schema: &Schema,
        words: Option<&OutcomeWords>,
        rules: ColumnRules,
        kept: &[String],
        progress: &mut dyn FnMut(usize),
    ) -> Result<Self, Error> {
        let (mut ids, mut applications, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        let mut cells = Vec::new();
        let mut hash = Sha256::new();
        read_outcomes(path, schema, words, rules, kept, &mut |record| {
            let row_error = |problem: String| Error::Row {
                file: path.to_owned(),
                line: record.line,
                problem,
            };
            let application = record.application.map_err(|errors| row_error(describe(&errors)))?;
            let outcome = record.target.ok_or_else(|| {
                let target = schema.target.as_deref().unwrap_or("target");
                let (bad, good) = words.map_or(("1", "0"), |words| (words.bad.as_str(), words.good.as_str()));
                row_error(format!(
                    "{target} is empty; for {purpose}, every row needs {bad} for a default or {good} for none"
                ))
            })?;
            hash.update([u8::from(outcome)]);
            for value in application.values() {
                hash.update(bits(*value).to_le_bytes());
            }
            ids.push(record.id);
            applications.push(application);
            outcomes.push(outcome);
            cells.push(record.kept);
            progress(outcomes.len());
            Ok(())
        })?;
        check_classes(purpose, path, schema, &outcomes)?;
        let sha256 = hexadecimal(&hash.finalize());
        let file = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let fingerprint = DataFingerprint {
            file,
            rows: outcomes.len() as u64,
            sha256,
        };
        Ok(Self {
            ids,
            applications,
            outcomes,
            kept: cells,
            fingerprint,
        })
    }

    /// Puts what the related tables of a folder say into the applications, which become applications of `schema`, and
    /// tells what was found in the tables. `progress` hears the table that is read and rows or clients as they are done.
    ///
    /// # Errors
    /// As [`RelatedTables::read`].
    pub fn add_records(
        &mut self,
        folder: &Path,
        records: &Records,
        schema: &Schema,
        rules: ColumnRules,
        progress: &(dyn Fn(&str, u64) + Sync),
    ) -> Result<Vec<Quality>, Error> {
        let mut tables = RelatedTables::read(folder, records, &self.ids, rules.notation, progress)?;
        let fields = schema.fields.len();
        tables.fill(&mut self.applications, fields, &|clients| progress("", clients));
        let mut hash = Sha256::new().chain_update(&self.fingerprint.sha256);
        for application in &self.applications {
            for value in &application.values()[fields - records.output_count()..] {
                hash.update(bits(*value).to_le_bytes());
            }
        }
        self.fingerprint.sha256 = hexadecimal(&hash.finalize());
        Ok(tables.quality)
    }

    /// Splits 60/20/20; all rows of a client stand on the same side.
    pub fn split(&self, seed: u64) -> Split {
        let all: Vec<usize> = (0..self.outcomes.len()).collect();
        self.split_of(&all, seed)
    }

    /// As [`split`](Self::split), of some of the rows: positions in `rows`.
    fn split_of(&self, rows: &[usize], seed: u64) -> Split {
        let outcomes: Vec<bool> = rows.iter().map(|&row| self.outcomes[row]).collect();
        split_by_client(&self.clients(rows), &outcomes, seed)
    }

    /// Splits so that the rows `kept_out`, in increasing order, stand in the test part: they are that part where they are
    /// enough to measure on, and the others are dealt 3 to 1 to training and validation. Where they are not, the others are
    /// split 60/20/20, and the test part has both.
    ///
    /// # Errors
    /// [`Error::Training`] when too few rows are left to learn from.
    pub fn split_keeping_out(&self, kept_out: &[usize], seed: u64) -> Result<Split, Error> {
        if kept_out.is_empty() {
            return Ok(self.split(seed));
        }
        let rest: Vec<usize> = (0..self.outcomes.len())
            .filter(|row| kept_out.binary_search(row).is_err())
            .collect();
        let rarer = |rows: &[usize]| {
            let bad = rows.iter().filter(|&&row| self.outcomes[row]).count();
            bad.min(rows.len() - bad)
        };
        if rarer(&rest) < LEAST_PER_CLASS {
            let problem = format!(
                "{} of {} rows are test clients of the champion, which must not be learned from; too few others are left: \
                 add newer clients",
                kept_out.len(),
                self.outcomes.len()
            );
            return Err(Error::Training { problem });
        }
        let at = |places: Vec<usize>| -> Vec<usize> { places.into_iter().map(|place| rest[place]).collect() };
        if rarer(kept_out) < LEAST_PER_CLASS {
            let Split {
                train,
                validation,
                test,
            } = self.split_of(&rest, seed);
            let mut test = [at(test), kept_out.to_vec()].concat();
            test.sort_unstable();
            return Ok(Split {
                train: at(train),
                validation: at(validation),
                test,
            });
        }
        let outcomes: Vec<bool> = rest.iter().map(|&row| self.outcomes[row]).collect();
        let (train, validation) = split_learning_by_client(&self.clients(&rest), &outcomes, seed);
        Ok(Split {
            train: at(train),
            validation: at(validation),
            test: kept_out.to_vec(),
        })
    }

    /// The same data without some rows, which are given in increasing order.
    #[must_use]
    pub fn without(&self, rows: &[usize]) -> Self {
        let kept: Vec<usize> = (0..self.outcomes.len())
            .filter(|row| rows.binary_search(row).is_err())
            .collect();
        Self {
            ids: kept.iter().map(|&row| self.ids[row].clone()).collect(),
            applications: kept.iter().map(|&row| self.applications[row].clone()).collect(),
            outcomes: kept.iter().map(|&row| self.outcomes[row]).collect(),
            kept: kept.iter().map(|&row| self.kept[row].clone()).collect(),
            fingerprint: self.fingerprint.clone(),
        }
    }

    /// The fold of each row, from 0; all rows of a client stand in the same.
    pub fn folds(&self, folds: usize, seed: u64) -> Vec<usize> {
        let all: Vec<usize> = (0..self.outcomes.len()).collect();
        self.folds_of(&all, folds, seed)
    }

    /// As [`folds`](Self::folds), of some of the rows: one for each position in `rows`.
    pub fn folds_of(&self, rows: &[usize], folds: usize, seed: u64) -> Vec<usize> {
        let outcomes: Vec<bool> = rows.iter().map(|&row| self.outcomes[row]).collect();
        folds_by_client(&self.clients(rows), &outcomes, folds, seed)
    }

    /// Clients, in the order of their first rows, and rows without an id each as a client.
    pub fn client_count(&self) -> usize {
        let all: Vec<usize> = (0..self.outcomes.len()).collect();
        self.clients(&all).iter().max().map_or(0, |last| last + 1)
    }

    /// The client of each row, numbered in the order of their first rows.
    fn clients(&self, rows: &[usize]) -> Vec<usize> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut count = 0;
        let mut next = || {
            count += 1;
            count - 1
        };
        rows.iter()
            .map(|&row| match self.ids[row].as_str() {
                "" => next(),
                id => *known.entry(id).or_insert_with(&mut next),
            })
            .collect()
    }
}

/// Reads a table of applications, with the target where it has one. `progress` is told of the rows read so far.
///
/// # Errors
/// Any row that does not fit: the file, the line and the field are named.
pub fn read_applications(
    path: &Path,
    schema: &Schema,
    rules: ColumnRules,
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    read_records(path, None, schema, None, rules, false, &mut |record| {
        if let Err(errors) = &record.application {
            return Err(Error::fields(path, record.line, errors));
        }
        records.push(record);
        progress(records.len());
        Ok(())
    })?;
    Ok(records)
}

/// The bits of a value, with one NaN for all: what "missing" looks like in memory is no part of the data.
fn bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

fn check_classes(purpose: &str, path: &Path, schema: &Schema, outcomes: &[bool]) -> Result<(), Error> {
    let bad = outcomes.iter().filter(|&&outcome| outcome).count();
    let good = outcomes.len() - bad;
    if bad.min(good) >= LEAST_PER_CLASS {
        return Ok(());
    }
    let target = schema.target.as_deref().unwrap_or("target");
    let problem = if bad == 0 || good == 0 {
        let only = u8::from(good == 0);
        format!(
            "{target} is {only} in all {} rows; {purpose} needs clients of both kinds",
            outcomes.len()
        )
    } else {
        format!("{target} is 1 in {bad} and 0 in {good} rows; {purpose} needs at least {LEAST_PER_CLASS} of each")
    };
    Err(Error::Table {
        file: path.to_owned(),
        problem,
    })
}
