//! How much the fields move the scores of clients whom the model has not seen.

use candor_core::ensemble::Ensemble;
use candor_core::preprocessing::Preprocessing;
use candor_core::shap::Explainer;
use rayon::prelude::*;

use super::columns::Columns;

/// Rows whose contributions are averaged.
const ROWS: usize = 2000;

/// The mean absolute contribution of each of `fields` fields over the given rows. That of a feature is shared by the
/// fields that it is made from.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub(super) fn importance(
    ensemble: &Ensemble,
    columns: &Columns,
    rows: &[usize],
    preprocessing: &Preprocessing,
    fields: usize,
) -> Vec<f64> {
    let width = columns.features.len();
    let explainer = Explainer::new(ensemble);
    let step = rows.len().div_ceil(ROWS).max(1);
    let sample: Vec<usize> = rows.iter().copied().step_by(step).collect();
    let contributions: Vec<Vec<f64>> = sample
        .par_iter()
        .map(|&row| {
            let mut contributions = vec![0.0; width];
            explainer.contributions(columns.row(row), &mut contributions);
            contributions
        })
        .collect();
    let mut found = vec![0.0; fields];
    for (column, &feature) in columns.features.iter().enumerate() {
        // Summed in row order, whatever the threads did.
        let sum = contributions.iter().fold(0.0, |sum, row| sum + row[column].abs());
        let behind = preprocessing.fields_behind(feature);
        for &field in &behind {
            found[field] += sum / sample.len().max(1) as f64 / behind.len() as f64;
        }
    }
    found
}
