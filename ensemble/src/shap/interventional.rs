//! Exact Shapley values of a tree ensemble against a stated background: the features that are left out take the values
//! of background rows (interventional, also called marginal; Janzing, Minorics and Blöbaum, "Feature relevance
//! quantification in explainable AI: a causal problem", AISTATS 2020).
//!
//! The value of a set S of known features is the mean over the background rows z of the raw score of the row that takes
//! the features in S from the explained row x and the others from z. Shapley values are linear, so leaves and background
//! rows are taken one by one (Lundberg et al., "From local explanations to global understanding with explainable AI for
//! trees", Nature Machine Intelligence 2, 2020). On the path to a leaf of value v, let x fail the features Q and z fail
//! the features P. If they have one in common, no mixture of the two rows reaches the leaf. Otherwise a mixture reaches it
//! exactly if it takes all of P and nothing of Q from x, so that with p = |P| and q = |Q|
//!
//! - each feature of P gets +v·(p−1)!·q!/(p+q)!,
//! - each feature of Q gets −v·p!·(q−1)!/(p+q)!.
//!
//! The background never changes, so P is known per leaf before any row is, and background rows with the same P count
//! together: most leaves have few different ones, however large the background. A row then costs one comparison of bit
//! patterns per leaf and group.

use thiserror::Error;

use super::paths::{Paths, Step};
use crate::order::positions;
use crate::{DEPTH_LIMIT, Ensemble, Tree, to_u32};

/// Computes contributions against a background; made once for an ensemble and its background.
///
/// A row costs time in proportion to the leaves and their groups of background rows: rows that fail the same features on
/// the path to a leaf count together, so that a path of d features has at most min(R, 2^d) groups, and 1,000 trees of 34
/// leaves have about 12 a leaf against R = 64 rows and 28 against 1,024. Memory goes by the same count: 8 bytes per group
/// (20 in trees with more than 32 distinct features on a path) and per leaf and feature on its path, which made 5 MB
/// and 10 MB in that example. At worst, on long paths, it is R groups a leaf.
///
/// ```
/// use candor_ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
/// use candor_ensemble::shap::InterventionalExplainer;
///
/// // Log-odds rise by 2 where feature 0 is above 10.
/// let tree = Tree {
///     nodes: vec![Node {
///         feature: 0,
///         test: Test::AtMost(10.0, Missing::Left),
///         left: Child::Leaf(0),
///         right: Child::Leaf(1),
///     }],
///     leaves: vec![-1.0, 1.0],
///     covers: vec![90.0, 10.0],
///     category_words: vec![],
/// };
/// let ensemble = Ensemble::new(vec![tree]);
///
/// // Half of the background is above 10.
/// let explainer = InterventionalExplainer::new(&ensemble, [[5.0, 0.0], [15.0, 1.0]])?;
/// let mut contributions = [0.0; 2];
/// explainer.contributions(&ensemble, &[20.0, 7.0], &mut contributions);
/// assert_eq!(explainer.base_value(), 0.0);
/// assert_eq!(contributions, [1.0, 0.0]);
/// # Ok::<(), candor_ensemble::shap::BackgroundError>(())
/// ```
#[derive(Debug, Clone)]
pub struct InterventionalExplainer {
    base_value: f64,
    weights: Weights,
    trees: Vec<AnyTree>,
}

/// A tree with patterns that are long enough for its paths.
#[derive(Debug, Clone)]
enum AnyTree {
    Short(TreeBackground<1>),
    /// Trees are at most 128 deep.
    Long(TreeBackground<{ DEPTH_LIMIT.div_ceil(32) }>),
}

/// Why a background cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BackgroundError {
    /// There is nothing to compare with.
    #[error("the background has no rows; give at least one")]
    Empty,
    /// A row lacks features.
    #[error("background row {row} has {found} values, and the trees need {needed}: give every row a value per feature")]
    TooShort {
        /// Position of the row, from 0.
        row: usize,
        /// Number of its values.
        found: usize,
        /// Number of features that the trees know.
        needed: usize,
    },
}

/// A tree with the background rows at each of its leaves.
#[derive(Debug, Clone)]
struct TreeBackground<const WORDS: usize> {
    paths: Paths,
    /// Leaf after leaf, by what they fail.
    groups: Vec<Group<WORDS>>,
    /// Where the groups of each leaf end.
    ends: Vec<usize>,
}

/// The background rows that fail the same features on the path to a leaf.
#[derive(Debug, Clone)]
struct Group<const WORDS: usize> {
    failed: Pattern<WORDS>,
    rows: u32,
}

/// Features on a path: bit k stands for its step k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern<const WORDS: usize>([u32; WORDS]);

impl InterventionalExplainer {
    /// Prepares an ensemble that has passed its checks for comparison with `background`, rows of features as the trees
    /// read them. Each background row counts alike.
    ///
    /// # Errors
    ///
    /// There must be a row, and every row must have a value per feature.
    pub fn new<R: AsRef<[f64]>>(
        ensemble: &Ensemble,
        background: impl IntoIterator<Item = R>,
    ) -> Result<Self, BackgroundError> {
        let rows: Vec<R> = background.into_iter().collect();
        if rows.is_empty() {
            return Err(BackgroundError::Empty);
        }
        let nodes = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        let needed = nodes.map(|node| usize::from(node.feature) + 1).max().unwrap_or(0);
        let mut sum = 0.0;
        for (row, features) in rows.iter().map(AsRef::as_ref).enumerate() {
            if features.len() < needed {
                let found = features.len();
                return Err(BackgroundError::TooShort { row, found, needed });
            }
            sum += ensemble.raw_score(features);
        }
        let mut most_features = 0;
        let mut prepare = |tree: &Tree| {
            let paths = Paths::new(tree);
            most_features = most_features.max(paths.most_features());
            match paths.most_features() {
                0..=32 => AnyTree::Short(TreeBackground::new(tree, paths, &rows)),
                _ => AnyTree::Long(TreeBackground::new(tree, paths, &rows)),
            }
        };
        Ok(Self {
            base_value: sum / rows.len() as f64,
            trees: ensemble.trees.iter().map(&mut prepare).collect(),
            weights: Weights::new(most_features, ensemble.scale / rows.len() as f64),
        })
    }

