//! Features as weights of evidence: what the value's bin says of the outcome, on the scale of log-odds.
//!
//! Bins are found by halving: a range of values is cut in the middle of its rows as long as the many small bins that it is
//! made of differ by more than chance. So there are many bins where the risk changes often and few where it does not.

use candor_core::stats::{bin_of, equal_mass_bounds, weight_of_evidence};
use rayon::prelude::*;

use super::imputation::{Imputation, Meaning};
use super::logistic::Inputs;
use crate::learner::Matrix;

/// Most bins of a number, before those that do not differ are put together: many, so that what holds for a narrow range
/// alone is found, such as the interest of one of the lender's products.
const MOST_BINS: usize = 512;
/// Rows that a bin has at least.
const LEAST_ROWS: usize = 100;
/// Rows of the average kind that a bin is given on top of its own.
const PRIOR_ROWS: f64 = 100.0;
/// Most inputs; those of the highest information value are kept. The time that the regression takes grows with the square.
const MOST_INPUTS: usize = 200;

/// How a feature becomes an input.
#[derive(Debug, Clone)]
pub(super) enum Bins {
    /// Between these bounds.
    Bounds(Vec<f64>),
    /// One bin per level, the last for what is missing.
    Levels(usize),
    /// Whether it is there: two bins.
    Known,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) feature: usize,
    pub(super) bins: Bins,
    pub(super) weights: Vec<f64>,
    /// Whether the rates are held to a direction, and so the sign of the coefficient.
    pub(super) is_held: bool,
    information: f64,
}

/// The inputs of the logistic regression.
#[derive(Debug, Clone)]
pub(super) struct Encoding {
    pub(super) columns: Vec<Column>,
}

impl Encoding {
    /// Bins, and their weights, from the given rows.
    pub(super) fn fit(imputation: &Imputation, matrix: &Matrix<'_>, rows: &[usize], outcomes: &[bool]) -> Self {
        let known = (0..imputation.steps.len()).into_par_iter().flat_map_iter(|feature| {
            let step = imputation.steps[feature];
            let values: Vec<f64> = rows.iter().map(|&row| matrix.row(row)[feature]).collect();
            let bins = if step.meaning == Meaning::Level {
                Bins::Levels(levels(&values))
            } else {
                let mut sorted: Vec<f64> = values.iter().map(|&value| imputation.value(feature, value)).collect();
                sorted.sort_by(f64::total_cmp);
                Bins::Bounds(equal_mass_bounds(&sorted, MOST_BINS.min(rows.len() / LEAST_ROWS)))
            };
            // Of a level, being missing is a bin already.
            let indicator = (step.has_missing && step.meaning != Meaning::Level).then_some(Bins::Known);
            let columns = [Some(bins), indicator].into_iter().flatten();
            columns
                .filter_map(|bins| {
                    let direction = matrix.directions.get(feature).copied().unwrap_or(0);
                    Column::fit(imputation, (feature, direction), bins, &values, rows, outcomes)
                })
                .collect::<Vec<_>>()
        });
        let mut columns: Vec<Column> = known.collect();
        columns.sort_by(|a, b| b.information.total_cmp(&a.information));
        columns.truncate(MOST_INPUTS);
        Self { columns }
    }

