//! `candor score`.

use clap::Args;

use super::scoring::Scoring;
use crate::error::Error;
use crate::output::{Cell, Column, ColumnType};

/// Score applications: probability, points, decision, risk level.
///
/// Writes one row per application: id, probability (of default, calibrated), log_odds, points (more is better),
/// decision (APPROVE, DECLINE), risk_level (LOW, MEDIUM, HIGH, CRITICAL). The id is the id column, or the row's number
/// from 0. Numbers have all their digits: read back, they are the same bits.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor score --model m.candor --input clients.csv --output scores.csv
  zcat clients.csv.gz | candor score --model m.candor --input - --format jsonl | head")]
pub(super) struct ScoreCommand {
    #[command(flatten)]
    scoring: Scoring,
}

impl ScoreCommand {
    pub(super) fn run(self) -> Result<(), Error> {
        let scorer = self.scoring.load()?.scorer;
        let columns = vec![
            Column::new("probability", ColumnType::Number),
            Column::new("log_odds", ColumnType::Number),
            Column::new("points", ColumnType::Number),
            Column::new("decision", ColumnType::Text),
            Column::new("risk_level", ColumnType::Text),
        ];
        self.scoring.run(&scorer, columns, |application| {
            let score = scorer.score(application);
            vec![
                Cell::Number(score.probability),
                Cell::Number(score.log_odds),
                Cell::Number(score.points),
                Cell::Text(score.decision.as_str().to_owned()),
                Cell::Text(score.risk_level.as_str().to_owned()),
            ]
        })
    }
}
