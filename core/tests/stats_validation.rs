//! Figures of a validation report against scikit-learn, SciPy and statsmodels (see `fixtures/make_validation.py`), and
//! against counting by hand.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::decision::{Calibration, probability_of};
use candor_core::ensemble::{Child, Ensemble};
use candor_core::stats::{
    Ranking, bin_of, calibration_line, equal_mass_bounds, expected_calibration_error, population_stability_index,
    risk_bins, weight_of_evidence, wilson_interval,
};
use support::{Random, small_model};

fn values<T: std::str::FromStr<Err: std::fmt::Debug>>(line: &str) -> Vec<T> {
    line.split(' ').map(|value| value.parse().unwrap()).collect()
}

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn average_precision_and_calibration_line_are_those_of_the_libraries() {
    let (samples, _) = include_str!("fixtures/validation.txt").split_once("wilson\n").unwrap();
    let lines: Vec<&str> = samples.lines().collect();
    assert_eq!(lines.len(), 15);
    for lines in lines.chunks(5) {
        let log_odds: Vec<f64> = values(lines[1]);
        let outcomes: Vec<bool> = values::<u8>(lines[2]).into_iter().map(|outcome| outcome == 1).collect();
        let (weights, expected): (Vec<u32>, Vec<f64>) = (values(lines[3]), values(lines[4]));
        let ranking = Ranking::new(&log_odds, &outcomes);
        assert_close(
            ranking.average_precision(Some(&weights)).unwrap(),
            expected[0],
            1e-14,
            lines[0],
        );
        assert_close(ranking.average_precision(None).unwrap(), expected[1], 1e-14, lines[0]);
        let line = calibration_line(&log_odds, &outcomes).unwrap();
        let found = [line.slope, line.slope_error, line.intercept, line.intercept_error];
        for (found, &expected) in found.into_iter().zip(&expected[2..]) {
            assert_close(found, expected, 1e-8, lines[0]);
        }
    }
}

#[test]
fn wilson_intervals_are_those_of_scipy() {
    let (_, lines) = include_str!("fixtures/validation.txt").split_once("wilson\n").unwrap();
    assert_eq!(lines.lines().count(), 8);
    for line in lines.lines() {
        let expected: Vec<f64> = values(line);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
        let [low, high] = wilson_interval(expected[0] as u64, expected[1] as u64).unwrap();
        assert_close(low, expected[2], 1e-14, line);
        assert_close(high, expected[3], 1e-14, line);
    }
    assert_eq!(wilson_interval(0, 0), None);
}

#[test]
fn cuts_count_who_scores_as_high_or_higher() {
    let ranking = Ranking::new(&[0.1, 0.3, 0.3, 0.7], &[false, true, false, true]);
    assert_eq!(ranking.cuts(), [(0, 0), (0, 1), (1, 2), (2, 2)]);
    // The trapezoids under them are the AUC.
    let mut random = Random::new(7);
    for _ in 0..50 {
        let rows = 2 + random.below(40);
        let scores: Vec<f64> = (0..rows).map(|_| *random.pick(&[0.0, 0.1, 0.2, 0.5, 0.9])).collect();
        let outcomes: Vec<bool> = (0..rows)
            .map(|row| row == 0 || (row > 1 && random.chance(0.4)))
            .collect();
        let ranking = Ranking::new(&scores, &outcomes);
        let cuts = ranking.cuts();
        let &(good, bad) = cuts.last().unwrap();
        let area = cuts.windows(2).fold(0.0, |sum, pair| {
            sum + (pair[1].0 - pair[0].0) as f64 * (pair[1].1 + pair[0].1) as f64 / 2.0
        });
        assert_close(area / (good * bad) as f64, ranking.auc(None).unwrap(), 1e-12, "area");
        for &(good, bad) in &cuts[1..] {
            let above = |outcome: bool, cut: f64| {
                (0..rows)
                    .filter(|&row| outcomes[row] == outcome && scores[row] >= cut)
                    .count() as u64
            };
            assert!(
                scores
                    .iter()
                    .any(|&cut| (above(false, cut), above(true, cut)) == (good, bad))
            );
        }
    }
    assert_eq!(Ranking::new(&[0.5], &[false]).average_precision(None), None);
}

