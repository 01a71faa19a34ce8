//! Out-of-fold probabilities, as training wrote them beside the data.

use std::path::Path;

use candor_core::schema::{Change, NumberKind};
use candor_core::{Field, FieldKind, Schema, Text};
use candor_portfolio::table::Record;
use candor_portfolio::{Data, Error};

/// The fold and the probability of every client, as `candor train --cv --oof` wrote them for the same table.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldScores {
    /// Fold of each client.
    pub folds: Vec<usize>,
    /// Probability of default by the model that had not seen the client.
    pub probabilities: Vec<f64>,
}

/// Takes out-of-fold probabilities as the rows of their table come in, and checks that they are of the clients of the data.
#[derive(Debug)]
pub struct FoldReader<'a> {
    file: &'a Path,
    data: &'a Data,
    scores: FoldScores,
}

/// The columns of a table of out-of-fold probabilities that are read; it has others.
pub fn fold_schema() -> Schema {
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
    Schema {
        table: "out-of-fold probabilities".into(),
        id: Some("id".into()),
        target: Some("target".into()),
        groups: Vec::new(),
        fields: vec![
            number("fold", between(0.0, 1000.0, true)),
            number("probability", between(0.0, 1.0, false)),
        ],
        unused_columns: Vec::new(),
    }
}

impl<'a> FoldReader<'a> {
    /// A reader of the table called `file`, of the clients of `data`.
    pub fn new(file: &'a Path, data: &'a Data) -> Self {
        let scores = FoldScores {
            folds: Vec::new(),
            probabilities: Vec::new(),
        };
        Self { file, data, scores }
    }

    /// Takes a row of [`fold_schema`].
    ///
    /// # Errors
    /// [`Error::Row`] where it is not of the client of the same row of the data, or empty.
    pub fn add(&mut self, record: Record) -> Result<(), Error> {
        let row = self.scores.folds.len();
        let problem = |problem: String| Error::row(self.file, record.line, problem);
        let same = self.data.ids.get(row) == Some(&record.id) && self.data.outcomes.get(row).copied() == record.target;
        let application = record
            .application
            .map_err(|errors| Error::fields(self.file, record.line, &errors))?;
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
                self.scores.folds.push(fold as usize);
                self.scores.probabilities.push(probability);
                Ok(())
            }
            _ => Err(problem("fold or probability is empty; every row needs both".into())),
        }
    }

    /// The probabilities.
    ///
    /// # Errors
    /// [`Error::Table`] where they are not of all clients of the data.
    pub fn finish(self) -> Result<FoldScores, Error> {
        if self.scores.folds.len() == self.data.outcomes.len() {
            return Ok(self.scores);
        }
        let problem = format!(
            "{} rows, and the data has {}; give the file that 'candor train --cv --oof' wrote for this data",
            self.scores.folds.len(),
            self.data.outcomes.len()
        );
        Err(Error::table(self.file, problem))
    }
}
