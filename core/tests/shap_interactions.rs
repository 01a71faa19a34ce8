//! Interaction values against their definition, against XGBoost's own, and against what follows from the definition.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::shap::{Explainer, InteractionExplainer};
use support::shapley::{assert_close, interaction_by_set_sizes, interactions_of_game, path_dependent_game, tolerance};
use support::trees::{Shape, chain, down_the_chain};
use support::{Random, trees};

const SHAPE: Shape = Shape {
    features: 6,
    depth: 7,
    leaf: 0.2,
    no_cover: 0.05,
};

fn interactions(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    // What stood there before must not matter.
    let mut found = vec![7.0; 5];
    InteractionExplainer::new(ensemble).interactions(ensemble, row, &mut found);
    assert_eq!(found.len(), row.len() * row.len());
    found
}

fn sums_of_rows(matrix: &[f64], size: usize) -> Vec<f64> {
    matrix.chunks(size).map(|row| row.iter().sum()).collect()
}

#[test]
fn interactions_are_those_of_their_definition() {
    let mut random = Random::new(21);
    for (features, depth, leaf, trees, cases) in [
        (1, 3, 0.2, 2, 20),
        (2, 5, 0.2, 2, 60), // features come again and again on a path
        (5, 5, 0.2, 3, 100),
        (8, 8, 0.35, 2, 60),
        (10, 13, 0.42, 1, 20),
    ] {
        for case in 0..cases {
            let shape = Shape {
                features,
                depth,
                leaf,
                no_cover: if case % 2 == 0 { 0.0 } else { 0.15 },
            };
            let ensemble = trees::ensemble(&mut random, shape, trees);
            let row = trees::row(&mut random, features);
            let expected = interactions_of_game(&path_dependent_game(&ensemble, &row), features);
            let what = format!("{features} features, depth {depth}, case {case}");
            assert_close(&interactions(&ensemble, &row), &expected, tolerance(&ensemble), &what);
        }
    }
}

#[test]
fn the_matrix_is_symmetric_and_its_rows_add_up_to_the_contributions() {
    let mut random = Random::new(22);
    for case in 0..50 {
        let ensemble = trees::ensemble(&mut random, SHAPE, 20);
        let row = trees::row(&mut random, 6);
        let matrix = interactions(&ensemble, &row);
        for i in 0..6 {
            for j in 0..i {
                assert_eq!(matrix[i * 6 + j].to_bits(), matrix[j * 6 + i].to_bits(), "{i} and {j}");
            }
        }
        let mut contributions = vec![0.0; 6];
        Explainer::new(&ensemble).contributions(&row, &mut contributions);
        let what = format!("case {case}");
        assert_close(&sums_of_rows(&matrix, 6), &contributions, 1e-10, &what);
    }
}

#[test]
fn long_paths_are_exact() {
    let mut random = Random::new(23);
    for (length, features) in [
        (9, 9),
        (16, 16),
        (17, 17),
        (32, 32),
        (33, 33),
        (64, 64),
        (128, 128),
        (128, 40),
    ] {
        let ensemble = chain(&mut random, length, features);
        let row = down_the_chain(&ensemble, features);
        let matrix = interactions(&ensemble, &row);
        let what = format!("a chain of {length} nodes and {features} features");
        let mut contributions = vec![0.0; features];
        Explainer::new(&ensemble).contributions(&row, &mut contributions);
        let sums = sums_of_rows(&matrix, features);
        assert_close(&sums, &contributions, tolerance(&ensemble), &what);
        for (i, j) in [(0, 1), (features - 2, features - 1), (0, features - 1)] {
            let expected = interaction_by_set_sizes(&ensemble, &row, i, j);
            let what = format!("{what}, {i} and {j}");
            assert_close(&[matrix[i * features + j]], &[expected], tolerance(&ensemble), &what);
        }
    }
}

