//! The way to each leaf of a tree, feature by feature.
//!
//! A row passes all tests of a feature on a path exactly if it has passed them down to the last edge that tests the
//! feature. So what a row, a background row or the training population does on the way to a leaf is said by one edge per
//! distinct feature, and which edges these are is known before any row is.
//!
//! Edges are numbered: 0 is above the root, the left edge of node i is 2·i + 1, and the right one 2·i + 2.

use crate::{Child, Tree};

/// The paths of a tree, followed from below one at a time: all of them together can be far larger than the tree.
#[derive(Debug)]
pub(super) struct Paths<'a> {
    tree: &'a Tree,
    /// The edge to each node and to each leaf.
    to_nodes: Vec<u32>,
    to_leaves: Vec<u32>,
}

/// A feature on the way to a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The feature.
    pub(super) feature: u16,
    /// The last edge on the way that tests it.
    pub(super) edge: u32,
}

/// The node that an edge comes from; the one above the root comes from none.
pub(super) fn node_above(edge: u32) -> Option<usize> {
    edge.checked_sub(1).map(|edge| edge as usize / 2)
}

impl<'a> Paths<'a> {
    /// Looks at a tree that has passed its checks.
    pub(super) fn new(tree: &'a Tree) -> Self {
        let mut paths = Self {
            tree,
            to_nodes: vec![0; tree.nodes.len()],
            to_leaves: vec![0; tree.leaves.len()],
        };
        for (node, edge) in tree.nodes.iter().zip((1_u32..).step_by(2)) {
            for (child, edge) in [(node.left, edge), (node.right, edge + 1)] {
                match child {
                    Child::Node(below) => paths.to_nodes[below as usize] = edge,
                    Child::Leaf(leaf) => paths.to_leaves[leaf as usize] = edge,
                }
            }
        }
        paths
    }

    /// Writes the steps to a leaf: one per distinct feature, in the order of the features.
    pub(super) fn to_leaf(&self, leaf: usize, steps: &mut Vec<Step>) {
        self.to(self.to_leaves[leaf], steps);
    }

    /// Writes the steps to a node, and says where among them its own feature stands, or would if it is new.
    pub(super) fn to_node(&self, node: usize, steps: &mut Vec<Step>) -> Result<usize, usize> {
        self.to(self.to_nodes[node], steps);
        place_of(self.tree.nodes[node].feature, steps)
    }

    fn to(&self, mut edge: u32, steps: &mut Vec<Step>) {
        steps.clear();
        while let Some(node) = node_above(edge) {
            let feature = self.tree.nodes[node].feature;
            if let Err(place) = place_of(feature, steps) {
                steps.insert(place, Step { feature, edge });
            }
            edge = self.to_nodes[node];
        }
    }
}

fn place_of(feature: u16, steps: &[Step]) -> Result<usize, usize> {
    steps.binary_search_by_key(&feature, |step| step.feature)
}