    /// The inputs of the given rows.
    pub(super) fn encode(&self, imputation: &Imputation, matrix: &Matrix<'_>, rows: &[usize]) -> Inputs {
        let values = rows.par_iter().flat_map_iter(|&row| {
            let values = matrix.row(row);
            self.columns
                .iter()
                .map(move |column| column.weight(imputation, values[column.feature]))
        });
        Inputs {
            values: values.collect(),
            width: self.columns.len(),
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

impl Column {
    /// `None` where the bins differ no more than chance would have them differ, or only against the direction.
    fn fit(
        imputation: &Imputation,
        (feature, direction): (usize, i8),
        bins: Bins,
        values: &[f64],
        rows: &[usize],
        outcomes: &[bool],
    ) -> Option<Self> {
        let mut column = Self {
            feature,
            bins,
            weights: Vec::new(),
            is_held: false,
            information: 0.0,
        };
        let mut counts = vec![(0, 0); column.count()];
        for (&row, &value) in rows.iter().zip(values) {
            let (good, bad) = &mut counts[column.bin(imputation, value)];
            *(if outcomes[row] { bad } else { good }) += 1;
        }
        if !differ(&counts) {
            return None;
        }
        let (all, bad) = sums(&counts);
        let base = bad / all;
        let mut rates = vec![base; counts.len()];
        if let Bins::Bounds(bounds) = &mut column.bins {
            halve(&counts, base, &mut rates);
            put_together(bounds, &mut counts, &mut rates);
            if direction != 0 {
                hold(direction, &counts, &mut rates);
                put_together(bounds, &mut counts, &mut rates);
                column.is_held = true;
            }
        } else {
            for (rate, count) in rates.iter_mut().zip(&counts) {
                *rate = towards(base, std::slice::from_ref(count));
            }
        }
        let log_odds = |rate: f64| libm::log((1.0 - rate) / rate);
        column.weights = rates.iter().map(|&rate| log_odds(rate) - log_odds(base)).collect();
        column.information = weight_of_evidence(&counts)?.information_value;
        (column.weights.len() > 1).then_some(column)
    }

    /// The weight of evidence of the bin that a value belongs to.
    pub(super) fn weight(&self, imputation: &Imputation, value: f64) -> f64 {
        self.weights[self.bin(imputation, value)]
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

/// All rows and the bad ones.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn sums(counts: &[(u64, u64)]) -> (f64, f64) {
    let sums = counts
        .iter()
        .fold((0, 0), |(all, bads), &(good, bad)| (all + good + bad, bads + bad));
    (sums.0 as f64, sums.1 as f64)
}

/// Whether bins differ by more than chance would have them differ, 39 times of 40: Pearson's χ² against their common rate,
/// which has one degree of freedom less than there are bins, and is held against its mean and two standard deviations.
fn differ(counts: &[(u64, u64)]) -> bool {
    let (all, bad) = sums(counts);
    let rate = bad / all.max(1.0);
    let (mut statistic, mut freedom) = (0.0, -1.0);
    for bin in counts.chunks(1) {
        let (all, bad) = sums(bin);
        if all > 0.0 {
            let off = bad - all * rate;
            statistic += off * off / (all * rate * (1.0 - rate));
            freedom += 1.0;
        }
    }
    // Of one class alone, the statistic is no number.
    freedom > 0.0 && statistic >= freedom + 2.0 * libm::sqrt(2.0 * freedom)
}

/// The rate of bad rows in these bins, with some more rows of the rate `known`.
fn towards(known: f64, counts: &[(u64, u64)]) -> f64 {
    let (all, bad) = sums(counts);
    (bad + PRIOR_ROWS * known) / (all + PRIOR_ROWS)
}

/// The rates of bins: halves of halves, as long as their bins differ, each drawn towards what it is a half of.
fn halve(counts: &[(u64, u64)], around: f64, rates: &mut [f64]) {
    let rate = towards(around, counts);
    if counts.len() < 2 || !differ(counts) {
        rates.fill(rate);
        return;
    }
    let middle = counts.len() / 2;
    let (low, high) = rates.split_at_mut(middle);
    halve(&counts[..middle], rate, low);
    halve(&counts[middle..], rate, high);
}

/// Lets the rates only rise (1) or fall (−1) from bin to bin: neighbours that go the other way get their common rate
/// (pooling adjacent violators, Ayer et al. 1955).
fn hold(direction: i8, counts: &[(u64, u64)], rates: &mut [f64]) {
    // Rate, rows and bins of each pool.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(rates.len());
    for (count, &rate) in counts.iter().zip(rates.iter()) {
        let mut pool = (rate, sums(std::slice::from_ref(count)).0, 1);
        while let Some(&(before, rows, bins)) = pools.last()
            && (pool.0 - before) * f64::from(direction) < 0.0
        {
            let both = (rows + pool.1).max(1.0);
            pool = ((before * rows + pool.0 * pool.1) / both, both, bins + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let mut rest = rates;
    for (rate, _, bins) in pools {
        let (these, others) = rest.split_at_mut(bins);
        these.fill(rate);
        rest = others;
    }
}

/// Makes one of neighbouring bins that have the same rate.
fn put_together(bounds: &mut Vec<f64>, counts: &mut Vec<(u64, u64)>, rates: &mut Vec<f64>) {
    let mut kept = 0;
    for bin in 1..rates.len() {
        let (good, bad) = counts[bin];
        if rates[bin].to_bits() == rates[kept].to_bits() {
            counts[kept] = (counts[kept].0 + good, counts[kept].1 + bad);
        } else {
            bounds[kept] = bounds[bin - 1];
            kept += 1;
            counts[kept] = (good, bad);
            rates[kept] = rates[bin];
        }
    }
    bounds.truncate(kept);
    counts.truncate(kept + 1);
    rates.truncate(kept + 1);
}
