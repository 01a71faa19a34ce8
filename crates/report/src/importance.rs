//! What the features add to the scores, and how that depends on their values.

use candor_core::artifact::Interval;
use candor_core::stats::quantile;
use candor_core::{Explanation, FieldKind};
use candor_portfolio::Values;
use candor_portfolio::scored::{mean, some};
use candor_portfolio::values::{Bins, field_behind, name_of, value_of};
use rayon::prelude::*;

use crate::figures::{Dependence, DependenceBin, FeatureImportance, GroupImportance, Importance};
use crate::sample::Sample;

/// Clients whose contributions are worked out at most.
const ROWS: usize = 4000;
/// Features whose dependence is drawn.
const DRAWN: usize = 10;
/// Bins of a dependence curve, fewer where they would hold fewer than [`LEAST_ROWS`] clients.
const BINS: usize = 20;
/// Fewest clients that are shown together: a curve must not tell of single clients.
const LEAST_ROWS: usize = 20;

/// Explains an even sample of `rows`; `progress` is told how many clients are explained and of how many.
pub(crate) fn importance(sample: &Sample<'_>, rows: &[usize], progress: &(dyn Fn(u64, u64) + Sync)) -> Importance {
    let model = sample.scorer.model();
    let step = rows.len().div_ceil(ROWS).max(1);
    let rows: Vec<usize> = rows.iter().step_by(step).copied().collect();
    let explained = std::sync::atomic::AtomicU64::new(0);
    let explanations: Vec<(Vec<f64>, Explanation)> = rows
        .par_iter()
        .map(|&row| {
            let application = &sample.data.applications[row];
            let answer = (sample.scorer.features(application), sample.scorer.explain(application));
            let done = explained.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress(done, rows.len() as u64);
            answer
        })
        .collect();
    let scaling = model.policy.scaling;
    let mean_of = |value: &dyn Fn(&Explanation) -> f64| {
        let values: Vec<f64> = explanations.iter().map(|(_, explanation)| value(explanation)).collect();
        mean(&values)
    };

    let gains = model.ensemble.split_gains(model.preprocessing.features.len());
    let gain_all = gains.iter().fold(0.0, |sum, gain| sum + gain.gain);
    let mut order: Vec<(usize, f64)> = (0..gains.len())
        .map(|feature| {
            (
                feature,
                mean_of(&|explanation| explanation.contributions[feature].abs()),
            )
        })
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let features = order
        .iter()
        .map(|&(feature, mean_contribution)| FeatureImportance {
            input: name_of(model, feature),
            mean_contribution,
            mean_points: scaling.difference(mean_contribution).abs(),
            gain_share: some(gains[feature].gain / gain_all).unwrap_or(0.0),
            splits: gains[feature].splits,
        })
        .collect();

    let mut groups: Vec<GroupImportance> = model
        .schema
        .groups
        .iter()
        .enumerate()
        .filter(|(position, _)| {
            model
                .preprocessing
                .features
                .iter()
                .any(|feature| usize::from(feature.group) == *position)
        })
        .map(|(position, group)| {
            let of_group = |explanation: &Explanation| {
                let found = explanation.groups.iter().find(|found| found.group == position);
                found.map_or(0.0, |found| found.log_odds.abs())
            };
            let mean_contribution = mean_of(&of_group);
            GroupImportance {
                label: group.label.clone(),
                mean_contribution,
                mean_points: scaling.difference(mean_contribution).abs(),
            }
        })
        .collect();
    groups.sort_by(|a, b| b.mean_contribution.total_cmp(&a.mean_contribution));

    let dependence = order
        .iter()
        .filter(|(_, importance)| *importance > 0.0)
        .take(DRAWN)
        .map(|&(feature, _)| {
            let points: Vec<(f64, f64)> = rows
                .iter()
                .zip(&explanations)
                .map(|(&row, (features, explanation))| {
                    let value = value_of(model, feature, &sample.data.applications[row], features);
                    (value, explanation.contributions[feature])
                })
                .collect();
            let values: Vec<f64> = points.iter().map(|&(value, _)| value).collect();
            let most = (rows.len() / LEAST_ROWS).clamp(2, BINS);
            let bins = Bins::of_feature(model, feature, &values, most, LEAST_ROWS);
            let is_number = matches!(
                field_behind(model, feature).map(|field| &field.kind),
                None | Some(FieldKind::Number(_))
            );
            Dependence {
                input: name_of(model, feature),
                bins: dependence_bins(&bins, &points, is_number),
            }
        })
        .filter(|dependence| !dependence.bins.is_empty())
        .collect();
    Importance {
        rows: rows.len() as u64,
        features,
        groups,
        dependence,
    }
}

/// `points` are pairs of a value and its contribution.
fn dependence_bins(bins: &Bins, points: &[(f64, f64)], is_number: bool) -> Vec<DependenceBin> {
    let mut members: Vec<Vec<(f64, f64)>> = vec![Vec::new(); bins.values().len()];
    for &(value, contribution) in points {
        members[bins.bin(value)].push((value, contribution));
    }
    let found = bins
        .values()
        .iter()
        .zip(members)
        .filter(|(_, members)| members.len() >= LEAST_ROWS);
    found
        .map(|(values, members)| {
            let mut contributions: Vec<f64> = members.iter().map(|&(_, contribution)| contribution).collect();
            contributions.sort_by(f64::total_cmp);
            let inside: Vec<f64> = members.iter().map(|&(value, _)| value).collect();
            let at = |share: f64| quantile(&contributions, share).unwrap_or(f64::NAN);
            DependenceBin {
                values: values.clone(),
                rows: members.len() as u64,
                mean_value: (is_number && *values != Values::Missing).then(|| mean(&inside)),
                contribution: Interval {
                    value: mean(&contributions),
                    low: at(0.1),
                    high: at(0.9),
                },
            }
        })
        .collect()
}
