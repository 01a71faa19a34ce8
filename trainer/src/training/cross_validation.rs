//! Out-of-fold predictions: every client scored by a model that has not seen them.

use candor_core::decision::{Calibration, probability_of};
use candor_definition::Definition;
use candor_portfolio::Data;

use super::growth::{Growth, Lesson};
use crate::error::Error;
use crate::learner::{Grown, Parameters, side_by_side};

/// Predictions for all rows.
#[derive(Debug, Clone)]
pub struct OutOfFold {
    /// The fold of each row, from 0.
    pub folds: Vec<usize>,
    /// Calibrated probability of each row.
    pub probabilities: Vec<f64>,
    /// Trees of each fold's model.
    pub trees: Vec<usize>,
}

/// A cross-validation that goes fold by fold, so that who watches it can give up early.
#[derive(Debug, Clone)]
pub struct CrossValidation<'a> {
    data: &'a Data,
    definition: &'a Definition,
    growth: Growth,
    seed: u64,
    count: usize,
    folds: Vec<usize>,
    raw: Vec<f64>,
    trees: Vec<usize>,
}

/// What a fold's model says of the fold.
#[derive(Debug, Clone)]
pub struct ScoredFold {
    trees: usize,
    /// Rows with their raw scores.
    raw: Vec<(usize, f64)>,
}

impl<'a> CrossValidation<'a> {
    /// Deals the rows to `count` folds.
    pub fn new(data: &'a Data, definition: &'a Definition, growth: Growth, count: usize, seed: u64) -> Self {
        Self {
            data,
            definition,
            growth,
            seed,
            count,
            folds: data.folds(count, seed),
            raw: vec![0.0; data.outcomes.len()],
            trees: Vec::new(),
        }
    }

    /// Scores the next folds, at most so many, side by side. They count once they are [taken](Self::take) in this order, so
    /// that who watches sees the same whatever the number.
    pub fn score_next(
        &self,
        most: usize,
        parameters: &Parameters,
        progress: Grown<'_>,
    ) -> Vec<Result<ScoredFold, Error>> {
        let first = self.trees.len();
        let count = most.min(self.count - first);
        side_by_side(count, parameters, |number, parameters| {
            self.score(first + number, parameters, progress)
        })
    }

    /// Counts a fold among those that have been scored.
    pub fn take(&mut self, fold: ScoredFold) {
        self.trees.push(fold.trees);
        for (row, score) in fold.raw {
            self.raw[row] = score;
        }
    }

    /// Finds the numbers of trees, and the share of a scorecard, inside the other folds, grows that many on all of them, and
    /// scores the fold.
    fn score(&self, fold: usize, parameters: &Parameters, progress: Grown<'_>) -> Result<ScoredFold, Error> {
        let (data, folds) = (self.data, &self.folds);
        let learning: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] != fold).collect();
        let seed = self.seed.wrapping_add(fold as u64);
        let lesson = Lesson {
            data,
            definition: self.definition,
            rows: &learning,
        };
        let plan = self.growth.plan(lesson, parameters, seed, progress)?;
        let features = lesson.features();
        let pair = self
            .growth
            .grow(lesson, &features, &plan.rounds, parameters, progress)?;
        let ensemble = pair.blended(plan.share).ensemble;
        let rows: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
        let scores = features.raw_scores(&ensemble, &rows);
        Ok(ScoredFold {
            trees: ensemble.trees.len(),
            raw: rows.into_iter().zip(scores).collect(),
        })
    }

    /// Raw scores and outcomes of the rows of the folds that have been scored.
    pub fn scored(&self) -> (Vec<f64>, Vec<bool>) {
        let rows = (0..self.raw.len()).filter(|&row| self.folds[row] < self.trees.len());
        rows.map(|row| (self.raw[row], self.data.outcomes[row])).unzip()
    }

    /// Calibrates once all folds have been scored: the calibration applied to a fold is fitted on the scores of the
    /// others.
    ///
    /// # Errors
    /// [`Error::Training`] where scores do not rank.
    pub fn finish(self) -> Result<OutOfFold, Error> {
        let Self { data, folds, raw, .. } = self;
        let probabilities = calibrate(&folds, &raw, &data.outcomes, self.count)?;
        Ok(OutOfFold {
            folds,
            probabilities,
            trees: self.trees,
        })
    }
}

/// Probabilities of raw scores: the calibration applied to a fold is fitted on the scores of the others.
///
/// # Errors
/// [`Error::Training`] where scores do not rank.
pub(crate) fn calibrate(folds: &[usize], raw: &[f64], outcomes: &[bool], count: usize) -> Result<Vec<f64>, Error> {
    let mut probabilities = vec![0.0; raw.len()];
    for fold in 0..count {
        let others = || (0..raw.len()).filter(|&row| folds[row] != fold);
        let scores: Vec<f64> = others().map(|row| raw[row]).collect();
        let known: Vec<bool> = others().map(|row| outcomes[row]).collect();
        let calibration = Calibration::fit(&scores, &known).ok_or_else(|| Error::Training {
            problem: format!(
                "the scores do not rank the clients outside fold {}; there are too few rows",
                fold + 1
            ),
        })?;
        for row in (0..raw.len()).filter(|&row| folds[row] == fold) {
            probabilities[row] = probability_of(calibration.apply(raw[row]));
        }
    }
    Ok(probabilities)
}

/// Predictions for all rows, in `fold_count` folds.
///
/// # Errors
/// [`Error::Training`].
pub fn cross_validate(
    data: &Data,
    definition: &Definition,
    parameters: &Parameters,
    growth: Growth,
    fold_count: usize,
    seed: u64,
    progress: Grown<'_>,
) -> Result<OutOfFold, Error> {
    let mut validation = CrossValidation::new(data, definition, growth, fold_count, seed);
    for fold in validation.score_next(fold_count, parameters, progress) {
        validation.take(fold?);
    }
    validation.finish()
}
