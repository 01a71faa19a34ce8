//! Whether scores and fields are distributed as they were at training.

use candor_core::artifact::{FieldReference, Reference};
use candor_core::stats::{Ranking, outcome_at, population_stability_index};
use candor_core::{FieldKind, Model};
use candor_portfolio::scored::{bad_of, mean, share};
use candor_portfolio::values::{Bins, levels_of, name_of_field};
use rayon::prelude::*;

use crate::figures::{FieldStability, Period, PeriodKind};
use crate::sample::Sample;

/// Bins of a stability index.
const BINS: usize = 10;
/// Fewest clients of each kind for an AUC.
pub(crate) const LEAST_PER_CLASS: u64 = 10;
/// Fewest clients for a stability index: a bin of a tenth holds ten.
const LEAST_ROWS: usize = 100;

/// Bins of scores, and the shares of the training part in them.
#[derive(Debug)]
pub(crate) struct ScoreBins {
    bins: Bins,
    expected: Vec<f64>,
}

impl ScoreBins {
    /// The tenths of the training part, from the quantiles that the model keeps; `None` when it keeps none.
    pub(crate) fn of_model(model: &Model) -> Option<Self> {
        let quantiles = &model.reference.score_quantiles;
        let steps = quantiles.len().checked_sub(1).filter(|&steps| steps >= BINS)?;
        let (mut bounds, mut cumulative): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for bin in 1..BINS {
            let place = bin * steps / BINS;
            if bounds.last() == Some(&quantiles[place]) {
                cumulative.pop();
                bounds.pop();
            }
            bounds.push(quantiles[place]);
            cumulative.push(share(place as u64, steps as u64));
        }
        cumulative.push(1.0);
        let mut before = 0.0;
        let mut expected: Vec<f64> = cumulative
            .into_iter()
            .map(|until| {
                let inside = until - before;
                before = until;
                inside
            })
            .collect();
        expected.push(0.0); // no score is missing
        Some(Self {
            bins: Bins::between(bounds),
            expected,
        })
    }

    /// The tenths of some scores.
    fn of_scores(scores: &[f64]) -> Self {
        let bins = Bins::of_numbers(scores, BINS);
        let expected = bins.shares(scores.iter().copied());
        Self { bins, expected }
    }

    /// Stability index of some scores; `None` with too few of them.
    pub(crate) fn index(&self, scores: &[f64]) -> Option<f64> {
        let actual = self.bins.shares(scores.iter().copied());
        (scores.len() >= LEAST_ROWS).then(|| population_stability_index(&self.expected, &actual))
    }
}

/// Figures of the clients of a period.
pub(crate) fn period(
    by: PeriodKind,
    name: &str,
    probabilities: &[f64],
    outcomes: &[bool],
    threshold: f64,
    index: Option<f64>,
) -> Period {
    let (rows, bad) = (outcomes.len() as u64, bad_of(outcomes));
    let enough = bad.min(rows - bad) >= LEAST_PER_CLASS;
    let auc = Ranking::new(probabilities, outcomes).auc(None);
    Period {
        by,
        name: name.to_owned(),
        rows,
        bad,
        bad_rate: share(bad, rows),
        mean_probability: mean(probabilities),
        approval_rate: outcome_at(probabilities, outcomes, threshold, None).approval_rate(),
        auc: auc.filter(|_| enough),
        index,
    }
}

/// Figures by fold of the cross-validation; the index compares a fold with all of them.
pub(crate) fn by_fold(folds: &[usize], probabilities: &[f64], outcomes: &[bool], threshold: f64) -> Vec<Period> {
    let all = ScoreBins::of_scores(probabilities);
    let last = folds.iter().max().map_or(0, |&last| last + 1);
    (0..last)
        .filter_map(|fold| {
            let rows: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
            let probabilities: Vec<f64> = rows.iter().map(|&row| probabilities[row]).collect();
            let outcomes: Vec<bool> = rows.iter().map(|&row| outcomes[row]).collect();
            let index = all.index(&probabilities);
            let name = fold.to_string();
            (!rows.is_empty()).then(|| period(PeriodKind::Fold, &name, &probabilities, &outcomes, threshold, index))
        })
        .collect()
}

