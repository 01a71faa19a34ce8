//! The clients that a report measures on: read, scored, and told apart as training did.

use std::path::Path;

use candor_core::decision::probability_of;
use candor_core::schema::{Change, NumberKind};
use candor_core::stats::Ranking;
use candor_core::{Field, FieldKind, Schema, Scorer, Text};
use rayon::prelude::*;

use crate::error::Error;
use crate::table::{ColumnRules, Leniency, NotationRules, read_records};
use crate::training::Data;

/// Clients with their scores.
#[derive(Debug)]
pub struct Sample<'a> {
    /// The model.
    pub scorer: &'a Scorer,
    /// The clients.
    pub data: Data,
    /// Whether they are the ones the model was trained on.
    pub is_training_data: bool,
    /// Calibrated log-odds of each client.
    pub log_odds: Vec<f64>,
    /// Calibrated probability of default of each client.
    pub probabilities: Vec<f64>,
    /// Names and rows of the parts, in the order of training; one part when they are not told apart.
    pub parts: Vec<(String, Vec<usize>)>,
}

/// The name of the only part when clients are not told apart.
pub(super) const WHOLE: &str = "data";

impl<'a> Sample<'a> {
    /// Scores the clients of `data` and tells them apart where it is the data of training.
    pub fn new(scorer: &'a Scorer, data: Data) -> Self {
        let log_odds: Vec<f64> = data
            .applications
            .par_iter()
            .map(|application| scorer.score(application).log_odds)
            .collect();
        let probabilities = log_odds.iter().map(|&log_odds| probability_of(log_odds)).collect();
        let is_training_data = data.fingerprint.sha256 == scorer.model().card.data.sha256;
        let whole = vec![(WHOLE.to_owned(), (0..data.outcomes.len()).collect())];
        let mut sample = Self {
            scorer,
            data,
            is_training_data,
            log_odds,
            probabilities,
            parts: whole,
        };
        if is_training_data && let Some(parts) = sample.split_of_training() {
            sample.parts = parts;
        }
        sample
    }

    /// The parts that training made of the same data, dealt again with its seed. They are taken for the same when one of
    /// them has the AUC that was recorded; that all other figures are as recorded is left to the check of the report.
    fn split_of_training(&self) -> Option<Vec<(String, Vec<usize>)>> {
        let card = &self.scorer.model().card;
        let seed = card.parameters.get("seed")?.parse().ok()?;
        let split = self.data.split(seed);
        let parts = [
            ("train", split.train),
            ("validation", split.validation),
            ("test", split.test),
        ];
        let is_as_recorded = |name: &str, rows: &[usize]| {
            let recorded = card.parts.iter().find(|part| part.name == name)?;
            let found = Ranking::new(&self.log_odds_of(rows), &self.outcomes_of(rows)).auc(None)?;
            Some((found - recorded.metrics.as_ref()?.auc.value).abs() < 1e-9)
        };
        let found = parts
            .iter()
            .any(|(name, rows)| is_as_recorded(name, rows) == Some(true));
        found.then(|| parts.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect())
    }

    /// Whether the parts of training are known.
    pub fn is_split(&self) -> bool {
        self.parts.len() > 1
    }

    /// Name and rows of the part to measure on: the test part, or all.
    pub fn measured(&self) -> (&str, &[usize]) {
        self.part(self.parts.len().saturating_sub(1))
    }

    /// Name and rows of the part to describe inputs on: the training part, or all.
    pub fn developed(&self) -> (&str, &[usize]) {
        self.part(0)
    }

    fn part(&self, index: usize) -> (&str, &[usize]) {
        self.parts.get(index).map_or((WHOLE, &[]), |(name, rows)| (name, rows))
    }

    /// Outcomes of some rows.
    pub fn outcomes_of(&self, rows: &[usize]) -> Vec<bool> {
        rows.iter().map(|&row| self.data.outcomes[row]).collect()
    }

    /// Log-odds of some rows.
    pub fn log_odds_of(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.log_odds[row]).collect()
    }

    /// Probabilities of some rows.
    pub fn probabilities_of(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.probabilities[row]).collect()
    }
}

/// The fold and the probability of every client, as `candor train --cv --oof` wrote them for the same table.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldScores {
    /// Fold of each client.
    pub folds: Vec<usize>,
    /// Probability of default by the model that had not seen the client.
    pub probabilities: Vec<f64>,
}

/// Reads out-of-fold probabilities and checks that they are of the clients of `data`.
///
/// # Errors
/// [`Error::Table`] when they are of others, and what reading a table can end with.
pub fn read_out_of_fold(path: &Path, data: &Data) -> Result<FoldScores, Error> {
    let number = |name: &str, kind: NumberKind| Field {
        name: name.into(),
        kind: FieldKind::Number(kind),
        group: 0,
        label: Text::default(),
        help: Text::default(),
        unit: None,
        change: Change::Fixed,
        primary: false,
    };
    let between = |low: f64, high: f64, integer: bool| NumberKind {
        min: Some(low),
        max: Some(high),
        integer,
        ..NumberKind::default()
    };
    let schema = Schema {
        table: "out-of-fold probabilities".into(),
        id: Some("id".into()),
        target: Some("target".into()),
        groups: Vec::new(),
        fields: vec![
            number("fold", between(0.0, 1000.0, true)),
            number("probability", between(0.0, 1.0, false)),
        ],
        unused_columns: Vec::new(),
    };
    let rules = ColumnRules {
        missing_columns: Leniency::Fail,
        extra_columns: Leniency::Ignore,
        notation: NotationRules::default(),
    };
    let mut scores = FoldScores {
        folds: Vec::new(),
        probabilities: Vec::new(),
    };
    read_records(path, None, &schema, None, rules, true, &mut |record| {
        let row = scores.folds.len();
        let problem = |problem: String| Error::Row {
            file: path.to_owned(),
            line: record.line,
            problem,
        };
        let same = data.ids.get(row) == Some(&record.id) && data.outcomes.get(row).copied() == record.target;
        let application = record
            .application
            .map_err(|errors| Error::fields(path, record.line, &errors))?;
        match application.values() {
            _ if !same => Err(problem(format!(
                "client {} is not the client of the same row of the data; give the file that 'candor train --cv --oof' \
                 wrote for this data",
                record.id
            ))),
            &[fold, probability] if !fold.is_nan() && !probability.is_nan() => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked by the field"
                )]
                scores.folds.push(fold as usize);
                scores.probabilities.push(probability);
                Ok(())
            }
            _ => Err(problem("fold or probability is empty; every row needs both".into())),
        }
    })?;
    if scores.folds.len() == data.outcomes.len() {
        return Ok(scores);
    }
    let problem = format!(
        "{} rows, and the data has {}; give the file that 'candor train --cv --oof' wrote for this data",
        scores.folds.len(),
        data.outcomes.len()
    );
    Err(Error::Table {
        file: path.to_owned(),
        problem,
    })
}
