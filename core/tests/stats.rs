//! Statistics against scikit-learn and SciPy (see `fixtures/make_stats.py`), and against counting by hand.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::artifact::Reference;
use candor_core::decision::Costs;
use candor_core::stats::{
    Outcome, Ranking, best_threshold, brier_score, expected_calibration_error, gini_of, log_loss, outcome_at,
};
use support::{Random, small_model};

struct Case {
    name: &'static str,
    probabilities: Vec<f64>,
    outcomes: Vec<bool>,
    weights: Vec<u32>,
    /// auc ks log_loss brier with weights, then without.
    expected: Vec<f64>,
}

fn cases() -> Vec<Case> {
    fn values<T: std::str::FromStr<Err: std::fmt::Debug>>(line: &str) -> Vec<T> {
        line.split(' ').map(|value| value.parse().unwrap()).collect()
    }
    let lines: Vec<&str> = include_str!("fixtures/stats.txt").lines().collect();
    let case = |lines: &[&'static str]| Case {
        name: lines[0],
        probabilities: values(lines[1]),
        outcomes: values::<u8>(lines[2]).iter().map(|&outcome| outcome == 1).collect(),
        weights: values(lines[3]),
        expected: values(lines[4]),
    };
    lines.chunks(5).map(case).collect()
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-14, "{what}: {found} is not {expected}");
}

#[test]
fn figures_are_those_of_scikit_learn_and_scipy() {
    let cases = cases();
    assert_eq!(cases.len(), 8);
    for case in &cases {
        let Case {
            name,
            probabilities,
            outcomes,
            weights,
            expected,
        } = case;
        let ranking = Ranking::new(probabilities, outcomes);
        for (weights, expected) in [(Some(&weights[..]), &expected[..4]), (None, &expected[4..])] {
            let what = |figure| format!("{name}, {figure}, weights {}", weights.is_some());
            assert_close(ranking.auc(weights).unwrap(), expected[0], &what("auc"));
            assert_close(ranking.ks(weights).unwrap(), expected[1], &what("ks"));
            assert_close(
                log_loss(probabilities, outcomes, weights),
                expected[2],
                &what("log_loss"),
            );
            assert_close(
                brier_score(probabilities, outcomes, weights),
                expected[3],
                &what("brier"),
            );
        }
    }
}

#[test]
fn a_weight_of_n_is_a_row_that_comes_n_times() {
    for case in cases() {
        let repeat = |row: usize| std::iter::repeat_n(row, case.weights[row] as usize);
        let rows: Vec<usize> = (0..case.weights.len()).flat_map(repeat).collect();
        let probabilities: Vec<f64> = rows.iter().map(|&row| case.probabilities[row]).collect();
        let outcomes: Vec<bool> = rows.iter().map(|&row| case.outcomes[row]).collect();
        let (weighted, repeated) = (
            Ranking::new(&case.probabilities, &case.outcomes),
            Ranking::new(&probabilities, &outcomes),
        );
        // Exactly: they are counted in whole numbers.
        assert_eq!(weighted.auc(Some(&case.weights)), repeated.auc(None), "{}", case.name);
        assert_eq!(weighted.ks(Some(&case.weights)), repeated.ks(None), "{}", case.name);
        for threshold in [0.0, 0.1, 0.25, 0.9, 1.0] {
            assert_eq!(
                outcome_at(&case.probabilities, &case.outcomes, threshold, Some(&case.weights)),
                outcome_at(&probabilities, &outcomes, threshold, None),
            );
        }
    }
}

#[test]
fn auc_is_the_share_of_ordered_pairs() {
    let mut random = Random::new(91);
    for _ in 0..200 {
        let rows = 1 + random.below(30);
        let scores: Vec<f64> = (0..rows)
            .map(|_| *random.pick(&[-1.0, -0.0, 0.0, 0.5, 2.0, f64::INFINITY]))
            .collect();
        let outcomes: Vec<bool> = (0..rows).map(|_| random.chance(0.4)).collect();
        let (mut pairs, mut ordered) = (0.0, 0.0);
        for bad in (0..rows).filter(|&row| outcomes[row]) {
            for good in (0..rows).filter(|&row| !outcomes[row]) {
                pairs += 1.0;
                ordered += if scores[bad] > scores[good] { 1.0 } else { 0.0 };
                ordered += if scores[bad] == scores[good] { 0.5 } else { 0.0 };
            }
        }
        let found = Ranking::new(&scores, &outcomes).auc(None);
        assert_eq!(found, (pairs > 0.0).then(|| ordered / pairs), "{scores:?} {outcomes:?}");
    }
}

