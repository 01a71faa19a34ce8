//! `candor registry`.

mod figures;
mod list;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::scoring::scorer;
use super::{Answer, print};
use crate::error::Error;
use crate::output::OutputFile;
use crate::registry::entry::{Entry, Forced, now};
use crate::registry::{Comparison, Store, compare, shown, verify};
use figures::comparison_lines;

/// Look after the runs on record: which there are, which is the champion, and whether a challenger may take its place.
///
/// A store is a folder, without a server. `candor train --store DIR` puts runs into it: model, parameters, figures,
/// fingerprint of the data, and the clients of the test part (raw values and outcomes: personal data, readable by the
/// owner only). Runs are named by the beginning of their digest, or by `champion`.
///
/// A challenger is promoted when it is better than the champion on the champion's test clients, from whom it has not
/// learned. Better means: its cost, each model at its own threshold, is lower; and its cost around the policy (the mean
/// over ratios of the costs from a quarter to four times the policy's) is lower in at least 99 % of 1000 samples of
/// the same clients. Two models that differ by chance only pass in one of 100 cases; one whose AUC is higher by 0.01 (0.76 after 0.75) in 94,
/// on 15,000 clients.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor train --data data --output first.candor --store runs
  candor registry promote 3f9a --store runs               (the first champion)
  candor train --data data --output second.candor --store runs --seed 8
  candor registry compare 81c2 --store runs               (exit code 1: not better than the champion)
  candor registry promote 81c2 --store runs --force --reason 'new policy, agreed on 3 May'
  candor registry rollback --store runs --reason 'complaints'
  candor registry export champion --store runs --output champion.candor
  CANDOR_STORE=runs candor registry list")]
pub(super) struct Registry {
    #[command(subcommand)]
    action: Action,
}

/// Which store, and how to answer.
#[derive(Debug, Args)]
struct Place {
    /// Folder of the store.
    #[arg(long, value_name = "DIR", env = "CANDOR_STORE", hide_env_values = true)]
    store: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the runs: when they were recorded, how good they are, which is the champion and which were.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show a run: figures, parameters, data, clients, and what happened to it.
    Show {
        /// Beginning of its digest, or champion.
        run: String,
        #[command(flatten)]
        place: Place,
    },
    /// Compare a run with the champion on the champion's test clients. Exit code 1 when it would not be promoted.
    Compare {
        /// Beginning of the challenger's digest.
        run: String,
        /// Compare with this run instead of the champion.
        #[arg(long, value_name = "RUN", default_value = "champion")]
        with: String,
        /// Show figures even if the challenger has learned from these clients, or nobody knows whether.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Make a run the champion, if it is better than the present one. Exit code 1 when it is not.
    Promote {
        /// Beginning of its digest.
        run: String,
        /// Promote it whatever speaks against it; that, and the reason, go on record.
        #[arg(long, requires = "reason")]
        force: bool,
        /// Why it is promoted all the same.
        #[arg(long, value_name = "TEXT", requires = "force")]
        reason: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Make the champion before the champion again.
    Rollback {
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Put a model file that was trained elsewhere on record.
    ///
    /// Whom it has learned from is not known, so as a challenger it is promoted with --force only; and as a champion it has
    /// no test clients, so its challengers are, too.
    Add {
        /// Model file.
        #[arg(value_name = "FILE")]
        model: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Write the model file of a run.
    Export {
        /// Beginning of its digest, or champion.
        #[arg(default_value = "champion")]
        run: String,
        /// Model file to write.
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        /// Replace the file if it is there.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Read everything in the store, and say what is not as it was written, and where. Exit code 1 when something is not.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

impl Registry {
    pub(super) fn run(self) -> Result<Answer, Error> {
        match self.action {
            Action::List { place } => list::list(&place.open(), place.json),
            Action::Show { run, place } => list::show(&place.open(), &run, place.json),
            Action::Compare {
                run,
                with,
                force,
                place,
            } => place.compare(&run, &with, force),
            Action::Promote { run, reason, place, .. } => place.promote(&run, reason),
            Action::Rollback { reason, place } => place.rollback(reason),
            Action::Add { model, place } => place.add(&model),
            Action::Export {
                run,
                output,
                force,
                place,
            } => place.export(&run, &output, force),
            Action::Verify { place } => place.verify(),
        }
    }
}

impl Place {
    fn open(&self) -> Store {
        Store::new(&self.store)
    }

    /// Prints what there is to say, as text or as JSON.
    fn tell(&self, lines: &[String], value: &impl Serialize) -> Result<(), Error> {
        if self.json {
            print(&json(value)?)
        } else {
            print(&lines.join("\n"))
        }
    }

    fn compare(&self, run: &str, with: &str, force: bool) -> Result<Answer, Error> {
        let store = self.open();
        let ledger = store.read()?;
        let comparison = compare(&store, ledger.find(with)?, ledger.find(run)?, force)?;
        self.tell(&comparison_lines(&comparison), &comparison)?;
        Ok(match comparison.objection {
            None => Answer::Yes,
            Some(_) => Answer::No,
        })
    }

    fn promote(&self, run: &str, reason: Option<String>) -> Result<Answer, Error> {
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

    fn rollback(&self, reason: Option<String>) -> Result<Answer, Error> {
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

    fn add(&self, model: &Path) -> Result<Answer, Error> {
        let bytes = std::fs::read(model).map_err(Error::read(model))?;
        let scorer = scorer(model, &bytes)?;
        let run = self.open().add(&bytes, &scorer.model().card)?;
        let line = format!("On record: run {} in {}.", shown(&run), self.store.display());
        self.tell(&[line], &serde_json::json!({ "run": run }))?;
        Ok(Answer::Yes)
    }

    fn export(&self, run: &str, output: &Path, force: bool) -> Result<Answer, Error> {
        let store = self.open();
        let ledger = store.read()?;
        let digest = ledger.find(run)?;
        let model = store.run(digest)?.model;
        let bytes = store.objects.get(&model.object)?;
        let mut file = OutputFile::create(output, force)?;
        file.write_all(&bytes).map_err(Error::write(output))?;
        file.finish()?;
        let line = format!(
            "Written: {} (run {}, model {}).",
            output.display(),
            shown(digest),
            shown(&model.digest)
        );
        self.tell(
            &[line],
            &serde_json::json!({ "run": digest, "model": model.digest, "file": output }),
        )?;
        Ok(Answer::Yes)
    }

    fn verify(&self) -> Result<Answer, Error> {
        let findings = verify(&self.open())?;
        let mut lines: Vec<String> = findings
            .damage
            .iter()
            .map(|damage| format!("Damaged: {damage}"))
            .collect();
        lines.extend(findings.notes.iter().map(|note| format!("Note: {note}.")));
        lines.push(match findings.damage.len() {
            0 => format!(
                "As it was written: {} lines of the journal, {} objects. Head: {}.",
                findings.lines, findings.objects, findings.head
            ),
            1 => "1 thing is damaged.".into(),
            count => format!("{count} things are damaged."),
        });
        self.tell(&lines, &findings)?;
        Ok(if findings.damage.is_empty() {
            Answer::Yes
        } else {
            Answer::No
        })
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

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map_err(|error| Error::write(Path::new("-"))(error.into()))
}
