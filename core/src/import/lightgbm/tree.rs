//! One tree of LightGBM's text model.

use super::block::{Block, malformed, unsupported};
use crate::ensemble::{Child, DEPTH_LIMIT, Levels, Missing, Node, Test, Tree, ZERO_THRESHOLD};
use crate::import::ImportError;

const CATEGORICAL: u32 = 1;
const DEFAULT_LEFT: u32 = 2;

/// Reads a tree over `features` features.
pub(super) fn tree(block: &Block<'_>, features: usize) -> Result<Tree, ImportError> {
    if let Some((line, linear)) = block.get("is_linear")
        && linear != "0"
    {
        return unsupported(
            line,
            &format!("tree {} with linear leaves", block.name),
            "leaves must be constants; train with linear_tree=false",
        );
    }
    let (tree, cover_problem) = parts(block)?;
    if tree.depth() > DEPTH_LIMIT {
        return unsupported(
            block.line,
            &format!("tree {}", block.name),
            &format!("it is deeper than {DEPTH_LIMIT}; train with max_depth={DEPTH_LIMIT} or less"),
        );
    }
    match tree.problem(features).or(cover_problem) {
        Some(problem) => Err(malformed(block.line, &format!("tree {}: {problem}", block.name))),
        None => Ok(tree),
    }
}

/// A tree, and what is wrong with its covers, if anything: told only of a tree that is one.
fn parts(block: &Block<'_>) -> Result<(Tree, Option<String>), ImportError> {
    let leaf_count: usize = block.number("num_leaves")?;
    let leaves = block.exactly("leaf_value", leaf_count)?;
    if leaf_count <= 1 {
        let tree = Tree {
            nodes: Vec::new(),
            covers: vec![0.0; leaves.len()],
            leaves,
            category_words: Vec::new(),
        };
        return Ok((tree, None));
    }
    let node_count = leaf_count - 1;
    let leaf_covers: Vec<f64> = block.exactly("leaf_count", leaf_count)?;
    let node_covers: Vec<f64> = block.exactly("internal_count", node_count)?;
    let features: Vec<u16> = block.exactly("split_feature", node_count)?;
    let thresholds: Vec<f64> = block.exactly("threshold", node_count)?;
    let decisions: Vec<u32> = block.exactly("decision_type", node_count)?;
    let lefts: Vec<i64> = block.exactly("left_child", node_count)?;
    let rights: Vec<i64> = block.exactly("right_child", node_count)?;
    let (boundaries, category_words): (Vec<u32>, Vec<u32>) = if block.number::<usize>("num_cat")? == 0 {
        (Vec::new(), Vec::new())
    } else {
        (block.numbers("cat_boundaries")?, block.numbers("cat_threshold")?)
    };
    let cover = |child: Child| match child {
        Child::Node(index) => node_covers.get(index as usize).copied(),
        Child::Leaf(index) => leaf_covers.get(index as usize).copied(),
    };
    let mut cover_problem = None;
    let mut nodes = Vec::with_capacity(node_count);
    for index in 0..node_count {
        let child = |number: i64| {
            let child = if number < 0 {
                u32::try_from(-(number + 1)).map(Child::Leaf)
            } else {
                u32::try_from(number).map(Child::Node)
            };
            child.map_err(|_| malformed(block.line, &format!("child {number} of node {index} is out of range")))
        };
        let (left, right) = (child(lefts[index])?, child(rights[index])?);
        let (Some(covered_left), Some(covered_right)) = (cover(left), cover(right)) else {
            return Err(malformed(
                block.line,
                &format!("node {index} has a child that does not exist"),
            ));
        };
        let (covered, below) = (node_covers[index], covered_left + covered_right);
        if covered != below && cover_problem.is_none() {
            cover_problem = Some(format!(
                "node {index} has a cover of {covered} and its children {below} together"
            ));
        }
        let test = if decisions[index] & CATEGORICAL == 0 {
            Test::AtMost(
                zero_flushed(thresholds[index]),
                missing(decisions[index], block, index)?,
            )
        } else {
            category_set(thresholds[index], &boundaries).ok_or_else(|| {
                malformed(
                    block.line,
                    &format!("node {index} names a category set that does not exist"),
                )
            })?
        };
        nodes.push(Node {
            feature: features[index],
            test,
            left,
            right,
        });
    }
    let tree = Tree {
        nodes,
        leaves,
        covers: leaf_covers,
        category_words,
    };
    Ok((tree, cover_problem))
}

/// LightGBM reads every value within 1e-35 of 0 as 0 before it asks any test; the threshold that says the same of values
/// as they are.
fn zero_flushed(threshold: f64) -> f64 {
    if (0.0..=ZERO_THRESHOLD).contains(&threshold) {
        ZERO_THRESHOLD
    } else if (-ZERO_THRESHOLD..0.0).contains(&threshold) {
        (-ZERO_THRESHOLD).next_down()
    } else {
        threshold
    }
}

fn missing(decision: u32, block: &Block<'_>, index: usize) -> Result<Missing, ImportError> {
    match (decision >> 2 & 3, decision & DEFAULT_LEFT != 0) {
        (0, _) => Ok(Missing::AsZero),
        (1, true) => Ok(Missing::ZeroLeft),
        (1, false) => Ok(Missing::ZeroRight),
        (2, true) => Ok(Missing::Left),
        (2, false) => Ok(Missing::Right),
        _ => Err(malformed(
            block.line,
            &format!("node {index} has an unknown missing type"),
        )),
    }
}

/// A categorical node's threshold is the number of its set.
fn category_set(number: f64, boundaries: &[u32]) -> Option<Test> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a saturating cast finds no boundary"
    )]
    let number = number as usize;
    let (start, end) = (*boundaries.get(number)?, *boundaries.get(number.checked_add(1)?)?);
    Some(Test::InSet {
        start,
        length: end.checked_sub(start)?,
        levels: Levels::Truncated,
        missing_left: false,
    })
}
