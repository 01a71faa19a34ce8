//! The trees, put together from the lists over nodes.

use std::collections::HashSet;
use std::ops::Range;

use super::attributes::{Attributes, Mode};
use super::graph::Compares;
use super::inconsistent;
use super::output::{Leaf, Scores};
use super::test::Asked;
use crate::ensemble::{Child, Node, Tree};
use crate::import::ImportError;

/// Builds the trees in the order of the lists. The nodes of a tree stand together and its root first: runtimes start a
/// new tree with its first node wherever the tree's number changes.
pub(super) fn build(attributes: &Attributes, scores: &Scores, compares: Compares) -> Result<Vec<Tree>, ImportError> {
    let weights = Weights::new(attributes);
    let (mut trees, mut seen, mut used) = (Vec::new(), HashSet::new(), 0);
    let mut start = 0;
    for nodes in attributes.node_trees.chunk_by(|one, other| one == other) {
        let range = start..start + nodes.len();
        start = range.end;
        if !seen.insert(nodes[0]) {
            return Err(inconsistent(&place(nodes[0]), "its nodes do not stand together"));
        }
        let builder = Builder {
            attributes,
            scores,
            compares,
            weights: &weights,
            by_id: by_id(attributes, range.clone())?,
            place: place(nodes[0]),
        };
        let tree = builder.tree(range)?;
        used += tree.leaves.len();
        trees.push(tree);
    }
    let each = if matches!(scores.leaf, Leaf::Only(_)) { 1 } else { 2 };
    if used * each != attributes.weights.len() {
        return Err(inconsistent(
            "the ensemble",
            "some weights are those of nodes that are no leaves",
        ));
    }
    Ok(trees)
}

fn place(tree: i64) -> String {
    format!("tree {tree}")
}

/// Positions of a tree's nodes in the order of their numbers.
fn by_id(attributes: &Attributes, range: Range<usize>) -> Result<Vec<usize>, ImportError> {
    let mut by_id: Vec<usize> = range.collect();
    by_id.sort_unstable_by_key(|&position| attributes.node_ids[position]);
    let twice = by_id
        .windows(2)
        .find(|pair| attributes.node_ids[pair[0]] == attributes.node_ids[pair[1]]);
    match twice {
        Some(pair) => {
            let problem = format!("node {} stands there twice", attributes.node_ids[pair[0]]);
            Err(inconsistent(&place(attributes.node_trees[pair[0]]), &problem))
        }
        None => Ok(by_id),
    }
}

struct Builder<'a> {
    attributes: &'a Attributes,
    scores: &'a Scores,
    compares: Compares,
    weights: &'a Weights<'a>,
    by_id: Vec<usize>,
    place: String,
}

/// The node and the side of it that a child hangs on; the root hangs on none.
type Hook = Option<(usize, bool)>;

/// A tree that grows from its root.
struct Growing {
    tree: Tree,
    /// Position of the tree's first node.
    first: usize,
    /// Which nodes have been reached.
    reached: Vec<bool>,
    /// Nodes that are yet to be added.
    open: Vec<(usize, Hook)>,
}

