//! Compiled trees against a plain walk: every row must reach the same leaf of every tree, on every path through the code,
//! and one row and many must give the same bits.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::Scorer;
use candor_core::ensemble::{Child, Compiled, Ensemble, Levels, Missing, Node, Test, Tree};
use candor_core::shap::Explainer;
use support::Random;
use support::small_model;
use support::trees::{self, Shape};

/// Scores a lone tree, whose sum is its leaf: the leaf must be the very one.
fn assert_same_leaves(tree: &Tree, rows: &[Vec<f64>], what: &str) {
    let mut tree = tree.clone();
    for (number, leaf) in tree.leaves.iter_mut().enumerate() {
        *leaf = number as f64 + 0.5;
    }
    let ensemble = Ensemble::new(vec![tree]);
    let compiled = Compiled::new(&ensemble);
    let width = rows[0].len();
    let mut scores = vec![f64::NAN; rows.len()];
    compiled.raw_scores(&rows.concat(), width, &mut scores);
    for (row, score) in rows.iter().zip(scores) {
        let leaf = ensemble.trees[0].value(row);
        assert_eq!(compiled.raw_score(row), leaf, "{what}: one row, {row:?}");
        assert_eq!(score, leaf, "{what}: many rows, {row:?}");
    }
}

/// Values on, just below and just above every threshold of the tree, and the odd ones.
fn rows_on_thresholds(random: &mut Random, tree: &Tree, features: usize, most: usize) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = (0..200).map(|_| trees::row(random, features)).collect();
    for node in &tree.nodes {
        if let Test::AtMost(threshold, _) = node.test {
            for value in [threshold, threshold.next_up(), threshold.next_down()] {
                let mut row = trees::row(random, features);
                row[usize::from(node.feature)] = value;
                rows.push(row);
            }
        }
        if rows.len() > most {
            break;
        }
    }
    rows
}

#[test]
fn every_row_reaches_the_leaf_of_a_plain_walk() {
    let mut random = Random::new(21);
    for (features, depth, leaf) in [(1, 3, 0.2), (3, 1, 0.0), (5, 8, 0.25), (40, 12, 0.45), (7, 9, 0.0)] {
        for case in 0..20 {
            let shape = Shape {
                features,
                depth,
                leaf,
                no_cover: 0.1,
            };
            let tree = trees::tree(&mut random, shape);
            let rows = rows_on_thresholds(&mut random, &tree, features, 600);
            let what = format!("depth {depth}, case {case}, {} leaves", tree.leaves.len());
            assert_same_leaves(&tree, &rows, &what);
        }
    }
}

/// A tree of all depths up to `depth` that splits `features` at numbers which hardly ever repeat.
fn with_many_thresholds(random: &mut Random, depth: usize, features: usize) -> Tree {
    let missing = [
        Missing::AsZero,
        Missing::Left,
        Missing::Right,
        Missing::ZeroLeft,
        Missing::ZeroRight,
    ];
    let mut tree = trees::tree(
        random,
        Shape {
            features,
            depth,
            leaf: 0.02,
            no_cover: 0.0,
        },
    );
    for node in &mut tree.nodes {
        node.test = Test::AtMost(random.between(-50.0, 50.0), *random.pick(&missing));
    }
    tree
}

#[test]
fn more_thresholds_than_a_byte_and_more_leaves_than_a_byte_are_told_apart() {
    let mut random = Random::new(22);
    for (depth, features) in [(10, 1), (11, 3), (9, 2)] {
        let tree = with_many_thresholds(&mut random, depth, features);
        assert!(tree.leaves.len() > 257, "{}", tree.leaves.len());
        let rows = rows_on_thresholds(&mut random, &tree, features, 3000);
        assert_same_leaves(
            &tree,
            &rows,
            &format!("{} leaves on {features} features", tree.leaves.len()),
        );
    }
}

#[test]
fn infinite_and_neighbouring_thresholds_keep_their_order() {
    let mut random = Random::new(23);
    let numbers = [
        f64::NEG_INFINITY,
        f64::MIN,
        -1.0,
        (-1.0_f64).next_up(),
        -f64::MIN_POSITIVE,
        -f64::from_bits(1),
        -0.0,
        0.0,
        f64::from_bits(1),
        1e-35,
        f64::from(1e-35_f32),
        1.0,
        1.0_f64.next_up(),
        f64::MAX,
        f64::INFINITY,
    ];
    for _ in 0..20 {
        let mut tree = with_many_thresholds(&mut random, 6, 2);
        for node in &mut tree.nodes {
            if let Test::AtMost(threshold, _) = &mut node.test {
                *threshold = *random.pick(&numbers);
            }
        }
        let mut rows = rows_on_thresholds(&mut random, &tree, 2, 1000);
        rows.extend(numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| vec![a, b])));
        assert_same_leaves(&tree, &rows, "infinite and neighbouring thresholds");
    }
}

