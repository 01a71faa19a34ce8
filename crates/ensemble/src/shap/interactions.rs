//! Exact Shapley interaction values of a tree ensemble, path-dependent as the contributions of
//! [`Explainer`](super::Explainer): how much of a contribution is a feature's own, and how much it owes to the company of
//! each other feature (Lundberg et al., "From local explanations to global understanding with explainable AI for trees",
//! Nature Machine Intelligence 2, 2020, after Fujimoto, Kojadinovic and Marichal 2006).
//!
//! With z and o as in the parent module, features i ≠ j get from a leaf of value v
//!
//! Φ_ij = ½ · v · (o_i − z_i) · (o_j − z_j) · ∫₀¹ Π_{k≠i,j} [o_k·t + z_k·(1−t)] dt,
//!
//! which is half of what the pair gains together beyond what each gains alone, averaged over all sets of the others with
//! the weights |S|!·(d−|S|−2)!/(d−1)!; Φ_ji has the other half. What is left of the contribution φ_i is the feature's own:
//! Φ_ii = φ_i − Σ_{j≠i} Φ_ij. On a path of d features the integrands have degree d−2 here and d−1 in φ_i, so a Gauss–Legendre
//! rule of K points is exact for both as soon as 2K ≥ d. No factor is ever divided by, since it may be 0: the product
//! without i and j is the product before i, times the one between them, times the one after j.

use super::paths::{Paths, node_above};
use super::quadrature::{POINTS, Points, Rules};
use crate::{DEPTH_LIMIT, Ensemble, Tree};

/// Computes interaction values; made once for an ensemble.
///
/// A row costs d² · K steps per leaf, where d is the number of distinct features on its path and K ≥ d/2, and the
/// explainer holds 20 bytes per node, and 4 per leaf and feature on its path: at most 540 a leaf.
///
/// ```
/// use candor_ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
/// use candor_ensemble::shap::InteractionExplainer;
///
/// // Log-odds rise by 4 only where both features are above 0; half of the population is above 0 in each.
/// let node = |feature, right| Node { feature, test: Test::AtMost(0.0, Missing::Left), left: Child::Leaf(feature.into()), right };
/// let tree = Tree {
///     nodes: vec![node(0, Child::Node(1)), node(1, Child::Leaf(2))],
///     leaves: vec![0.0, 0.0, 4.0],
///     covers: vec![50.0, 25.0, 25.0],
///     category_words: vec![],
/// };
/// let ensemble = Ensemble::new(vec![tree]);
///
/// let mut interactions = Vec::new();
/// InteractionExplainer::new(&ensemble).interactions(&ensemble, &[1.0, 1.0], &mut interactions);
/// // Each alone would raise the score by 1, both together by 3 from the mean of 1 to 4.
/// for (found, expected) in interactions.iter().zip([1.0, 0.5, 0.5, 1.0]) {
///     assert!((found - expected).abs() < 1e-12);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct InteractionExplainer {
    trees: Vec<TreePaths>,
    rules: Rules,
}

/// A tree's paths, with what the training population does on them.
#[derive(Debug, Clone)]
struct TreePaths {
    /// Per node: the edge above that last tested the same feature; 0, which every row passes, where there is none.
    same_feature: Vec<u32>,
    /// Per edge, z: the product of the cover shares of the edges down to it that test the same feature.
    covers: Vec<f64>,
    /// The last edge of each distinct feature on the way to a leaf, in the order of the features, leaf after leaf.
    edges: Vec<u32>,
    /// How many there are to each leaf.
    features: Vec<u8>,
}

impl InteractionExplainer {
    /// Prepares an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        let mut rules = Rules::default();
        let (mut shares, mut sums) = (Vec::new(), Vec::new());
        let mut trees = Vec::with_capacity(ensemble.trees.len());
        for tree in &ensemble.trees {
            tree.shares(&mut shares, &mut sums);
            let paths = TreePaths::new(tree, &shares);
            let most_features = paths.features.iter().copied().max().unwrap_or_default();
            rules.extend_to(Rules::parts_for(usize::from(most_features)));
            trees.push(paths);
        }
        Self { trees, rules }
    }

    /// Writes the interaction values of the row, in the unit of the raw score, to `interactions`: a symmetric matrix with
    /// a row and a column per feature, row after row. Each row adds up to the feature's contribution.
    /// `ensemble` is the one that the explainer was made for.
    pub fn interactions(&self, ensemble: &Ensemble, features: &[f64], interactions: &mut Vec<f64>) {
        let size = features.len();
        interactions.clear();
        interactions.resize(size * size, 0.0);
        let mut path = Vec::with_capacity(DEPTH_LIMIT);
        let mut passed = Vec::new();
        // First φ on the diagonal and Φ above it.
        for (below, tree) in self.trees.iter().zip(&ensemble.trees) {
            below.passed(tree, features, &mut passed);
            let mut rest = &below.edges[..];
            for (&count, value) in below.features.iter().zip(&tree.leaves) {
                let (edges, others) = rest.split_at(usize::from(count));
                rest = others;
                path.clear();
                path.extend(edges.iter().filter_map(|&edge| {
                    Some(Factor {
                        feature: usize::from(tree.nodes[node_above(edge)?].feature),
                        cover: below.covers[edge as usize],
                        passes: f64::from(u8::from(passed[edge as usize])),
                        here: [0.0; POINTS],
                        after: [0.0; POINTS],
                    })
                }));
                let value = value * ensemble.scale;
                for points in self.rules.of(Rules::parts_for(path.len())) {
                    leaf(&mut path, value, points, size, interactions);
                }
            }
        }
        for i in 0..size {
            for j in i + 1..size {
                let both = interactions[i * size + j];
                interactions[j * size + i] = both;
                interactions[i * size + i] -= both;
                interactions[j * size + j] -= both;
            }
        }
    }
}