#[test]
fn one_class_has_no_ranking() {
    for outcomes in [vec![], vec![true], vec![false; 3]] {
        let ranking = Ranking::new(&vec![0.5; outcomes.len()], &outcomes);
        assert_eq!((ranking.auc(None), ranking.ks(None)), (None, None));
    }
    // A sample can leave one class out, or everything.
    let ranking = Ranking::new(&[0.1, 0.9], &[false, true]);
    for weights in [[1, 0], [0, 1], [0, 0]] {
        assert_eq!((ranking.auc(Some(&weights)), ranking.ks(Some(&weights))), (None, None));
    }
    assert_eq!((ranking.auc(None), ranking.ks(None)), (Some(1.0), Some(1.0)));
    assert_eq!((gini_of(1.0), gini_of(0.5), gini_of(0.75)), (1.0, 0.0, 0.5));
}

#[test]
fn certainties_that_turn_out_wrong_cost_much_but_not_everything() {
    let worst = -libm::log(1e-15);
    assert_close(log_loss(&[0.0], &[true], None), worst, "0 and it happened");
    assert!(
        (log_loss(&[1.0], &[false], None) - worst).abs() < 0.2,
        "1 and it did not, where digits are few"
    );
    assert!(log_loss(&[0.0, 1.0], &[false, true], None) < 1e-14);
    assert_eq!(brier_score(&[0.0, 1.0], &[true, false], None), 1.0);
}

#[test]
fn the_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() {
    // Two bins of two: gaps |0.3 − 0| and |1.5 − 1|, over 4 rows.
    let found = expected_calibration_error(&[0.9, 0.1, 0.6, 0.2], &[true, false, false, false], 2);
    assert_close(found, (0.3 + 0.5) / 4.0, "by hand");
    let mut random = Random::new(92);
    for _ in 0..100 {
        let (rows, bins) = (1 + random.below(60), 1 + random.below(25));
        let mut pairs: Vec<(f64, bool)> = (0..rows).map(|_| (random.unit(), random.chance(0.3))).collect();
        let (probabilities, outcomes): (Vec<f64>, Vec<bool>) = pairs.iter().copied().unzip();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut expected = 0.0;
        for bin in 0..bins {
            // A row belongs to the bin that its rank falls into.
            let members = pairs
                .iter()
                .enumerate()
                .filter(|(rank, _)| bin * rows / bins <= *rank && *rank < (bin + 1) * rows / bins);
            let members: Vec<&(f64, bool)> = members.map(|(_, pair)| pair).collect();
            if !members.is_empty() {
                let size = members.len() as f64;
                let mean = members.iter().map(|pair| pair.0).sum::<f64>() / size;
                let share = members.iter().filter(|pair| pair.1).count() as f64 / size;
                expected += size / rows as f64 * (mean - share).abs();
            }
        }
        assert_close(
            expected_calibration_error(&probabilities, &outcomes, bins),
            expected,
            "bins",
        );
    }
}

const TEN_TO_ONE: Costs = Costs {
    false_negative: 10.0,
    false_positive: 1.0,
};

#[test]
fn costs_count_each_kind_of_wrong_decision() {
    let (probabilities, outcomes) = ([0.05, 0.1, 0.1, 0.2, 0.9], [false, true, false, false, true]);
    for (threshold, [tp, fp, tn, fn_], cost, approved) in [
        (0.0, [2, 3, 0, 0], 3.0 / 5.0, 0.0),
        (0.1, [2, 2, 1, 0], 2.0 / 5.0, 1.0 / 5.0), // the threshold itself is declined
        (0.1_f64.next_up(), [1, 1, 2, 1], 11.0 / 5.0, 3.0 / 5.0),
        (0.5, [1, 0, 3, 1], 10.0 / 5.0, 4.0 / 5.0),
        (1.0, [0, 0, 3, 2], 20.0 / 5.0, 1.0),
    ] {
        let found = outcome_at(&probabilities, &outcomes, threshold, None);
        let expected = Outcome {
            true_positives: tp,
            false_positives: fp,
            true_negatives: tn,
            false_negatives: fn_,
        };
        assert_eq!(found, expected, "{threshold}");
        assert_eq!(
            (found.cost_per_client(&TEN_TO_ONE), found.approval_rate()),
            (cost, approved)
        );
    }
}