#[test]
fn more_tests_than_a_narrow_place_has_columns_for_are_told_apart() {
    // Chains of 128 tests, each of a set of its own: more than 65,535 columns.
    let set = |number: u32| Test::InSet {
        start: number,
        length: 1,
        levels: Levels::Truncated,
        missing_left: number.is_multiple_of(2),
    };
    let chain = |first: u32| Tree {
        nodes: (0..128_u32)
            .map(|index| Node {
                feature: (index % 3) as u16,
                test: set(index),
                left: Child::Leaf(index),
                right: if index == 127 {
                    Child::Leaf(128)
                } else {
                    Child::Node(index + 1)
                },
            })
            .collect(),
        leaves: (0..=128).map(f64::from).collect(),
        covers: vec![1.0; 129],
        category_words: (0..128).map(|index| 0x8000_0000 | (first + index)).collect(),
    };
    let mut random = Random::new(24);
    let all: Vec<Tree> = (0..520).map(|tree| chain(tree * 128 + 1)).collect();
    let ensemble = Ensemble::new(all);
    let compiled = Compiled::new(&ensemble);
    let rows: Vec<Vec<f64>> = (0..70)
        .map(|_| {
            (0..3)
                .map(|_| *random.pick(&[f64::NAN, 0.0, 3.5, 9.0, 14.0, 15.0, 16.0, 33.0, -2.0]))
                .collect()
        })
        .collect();
    let mut scores = vec![0.0; rows.len()];
    compiled.raw_scores(&rows.concat(), 3, &mut scores);
    for (row, score) in rows.iter().zip(scores) {
        // Leaves are whole numbers: their sum is exact in any order.
        assert_eq!(score, ensemble.raw_score(row), "{row:?}");
        assert_eq!(compiled.raw_score(row), score, "{row:?}");
    }
}

#[test]
fn one_row_and_many_have_the_same_bits() {
    let mut random = Random::new(25);
    for (features, depth, leaf, count) in [(4, 3, 0.2, 21), (30, 8, 0.3, 37), (30, 20, 0.3, 3), (12, 9, 0.0, 2)] {
        let shape = Shape {
            features,
            depth,
            leaf,
            no_cover: 0.05,
        };
        let mut ensemble = trees::ensemble(&mut random, shape, count);
        (ensemble.scale, ensemble.offset) = (0.37, -1.25);
        let explainer = Explainer::new(&ensemble);
        for rows in [1, 3, 4, 63, 64, 65, 130] {
            let rows: Vec<Vec<f64>> = (0..rows).map(|_| trees::row(&mut random, features)).collect();
            let mut scores = vec![f64::NAN; rows.len()];
            explainer.compiled().raw_scores(&rows.concat(), features, &mut scores);
            let mut contributions = vec![0.0; rows.len() * features];
            explainer.contributions_of_rows(&rows.concat(), features, &mut contributions);
            for (index, row) in rows.iter().enumerate() {
                let mut alone = vec![0.0; features];
                let score = explainer.contributions(row, &mut alone);
                assert_eq!(score.to_bits(), scores[index].to_bits(), "score of row {index}");
                assert_eq!(score.to_bits(), explainer.compiled().raw_score(row).to_bits());
                let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                assert_eq!(
                    bits(&alone),
                    bits(&contributions[index * features..][..features]),
                    "row {index}"
                );
                let error = (score - ensemble.raw_score(row)).abs();
                assert!(error <= 1e-12, "{error:e} from the plain sum");
            }
        }
    }
}

#[test]
fn the_thresholds_of_a_file_rank_as_sorted_ones_do() {
    let mut random = Random::new(26);
    let numbers = [
        f64::NEG_INFINITY,
        -1.0,
        -0.0,
        0.0,
        f64::from_bits(1),
        1.0,
        f64::INFINITY,
    ];
    let mut model = small_model::without_parity();
    let features = model.preprocessing.features.len();
    for round in 0..12 {
        let shape = Shape {
            features,
            depth: 8,
            leaf: 0.1,
            no_cover: 0.1,
        };
        let mut ensemble = trees::ensemble(&mut random, shape, 9);
        // More thresholds than a column tells apart, and both zeros.
        ensemble.trees.push(with_many_thresholds(&mut random, 10, 2));
        for node in ensemble.trees.iter_mut().flat_map(|tree| &mut tree.nodes) {
            if let Test::AtMost(threshold, _) = &mut node.test
                && random.chance(0.2)
            {
                *threshold = *random.pick(&numbers);
            }
        }
        model.ensemble = ensemble;
        let scorer = Scorer::from_model(model.clone()).expect("a sound model");
        let sorted = Explainer::new(&scorer.model().ensemble);
        for _ in 0..200 {
            let mut row = trees::row(&mut random, features);
            row[0] = *random.pick(&numbers);
            let (mut of_file, mut of_sorted) = (vec![0.0; features], vec![0.0; features]);
            let score = scorer.contributions_of(&row, &mut of_file);
            let raw_score = sorted.contributions(&row, &mut of_sorted);
            let calibration = scorer.model().calibration;
            assert_eq!(score.to_bits(), calibration.apply(raw_score).to_bits(), "round {round}");
            assert_eq!(scorer.log_odds_of(&row).to_bits(), score.to_bits());
            for (of_file, of_sorted) in of_file.iter().zip(of_sorted) {
                assert_eq!(
                    of_file.to_bits(),
                    (calibration.slope * of_sorted).to_bits(),
                    "round {round}"
                );
            }
        }
    }
}

#[test]
fn no_rows_and_no_trees_are_no_trouble() {
    let empty = Ensemble::new(vec![]);
    let compiled = Compiled::new(&empty);
    assert_eq!(compiled.raw_score(&[]), 0.0);
    compiled.raw_scores(&[], 0, &mut []);
    let explainer = Explainer::new(&empty);
    let mut contributions = [0.0; 6];
    explainer.contributions_of_rows(&[1.0; 6], 3, &mut contributions);
    assert_eq!(contributions, [0.0; 6]);
    explainer.contributions_of_rows(&[], 0, &mut []);
}
