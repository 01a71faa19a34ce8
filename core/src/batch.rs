//! Many rows at once, as [`ndarray`] views: the same bits as one row at a time, many times faster.

use ndarray::{Array1, Array2, ArrayView2};
use thiserror::Error;

use crate::scorer::Scorer;

/// A table of features that does not have the model's number of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the table has {found} columns, and the model has {expected} features; give one column per feature, in model order"
)]
pub struct WrongWidth {
    /// Features of the model.
    pub expected: usize,
    /// Columns given.
    pub found: usize,
}

impl Scorer {
    /// Calibrated log-odds of rows of features (rows × features in model order, missing is NaN; see
    /// [`features`](Self::features)).
    ///
    /// # Errors
    /// [`WrongWidth`] when the rows do not have one value per feature.
    pub fn log_odds_of_rows(&self, features: ArrayView2<'_, f64>) -> Result<Array1<f64>, WrongWidth> {
        let (rows, width) = (features.nrows(), self.check_width(features)?);
        let features = features.as_standard_layout();
        let mut scores = vec![0.0; rows];
        let compiled = self.explainer().compiled();
        if width == 0 {
            scores.fill(compiled.raw_score(&[]));
        } else {
            compiled.raw_scores(features.as_slice().unwrap_or_default(), width, &mut scores);
        }
        let calibration = self.model().calibration;
        Ok(Array1::from(scores).mapv_into(|raw| calibration.apply(raw)))
    }

    /// Contributions of every feature to the log-odds of rows of features, in the same shape: a row's contributions and
    /// [`base_value`](Self::base_value) add up to its log-odds.
    ///
    /// # Errors
    /// [`WrongWidth`] when the rows do not have one value per feature.
    pub fn contributions_of_rows(&self, features: ArrayView2<'_, f64>) -> Result<Array2<f64>, WrongWidth> {
        let width = self.check_width(features)?;
        let features = features.as_standard_layout();
        let mut contributions = Array2::zeros(features.raw_dim());
        if let (Some(rows), Some(contributions)) = (features.as_slice(), contributions.as_slice_mut()) {
            self.explainer().contributions_of_rows(rows, width, contributions);
        }
        let slope = self.model().calibration.slope;
        Ok(contributions.mapv_into(|contribution| contribution * slope))
    }

    fn check_width(&self, features: ArrayView2<'_, f64>) -> Result<usize, WrongWidth> {
        let (expected, found) = (self.model().preprocessing.features.len(), features.ncols());
        if expected == found {
            Ok(found)
        } else {
            Err(WrongWidth { expected, found })
        }
    }
}