    /// The mean raw score of the background: what the contributions start from.
    pub fn base_value(&self) -> f64 {
        self.base_value
    }

    /// Adds each feature's contribution to the raw score of the row to `contributions`, which has a place per feature;
    /// with the base value they add up to the raw score. `ensemble` is the one that the explainer was made for.
    pub fn contributions(&self, ensemble: &Ensemble, features: &[f64], contributions: &mut [f64]) {
        let mut passed = Vec::new();
        for (background, tree) in self.trees.iter().zip(&ensemble.trees) {
            match background {
                AnyTree::Short(background) => {
                    background.contributions(tree, features, &self.weights, &mut passed, contributions);
                }
                AnyTree::Long(background) => {
                    background.contributions(tree, features, &self.weights, &mut passed, contributions);
                }
            }
        }
    }
}

impl<const WORDS: usize> TreeBackground<WORDS> {
    fn new<R: AsRef<[f64]>>(tree: &Tree, paths: Paths, rows: &[R]) -> Self {
        let mut passed = Vec::new();
        let mut patterns = vec![Vec::with_capacity(rows.len()); tree.leaves.len()];
        for row in rows {
            paths.passed(tree, row.as_ref(), &mut passed);
            for (steps, patterns) in paths.to_leaves().zip(&mut patterns) {
                patterns.push(Pattern::failed(steps, &passed));
            }
        }
        let (mut groups, mut ends) = (Vec::new(), Vec::with_capacity(patterns.len()));
        for patterns in patterns {
            let order = positions(patterns.len(), &|a, b| patterns[a].cmp(&patterns[b]));
            for same in order.chunk_by(|&a, &b| patterns[a] == patterns[b]) {
                groups.push(Group {
                    failed: patterns[same[0]],
                    rows: to_u32(same.len()),
                });
            }
            ends.push(groups.len());
        }
        groups.shrink_to_fit();
        Self { paths, groups, ends }
    }

    fn contributions(
        &self,
        tree: &Tree,
        features: &[f64],
        weights: &Weights,
        passed: &mut Vec<bool>,
        contributions: &mut [f64],
    ) {
        self.paths.passed(tree, features, passed);
        let mut start = 0;
        for ((steps, value), &end) in self.paths.to_leaves().zip(&tree.leaves).zip(&self.ends) {
            let groups = &self.groups[start..end];
            start = end;
            let row_failed = Pattern::<WORDS>::failed(steps, passed);
            let q = row_failed.count();
            let mut lost = 0.0;
            for group in groups.iter().filter(|group| !group.failed.meets(row_failed)) {
                let p = group.failed.count();
                let sum = value * f64::from(group.rows);
                lost += weights.of(q, p) * sum;
                let gained = weights.of(p, q) * sum;
                group
                    .failed
                    .for_each(|step| contributions[usize::from(steps[step].feature)] += gained);
            }
            row_failed.for_each(|step| contributions[usize::from(steps[step].feature)] -= lost);
        }
    }
}

impl<const WORDS: usize> Pattern<WORDS> {
    /// The features on a path that a row fails which passes these edges.
    #[inline]
    fn failed(steps: &[Step], passed: &[bool]) -> Self {
        let mut failed = [0; WORDS];
        for (word, steps) in failed.iter_mut().zip(steps.chunks(32)) {
            for (step, bit) in steps.iter().zip(0..) {
                *word |= u32::from(!passed[step.edge as usize]) << bit;
            }
        }
        Self(failed)
    }

    #[inline]
    fn count(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether a feature is in both.
    #[inline]
    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Visits the steps from the first to the last.
    #[inline]
    fn for_each(self, mut visit: impl FnMut(usize)) {
        for (mut rest, start) in self.0.into_iter().zip((0..).step_by(32)) {
            while rest != 0 {
                visit(start + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }
}

/// (a−1)!·b!/(a+b)! for a from 1 and b from 0, times a factor; 0 for a = 0.
#[derive(Debug, Clone)]
struct Weights {
    /// Row a, column b.
    values: Vec<f64>,
    width: usize,
}

impl Weights {
    fn new(most_features: usize, factor: f64) -> Self {
        let width = most_features + 1;
        let mut values = vec![0.0; width * width];
        for a in 1..width {
            // 0!·(a−1)!/a! is 1/a, and each further factor of b! meets one of (a+b)!: nothing grows out of range.
            let mut weight = factor / a as f64;
            for b in 0..width - a {
                values[a * width + b] = weight;
                weight *= (b + 1) as f64 / (a + b + 1) as f64;
            }
        }
        Self { values, width }
    }

    #[inline]
    fn of(&self, a: usize, b: usize) -> f64 {
        self.values[a * self.width + b]
    }
}
