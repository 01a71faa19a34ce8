//! From an application's fields to the features that the model reads.
//!
//! Features are data, not code: each is a raw field as it stands or an expression over fields and earlier features,
//! compiled from a definition file into the model file and run here, with the same bits everywhere. Sentinels are
//! missing before anything else (the schema sees to that), so `is_missing(…)` always sees the truth; a value is put
//! in for a missing one only where a feature asks for it, as its last step.

pub mod expression;

pub use expression::{ExpressionError, Program, Scope, ValueType};

use crate::application::Application;
use crate::schema::Schema;
use crate::text::Text;

/// The features of a model, in the order in which the ensemble reads them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Preprocessing {
    /// The features; an expression reads only fields and features before it.
    pub features: Vec<Feature>,
}

/// One input of the ensemble.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Feature {
    /// Name, such as `CREDIT_TO_ANNUITY`; a raw field's feature has the field's name.
    pub name: String,
    /// What the feature is called on screen.
    pub label: Text,
    /// Unit, if it has one.
    pub unit: Option<Text>,
    /// Position of its reason group in [`Schema::groups`].
    pub group: u16,
    /// Where its value comes from.
    pub source: Source,
    /// The value that stands in for a missing one, if the feature asks for imputation.
    pub imputed: Option<f64>,
}

/// Where a feature's value comes from.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Source {
    /// The field at this position of the schema.
    Field(u16),
    /// An expression.
    Expression {
        /// As it was written, for people.
        text: String,
        /// As it is run.
        program: Program,
    },
}

impl Preprocessing {
    /// Computes every feature of `application` into `features` (missing is NaN), in feature order.
    ///
    /// `features` is cleared first; its capacity is re-used, so a batch allocates once.
    pub fn run(&self, application: &Application, features: &mut Vec<f64>) {
        features.clear();
        features.reserve(self.features.len());
        let fields = application.values();
        let mut stack = Vec::with_capacity(expression::STACK_LIMIT);
        for feature in &self.features {
            let value = match &feature.source {
                Source::Field(index) => fields.get(usize::from(*index)).copied().unwrap_or(f64::NAN),
                Source::Expression { program, .. } => program.run(fields, features, &mut stack),
            };
            features.push(if value.is_nan() {
                feature.imputed.unwrap_or(f64::NAN)
            } else {
                value
            });
        }
    }

    /// Positions of the raw fields that the feature at `index` depends on, directly or through other features.
    pub fn fields_behind(&self, index: usize) -> Vec<usize> {
        let mut reads = Vec::new();
        let mut add = |field: usize| {
            reads.resize(reads.len().max(field + 1), false);
            reads[field] = true;
        };
        let mut open = vec![index];
        let mut seen = vec![false; self.features.len()];
        while let Some(next) = open.pop() {
            if seen.get(next) != Some(&false) {
                continue;
            }
            seen[next] = true;
            match &self.features[next].source {
                Source::Field(field) => add(usize::from(*field)),
                Source::Expression { program, .. } => {
                    program.fields().for_each(&mut add);
                    open.extend(program.features());
                }
            }
        }
        (0..reads.len()).filter(|&field| reads[field]).collect()
    }

    /// Number of levels of the feature at `index` when it is a raw category; `None` when it is a number.
    pub fn level_count(&self, schema: &Schema, index: usize) -> Option<usize> {
        match self.features.get(index)?.source {
            Source::Field(field) => schema.fields.get(usize::from(field))?.kind.level_count(),
            Source::Expression { .. } => None,
        }
    }

    /// What is wrong with the features, if anything; a model file is checked with it at load.
    pub(crate) fn problem(&self, schema: &Schema) -> Option<String> {
        for (index, feature) in self.features.iter().enumerate() {
            let problem = match &feature.source {
                _ if usize::from(feature.group) >= schema.groups.len() => {
                    Some("its reason group does not exist".into())
                }
                _ if feature.imputed.is_some_and(|value| !value.is_finite()) => {
                    Some("its imputed value is not finite".into())
                }
                Source::Field(field) if usize::from(*field) >= schema.fields.len() => {
                    Some("its field does not exist".into())
                }
                Source::Field(_) => None,
                Source::Expression { program, .. } => program.problem(schema.fields.len(), index),
            };
            if let Some(problem) = problem {
                return Some(format!("feature {} ({index}): {problem}", feature.name));
            }
        }
        None
    }
}
