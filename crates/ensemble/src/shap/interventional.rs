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

use super::groups::{Groups, MOST_WORDS, words_for};
use super::paths::Paths;
use crate::position::to_u32;
use crate::{Child, DEPTH_LIMIT, Ensemble, Tree};

/// Computes contributions against a background; made once for an ensemble and its background.
///
/// A row costs time in proportion to the leaves and their groups of background rows: rows that fail the same features on
/// the path to a leaf count together, so that a path of d features has at most min(R, 2^d) groups, and 1,000 trees of 34
/// leaves have about 12 a leaf against R = 64 rows and 28 against 1,024. Memory goes by the same count: 8 bytes per group
/// (4 more for each 32 distinct features on its path beyond the first 32), 9 per leaf, and 2 per leaf and feature on its
/// path, which makes 4 MB and 8 MB in that example. At worst it is R groups a leaf. Trees may take 8 bytes
/// per leaf and row, for at least 64 rows, 128 more per leaf and half a megabyte: what exceeds that, as long paths of many
/// more than 32 distinct features can, is refused.
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
    trees: Vec<TreeBackground>,
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
    /// The rows of a model that stands alone.
    #[error("the model has no background to compare with; say whom to compare with, or train the model again")]
    Absent,
    /// The trees' paths have so many different features that the groups of rows would take too much memory.
    #[error(
        "the paths of the trees are so long that comparing with {rows} background rows would take more than {most} bytes \
         of memory; compare with fewer rows, or explain path-dependently"
    )]
    TooLarge {
        /// Number of rows.
        rows: usize,
        /// Bytes that trees of this size may take.
        most: usize,
    },
}

/// A tree with the background rows at each of its leaves.
#[derive(Debug, Clone)]
struct TreeBackground {
    /// Whether one word is enough for the patterns of all paths.
    is_short: bool,
    /// Per node, where its feature stands among those on the way down.
    places: Vec<Place>,
    leaves: Vec<LeafBackground>,
    /// The distinct features on the way to each leaf, increasing, leaf after leaf.
    features: Vec<u16>,
    /// Leaf after leaf, by what they fail: the words of a pattern, then the number of rows.
    groups: Vec<u32>,
}

/// The place of a node's feature on the path that ends there, and its highest bit if the feature was tested above.
#[derive(Debug, Clone, Copy)]
struct Place(u8);

/// How many features there are on the way to a leaf, and groups of rows.
#[derive(Debug, Clone, Copy)]
struct LeafBackground {
    features: u8,
    groups: u32,
}

/// Features on a path: bit k stands for the one at place k.
#[derive(Debug, Clone, Copy)]
struct Pattern<const WORDS: usize>([u32; WORDS]);

/// What trees may take in memory: so much for each leaf and row, for each leaf, and beside that. A leaf takes 12 bytes in a
/// model file with its node, which brings 64 rows at most: so this is less than 64 times the file. Whoever gives more rows
/// gives memory for them. No path of up to 32 distinct features exceeds it.
const BYTES_PER_ROW: usize = 8;
const FEWEST_ROWS: usize = 64;
const BYTES_PER_LEAF: usize = 128;
const BYTES_BESIDE: usize = 1 << 19;

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
        let needed = ensemble.feature_count();
        let mut sum = 0.0;
        for (row, features) in rows.iter().map(AsRef::as_ref).enumerate() {
            if features.len() < needed {
                let found = features.len();
                return Err(BackgroundError::TooShort { row, found, needed });
            }
            sum += ensemble.raw_score(features);
        }
        let most = (BYTES_PER_LEAF + BYTES_PER_ROW * rows.len().max(FEWEST_ROWS))
            .saturating_mul(ensemble.leaf_count())
            .saturating_add(BYTES_BESIDE);
        let mut left = most;
        let mut groups = Groups::new(rows.len());
        let mut trees = Vec::with_capacity(ensemble.trees.len());
        for tree in &ensemble.trees {
            let prepared = TreeBackground::new(tree, &rows, &mut groups, &mut left);
            let count = rows.len();
            trees.push(prepared.ok_or(BackgroundError::TooLarge { rows: count, most })?);
        }
        let leaves = trees.iter().flat_map(|tree| &tree.leaves);
        let most_features = leaves.map(|leaf| usize::from(leaf.features)).max().unwrap_or(0);
        Ok(Self {
            base_value: sum / rows.len() as f64,
            trees,
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
        let (mut short, mut long) = (Room::<1>::default(), Room::<MOST_WORDS>::default());
        for (background, tree) in self.trees.iter().zip(&ensemble.trees) {
            if background.is_short {
                background.contributions(tree, features, &self.weights, &mut short, contributions);
            } else {
                background.contributions(tree, features, &self.weights, &mut long, contributions);
            }
        }
    }
}

/// What a row fails on the way to each node and to each leaf of a tree, from tree to tree.
#[derive(Default)]
struct Room<const WORDS: usize> {
    nodes: Vec<Pattern<WORDS>>,
    leaves: Vec<Pattern<WORDS>>,
}

