//! What splits are worth.

use crate::Ensemble;
use crate::{Child, Tree};

/// What splitting on a feature does, over all trees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SplitGain {
    /// Inner nodes that test the feature.
    pub splits: u64,
    /// Σ over these nodes of the squared distance of the two children's mean values from the node's, weighted by cover:
    /// how much of the spread of the trees' values the splits bring about. The gain that a learner maximised is not kept
    /// in a model; this is worked out from its leaves and covers.
    pub gain: f64,
}

impl Ensemble {
    /// What splits on each feature do; `features` is the number of features.
    pub fn split_gains(&self, features: usize) -> Vec<SplitGain> {
        let mut gains = vec![SplitGain::default(); features];
        for tree in &self.trees {
            add_gains(tree, &mut gains);
        }
        gains
    }
}

fn add_gains(tree: &Tree, gains: &mut [SplitGain]) {
    // Cover and mean value of every node; children come after their parent, so they are known before it.
    let mut below = vec![(0.0, 0.0); tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate().rev() {
        let of = |child: Child| match child {
            Child::Node(node) => below.get(node as usize).copied(),
            Child::Leaf(leaf) => tree
                .covers
                .get(leaf as usize)
                .copied()
                .zip(tree.leaves.get(leaf as usize).copied()),
        };
        let ((left, left_mean), (right, right_mean)) =
            (of(node.left).unwrap_or_default(), of(node.right).unwrap_or_default());
        let cover: f64 = left + right;
        if cover > 0.0 {
            below[index] = (cover, (left * left_mean + right * right_mean) / cover);
        }
        if let Some(gain) = gains.get_mut(usize::from(node.feature)) {
            gain.splits += 1;
            if cover > 0.0 {
                // The between-group sum of squares of two groups.
                gain.gain += left * right / cover * (left_mean - right_mean) * (left_mean - right_mean);
            }
        }
    }
}