#[test]
fn risk_bins_hold_all_rows_and_give_the_calibration_error() {
    let mut random = Random::new(8);
    for _ in 0..100 {
        let (rows, bins) = (1 + random.below(60), 1 + random.below(25));
        let probabilities: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
        let outcomes: Vec<bool> = (0..rows).map(|_| random.chance(0.3)).collect();
        let found = risk_bins(&probabilities, &outcomes, bins);
        assert_eq!(found.len(), bins.min(rows));
        assert_eq!(found.iter().map(|bin| bin.rows).sum::<u64>(), rows as u64);
        let bad = outcomes.iter().filter(|&&outcome| outcome).count() as u64;
        assert_eq!(found.iter().map(|bin| bin.bad).sum::<u64>(), bad);
        assert!(found.is_sorted_by(|a, b| a.mean_probability <= b.mean_probability));
        let error = found.iter().fold(0.0, |sum, bin| {
            sum + (bin.rows as f64 * bin.mean_probability - bin.bad as f64).abs() / rows as f64
        });
        assert_close(
            error,
            expected_calibration_error(&probabilities, &outcomes, bins),
            1e-12,
            "ECE",
        );
    }
}

#[test]
fn a_line_that_cannot_be_fitted_is_none() {
    for (log_odds, outcomes) in [
        (&[-1.0, 1.0, -2.0, 2.0][..], &[false, true, false, true][..]), // separated
        (&[-1.0, 1.0, 0.5], &[true, true, true]),
        (&[0.5, 0.5, 0.5], &[true, false, true]),
        (&[], &[]),
    ] {
        assert_eq!(calibration_line(log_odds, outcomes), None, "{log_odds:?}");
    }
    // Unlike the calibration of a model, the measure does not smooth what happened.
    let log_odds = [-2.0, -1.0, 0.0, 1.0, 2.0, -0.5];
    let outcomes = [false, true, false, true, true, false];
    let (plain, smooth) = (
        Calibration::regress(&log_odds, &outcomes).unwrap(),
        Calibration::fit(&log_odds, &outcomes).unwrap(),
    );
    assert!(plain.slope > smooth.slope);
    // At the maximum of the likelihood, predictions add up to what happened.
    let sum: f64 = log_odds.iter().map(|&x| probability_of(plain.apply(x))).sum();
    assert_close(sum, 3.0, 1e-9, "sum of the probabilities");
}

#[test]
fn weights_of_evidence_compare_the_shares_of_good_and_bad() {
    // 60 good and 20 bad rows: shares 1/2 and 1/4, 1/2 and 3/4.
    let found = weight_of_evidence(&[(30, 5), (30, 15), (0, 0)]).unwrap();
    let expected = [libm::log(2.0), libm::log(2.0 / 3.0), 0.0];
    for (found, expected) in found.weights.iter().zip(expected) {
        assert_close(*found, expected, 1e-15, "weight");
    }
    assert_close(found.information[0], 0.25 * expected[0], 1e-15, "information");
    assert_close(found.information_value, 0.25 * (expected[0] - expected[1]), 1e-15, "IV");
    // A bin of one kind has a finite weight.
    let found = weight_of_evidence(&[(10, 0), (30, 5)]).unwrap();
    assert_close(
        found.weights[0],
        libm::log((10.5 / 40.0) / (0.5 / 5.0)),
        1e-15,
        "half a row more",
    );
    assert_eq!(weight_of_evidence(&[(10, 0), (3, 0)]), None);
    assert_eq!(weight_of_evidence(&[]), None);
    // Information is never below 0.
    let mut random = Random::new(9);
    for _ in 0..200 {
        let bins: Vec<(u64, u64)> = (0..1 + random.below(6))
            .map(|_| (1 + random.below(50) as u64, 1 + random.below(20) as u64))
            .collect();
        let found = weight_of_evidence(&bins).unwrap();
        assert!(
            found.information.iter().all(|&information| information >= 0.0),
            "{bins:?}"
        );
    }
}

