//! Who is the champion: comparing, promoting, rolling back.

use candor_store::registry::entry::{Entry, Forced, now};
use candor_store::registry::{Comparison, compare, shown};
use serde::Serialize;

use super::Place;
use super::figures::comparison_lines;
use crate::commands::Answer;
use crate::error::Error;

impl Place {
    pub(super) fn compare(&self, run: &str, with: &str, force: bool) -> Result<Answer, Error> {
        let store = self.open();
        let ledger = store.read()?;
        let comparison = compare(&store, ledger.find(with)?, ledger.find(run)?, force)?;
        self.tell(&comparison_lines(&comparison), &comparison)?;
        Ok(match comparison.objection {
            None => Answer::Yes,
            Some(_) => Answer::No,
        })
    }

    pub(super) fn promote(&self, run: &str, reason: Option<String>) -> Result<Answer, Error> {
        if reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            let problem = "--reason is empty; say why it is promoted against the evidence".into();
            return Err(Error::Usage { problem });
        }
        let store = self.open();
        // Measured while the store is locked, so that the champion stays the one that is compared with.
        store.read()?;
        let mut writer = store.write()?;
        let run = writer.ledger.find(run)?.to_owned();
        let before = writer.ledger.champion().map(str::to_owned);
        if before.as_deref() == Some(&run) {
            let said = Promoted::new(&run, None, None, true);
            self.tell(&[format!("{} is the champion already.", shown(&run))], &said)?;
            return Ok(Answer::Yes);
        }
        let comparison = match &before {
            Some(champion) => Some(compare(&store, champion, &run, reason.is_some())?),
            None => None,
        };
        let mut lines = comparison.as_ref().map_or_else(Vec::new, comparison_lines);
        let objection = comparison.as_ref().and_then(|comparison| comparison.objection.clone());
        let forced = match (objection, reason) {
            (None, _) => None,
            (Some(objection), Some(reason)) => Some(Forced { objection, reason }),
            (Some(_), None) => {
                lines.push("Not promoted. To do it all the same: --force --reason TEXT.".into());
                self.tell(&lines, &Promoted::new(&run, before, comparison.as_ref(), false))?;
                return Ok(Answer::No);
            }
        };
        lines.push(match &forced {
            None => format!("Promoted: {} is the champion.", shown(&run)),
            Some(_) => format!(
                "Promoted by force: {} is the champion. The objection and the reason are on record.",
                shown(&run)
            ),
        });
        writer.append(Entry::Promotion {
            at: now(),
            run: run.clone(),
            before: before.clone(),
            verdict: comparison.as_ref().and_then(|comparison| comparison.verdict.clone()),
            forced,
        })?;
        self.tell(&lines, &Promoted::new(&run, before, comparison.as_ref(), true))?;
        Ok(Answer::Yes)
    }

    pub(super) fn rollback(&self, reason: Option<String>) -> Result<Answer, Error> {
        let store = self.open();
        store.read()?;
        let mut writer = store.write()?;
        let champions: Vec<String> = writer.ledger.champions().into_iter().map(str::to_owned).collect();
        let [.., run, before] = champions.as_slice() else {
            let problem = "there is no champion before the present one to go back to".into();
            return Err(Error::Usage { problem });
        };
        writer.append(Entry::Rollback {
            at: now(),
            run: run.clone(),
            before: before.clone(),
            reason,
        })?;
        let said = Promoted::new(run, Some(before.clone()), None, true);
        let line = format!(
            "Rolled back: {} is the champion again, after {}.",
            shown(run),
            shown(before)
        );
        self.tell(&[line], &said)?;
        Ok(Answer::Yes)
    }
}

/// What became of a promotion or a rollback.
#[derive(Debug, Serialize)]
struct Promoted<'a> {
    run: &'a str,
    before: Option<String>,
    comparison: Option<&'a Comparison>,
    is_champion: bool,
}

impl<'a> Promoted<'a> {
    fn new(run: &'a str, before: Option<String>, comparison: Option<&'a Comparison>, is_champion: bool) -> Self {
        Self {
            run,
            before,
            comparison,
            is_champion,
        }
    }
}
