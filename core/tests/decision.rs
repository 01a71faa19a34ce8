//! Calibration, points, thresholds and risk levels.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::decision::{Calibration, Costs, Policy, Scaling, log_odds_of, probability_of};
use candor_core::{Application, Decision, RiskLevel, Scorer};
use support::{Random, small_model};

/// Scores and outcomes for which `slope`, `intercept` is the true calibration: every score counts as often with and
/// without default as its probability says, so that nothing is left to chance.
fn simulated(slope: f64, intercept: f64, spread: f64, centre: f64) -> (Vec<f64>, Vec<bool>) {
    let (mut raw, mut outcomes) = (Vec::new(), Vec::new());
    for step in -20..=20 {
        let score = centre + spread * f64::from(step) / 20.0;
        let bad = (2000.0 * probability_of(slope * score + intercept)).round() as usize;
        raw.extend([score; 2000]);
        outcomes.extend((0..2000).map(|row| row < bad));
    }
    (raw, outcomes)
}

#[test]
fn calibration_recovers_a_known_slope_and_intercept() {
    for (slope, intercept, spread, centre) in [
        (1.0, 0.0, 2.0, 0.0),
        (0.5, -1.0, 3.0, 1.0),
        (2.0, 0.7, 1.0, -1.0),
        (1.0, -2.4, 2.0, 0.0),
        (1.0, 30.0, 2.0, -30.0),
        (0.01, 0.0, 200.0, 0.0),
        // A learner stopped early gives scores with hardly any spread.
        (50.0, 0.0, 0.04, 0.0),
        (1000.0, 1.0, 0.002, 0.0),
        (1e6, -2e6, 2e-6, 2.0),
        (1e-6, 0.0, 2e6, 0.0),
    ] {
        let (raw, outcomes) = simulated(slope, intercept, spread, centre);
        let fitted = Calibration::fit(&raw, &outcomes).unwrap_or_else(|| panic!("slope {slope}, spread {spread}"));
        // Compared where the scores are: the intercept alone says little when they are far from 0.
        for at in [centre - spread, centre, centre + spread] {
            let difference = fitted.apply(at) - (slope * at + intercept);
            assert!(
                difference.abs() < 0.02,
                "slope {slope}, spread {spread}: {fitted:?} at {at}"
            );
        }
    }
}

#[test]
fn calibration_is_the_maximum_of_its_likelihood() {
    let mut random = Random::new(71);
    for spread in [0.01, 1.0, 5.0] {
        let raw: Vec<f64> = (0..500).map(|_| random.between(-spread, spread)).collect();
        let outcomes: Vec<bool> = raw
            .iter()
            .map(|score| random.chance(probability_of(score / spread - 1.5)))
            .collect();
        let fitted = Calibration::fit(&raw, &outcomes).unwrap();
        let bad = outcomes.iter().filter(|outcome| **outcome).count() as f64;
        let good = 500.0 - bad;
        // Platt's targets: what is maximised is their likelihood.
        let loss = |slope: f64, intercept: f64| -> f64 {
            let terms = raw.iter().zip(&outcomes).map(|(score, outcome)| {
                let target = if *outcome {
                    (bad + 1.0) / (bad + 2.0)
                } else {
                    1.0 / (good + 2.0)
                };
                let x = slope * score + intercept;
                libm::log1p(libm::exp(-x.abs())) + x.max(0.0) - target * x
            });
            terms.sum()
        };
        let least = loss(fitted.slope, fitted.intercept);
        for (slope, intercept) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
            let near = loss(fitted.slope + slope / spread, fitted.intercept + intercept);
            assert!(near > least, "{near} against {least} at spread {spread}");
        }
    }
}

#[test]
fn calibration_does_not_depend_on_where_scores_stand_and_how_they_are_scaled() {
    let mut random = Random::new(72);
    let raw: Vec<f64> = (0..2000).map(|_| random.between(-2.0, 2.0)).collect();
    let outcomes: Vec<bool> = raw
        .iter()
        .map(|score| random.chance(probability_of(score - 2.0)))
        .collect();
    let fitted = Calibration::fit(&raw, &outcomes).unwrap();
    for (scale, shift) in [(1.0, 100.0), (1e-5, 0.0), (1e5, 0.0), (0.1, -7.0)] {
        let moved: Vec<f64> = raw.iter().map(|score| score * scale + shift).collect();
        let other = Calibration::fit(&moved, &outcomes).unwrap_or_else(|| panic!("scale {scale}"));
        for (score, moved) in raw.iter().zip(&moved) {
            let difference = fitted.apply(*score) - other.apply(*moved);
            assert!(difference.abs() < 1e-8, "scale {scale}, shift {shift}: {difference}");
        }
    }
}

