//! Whether a store is as it was written.

use std::collections::HashSet;

use candor_portfolio::Error as ReadError;
use serde::Serialize;

use super::entry::Entry;
use super::ledger::Ledger;
use super::store::Store;
use crate::error::Error;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Lines of the journal that are as they were written.
    pub lines: u64,
    /// Check of the last line: whoever keeps it can tell later that nothing was cut off.
    pub head: String,
    /// Objects that are as they were stored.
    pub objects: u64,
    /// What is damaged, and where.
    pub damage: Vec<String>,
    /// What is odd and no damage.
    pub notes: Vec<String>,
}

/// Reads everything in a store.
///
/// # Errors
/// [`Error::Read`] when there is no store, [`Error::Read`] when it cannot be read. Damage is no error but a finding.
pub fn verify(store: &Store) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let ledger = match store.read() {
        Ok(ledger) => ledger,
        Err(error @ Error::Read(ReadError::Row { .. })) => {
            findings.damage.push(error.to_string());
            return Ok(findings);
        }
        Err(error) => return Err(error),
    };
    findings.lines = ledger.end.lines;
    findings.head.clone_from(&ledger.end.check);
    let mut seen: HashSet<String> = HashSet::new();
    for digest in ledger.runs() {
        // A run that cannot be read names nothing; that it cannot is told once.
        let named = store
            .run(digest)
            .map(|run| run.objects().into_iter().map(str::to_owned).collect::<Vec<_>>());
        let named = named.unwrap_or_else(|error| {
            findings.damage.push(error.to_string());
            seen.insert(digest.to_owned());
            Vec::new()
        });
        for name in std::iter::once(digest.to_owned()).chain(named) {
            if seen.contains(&name) {
                continue;
            }
            match store.objects.get(&name) {
                Ok(_) => findings.objects += 1,
                Err(error) => findings.damage.push(error.to_string()),
            }
            seen.insert(name);
        }
    }
    findings.damage.extend(contradictions(store, &ledger));
    findings.notes = notes(store, &ledger, findings.damage.is_empty())?;
    Ok(findings)
}

/// Entries that do not follow from those before: nobody has altered them, but no Candor wrote them so.
fn contradictions(store: &Store, ledger: &Ledger) -> Vec<String> {
    let mut champions: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (entry, line) in ledger.entries.iter().zip(1_u64..) {
        let follows = match entry {
            Entry::Promotion { run, before, .. } => {
                let follows = before.as_deref() == champions.last().copied();
                champions.push(run);
                follows
            }
            Entry::Rollback { run, before, .. } => {
                champions.pop() == Some(before.as_str()) && champions.last() == Some(&run.as_str())
            }
            Entry::Store { .. } | Entry::Run { .. } => true,
        };
        if !follows {
            let journal = store.journal();
            found.push(format!(
                "{}, line {line}: this does not follow from the champions before it",
                journal.display()
            ));
        }
    }
    found
}

fn notes(store: &Store, ledger: &Ledger, whole: bool) -> Result<Vec<String>, Error> {
    let mut notes: Vec<String> = ledger
        .backward_steps()
        .into_iter()
        .map(|(line, before, at)| format!("the clock went back before line {line}, from {before} to {at}"))
        .collect();
    if !ledger.end.unfinished.is_empty() {
        notes.push(format!(
            "the last line was never finished ({} bytes): its writer was killed; the next one removes it",
            ledger.end.unfinished.len()
        ));
    }
    let leftovers = if whole { store.leftovers(ledger)? } else { Vec::new() };
    notes.extend(leftovers.iter().map(|path| {
        format!(
            "{} is named by no entry: its writer was killed; the next one removes it",
            path.display()
        )
    }));
    Ok(notes)
}
