//! Features as weights of evidence: what the value's bin says of the outcome, on the scale of log-odds.

use candor_core::stats::{bin_of, equal_mass_bounds, weight_of_evidence};
use rayon::prelude::*;

use super::imputation::{Imputation, Meaning};
use super::logistic::Inputs;
use crate::training::FeatureTable;

/// Most bins of a number.
const BINS: usize = 20;
/// Least information value of an input.
const LEAST_INFORMATION: f64 = 0.003;
/// Most inputs; those of the highest information value are kept. Scorecards have a few dozen, and the time that the
/// regression takes grows with the square.
const MOST_INPUTS: usize = 200;

/// How a feature becomes an input.
#[derive(Debug, Clone)]
enum Bins {
    /// Between these bounds.
    Bounds(Vec<f64>),
    /// One bin per level, the last for what is missing.
    Levels(usize),
    /// Whether it is there: two bins.
    Known,
}

#[derive(Debug, Clone)]
struct Column {
    feature: usize,
    bins: Bins,
    weights: Vec<f64>,
    information: f64,
}

/// The inputs of the logistic regression.
#[derive(Debug, Clone)]
pub(super) struct Encoding {
    columns: Vec<Column>,
}

impl Encoding {
    /// Bins, and their weights, from the given rows.
    pub(super) fn fit(imputation: &Imputation, features: &FeatureTable, rows: &[usize], outcomes: &[bool]) -> Self {
        let known = (0..imputation.steps.len()).into_par_iter().flat_map_iter(|feature| {
            let step = imputation.steps[feature];
            let values: Vec<f64> = rows.iter().map(|&row| features.row(row)[feature]).collect();
            let bins = if step.meaning == Meaning::Level {
                Bins::Levels(levels(&values))
            } else {
                let mut sorted: Vec<f64> = values.iter().map(|&value| imputation.value(feature, value)).collect();
                sorted.sort_by(f64::total_cmp);
                Bins::Bounds(equal_mass_bounds(&sorted, BINS))
            };
            // Of a level, being missing is a bin already.
            let indicator = (step.has_missing && step.meaning != Meaning::Level).then_some(Bins::Known);
            let columns = [Some(bins), indicator].into_iter().flatten();
            columns
                .filter_map(|bins| Column::fit(imputation, feature, bins, &values, rows, outcomes))
                .collect::<Vec<_>>()
        });
        let mut columns: Vec<Column> = known.collect();
        columns.sort_by(|a, b| b.information.total_cmp(&a.information));
        columns.truncate(MOST_INPUTS);
        Self { columns }
    }

    /// Number of inputs.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The inputs of the given rows.
    pub(super) fn encode(&self, imputation: &Imputation, features: &FeatureTable, rows: &[usize]) -> Inputs {
        let values = rows.par_iter().flat_map_iter(|&row| {
            let values = features.row(row);
            self.columns
                .iter()
                .map(move |column| column.weights[column.bin(imputation, values[column.feature])])
        });
        Inputs {
            values: values.collect(),
            width: self.width(),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions of levels, from 0"
)]
fn levels(values: &[f64]) -> usize {
    let most = values.iter().copied().fold(-1.0, f64::max);
    (most + 1.0) as usize
}

/// The information value that bins which say nothing stay below, 39 times of 40: divided by 1/good + 1/bad it follows a χ²
/// distribution of one degree of freedom less than there are bins, here by its mean and two standard deviations.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn by_chance(counts: &[(u64, u64)]) -> f64 {
    let (good, bad) = counts
        .iter()
        .fold((0, 0), |(goods, bads), &(good, bad)| (goods + good, bads + bad));
    let freedom = counts.iter().filter(|(good, bad)| good + bad > 0).count() as f64 - 1.0;
    (freedom + 2.0 * libm::sqrt(2.0 * freedom.max(0.0))) * (1.0 / good as f64 + 1.0 / bad as f64)
}

impl Column {
    /// `None` where the bins say too little, or no more than chance would have them say.
    fn fit(
        imputation: &Imputation,
        feature: usize,
        bins: Bins,
        values: &[f64],
        rows: &[usize],
        outcomes: &[bool],
    ) -> Option<Self> {
        let mut column = Self {
            feature,
            bins,
            weights: Vec::new(),
            information: 0.0,
        };
        let mut counts = vec![(0, 0); column.count()];
        for (&row, &value) in rows.iter().zip(values) {
            let (good, bad) = &mut counts[column.bin(imputation, value)];
            *(if outcomes[row] { bad } else { good }) += 1;
        }
        let evidence = weight_of_evidence(&counts)?;
        column.weights = evidence.weights;
        column.information = evidence.information_value;
        (column.information >= LEAST_INFORMATION.max(by_chance(&counts))).then_some(column)
    }

    fn count(&self) -> usize {
        match &self.bins {
            Bins::Bounds(bounds) => bounds.len() + 1,
            Bins::Levels(levels) => levels + 1,
            Bins::Known => 2,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positions of levels, from 0"
    )]
    fn bin(&self, imputation: &Imputation, value: f64) -> usize {
        match &self.bins {
            Bins::Bounds(bounds) => bin_of(bounds, imputation.value(self.feature, value)),
            // A level that was not seen says as little as a missing one.
            Bins::Levels(levels) if value.is_nan() => *levels,
            Bins::Levels(levels) => (value as usize).min(*levels),
            Bins::Known => usize::from(value.is_nan()),
        }
    }
}
