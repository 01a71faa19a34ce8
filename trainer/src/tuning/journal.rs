//! The journal of a search: a line for what is searched, then one line per trial, only ever added to.
//!
//! It is a [chain](candor_portfolio::chain): a line that lacks its end was being written when the search was killed, and is dropped.
//! Whatever else is not as it was written is damage, and is refused with its line.

use std::collections::BTreeMap;
use std::path::Path;

use candor_native::{Busy, Chain, Error as FileError};
use candor_portfolio::Error as ReadError;
use candor_portfolio::chain::sealed;
use serde::{Deserialize, Serialize};

use super::trial::{Objective, Trial};
use crate::error::Error;

/// What a search depends on: a journal continues only a search of the same. Neither the number of trials nor that of
/// threads is part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of Candor.
    pub candor_tune: String,
    /// SHA-256 of the data.
    pub data: String,
    /// SHA-256 of the definition and of the policy.
    pub definition: String,
    /// What is improved.
    pub objective: Objective,
    /// Folds.
    pub folds: usize,
    /// Seed.
    pub seed: u64,
    /// Trees, where their number is fixed.
    pub trees: Option<usize>,
    /// The parameters that the search starts from.
    pub parameters: BTreeMap<String, String>,
    /// Those of them that are not searched.
    pub fixed: Vec<String>,
}

impl Header {
    /// In which words two headers differ.
    fn difference(&self, other: &Self) -> Option<String> {
        let trees =
            |trees: Option<usize>| trees.map_or("early stopping".to_owned(), |count| format!("--trees {count}"));
        let differ =
            |what: &str, here: String, there: String| (here != there).then(|| format!("{what} {there}, not {here}"));
        let plain = |what: &str, same: bool| (!same).then(|| format!("other {what}"));
        differ("Candor", self.candor_tune.clone(), other.candor_tune.clone())
            .or_else(|| plain("data", self.data == other.data))
            .or_else(|| plain("features or another policy", self.definition == other.definition))
            .or_else(|| {
                differ(
                    "objective",
                    format!("{:?}", self.objective),
                    format!("{:?}", other.objective),
                )
            })
            .or_else(|| differ("--cv", self.folds.to_string(), other.folds.to_string()))
            .or_else(|| differ("--seed", self.seed.to_string(), other.seed.to_string()))
            .or_else(|| differ("trees:", trees(self.trees), trees(other.trees)))
            .or_else(|| plain("parameters to start from", self.parameters == other.parameters))
            .or_else(|| differ("fixed parameters:", self.fixed.join(" "), other.fixed.join(" ")))
    }
}

/// A journal that is open, and locked against a second search.
#[derive(Debug)]
pub struct Journal(Chain);

const BUSY: &str = "another candor tune is writing this journal; wait for it, or name another --journal";
const NO_JOURNAL: &str = "this is no journal of candor tune, or its first line is damaged; name another --journal";

impl Journal {
    /// Opens the journal at `path`, or begins it, and returns the trials that it holds.
    ///
    /// # Errors
    /// [`Error::Read`] when it belongs to another search or is damaged; [`Error::File`] when another run has it open or it
    /// cannot be written.
    pub fn open(path: &Path, header: &Header) -> Result<(Self, Vec<Trial>), Error> {
        let refuse = |problem: String| Error::from(ReadError::table(path, problem));
        let first = serde_json::to_string(header).map_err(|error| FileError::write(path)(error.into()))?;
        let mut trials: Vec<Trial> = Vec::new();
        let opened = Chain::open(path, Busy::Refuse(BUSY), &mut |line| {
            if line.number == 1 {
                let same = line.object == first;
                return same
                    .then_some(())
                    .ok_or_else(|| refuse(other_search(line.object, header)));
            }
            let damaged = |problem: &str| Error::from(ReadError::row(path, line.number, problem));
            let trial = serde_json::from_str(line.object).map_err(|_| damaged("this is no trial"))?;
            trials.push(trial);
            let follows = trials.last().map(|trial| trial.trial) == Some(trials.len());
            follows
                .then_some(())
                .ok_or_else(|| damaged("this is not the trial that follows"))
        });
        let mut chain = opened.map_err(|error| match error {
            Error::Read(ReadError::Row { line: 1, .. }) => refuse(NO_JOURNAL.to_owned()),
            Error::Read(ReadError::Row { file, line, problem }) => ReadError::row(
                &file,
                line,
                format!("{problem}; or name another --journal to search anew"),
            )
            .into(),
            other => other,
        })?;
        if chain.end().lines == 0 {
            // Killed while it began; anything else is somebody's file.
            if !sealed(&first, "").0.as_bytes().starts_with(&chain.end().unfinished) {
                return Err(refuse(NO_JOURNAL.to_owned()));
            }
            chain.append(&[header])?;
        }
        Ok((Self(chain), trials))
    }

    /// Adds a trial; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`FileError::Write`].
    pub fn append(&mut self, trial: &Trial) -> Result<(), FileError> {
        self.0.append(&[trial])
    }
}

/// Why the first line of a journal is not the one that this search would write.
fn other_search(object: &str, header: &Header) -> String {
    let found = serde_json::from_str::<Header>(object).ok();
    match found.and_then(|found| header.difference(&found)) {
        Some(difference) => {
            format!(
                "this journal is of another search, with {difference}; search with that again, or name another --journal"
            )
        }
        None => NO_JOURNAL.to_owned(),
    }
}
