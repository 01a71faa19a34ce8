//! Figures by subject, put together.

use std::collections::BTreeMap;

use candor_core::Text;
use candor_portfolio::scored;

use crate::fairness;
use crate::figures::{FORMAT, Figures, Gap, Lineage, Period, PeriodKind, Section, Stability};
use crate::gaps::with_gaps;
use crate::request::Request;
use crate::sample::{Sample, column_place};
use crate::stability::{self, ScoreBins};
use crate::{discrimination, importance, inputs};

/// What collecting is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Resampling this part, of so many.
    Resampling(u64, u64),
    /// Binning the inputs.
    Inputs,
    /// So many clients are explained, of so many.
    Explaining(u64, u64),
    /// Comparing groups and periods.
    Comparing,
}

/// Most months that are told apart.
const MOST_MONTHS: usize = 60;

/// Measures everything that `request` asks for.
pub fn collect(sample: &Sample<'_>, request: &Request<'_>, progress: &(dyn Fn(Step) + Sync)) -> Figures {
    let model = sample.scorer.model();
    let policy = &model.policy;
    let count = sample.parts.len() as u64;
    let parts: Vec<_> = sample
        .parts
        .iter()
        .zip(1..)
        .map(|((name, rows), number)| {
            progress(Step::Resampling(number, count));
            discrimination::part(sample, name, rows, request.seed)
        })
        .collect();
    let generalisation = match &parts[..] {
        [train, .., test] => Some(discrimination::generalisation(train, test)),
        _ => None,
    };
    let ((measured_on, rows), (developed_on, developed)) = (sample.measured(), sample.developed());
    let (log_odds, probabilities, outcomes) = (
        sample.log_odds_of(rows),
        sample.probabilities_of(rows),
        sample.outcomes_of(rows),
    );
    progress(Step::Inputs);
    let inputs = inputs::inputs(sample, developed);
    let importance = importance::importance(sample, rows, &|done, of| progress(Step::Explaining(done, of)));
    progress(Step::Comparing);
    let mut gaps = Vec::new();
    let stability = stability(sample, rows, request, &mut gaps);
    let fairness: Vec<_> = request
        .groups
        .iter()
        .map(|name| fairness::column(sample, rows, name, &request.kept))
        .collect();
    let exclusion = request
        .unrestricted
        .as_ref()
        .map(|other| fairness::exclusion(sample, rows, other, request.seed));
    let figures = Figures {
        format: FORMAT,
        candor_version: env!("CARGO_PKG_VERSION").into(),
        lineage: lineage(sample, request),
        policy: policy.clone(),
        measured_on: measured_on.to_owned(),
        developed_on: developed_on.to_owned(),
        parts,
        generalisation,
        gains: discrimination::gains(&probabilities, &outcomes),
        reliability: scored::reliability(&log_odds, &probabilities, &outcomes),
        bands: scored::bands(&log_odds, &probabilities, &outcomes, policy),
        costs: scored::cost_curve(&probabilities, &outcomes, policy.threshold),
        inputs,
        importance,
        stability,
        fairness,
        exclusion,
        gaps,
    };
    with_gaps(figures, sample, request)
}

fn lineage(sample: &Sample<'_>, request: &Request<'_>) -> Lineage {
    let model = sample.scorer.model();
    Lineage {
        model_digest: request.model_digest.clone(),
        model_file: request.model_file.clone(),
        card: model.card.clone(),
        calibration: model.calibration,
        trees: model.ensemble.trees.len() as u64,
        leaves: model.ensemble.leaf_count() as u64,
        fields: model.schema.fields.len() as u64,
        features: model.preprocessing.features.len() as u64,
        data: sample.data.fingerprint.clone(),
        is_training_data: sample.is_training_data,
        target: request.target.clone(),
        seed: request.seed,
    }
}

fn stability(sample: &Sample<'_>, rows: &[usize], request: &Request<'_>, gaps: &mut Vec<Gap>) -> Stability {
    let model = sample.scorer.model();
    let threshold = model.policy.threshold;
    let bins = ScoreBins::of_model(model);
    let index = |rows: &[usize]| bins.as_ref()?.index(&sample.log_odds_of(rows));
    let period = |by: PeriodKind, name: &str, rows: &[usize]| -> Period {
        let (probabilities, outcomes) = (sample.probabilities_of(rows), sample.outcomes_of(rows));
        stability::period(by, name, &probabilities, &outcomes, threshold, index(rows))
    };
    let mut periods: Vec<Period> = sample
        .parts
        .iter()
        .map(|(name, rows)| period(PeriodKind::Part, name, rows))
        .collect();
    if let Some(column) = &request.month {
        let mut months: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &row in rows {
            months
                .entry(month_of(sample, row, column, &request.kept))
                .or_default()
                .push(row);
        }
        if months.len() > MOST_MONTHS {
            gaps.push(Gap {
                section: Section::Stability,
                what: Text::new(
                    format!(
                        "The column {column} has {} different values, too many for months; give a column of months such \
                         as 2024-06, or of dates such as 2024-06-30.",
                        months.len()
                    ),
                    format!(
                        "La colonne {column} a {} valeurs différentes, trop pour des mois ; indiquez une colonne de mois \
                         comme 2024-06, ou de dates comme 2024-06-30.",
                        months.len()
                    ),
                ),
            });
        } else {
            periods.extend(months.iter().map(|(name, rows)| period(PeriodKind::Month, name, rows)));
        }
    }
    if let Some(folds) = &request.folds {
        periods.extend(stability::by_fold(
            &folds.folds,
            &folds.probabilities,
            &sample.data.outcomes,
            threshold,
        ));
    }
    Stability {
        score_index: index(rows),
        periods,
        fields: stability::fields(sample, rows),
    }
}

/// The month of a client: what the column says, cut to year and month where it is a date. Empty where missing.
fn month_of(sample: &Sample<'_>, row: usize, column: &str, kept: &[String]) -> String {
    let schema = sample.scorer.schema();
    let text = match schema.field_index(column) {
        Some(index) => schema.fields[index].format(sample.data.applications[row].values()[index]),
        None => sample.data.kept[row]
            .get(column_place(kept, column))
            .cloned()
            .unwrap_or_default(),
    };
    let text = text.trim();
    let is_date = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_date {
        text.chars().take(7).collect()
    } else {
        text.to_owned()
    }
}
