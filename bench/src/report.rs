//! What is written: the page with the tables, the charts, and every single time.

use crate::agreement::Finding;
use crate::chart;
use crate::lineup::Job;
use crate::machine;
use crate::measure::{Measured, Stage, Turn};
use crate::options::Options;
use crate::seat::Seat;
use crate::sizes::Sizes;
use crate::table;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

/// The page around the results.
const PAGE: &str = include_str!("page.md");

/// All that is reported.
pub struct Report<'a> {
    pub about: Value,
    pub options: &'a Options,
    pub seats: &'a [Seat<'a>],
    pub findings: Vec<Finding>,
    pub measured: &'a Measured,
    /// How busy the machine was before and after.
    pub load: (Option<f64>, Option<f64>),
}

impl Report<'_> {
    /// Writes all files.
    pub fn write(&self) -> Result<(), Box<dyn Error>> {
        let folder = &self.options.output;
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("raw.jsonl"), self.raw())?;
        std::fs::write(folder.join("jobs.svg"), chart::jobs(self.seats, self.measured))?;
        std::fs::write(folder.join("growth.svg"), chart::growth(self.measured))?;
        let results = self.results();
        std::fs::write(folder.join("README.md"), PAGE.replace("{{results}}", results.trim()))?;
        println!("{results}\nWritten to {}", folder.display());
        Ok(())
    }

    fn results(&self) -> String {
        let mut text = self.machine();
        text.push_str(&self.model());
        text.push_str(&table::jobs(self.seats, self.measured));
        text.push_str("\n![The same as bars](jobs.svg)\n");
        text.push_str("\n### Loading, memory and size\n");
        let sizes = Sizes::find(self.options, self.seats);
        text.push_str(&table::loading(self.seats, self.measured, &sizes));
        text.push_str("\n### Time against the size of the model\n\nA row, and in brackets a row per tree × leaf; random trees up to 16 deep.\n");
        text.push_str(&table::growth(self.measured));
        text.push_str("\n![The same as lines](growth.svg)\n");
        let whole = table::whole(self.measured);
        if !whole.is_empty() {
            let _ = write!(text, "\n### All rows at once, Candor native\n\n{whole}");
        }
        text.push_str(&self.agreement());
        text
    }

    fn machine(&self) -> String {
        let mut text = "\n### Machine and versions\n\n".to_owned();
        for (name, value) in machine::describe(&self.options.python, &self.options.node) {
            let _ = writeln!(text, "- {name}: {value}");
        }
        if let (Some(before), Some(after)) = self.load {
            let _ = writeln!(
                text,
                "- Load of the machine: {before} before, {after} after (quiet is below 1)"
            );
        }
        for seat in self.seats {
            let (name, place) = (seat.contender.shown, seat.contender.place.shown());
            let _ = match &seat.absent {
                None => writeln!(text, "- {name}, {place}: {}", seat.version),
                Some(reason) => writeln!(text, "- {name}, {place}: **left out**: {reason}"),
            };
            for (what, reason) in seat.failures.iter().filter(|_| seat.absent.is_none()) {
                let _ = writeln!(text, "  - failed at {what}: {reason}");
            }
        }
        text
    }

    fn model(&self) -> String {
        let about = |name: &str| self.about[name].to_string();
        let rounds = self.options.rounds;
        let mut batches = BTreeMap::new();
        for seat in self.seats {
            for job in [Job::ScoreBatch, Job::ExplainBatch] {
                if let Some(rows) = seat.turns.get(job.name()) {
                    batches
                        .entry(*rows)
                        .or_insert_with(Vec::new)
                        .push((seat.contender.name, job));
                }
            }
        }
        let most = batches.keys().max().copied().unwrap_or(0);
        let smaller = batches
            .iter()
            .filter(|(rows, _)| **rows < most)
            .flat_map(|(rows, who)| {
                who.iter()
                    .map(move |(name, job)| format!("{rows} for {} of {name}", job.name()))
            });
        let smaller = smaller.collect::<Vec<_>>().join(", ");
        format!(
            "\n### What was measured\n\n\
             {} trees of at most {} leaves and depth {}, {} features of which a share of {} is missing. {rounds} rounds; \
             p50 / p99 of all calls, per row; then how many times as long as Candor in the same place (median of the \
             ratios within each round, and its 95 % interval). Batches have {most} rows{}.\n",
            about("trees"),
            about("leaves"),
            about("depth"),
            about("features"),
            about("missing"),
            if smaller.is_empty() {
                String::new()
            } else {
                format!("; fewer where a turn would take too long: {smaller}")
            }
        )
    }

    fn agreement(&self) -> String {
        let mut text = "\n### Agreement, checked before time counted\n\n".to_owned();
        let heads = Job::ALL.map(Job::shown).join(" | ");
        let _ = writeln!(text, "| | with | {heads} |\n|---|---|---|---|---|---|");
        for seat in self.seats {
            let of = |job| {
                let of = |finding: &&Finding| finding.contender == seat.contender && finding.job == job;
                self.findings.iter().find(of)
            };
            let Some(other) = Job::ALL.into_iter().find_map(of).map(|finding| finding.other) else {
                continue;
            };
            let cells = Job::ALL.map(|job| of(job).map_or("", |finding| finding.what.as_str()));
            let _ = writeln!(
                text,
                "| {}, {} | {}, {} | {} |",
                seat.contender.shown,
                seat.contender.place.shown(),
                other.shown,
                other.place.shown(),
                cells.join(" | ")
            );
        }
        text
    }

    /// Every time, a line of JSON per turn.
    fn raw(&self) -> String {
        let mut text = String::new();
        for turn in &self.measured.turns {
            let Turn {
                stage,
                round,
                contender,
                rows,
                nanoseconds,
            } = turn;
            let (stage, job, model) = match stage {
                Stage::Round(job) => ("round", job.name(), "main".to_owned()),
                Stage::Load => ("round", "load", "main".to_owned()),
                Stage::Cold => ("cold", "first", "main".to_owned()),
                Stage::Grown(job, trees, leaves) => ("grown", job.name(), format!("{trees}x{leaves}")),
                Stage::Whole(job) => ("whole", job.name(), "main".to_owned()),
            };
            #[expect(clippy::cast_possible_truncation, reason = "times are below three centuries")]
            let times: Vec<i64> = nanoseconds.iter().map(|time| time.round() as i64).collect();
            let line = json!({
                "stage": stage, "job": job, "model": model, "round": round, "contender": contender, "rows": rows,
                "nanoseconds": times,
            });
            let _ = writeln!(text, "{line}");
        }
        text
    }
}
