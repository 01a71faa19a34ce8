//! `candor score`.

use std::path::PathBuf;

use candor_core::Application;
use candor_portfolio::decisions::Recorder;
use candor_portfolio::table::Record;
use candor_store::DecisionLog;
use candor_tables::{Cell, Column, ColumnType};
use clap::Args;
use rayon::prelude::*;

use super::model::Loaded;
use super::scoring::{Scoring, unrecordable};
use crate::error::Error;

/// Score applications: probability, points, decision, risk level.
///
/// Writes one row per application: id, probability (of default, calibrated), log_odds, points (more is better),
/// decision (APPROVE, DECLINE), risk_level (LOW, MEDIUM, HIGH, CRITICAL). The id is the id column, or the row's number
/// from 0. Numbers have all their digits: read back, they are the same bits.
#[derive(Debug, Args)]
#[command(after_help = "\
On record: with --log, each decision becomes a line of JSON: id, digest of the application, score with its bits, decision,
reasons, model, policy, engine, time, and a digest that chains it to the line before. Lines are on the disk before any result
is written. candor audit tells whether a log is as it was written, candor replay whether its decisions come out again. Runs on
one log wait for each other.

Examples:
  candor score --model m.candor --input clients.csv --output scores.csv
  candor score --model m.candor --input clients.csv --log decisions.jsonl --time \"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"
  zcat clients.csv.gz | candor score --model m.candor --input - --format jsonl | head")]
pub(super) struct ScoreCommand {
    #[command(flatten)]
    scoring: Scoring,
    /// Put every decision on record: add a line to this file, begun if it is not there.
    #[arg(long, value_name = "FILE", requires = "time")]
    log: Option<PathBuf>,
    /// When the decisions are made (RFC 3339, such as 2026-11-21T09:30:00Z): whoever calls says so. A time before that of the
    /// last decision in the log is refused.
    #[arg(long, value_name = "TIME", requires = "log")]
    time: Option<String>,
    /// Record the applications, too, so that candor replay needs no table. This is personal data: keep the log as the law asks
    /// of such data, and mind that a line cannot be taken out of it later.
    #[arg(long, requires = "log")]
    log_inputs: bool,
    /// Record a --time before that of the last decision, and say so, instead of stopping.
    #[arg(long, requires = "log")]
    allow_earlier_time: bool,
}

/// Decisions that are put on record at once.
const RECORDED: usize = 1024;

impl ScoreCommand {
    pub(super) fn run(self) -> Result<(), Error> {
        let Loaded { scorer, digest, .. } = self.scoring.load()?;
        let columns = vec![
            Column::new("probability", ColumnType::Number),
            Column::new("log_odds", ColumnType::Number),
            Column::new("points", ColumnType::Number),
            Column::new("decision", ColumnType::Text),
            Column::new("risk_level", ColumnType::Text),
        ];
        let row = |application: &Application| {
            let score = scorer.score(application);
            vec![
                Cell::Number(score.probability),
                Cell::Number(score.log_odds),
                Cell::Number(score.points),
                Cell::Text(score.decision.as_str().to_owned()),
                Cell::Text(score.risk_level.as_str().to_owned()),
            ]
        };
        let (Some(path), Some(time)) = (&self.log, self.time) else {
            return self.scoring.run(&scorer, columns, row);
        };
        let mut log = DecisionLog::open(path, &time, self.allow_earlier_time)?;
        let recorder = Recorder::new(&scorer, digest, time, self.log_inputs).map_err(unrecordable)?;
        let mut record = |chunk: &[Record]| {
            // A row that cannot be scored is no decision.
            let entry = |record: &Record| Some(recorder.entry(&record.id, record.application.as_ref().ok()?));
            Ok(log.append(chunk.par_iter().filter_map(entry).collect())?)
        };
        self.scoring
            .run_long(&scorer, columns, RECORDED, &mut record, |application| {
                vec![row(application)]
            })
    }
}