impl TreeBackground {
    /// Puts the rows in groups, unless these take more than the bytes that are left.
    #[expect(clippy::cast_possible_truncation, reason = "paths have at most 128 features")]
    fn new<R: AsRef<[f64]>>(tree: &Tree, rows: &[R], groups: &mut Groups, left: &mut usize) -> Option<Self> {
        let paths = Paths::new(tree);
        let mut steps = Vec::with_capacity(DEPTH_LIMIT);
        let mut places = Vec::with_capacity(tree.nodes.len());
        groups.enter(tree, &paths, rows, &mut steps, |place| {
            places.push(match place {
                Ok(known) => Place(known as u8 | 0x80),
                Err(new) => Place(new as u8),
            });
        });
        // All is counted before any room is taken for it.
        let mut leaves = Vec::with_capacity(tree.leaves.len());
        let (mut features_in_all, mut words_in_all, mut is_short) = (0, 0, true);
        for leaf in 0..tree.leaves.len() {
            paths.to_leaf(leaf, &mut steps);
            let mut count = 0;
            groups.visit(&steps, &mut |_, _| count += 1);
            let words = words_for(steps.len());
            is_short &= words == 1;
            features_in_all += steps.len();
            words_in_all += (words + 1) * count;
            leaves.push(LeafBackground {
                features: steps.len() as u8,
                groups: to_u32(count),
            });
        }
        let fixed = size_of::<Self>() + size_of_val(&places[..]) + size_of_val(&leaves[..]);
        *left = left.checked_sub(fixed + size_of::<u16>() * features_in_all + size_of::<u32>() * words_in_all)?;

        let mut features = Vec::with_capacity(features_in_all);
        let mut all = Vec::with_capacity(words_in_all);
        for leaf in 0..tree.leaves.len() {
            paths.to_leaf(leaf, &mut steps);
            features.extend(steps.iter().map(|step| step.feature));
            groups.visit(&steps, &mut |failed, rows| {
                all.extend_from_slice(failed);
                all.push(rows);
            });
        }
        Some(Self {
            is_short,
            places,
            leaves,
            features,
            groups: all,
        })
    }

    #[inline]
    fn contributions<const WORDS: usize>(
        &self,
        tree: &Tree,
        row: &[f64],
        weights: &Weights,
        room: &mut Room<WORDS>,
        contributions: &mut [f64],
    ) {
        room.follow(tree, &self.places, row);
        let (mut features, mut groups) = (&self.features[..], &self.groups[..]);
        for ((leaf, value), &row_failed) in self.leaves.iter().zip(&tree.leaves).zip(&room.leaves) {
            let (on_path, other_features) = features.split_at(usize::from(leaf.features));
            let size = 1 + if WORDS == 1 { 1 } else { words_for(on_path.len()) };
            let (of_leaf, other_groups) = groups.split_at(size * leaf.groups as usize);
            (features, groups) = (other_features, other_groups);
            let q = row_failed.count();
            let mut lost = 0.0;
            for group in of_leaf.chunks_exact(size) {
                let Some((&rows, failed)) = group.split_last() else {
                    continue;
                };
                let failed = Pattern::<WORDS>::of(failed);
                if failed.meets(row_failed) {
                    continue;
                }
                let p = failed.count();
                let sum = value * f64::from(rows);
                lost += weights.of(q, p) * sum;
                let gained = weights.of(p, q) * sum;
                failed.for_each(|place| contributions[usize::from(on_path[place])] += gained);
            }
            row_failed.for_each(|place| contributions[usize::from(on_path[place])] -= lost);
        }
    }
}

impl<const WORDS: usize> Room<WORDS> {
    /// Works out what a row fails on the way to each leaf of a tree.
    #[inline]
    fn follow(&mut self, tree: &Tree, places: &[Place], row: &[f64]) {
        if self.leaves.len() < tree.leaves.len() {
            self.nodes = vec![Pattern::NONE; tree.leaves.len()];
            self.leaves = vec![Pattern::NONE; tree.leaves.len()];
        }
        // The root, or the only leaf.
        self.nodes[0] = Pattern::NONE;
        self.leaves[0] = Pattern::NONE;
        for (index, (node, &place)) in tree.nodes.iter().zip(places).enumerate() {
            let above = self.nodes[index].with_room_at(place);
            let goes_left = tree.goes_left(node, row);
            for (child, fails) in [(node.left, !goes_left), (node.right, goes_left)] {
                let below = above.with(place, fails);
                match child {
                    Child::Node(node) => self.nodes[node as usize] = below,
                    Child::Leaf(leaf) => self.leaves[leaf as usize] = below,
                }
            }
        }
    }
}

impl Place {
    /// Word and bit.
    #[inline]
    fn parts(self) -> (usize, u32) {
        (usize::from(self.0 & 0x7f) / 32, u32::from(self.0) % 32)
    }

    /// 1 where the feature is new on the path, else 0.
    #[inline]
    fn is_new(self) -> u32 {
        1 - u32::from(self.0 >> 7)
    }
}

impl<const WORDS: usize> Pattern<WORDS> {
    const NONE: Self = Self([0; WORDS]);

    #[inline]
    fn of(words: &[u32]) -> Self {
        let mut pattern = Self::NONE;
        for (to, from) in pattern.0.iter_mut().zip(words) {
            *to = *from;
        }
        pattern
    }

    /// Moves the features from a place on by one, if the one that belongs there is new.
    #[inline]
    fn with_room_at(mut self, place: Place) -> Self {
        let ((first, bit), is_new) = (place.parts(), place.is_new());
        let (mut before, mut carry) = ((1 << bit) - 1, 0);
        for word in self.0.iter_mut().skip(first) {
            let moved = *word & !before;
            *word = *word & before | moved << is_new | carry;
            carry = (moved >> 31) & is_new;
            before = 0;
        }
        self
    }

    /// Adds the feature at a place if a row fails it.
    #[inline]
    fn with(mut self, place: Place, fails: bool) -> Self {
        let (word, bit) = place.parts();
        self.0[word.min(WORDS - 1)] |= u32::from(fails) << bit;
        self
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

    /// Visits the places from the first to the last.
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
