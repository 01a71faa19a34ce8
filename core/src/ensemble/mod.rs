//! A sum of decision trees over the features.

mod tree;

use serde::{Deserialize, Serialize};

pub(crate) use tree::NumericTest;
pub use tree::{Child, DEPTH_LIMIT, Missing, Node, Test, Tree};

/// Trees whose leaf values add up to the raw score (log-odds of default before calibration).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    /// The trees, added in this order.
    pub trees: Vec<Tree>,
}

impl Ensemble {
    /// The raw score of one row of features: the sum of the leaf that the row reaches in each tree, in tree order.
    pub fn raw_score(&self, features: &[f64]) -> f64 {
        self.trees.iter().fold(0.0, |sum, tree| sum + tree.value(features))
    }

    /// Number of leaves of all trees.
    pub fn leaf_count(&self) -> usize {
        self.trees.iter().map(|tree| tree.leaves.len()).sum()
    }

    /// The largest absolute raw score that any row can reach.
    pub fn largest_score(&self) -> f64 {
        let largest = |tree: &Tree| tree.leaves.iter().fold(0.0_f64, |most, leaf| most.max(leaf.abs()));
        self.trees.iter().fold(0.0, |sum, tree| sum + largest(tree))
    }

    /// What is wrong with the trees over `features` features, if anything; a model file is checked with it at load.
    pub(crate) fn problem(&self, features: usize) -> Option<String> {
        self.trees
            .iter()
            .enumerate()
            .find_map(|(index, tree)| tree.problem(features).map(|problem| format!("tree {index}: {problem}")))
    }
}
