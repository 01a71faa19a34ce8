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
        let mut path = vec![Factor::Absent; contributions.len()];
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

/// What the path so far says of one feature: its z, and its o.
#[derive(Debug, Clone, Copy)]
enum Factor {
    /// Not tested yet.
    Absent,
    /// Tested, and the row passed every time; holds z, the product of the cover shares of its edges.
    Passed(f64),
    /// Tested, and the row failed at least once.
    Failed,
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
    /// product C of the factors above; returned is U, the sum over the leaves below of their value times the factors
    /// below.
    ///
    /// Let the node test feature j, whose factor above is g (1 when j is new), and let g_L, g_R be its factors below.
    /// The shares of the branches add up to 1 and the row takes one of them, so g_L + g_R = g: with r = g_L / g the
    /// branches get C·r and C·(1 − r), and U = U_R + r·(U_L − U_R). With the gains a = o_L − z_L and c = o − z (0 when
    /// j is new), j gains ∫ (C/g)·(a·U_L + (c − a)·U_R − c·U) = ∫ (C/g)·(a − c·r)·(U_L − U_R), where −c·U takes back what
    /// the split above had counted for j. Once the row has failed a test of j, r is the bare share and the gain is 0.
    fn below<const K: usize>(&mut self, rule: &Rule<K>, index: usize, outside: &[f64; K]) -> [f64; K] {
        let tree = self.tree;
        let node = &tree.nodes[index];
        let feature = usize::from(node.feature);
        let share = node.cover_left;
        let above = self.path[feature];
        let goes_left = tree.goes_left(node, self.features);
        let passes_left = f64::from(u8::from(goes_left));

        let mut ratio = [share; K];
        let mut inverse = [1.0; K];
        let (below_left, below_right) = match above {
            Factor::Failed => (Factor::Failed, Factor::Failed),
            Factor::Absent | Factor::Passed(_) => {
                let cover = if let Factor::Passed(cover) = above { cover } else { 1.0 };
                for (k, value) in ratio.iter_mut().enumerate() {
                    *value = rule.factor(k, cover * share, passes_left);
                }
                if let Factor::Passed(cover) = above {
                    for k in 0..K {
                        inverse[k] = 1.0 / rule.factor(k, cover, 1.0);
                        ratio[k] *= inverse[k];
                    }
                }
                if goes_left {
                    (Factor::Passed(cover * share), Factor::Failed)
                } else {
                    (Factor::Failed, Factor::Passed(cover * (1.0 - share)))
                }
            }
        };
        let mut outside_left = [0.0; K];
        let mut outside_right = [0.0; K];
        for k in 0..K {
            outside_left[k] = outside[k] * ratio[k];
            outside_right[k] = outside[k] - outside_left[k];
        }
        self.path[feature] = below_left;
        let left = self.child(rule, node.left, &outside_left);
        self.path[feature] = below_right;
        let right = self.child(rule, node.right, &outside_right);
        self.path[feature] = above;

        let mut inside = [0.0; K];
        let mut terms = [0.0; K];
        for k in 0..K {
            let difference = left[k] - right[k];
            inside[k] = right[k] + ratio[k] * difference;
            terms[k] = outside[k] * difference;
        }
        match above {
            Factor::Absent => self.contributions[feature] += (passes_left - share) * sum(&terms),
            Factor::Passed(cover) => {
                let (gain, counted) = (passes_left - cover * share, 1.0 - cover);
                for k in 0..K {
                    terms[k] *= inverse[k] * (gain - counted * ratio[k]);
                }
                self.contributions[feature] += sum(&terms);
            }
            Factor::Failed => {}
        }
        inside
    }

    #[inline]
    fn child<const K: usize>(&mut self, rule: &Rule<K>, child: Child, outside: &[f64; K]) -> [f64; K] {
        match child {
            Child::Leaf(leaf) => [self.tree.leaves[leaf as usize]; K],
            Child::Node(index) => self.below(rule, index as usize, outside),
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
            let (left, right) = (expected_value(tree, node.left), expected_value(tree, node.right));
            right + node.cover_left * (left - right)
        }
    }
}