impl TreePaths {
    #[expect(clippy::cast_possible_truncation, reason = "paths have at most 128 features")]
    fn new(tree: &Tree, shares: &[f64]) -> Self {
        let paths = Paths::new(tree);
        let mut steps = Vec::with_capacity(DEPTH_LIMIT);
        let mut same_feature = Vec::with_capacity(shares.len());
        let mut covers = Vec::with_capacity(2 * shares.len() + 1);
        covers.push(1.0);
        for (node, share) in shares.iter().enumerate() {
            let edge = paths.to_node(node, &mut steps).map_or(0, |place| steps[place].edge);
            same_feature.push(edge);
            let above: f64 = covers[edge as usize];
            covers.push(above * share);
            covers.push(above * (1.0 - share));
        }
        // Counted first, so that no more room is taken than they need.
        let mut features = Vec::with_capacity(tree.leaves.len());
        let mut count = 0;
        for leaf in 0..tree.leaves.len() {
            paths.to_leaf(leaf, &mut steps);
            features.push(steps.len() as u8);
            count += steps.len();
        }
        let mut edges = Vec::with_capacity(count);
        for leaf in 0..tree.leaves.len() {
            paths.to_leaf(leaf, &mut steps);
            edges.extend(steps.iter().map(|step| step.edge));
        }
        Self {
            same_feature,
            covers,
            edges,
            features,
        }
    }

    /// Says per edge whether a row takes it and has passed every test of its feature above.
    fn passed(&self, tree: &Tree, features: &[f64], passed: &mut Vec<bool>) {
        passed.clear();
        passed.push(true);
        for (node, same_feature) in tree.nodes.iter().zip(&self.same_feature) {
            let above = passed[*same_feature as usize];
            let goes_left = tree.goes_left(node, features);
            passed.push(above & goes_left);
            passed.push(above & !goes_left);
        }
    }
}

/// A feature on a path.
#[derive(Debug, Clone, Copy)]
struct Factor {
    feature: usize,
    /// z: the product of the cover shares of the feature's edges.
    cover: f64,
    /// o: 1 where the row passes all tests of the feature, else 0.
    passes: f64,
    /// The factor at the points at hand, and the product of those after it.
    here: [f64; POINTS],
    after: [f64; POINTS],
}

/// Adds what a leaf gives, at some points of its rule, to the contributions on the diagonal of a matrix and to the
/// interactions above it.
fn leaf(path: &mut [Factor], value: f64, points: &Points<POINTS>, size: usize, matrix: &mut [f64]) {
    let mut product = [1.0; POINTS];
    for factor in path.iter_mut().rev() {
        factor.after = product;
        factor.here = std::array::from_fn(|k| factor.cover * points.complements[k] + factor.passes * points.points[k]);
        product = times(product, factor.here);
    }
    let mut before = points.weights;
    for (i, first) in path.iter().enumerate() {
        let gain = value * (first.passes - first.cover);
        matrix[first.feature * size + first.feature] += gain * sum(times(before, first.after));
        let mut others = before;
        for second in &path[i + 1..] {
            let both = 0.5 * gain * (second.passes - second.cover);
            matrix[first.feature * size + second.feature] += both * sum(times(others, second.after));
            others = times(others, second.here);
        }
        before = times(before, first.here);
    }
}

#[inline(always)]
fn times(a: [f64; POINTS], b: [f64; POINTS]) -> [f64; POINTS] {
    std::array::from_fn(|k| a[k] * b[k])
}

/// Adds in pairs: the order is fixed, so that scalar and vector code give the same bits.
#[inline(always)]
fn sum([a, b, c, d]: [f64; POINTS]) -> f64 {
    (a + c) + (b + d)
}
