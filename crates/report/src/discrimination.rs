//! How well scores rank: figures with intervals by part, curves, the generalisation gap, gains.

use candor_core::artifact::Interval;
use candor_core::decision::Costs;
use candor_core::stats::{NORMAL_975, Outcome, Ranking, bootstrap, evaluate, outcome_at, risk_bins};
use candor_native::AllCores;
use candor_portfolio::scored::{bad_of, mean, share, some};

use crate::figures::{CurvePoint, Decisions, GainBand, Generalisation, PartFigures};
use crate::sample::Sample;

/// Steps of a curve that are kept: more than a chart can show.
const CURVE_STEPS: usize = 100;
/// Bands of the gains table.
const TENTHS: usize = 10;

/// Figures of the part called `name`, which holds `rows`.
pub(crate) fn part(sample: &Sample<'_>, name: &str, rows: &[usize], seed: u64) -> PartFigures {
    let policy = &sample.scorer.model().policy;
    let (probabilities, outcomes) = (sample.probabilities_of(rows), sample.outcomes_of(rows));
    let evaluated = evaluate(name, &probabilities, &outcomes, policy, seed, &AllCores);
    let ranking = Ranking::new(&probabilities, &outcomes);
    let [average_precision] = bootstrap(rows.len(), seed, &AllCores, |weights| {
        [ranking.average_precision(weights).unwrap_or(f64::NAN)]
    });
    let nothing = Interval {
        value: f64::NAN,
        low: f64::NAN,
        high: f64::NAN,
    };
    PartFigures {
        name: name.to_owned(),
        rows: evaluated.rows,
        bad: evaluated.bad,
        bad_rate: share(evaluated.bad, evaluated.rows),
        mean_probability: mean(&probabilities),
        metrics: evaluated.metrics.unwrap_or(candor_core::artifact::Metrics {
            auc: nothing,
            gini: nothing,
            ks: nothing,
            log_loss: nothing,
            brier: nothing,
            calibration_error: f64::NAN,
            cost: nothing,
            cost_at_break_even: nothing,
            cost_approve_all: f64::NAN,
            cost_decline_all: f64::NAN,
            approval_rate: f64::NAN,
        }),
        average_precision,
        decisions: decisions(&probabilities, &outcomes, policy.threshold, &policy.costs),
        curve: curve(&ranking),
    }
}

/// Decisions at a threshold.
pub(crate) fn decisions(probabilities: &[f64], outcomes: &[bool], threshold: f64, costs: &Costs) -> Decisions {
    let counts = outcome_at(probabilities, outcomes, threshold, None);
    let Outcome {
        true_positives,
        false_positives,
        true_negatives,
        false_negatives,
    } = counts;
    Decisions {
        threshold,
        true_positives,
        false_positives,
        true_negatives,
        false_negatives,
        precision: some(share(true_positives, true_positives + false_positives)),
        recall: share(true_positives, true_positives + false_negatives),
        false_positive_rate: share(false_positives, false_positives + true_negatives),
        approval_rate: counts.approval_rate(),
        bad_rate_approved: some(share(false_negatives, false_negatives + true_negatives)),
        cost: counts.cost_per_client(costs),
    }
}

/// About a hundred of the cuts, even in the share of clients declined, with both ends.
fn curve(ranking: &Ranking) -> Vec<CurvePoint> {
    let cuts = ranking.cuts();
    let Some(&(good_all, bad_all)) = cuts.last() else {
        return Vec::new();
    };
    let all = good_all + bad_all;
    let mut next = 0;
    let mut points = Vec::new();
    for &(good, bad) in &cuts {
        // The first cut that declines at least the next step's share.
        if (good + bad) * CURVE_STEPS as u64 >= next * all || good + bad == all {
            next = (good + bad) * CURVE_STEPS as u64 / all.max(1) + 1;
            points.push(CurvePoint {
                declined: share(good + bad, all),
                false_positive_rate: share(good, good_all),
                recall: share(bad, bad_all),
                precision: some(share(bad, good + bad)),
            });
        }
    }
    points
}

/// What is lost from `train` to `test`, as of two independent samples.
pub(crate) fn generalisation(train: &PartFigures, test: &PartFigures) -> Generalisation {
    let (train, test) = (train.metrics.auc, test.metrics.auc);
    // A 95 % interval is 2 · 1.96 standard errors wide.
    let error = |interval: Interval| (interval.high - interval.low) / (2.0 * NORMAL_975);
    let value = train.value - test.value;
    let reach = NORMAL_975 * libm::hypot(error(train), error(test));
    Generalisation {
        train_auc: train.value,
        test_auc: test.value,
        gap: Interval {
            value,
            low: value - reach,
            high: value + reach,
        },
    }
}

/// Tenths of the clients by risk, the riskiest first.
pub(crate) fn gains(probabilities: &[f64], outcomes: &[bool]) -> Vec<GainBand> {
    let (rows_all, bad_all) = (outcomes.len() as u64, bad_of(outcomes));
    let (mut rows, mut bad) = (0, 0);
    risk_bins(probabilities, outcomes, TENTHS)
        .into_iter()
        .rev()
        .map(|bin| {
            rows += bin.rows;
            bad += bin.bad;
            let bad_rate = share(bin.bad, bin.rows);
            GainBand {
                rows: bin.rows,
                bad: bin.bad,
                bad_rate,
                mean_probability: bin.mean_probability,
                lift: bad_rate / share(bad_all, rows_all),
                cumulative_rows: share(rows, rows_all),
                cumulative_bad: share(bad, bad_all),
            }
        })
        .collect()
}
