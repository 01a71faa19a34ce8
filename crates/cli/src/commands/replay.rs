//! `candor replay`.

use std::collections::HashMap;
use std::path::PathBuf;

use candor_core::{Application, Scorer};
use candor_native::chain;
use candor_portfolio::Error as ReadError;
use candor_portfolio::decisions::{Entry, Recorder, application_of, differences, digest_of};
use candor_portfolio::error::describe;
use candor_portfolio::table::{ColumnRules, Format};
use clap::Args;
use rayon::prelude::*;

use super::model::{Loaded, Trust};
use super::scoring::{Applications, unrecordable};
use super::{Answer, print};
use crate::error::Error;

/// Make recorded decisions again, and say which come out otherwise.
///
/// Each application comes from its line where the log carries it, else from a table: the row with the same content, or else
/// the one with the same id. A line per decision that differs says in what: decision, risk level,
/// bits of the log-odds, probability, points, reasons, or the application itself. Another model than the one that decided
/// may be given, to see what it would have decided.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 all that were made again are the same, 1 some differ, 2 could not run.

Examples:
  candor replay decisions.jsonl --model model.candor
  candor replay decisions.jsonl --model model.candor --input clients.csv
  candor replay decisions.jsonl --model challenger.candor --input data")]
pub(super) struct Replay {
    /// The log, as candor score --log writes it.
    #[arg(value_name = "FILE")]
    log: PathBuf,
    /// Model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Table of applications, for lines that carry none (they do after score --log-inputs): as for candor score.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Folder with the tables of related records; the input's own folder unless said otherwise.
    #[arg(long, value_name = "DIR", requires = "input")]
    records: Option<PathBuf>,
    /// Format of the input, when its name does not tell.
    #[arg(long, value_name = "FORMAT", requires = "input")]
    input_format: Option<Format>,
    #[command(flatten)]
    columns: ColumnRules,
}

/// Decisions made again at once, on all cores.
const CHUNK: usize = 4096;

/// The applications of a table, found by their content or their id.
#[derive(Default)]
struct Table {
    applications: Vec<Application>,
    by_digest: HashMap<String, usize>,
    by_id: HashMap<String, usize>,
}

/// What became of the lines.
#[derive(Default)]
struct Count {
    same: usize,
    differ: usize,
    without: usize,
    other_model: usize,
}

/// A decision made again.
enum Again {
    Same,
    Differs(String),
    /// There is no application for it.
    Without,
}

impl Replay {
    pub(super) fn run(self) -> Result<Answer, Error> {
        let Loaded { scorer, digest, .. } = self.trust.load(&self.model)?;
        let recorder = Recorder::new(&scorer, digest.clone(), String::new(), false).map_err(unrecordable)?;
        let table = self.table(&scorer)?;
        let (mut count, mut chunk) = (Count::default(), Vec::new());
        let mut again = |chunk: &mut Vec<Entry>| -> Result<(), Error> {
            let outcomes: Vec<Again> = chunk
                .par_iter()
                .map(|entry| replayed(entry, &scorer, &digest, &recorder, &table))
                .collect();
            for (entry, outcome) in chunk.iter().zip(outcomes) {
                count.other_model += usize::from(entry.model != digest);
                match outcome {
                    Again::Same => count.same += 1,
                    Again::Without => count.without += 1,
                    Again::Differs(what) => {
                        count.differ += 1;
                        print(&format!("line {}, id {}: {what}", entry.sequence, entry.id))?;
                    }
                }
            }
            chunk.clear();
            Ok(())
        };
        chain::read(&self.log, &mut |line| {
            let entry: Entry = serde_json::from_str(line.object).map_err(|error| {
                let problem = format!("this is no decision ({error}); name a log of candor score");
                ReadError::row(&self.log, line.number, problem)
            })?;
            chunk.push(entry);
            match chunk.len() {
                CHUNK => again(&mut chunk),
                _ => Ok(()),
            }
        })?;
        again(&mut chunk)?;
        self.summary(&count)
    }

    fn summary(&self, count: &Count) -> Result<Answer, Error> {
        let Count {
            same,
            differ,
            without,
            other_model,
        } = *count;
        if same + differ == 0 && without > 0 {
            let problem = match &self.input {
                Some(input) => format!(
                    "none of the {without} decisions is on an application of {}; name the table that was scored",
                    input.display()
                ),
                None => format!(
                    "none of the {without} decisions carries its inputs; name the table that was scored with --input"
                ),
            };
            return Err(Error::Usage { problem });
        }
        let mut lines = vec![format!(
            "{} decisions made again: {same} the same, {differ} differ",
            same + differ
        )];
        if without > 0 {
            lines.push(format!(
                "{without} not made again: the log carries no inputs for them, and no table row is theirs"
            ));
        }
        if other_model > 0 {
            lines.push(format!(
                "{other_model} of them were made with another model than {}",
                self.model.display()
            ));
        }
        print(&lines.join("\n"))?;
        Ok(if differ == 0 { Answer::Yes } else { Answer::No })
    }

    fn table(&self, scorer: &Scorer) -> Result<Table, Error> {
        let mut table = Table::default();
        let Some(input) = &self.input else { return Ok(table) };
        let applications = Applications {
            input: input.clone(),
            records: self.records.clone(),
            input_format: self.input_format,
            columns: self.columns,
        };
        applications.read(scorer, &mut |record| {
            // A row that does not fit was not decided on, either.
            let Ok(application) = record.application else {
                return Ok(());
            };
            let place = table.applications.len();
            table.by_digest.insert(digest_of(scorer.schema(), &application), place);
            table.by_id.insert(record.id, place);
            table.applications.push(application);
            Ok(())
        })?;
        Ok(table)
    }
}

/// Makes one decision again.
fn replayed(entry: &Entry, scorer: &Scorer, model: &str, recorder: &Recorder<'_>, table: &Table) -> Again {
    let carried = entry
        .inputs
        .as_ref()
        .map(|inputs| application_of(scorer.schema(), inputs));
    let found = match &carried {
        Some(Ok(application)) => Some(application),
        Some(Err(errors)) => {
            return Again::Differs(format!("the model does not take its inputs: {}", describe(errors)));
        }
        None => {
            let place = table.by_digest.get(&entry.input).or_else(|| table.by_id.get(&entry.id));
            place.and_then(|&place| table.applications.get(place))
        }
    };
    let Some(application) = found else {
        return Again::Without;
    };
    let again = recorder.entry(&entry.id, application);
    let mut differ = differences(entry, &again);
    // The digest names fields and levels as the model does, so another model may well have another one.
    if entry.model == model && entry.input != again.input {
        differ.insert(0, "the application is not the one that was decided on".into());
    }
    match differ.is_empty() {
        true => Again::Same,
        false => Again::Differs(differ.join("; ")),
    }
}
