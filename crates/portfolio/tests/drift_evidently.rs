//! Candor's figures and verdicts in Evidently's name are Evidently's own: `fixtures/make_evidently.py` asked it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use candor_core::stats::Sketch;
use candor_portfolio::drift::evidently::{Decision, Numbers, Scores, level_scores, levels, number_scores, numbers};
use candor_portfolio::drift::verdict::of_columns;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Knuth's generator of 64 bits; the upper 32 are the number.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }
}

fn value(draws: &mut Draws, shape: &str, numbers: &[f64]) -> f64 {
    let u = draws.next();
    match shape {
        "uniform" => numbers[0] + (numbers[1] - numbers[0]) * u,
        "bell" => numbers[0] + numbers[1] * (u + draws.next() + draws.next() + draws.next() - 2.0),
        "skewed" => numbers[0] + numbers[1] * (u * u * u * u),
        "whole" => numbers[0] + (u * numbers[1]).floor(),
        "spike" if u < numbers[0] => 0.0,
        "spike" => numbers[1] * draws.next(),
        "constant" => numbers[0],
        "levels" => {
            let all: f64 = numbers.iter().sum();
            let mut below = 0.0;
            for (level, weight) in numbers.iter().enumerate() {
                below += weight;
                if u * all < below {
                    return level as f64;
                }
            }
            (numbers.len() - 1) as f64
        }
        other => panic!("no shape {other}"),
    }
}

/// The sorted values that are there, of `shape:a,b rows seed missing infinite`.
fn column(spec: &str) -> Vec<f64> {
    let [shape, rows, seed, missing, infinite] = spec.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{spec}")
    };
    let (shape, parameters) = shape.split_once(':').unwrap();
    let parameters: Vec<f64> = parameters.split(',').map(|number| number.parse().unwrap()).collect();
    let [rows, seed, missing, infinite] = [rows, seed, missing, infinite].map(|text| text.parse::<u64>().unwrap());
    let mut draws = Draws(seed);
    let mut values = Vec::new();
    for row in 1..=rows {
        let drawn = value(&mut draws, shape, &parameters);
        if missing > 0 && row % missing == 0 {
            continue;
        }
        values.push(match infinite {
            1.. if row % infinite == 0 && row % 2 == 1 => f64::INFINITY,
            1.. if row % infinite == 0 => f64::NEG_INFINITY,
            _ => drawn,
        });
    }
    values.sort_by(f64::total_cmp);
    values
}

fn counts(values: &[f64]) -> Vec<u64> {
    (0..40)
        .map(|level| values.iter().filter(|&&value| value == f64::from(level)).count() as u64)
        .collect()
}

struct Case {
    name: String,
    is_number: bool,
    before: Vec<f64>,
    now: Vec<f64>,
    /// Test, score, threshold, verdict.
    default: [String; 4],
    /// Scores of ks, wasserstein, jensenshannon, psi.
    named: [Option<f64>; 4],
}

/// The columns, and the lines about whole data sets: size, columns, drifted ones, share, verdict.
fn cases() -> (Vec<Case>, Vec<[String; 5]>) {
    let text = include_str!("fixtures/evidently.txt");
    let (sets, columns): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let parts = |line: &str| -> Vec<String> { line.split('|').map(str::to_owned).collect() };
    let columns = columns.into_iter().map(|line| {
        let parts = parts(line);
        let named = |place: usize| (parts[place] != "-").then(|| parts[place].parse().unwrap());
        Case {
            name: parts[0].clone(),
            is_number: parts[1] == "number",
            before: column(&parts[2]),
            now: column(&parts[3]),
            default: [4, 5, 6, 7].map(|place| parts[place].clone()),
            named: [8, 9, 10, 11].map(named),
        }
    });
    let sets = sets.into_iter().map(|line| parts(&line[1..]).try_into().unwrap());
    (columns.collect(), sets.collect())
}

fn ours(case: &Case) -> (Option<Decision>, Scores) {
    if case.is_number {
        let before = Numbers::Values(&case.before);
        (numbers(before, &case.now), number_scores(before, &case.now))
    } else {
        let (before, now) = (counts(&case.before), counts(&case.now));
        (levels(&before, &now), level_scores(&before, &now))
    }
}

fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

