//! A sum of decision trees over the features, and exact Shapley values of it.
//!
//! This is the part of the engine whose speed matters: [`Compiled`] for raw scores, [`shap`] for explanations. It is a
//! crate of its own because an optimisation level belongs to a crate: in WebAssembly this one is compiled for speed, and
//! all else for size. Steps of loading are functions that are not inlined: a WebAssembly host makes a function fast once it
//! has been called a few times, but never while it runs. Users of the engine find it again as `candor_core::ensemble` and
//! `candor_core::shap`.
#![forbid(unsafe_code)]

mod compiled;
mod encoding;
mod gain;
pub mod order;
mod position;
mod ranking;
pub mod shap;
mod tree;
mod vectors;
mod window;

pub use compiled::Compiled;
pub(crate) use encoding::CodeTest;
pub use gain::SplitGain;
pub use ranking::Ranking;
pub use tree::{Child, DEPTH_LIMIT, Levels, Missing, Node, Test, Tree, ZERO_THRESHOLD};

/// Trees whose leaf values add up to the raw score (log-odds of default before calibration):
/// `offset` + `scale` · Σ leaf.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// The trees, added in this order.
    pub trees: Vec<Tree>,
    /// What the sum of the leaves is multiplied with: 1, unless a library averages its trees or scales their sum.
    pub scale: f64,
    /// What is added last: 0, unless a library keeps a base score outside its trees.
    pub offset: f64,
}

impl Ensemble {
    /// Trees that are added as they are.
    pub fn new(trees: Vec<Tree>) -> Self {
        Self {
            trees,
            scale: 1.0,
            offset: 0.0,
        }
    }

    /// The raw score of one row of features by a plain walk, tree after tree.
    pub fn raw_score(&self, features: &[f64]) -> f64 {
        let sum = self.trees.iter().fold(0.0, |sum, tree| sum + tree.value(features));
        self.offset + self.scale * sum
    }

    /// Number of features that the trees know: one more than the position of the last that they test.
    pub fn feature_count(&self) -> usize {
        let mut count = 0;
        for tree in &self.trees {
            for node in &tree.nodes {
                count = count.max(usize::from(node.feature) + 1);
            }
        }
        count
    }

    /// Number of leaves of all trees.
    pub fn leaf_count(&self) -> usize {
        self.trees.iter().map(|tree| tree.leaves.len()).sum()
    }

    /// The largest absolute raw score that any row can reach.
    pub fn largest_score(&self) -> f64 {
        let largest = |tree: &Tree| tree.leaves.iter().fold(0.0_f64, |most, leaf| most.max(leaf.abs()));
        let sum = self.trees.iter().fold(0.0, |sum, tree| sum + largest(tree));
        self.offset.abs() + self.scale.abs() * sum
    }

    /// What is wrong with the trees over `features` features, if anything; a model file is checked with it at load.
    pub fn problem(&self, features: usize) -> Option<String> {
        for (name, value) in [("scale", self.scale), ("offset", self.offset)] {
            if !value.is_finite() {
                return Some(format!("the {name} is not a finite number"));
            }
        }
        self.trees
            .iter()
            .enumerate()
            .find_map(|(index, tree)| tree.problem(features).map(|problem| format!("tree {index}: {problem}")))
    }
}
