//! Contributions against a background, held to the definition of the Shapley value and to what follows from it.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Ensemble, Node, Tree};
use candor_core::shap::{BackgroundError, InterventionalExplainer};
use support::shapley::{assert_close, interventional_game, of_game, tolerance};
use support::trees::{Shape, chain, down_the_chain};
use support::{Random, trees};

const SHAPE: Shape = Shape {
    features: 6,
    depth: 7,
    leaf: 0.2,
    no_cover: 0.05,
};

fn contributions(ensemble: &Ensemble, row: &[f64], background: &[Vec<f64>]) -> (f64, Vec<f64>) {
    let explainer = InterventionalExplainer::new(ensemble, background).unwrap();
    let mut contributions = vec![0.0; row.len()];
    explainer.contributions(ensemble, row, &mut contributions);
    (explainer.base_value(), contributions)
}

fn rows(random: &mut Random, count: usize, features: usize) -> Vec<Vec<f64>> {
    (0..count).map(|_| trees::row(random, features)).collect()
}

fn assert_additive(ensemble: &Ensemble, row: &[f64], background: &[Vec<f64>], what: &str) {
    let (base, found) = contributions(ensemble, row, background);
    let total = base + found.iter().sum::<f64>();
    assert_close(&[total], &[ensemble.raw_score(row)], tolerance(ensemble), what);
}

#[test]
fn contributions_are_the_shapley_values_of_their_definition() {
    let mut random = Random::new(11);
    for (features, depth, leaf, trees, background, cases) in [
        (1, 3, 0.2, 2, 3, 20),
        (3, 8, 0.2, 3, 1, 60), // features come again and again on a path
        (5, 5, 0.2, 3, 3, 60),
        (6, 8, 0.3, 2, 64, 15),
        (6, 8, 0.3, 2, 65, 15),
        (6, 8, 0.3, 2, 130, 10),
        (10, 12, 0.35, 1, 5, 4),
    ] {
        for case in 0..cases {
            let shape = Shape {
                features,
                depth,
                leaf,
                no_cover: 0.1,
            };
            let mut ensemble = trees::ensemble(&mut random, shape, trees);
            (ensemble.scale, ensemble.offset) = (random.between(-2.0, 2.0), random.between(-1.0, 1.0));
            let row = trees::row(&mut random, features);
            let background = rows(&mut random, background, features);
            let game = interventional_game(&ensemble, &row, &background);
            let (base, found) = contributions(&ensemble, &row, &background);
            let what = format!("{features} features, {} background rows, case {case}", background.len());
            assert_close(&[base], &game[..1], tolerance(&ensemble), &what);
            assert_close(&found, &of_game(&game, features), tolerance(&ensemble), &what);
            assert_additive(&ensemble, &row, &background, &what);
        }
    }
}

#[test]
fn long_paths_are_exact() {
    let mut random = Random::new(12);
    for (length, features) in [(31, 31), (32, 32), (33, 33), (64, 64), (65, 65), (128, 128), (128, 40)] {
        for case in 0..10 {
            let ensemble = chain(&mut random, length, features);
            // Rows that leave the chain here and there: the one explained at a few features at most, since the weights of
            // many on both sides are too small to tell right from wrong.
            let mut row = down_the_chain(&ensemble, features);
            let mut other = row.clone();
            let tree = &ensemble.trees[0];
            for feature in 0..features {
                let node = &tree.nodes[feature];
                let away = if trees::goes_left(tree, node, &row) {
                    100.0
                } else {
                    -100.0
                };
                if random.chance(0.4) {
                    other[feature] = away;
                } else if random.chance(f64::from(case % 3) / features as f64) {
                    row[feature] = away;
                }
            }
            let what = format!("a chain of {length} nodes and {features} features, case {case}");
            assert_additive(&ensemble, &row, std::slice::from_ref(&other), &what);
            // Whatever the background row, exchanging the two rows turns every contribution round.
            let (_, forth) = contributions(&ensemble, &row, std::slice::from_ref(&other));
            let (_, back) = contributions(&ensemble, &other, std::slice::from_ref(&row));
            let turned: Vec<f64> = back.iter().map(|value| -value).collect();
            assert_close(&forth, &turned, tolerance(&ensemble), &what);
            assert_close(&forth, &two_rows(&ensemble, &row, &other), tolerance(&ensemble), &what);
        }
    }
}

/// Contributions against one other row from the closed form, leaf by leaf, with the weights by way of logarithms.
fn two_rows(ensemble: &Ensemble, row: &[f64], other: &[f64]) -> Vec<f64> {
    let mut contributions = vec![0.0; row.len()];
    for tree in &ensemble.trees {
        support::shapley::visit_paths(tree, &mut |value, path: &[(&Node, bool)]| {
            let fails = |values: &[f64], feature: usize| {
                path.iter()
                    .filter(|(node, _)| usize::from(node.feature) == feature)
                    .any(|(node, left)| trees::goes_left(tree, node, values) != *left)
            };
            let (mut p, mut q) = (Vec::new(), Vec::new());
            for feature in 0..row.len() {
                match (fails(row, feature), fails(other, feature)) {
                    (false, false) => {}
                    (false, true) => p.push(feature),
                    (true, false) => q.push(feature),
                    (true, true) => return,
                }
            }
            // a!·b!/(a+b+1)! is the Beta integral ∫ t^a (1−t)^b dt; in logarithms it cannot overflow.
            let beta = |a: usize, b: usize| {
                let logarithm = |k: usize| libm::lgamma(k as f64 + 1.0);
                libm::exp(logarithm(a) + logarithm(b) - logarithm(a + b + 1))
            };
            for &feature in &p {
                contributions[feature] += value * beta(p.len() - 1, q.len());
            }
            for &feature in &q {
                contributions[feature] -= value * beta(p.len(), q.len() - 1);
            }
        });
    }
    contributions
}

