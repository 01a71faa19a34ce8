//! Shapley values of trees, written as plainly as possible: slow, and easy to believe.

use std::collections::BTreeMap;

use candor_core::ensemble::{Child, Ensemble, Node, Tree};

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
    let values = path_dependent_game(ensemble, row);
    (values[0], of_game(&values, row.len()))
}

/// The mean score for every set of known features, the others being averaged over the training population.
pub fn path_dependent_game(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    let shares: Vec<Vec<f64>> = ensemble.trees.iter().map(trees::shares).collect();
    let mean = |known| {
        let trees = ensemble.trees.iter().zip(&shares);
        trees
            .map(|(tree, shares)| expectation(tree, shares, tree.root(), row, known))
            .sum()
    };
    (0..1_u32 << row.len()).map(mean).collect()
}

/// The mean score for every set of known features, the others being taken from each background row in turn.
pub fn interventional_game(ensemble: &Ensemble, row: &[f64], background: &[Vec<f64>]) -> Vec<f64> {
    let mean = |known: u32| {
        let score = |other: &Vec<f64>| {
            let mixed: Vec<f64> = (0..row.len())
                .map(|feature| {
                    if known >> feature & 1 == 1 {
                        row[feature]
                    } else {
                        other[feature]
                    }
                })
                .collect();
            let value = |tree| expectation(tree, &[], tree.root(), &mixed, u32::MAX);
            ensemble.offset + ensemble.scale * ensemble.trees.iter().map(value).sum::<f64>()
        };
        background.iter().map(score).sum::<f64>() / background.len() as f64
    };
    (0..1_u32 << row.len()).map(mean).collect()
}

/// Shapley values of any game over `n` features, given what every set of them is worth.
pub fn of_game(values: &[f64], n: usize) -> Vec<f64> {
    let weights: Vec<f64> = (0..n)
        .map(|size| factorial(size) * factorial(n - size - 1) / factorial(n))
        .collect();
    let contribution = |feature: usize| {
        let others = (0..1_usize << n).filter(|known| known >> feature & 1 == 0);
        let terms =
            others.map(|known| weights[known.count_ones() as usize] * (values[known | 1 << feature] - values[known]));
        terms.sum()
    };
    (0..n).map(contribution).collect()
}

/// Shapley interaction values of any game, row after row, each pair's value being shared out to both of its places.
pub fn interactions_of_game(values: &[f64], n: usize) -> Vec<f64> {
    let contributions = of_game(values, n);
    let pair = |i: usize, j: usize| {
        let (i, j) = (1 << i, 1 << j);
        let others = (0..1_usize << n).filter(|known| known & (i | j) == 0);
        let terms = others.map(|known| {
            let size = known.count_ones() as usize;
            let gain = values[known | i | j] - values[known | i] - values[known | j] + values[known];
            factorial(size) * factorial(n - size - 2) / factorial(n - 1) * gain / 2.0
        });
        terms.sum::<f64>()
    };
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            matrix[i * n + j] = pair(i, j);
        }
        matrix[i * n + i] = contributions[i] - matrix[i * n..(i + 1) * n].iter().sum::<f64>();
    }
    matrix
}

fn factorial(k: usize) -> f64 {
    (1..=k).map(|i| i as f64).product()
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
                    let by_size = sums_by_size(path, &[feature]);
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

/// The interaction value of two features, in the same way.
pub fn interaction_by_set_sizes(ensemble: &Ensemble, row: &[f64], i: usize, j: usize) -> f64 {
    let mut interaction = 0.0;
    for tree in &ensemble.trees {
        visit_leaves(
            tree,
            &trees::shares(tree),
            tree.root(),
            row,
            &BTreeMap::new(),
            &mut |value, path| {
                let (Some((z_i, o_i)), Some((z_j, o_j))) = (path.get(&i), path.get(&j)) else {
                    return;
                };
                // |S|! (d − |S| − 2)! / (d − 1)! = 1 / ((d − 1) · C(d − 2, |S|))
                let mut binomial = 1.0;
                for (size, sum) in sums_by_size(path, &[i, j]).iter().enumerate() {
                    let gain = value * (o_i - z_i) * (o_j - z_j) / 2.0;
                    interaction += gain * sum / ((path.len() - 1) as f64 * binomial);
                    binomial = binomial * (path.len() - 2 - size) as f64 / (size + 1) as f64;
                }
            },
        );
    }
    interaction
}

/// Over all sets of the features on a path but those left out, by the size of the set: the sum of Π o of the features in
/// the set times Π z of the others.
fn sums_by_size(path: &Path, left_out: &[usize]) -> Vec<f64> {
    let mut by_size = vec![1.0];
    for (_, &(z, o)) in path.iter().filter(|(feature, _)| !left_out.contains(feature)) {
        by_size.push(0.0);
        for size in (0..by_size.len()).rev() {
            let smaller: f64 = if size > 0 { by_size[size - 1] } else { 0.0 };
            by_size[size] = by_size[size] * z + smaller * o;
        }
    }
    by_size
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

/// Visits each leaf's value with the nodes on its path and whether it is on their left.
pub fn visit_paths<'a>(tree: &'a Tree, visit: &mut impl FnMut(f64, &[(&'a Node, bool)])) {
    fn below<'a>(
        tree: &'a Tree,
        child: Child,
        path: &mut Vec<(&'a Node, bool)>,
        visit: &mut impl FnMut(f64, &[(&'a Node, bool)]),
    ) {
        let index = match child {
            Child::Leaf(leaf) => return visit(tree.leaves[leaf as usize], path),
            Child::Node(index) => index as usize,
        };
        let node = &tree.nodes[index];
        for (child, left) in [(node.left, true), (node.right, false)] {
            path.push((node, left));
            below(tree, child, path, visit);
            path.pop();
        }
    }
    below(tree, tree.root(), &mut Vec::new(), visit);
}

/// 1e-12, relative to the sum of the sizes of all leaves.
pub fn tolerance(ensemble: &Ensemble) -> f64 {
    1e-12
        * ensemble
            .trees
            .iter()
            .flat_map(|tree| &tree.leaves)
            .map(|leaf| leaf.abs())
            .sum::<f64>()
}

#[track_caller]
pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len());
    for (feature, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(
            difference <= tolerance,
            "{what}, feature {feature}: {found} is not {expected}"
        );
    }
}
