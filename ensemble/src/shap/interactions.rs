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

use super::compiled::Points;
use super::paths::Paths;
use super::quadrature::Rule;
use crate::{DEPTH_LIMIT, Ensemble, Tree};

/// Computes interaction values; made once for an ensemble.
///
/// A row costs d² · K steps per leaf, where d is the number of distinct features on its path and K ≥ d/2, and the
/// explainer holds 16 bytes per node, and 8 per leaf and feature on its path.
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

/// A tree with what the training population does on its paths.
#[derive(Debug, Clone)]
struct TreePaths {
    paths: Paths,
    /// Per edge, z: the product of the cover shares of the edges down to it that test the same feature.
    covers: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Rules {
    two: Points<2>,
    four: Points<4>,
    eight: Points<8>,
    sixteen: Points<16>,
    /// Trees are at most 128 deep.
    sixty_four: Points<64>,
}

impl InteractionExplainer {
    /// Prepares an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        let rules = Rules {
            two: Points::of(&Rule::gauss_legendre(2), 0),
            four: Points::of(&Rule::gauss_legendre(4), 0),
            eight: Points::of(&Rule::gauss_legendre(8), 0),
            sixteen: Points::of(&Rule::gauss_legendre(16), 0),
            sixty_four: Points::of(&Rule::gauss_legendre(64), 0),
        };
        let trees = ensemble.trees.iter().map(TreePaths::new).collect();
        Self { trees, rules }
    }

    /// Writes the interaction values of the row, in the unit of the raw score, to `interactions`: a symmetric matrix with
    /// a row and a column per feature, row after row. Each row adds up to the feature's contribution.
    /// `ensemble` is the one that the explainer was made for.
    pub fn interactions(&self, ensemble: &Ensemble, features: &[f64], interactions: &mut Vec<f64>) {
        let size = features.len();
        interactions.clear();
        interactions.resize(size * size, 0.0);
        let rules = &self.rules;
        let mut path = Vec::with_capacity(DEPTH_LIMIT);
        let mut passed = Vec::new();
        // First φ on the diagonal and Φ above it.
        for (below, tree) in self.trees.iter().zip(&ensemble.trees) {
            below.paths.passed(tree, features, &mut passed);
            for (steps, value) in below.paths.to_leaves().zip(&tree.leaves) {
                path.clear();
                path.extend(steps.iter().map(|step| Factor {
                    feature: usize::from(step.feature),
                    cover: below.covers[step.edge as usize],
                    passes: f64::from(u8::from(passed[step.edge as usize])),
                }));
                let value = value * ensemble.scale;
                match path.len() {
                    0..=4 => leaf::<2, 4>(&path, value, &rules.two, size, interactions),
                    5..=8 => leaf::<4, 8>(&path, value, &rules.four, size, interactions),
                    9..=16 => leaf::<8, 16>(&path, value, &rules.eight, size, interactions),
                    17..=32 => leaf::<16, 32>(&path, value, &rules.sixteen, size, interactions),
                    _ => leaf::<64, DEPTH_LIMIT>(&path, value, &rules.sixty_four, size, interactions),
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
    fn new(tree: &Tree) -> Self {
        let paths = Paths::new(tree);
        let mut covers = vec![1.0];
        for (index, share) in tree.shares().into_iter().enumerate() {
            let above: f64 = covers[paths.same_feature(index)];
            covers.push(above * share);
            covers.push(above * (1.0 - share));
        }
        Self { paths, covers }
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
}

/// Adds what a leaf gives to the contributions on the diagonal of a matrix and to the interactions above it; there are at
/// most D ≤ 2K features on the path.
fn leaf<const K: usize, const D: usize>(
    path: &[Factor],
    value: f64,
    rule: &Points<K>,
    size: usize,
    matrix: &mut [f64],
) {
    let at_points =
        |factor: &Factor| std::array::from_fn(|k| factor.cover * rule.complements[k] + factor.passes * rule.points[k]);
    // Per place on the path: the factor there, and the product of those after it.
    let mut factors = [[1.0; K]; D];
    let mut after = [[1.0; K]; D];
    let mut product = [1.0; K];
    for (place, factor) in path.iter().enumerate().rev() {
        after[place] = product;
        factors[place] = at_points(factor);
        product = times(product, factors[place]);
    }
    let mut before = rule.weights;
    for (i, first) in path.iter().enumerate() {
        let gain = value * (first.passes - first.cover);
        matrix[first.feature * size + first.feature] += gain * sum(times(before, after[i]));
        let mut others = before;
        for (j, second) in path.iter().enumerate().skip(i + 1) {
            let both = 0.5 * gain * (second.passes - second.cover);
            matrix[first.feature * size + second.feature] += both * sum(times(others, after[j]));
            others = times(others, factors[j]);
        }
        before = times(before, factors[i]);
    }
}

#[inline]
fn times<const K: usize>(a: [f64; K], b: [f64; K]) -> [f64; K] {
    std::array::from_fn(|k| a[k] * b[k])
}

/// Adds in pairs: the order is fixed, so that scalar and vector code give the same bits.
#[inline]
fn sum<const K: usize>(mut terms: [f64; K]) -> f64 {
    let mut width = K;
    while width > 1 {
        width /= 2;
        for k in 0..width {
            terms[k] += terms[k + width];
        }
    }
    terms[0]
}
