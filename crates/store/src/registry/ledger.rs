//! What the journal of a store says: its runs in their order, and the champions.

use std::path::Path;

use candor_portfolio::chain::{End, Line};

use super::entry::{Entry, FORMAT};
use crate::error::Error;

/// Digits of a run's digest that are shown.
pub const SHOWN: usize = 10;

/// The entries of a journal.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// In order, the first line included.
    pub entries: Vec<Entry>,
    /// Where the journal ends.
    pub end: End,
}

impl Ledger {
    /// Takes the next line.
    pub(super) fn add(&mut self, journal: &Path, line: &Line<'_>) -> Result<(), Error> {
        let problem = |problem: String| Error::row(&journal, line.number, problem);
        let entry: Entry = serde_json::from_str(line.object).map_err(|error| {
            problem(format!(
                "this is no entry that this Candor can read ({error}); use a newer Candor"
            ))
        })?;
        match (&entry, line.number) {
            (Entry::Store { format, .. }, 1) if *format <= FORMAT => {}
            (Entry::Store { format, .. }, 1) => {
                return Err(problem(format!(
                    "the store has format {format}, and this Candor reads up to {FORMAT}; use a newer Candor"
                )));
            }
            (Entry::Store { .. }, _) | (_, 1) => return Err(problem("this is not how a store begins".into())),
            _ => {}
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Digests of the runs, in the order in which they were recorded.
    pub fn runs(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Run { run, .. } => Some(run.as_str()),
            _ => None,
        })
    }

    /// The champions that a rollback goes back through; the last is the present one.
    pub fn champions(&self) -> Vec<&str> {
        let mut champions = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Promotion { run, .. } => champions.push(run.as_str()),
                Entry::Rollback { .. } => {
                    champions.pop();
                }
                Entry::Store { .. } | Entry::Run { .. } => {}
            }
        }
        champions
    }

    /// The champion.
    pub fn champion(&self) -> Option<&str> {
        self.champions().pop()
    }

    /// The run that somebody means by the beginning of a digest, or by `champion`.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is none or more than one: the candidates are named.
    pub fn find(&self, name: &str) -> Result<&str, Error> {
        let usage = |problem: String| Err(Error::Refused { problem });
        if name == "champion" {
            return self.champion().map_or_else(
                || usage("there is no champion yet; candor registry promote RUN makes one".into()),
                Ok,
            );
        }
        let mut found: Vec<&str> = self
            .runs()
            .filter(|run| !name.is_empty() && run.starts_with(&name.to_ascii_lowercase()))
            .collect();
        found.dedup();
        match found.as_slice() {
            [run] => Ok(run),
            [] => usage(format!(
                "no run begins with '{name}'; candor registry list shows all of them"
            )),
            several => {
                let candidates: Vec<&str> = several
                    .iter()
                    .map(|run| shorten(run, SHOWN.max(name.len() + 4)))
                    .collect();
                usage(format!(
                    "'{name}' could be {}; write more of the digest",
                    candidates.join(" or ")
                ))
            }
        }
    }

    /// Lines, counted from 1, at which the clock had gone back, with the time before and the time there.
    pub fn backward_steps(&self) -> Vec<(u64, &str, &str)> {
        let times: Vec<(u64, &str)> = self
            .entries
            .iter()
            .zip(1..)
            .filter_map(|(entry, line)| Some((line, entry.at()?)))
            .collect();
        let pairs = times.windows(2).filter(|pair| pair[1].1 < pair[0].1);
        pairs.map(|pair| (pair[1].0, pair[0].1, pair[1].1)).collect()
    }
}

/// The beginning of a digest.
pub fn shorten(digest: &str, digits: usize) -> &str {
    digest.get(..digits).unwrap_or(digest)
}
