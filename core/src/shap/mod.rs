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
mod interactions;
mod interventional;
mod paths;
mod quadrature;

use crate::ensemble::{Child, Compiled, Ensemble, Tree};
use crate::vectors;
use compiled::{Layout, Points, Slot};
use quadrature::Rule;

pub use interactions::InteractionExplainer;
pub use interventional::{BackgroundError, InterventionalExplainer};

/// Rows that are explained side by side.
const ROWS: usize = 4;

/// Computes raw scores and contributions; made once for an ensemble.
#[derive(Debug, Clone)]
pub struct Explainer {
    compiled: Compiled,
    base_value: f64,
    scale: f64,
    layout: Layout,
    /// The rule of trees with at most 4 distinct features on a path.
    two: Points<2>,
    /// The rules of 4, 8, 12 … points for the others, four points at a time: that of 4·n points begins at n·(n − 1)/2.
    fours: Vec<Points<4>>,
}

impl Explainer {
    /// Prepares an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        let (compiled, tests) = Compiled::with_tests(ensemble);
        let two = Rule::gauss_legendre(2);
        let mut rules: Vec<Rule> = Vec::new();
        let mut layout = Layout::default();
        for (tree, tests) in ensemble.trees.iter().zip(&tests) {
            // K points are exact for 2K distinct features.
            let distinct = most_distinct_features(tree, tree.root(), &mut Vec::new());
            if distinct <= 4 {
                layout.push(tree, tests, &two.points);
            } else {
                let fours = distinct.div_ceil(8);
                while rules.len() < fours {
                    rules.push(Rule::gauss_legendre(4 * (rules.len() + 1)));
                }
                layout.push(tree, tests, &rules[fours - 1].points);
            }
        }
        let sum = ensemble
            .trees
            .iter()
            .fold(0.0, |sum, tree| sum + expected_value(tree, &tree.shares(), tree.root()));
        Self {
            compiled,
            base_value: ensemble.offset + ensemble.scale * sum,
            scale: ensemble.scale,
            layout,
            two: Points::of(&two, 0),
            fours: rules
                .iter()
                .flat_map(|rule| (0..rule.points.len()).step_by(4).map(|first| Points::of(rule, first)))
                .collect(),
        }
    }

    /// The trees, compiled for raw scores alone.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The mean raw score over the training population as the trees saw it: what the contributions start from.
    pub fn base_value(&self) -> f64 {
        self.base_value
    }

    /// Adds each feature's contribution to the raw score of the row to `contributions`, which has a place per feature,
    /// and returns the raw score.
    pub fn contributions(&self, features: &[f64], contributions: &mut [f64]) -> f64 {
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.compiled.codes::<1>();
                self.compiled.encoding().encode(features, 0, &mut codes);
                let mut sums = vec![[0.0]; contributions.len()];
                self.add(&codes, &mut Workspace::new(&self.layout), &mut sums);
                for (contribution, [sum]) in contributions.iter_mut().zip(sums) {
                    *contribution += self.scale * sum;
                }
                self.compiled.raw_score_of(&codes)
            },
        )
    }

    /// Adds the contributions of rows of `width` features each, one after the other, to `contributions`, which is laid out
    /// as the rows are. The bits are those of [`contributions`](Self::contributions), row by row.
    pub fn contributions_of_rows(&self, rows: &[f64], width: usize, contributions: &mut [f64]) {
        let width = width.max(1);
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.compiled.codes::<ROWS>();
                let mut workspace = Workspace::new(&self.layout);
                let mut sums = vec![[0.0; ROWS]; width];
                for (rows, contributions) in rows.chunks(width * ROWS).zip(contributions.chunks_mut(width * ROWS)) {
                    for (row, features) in rows.chunks_exact(width).enumerate() {
                        self.compiled.encoding().encode(features, row, &mut codes);
                    }
                    sums.fill([0.0; ROWS]);
                    self.add(&codes, &mut workspace, &mut sums);
                    for (row, contributions) in contributions.chunks_exact_mut(width).enumerate() {
                        for (contribution, sums) in contributions.iter_mut().zip(&sums) {
                            *contribution += self.scale * sums[row];
                        }
                    }
                }
            },
        );
    }

    /// Adds what all trees contribute to encoded rows, before scaling.
    #[inline(always)]
    fn add<const R: usize>(&self, codes: &[[u8; R]], workspace: &mut Workspace<R>, sums: &mut [[f64; R]]) {
        for tree in &self.layout.trees {
            let points = tree.points as usize;
            if points == 2 {
                self.layout
                    .contributions(tree, &self.two, 0, codes, &mut workspace.two, sums);
                continue;
            }
            let first = points / 4 * (points / 4 - 1) / 2;
            for (four, points) in self.fours[first..first + points / 4].iter().enumerate() {
                self.layout
                    .contributions(tree, points, 4 * four, codes, &mut workspace.four, sums);
            }
        }
    }
}

/// Space for the two kernels.
struct Workspace<const R: usize> {
    two: Vec<Slot<2, R>>,
    four: Vec<Slot<4, R>>,
}

impl<const R: usize> Workspace<R> {
    #[inline(always)]
    fn new(layout: &Layout) -> Self {
        Self {
            two: layout.slots(),
            four: layout.slots(),
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
