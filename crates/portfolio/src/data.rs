//! Applications and what became of them.

use std::collections::HashMap;
use std::path::Path;

use candor_core::artifact::DataFingerprint;
use candor_core::{Application, Schema, hexadecimal};
use sha2::{Digest, Sha256};
use thiserror::Error as ThisError;

use crate::error::{Error, describe};
use crate::split::{Split, folds_by_client, split_by_client, split_learning_by_client};
use crate::table::{OutcomeWords, Record};

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
    /// Takes the last `added` fields of every application, which were filled after it was read, into the fingerprint.
    pub fn fingerprint_added(&mut self, added: usize) {
        let mut hash = Sha256::new().chain_update(&self.fingerprint.sha256);
        for application in &self.applications {
            let values = application.values();
            for value in &values[values.len().saturating_sub(added)..] {
                hash.update(bits(*value).to_le_bytes());
            }
        }
        self.fingerprint.sha256 = hexadecimal(&hash.finalize());
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
    /// [`TooFewLeft`] to learn from.
    pub fn split_keeping_out(&self, kept_out: &[usize], seed: u64) -> Result<Split, TooFewLeft> {
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
            return Err(TooFewLeft {
                kept_out: kept_out.len(),
                rows: self.outcomes.len(),
            });
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

/// Too few rows are left to learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error(
    "{kept_out} of {rows} rows are test clients of the champion, which must not be learned from; too few others are left: \
     add newer clients"
)]
pub struct TooFewLeft {
    /// Rows of the champion's test clients.
    pub kept_out: usize,
    /// Rows in all.
    pub rows: usize,
}

/// Takes the rows of a table with its target as they come in.
#[derive(Debug)]
pub struct DataReader<'a> {
    /// What the data is for, as errors name it.
    purpose: &'a str,
    file: &'a Path,
    schema: &'a Schema,
    words: Option<&'a OutcomeWords>,
    hash: Sha256,
    ids: Vec<String>,
    applications: Vec<Application>,
    outcomes: Vec<bool>,
    kept: Vec<Vec<String>>,
}

impl<'a> DataReader<'a> {
    /// A reader of the table called `file` for a `purpose` that errors name. The target may be written in words.
    pub fn new(purpose: &'a str, file: &'a Path, schema: &'a Schema, words: Option<&'a OutcomeWords>) -> Self {
        Self {
            purpose,
            file,
            schema,
            words,
            hash: Sha256::new(),
            ids: Vec::new(),
            applications: Vec::new(),
            outcomes: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Takes a row, and tells how many there are.
    ///
    /// # Errors
    /// [`Error::Row`] where fields do not fit or the target is empty.
    pub fn add(&mut self, record: Record) -> Result<usize, Error> {
        let row_error = |problem: String| Error::row(self.file, record.line, problem);
        let application = record.application.map_err(|errors| row_error(describe(&errors)))?;
        let outcome = record.target.ok_or_else(|| {
            let target = self.schema.target.as_deref().unwrap_or("target");
            let (bad, good) = self
                .words
                .map_or(("1", "0"), |words| (words.bad.as_str(), words.good.as_str()));
            let purpose = self.purpose;
            row_error(format!(
                "{target} is empty; for {purpose}, every row needs {bad} for a default or {good} for none"
            ))
        })?;
        self.hash.update([u8::from(outcome)]);
        for value in application.values() {
            self.hash.update(bits(*value).to_le_bytes());
        }
        self.ids.push(record.id);
        self.applications.push(application);
        self.outcomes.push(outcome);
        self.kept.push(record.kept);
        Ok(self.outcomes.len())
    }

    /// The data.
    ///
    /// # Errors
    /// [`Error::Table`] where one class has too few rows.
    pub fn finish(self) -> Result<Data, Error> {
        check_classes(self.purpose, self.file, self.schema, &self.outcomes)?;
        let name = self.file.file_name();
        let fingerprint = DataFingerprint {
            file: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            rows: self.outcomes.len() as u64,
            sha256: hexadecimal(&self.hash.finalize()),
        };
        Ok(Data {
            ids: self.ids,
            applications: self.applications,
            outcomes: self.outcomes,
            kept: self.kept,
            fingerprint,
        })
    }
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
    Err(Error::table(path, problem))
}