impl Builder<'_> {
    fn tree(&self, range: Range<usize>) -> Result<Tree, ImportError> {
        let mut growing = Growing {
            tree: Tree {
                nodes: Vec::new(),
                leaves: Vec::new(),
                covers: Vec::new(),
                category_words: Vec::new(),
            },
            first: range.start,
            reached: vec![false; range.len()],
            open: vec![(range.start, None)],
        };
        while let Some((position, hook)) = growing.open.pop() {
            self.reach(position, &mut growing)?;
            let child = if self.attributes.modes[position] == Mode::Leaf {
                let value = self.weights.value(self.attributes, position, self.scores.leaf)?;
                growing.tree.leaves.push(value);
                growing.tree.covers.push(1.0);
                Child::Leaf(number(growing.tree.leaves.len() - 1))
            } else {
                self.node(position, &mut growing)?;
                Child::Node(number(growing.tree.nodes.len() - 1))
            };
            if let Some((parent, is_left)) = hook {
                let parent = &mut growing.tree.nodes[parent];
                *(if is_left { &mut parent.left } else { &mut parent.right }) = child;
            }
        }
        if let Some(position) = growing.reached.iter().position(|reached| !reached) {
            let id = self.attributes.node_ids[range.start + position];
            let problem = format!("node {id} cannot be reached from its first node");
            return Err(inconsistent(&self.place, &problem));
        }
        Ok(growing.tree)
    }

    fn reach(&self, position: usize, growing: &mut Growing) -> Result<(), ImportError> {
        if std::mem::replace(&mut growing.reached[position - growing.first], true) {
            let problem = format!("node {} has two parents", self.attributes.node_ids[position]);
            return Err(inconsistent(&self.place, &problem));
        }
        Ok(())
    }

    /// Adds an inner node, whose children are yet to be hung on it.
    fn node(&self, position: usize, growing: &mut Growing) -> Result<(), ImportError> {
        let attributes = self.attributes;
        let Ok(feature) = u16::try_from(attributes.features[position]) else {
            let problem = format!("feature {} is out of range", attributes.features[position]);
            return Err(inconsistent(&self.place, &problem));
        };
        let mut asked = Asked {
            mode: attributes.modes[position],
            thresholds: vec![attributes.thresholds[position]],
            missing_passes: self.missing_passes(position),
        };
        let yes = self.find(attributes.yes[position])?;
        let mut no = self.find(attributes.no[position])?;
        // A set of levels comes as a chain of equalities that share where they lead to.
        while self.is_next_level(position, no) {
            self.reach(no, growing)?;
            asked.thresholds.push(attributes.thresholds[no]);
            asked.missing_passes |= self.missing_passes(no);
            no = self.find(attributes.no[no])?;
        }
        let question = asked.question(self.compares, &mut growing.tree.category_words)?;
        let (left, right) = if question.yes_is_left { (yes, no) } else { (no, yes) };
        let index = growing.tree.nodes.len();
        growing
            .open
            .extend([(right, Some((index, false))), (left, Some((index, true)))]);
        growing.tree.nodes.push(Node {
            feature,
            test: question.test,
            left: Child::Leaf(0),
            right: Child::Leaf(0),
        });
        Ok(())
    }

    fn missing_passes(&self, position: usize) -> bool {
        self.attributes.missing_passes.get(position) == Some(&1)
    }

    /// Whether two nodes ask for two levels of the same feature and lead to the same node where one is found.
    fn is_next_level(&self, one: usize, next: usize) -> bool {
        let Attributes {
            modes, features, yes, ..
        } = self.attributes;
        [modes[one], modes[next]] == [Mode::Equal; 2] && features[one] == features[next] && yes[one] == yes[next]
    }

    fn find(&self, id: i64) -> Result<usize, ImportError> {
        let found = self
            .by_id
            .binary_search_by_key(&id, |&position| self.attributes.node_ids[position]);
        match found {
            Ok(found) => Ok(self.by_id[found]),
            Err(_) => Err(inconsistent(&self.place, &format!("its node {id} does not exist"))),
        }
    }
}

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The weights, in the order of their leaves.
struct Weights<'a> {
    attributes: &'a Attributes,
    by_leaf: Vec<usize>,
}

impl<'a> Weights<'a> {
    fn new(attributes: &'a Attributes) -> Self {
        let mut by_leaf: Vec<usize> = (0..attributes.weights.len()).collect();
        let weights = Self {
            attributes,
            by_leaf: Vec::new(),
        };
        by_leaf.sort_unstable_by_key(|&position| (weights.leaf(position), attributes.weight_targets[position]));
        Self { attributes, by_leaf }
    }

    fn leaf(&self, position: usize) -> (i64, i64) {
        (
            self.attributes.weight_trees[position],
            self.attributes.weight_nodes[position],
        )
    }

    /// The value of the leaf that stands at this position of the nodes.
    fn value(&self, attributes: &Attributes, position: usize, leaf: Leaf) -> Result<f64, ImportError> {
        let key = (attributes.node_trees[position], attributes.node_ids[position]);
        let start = self.by_leaf.partition_point(|&weight| self.leaf(weight) < key);
        let of_leaf = self.by_leaf[start..]
            .iter()
            .take_while(|&&weight| self.leaf(weight) == key);
        // One more than any leaf may have.
        let found: Vec<(i64, f64)> = of_leaf
            .take(3)
            .map(|&weight| (attributes.weight_targets[weight], attributes.weights[weight]))
            .collect();
        match (leaf, &found[..]) {
            (Leaf::Only(target), &[(found, weight)]) if found == target => Ok(weight),
            (Leaf::Second, &[(0, _), (1, second)]) => Ok(second),
            (Leaf::Difference, &[(0, first), (1, second)]) => Ok(second - first),
            _ => {
                let problem = format!("leaf {} does not have one weight for each class or target", key.1);
                Err(inconsistent(&place(key.0), &problem))
            }
        }
    }
}
