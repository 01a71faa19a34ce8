//! The way to each leaf of a tree, feature by feature.
//!
//! A row passes all tests of a feature on a path exactly if it has passed them down to the last edge that tests the
//! feature. So what a row, a background row or the training population does on the way to a leaf is said by one edge per
//! distinct feature, and which edges these are is known before any row is.
//!
//! Edges are numbered: 0 is above the root, the left edge of node i is 2·i + 1, and the right one 2·i + 2.

use crate::{Child, Tree};

/// The distinct features on each path of a tree.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    /// Per node: the edge above that last tested the same feature; 0, which every row passes, where there is none.
    same_feature: Vec<u32>,
    /// The steps to all leaves, leaf after leaf.
    steps: Vec<Step>,
    /// Where the steps to each leaf end; they begin where those to the leaf before end.
    ends: Vec<usize>,
}

/// A feature on the way to a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The feature.
    pub(super) feature: u16,
    /// The last edge on the way that tests it.
    pub(super) edge: u32,
}

impl Paths {
    /// Follows all paths of a tree that has passed its checks.
    pub(super) fn new(tree: &Tree) -> Self {
        let nodes = tree.nodes.len();
        let mut paths = Self {
            same_feature: vec![0; nodes],
            steps: Vec::new(),
            ends: Vec::with_capacity(tree.leaves.len()),
        };
        let mut to_leaf = vec![Vec::new(); tree.leaves.len()];
        let mut to_node: Vec<Vec<Step>> = vec![Vec::new(); nodes];
        for (index, (node, edge)) in tree.nodes.iter().zip((1_u32..).step_by(2)).enumerate() {
            // Sorted by feature, so that pairs of features on a path come in one order.
            let path = std::mem::take(&mut to_node[index]);
            let place = path.binary_search_by_key(&node.feature, |step| step.feature);
            if let Ok(known) = place {
                paths.same_feature[index] = path[known].edge;
            }
            for (child, edge) in [(node.left, edge), (node.right, edge + 1)] {
                let step = Step {
                    feature: node.feature,
                    edge,
                };
                let mut path = path.clone();
                match place {
                    Ok(known) => path[known] = step,
                    Err(new) => path.insert(new, step),
                }
                match child {
                    Child::Node(below) => to_node[below as usize] = path,
                    Child::Leaf(leaf) => to_leaf[leaf as usize] = path,
                }
            }
        }
        for path in to_leaf {
            paths.steps.extend(path);
            paths.ends.push(paths.steps.len());
        }
        paths
    }

    /// The edge above a node that last tested the same feature; 0, which every row passes, where there is none.
    pub(super) fn same_feature(&self, node: usize) -> usize {
        self.same_feature[node] as usize
    }

    /// The steps to each leaf: one per distinct feature, in the order of the features.
    pub(super) fn to_leaves(&self) -> impl Iterator<Item = &[Step]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&start, &end)| &self.steps[start..end])
    }

    /// Largest number of distinct features on a path.
    pub(super) fn most_features(&self) -> usize {
        self.to_leaves().map(<[Step]>::len).max().unwrap_or(0)
    }

    /// Says per edge whether a row takes it and has passed every test of its feature above.
    pub(super) fn passed(&self, tree: &Tree, features: &[f64], passed: &mut Vec<bool>) {
        passed.clear();
        passed.push(true);
        for (node, same_feature) in tree.nodes.iter().zip(&self.same_feature) {
            let above = passed[*same_feature as usize];
            let goes_left = tree.goes_left(node, features);
            passed.push(above & goes_left);
            passed.push(above & !goes_left);
        }
    }
}
