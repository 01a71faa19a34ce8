//! Exact Shapley values of a tree ensemble, with the features that are left out averaged over the training
//! population as the trees saw it (path-dependent: branches are weighted by their share of the cover).
//!
//! For a leaf of value v, let z_j be the product of the cover shares of the edges on its path that test feature j, and
//! o_j whether the row passes them all. Then feature i gets
//! v · (o_i − z_i) · ∫₀¹ Π_{j≠i} [o_j·t + z_j·(1−t)] dt from that leaf: the Shapley weights |S|!(d−|S|−1)!/d! are exactly
//! the Beta integrals of the polynomial's terms. The integrand has degree d−1 in t, so a Gauss–Legendre rule of K points
//! integrates it exactly as soon as 2K ≥ d. K is chosen per tree from the largest number of distinct features on a
//! path, and the sums over leaves are taken from inside out and outside in, in O(leaves · K) a tree.

mod compiled;
mod quadrature;

use crate::ensemble::{Child, Ensemble, Tree};
use compiled::{CompiledTree, Scratch};
use quadrature::Rule;

/// Computes contributions; made once for an ensemble.
#[derive(Debug, Clone)]
pub struct Explainer {
    base_value: f64,
    trees: Vec<AnyTree>,
    rules: Rules,
}

/// A tree compiled for the smallest rule that is exact for it: K points for at most 2K distinct features on a path.
#[derive(Debug, Clone)]
enum AnyTree {
    Two(CompiledTree<2>),
    Four(CompiledTree<4>),
    Eight(CompiledTree<8>),
    Sixteen(CompiledTree<16>),
    /// Trees are at most 128 deep.
    SixtyFour(CompiledTree<64>),
}

#[derive(Debug, Clone)]
struct Rules {
    two: Rule<2>,
    four: Rule<4>,
    eight: Rule<8>,
    sixteen: Rule<16>,
    sixty_four: Rule<64>,
}

impl Explainer {
    /// Prepares an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        let rules = Rules {
            two: Rule::gauss_legendre(),
            four: Rule::gauss_legendre(),
            eight: Rule::gauss_legendre(),
            sixteen: Rule::gauss_legendre(),
            sixty_four: Rule::gauss_legendre(),
        };
        let trees = ensemble
            .trees
            .iter()
            .map(
                |tree| match most_distinct_features(tree, tree.root(), &mut Vec::new()) {
                    0..=4 => AnyTree::Two(CompiledTree::new(tree, ensemble.scale, &rules.two)),
                    5..=8 => AnyTree::Four(CompiledTree::new(tree, ensemble.scale, &rules.four)),
                    9..=16 => AnyTree::Eight(CompiledTree::new(tree, ensemble.scale, &rules.eight)),
                    17..=32 => AnyTree::Sixteen(CompiledTree::new(tree, ensemble.scale, &rules.sixteen)),
                    _ => AnyTree::SixtyFour(CompiledTree::new(tree, ensemble.scale, &rules.sixty_four)),
                },
            )
            .collect();
        let sum = ensemble
            .trees
            .iter()
            .fold(0.0, |sum, tree| sum + expected_value(tree, &tree.shares(), tree.root()));
        let base_value = ensemble.offset + ensemble.scale * sum;
        Self {
            base_value,
            trees,
            rules,
        }
    }

    /// The mean raw score over the training population as the trees saw it: what the contributions start from.
    pub fn base_value(&self) -> f64 {
        self.base_value
    }

    /// Adds each feature's contribution to the raw score of the row to `contributions`, which has a place per feature.
    /// `ensemble` is the one that the explainer was made for.
    pub fn contributions(&self, ensemble: &Ensemble, features: &[f64], contributions: &mut [f64]) {
        let rules = &self.rules;
        let (mut two, mut four, mut eight) = (Scratch::new(), Scratch::new(), Scratch::new());
        let (mut sixteen, mut sixty_four) = (Scratch::new(), Scratch::new());
        for (compiled, tree) in self.trees.iter().zip(&ensemble.trees) {
            match compiled {
                AnyTree::Two(compiled) => compiled.contributions(tree, &rules.two, features, &mut two, contributions),
                AnyTree::Four(compiled) => {
                    compiled.contributions(tree, &rules.four, features, &mut four, contributions);
                }
                AnyTree::Eight(compiled) => {
                    compiled.contributions(tree, &rules.eight, features, &mut eight, contributions);
                }
                AnyTree::Sixteen(compiled) => {
                    compiled.contributions(tree, &rules.sixteen, features, &mut sixteen, contributions);
                }
                AnyTree::SixtyFour(compiled) => {
                    compiled.contributions(tree, &rules.sixty_four, features, &mut sixty_four, contributions);
                }
            }
        }
    }
}

fn most_distinct_features(tree: &Tree, child: Child, path: &mut Vec<u16>) -> usize {
    let Child::Node(index) = child else { return path.len() };
    let node = &tree.nodes[index as usize];
    let is_new = !path.contains(&node.feature);
    if is_new {
        path.push(node.feature);
    }
    let most = most_distinct_features(tree, node.left, path).max(most_distinct_features(tree, node.right, path));
    if is_new {
        path.pop();
    }
    most
}

fn expected_value(tree: &Tree, shares: &[f64], child: Child) -> f64 {
    match child {
        Child::Leaf(leaf) => tree.leaves[leaf as usize],
        Child::Node(index) => {
            let node = &tree.nodes[index as usize];
            let (left, right) = (
                expected_value(tree, shares, node.left),
                expected_value(tree, shares, node.right),
            );
            right + shares[index as usize] * (left - right)
        }
    }
}
