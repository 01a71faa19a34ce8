//! Decisions by group, and what it costs to leave protected fields out.

use std::collections::BTreeMap;

use candor_core::decision::{Costs, probability_of};
use candor_core::stats::{Ranking, bootstrap, outcome_at};
use candor_core::{Application, Scorer, Text};
use candor_native::AllCores;
use candor_portfolio::scored::{bad_of, mean, proportion};
use candor_portfolio::values::{Bins, Values, levels_of};

use crate::figures::{Exclusion, GroupColumn, GroupFigures, GroupRates};
use crate::sample::{Sample, column_place};

/// Fewest clients of each kind for the rates of a group.
pub(crate) const LEAST_PER_CLASS: u64 = 20;
/// Most groups of a column of numbers.
const BANDS: usize = 5;
/// A column of numbers with at most so many different ones has a group for each.
const FEW: usize = 10;
/// Most groups of a column of texts; the less frequent share one.
const MOST_GROUPS: usize = 20;

/// Decisions on `rows` by the groups of a column. `place` says where the column's cells were kept; `None` for a field.
pub(crate) fn column(sample: &Sample<'_>, rows: &[usize], name: &str, kept: &[String]) -> GroupColumn {
    let model = sample.scorer.model();
    let field = model.schema.field_index(name);
    let (bins, values): (Bins, Vec<f64>) = if let Some(index) = field {
        let values: Vec<f64> = rows
            .iter()
            .map(|&row| sample.data.applications[row].values()[index])
            .collect();
        let levels = levels_of(&model.schema.fields[index].kind);
        let bins = if levels.is_empty() {
            of_numbers(&values)
        } else {
            Bins::of_levels(&levels, &values, 1)
        };
        (bins, values)
    } else {
        let place = column_place(kept, name);
        of_texts(
            rows.iter()
                .map(|&row| sample.data.kept[row].get(place).map_or("", String::as_str))
                .collect(),
        )
    };
    let mut groups: Vec<GroupFigures> = bins
        .values()
        .iter()
        .enumerate()
        .map(|(bin, group)| {
            let members: Vec<usize> = rows
                .iter()
                .zip(&values)
                .filter(|(_, value)| bins.bin(**value) == bin)
                .map(|(&row, _)| row)
                .collect();
            figures(sample, &members, group)
        })
        .filter(|group| group.rows > 0)
        .collect();
    let of = |rate: fn(&GroupRates) -> f64| {
        let rates = groups.iter().filter_map(|group| group.rates.as_ref()).map(rate);
        rates.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), rate| {
            (low.min(rate), high.max(rate))
        })
    };
    let (approved, approved_most) = of(|rates| rates.approval.value);
    let spread = |(low, high): (f64, f64)| high - low;
    let compared = groups.iter().filter(|group| group.rates.is_some()).count() > 1;
    let (false_positive, false_negative) = (
        spread(of(|rates| rates.false_positive.value)),
        spread(of(|rates| rates.false_negative.value)),
    );
    for rates in groups.iter_mut().filter_map(|group| group.rates.as_mut()) {
        rates.approval_ratio = ratio(rates.approval.value, approved_most);
    }
    GroupColumn {
        column: name.to_owned(),
        label: field.map(|index| model.schema.fields[index].label.clone()),
        is_input: field.is_some(),
        groups,
        approval_ratio: compared.then(|| ratio(approved, approved_most)),
        false_positive_gap: compared.then_some(false_positive),
        false_negative_gap: compared.then_some(false_negative),
    }
}

/// Where nobody is approved, all are treated alike.
fn ratio(approved: f64, most: f64) -> f64 {
    if most > 0.0 { approved / most } else { 1.0 }
}

fn figures(sample: &Sample<'_>, members: &[usize], group: &Values) -> GroupFigures {
    let (probabilities, outcomes) = (sample.probabilities_of(members), sample.outcomes_of(members));
    let (rows, bad) = (outcomes.len() as u64, bad_of(&outcomes));
    let counts = outcome_at(&probabilities, &outcomes, sample.scorer.model().policy.threshold, None);
    let rates = Ranking::new(&probabilities, &outcomes)
        .auc(None)
        .filter(|_| bad.min(rows - bad) >= LEAST_PER_CLASS)
        .map(|auc| GroupRates {
            approval: proportion(counts.true_negatives + counts.false_negatives, rows),
            false_positive: proportion(counts.false_positives, rows - bad),
            false_negative: proportion(counts.false_negatives, bad),
            bad: proportion(bad, rows),
            mean_probability: mean(&probabilities),
            auc,
            approval_ratio: 1.0,
        });
    GroupFigures {
        values: group.clone(),
        rows,
        bad,
        rates,
    }
}

