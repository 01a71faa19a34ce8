//! Fitting trees to a table of features: the seam between Candor and the library that grows the trees.

mod library;
mod lightgbm;
mod parameter_file;
mod parameters;

use candor_core::ensemble::Ensemble;
use candor_core::import;
use rayon::prelude::*;

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

impl<'a> Matrix<'a> {
    /// The features of one row.
    pub fn row(&self, row: usize) -> &'a [f64] {
        let width = self.names.len();
        &self.values[row * width..(row + 1) * width]
    }

    /// The given rows with their labels.
    pub fn sample(&self, rows: &[usize], outcomes: &[bool]) -> Sample {
        let width = self.names.len();
        let mut values = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            values.extend_from_slice(self.row(row));
        }
        Sample {
            values,
            labels: rows.iter().map(|&row| f32::from(u8::from(outcomes[row]))).collect(),
        }
    }
}

/// Hears that one more tree has grown, from any thread.
pub type Grown<'a> = &'a (dyn Fn() + Sync);

/// Grows trees on `training`.
///
/// # Errors
/// [`Error::Training`] with what LightGBM says.
pub fn fit(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: Rounds<'_>,
    parameters: &Parameters,
    progress: Grown<'_>,
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

/// Models whose scores are averaged.
#[derive(Debug, Clone)]
pub struct Average {
    /// The trees of all.
    pub ensemble: Ensemble,
    /// Trees of each model.
    pub trees: Vec<usize>,
}

impl Average {
    /// The same with trees of another kind beside it, whose scores have this share of the whole.
    #[must_use]
    pub fn beside(self, other: Ensemble, share: f64) -> Self {
        let mut ensemble = self.ensemble;
        ensemble.scale *= 1.0 - share;
        ensemble.offset = (1.0 - share) * ensemble.offset + share * other.offset;
        let factor = share * other.scale / ensemble.scale;
        for mut tree in other.trees {
            tree.leaves.iter_mut().for_each(|leaf| *leaf *= factor);
            ensemble.trees.push(tree);
        }
        Self { ensemble, ..self }
    }
}

/// Shapes of trees that an average is made of, in turn: as the parameters have them, and small.
pub const SHAPES: usize = 2;

/// Grows `count` models and averages their scores. They differ in their seeds, which evens out what one model owes to the
/// rows and features that it happened to draw, and in the shape of their trees, so that their mistakes differ, too. Each
/// takes its turn of the `rounds`.
///
/// # Errors
/// As [`fit`].
pub fn fit_average(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: &[Rounds<'_>],
    parameters: &Parameters,
    count: usize,
    progress: Grown<'_>,
) -> Result<Average, Error> {
    let models = side_by_side(count.max(1), parameters, |number, parameters| {
        let rounds = rounds.get(number % rounds.len().max(1)).copied();
        let rounds = rounds.unwrap_or(Rounds::Exactly(1));
        fit(matrix, training, rounds, &parameters.of_model(number), progress)
    });
    let models = models.into_iter().collect::<Result<Vec<Ensemble>, Error>>()?;
    let (scale, offset) = models.first().map_or((1.0, 0.0), |first| (first.scale, first.offset));
    #[expect(clippy::cast_precision_loss, reason = "a handful of models")]
    let share = 1.0 / models.len() as f64;
    Ok(Average {
        trees: models.iter().map(|model| model.trees.len()).collect(),
        ensemble: Ensemble {
            trees: models.into_iter().flat_map(|model| model.trees).collect(),
            scale: scale * share,
            offset,
        },
    })
}

/// Runs jobs that grow trees, each with one thread, as many at a time as there are threads: that is faster than one after
/// the other with all threads, which wait for each other many times a tree. The trees do not depend on it. A single job has
/// all threads.
pub fn side_by_side<T: Send>(
    count: usize,
    parameters: &Parameters,
    job: impl Fn(usize, &Parameters) -> T + Sync,
) -> Vec<T> {
    if count < 2 {
        return (0..count).map(|number| job(number, parameters)).collect();
    }
    let alone = parameters.on_one_thread();
    (0..count).into_par_iter().map(|number| job(number, &alone)).collect()
}
