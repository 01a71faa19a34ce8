//! What stands in for a missing value, by what the feature means, for learners that cannot do without.
//!
//! No amount is an amount of 0, and nothing counted is a count of 0; days that did not happen are as far away as the
//! source writes them; means and all else take the middle value of the rows learned from. Whether the value was there is
//! an input of its own, so that nothing is lost by it. Trees take missing values as they are.

use candor_core::Schema;
use candor_core::preprocessing::expression::Operation;
use candor_core::preprocessing::{Feature, Source};
use candor_core::schema::FieldKind;
use candor_core::stats::median;
use candor_definition::Definition;

use crate::learner::Matrix;

/// What a feature measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// An amount of money.
    Amount,
    /// Something that was counted.
    Count,
    /// Days since something happened, and what the source writes where it did not.
    Days(f64),
    /// A mean.
    Mean,
    /// A level of a category: being missing is one more level.
    Level,
    /// Anything else.
    Other,
}

/// What Home Credit writes for days that are not known, which is further away than any.
const NEVER: f64 = 365_243.0;

/// A feature's meaning and what stands in for its missing values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) meaning: Meaning,
    /// `None` for a level.
    pub(super) value: Option<f64>,
    /// Whether it is missing in some of the rows that the step was fitted on.
    pub(super) has_missing: bool,
}

/// The steps of all features.
#[derive(Debug, Clone)]
pub(super) struct Imputation {
    pub(super) steps: Vec<Step>,
}

impl Imputation {
    /// Fits medians on the given rows.
    pub(super) fn fit(definition: &Definition, matrix: &Matrix<'_>, rows: &[usize]) -> Self {
        let described = definition.preprocessing.features.iter().enumerate();
        let steps = described.map(|(index, feature)| {
            let meaning = meaning(feature, &definition.schema);
            let values = rows.iter().map(|&row| matrix.row(row)[index]);
            let mut present: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
            let has_missing = present.len() < rows.len();
            let value = match meaning {
                Meaning::Amount | Meaning::Count => Some(0.0),
                Meaning::Days(never) => Some(never),
                Meaning::Level => None,
                Meaning::Mean | Meaning::Other => {
                    present.sort_by(f64::total_cmp);
                    Some(median(&present).unwrap_or(0.0))
                }
            };
            Step {
                meaning,
                value,
                has_missing,
            }
        });
        Self { steps: steps.collect() }
    }

    /// The value of a feature, with what stands in for it if it is missing.
    pub(super) fn value(&self, feature: usize, value: f64) -> f64 {
        match self.steps[feature].value {
            Some(imputed) if value.is_nan() => imputed,
            _ => value,
        }
    }
}

/// What a feature measures, by its unit, by the last thing that its expression does, and by the words of its name.
fn meaning(feature: &Feature, schema: &Schema) -> Meaning {
    let field = match &feature.source {
        Source::Field(index) => schema.fields.get(usize::from(*index)),
        Source::Expression { .. } => None,
    };
    let last = match &feature.source {
        Source::Expression { program, .. } => program.operations().last(),
        Source::Field(_) => None,
    };
    let name = feature.name.to_lowercase();
    let is_called = |words: &[&str]| name.split(['_', ' ', '-', '.']).any(|word| words.contains(&word));
    let is_money = feature
        .unit
        .as_ref()
        .is_some_and(|unit| unit.en.starts_with("currency"));
    match (field.map(|field| &field.kind), last) {
        (Some(FieldKind::Category { levels, .. }), _) if levels.len() > 2 => Meaning::Level,
        (Some(FieldKind::Category { .. } | FieldKind::Flag { .. }), _) => Meaning::Other,
        (Some(FieldKind::Number(number)), _) if is_called(&["days"]) || !number.sentinels.is_empty() => {
            Meaning::Days(number.sentinels.first().copied().unwrap_or(NEVER))
        }
        (None, Some(Operation::Mean(_))) => Meaning::Mean,
        (None, Some(Operation::Count(_))) => Meaning::Count,
        // A ratio of amounts is none.
        (None, Some(Operation::Divide)) => Meaning::Other,
        _ if is_money || (field.is_some() && is_called(&["amt", "amount"])) => Meaning::Amount,
        (Some(FieldKind::Number(number)), _) if number.integer || is_called(&["cnt", "count", "number"]) => {
            Meaning::Count
        }
        _ => Meaning::Other,
    }
}
