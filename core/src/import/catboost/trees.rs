//! CatBoost's trees as binary trees.

use super::document::{Branch, ObliviousTree, Split, Values};
use super::features::{Features, Question};
use super::{inconsistent, several_outputs};
use crate::ensemble::{Child, Node, Test, Tree};
use crate::import::ImportError;

/// Symmetric trees, and whether they say how much training data each leaf holds.
pub(super) fn symmetric(trees: Vec<ObliviousTree>, features: &Features) -> Result<(Vec<Tree>, bool), ImportError> {
    let count = trees.len();
    let mut weighed = Weighed::default();
    let mut built = Vec::with_capacity(count);
    for (index, tree) in trees.into_iter().enumerate() {
        built.push(symmetric_tree(tree, features, &mut weighed, &format!("tree {index}"))?);
    }
    Ok((built, weighed.finish()?))
}

/// All other trees.
pub(super) fn branching(trees: Vec<Branch>, features: &Features) -> Result<(Vec<Tree>, bool), ImportError> {
    let mut weighed = Weighed::default();
    let mut built = Vec::with_capacity(trees.len());
    for (index, branch) in trees.into_iter().enumerate() {
        let mut tree = empty(0);
        grow(branch, features, &mut tree, &mut weighed, &format!("tree {index}"))?;
        built.push(tree);
    }
    Ok((built, weighed.finish()?))
}

/// The leaves keep their numbers, of which bit i is the answer to split i. The last split is asked first, as CatBoost
/// does when it explains: the order makes no difference to a score, but to the weights of branches.
fn symmetric_tree(
    tree: ObliviousTree,
    features: &Features,
    weighed: &mut Weighed,
    place: &str,
) -> Result<Tree, ImportError> {
    let splits = tree.splits.unwrap_or_default();
    let depth = splits.len();
    let leaves = tree.leaf_values.len();
    match u32::try_from(depth).ok().and_then(|depth| 1_usize.checked_shl(depth)) {
        Some(expected) if leaves == expected => {}
        Some(expected) if leaves > 0 && leaves.is_multiple_of(expected) => {
            return Err(several_outputs(leaves / expected));
        }
        _ => {
            return Err(inconsistent(
                place,
                &format!("{depth} splits do not have {leaves} leaves"),
            ));
        }
    }
    let covers = tree.leaf_weights.filter(|weights| !weights.is_empty());
    weighed.count(covers.is_some());
    let covers = covers.unwrap_or_else(|| vec![1.0; leaves]);
    if covers.len() != leaves {
        return Err(inconsistent(
            place,
            &format!("{leaves} leaves have {} weights", covers.len()),
        ));
    }
    let mut built = empty(leaves - 1);
    for (level, split) in splits.iter().rev().enumerate() {
        let question = question(split, features, &mut built, place)?;
        let is_last = level + 1 == depth;
        // The nodes of each level stand together, from the left; the level begins after all those above.
        let below = if is_last { 0 } else { (2 << level) - 1 };
        let child = |position: usize| {
            let index = u32::try_from(below + position).unwrap_or(u32::MAX);
            if is_last {
                Child::Leaf(index)
            } else {
                Child::Node(index)
            }
        };
        for position in 0..1 << level {
            built
                .nodes
                .push(question.node(child(2 * position), child(2 * position + 1)));
        }
    }
    (built.leaves, built.covers) = (tree.leaf_values, covers);
    Ok(built)
}

/// Adds a branch with all below it, no before yes. It recurses as deep as the JSON was nested, which its reader limits.
fn grow(
    branch: Branch,
    features: &Features,
    tree: &mut Tree,
    weighed: &mut Weighed,
    place: &str,
) -> Result<Child, ImportError> {
    let position = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    match branch {
        Branch::Leaf {
            value: Values::One(value),
            weight,
        } => {
            let leaf = Child::Leaf(position(tree.leaves.len()));
            weighed.count(weight.is_some());
            tree.leaves.push(value);
            tree.covers.push(weight.unwrap_or(1.0));
            Ok(leaf)
        }
        Branch::Leaf {
            value: Values::Several(count),
            ..
        } => Err(several_outputs(count)),
        Branch::Leaf {
            value: Values::None, ..
        } => Err(inconsistent(place, "a leaf has no value")),
        Branch::Node(node) => {
            let index = tree.nodes.len();
            let question = question(&node.split, features, tree, place)?;
            tree.nodes.push(question.node(Child::Leaf(0), Child::Leaf(0)));
            let no = grow(node.left, features, tree, weighed, place)?;
            let yes = grow(node.right, features, tree, weighed, place)?;
            tree.nodes[index] = question.node(no, yes);
            Ok(Child::Node(position(index)))
        }
    }
}

/// The question of a split, whose set is put into the tree.
fn question(split: &Split, features: &Features, tree: &mut Tree, place: &str) -> Result<Question, ImportError> {
    let mut question = features.question(split, place)?;
    if let Test::InSet { start, .. } = &mut question.test {
        *start = u32::try_from(tree.category_words.len()).unwrap_or(u32::MAX);
        tree.category_words.append(&mut question.words);
    }
    Ok(question)
}

impl Question {
    fn node(&self, no: Child, yes: Child) -> Node {
        let (left, right) = if self.yes_is_left { (yes, no) } else { (no, yes) };
        Node {
            feature: self.column,
            test: self.test,
            left,
            right,
        }
    }
}

fn empty(nodes: usize) -> Tree {
    Tree {
        nodes: Vec::with_capacity(nodes),
        leaves: Vec::new(),
        covers: Vec::new(),
        category_words: Vec::new(),
    }
}

/// How many leaves or trees of leaves have weights, which all have or none.
#[derive(Default)]
struct Weighed {
    with: usize,
    without: usize,
}

impl Weighed {
    fn count(&mut self, has_weight: bool) {
        if has_weight {
            self.with += 1;
        } else {
            self.without += 1;
        }
    }

    fn finish(self) -> Result<bool, ImportError> {
        if self.with > 0 && self.without > 0 {
            return Err(inconsistent(
                "the model",
                "some leaves have weights and others have none",
            ));
        }
        Ok(self.with > 0)
    }
}
