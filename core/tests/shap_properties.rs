//! What makes Shapley values the fair ones, beyond what follows directly from comparing them with their definition:
//! consistency (Lundberg and Lee 2017, after Young 1985) and linearity, for both backgrounds.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, Ensemble, Tree};
use candor_core::shap::{Explainer, InterventionalExplainer};
use support::shapley::{assert_close, tolerance};
use support::trees::Shape;
use support::{Random, trees};

const FEATURES: usize = 6;
const SHAPE: Shape = Shape {
    features: FEATURES,
    depth: 7,
    leaf: 0.2,
    no_cover: 0.05,
};

fn path_dependent(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    let mut contributions = vec![0.0; row.len()];
    Explainer::new(ensemble).contributions(row, &mut contributions);
    contributions
}

fn interventional(ensemble: &Ensemble, row: &[f64], background: &[Vec<f64>]) -> Vec<f64> {
    let mut contributions = vec![0.0; row.len()];
    let explainer = InterventionalExplainer::new(ensemble, background).unwrap();
    explainer.contributions(ensemble, row, &mut contributions);
    contributions
}

/// Lets a tree test feature 0 at most once on a path: further down, feature 1 stands in.
fn once_on_a_path(tree: &mut Tree) {
    let mut below_zero = vec![false; tree.nodes.len()];
    for index in 0..tree.nodes.len() {
        let below = below_zero[index] | (tree.nodes[index].feature == 0);
        let node = &mut tree.nodes[index];
        if below_zero[index] && node.feature == 0 {
            node.feature = 1;
        }
        for child in [node.left, node.right] {
            if let Child::Node(child) = child {
                below_zero[child as usize] = below;
            }
        }
    }
}

/// Raises the leaves on the row's side of every split on feature 0 and lowers those on the other side. As no path tests
/// the feature twice, learning it is then worth at least as much as before, whatever else is known.
fn favour_feature_0(random: &mut Random, tree: &Tree, row: &[f64]) -> Tree {
    let mut favoured = tree.clone();
    let mut signs = vec![0.0; tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate() {
        let row_goes_left = trees::goes_left(tree, node, row);
        for (child, is_left) in [(node.left, true), (node.right, false)] {
            let sign = match node.feature {
                0 if is_left == row_goes_left => 1.0,
                0 => -1.0,
                _ => signs[index],
            };
            match child {
                Child::Node(child) => signs[child as usize] = sign,
                Child::Leaf(leaf) => favoured.leaves[leaf as usize] += sign * random.unit(),
            }
        }
    }
    favoured
}

#[test]
fn a_feature_that_matters_more_whatever_is_known_never_contributes_less() {
    let mut random = Random::new(31);
    let mut grown = [0, 0];
    for case in 0..300 {
        let mut before = trees::ensemble(&mut random, SHAPE, 3);
        before.trees.iter_mut().for_each(once_on_a_path);
        let row = trees::row(&mut random, FEATURES);
        let background: Vec<Vec<f64>> = (0..5).map(|_| trees::row(&mut random, FEATURES)).collect();
        let favour = |tree| favour_feature_0(&mut random, tree, &row);
        let after = Ensemble::new(before.trees.iter().map(favour).collect());
        for (place, explain) in [
            &(|ensemble: &Ensemble| path_dependent(ensemble, &row)[0]) as &dyn Fn(&Ensemble) -> f64,
            &|ensemble| interventional(ensemble, &row, &background)[0],
        ]
        .iter()
        .enumerate()
        {
            let (less, more) = (explain(&before), explain(&after));
            assert!(more >= less - tolerance(&after), "case {case}: {more} after {less}");
            grown[place] += usize::from(more > less + 0.01);
        }
    }
    assert!(grown.iter().all(|&cases| cases > 150), "most should grow: {grown:?}");
}

#[test]
fn contributions_to_a_sum_of_trees_are_the_sums_of_those_to_each() {
    let mut random = Random::new(32);
    for case in 0..30 {
        let ensemble = trees::ensemble(&mut random, SHAPE, 4);
        let row = trees::row(&mut random, FEATURES);
        let background: Vec<Vec<f64>> = (0..70).map(|_| trees::row(&mut random, FEATURES)).collect();
        let mut sums = [vec![0.0; FEATURES], vec![0.0; FEATURES]];
        for tree in &ensemble.trees {
            let one = Ensemble::new(vec![tree.clone()]);
            let both = [path_dependent(&one, &row), interventional(&one, &row, &background)];
            for (sums, found) in sums.iter_mut().zip(both) {
                sums.iter_mut().zip(found).for_each(|(sum, value)| *sum += value);
            }
        }
        let what = format!("case {case}");
        assert_close(&path_dependent(&ensemble, &row), &sums[0], tolerance(&ensemble), &what);
        let found = interventional(&ensemble, &row, &background);
        assert_close(&found, &sums[1], tolerance(&ensemble), &what);
    }
}
