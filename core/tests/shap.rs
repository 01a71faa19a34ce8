//! Contributions against the definition of the Shapley value, term by term.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::shap::Explainer;
use support::shapley::{assert_close, by_definition, by_set_sizes, most_on_a_path, tolerance};
use support::trees::{Shape, chain};
use support::{Random, trees};

fn contributions(ensemble: &Ensemble, row: &[f64]) -> (f64, Vec<f64>) {
    let explainer = Explainer::new(ensemble);
    let mut contributions = vec![0.0; row.len()];
    explainer.contributions(row, &mut contributions);
    (explainer.base_value(), contributions)
}

fn assert_additive(ensemble: &Ensemble, row: &[f64], what: &str) {
    let (base, contributions) = contributions(ensemble, row);
    let total = base + contributions.iter().sum::<f64>();
    assert_close(&[total], &[ensemble.raw_score(row)], tolerance(ensemble), what);
}

#[test]
fn contributions_are_the_shapley_values_of_their_definition() {
    let mut random = Random::new(1);
    let mut seen = [0; 3];
    for (features, depth, leaf, trees, cases) in [
        (1, 3, 0.2, 2, 20),
        (3, 6, 0.2, 3, 120), // features come again and again on a path
        (5, 5, 0.2, 3, 120),
        (8, 8, 0.35, 2, 120),
        (8, 12, 0.45, 2, 60),
        (11, 14, 0.42, 1, 40),
    ] {
        for case in 0..cases {
            let shape = Shape {
                features,
                depth,
                leaf,
                no_cover: if case % 2 == 0 { 0.0 } else { 0.1 },
            };
            let ensemble = trees::ensemble(&mut random, shape, trees);
            let row = trees::row(&mut random, features);
            let (base, expected) = by_definition(&ensemble, &row);
            let (found_base, found) = contributions(&ensemble, &row);
            let what = format!("{features} features, depth {depth}, case {case}");
            assert_close(&[found_base], &[base], tolerance(&ensemble), &what);
            assert_close(&found, &expected, tolerance(&ensemble), &what);
            assert_close(&by_set_sizes(&ensemble, &row), &expected, tolerance(&ensemble), &what);
            assert_additive(&ensemble, &row, &what);
            for tree in &ensemble.trees {
                seen[match most_on_a_path(tree) {
                    0..=4 => 0,
                    5..=8 => 1,
                    _ => 2,
                }] += 1;
            }
        }
    }
    assert!(
        seen.iter().all(|&trees| trees >= 10),
        "every rule should be used: {seen:?}"
    );
}

#[test]
fn deep_paths_with_many_features_are_exact() {
    let mut random = Random::new(2);
    for (length, features) in [
        (9, 9),
        (16, 16),
        (17, 17),
        (32, 32),
        (33, 33),
        (64, 64),
        (128, 128),
        (128, 40),
        (100, 20),
    ] {
        for case in 0..(if length < 64 { 6 } else { 1 }) {
            let ensemble = chain(&mut random, length, features);
            assert_eq!(most_on_a_path(&ensemble.trees[0]), features);
            let row = match case % 2 {
                0 => trees::down_the_chain(&ensemble, features),
                _ => (0..features).map(|_| random.between(-1.0, 1.0)).collect(),
            };
            let what = format!("a chain of {length} nodes and {features} features, case {case}");
            assert_close(
                &contributions(&ensemble, &row).1,
                &by_set_sizes(&ensemble, &row),
                tolerance(&ensemble),
                &what,
            );
            assert_additive(&ensemble, &row, &what);
        }
    }
}

#[test]
fn a_feature_that_no_tree_tests_contributes_exactly_nothing() {
    let mut random = Random::new(3);
    for _ in 0..50 {
        let shape = Shape {
            features: 4,
            depth: 6,
            leaf: 0.2,
            no_cover: 0.05,
        };
        let ensemble = trees::ensemble(&mut random, shape, 3);
        let row = trees::row(&mut random, 6);
        let found = contributions(&ensemble, &row).1;
        assert_eq!(
            found[4..].iter().map(|value| value.to_bits()).collect::<Vec<_>>(),
            [0, 0]
        );
    }
}