#[test]
fn there_is_no_calibration_where_there_is_nothing_to_fit() {
    let (t, f) = (true, false);
    for (raw, outcomes, why) in [
        (vec![], vec![], "no rows"),
        (vec![1.0], vec![t], "one row"),
        (vec![1.0, 2.0], vec![t], "lengths differ"),
        (vec![1.0, 2.0, 3.0], vec![t, t, t], "one class"),
        (vec![1.0, 2.0, 3.0], vec![f, f, f], "one class"),
        (vec![1.0; 4], vec![t, f, t, f], "equal scores"),
        (vec![-2.5e7; 4], vec![t, f, t, f], "equal scores"),
        (
            vec![0.1; 7],
            vec![t, f, t, f, t, f, f],
            "equal scores whose mean is rounded",
        ),
        (vec![3.0, 2.0, 1.0, 0.0], vec![f, f, t, t], "the wrong way round"),
        (vec![1.0, f64::NAN], vec![t, f], "NaN"),
        (vec![1.0, f64::INFINITY], vec![t, f], "infinite"),
        (
            vec![f64::MAX, f64::MAX, f64::MIN, f64::MAX],
            vec![t, f, f, t],
            "the mean overflows",
        ),
    ] {
        assert_eq!(Calibration::fit(&raw, &outcomes), None, "{why}");
    }
}

#[test]
fn a_calibration_that_was_not_found_is_not_given_out() {
    // One score far away makes all others nearly equal: a hundred steps do not get to the optimum.
    let (mut raw, mut outcomes) = simulated(4.0, 0.0, 1.0, 0.0);
    raw.push(1e8);
    outcomes.push(true);
    assert_eq!(Calibration::fit(&raw, &outcomes), None);
}

#[test]
fn scores_that_separate_the_classes_give_a_finite_calibration() {
    for rows in [2, 10, 1000] {
        let raw: Vec<f64> = (0..rows).map(|row| f64::from(row) - f64::from(rows) / 2.0).collect();
        let outcomes: Vec<bool> = (0..rows).map(|row| row >= rows / 2).collect();
        let fitted = Calibration::fit(&raw, &outcomes).unwrap();
        assert!(fitted.slope > 0.0 && fitted.slope < 1e3, "{rows} rows: {fitted:?}");
        // Platt's target for the bad ones: as sure as one more bad client among as many allows.
        let target = (f64::from(rows / 2) + 1.0) / (f64::from(rows / 2) + 2.0);
        assert!(
            probability_of(fitted.apply(raw[rows as usize - 1])) >= target - 1e-9,
            "{rows} rows: {fitted:?}"
        );
    }
}

#[test]
fn points_are_exact_on_their_scale() {
    let usual = Scaling::default();
    let other = Scaling {
        points: 500.0,
        odds: 1.0,
        pdo: 20.0,
    };
    let odds = |good_to_bad: f64| -libm::log(good_to_bad);
    for (scaling, log_odds, expected) in [
        (usual, odds(19.0), 600.0),
        (usual, odds(38.0), 650.0),
        (usual, odds(76.0), 700.0),
        (usual, odds(9.5), 550.0),
        (usual, odds(10.0), 600.0 - 50.0 * libm::log2(1.9)),
        (usual, log_odds_of(0.05), 600.0),
        (other, 0.0, 500.0),
        (other, odds(2.0), 520.0),
        (other, odds(0.125), 440.0),
    ] {
        let found = scaling.points(log_odds);
        assert!((found - expected).abs() < 1e-9, "{log_odds}: {found} is not {expected}");
    }
    assert!((usual.difference(std::f64::consts::LN_2) + 50.0).abs() < 1e-12);
    assert_eq!(usual.difference(0.0), 0.0);
}

