//! A tree laid out for contributions: everything that no row changes is worked out once, and a row costs two straight
//! passes over the nodes, without recursion and without branches that depend on the row.
//!
//! Let a node test feature j, whose factor above is g (1 when j is new), and let g_L, g_R be its factors below. The shares
//! of the branches add up to 1 and the row takes one of them, so g_L + g_R = g: with r = g_L / g the branches get the
//! outside products C·r and C·(1 − r), and the inside sums join to U = U_R + r·(U_L − U_R). With the gains a = o_L − z_L and
//! c = o − z (0 when j is new), j gains ∫ (C/g)·(a·U_L + (c − a)·U_R − c·U) = ∫ (C/g)·(a − c·r)·(U_L − U_R), where −c·U takes
//! back what the split above had counted for j. Once the row has failed a test of j, r is the bare share and the gain 0.

use super::quadrature::Rule;
use crate::ensemble::{Child, NumericTest, Test, Tree};

/// A tree compiled for a rule of K points.
#[derive(Debug, Clone)]
pub(super) struct CompiledTree<const K: usize> {
    splits: Vec<Split<K>>,
}

#[derive(Debug, Clone)]
struct Split<const K: usize> {
    /// 1 / g at each point while the row has passed every test of the feature above.
    inverse: [f64; K],
    /// Share of the cover that went left.
    share: f64,
    /// z: product of the cover shares of the edges above that test the same feature; 1 when there is none.
    cover: f64,
    feature: u16,
    /// The test, unless it is one of a set of levels.
    test: Option<NumericTest>,
    /// The edge above that last tested the same feature; 0, which every row passes, when there is none. The left edge
    /// of node i is 2·i + 2, the right one 2·i + 3.
    same_feature: u32,
    left: Branch,
    right: Branch,
}

/// What is below an edge.
#[derive(Debug, Clone, Copy)]
struct Branch {
    /// The node, or for a leaf the place after the last node, where nothing is ever read.
    node: u32,
    is_leaf: bool,
    /// The value of a leaf.
    value: f64,
}

/// Space for one row, re-used from tree to tree.
#[derive(Debug)]
pub(super) struct Scratch<const K: usize> {
    /// Per node: weight times the product of the factors above.
    outside: Vec<[f64; K]>,
    /// Per edge: whether the row takes it and has passed every test of its feature above.
    passed: Vec<bool>,
    /// Per node: on the way down the ratio r, replaced by U on the way up.
    inside: Vec<[f64; K]>,
}

impl<const K: usize> Scratch<K> {
    pub(super) fn new() -> Self {
        Self {
            outside: Vec::new(),
            passed: vec![true; 2],
            inside: Vec::new(),
        }
    }

    fn make_room(&mut self, nodes: usize) {
        if self.inside.len() <= nodes {
            self.outside.resize(nodes + 1, [0.0; K]);
            self.passed.resize(2 * nodes + 2, false);
            self.inside.resize(nodes + 1, [0.0; K]);
        }
    }
}

