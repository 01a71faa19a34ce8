//! Applications as a table of features.

use candor_core::ensemble::{Compiled, Ensemble};
use candor_core::preprocessing::Preprocessing;
use candor_core::stats::median;
use candor_core::{Application, Schema};
use candor_definition::{Definition, Impute, Statistic};
use rayon::prelude::*;

use crate::learner::Matrix;

/// The features of all applications, made with a preprocessing whose imputations were fitted on some of them.
#[derive(Debug, Clone)]
pub struct FeatureTable {
    /// The fitted preprocessing.
    pub preprocessing: Preprocessing,
    names: Vec<String>,
    categorical: Vec<usize>,
    directions: Vec<i8>,
    values: Vec<f64>,
}

impl FeatureTable {
    /// Fits imputations on the rows `fitted_on` and computes the features of all rows.
    pub fn new(definition: &Definition, applications: &[Application], fitted_on: &[usize]) -> Self {
        let mut preprocessing = definition.preprocessing.clone();
        // In feature order: a later feature may read an earlier one with its imputed value.
        for &(feature, impute) in &definition.imputations {
            let statistic = match impute {
                Impute::Constant(value) => Some(value),
                Impute::Fitted(statistic) => {
                    let mut present = column(&preprocessing, applications, fitted_on, feature);
                    present.retain(|value| !value.is_nan());
                    fit(statistic, &mut present)
                }
            };
            preprocessing.features[feature].imputed = statistic;
        }
        let names = preprocessing
            .features
            .iter()
            .map(|feature| feature.name.clone())
            .collect();
        let categorical = categorical(&preprocessing, &definition.schema);
        let values = applications
            .par_chunks(1024)
            .flat_map_iter(|chunk| {
                let (mut values, mut row) = (Vec::new(), Vec::new());
                for application in chunk {
                    preprocessing.run(application, &mut row);
                    values.extend_from_slice(&row);
                }
                values
            })
            .collect();
        Self {
            preprocessing,
            names,
            categorical,
            directions: definition.directions.clone(),
            values,
        }
    }

    /// As the learner reads it.
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix {
            values: &self.values,
            names: &self.names,
            categorical: &self.categorical,
            directions: &self.directions,
        }
    }

    /// Raw scores of the given rows, in their order.
    pub(crate) fn raw_scores(&self, ensemble: &Ensemble, rows: &[usize]) -> Vec<f64> {
        let compiled = Compiled::new(ensemble);
        rows.par_iter().map(|&row| compiled.raw_score(self.row(row))).collect()
    }

    /// The features of one application.
    pub fn row(&self, row: usize) -> &[f64] {
        self.matrix().row(row)
    }
}

fn column(preprocessing: &Preprocessing, applications: &[Application], rows: &[usize], feature: usize) -> Vec<f64> {
    let mut values = Vec::new();
    rows.iter()
        .map(|&row| {
            preprocessing.run(&applications[row], &mut values);
            values[feature]
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn fit(statistic: Statistic, present: &mut [f64]) -> Option<f64> {
    if present.is_empty() {
        return None;
    }
    present.sort_by(f64::total_cmp);
    match statistic {
        Statistic::Median => median(present),
        Statistic::Mean => Some(present.iter().fold(0.0, |sum, value| sum + value) / present.len() as f64),
    }
}

/// Categories with more than two levels are split by sets; two levels are as good as a flag.
fn categorical(preprocessing: &Preprocessing, schema: &Schema) -> Vec<usize> {
    (0..preprocessing.features.len())
        .filter(|&feature| {
            preprocessing
                .level_count(schema, feature)
                .is_some_and(|levels| levels > 2)
        })
        .collect()
}
