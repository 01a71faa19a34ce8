//! The journal of a search: a line for what is searched, then one line per trial, only ever added to.
//!
//! Lines are JSON and end with a check: the beginning of the SHA-256 of the line and of the check before it. A line
//! that lacks its end was being written when the search was killed, and is dropped. Whatever else is not as it was
//! written is damage, and is refused with its line.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use candor_core::hexadecimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
pub struct Journal {
    path: PathBuf,
    file: File,
    check: String,
}

const CHECK_KEY: &str = ",\"check\":\"";
/// Hexadecimal digits of a check.
const CHECK_DIGITS: usize = 16;

impl Journal {
    /// Opens the journal at `path`, or begins it, and returns the trials that it holds.
    ///
    /// # Errors
    /// [`Error::Read`] and [`Error::Write`]; [`Error::Table`] when it belongs to another search or another run has it
    /// open; [`Error::Row`] where it is damaged.
    pub fn open(path: &Path, header: &Header) -> Result<(Self, Vec<Trial>), Error> {
        let refuse = |problem: &str| Error::Table {
            file: path.to_owned(),
            problem: problem.to_owned(),
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(Error::write(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(refuse(
                    "another candor tune is writing this journal; wait for it, or name another --journal",
                ));
            }
            Err(TryLockError::Error(source)) => return Err(Error::write(path)(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::read(path))?;

        let (first, first_check) = sealed(&json(path, header)?, "");
        let (mut trials, mut check, mut whole) = (Vec::new(), String::new(), 0);
        for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let is_whole = line.last() == Some(&b'\n');
            if index == 0 {
                if line == first.as_bytes() {
                    check.clone_from(&first_check);
                } else if is_whole || !first.as_bytes().starts_with(line) {
                    return Err(refuse(&other_search(line, header)));
                } else {
                    break; // killed while it began
                }
            } else if is_whole {
                let damaged = |problem: &str| Error::Row {
                    file: path.to_owned(),
                    line: index as u64 + 1,
                    problem: format!("{problem}; restore the journal, or name another --journal to search anew"),
                };
                let (trial, next) =
                    read_trial(line, &check).ok_or_else(|| damaged("this is not the line that was written"))?;
                check = next;
                trials.push(trial);
                if trials.last().map(|trial| trial.trial) != Some(trials.len()) {
                    return Err(damaged("this is not the trial that follows"));
                }
            } else {
                break; // killed while it was written
            }
            whole += line.len() as u64;
        }
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(Error::write(path))?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            check,
        };
        if whole == 0 {
            journal.write(&first)?;
            journal.check = first_check;
        }
        Ok((journal, trials))
    }

    /// Adds a trial; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn append(&mut self, trial: &Trial) -> Result<(), Error> {
        let (line, check) = sealed(&json(&self.path, trial)?, &self.check);
        self.write(&line)?;
        self.check = check;
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<(), Error> {
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(Error::write(&self.path))
    }
}

fn json(path: &Path, value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::write(path)(error.into()))
}

/// A JSON object with its check, as a line, and the check.
fn sealed(object: &str, before: &str) -> (String, String) {
    let digest = Sha256::new().chain_update(before).chain_update(object).finalize();
    let mut check = hexadecimal(&digest);
    check.truncate(CHECK_DIGITS);
    let open = object.strip_suffix('}').unwrap_or(object);
    (format!("{open}{CHECK_KEY}{check}\"}}\n"), check)
}

/// The object of a line, with its brace closed again.
fn unsealed(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    let (open, _) = line.rsplit_once(CHECK_KEY)?;
    Some(format!("{open}}}"))
}

/// The trial of a line, if it follows the check `before`, and its own check.
fn read_trial(line: &[u8], before: &str) -> Option<(Trial, String)> {
    let object = unsealed(line)?;
    let (expected, check) = sealed(&object, before);
    (expected.as_bytes() == line).then_some(())?;
    Some((serde_json::from_str(&object).ok()?, check))
}

/// Why a first line is not the one that this search would write.
fn other_search(line: &[u8], header: &Header) -> String {
    let found: Option<Header> = unsealed(line).and_then(|object| {
        let intact = sealed(&object, "").0.as_bytes() == line;
        serde_json::from_str(&object).ok().filter(|_| intact)
    });
    match found.and_then(|found| header.difference(&found)) {
        Some(difference) => {
            format!(
                "this journal is of another search, with {difference}; search with that again, or name another --journal"
            )
        }
        None => "this is no journal of candor tune, or its first line is damaged; name another --journal".to_owned(),
    }
}
