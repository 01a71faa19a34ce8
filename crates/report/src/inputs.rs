//! What each input says of the outcome on its own: bins, weights of evidence, information value.

use candor_core::stats::weight_of_evidence;
use candor_portfolio::Values;
use candor_portfolio::scored::share;
use candor_portfolio::values::{Bins, name_of, value_of};
use rayon::prelude::*;

use crate::figures::{EvidenceBin, Input, Trend};
use crate::sample::Sample;

/// Most bins of a number.
const BINS: usize = 10;
/// Fewest clients for a bin of a number, or a level to keep its name.
const LEAST_ROWS: usize = 50;

/// Describes every input on `rows`, the most telling first.
pub(crate) fn inputs(sample: &Sample<'_>, rows: &[usize]) -> Vec<Input> {
    let model = sample.scorer.model();
    let features: Vec<Vec<f64>> = rows
        .par_iter()
        .map(|&row| sample.scorer.features(&sample.data.applications[row]))
        .collect();
    let outcomes = sample.outcomes_of(rows);
    let most = (rows.len() / LEAST_ROWS).clamp(2, BINS);
    let least = (rows.len() / 100).clamp(1, LEAST_ROWS);
    let mut inputs: Vec<Input> = (0..model.preprocessing.features.len())
        .into_par_iter()
        .map(|feature| {
            let values: Vec<f64> = rows
                .iter()
                .zip(&features)
                .map(|(&row, features)| value_of(model, feature, &sample.data.applications[row], features))
                .collect();
            let bins = Bins::of_feature(model, feature, &values, most, least);
            let group = usize::from(model.preprocessing.features[feature].group);
            describe(
                &bins,
                &values,
                &outcomes,
                |missing_share, information_value, trend, bins| Input {
                    input: name_of(model, feature),
                    group: model.schema.groups[group].label.clone(),
                    missing_share,
                    information_value,
                    trend,
                    bins,
                },
            )
        })
        .collect();
    let value = |input: &Input| input.information_value.unwrap_or(-1.0);
    inputs.sort_by(|a, b| value(b).total_cmp(&value(a)));
    inputs
}

fn describe<T>(
    bins: &Bins,
    values: &[f64],
    outcomes: &[bool],
    make: impl FnOnce(f64, Option<f64>, Option<Trend>, Vec<EvidenceBin>) -> T,
) -> T {
    let mut counts = vec![(0_u64, 0_u64); bins.values().len()];
    for (&value, &outcome) in values.iter().zip(outcomes) {
        let (good, bad) = &mut counts[bins.bin(value)];
        *(if outcome { bad } else { good }) += 1;
    }
    let found: Vec<(&Values, (u64, u64))> = bins
        .values()
        .iter()
        .zip(counts)
        .filter(|(_, (good, bad))| good + bad > 0)
        .collect();
    let evidence = weight_of_evidence(&found.iter().map(|&(_, counts)| counts).collect::<Vec<_>>());
    let described: Vec<EvidenceBin> = found
        .iter()
        .enumerate()
        .map(|(bin, &(values, (good, bad)))| EvidenceBin {
            values: values.clone(),
            rows: good + bad,
            bad,
            bad_rate: share(bad, good + bad),
            weight: evidence.as_ref().map_or(0.0, |evidence| evidence.weights[bin]),
            information: evidence.as_ref().map_or(0.0, |evidence| evidence.information[bin]),
        })
        .collect();
    let missing = values.iter().filter(|value| value.is_nan()).count() as u64;
    let information = evidence.filter(|_| described.len() > 1);
    make(
        share(missing, values.len() as u64),
        information.map(|evidence| evidence.information_value),
        trend(&described),
        described,
    )
}

/// Where the bad rate goes over the bins of numbers; `None` with fewer than two of them.
fn trend(bins: &[EvidenceBin]) -> Option<Trend> {
    let is_number = |bin: &&EvidenceBin| matches!(bin.values, Values::Range { .. });
    let rates: Vec<f64> = bins.iter().filter(is_number).map(|bin| bin.bad_rate).collect();
    if rates.len() < 2 {
        return None;
    }
    let all = |goes: fn(&f64, &f64) -> bool| rates.windows(2).all(|pair| goes(&pair[0], &pair[1]));
    Some(match (all(f64::le), all(f64::ge)) {
        (true, false) => Trend::Rising,
        (false, true) => Trend::Falling,
        _ => Trend::Mixed,
    })
}
