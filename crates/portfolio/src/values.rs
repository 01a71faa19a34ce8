//! Values of an input in bins: numbers by equal mass, levels as they are, few clients together, missing apart.

use candor_core::preprocessing::Source;
use candor_core::stats::{bin_of, equal_mass_bounds};
use candor_core::{Application, Field, FieldKind, Model, Text};
use serde::{Deserialize, Serialize};

/// How an input is called and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputName {
    /// Name of the feature.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// Unit of the shown value.
    pub unit: Option<Text>,
    /// shown = value / scale.
    pub scale: f64,
}

/// A set of values of an input or a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Above `above` and up to `to`, in raw units; without bound where `None`.
    Range {
        /// Lower bound, excluded.
        above: Option<f64>,
        /// Upper bound, included.
        to: Option<f64>,
    },
    /// A level.
    Level(Text),
    /// Levels with few clients.
    Others,
    /// No value.
    Missing,
}

/// Bins fitted on some clients; others can be put into them.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    sorter: Sorter,
    /// What each bin holds; missing values are in the last one.
    values: Vec<Values>,
}

#[derive(Debug, Clone, PartialEq)]
enum Sorter {
    Bounds(Vec<f64>),
    /// The bin of each level.
    Levels(Vec<usize>),
}

impl Bins {
    /// Bins of numbers, at most `most` of equal mass besides that of missing values.
    pub fn of_numbers(values: &[f64], most: usize) -> Self {
        let mut present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        present.sort_by(f64::total_cmp);
        Self::between(equal_mass_bounds(&present, most))
    }

    /// Bins of numbers between given bounds.
    pub fn between(bounds: Vec<f64>) -> Self {
        let mut values: Vec<Values> = (0..=bounds.len())
            .map(|bin| Values::Range {
                above: bin.checked_sub(1).and_then(|below| bounds.get(below)).copied(),
                to: bounds.get(bin).copied(),
            })
            .collect();
        values.push(Values::Missing);
        Self {
            sorter: Sorter::Bounds(bounds),
            values,
        }
    }

    /// Bins of levels stored as their positions; levels with fewer than `least` clients share one.
    pub fn of_levels(levels: &[Text], values: &[f64], least: usize) -> Self {
        let mut counts = vec![0; levels.len()];
        for &value in values {
            if let Some(count) = position(value).and_then(|level| counts.get_mut(level)) {
                *count += 1;
            }
        }
        let is_rare = |count: usize| count < least;
        // One rare level alone keeps its name.
        let pooled = counts.iter().filter(|&&count| is_rare(count) && count > 0).count() > 1;
        let mut kept = Vec::new();
        let mut bins = vec![usize::MAX; levels.len()];
        for (level, &count) in counts.iter().enumerate() {
            if !is_rare(count) || (!pooled && count > 0) {
                bins[level] = kept.len();
                kept.push(Values::Level(levels[level].clone()));
            }
        }
        let others = kept.len();
        kept.push(Values::Others);
        kept.push(Values::Missing);
        for bin in &mut bins {
            *bin = (*bin).min(others);
        }
        Self {
            sorter: Sorter::Levels(bins),
            values: kept,
        }
    }

    /// Bins for the feature at `index` of the model, fitted on its `values`.
    pub fn of_feature(model: &Model, index: usize, values: &[f64], most: usize, least: usize) -> Self {
        match field_behind(model, index).map(|field| &field.kind) {
            Some(kind @ (FieldKind::Flag { .. } | FieldKind::Category { .. })) => {
                Self::of_levels(&levels_of(kind), values, least)
            }
            Some(FieldKind::Number(_)) | None => Self::of_numbers(values, most),
        }
    }

    /// The bin of a value.
    pub fn bin(&self, value: f64) -> usize {
        let missing = self.values.len() - 1;
        if value.is_nan() {
            return missing;
        }
        match &self.sorter {
            Sorter::Bounds(bounds) => bin_of(bounds, value),
            Sorter::Levels(bins) => position(value)
                .and_then(|level| bins.get(level))
                .copied()
                .unwrap_or(missing),
        }
    }

    /// What each bin holds.
    pub fn values(&self) -> &[Values] {
        &self.values
    }

    /// Shares of values by bin.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn shares(&self, values: impl Iterator<Item = f64>) -> Vec<f64> {
        let (mut counts, mut all) = (vec![0_u64; self.values.len()], 0_u64);
        for value in values {
            counts[self.bin(value)] += 1;
            all += 1;
        }
        counts.into_iter().map(|count| count as f64 / all as f64).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
fn position(value: f64) -> Option<usize> {
    (value >= 0.0 && value.fract() == 0.0 && value < 1e9).then_some(value as usize)
}

/// The labels of the values that a flag or a category stores.
pub fn levels_of(kind: &FieldKind) -> Vec<Text> {
    match kind {
        FieldKind::Flag { .. } => vec![Text::new("No", "Non"), Text::new("Yes", "Oui")],
        FieldKind::Category { levels, .. } => levels.iter().map(|level| level.label.clone()).collect(),
        FieldKind::Number(_) => Vec::new(),
    }
}

/// The raw field that a feature is, if it is one.
pub fn field_behind(model: &Model, feature: usize) -> Option<&Field> {
    match model.preprocessing.features.get(feature)?.source {
        Source::Field(field) => model.schema.fields.get(usize::from(field)),
        Source::Expression { .. } => None,
    }
}

/// A feature's values before anything was put in for missing ones where it is a raw field; what the model sees otherwise.
pub fn value_of(model: &Model, feature: usize, application: &Application, features: &[f64]) -> f64 {
    match model.preprocessing.features[feature].source {
        Source::Field(field) => application.values()[usize::from(field)],
        Source::Expression { .. } => features[feature],
    }
}

/// How a feature is called and shown.
pub fn name_of(model: &Model, feature: usize) -> InputName {
    let described = &model.preprocessing.features[feature];
    let scale = match field_behind(model, feature).map(|field| &field.kind) {
        Some(FieldKind::Number(number)) => number.scale,
        _ => 1.0,
    };
    InputName {
        name: described.name.clone(),
        label: described.label.clone(),
        unit: described.unit.clone(),
        scale,
    }
}

/// How a field is called and shown.
pub fn name_of_field(field: &Field) -> InputName {
    InputName {
        name: field.name.clone(),
        label: field.label.clone(),
        unit: field.unit.clone(),
        scale: match &field.kind {
            FieldKind::Number(number) => number.scale,
            FieldKind::Flag { .. } | FieldKind::Category { .. } => 1.0,
        },
    }
}
