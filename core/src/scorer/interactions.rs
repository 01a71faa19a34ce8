//! Which features act together.

use std::borrow::Borrow;

use thiserror::Error;

use super::Scorer;
use crate::application::Application;
use crate::shap::InteractionExplainer;

/// Splits the contributions of [`Scorer::explain`] into what a feature adds on its own and what it adds together with
/// each other feature (Shapley interaction values, see [`InteractionExplainer`]).
///
/// Make it once for many applications. `S` is how it holds the scorer, as in
/// [`BackgroundExplainer`](super::BackgroundExplainer).
#[derive(Debug, Clone)]
pub struct Interactions<S> {
    scorer: S,
    explainer: InteractionExplainer,
}

/// A symmetric matrix in log-odds: a row and a column per feature, or per reason group.
#[derive(Debug, Clone, PartialEq)]
pub struct InteractionMatrix {
    /// Number of rows and of columns.
    pub size: usize,
    /// Row after row.
    pub values: Vec<f64>,
}

/// A model with so many features that the matrix would not fit into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the model has {found} features, and interactions are computed for up to {MOST_FEATURES}; a row for each pair would \
     not fit into memory"
)]
pub struct TooManyFeatures {
    /// Features of the model.
    pub found: usize,
}

/// Most features of which a matrix is made: it takes 128 MB then.
const MOST_FEATURES: usize = 4096;

impl<S: Borrow<Scorer>> Interactions<S> {
    /// Prepares a model.
    ///
    /// # Errors
    /// [`TooManyFeatures`] when there are more than 4096.
    pub fn new(scorer: S) -> Result<Self, TooManyFeatures> {
        let model = &scorer.borrow().model;
        let found = model.preprocessing.features.len();
        if found > MOST_FEATURES {
            return Err(TooManyFeatures { found });
        }
        let explainer = InteractionExplainer::new(&model.ensemble);
        Ok(Self { scorer, explainer })
    }

    /// The interactions of the features of an application, in feature order. Each row adds up to the feature's
    /// contribution, to 1e-10; two features share what they add together half and half.
    pub fn of(&self, application: &Application) -> InteractionMatrix {
        let model = &self.scorer.borrow().model;
        let features = self.scorer.borrow().features(application);
        let mut values = Vec::new();
        self.explainer.interactions(&model.ensemble, &features, &mut values);
        for value in &mut values {
            *value *= model.calibration.slope;
        }
        InteractionMatrix {
            size: features.len(),
            values,
        }
    }

    /// The same summed by reason group, in the order of [`Schema::groups`](crate::Schema::groups): each row adds up to
    /// what the group adds. What the features of one group add together stands on the diagonal.
    pub fn of_groups(&self, application: &Application) -> InteractionMatrix {
        let by_feature = self.of(application);
        let model = &self.scorer.borrow().model;
        let group_of: Vec<usize> = model
            .preprocessing
            .features
            .iter()
            .map(|f| usize::from(f.group))
            .collect();
        let size = model.schema.groups.len();
        let mut values = vec![0.0; size * size];
        for (row, &group) in by_feature.values.chunks_exact(by_feature.size.max(1)).zip(&group_of) {
            for (value, &other) in row.iter().zip(&group_of) {
                values[group * size + other] += value;
            }
        }
        // The sums of a row and of its column run over the same numbers in another order.
        for a in 0..size {
            for b in 0..a {
                values[a * size + b] = values[b * size + a];
            }
        }
        InteractionMatrix { size, values }
    }
}

impl InteractionMatrix {
    /// The value in a row and a column; `None` outside.
    pub fn at(&self, row: usize, column: usize) -> Option<f64> {
        let inside = row < self.size && column < self.size;
        inside
            .then(|| self.values.get(row * self.size + column).copied())
            .flatten()
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.size.max(1))
    }
}

impl Scorer {
    /// The interactions of the features of one application; for many, make [`Interactions`] once.
    ///
    /// ```no_run
    /// use candor_core::{Application, Scorer};
    ///
    /// let scorer = Scorer::from_bytes(&std::fs::read("model.candor")?)?;
    /// let application = Application::empty(scorer.schema());
    /// let interactions = scorer.interactions(&application)?;
    /// let contributions = scorer.explain(&application).contributions;
    /// for (row, contribution) in interactions.rows().zip(contributions) {
    ///     assert!((row.iter().sum::<f64>() - contribution).abs() < 1e-10);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TooManyFeatures`] when the model has more than 4096.
    pub fn interactions(&self, application: &Application) -> Result<InteractionMatrix, TooManyFeatures> {
        Ok(Interactions::new(self)?.of(application))
    }
}