#[test]
fn probabilities_and_log_odds_are_each_others_inverse() {
    let mut random = Random::new(73);
    for _ in 0..5000 {
        let log_odds = random.between(-30.0, 30.0);
        let probability = probability_of(log_odds);
        assert!((0.0..=1.0).contains(&probability));
        // Near 1, a probability has few digits left to tell 1 − p by.
        let tolerance = 1e-13 + 1e-15 * libm::exp(log_odds);
        assert!(
            (log_odds_of(probability) - log_odds).abs() < tolerance.max(1e-13 * log_odds.abs()),
            "{log_odds}"
        );
    }
    for (log_odds, expected) in [
        (0.0, 0.5),
        (800.0, 1.0),
        (-800.0, 0.0),
        (f64::MAX, 1.0),
        (f64::MIN, 0.0),
        (f64::INFINITY, 1.0),
    ] {
        assert_eq!(probability_of(log_odds), expected, "{log_odds}");
    }
    // Small probabilities keep their digits.
    assert!((probability_of(-700.0) / libm::exp(-700.0) - 1.0).abs() < 1e-12);
    assert_eq!((log_odds_of(0.0), log_odds_of(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
}

fn policy() -> Policy {
    small_model::without_parity().policy
}

#[test]
fn the_bound_itself_belongs_to_the_worse_side() {
    let policy = policy();
    use RiskLevel::{Critical, High, Low, Medium};
    for (bound, below, from) in [(0.05_f64, Low, Medium), (0.1, Medium, High), (0.2, High, Critical)] {
        assert_eq!(policy.risk_level(bound.next_down()), below);
        assert_eq!(policy.risk_level(bound), from);
        assert_eq!(policy.risk_level(bound.next_up()), from);
    }
    assert_eq!((policy.risk_level(0.0), policy.risk_level(1.0)), (Low, Critical));
    assert_eq!(policy.decide(policy.threshold.next_down()), Decision::Approve);
    assert_eq!(policy.decide(policy.threshold), Decision::Decline);
    assert_eq!(
        (policy.decide(0.0), policy.decide(1.0)),
        (Decision::Approve, Decision::Decline)
    );
    // What is no number is not approved.
    assert_eq!(policy.decide(f64::NAN), Decision::Decline);
    assert!(RiskLevel::ALL.is_sorted());
    assert_eq!(
        RiskLevel::ALL.map(RiskLevel::as_str),
        ["LOW", "MEDIUM", "HIGH", "CRITICAL"]
    );
    assert_eq!(
        [Decision::Approve, Decision::Decline].map(Decision::as_str),
        ["APPROVE", "DECLINE"]
    );
}

#[test]
fn costs_of_ten_to_one_break_even_at_one_in_eleven() {
    let costs = |false_negative, false_positive| Costs {
        false_negative,
        false_positive,
    };
    assert_eq!(costs(10.0, 1.0).break_even(), 1.0 / 11.0);
    assert_eq!(costs(1.0, 1.0).break_even(), 0.5);
    assert_eq!(costs(1.0, 3.0).break_even(), 0.75);
}

#[test]
fn a_policy_that_cannot_decide_is_refused() {
    let nan = f64::NAN;
    assert_eq!(policy().problem(), None);
    let costs = |false_negative, false_positive| Policy {
        costs: Costs {
            false_negative,
            false_positive,
        },
        ..policy()
    };
    let threshold = |threshold| Policy { threshold, ..policy() };
    let bounds = |risk_bounds| Policy {
        risk_bounds,
        ..policy()
    };
    let scaling = |points, odds, pdo| Policy {
        scaling: Scaling { points, odds, pdo },
        ..policy()
    };
    for wrong in [
        costs(0.0, 1.0),
        costs(1.0, -1.0),
        costs(nan, 1.0),
        costs(1.0, f64::INFINITY),
        threshold(0.0),
        threshold(1.0),
        threshold(-0.1),
        threshold(nan),
        bounds([0.0, 0.1, 0.2]),
        bounds([0.1, 0.1, 0.2]),
        bounds([0.3, 0.2, 0.4]),
        bounds([0.1, 0.2, 1.0]),
        bounds([nan, 0.1, 0.2]),
        bounds([0.1, 0.2, nan]),
        scaling(nan, 19.0, 50.0),
        scaling(600.0, 0.0, 50.0),
        scaling(600.0, -1.0, 50.0),
        scaling(600.0, f64::INFINITY, 50.0),
        scaling(600.0, 19.0, 0.0),
        scaling(600.0, 19.0, nan),
    ] {
        assert!(wrong.problem().is_some(), "{wrong:?}");
    }
}

#[test]
fn scores_keep_within_their_ranges_however_extreme_the_leaves() {
    for leaf in [-1e6, -800.0, -40.0, 0.0, 40.0, 800.0, 1e6] {
        let mut model = small_model::without_parity();
        model.ensemble.trees.truncate(1);
        model.ensemble.trees[0].leaves.fill(leaf);
        let scorer = Scorer::from_model(model).unwrap();
        let score = scorer.score(&Application::empty(scorer.schema()));
        assert!((0.0..=1.0).contains(&score.probability), "{score:?}");
        assert!(score.log_odds.is_finite() && score.points.is_finite(), "{score:?}");
        assert_eq!(score.decision == Decision::Decline, leaf >= 0.0, "{score:?}");
    }
}