impl<const K: usize> CompiledTree<K> {
    /// Lays a tree out, its leaves times `scale`. Its nodes keep their order: parents come before children.
    pub(super) fn new(tree: &Tree, scale: f64, rule: &Rule<K>) -> Self {
        let mut compiled = Self {
            splits: Vec::with_capacity(tree.nodes.len()),
        };
        // Per node: (feature, edge, z) of each feature tested above, the latest of each.
        let mut above: Vec<Vec<(u16, u32, f64)>> = vec![Vec::new(); tree.nodes.len()];
        let cover_shares = tree.shares();
        let after_last = u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX);
        for (index, node) in (0_u32..).zip(&tree.nodes) {
            let path = std::mem::take(&mut above[index as usize]);
            let known = path.iter().position(|(feature, ..)| *feature == node.feature);
            let (same_feature, cover) = known.map_or((0, 1.0), |place| (path[place].1, path[place].2));
            let mut inverse = [1.0; K];
            if known.is_some() {
                for (k, value) in inverse.iter_mut().enumerate() {
                    *value = 1.0 / rule.factor(k, cover, 1.0);
                }
            }
            let share = cover_shares[index as usize];
            let shares = [share, 1.0 - share];
            for (side, child) in [node.left, node.right].into_iter().enumerate() {
                if let Child::Node(below) = child {
                    let edge = 2 * index + 2 + u32::from(side == 1);
                    let mut path = path.clone();
                    let latest = (node.feature, edge, cover * shares[side]);
                    match known {
                        Some(place) => path[place] = latest,
                        None => path.push(latest),
                    }
                    above[below as usize] = path;
                }
            }
            let branch = |child| match child {
                Child::Node(node) => Branch {
                    node,
                    is_leaf: false,
                    value: 0.0,
                },
                Child::Leaf(leaf) => Branch {
                    node: after_last,
                    is_leaf: true,
                    value: scale * tree.leaves[leaf as usize],
                },
            };
            compiled.splits.push(Split {
                inverse,
                share,
                cover,
                feature: node.feature,
                test: match node.test {
                    Test::AtMost(threshold, missing) => Some(NumericTest::new(threshold, missing)),
                    Test::InSet { .. } => None,
                },
                same_feature,
                left: branch(node.left),
                right: branch(node.right),
            });
        }
        compiled
    }

    /// Adds the contributions of the tree's splits to `contributions`; `tree` is the one that was compiled.
    pub(super) fn contributions(
        &self,
        tree: &Tree,
        rule: &Rule<K>,
        features: &[f64],
        scratch: &mut Scratch<K>,
        contributions: &mut [f64],
    ) {
        scratch.make_room(self.splits.len());
        // The weights ride along with the products from outside in, so that every integral is a plain sum.
        scratch.outside[0] = rule.weights;
        for (index, (split, node)) in self.splits.iter().zip(&tree.nodes).enumerate() {
            let goes_left = match split.test {
                Some(test) => test.goes_left(features[usize::from(split.feature)]),
                None => tree.goes_left(node, features),
            };
            let passed = scratch.passed[split.same_feature as usize];
            scratch.passed[2 * index + 2] = passed & goes_left;
            scratch.passed[2 * index + 3] = passed & !goes_left;
            let outside = scratch.outside[index];
            let passes_left = f64::from(u8::from(goes_left));
            let (mut left, mut right, mut ratio) = ([0.0; K], [0.0; K], [0.0; K]);
            for k in 0..K {
                let on_path = rule.factor(k, split.cover * split.share, passes_left) * split.inverse[k];
                ratio[k] = if passed { on_path } else { split.share };
                left[k] = outside[k] * ratio[k];
                right[k] = outside[k] - left[k];
            }
            scratch.inside[index] = ratio;
            scratch.outside[split.left.node as usize] = left;
            scratch.outside[split.right.node as usize] = right;
        }
        for (index, split) in self.splits.iter().enumerate().rev() {
            let below = |branch: &Branch| {
                let mut sums = scratch.inside[branch.node as usize];
                for sum in &mut sums {
                    *sum = if branch.is_leaf { branch.value } else { *sum };
                }
                sums
            };
            let (left, right) = (below(&split.left), below(&split.right));
            let outside = &scratch.outside[index];
            let ratio = scratch.inside[index];
            let passed = scratch.passed[split.same_feature as usize];
            let passes_left = f64::from(u8::from(scratch.passed[2 * index + 2]));
            let (gain, counted) = (passes_left - split.cover * split.share, 1.0 - split.cover);
            let (mut inside, mut terms) = ([0.0; K], [0.0; K]);
            for k in 0..K {
                let difference = left[k] - right[k];
                inside[k] = right[k] + ratio[k] * difference;
                terms[k] = outside[k] * difference * (split.inverse[k] * (gain - counted * ratio[k]));
            }
            scratch.inside[index] = inside;
            let gained = sum(&terms);
            contributions[usize::from(split.feature)] += if passed { gained } else { 0.0 };
        }
    }
}

/// Adds in pairs: the order is fixed, so that scalar and vector code give the same bits.
fn sum<const K: usize>(terms: &[f64; K]) -> f64 {
    let mut terms = *terms;
    let mut width = K;
    while width > 1 {
        width /= 2;
        for k in 0..width {
            terms[k] += terms[k + width];
        }
    }
    terms[0]
}