#[test]
fn no_threshold_costs_less_than_the_best_one() {
    let mut random = Random::new(93);
    for case in 0..400 {
        let rows = 1 + random.below(25);
        // Probabilities that differ by one unit in the last place, too.
        let near = [
            0.1,
            0.1_f64.next_up(),
            0.1_f64.next_up().next_up(),
            0.3,
            0.5_f64.next_down(),
            0.5,
        ];
        let probabilities: Vec<f64> = (0..rows)
            .map(|_| {
                if case % 2 == 0 {
                    random.between(0.01, 0.99)
                } else {
                    *random.pick(&near)
                }
            })
            .collect();
        let outcomes: Vec<bool> = (0..rows).map(|_| random.chance(0.2)).collect();
        let best = best_threshold(&probabilities, &outcomes, &TEN_TO_ONE).unwrap();
        assert!(best > 0.0 && best < 1.0, "a policy takes it: {best}");
        let cost = |threshold| outcome_at(&probabilities, &outcomes, threshold, None).cost_per_client(&TEN_TO_ONE);
        // All decisions there can be: from each probability on, and nobody declined.
        let least = probabilities
            .iter()
            .copied()
            .chain([1.0])
            .map(cost)
            .fold(f64::INFINITY, f64::min);
        assert_eq!(cost(best), least, "{best} for {probabilities:?} {outcomes:?}");
    }
}

#[test]
fn the_best_threshold_stands_in_the_middle_of_its_range_and_the_lower_of_equals() {
    for (probabilities, outcomes, expected) in [
        (&[0.1, 0.3][..], &[false, true][..], 0.2),
        (&[0.3, 0.1], &[true, false], 0.2),
        (&[0.2], &[true], 0.1),  // everybody declined
        (&[0.2], &[false], 0.6), // everybody approved
        (&[0.1, 0.2, 0.3, 0.4], &[false, true, false, true], 0.15000000000000002), // 1 false positive against 10
    ] {
        assert_eq!(
            best_threshold(probabilities, outcomes, &TEN_TO_ONE),
            Some(expected),
            "{probabilities:?}"
        );
    }
    // Declining all costs 1 + 1; approving the first good one, then a bad one, then … costs as much again only later.
    let even = Costs {
        false_negative: 1.0,
        false_positive: 1.0,
    };
    assert_eq!(
        best_threshold(&[0.1, 0.2, 0.3, 0.4], &[false, true, false, true], &even),
        Some(0.15000000000000002)
    );
    assert_eq!(best_threshold(&[], &[], &TEN_TO_ONE), None);
    // Probabilities of 0 and 1, which a threshold between 0 and 1 can still tell apart.
    for (probabilities, outcomes) in [
        ([0.0, 0.0], [true, true]),
        ([1.0, 1.0], [false, false]),
        ([0.0, 1.0], [false, true]),
    ] {
        let best = best_threshold(&probabilities, &outcomes, &TEN_TO_ONE).unwrap();
        assert!(best > 0.0 && best < 1.0, "{best}");
    }
}

#[test]
fn the_share_below_a_score_is_read_between_the_quantiles() {
    let with = |score_quantiles: Vec<f64>| Reference {
        score_quantiles,
        ..small_model::without_parity().reference
    };
    let reference = with(vec![-4.0, -2.0, -2.0, -1.0, 3.0]);
    for (log_odds, expected) in [
        (-9.0, 0.0),
        (-4.0, 0.0),
        (-3.0, 0.125),
        (-2.5, 0.1875),
        (-2.0, 0.5), // past the plateau
        (-1.5, 0.625),
        (1.0, 0.875),
        (3.0, 1.0),
        (9.0, 1.0),
        (f64::INFINITY, 1.0),
        (f64::NEG_INFINITY, 0.0),
    ] {
        assert_eq!(reference.share_below(log_odds), Some(expected), "{log_odds}");
    }
    assert_eq!(with(vec![]).share_below(0.0), None);
    assert_eq!(with(vec![1.0]).share_below(0.0), None);
}