#[test]
fn a_population_that_stays_has_no_instability() {
    assert_eq!(population_stability_index(&[0.25, 0.75], &[0.25, 0.75]), 0.0);
    let expected = 0.25 * libm::log(2.0) - 0.25 * libm::log(0.5);
    assert_close(
        population_stability_index(&[0.25, 0.5, 0.25], &[0.5, 0.25, 0.25]),
        expected,
        1e-15,
        "PSI",
    );
    // A bin that has become empty, or was, is far from what it was but finitely so.
    for shares in [([0.5, 0.5], [1.0, 0.0]), ([1.0, 0.0], [0.5, 0.5])] {
        let found = population_stability_index(&shares.0, &shares.1);
        let expected = 0.5 * libm::log(2.0) + (0.5 - 1e-4) * libm::log(0.5 / 1e-4);
        assert_close(found, expected, 1e-12, "an empty bin");
    }
}

#[test]
fn bins_of_equal_mass_never_part_equal_values() {
    assert_eq!(equal_mass_bounds(&[1.0, 2.0, 3.0, 4.0], 2), [2.0]);
    assert_eq!(equal_mass_bounds(&[1.0, 1.0, 1.0, 4.0], 4), [1.0]);
    assert_eq!(equal_mass_bounds(&[1.0, 4.0, 4.0, 4.0], 4), [1.0]);
    assert_eq!(equal_mass_bounds(&[5.0; 9], 3), [0.0; 0]);
    assert_eq!(equal_mass_bounds(&[], 3), [0.0; 0]);
    assert_eq!(equal_mass_bounds(&[1.0, 2.0], 10), [1.0]);
    let bounds = [1.0, 2.5];
    for (value, bin) in [(-9.0, 0), (1.0, 0), (1.0_f64.next_up(), 1), (2.5, 1), (9.0, 2)] {
        assert_eq!(bin_of(&bounds, value), bin, "{value}");
    }
    let mut random = Random::new(10);
    for _ in 0..100 {
        let (rows, bins) = (1 + random.below(500), 1 + random.below(12));
        let mut sorted: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
        sorted.sort_by(f64::total_cmp);
        let bounds = equal_mass_bounds(&sorted, bins);
        assert!(bounds.is_sorted_by(|a, b| a < b) && bounds.len() < bins);
        for bin in 0..=bounds.len() {
            let mass = sorted.iter().filter(|&&value| bin_of(&bounds, value) == bin).count();
            assert!(
                mass > 0 && mass <= rows.div_ceil(bins) + 1,
                "{mass} of {rows} in a bin of {bins}"
            );
        }
    }
}

#[test]
fn the_gain_of_splits_is_the_spread_that_they_bring_about() {
    let model = small_model::without_parity();
    let features = model.preprocessing.features.len();
    let ensemble = Ensemble::new(model.ensemble.trees);
    let found = ensemble.split_gains(features);
    // By the definition: rows in the leaves, squared distances to the mean of the node, before and after the split.
    let mut expected = vec![(0_u64, 0.0); features];
    for tree in &ensemble.trees {
        for node in &tree.nodes {
            let leaves_of = |child: Child| {
                let (mut open, mut leaves) = (vec![child], Vec::new());
                while let Some(next) = open.pop() {
                    match next {
                        Child::Leaf(leaf) => leaves.push(leaf as usize),
                        Child::Node(node) => {
                            open.extend([tree.nodes[node as usize].left, tree.nodes[node as usize].right]);
                        }
                    }
                }
                leaves
            };
            let spread = |leaves: &[usize]| {
                let cover: f64 = leaves.iter().map(|&leaf| tree.covers[leaf]).sum();
                let mean = leaves
                    .iter()
                    .map(|&leaf| tree.covers[leaf] * tree.leaves[leaf])
                    .sum::<f64>()
                    / cover;
                leaves
                    .iter()
                    .map(|&leaf| tree.covers[leaf] * (tree.leaves[leaf] - mean) * (tree.leaves[leaf] - mean))
                    .sum::<f64>()
            };
            let (left, right) = (leaves_of(node.left), leaves_of(node.right));
            let slot = &mut expected[usize::from(node.feature)];
            slot.0 += 1;
            slot.1 += spread(&[&left[..], &right].concat()) - spread(&left) - spread(&right);
        }
    }
    assert!(expected.iter().any(|(_, gain)| *gain > 0.0));
    for (found, (splits, gain)) in found.iter().zip(expected) {
        assert_eq!(found.splits, splits);
        assert_close(found.gain, gain, 1e-9 * (1.0 + gain), "gain");
    }
}
