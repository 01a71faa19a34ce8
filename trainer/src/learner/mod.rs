//! Fitting trees to a table of features: the seam between Candor and the library that grows the trees.

mod lightgbm;
mod parameter_file;
mod parameters;

use candor_core::ensemble::Ensemble;
use candor_core::import;

pub use parameter_file::{apply, render};
pub use parameters::Parameters;

use crate::error::Error;

/// Features of many rows, one row after the other; missing is NaN.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// Values, row by row.
    pub values: &'a [f64],
    /// Names of the columns.
    pub names: &'a [String],
    /// Positions of the columns that hold level positions, not quantities.
    pub categorical: &'a [usize],
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
    let imported = import::lightgbm::from_text(&text).map_err(|error| Error::Training {
        problem: format!("the trees could not be taken over: {error}"),
    })?;
    Ok(imported.ensemble)
}
