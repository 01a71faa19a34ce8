//! What a scorecard adds for each value of a feature, as a tree.

use candor_core::ensemble::{Child, Levels, Missing, Node, Test, Tree};

use super::evidence::{Bins, Column, Encoding};
use super::imputation::Imputation;
use crate::learner::Matrix;

/// What is added to the log-odds, bin by bin; the last bin is that of missing values.
#[derive(Debug, Clone)]
pub(super) struct Points {
    feature: usize,
    cut: Cut,
    values: Vec<f64>,
}

/// Where bins end.
#[derive(Debug, Clone)]
enum Cut {
    /// At these bounds, which belong to the bin below them.
    Bounds(Vec<f64>),
    /// Each bin is a level.
    Levels,
}

/// The points of all features that have an input, in the order of the features.
pub(super) fn points(encoding: &Encoding, coefficients: &[f64], imputation: &Imputation) -> Vec<Points> {
    let mut inputs: Vec<(&Column, f64)> = encoding.columns.iter().zip(coefficients.iter().copied()).collect();
    inputs.sort_by_key(|(column, _)| column.feature);
    inputs
        .chunk_by(|(a, _), (b, _)| a.feature == b.feature)
        .filter_map(|inputs| Points::of(inputs, imputation))
        .collect()
}

impl Points {
    /// Those of a feature, from its inputs and their coefficients.
    fn of(inputs: &[(&Column, f64)], imputation: &Imputation) -> Option<Self> {
        let feature = inputs.first()?.0.feature;
        let cut = inputs.iter().find_map(|(column, _)| match &column.bins {
            Bins::Bounds(bounds) => Some(Cut::Bounds(bounds.clone())),
            Bins::Levels(_) => Some(Cut::Levels),
            Bins::Known => None,
        });
        let cut = cut.unwrap_or(Cut::Bounds(Vec::new()));
        let weight_of = |value: f64| {
            let weighed = inputs.iter();
            let weighed = weighed.map(|(column, coefficient)| coefficient * column.weight(imputation, value));
            weighed.fold(0.0, |sum, weight| sum + weight)
        };
        #[expect(clippy::cast_precision_loss, reason = "positions of levels")]
        let values: Vec<f64> = match &cut {
            // A bin's bound belongs to it; above the last, nothing is beyond infinity.
            Cut::Bounds(bounds) => bounds.iter().copied().chain([f64::INFINITY]).map(weight_of).collect(),
            Cut::Levels => {
                let levels = inputs.first()?.0.weights.len() - 1;
                (0..levels).map(|level| weight_of(level as f64)).collect()
            }
        };
        Some(Self {
            feature,
            cut,
            values: values.into_iter().chain([weight_of(f64::NAN)]).collect(),
        })
    }

    /// The tree that halves the bins until one is left; its covers are counts of the given rows.
    pub(super) fn into_tree(self, matrix: &Matrix<'_>, rows: &[usize]) -> Tree {
        let bins = self.values.len();
        let mut tree = Tree {
            nodes: Vec::with_capacity(bins - 1),
            leaves: self.values.clone(),
            covers: vec![0.0; bins],
            category_words: Vec::new(),
        };
        if let Cut::Bounds(_) = self.cut {
            // Whatever is not missing goes left.
            let test = Test::AtMost(f64::INFINITY, Missing::Right);
            let root = add_node(&mut tree, self.feature, test);
            tree.nodes[root].right = Child::Leaf(small(bins - 1));
            tree.nodes[root].left = self.halve(&mut tree, 0, bins - 1);
        } else {
            self.halve(&mut tree, 0, bins);
        }
        for &row in rows {
            let reached = tree.leaf(matrix.row(row));
            tree.covers[reached] += 1.0;
        }
        tree
    }

    /// Splits the bins from `first` to before `end`.
    fn halve(&self, tree: &mut Tree, first: usize, end: usize) -> Child {
        if end - first < 2 {
            return Child::Leaf(small(first));
        }
        let middle = first.midpoint(end);
        let test = match &self.cut {
            Cut::Bounds(bounds) => Test::AtMost(bounds[middle - 1], Missing::Right),
            Cut::Levels => {
                // Missing values and unknown levels are in no set, and come to the last bin.
                let start = tree.category_words.len();
                let words = middle.div_ceil(32);
                tree.category_words.resize(start + words, 0);
                for level in first..middle {
                    tree.category_words[start + level / 32] |= 1 << (level % 32);
                }
                Test::InSet {
                    start: small(start),
                    length: small(words),
                    levels: Levels::Truncated,
                    missing_left: false,
                }
            }
        };
        let index = add_node(tree, self.feature, test);
        tree.nodes[index].left = self.halve(tree, first, middle);
        tree.nodes[index].right = self.halve(tree, middle, end);
        Child::Node(small(index))
    }
}

/// Adds a node whose children are not known yet, and returns its position.
#[expect(clippy::cast_possible_truncation, reason = "the schema has at most 65,535 features")]
fn add_node(tree: &mut Tree, feature: usize, test: Test) -> usize {
    tree.nodes.push(Node {
        feature: feature as u16,
        test,
        left: Child::Leaf(0),
        right: Child::Leaf(0),
    });
    tree.nodes.len() - 1
}

#[expect(clippy::cast_possible_truncation, reason = "positions of bins and levels")]
fn small(position: usize) -> u32 {
    position as u32
}