#[test]
fn features_that_never_meet_do_not_interact() {
    let mut random = Random::new(24);
    for _ in 0..30 {
        // One tree on features 0 to 2, one on features 3 to 5; feature 6 is in none.
        let shape = Shape { features: 3, ..SHAPE };
        let mut ensemble = trees::ensemble(&mut random, shape, 2);
        for node in &mut ensemble.trees[1].nodes {
            node.feature += 3;
        }
        let matrix = interactions(&ensemble, &trees::row(&mut random, 7));
        for i in 0..7 {
            for j in 0..7 {
                if i / 3 != j / 3 || i == 6 {
                    assert_eq!(matrix[i * 7 + j], 0.0, "{i} and {j}");
                }
            }
        }
    }
}

#[test]
fn the_scale_of_the_sum_is_the_scale_of_the_interactions() {
    let mut random = Random::new(25);
    let mut ensemble = trees::ensemble(&mut random, SHAPE, 3);
    let row = trees::row(&mut random, 6);
    let before: Vec<f64> = interactions(&ensemble, &row).iter().map(|value| -0.5 * value).collect();
    (ensemble.scale, ensemble.offset) = (-0.5, 3.0);
    assert_eq!(interactions(&ensemble, &row), before);
}

/// The model and the rows of `fixtures/interactions/make.py`.
struct Fixture {
    ensemble: Ensemble,
    rows: Vec<[Vec<f64>; 3]>,
}

fn fixture() -> Fixture {
    let mut trees: Vec<Vec<Vec<&str>>> = Vec::new();
    let mut rows: Vec<[Vec<f64>; 3]> = Vec::new();
    for line in include_str!("fixtures/interactions/xgboost.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let numbers = || words[1..].iter().map(|word| word.parse().unwrap()).collect();
        match words[0] {
            "tree" => trees.push(Vec::new()),
            "split" | "leaf" => trees.last_mut().unwrap().push(words),
            "row" => rows.push([numbers(), vec![], vec![]]),
            "contributions" => rows.last_mut().unwrap()[1] = numbers(),
            "interactions" => rows.last_mut().unwrap()[2] = numbers(),
            other => panic!("{other}"),
        }
    }
    Fixture {
        ensemble: Ensemble::new(trees.iter().map(|lines| xgboost_tree(lines)).collect()),
        rows,
    }
}

/// XGBoost numbers nodes and leaves together, level by level; a tree that was not pruned has no gaps in its numbers.
fn xgboost_tree(lines: &[Vec<&str>]) -> Tree {
    let is_split = |line: &&Vec<&str>| line[0] == "split";
    let child = |number: &str| {
        let number: usize = number.parse().unwrap();
        let splits_before = lines[..number].iter().filter(is_split).count();
        match is_split(&&lines[number]) {
            true => Child::Node(splits_before as u32),
            false => Child::Leaf((number - splits_before) as u32),
        }
    };
    let node = |line: &Vec<&str>| {
        // x < t among 32-bit floats is x ≤ the float before t.
        let threshold = f64::from(line[2].parse::<f32>().unwrap().next_down());
        let missing = if line[5] == line[3] {
            Missing::Left
        } else {
            Missing::Right
        };
        Node {
            feature: line[1].parse().unwrap(),
            test: Test::AtMost(threshold, missing),
            left: child(line[3]),
            right: child(line[4]),
        }
    };
    let leaves = || lines.iter().filter(|line| !is_split(line));
    Tree {
        nodes: lines.iter().filter(is_split).map(node).collect(),
        leaves: leaves().map(|line| line[1].parse().unwrap()).collect(),
        covers: leaves().map(|line| line[2].parse().unwrap()).collect(),
        category_words: vec![],
    }
}

#[test]
fn xgboost_says_the_same() {
    let Fixture { ensemble, rows } = fixture();
    assert_eq!((ensemble.trees.len(), rows.len()), (8, 12));
    for (index, [row, contributions, expected]) in rows.iter().enumerate() {
        let what = format!("row {index}");
        let found = interactions(&ensemble, row);
        // XGBoost computes with 32-bit floats.
        assert_close(&found, expected, 1e-5, &what);
        assert_close(&sums_of_rows(&found, 6), &contributions[..6], 1e-5, &what);
        assert!(found[1].abs() > 1e-3, "features 0 and 1 interact: {}", found[1]);
    }
}
