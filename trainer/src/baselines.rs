//! Simpler models on the same folds, so that it can be seen what the model of the file is worth.
//!
//! All are calibrated as the model itself is, so that costs and calibration errors compare models, not their scales.

use candor_core::ensemble::Ensemble;
use candor_definition::Definition;

use crate::error::Error;
use crate::learner::{Parameters, Rounds, fit, side_by_side};
use crate::scorecard;
use crate::training::{FeatureTable, calibrate};
use candor_portfolio::Data;

/// A simpler model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Everybody has the default rate of the clients learned from.
    Prior,
    /// Logistic regression on weights of evidence, the scorecard of old.
    Logistic,
    /// A random forest.
    Forest,
    /// LightGBM as it is when it is told nothing.
    Library,
}

/// Trees of the random forest.
const FOREST_TREES: usize = 100;
/// Trees that LightGBM grows when it is told nothing.
const LIBRARY_TREES: usize = 100;

impl Baseline {
    /// The simplest first.
    pub const ALL: [Self; 4] = [Self::Prior, Self::Logistic, Self::Forest, Self::Library];

    /// As the model card, tables and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Logistic => "logistic regression",
            Self::Forest => "random forest",
            Self::Library => "LightGBM defaults",
        }
    }
}

/// Calibrated probabilities of all rows, each from a model that has not seen the row. `progress` hears the fold, from 0.
///
/// # Errors
/// [`Error::Training`] where the learner fails or scores do not rank.
pub fn out_of_fold(
    baseline: Baseline,
    data: &Data,
    definition: &Definition,
    parameters: &Parameters,
    count: usize,
    seed: u64,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<f64>, Error> {
    let folds = data.folds(count, seed);
    let scored = side_by_side(count, parameters, |fold, parameters| -> Result<_, Error> {
        progress();
        let learning: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] != fold).collect();
        let scoring: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
        let scores = match baseline {
            Baseline::Prior => vec![bad_rate(&learning, &data.outcomes); scoring.len()],
            _ => {
                let features = FeatureTable::new(definition, &data.applications, &learning);
                let ensemble = ensemble(baseline, data, definition, parameters, &features, &learning)?;
                features.raw_scores(&ensemble, &scoring)
            }
        };
        Ok((scoring, scores))
    });
    let mut raw = vec![0.0; folds.len()];
    for fold in scored {
        let (rows, scores) = fold?;
        for (row, score) in rows.into_iter().zip(scores) {
            raw[row] = score;
        }
    }
    // Scores that are all the same cannot be calibrated, and need not be.
    match baseline {
        Baseline::Prior => Ok(raw),
        _ => calibrate(&folds, &raw, &data.outcomes, count),
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn bad_rate(rows: &[usize], outcomes: &[bool]) -> f64 {
    rows.iter().filter(|&&row| outcomes[row]).count() as f64 / rows.len() as f64
}

/// A model that has learned from the rows `learning`, held to no direction.
fn ensemble(
    baseline: Baseline,
    data: &Data,
    definition: &Definition,
    parameters: &Parameters,
    features: &FeatureTable,
    learning: &[usize],
) -> Result<Ensemble, Error> {
    let mut matrix = features.matrix();
    matrix.directions = &[];
    let (seed, threads) = parameters.seed_and_threads();
    let (parameters, trees) = match baseline {
        Baseline::Logistic => {
            return scorecard::fit(definition, &matrix, learning, &data.outcomes).ok_or_else(|| Error::Training {
                problem: "the logistic regression finds nothing to learn; are there enough rows of both kinds?".into(),
            });
        }
        Baseline::Forest => (Parameters::of_forest(seed, threads), FOREST_TREES),
        _ => (Parameters::of_library(seed, threads), LIBRARY_TREES),
    };
    let training = matrix.sample(learning, &data.outcomes);
    fit(&matrix, &training, Rounds::Exactly(trees), &parameters, &|| {})
}
