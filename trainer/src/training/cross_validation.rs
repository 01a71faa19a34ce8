//! Out-of-fold predictions: every client scored by a model that has not seen them.

use candor_core::decision::{Calibration, probability_of};
use candor_core::ensemble::Compiled;

use super::Data;
use super::features::FeatureTable;
use crate::definition::Definition;
use crate::error::Error;
use crate::learner::{Parameters, Rounds, fit};

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

/// How trees are grown and stopped.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// A fixed number of trees; `None` stops early.
    pub trees: Option<usize>,
    /// Trees to wait for an improvement.
    pub patience: usize,
    /// Most trees.
    pub most: usize,
}

/// For each fold: finds the number of trees by early stopping inside the other folds, grows that many on all of them,
/// and scores the fold. The calibration applied to a fold is fitted on the out-of-fold scores of the other folds.
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
    progress: &mut dyn FnMut(usize, usize),
) -> Result<OutOfFold, Error> {
    let folds = data.folds(fold_count, seed);
    let mut raw = vec![0.0; data.outcomes.len()];
    let mut trees = Vec::new();
    for fold in 0..fold_count {
        let learning: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] != fold).collect();
        let rounds = match growth.trees {
            Some(count) => count,
            None => {
                let inner = data.split_of(&learning, seed.wrapping_add(fold as u64));
                let rows = |parts: &[&[usize]]| -> Vec<usize> { parts.concat().iter().map(|&p| learning[p]).collect() };
                let (growing, stopping) = (rows(&[&inner.train, &inner.test]), rows(&[&inner.validation]));
                let features = FeatureTable::new(definition, &data.applications, &growing);
                let matrix = features.matrix();
                let validation = matrix.sample(&stopping, &data.outcomes);
                let training = matrix.sample(&growing, &data.outcomes);
                let stop = Rounds::UntilBest {
                    validation: &validation,
                    patience: growth.patience,
                    most: growth.most,
                };
                fit(&matrix, &training, stop, parameters, &mut |count| progress(fold, count))?
                    .trees
                    .len()
            }
        };
        let features = FeatureTable::new(definition, &data.applications, &learning);
        let matrix = features.matrix();
        let training = matrix.sample(&learning, &data.outcomes);
        let ensemble = fit(&matrix, &training, Rounds::Exactly(rounds), parameters, &mut |count| {
            progress(fold, count)
        })?;
        trees.push(ensemble.trees.len());
        let compiled = Compiled::new(&ensemble);
        for (row, score) in raw.iter_mut().enumerate().filter(|(row, _)| folds[*row] == fold) {
            *score = compiled.raw_score(features.row(row));
        }
    }
    let mut probabilities = vec![0.0; raw.len()];
    for fold in 0..fold_count {
        let others = || (0..raw.len()).filter(|&row| folds[row] != fold);
        let scores: Vec<f64> = others().map(|row| raw[row]).collect();
        let outcomes: Vec<bool> = others().map(|row| data.outcomes[row]).collect();
        let calibration = Calibration::fit(&scores, &outcomes).ok_or_else(|| Error::Training {
            problem: format!(
                "the trees do not rank the clients outside fold {}; there are too few rows",
                fold + 1
            ),
        })?;
        for row in (0..raw.len()).filter(|&row| folds[row] == fold) {
            probabilities[row] = probability_of(calibration.apply(raw[row]));
        }
    }
    Ok(OutOfFold {
        folds,
        probabilities,
        trees,
    })
}