#[test]
fn a_feature_whose_branches_say_the_same_contributes_nothing() {
    let mut random = Random::new(4);
    for _ in 0..50 {
        let shape = Shape {
            features: 4,
            depth: 4,
            leaf: 0.2,
            no_cover: 0.0,
        };
        let same = trees::tree(&mut random, shape);
        // A root on feature 4 over twice the same tree: its split means nothing.
        let (nodes, leaves) = (same.nodes.len() as u32, same.leaves.len() as u32);
        let moved = |child, by_nodes, by_leaves| match child {
            Child::Node(index) => Child::Node(index + by_nodes),
            Child::Leaf(index) => Child::Leaf(index + by_leaves),
        };
        let root = Node {
            feature: 4,
            test: Test::AtMost(0.5, Missing::Right),
            left: moved(same.root(), 1, 0),
            right: moved(same.root(), 1 + nodes, leaves),
        };
        let copy = |by_nodes, by_leaves| {
            same.nodes.iter().map(move |node| Node {
                left: moved(node.left, by_nodes, by_leaves),
                right: moved(node.right, by_nodes, by_leaves),
                ..node.clone()
            })
        };
        let doubled = Tree {
            nodes: std::iter::once(root)
                .chain(copy(1, 0))
                .chain(copy(1 + nodes, leaves))
                .collect(),
            leaves: [same.leaves.clone(), same.leaves.clone()].concat(),
            covers: [0.3, 0.7]
                .iter()
                .flat_map(|share| same.covers.iter().map(move |cover| share * cover))
                .collect(),
            category_words: same.category_words.clone(),
        };
        let (one, two) = (Ensemble::new(vec![same]), Ensemble::new(vec![doubled]));
        let row = trees::row(&mut random, 5);
        let found = contributions(&two, &row).1;
        assert_close(
            &found,
            &contributions(&one, &row).1,
            tolerance(&two),
            "the split that means nothing",
        );
    }
}

#[test]
fn features_that_play_the_same_part_contribute_the_same() {
    let mut random = Random::new(5);
    for _ in 0..50 {
        // Every tree comes twice, the second time with features 0 and 1 exchanged, and the row has the same value in both.
        let shape = Shape {
            features: 4,
            depth: 6,
            leaf: 0.2,
            no_cover: 0.05,
        };
        let mut ensemble = trees::ensemble(&mut random, shape, 2);
        let mut twins = ensemble.trees.clone();
        for node in twins.iter_mut().flat_map(|tree| &mut tree.nodes) {
            node.feature = [1, 0, 2, 3][usize::from(node.feature)];
        }
        ensemble.trees.extend(twins);
        let mut row = trees::row(&mut random, 4);
        row[1] = row[0];
        let found = contributions(&ensemble, &row).1;
        assert_close(&found[..1], &found[1..2], tolerance(&ensemble), "features exchanged");
    }
}

#[test]
fn contributions_are_added_to_what_is_there() {
    let ensemble = chain(&mut Random::new(6), 4, 4);
    let row = [0.1, -0.2, 0.3, -0.4];
    let once = contributions(&ensemble, &row).1;
    let mut twice = once.clone();
    Explainer::new(&ensemble).contributions(&row, &mut twice);
    let expected: Vec<f64> = once.iter().map(|value| 2.0 * value).collect();
    assert_close(&twice, &expected, 1e-15, "added twice");
}

#[test]
fn shares_too_small_for_a_float_still_give_numbers() {
    // The product of the shares of feature 0 falls below the smallest normal float, and at last to 0.
    for tiny in [f64::from_bits(1), f64::MIN_POSITIVE, 1e-200, 1e-160, 1e-100] {
        let mut ensemble = chain(&mut Random::new(7), 8, 1);
        let tree = &mut ensemble.trees[0];
        tree.covers = trees::covers_of(&tree.nodes, &[tiny; 8]);
        for value in [-3.5, -0.5, 0.5, 3.5] {
            assert_additive(&ensemble, &[value], &format!("shares of {tiny}, value {value}"));
        }
    }
}
