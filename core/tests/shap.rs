//! Contributions against the definition of the Shapley value, term by term.

mod support;

use std::collections::BTreeMap;

use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::shap::Explainer;
use support::trees::Shape;
use support::{Random, trees};

/// Mean of the tree where the features in the set `known` are those of the row and branches on the others are
/// weighted by their cover.
fn expectation(tree: &Tree, child: Child, row: &[f64], known: u32) -> f64 {
    let index = match child {
        Child::Leaf(leaf) => return tree.leaves[leaf as usize],
        Child::Node(index) => index as usize,
    };
    let node = &tree.nodes[index];
    let mean = |child| expectation(tree, child, row, known);
    if known >> node.feature & 1 == 1 {
        mean(if trees::goes_left(tree, node, row) {
            node.left
        } else {
            node.right
        })
    } else {
        node.cover_left * mean(node.left) + node.cover_right * mean(node.right)
    }
}

/// Shapley values by their definition: a sum over all sets of features.
fn by_definition(ensemble: &Ensemble, row: &[f64]) -> (f64, Vec<f64>) {
    let n = row.len();
    let value: Vec<f64> = (0..1_u32 << n)
        .map(|known| {
            ensemble
                .trees
                .iter()
                .map(|tree| expectation(tree, tree.root(), row, known))
                .sum()
        })
        .collect();
    let factorial = |k: usize| (1..=k).map(|i| i as f64).product::<f64>();
    let weights: Vec<f64> = (0..n)
        .map(|size| factorial(size) * factorial(n - size - 1) / factorial(n))
        .collect();
    let contribution = |feature: usize| {
        let others = (0..1_usize << n).filter(|known| known >> feature & 1 == 0);
        let terms =
            others.map(|known| weights[known.count_ones() as usize] * (value[known | 1 << feature] - value[known]));
        terms.sum()
    };
    (value[0], (0..n).map(contribution).collect())
}

/// Shapley values leaf by leaf, for trees with too many features to list all sets. On the path to a leaf, feature j
/// has z_j (product of its cover shares) and o_j (the row passes all its tests); the sum of the products over all sets
/// of one size is built up feature by feature. No term is negative, so nothing is lost by cancellation.
fn by_set_sizes(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    let mut contributions = vec![0.0; row.len()];
    for tree in &ensemble.trees {
        visit_leaves(tree, tree.root(), row, &BTreeMap::new(), &mut |value, path| {
            for (&feature, &(z, o)) in path {
                let mut by_size = vec![1.0];
                for (_, &(z, o)) in path.iter().filter(|(other, _)| **other != feature) {
                    by_size.push(0.0);
                    for size in (0..by_size.len()).rev() {
                        let smaller: f64 = if size > 0 { by_size[size - 1] } else { 0.0 };
                        by_size[size] = by_size[size] * z + smaller * o;
                    }
                }
                // |S|! (d − |S| − 1)! / d! = 1 / (d · C(d − 1, |S|))
                let mut binomial = 1.0;
                for (size, sum) in by_size.iter().enumerate() {
                    contributions[feature] += value * (o - z) * sum / (path.len() as f64 * binomial);
                    binomial = binomial * (path.len() - 1 - size) as f64 / (size + 1) as f64;
                }
            }
        });
    }
    contributions
}

type Path = BTreeMap<usize, (f64, f64)>;

fn visit_leaves(tree: &Tree, child: Child, row: &[f64], path: &Path, visit: &mut impl FnMut(f64, &Path)) {
    let index = match child {
        Child::Leaf(leaf) => return visit(tree.leaves[leaf as usize], path),
        Child::Node(index) => index as usize,
    };
    let node = &tree.nodes[index];
    let left = trees::goes_left(tree, node, row);
    for (child, share, passes) in [
        (node.left, node.cover_left, left),
        (node.right, node.cover_right, !left),
    ] {
        let mut path = path.clone();
        let (z, o) = path.entry(usize::from(node.feature)).or_insert((1.0, 1.0));
        *z *= share;
        *o *= f64::from(u8::from(passes));
        visit_leaves(tree, child, row, &path, visit);
    }
}

fn most_on_a_path(tree: &Tree) -> usize {
    let mut most = 0;
    visit_leaves(tree, tree.root(), &[0.0; 128], &Path::new(), &mut |_, path| {
        most = most.max(path.len())
    });
    most
}

fn contributions(ensemble: &Ensemble, row: &[f64]) -> (f64, Vec<f64>) {
    let explainer = Explainer::new(ensemble);
    let mut contributions = vec![0.0; row.len()];
    explainer.contributions(ensemble, row, &mut contributions);
    (explainer.base_value(), contributions)
}

/// 1e-12, relative to the sum of the sizes of all leaves.
fn tolerance(ensemble: &Ensemble) -> f64 {
    1e-12
        * ensemble
            .trees
            .iter()
            .flat_map(|tree| &tree.leaves)
            .map(|leaf| leaf.abs())
            .sum::<f64>()
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len());
    for (feature, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(
            difference <= tolerance,
            "{what}, feature {feature}: {found} is not {expected}"
        );
    }
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

/// A chain of `length` nodes whose features are taken modulo `features`.
fn chain(random: &mut Random, length: usize, features: usize) -> Ensemble {
    let nodes = (0..length).map(|index| {
        let (leaf, next) = (Child::Leaf(index as u32), Child::Node(index as u32 + 1));
        let next = if index + 1 == length {
            Child::Leaf(length as u32)
        } else {
            next
        };
        let left_leaf = random.chance(0.5);
        let share = random.between(0.0, 0.4);
        let (cover_left, cover_right) = if left_leaf {
            (share, 1.0 - share)
        } else {
            (1.0 - share, share)
        };
        Node {
            feature: (index % features) as u16,
            test: Test::AtMost(random.between(-3.0, 3.0), Missing::Left),
            left: if left_leaf { leaf } else { next },
            right: if left_leaf { next } else { leaf },
            cover_left,
            cover_right,
        }
    });
    let tree = Tree {
        nodes: nodes.collect(),
        leaves: (0..=length).map(|_| random.between(-1.0, 1.0)).collect(),
        category_words: vec![],
    };
    Ensemble { trees: vec![tree] }
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
            // Most rows go all the way down, where every feature of the path has its say.
            let row: Vec<f64> = (0..features).map(|_| random.between(-1.0, 1.0)).collect();
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
            cover_left: 0.3,
            cover_right: 0.7,
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
            category_words: same.category_words.clone(),
        };
        let (one, two) = (Ensemble { trees: vec![same] }, Ensemble { trees: vec![doubled] });
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
    Explainer::new(&ensemble).contributions(&ensemble, &row, &mut twice);
    let expected: Vec<f64> = once.iter().map(|value| 2.0 * value).collect();
    assert_close(&twice, &expected, 1e-15, "added twice");
}

#[test]
fn shares_too_small_for_a_float_still_give_numbers() {
    // The product of the shares of feature 0 falls below the smallest normal float, and at last to 0.
    for tiny in [f64::from_bits(1), f64::MIN_POSITIVE, 1e-200, 1e-160, 1e-100] {
        let mut ensemble = chain(&mut Random::new(7), 8, 1);
        for node in &mut ensemble.trees[0].nodes {
            (node.cover_left, node.cover_right) = (tiny, tiny);
        }
        for value in [-3.5, -0.5, 0.5, 3.5] {
            assert_additive(&ensemble, &[value], &format!("shares of {tiny}, value {value}"));
        }
    }
}