/// Stability of every field of `rows` against the training part, the largest index first; empty when the model keeps
/// nothing of it. Where the training part is at hand, its own rows are compared with.
pub(crate) fn fields(sample: &Sample<'_>, rows: &[usize]) -> Vec<FieldStability> {
    let model = sample.scorer.model();
    let trained_on = sample.is_split().then(|| sample.developed().1);
    let mut fields: Vec<FieldStability> = model
        .schema
        .fields
        .par_iter()
        .enumerate()
        .filter_map(|(index, field)| {
            let reference = model.reference.fields.get(index)?;
            let of = |row: &usize| sample.data.applications[*row].values()[index];
            let now = rows.iter().map(of);
            let missing = rows.iter().filter(|row| of(row).is_nan()).count() as u64;
            let missing_now = share(missing, rows.len() as u64);
            let (expected, actual) = match (trained_on, &field.kind) {
                (Some(before), kind) => {
                    let before: Vec<f64> = before.iter().map(of).collect();
                    let bins = match kind {
                        FieldKind::Number(_) => Bins::of_numbers(&before, BINS),
                        _ => Bins::of_levels(&levels_of(kind), &before, 1),
                    };
                    (bins.shares(before.iter().copied()), bins.shares(now))
                }
                (None, FieldKind::Number(number)) => {
                    let bounds = distinct(&reference.quantiles);
                    if bounds.is_empty() {
                        return None;
                    }
                    let actual = Bins::between(bounds.clone()).shares(now);
                    (expected_between(reference, &bounds, &actual, number.integer), actual)
                }
                (None, kind) => {
                    if reference.shares.is_empty() {
                        return None;
                    }
                    // Every level is a bin, and none is rare.
                    let bins = Bins::of_levels(&levels_of(kind), &[], 0);
                    let present = 1.0 - reference.missing_share;
                    let mut expected: Vec<f64> = reference.shares.iter().map(|share| share * present).collect();
                    expected.extend([0.0, reference.missing_share]);
                    (expected, bins.shares(now))
                }
            };
            Some(FieldStability {
                input: name_of_field(field),
                index: population_stability_index(&expected, &actual),
                missing_before: reference.missing_share,
                missing_now,
            })
        })
        .collect();
    fields.sort_by(|a, b| b.index.total_cmp(&a.index));
    fields
}

fn distinct(sorted: &[f64]) -> Vec<f64> {
    let mut distinct = sorted.to_vec();
    distinct.dedup();
    distinct
}

/// Shares of the training part between `bounds`, as far as its seven quantiles tell: where a value repeats, they give a
/// range for the share up to it, and the end nearest to the `actual` share is taken, so that what is not known counts as
/// stable.
fn expected_between(reference: &FieldReference, bounds: &[f64], actual: &[f64], integer: bool) -> Vec<f64> {
    let present = 1.0 - reference.missing_share;
    let present_now = 1.0 - actual.last().copied().unwrap_or(0.0);
    let (mut before, mut before_now) = (0.0, 0.0);
    let mut expected = Vec::new();
    for (&bound, share_now) in bounds.iter().zip(actual) {
        before_now += if present_now > 0.0 {
            share_now / present_now
        } else {
            0.0
        };
        let equal = |quantile: &f64| *quantile == bound;
        let last = reference.quantiles.iter().rposition(equal).unwrap_or(0);
        let repeats = reference.quantiles.iter().filter(|quantile| equal(quantile)).count() > 1;
        let percent = |place: usize| Reference::PERCENTAGES.get(place).map_or(1.0, |percent| percent / 100.0);
        let (low, high) = (percent(last), percent(last + 1));
        let until = if repeats || integer {
            f64::clamp(before_now, low, high)
        } else {
            low
        };
        expected.push((until - before) * present);
        before = until;
    }
    expected.push((1.0 - before) * present);
    expected.push(reference.missing_share);
    expected
}
