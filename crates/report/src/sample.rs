//! The clients that a report measures on: read, scored, and told apart as training did.

use candor_core::Scorer;
use candor_core::decision::probability_of;
use candor_core::stats::Ranking;
use candor_portfolio::Data;
use rayon::prelude::*;

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
pub(crate) const WHOLE: &str = "data";

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

/// Place of a column among the kept ones; past the end when it is not there.
pub(crate) fn column_place(kept: &[String], name: &str) -> usize {
    kept.iter().position(|column| column == name).unwrap_or(usize::MAX)
}
