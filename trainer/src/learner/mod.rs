//! Fitting trees to a table of features: the seam between Candor and the library that grows the trees.

mod lightgbm;
mod parameter_file;
mod parameters;

use candor_core::ensemble::Ensemble;
use candor_core::import;

pub use parameter_file::{apply, render};
pub use parameters::{Method, Parameters};

use crate::error::Error;
use crate::monotone::mend;

/// Features of many rows, one row after the other; missing is NaN.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// Values, row by row.
    pub values: &'a [f64],
    /// Names of the columns.
    pub names: &'a [String],
    /// Positions of the columns that hold level positions, not quantities.
    pub categorical: &'a [usize],
    /// The direction that each column is held to (1, −1, or 0 for none); empty where there is none.
    pub directions: &'a [i8],
}

/// Rows to learn from or to stop by.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Values, row by row.
    pub values: Vec<f64>,
    /// 1 where the client defaulted.
    pub labels: Vec<f32>,
}

/// How long to go on adding trees.
#[derive(Debug, Clone, Copy)]
pub enum Rounds<'a> {
    /// Exactly this many.
    Exactly(usize),
    /// Until the log-loss on this sample has not improved for `patience` trees; the trees up to the best are kept.
    UntilBest {
        /// Rows that are not learned from.
        validation: &'a Sample,
        /// Trees to wait for an improvement.
        patience: usize,
        /// Most trees.
        most: usize,
    },
}

impl Matrix<'_> {
    /// The given rows with their labels.
    pub fn sample(&self, rows: &[usize], outcomes: &[bool]) -> Sample {
        let width = self.names.len();
        let mut values = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            values.extend_from_slice(&self.values[row * width..(row + 1) * width]);
        }
        Sample {
            values,
            labels: rows.iter().map(|&row| f32::from(u8::from(outcomes[row]))).collect(),
        }
    }
}

/// Grows trees on `training`. `progress` hears the number of trees after each.
///
/// # Errors
/// [`Error::Training`] with what LightGBM says.
pub fn fit(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: Rounds<'_>,
    parameters: &Parameters,
    progress: &mut dyn FnMut(usize),
) -> Result<Ensemble, Error> {
    let text = lightgbm::train(matrix, training, rounds, parameters, progress).map_err(|problem| Error::Training {
        problem: format!("LightGBM: {problem}; check the parameters"),
    })?;
    let mut imported = import::lightgbm::from_text(&text).map_err(|error| Error::Training {
        problem: format!("the trees could not be taken over: {error}"),
    })?;
    if matrix.directions.iter().any(|&direction| direction != 0) {
        mend(&mut imported.ensemble, matrix.directions);
    }
    Ok(imported.ensemble)
}

/// Grows `count` models that differ in nothing but their seeds, and averages their scores: what one model owes to the
/// rows and features that it happened to draw evens out. The first finds the number of trees, the others grow as many.
/// `progress` hears the number of trees of all models so far.
///
/// # Errors
/// As [`fit`].
pub fn fit_average(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: Rounds<'_>,
    parameters: &Parameters,
    count: usize,
    progress: &mut dyn FnMut(usize),
) -> Result<Ensemble, Error> {
    let mut average = fit(matrix, training, rounds, parameters, progress)?;
    let trees = average.trees.len();
    for number in 1..count {
        let grown = average.trees.len();
        let parameters = parameters.with_other_seed(number);
        let next = fit(matrix, training, Rounds::Exactly(trees), &parameters, &mut |tree| {
            progress(grown + tree);
        })?;
        average.trees.extend(next.trees);
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of models")]
    let share = 1.0 / count.max(1) as f64;
    average.scale *= share;
    Ok(average)
}
