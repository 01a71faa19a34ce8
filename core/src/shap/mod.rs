//! Exact Shapley values of a tree ensemble, with the features that are left out averaged over the training
//! population as the trees saw it (path-dependent: branches are weighted by their share of the cover).
//!
//! For a leaf of value v, let z_j be the product of the cover shares of the edges on its path that test feature j, and
//! o_j whether the row passes them all. Then feature i gets
//! v · (o_i − z_i) · ∫₀¹ Π_{j≠i} [o_j·t + z_j·(1−t)] dt from that leaf: the Shapley weights |S|!(d−|S|−1)!/d! are exactly
//! the Beta integrals of the polynomial's terms. The integrand has degree d−1 in t, so a Gauss–Legendre rule of K points
//! integrates it exactly as soon as 2K ≥ d. K is chosen per tree from the largest number of distinct features on a
//! path, and the sums over leaves are taken from inside out and outside in, in O(leaves · K) a tree.

mod quadrature;

use crate::ensemble::{Child, Ensemble, Tree};
use quadrature::Rule;

/// Computes contributions; made once for an ensemble.
#[derive(Debug, Clone)]
pub struct Explainer {
    base_value: f64,
    /// Largest number of distinct features on a path, per tree.
    path_features: Vec<usize>,
    rules: Rules,
}

/// The rules of the sizes for which the walk is compiled.
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
        let path_features = ensemble
            .trees
            .iter()
            .map(|tree| most_distinct_features(tree, tree.root(), &mut Vec::new()))
            .collect();
        let base_value = ensemble
            .trees
            .iter()
            .fold(0.0, |sum, tree| sum + expected_value(tree, tree.root()));
        let rules = Rules {
            two: Rule::gauss_legendre(),
            four: Rule::gauss_legendre(),
            eight: Rule::gauss_legendre(),
            sixteen: Rule::gauss_legendre(),
            sixty_four: Rule::gauss_legendre(),
        };
        Self {
            base_value,
            path_features,
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
        let mut path = vec![Factor::ABSENT; contributions.len()];
        for (tree, &distinct) in ensemble.trees.iter().zip(&self.path_features) {
            let walk = Walk {
                tree,
                features,
                path: &mut path,
                contributions,
            };
            // A rule of K points is exact for up to 2K distinct features. Trees are at most 128 deep.
            match distinct {
                0..=4 => walk.run(&self.rules.two),
                5..=8 => walk.run(&self.rules.four),
                9..=16 => walk.run(&self.rules.eight),
                17..=32 => walk.run(&self.rules.sixteen),
                _ => walk.run(&self.rules.sixty_four),
            }
        }
    }
}

/// What the path so far says of one feature.
#[derive(Debug, Clone, Copy)]
struct Factor {
    present: bool,
    /// z: product of the cover shares of its edges.
    cover: f64,
    /// o: 1 when the row passes all its tests, else 0.
    passes: f64,
}

impl Factor {
    const ABSENT: Self = Self {
        present: false,
        cover: 1.0,
        passes: 1.0,
    };
}

struct Walk<'a> {
    tree: &'a Tree,
    features: &'a [f64],
    path: &'a mut [Factor],
    contributions: &'a mut [f64],
}

impl Walk<'_> {
    fn run<const K: usize>(mut self, rule: &Rule<K>) {
        // The weights ride along with the products from outside in, so every integral below is a plain sum. A tree of
        // one leaf adds the same to every row: nothing to attribute.
        if let Child::Node(root) = self.tree.root() {
            self.below(rule, root as usize, &rule.weights);
        }
    }

    /// Adds the contributions of all splits at and under node `index`. `outside` is, per point, the weight times the
    /// product of the factors above; returned is the sum over the leaves below of their value times the factors below.
    fn below<const K: usize>(&mut self, rule: &Rule<K>, index: usize, outside: &[f64; K]) -> [f64; K] {
        let tree = self.tree;
        let node = &tree.nodes[index];
        let feature = usize::from(node.feature);
        let above = self.path[feature];
        let goes_left = tree.goes_left(node, self.features);

        // Without this feature's own factor: a feature met before has one in `outside` already.
        let mut without = *outside;
        let mut divisor = [1.0; K];
        if above.present {
            for k in 0..K {
                divisor[k] = rule.factor(k, above);
                without[k] /= divisor[k];
            }
        }
        let mut inside = [0.0; K];
        let mut weighted = [0.0; K];
        for (child, share, passes) in [
            (node.left, node.cover_left, goes_left),
            (node.right, node.cover_right, !goes_left),
        ] {
            let factor = Factor {
                present: true,
                cover: above.cover * share,
                passes: if passes { above.passes } else { 0.0 },
            };
            // The factor is 0 at every point: no leaf below has a say. (A subnormal cover could round to 0 at some points
            // only, and dividing by it further down would give NaN.)
            if factor.cover < f64::MIN_POSITIVE && factor.passes == 0.0 {
                continue;
            }
            let mut own = [0.0; K];
            for (k, value) in own.iter_mut().enumerate() {
                *value = rule.factor(k, factor);
            }
            let part = match child {
                Child::Leaf(leaf) => [tree.leaves[leaf as usize]; K],
                Child::Node(below) => {
                    let mut product = [0.0; K];
                    for k in 0..K {
                        product[k] = without[k] * own[k];
                    }
                    self.path[feature] = factor;
                    self.below(rule, below as usize, &product)
                }
            };
            if above.present {
                for k in 0..K {
                    own[k] /= divisor[k];
                }
            }
            let gain = factor.passes - factor.cover;
            for k in 0..K {
                inside[k] += own[k] * part[k];
                weighted[k] += gain * part[k];
            }
        }
        self.path[feature] = above;

        // The split above already counted this feature for the leaves below with its old factor: take that back.
        let counted = if above.present { above.passes - above.cover } else { 0.0 };
        let mut terms = [0.0; K];
        for k in 0..K {
            terms[k] = without[k] * (weighted[k] - counted * inside[k]);
        }
        self.contributions[feature] += sum(&terms);
        inside
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

fn expected_value(tree: &Tree, child: Child) -> f64 {
    match child {
        Child::Leaf(leaf) => tree.leaves[leaf as usize],
        Child::Node(index) => {
            let node = &tree.nodes[index as usize];
            node.cover_left * expected_value(tree, node.left) + node.cover_right * expected_value(tree, node.right)
        }
    }
}
