//! Some of the features, for a learner that should see no others.

use candor_definition::Definition;

use crate::learner::Matrix;
use crate::training::FeatureTable;

/// The features that are made from certain fields only, of all rows.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// Positions of the features in the definition.
    pub(super) features: Vec<usize>,
    names: Vec<String>,
    categorical: Vec<usize>,
    values: Vec<f64>,
}

impl Columns {
    /// The features that read no field but those `kept`.
    pub(super) fn of(definition: &Definition, table: &FeatureTable, kept: &[usize]) -> Self {
        let all = table.matrix();
        let preprocessing = &definition.preprocessing;
        let reads_kept = |&feature: &usize| {
            preprocessing
                .fields_behind(feature)
                .iter()
                .all(|field| kept.contains(field))
        };
        let features: Vec<usize> = (0..preprocessing.features.len()).filter(reads_kept).collect();
        let mut values = Vec::with_capacity(all.values.len() / all.names.len().max(1) * features.len());
        for row in all.values.chunks_exact(all.names.len()) {
            values.extend(features.iter().map(|&feature| row[feature]));
        }
        Self {
            names: features.iter().map(|&feature| all.names[feature].clone()).collect(),
            categorical: (0..features.len())
                .filter(|&column| all.categorical.contains(&features[column]))
                .collect(),
            values,
            features,
        }
    }

    /// As the learner reads them.
    pub(super) fn matrix(&self) -> Matrix<'_> {
        Matrix {
            values: &self.values,
            names: &self.names,
            categorical: &self.categorical,
            directions: &[],
        }
    }

    /// The features of one row.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        let width = self.features.len();
        &self.values[row * width..(row + 1) * width]
    }
}