#[test]
fn the_mean_over_a_background_is_the_mean_of_its_rows() {
    let mut random = Random::new(13);
    for case in 0..20 {
        let ensemble = trees::ensemble(&mut random, SHAPE, 3);
        let row = trees::row(&mut random, 6);
        let background = rows(&mut random, 65, 6);
        let mut mean = vec![0.0; 6];
        for one in &background {
            for (mean, value) in mean
                .iter_mut()
                .zip(contributions(&ensemble, &row, std::slice::from_ref(one)).1)
            {
                *mean += value / 65.0;
            }
        }
        let found = contributions(&ensemble, &row, &background).1;
        assert_close(&found, &mean, tolerance(&ensemble), &format!("case {case}"));
    }
}

#[test]
fn against_itself_a_row_has_nothing_to_explain() {
    let mut random = Random::new(14);
    for copies in [1, 64, 65] {
        let ensemble = trees::ensemble(&mut random, SHAPE, 5);
        let row = trees::row(&mut random, 6);
        let (base, found) = contributions(&ensemble, &row, &vec![row.clone(); copies]);
        assert!(found.iter().all(|value| *value == 0.0), "{found:?}");
        assert_close(&[base], &[ensemble.raw_score(&row)], tolerance(&ensemble), "base value");
    }
}

#[test]
fn a_feature_that_no_tree_tests_contributes_exactly_nothing() {
    let mut random = Random::new(15);
    for _ in 0..20 {
        let ensemble = trees::ensemble(&mut random, SHAPE, 3);
        let row = trees::row(&mut random, 8);
        let background = rows(&mut random, 20, 8);
        let found = contributions(&ensemble, &row, &background).1;
        assert_eq!(found[6..], [0.0, 0.0]);
        assert!(found.iter().any(|value| *value != 0.0));
    }
}

#[test]
fn features_that_play_the_same_part_contribute_the_same() {
    let mut random = Random::new(16);
    for _ in 0..30 {
        // Every tree comes twice, the second time with features 0 and 1 exchanged; rows have the same value in both.
        let mut ensemble = trees::ensemble(&mut random, SHAPE, 2);
        let mut twins = ensemble.trees.clone();
        for node in twins.iter_mut().flat_map(|tree: &mut Tree| &mut tree.nodes) {
            node.feature = [1, 0, 2, 3, 4, 5][usize::from(node.feature)];
        }
        ensemble.trees.extend(twins);
        let mut all = rows(&mut random, 31, 6);
        for row in &mut all {
            row[1] = row[0];
        }
        let found = contributions(&ensemble, &all[0], &all[1..]).1;
        assert_close(&found[..1], &found[1..2], tolerance(&ensemble), "features exchanged");
    }
}

#[test]
fn the_order_of_the_background_does_not_change_a_bit_of_the_contributions() {
    let mut random = Random::new(17);
    let ensemble = trees::ensemble(&mut random, SHAPE, 5);
    let row = trees::row(&mut random, 6);
    let mut background = rows(&mut random, 130, 6);
    let before = contributions(&ensemble, &row, &background).1;
    background.reverse();
    assert_eq!(before, contributions(&ensemble, &row, &background).1);
}

#[test]
fn contributions_are_added_to_what_is_there() {
    let mut random = Random::new(18);
    let ensemble = trees::ensemble(&mut random, SHAPE, 2);
    let (row, background) = (trees::row(&mut random, 6), rows(&mut random, 9, 6));
    let once = contributions(&ensemble, &row, &background).1;
    let mut twice = once.clone();
    let explainer = InterventionalExplainer::new(&ensemble, &background).unwrap();
    explainer.contributions(&ensemble, &row, &mut twice);
    let expected: Vec<f64> = once.iter().map(|value| 2.0 * value).collect();
    assert_close(&twice, &expected, 1e-15, "added twice");
}

#[test]
fn a_background_without_rows_or_with_short_rows_is_refused() {
    let ensemble = chain(&mut Random::new(19), 4, 4);
    let none: [&[f64]; 0] = [];
    assert_eq!(
        InterventionalExplainer::new(&ensemble, none).unwrap_err(),
        BackgroundError::Empty
    );
    let error = InterventionalExplainer::new(&ensemble, [&[0.0; 4][..], &[0.0; 3]]).unwrap_err();
    let expected = BackgroundError::TooShort {
        row: 1,
        found: 3,
        needed: 4,
    };
    assert_eq!(error, expected);
    assert_eq!(
        error.to_string(),
        "background row 1 has 3 values, and the trees need 4: give every row a value per feature"
    );
}

#[test]
fn trees_of_one_leaf_explain_nothing() {
    let tree = Tree {
        nodes: vec![],
        leaves: vec![0.5],
        covers: vec![1.0],
        category_words: vec![],
    };
    let ensemble = Ensemble::new(vec![tree]);
    assert_eq!(contributions(&ensemble, &[1.0], &[vec![2.0]]), (0.5, vec![0.0]));
}