#[test]
fn every_figure_and_every_verdict_is_that_of_evidently() {
    let (cases, _) = cases();
    assert!(cases.len() >= 60, "{} columns", cases.len());
    let mut tests = std::collections::BTreeSet::new();
    for case in &cases {
        let name = &case.name;
        let (decision, scores) = ours(case);
        let [test, score, threshold, drifted] = &case.default;
        if test == "-" {
            assert_eq!(decision, None, "{name}: Evidently refuses a column without values");
            continue;
        }
        let decision = decision.unwrap();
        tests.insert(test.clone());
        assert_eq!(decision.test.name(), test, "{name}");
        let expected = score.parse().unwrap();
        assert!(
            is_near(decision.score.value, expected),
            "{name}: {:?}, expected {expected}",
            decision.score
        );
        assert_eq!(decision.threshold, threshold.parse::<f64>().unwrap(), "{name}");
        assert_eq!(decision.drifted, drifted == "yes", "{name}");
        assert!(decision.certain, "{name}");
        let found = [
            scores.ks.map(|ks| ks.value),
            scores.wasserstein.map(|distance| distance.value),
            scores.jensenshannon,
            scores.psi,
        ];
        for (test, (found, expected)) in ["ks", "wasserstein", "jensenshannon", "psi"]
            .iter()
            .zip(found.iter().zip(case.named))
        {
            match (found, expected) {
                (Some(found), Some(expected)) => {
                    assert!(
                        is_near(*found, expected),
                        "{name}, {test}: {found}, expected {expected}"
                    );
                }
                (found, expected) => assert_eq!(*found, expected, "{name}, {test}"),
            }
        }
    }
    assert_eq!(tests.len(), 5, "all of its default tests: {tests:?}");
}

#[test]
fn data_sets_are_decided_as_evidently_does() {
    let (cases, sets) = cases();
    assert_eq!(sets.len(), 3);
    for [size, columns, drifted, share, verdict] in sets {
        let decisions: Vec<Decision> = cases
            .iter()
            .filter(|case| case.name.starts_with(&format!("{size}_")) && !case.name.contains("infinite"))
            .filter_map(|case| ours(case).0)
            .collect();
        let found = of_columns(&decisions.iter().collect::<Vec<_>>());
        assert_eq!(
            (found.columns.to_string(), found.drifted_columns.to_string()),
            (columns, drifted),
            "{size}"
        );
        assert!(is_near(found.share, share.parse().unwrap()), "{size}: {}", found.share);
        assert_eq!(found.drift, verdict == "yes", "{size}");
    }
}

#[test]
fn from_the_model_file_alone_the_figures_are_within_their_bounds() {
    let (cases, _) = cases();
    let mut decided = 0;
    for case in cases.iter().filter(|case| case.is_number && case.default[0] != "-") {
        let name = &case.name;
        let sketch = Sketch::of(&case.before).unwrap();
        let full = ours(case);
        let (decision, scores) = (
            numbers(Numbers::Sketch(&sketch), &case.now).unwrap(),
            number_scores(Numbers::Sketch(&sketch), &case.now),
        );
        let whole = full.0.unwrap();
        assert_eq!(decision.test, whole.test, "{name}");
        let close = 1e-9;
        for (what, between, exact) in [
            ("score", decision.score, whole.score.value),
            ("ks", scores.ks.unwrap(), full.1.ks.unwrap().value),
            (
                "wasserstein",
                scores.wasserstein.unwrap(),
                full.1.wasserstein.unwrap().value,
            ),
        ] {
            assert!(
                between.low <= exact + close && exact <= between.high + close * exact.abs().max(1.0),
                "{name}, {what}: {exact} is not in {between:?}"
            );
            assert!(
                between.low <= between.value && between.value <= between.high,
                "{name}, {what}: {between:?}"
            );
        }
        if decision.certain {
            assert_eq!(
                decision.drifted, whole.drifted,
                "{name}: a certain verdict is the right one"
            );
            decided += 1;
        }
        if sketch.values().is_some() {
            assert!(
                is_near(decision.score.value, whole.score.value),
                "{name}: few values are kept exactly"
            );
            assert!(decision.certain, "{name}");
        }
    }
    assert!(decided > 60, "bounds that decide nothing are of no use: {decided}");
}
