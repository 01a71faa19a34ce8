//! Shapley values of trees, written as plainly as possible: slow, and easy to believe.

use std::collections::BTreeMap;

use candor_core::ensemble::{Child, Ensemble, Tree};

use super::trees;

/// Mean of the tree where the features in the set `known` are those of the row and branches on the others are
/// weighted by their cover.
fn expectation(tree: &Tree, shares: &[f64], child: Child, row: &[f64], known: u32) -> f64 {
    let index = match child {
        Child::Leaf(leaf) => return tree.leaves[leaf as usize],
        Child::Node(index) => index as usize,
    };
    let node = &tree.nodes[index];
    let mean = |child| expectation(tree, shares, child, row, known);
    if known >> node.feature & 1 == 1 {
        mean(if trees::goes_left(tree, node, row) {
            node.left
        } else {
            node.right
        })
    } else {
        shares[index] * mean(node.left) + (1.0 - shares[index]) * mean(node.right)
    }
}

/// Shapley values by their definition: a sum over all sets of features.
pub fn by_definition(ensemble: &Ensemble, row: &[f64]) -> (f64, Vec<f64>) {
    let n = row.len();
    let value: Vec<f64> = (0..1_u32 << n)
        .map(|known| {
            ensemble
                .trees
                .iter()
                .map(|tree| expectation(tree, &trees::shares(tree), tree.root(), row, known))
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
pub fn by_set_sizes(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    let mut contributions = vec![0.0; row.len()];
    for tree in &ensemble.trees {
        visit_leaves(
            tree,
            &trees::shares(tree),
            tree.root(),
            row,
            &BTreeMap::new(),
            &mut |value, path| {
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
            },
        );
    }
    contributions
}

type Path = BTreeMap<usize, (f64, f64)>;

fn visit_leaves(
    tree: &Tree,
    shares: &[f64],
    child: Child,
    row: &[f64],
    path: &Path,
    visit: &mut impl FnMut(f64, &Path),
) {
    let index = match child {
        Child::Leaf(leaf) => return visit(tree.leaves[leaf as usize], path),
        Child::Node(index) => index as usize,
    };
    let node = &tree.nodes[index];
    let left = trees::goes_left(tree, node, row);
    for (child, share, passes) in [
        (node.left, shares[index], left),
        (node.right, 1.0 - shares[index], !left),
    ] {
        let mut path = path.clone();
        let (z, o) = path.entry(usize::from(node.feature)).or_insert((1.0, 1.0));
        *z *= share;
        *o *= f64::from(u8::from(passes));
        visit_leaves(tree, shares, child, row, &path, visit);
    }
}

pub fn most_on_a_path(tree: &Tree) -> usize {
    let mut most = 0;
    visit_leaves(
        tree,
        &trees::shares(tree),
        tree.root(),
        &[0.0; 128],
        &Path::new(),
        &mut |_, path| most = most.max(path.len()),
    );
    most
}