/// A bin for each number when they are few, else bins of equal mass.
fn of_numbers(values: &[f64]) -> Bins {
    let mut distinct: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() > FEW {
        return Bins::of_numbers(values, BANDS);
    }
    distinct.pop();
    Bins::between(distinct)
}

/// Groups of texts: by number where (nearly) all are numbers and many differ, by text otherwise.
fn of_texts(texts: Vec<&str>) -> (Bins, Vec<f64>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        *counts.entry(text.trim()).or_default() += 1;
    }
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    if counts.len() > FEW && counts.keys().all(|text| number(text).is_some()) {
        let values: Vec<f64> = texts
            .iter()
            .map(|text| number(text.trim()).unwrap_or(f64::NAN))
            .collect();
        return (of_numbers(&values), values);
    }
    let names: Vec<&str> = counts.keys().copied().collect();
    let values: Vec<f64> = texts
        .iter()
        .map(|text| {
            let level = names.binary_search(&text.trim());
            #[expect(clippy::cast_precision_loss, reason = "a level's position is far below 2^53")]
            level.map_or(f64::NAN, |level| level as f64)
        })
        .collect();
    let mut frequent: Vec<usize> = counts.values().copied().collect();
    frequent.sort_unstable_by(|a, b| b.cmp(a));
    let least = frequent.get(MOST_GROUPS).map_or(0, |&count| count + 1);
    let levels: Vec<Text> = names.iter().map(|&name| Text::new(name, name)).collect();
    (Bins::of_levels(&levels, &values, least), values)
}

/// Another model's answers for the same clients.
#[derive(Debug)]
pub struct Unrestricted<'a> {
    /// The model.
    pub scorer: &'a Scorer,
    /// Digest of its file.
    pub digest: String,
    /// Its probability of default for every client of the data.
    pub probabilities: Vec<f64>,
}

impl<'a> Unrestricted<'a> {
    /// Scores all applications of a table.
    pub fn score(scorer: &'a Scorer, digest: String, applications: &[Application]) -> Self {
        let probability = |application| probability_of(scorer.score(application).log_odds);
        Self {
            scorer,
            digest,
            probabilities: applications.iter().map(probability).collect(),
        }
    }
}

/// What the fields that `other` reads and this model does not are worth on `rows`.
pub(crate) fn exclusion(sample: &Sample<'_>, rows: &[usize], other: &Unrestricted<'_>, seed: u64) -> Exclusion {
    let model = sample.scorer.model();
    let outcomes = sample.outcomes_of(rows);
    let without = sample.probabilities_of(rows);
    let with: Vec<f64> = rows.iter().map(|&row| other.probabilities[row]).collect();
    let (ranked_without, ranked_with) = (Ranking::new(&without, &outcomes), Ranking::new(&with, &outcomes));
    let costs: Costs = model.policy.costs;
    let cost = |probabilities: &[f64], weights: Option<&[u32]>| {
        outcome_at(probabilities, &outcomes, costs.break_even(), weights).cost_per_client(&costs)
    };
    let auc = |ranking: &Ranking, weights: Option<&[u32]>| ranking.auc(weights).unwrap_or(f64::NAN);
    let [auc_cost, added_cost] = bootstrap(rows.len(), seed, &AllCores, |weights| {
        [
            auc(&ranked_with, weights) - auc(&ranked_without, weights),
            cost(&without, weights) - cost(&with, weights),
        ]
    });
    let other_schema = other.scorer.schema();
    Exclusion {
        model: other.scorer.model().card.name.clone(),
        model_digest: other.digest.clone(),
        fields: other_schema
            .fields
            .iter()
            .map(|field| field.name.clone())
            .filter(|name| model.schema.field_index(name).is_none())
            .collect(),
        auc: auc(&ranked_without, None),
        auc_with: auc(&ranked_with, None),
        auc_cost,
        cost: cost(&without, None),
        cost_with: cost(&with, None),
        added_cost,
    }
}
