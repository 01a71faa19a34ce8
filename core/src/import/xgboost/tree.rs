//! One tree of XGBoost's model document.

use super::model::RawTree;
use super::{inconsistent, unsupported};
use crate::ensemble::{Child, DEPTH_LIMIT, Levels, Missing, Node, Test, Tree};
use crate::import::{ImportError, single};

const NO_CHILD: i32 = -1;
const CATEGORICAL: u8 = 1;
/// From here on not every whole number is a 32-bit float, and XGBoost knows no category.
const CATEGORIES_END: u32 = 1 << 24;

/// Makes a tree over `features` features of the nodes that the root reaches, its leaves times `weight`. `room` is how many
/// more words the sets of categories may take.
pub(super) fn tree(raw: &RawTree, weight: f32, features: usize, room: &mut usize) -> Result<Tree, ImportError> {
    let part = format!("tree {}", raw.id);
    if let Some(size) = &raw.tree_param.size_leaf_vector
        && !matches!(&size[..], "0" | "1")
    {
        return unsupported(&part, &format!("its leaves hold {size} values, and Candor's one"));
    }
    let shape = Shape::new(raw).map_err(|problem| inconsistent(&part, &problem))?;
    let mut tree = Tree {
        nodes: Vec::with_capacity(shape.inner.len()),
        leaves: Vec::with_capacity(shape.inner.len() + 1),
        covers: Vec::with_capacity(shape.inner.len() + 1),
        category_words: Vec::new(),
    };
    for &node in &shape.inner {
        let (left, right) = (raw.left_children[node] as usize, raw.right_children[node] as usize);
        let (left, right) = (shape.children[left], shape.children[right]);
        let missing_left = raw.default_left[node].0;
        let feature = u16::try_from(raw.split_indices[node])
            .map_err(|_| inconsistent(&part, &format!("node {node} tests a feature that does not exist")))?;
        let is_category = raw.split_type.get(node) == Some(&CATEGORICAL);
        tree.nodes.push(if is_category {
            let (start, length) = add_set(&mut tree.category_words, raw, node, room, &part)?;
            // Levels of the set go right there and left here.
            Node {
                feature,
                test: Test::InSet {
                    start,
                    length,
                    levels: Levels::TruncatedSingle,
                    missing_left: !missing_left,
                },
                left: right,
                right: left,
            }
        } else {
            Node {
                feature,
                test: below(raw.split_conditions.0[node], missing_left),
                left,
                right,
            }
        });
    }
    for (node, child) in shape.children.iter().enumerate() {
        if let (Child::Leaf(_), true) = (child, shape.is_reached[node]) {
            // Exact: the product of two floats has 48 bits.
            let value = f64::from(raw.split_conditions.0[node]) * f64::from(weight);
            tree.leaves.push(value);
            tree.covers.push(f64::from(raw.sum_hessian.0[node]));
        }
    }
    if tree.depth() > DEPTH_LIMIT {
        let why = format!("it is deeper than {DEPTH_LIMIT}; train with max_depth={DEPTH_LIMIT} or less");
        return unsupported(&part, &why);
    }
    match tree.problem(features) {
        Some(problem) => Err(inconsistent(&part, &problem)),
        None => Ok(tree),
    }
}

/// Values that are below the threshold as 32-bit floats go left.
fn below(threshold: f32, missing_left: bool) -> Test {
    let missing = if missing_left { Missing::Left } else { Missing::Right };
    match single::below(threshold) {
        Some(end) => Test::AtMost(end, missing),
        // Nothing is: an empty set.
        None => Test::InSet {
            start: 0,
            length: 0,
            levels: Levels::TruncatedSingle,
            missing_left,
        },
    }
}

/// Which nodes the root reaches, and what their numbers are here. The lists may hold deleted nodes as well, and a node
/// may stand behind its children; here parents come first, and leaves keep the order of their numbers.
struct Shape {
    /// Nodes that test something, parents before children.
    inner: Vec<usize>,
    is_reached: Vec<bool>,
    /// What each reached node is.
    children: Vec<Child>,
}

impl Shape {
    fn new(raw: &RawTree) -> Result<Self, String> {
        let count = raw.left_children.len();
        if raw.tree_param.num_nodes.parse() != Ok(count) || count == 0 {
            let told = &raw.tree_param.num_nodes;
            return Err(format!(
                "'num_nodes' is '{told}', and 'left_children' has {count} entries"
            ));
        }
        for (name, length) in [
            ("right_children", raw.right_children.len()),
            ("split_indices", raw.split_indices.len()),
            ("split_conditions", raw.split_conditions.0.len()),
            ("default_left", raw.default_left.len()),
            ("sum_hessian", raw.sum_hessian.0.len()),
        ] {
            if length != count {
                return Err(format!("'{name}' has {length} entries where {count} are needed"));
            }
        }
        if !raw.split_type.is_empty() && raw.split_type.len() != count {
            let length = raw.split_type.len();
            return Err(format!("'split_type' has {length} entries where {count} are needed"));
        }
        let mut is_reached = vec![false; count];
        let mut children = vec![Child::Leaf(0); count];
        let (mut inner, mut waiting) = (Vec::new(), vec![0]);
        is_reached[0] = true;
        while let Some(node) = waiting.pop() {
            let (left, right) = (raw.left_children[node], raw.right_children[node]);
            if left == NO_CHILD {
                continue;
            }
            // XGBoost itself goes to the node after the left child, whatever is said of the right one.
            if left.checked_add(1) != Some(right) {
                return Err(format!(
                    "the children of node {node}, {left} and {right}, do not stand side by side"
                ));
            }
            children[node] = Child::Node(number(inner.len())?);
            inner.push(node);
            for child in [right, left] {
                let child = usize::try_from(child).ok().filter(|child| *child < count);
                let child = child.ok_or_else(|| format!("node {node} has a child that does not exist"))?;
                if std::mem::replace(&mut is_reached[child], true) {
                    return Err(format!("node {child} has two parents"));
                }
                waiting.push(child);
            }
        }
        let mut leaves = 0;
        for (node, child) in children.iter_mut().enumerate() {
            if let (Child::Leaf(leaf), true) = (child, is_reached[node]) {
                *leaf = number(leaves)?;
                leaves += 1;
            }
        }
        Ok(Self {
            inner,
            is_reached,
            children,
        })
    }
}

fn number(place: usize) -> Result<u32, String> {
    u32::try_from(place).map_err(|_| "it has too many nodes".to_owned())
}

/// Adds the categories of a node to the words, and tells where they stand.
fn add_set(
    words: &mut Vec<u32>,
    raw: &RawTree,
    node: usize,
    room: &mut usize,
    part: &str,
) -> Result<(u32, u32), ImportError> {
    let categories = categories(raw, node).ok_or_else(|| {
        inconsistent(
            part,
            &format!("node {node} tests a category, and its set of categories is missing"),
        )
    })?;
    let last = categories.iter().copied().max().unwrap_or(0);
    if last >= CATEGORIES_END {
        return Err(inconsistent(
            part,
            &format!("node {node} tests category {last}, and {CATEGORIES_END} is the end of them"),
        ));
    }
    let (start, length) = (words.len(), last as usize / 32 + 1);
    *room = match room.checked_sub(length) {
        Some(room) => room,
        None => {
            return unsupported(
                &format!("category {last} in {part}"),
                "sets of categories would take far more memory than the model itself; number categories from 0 without gaps",
            );
        }
    };
    words.resize(start + length, 0);
    for category in categories {
        words[start + *category as usize / 32] |= 1 << (category % 32);
    }
    let too_many = |_| inconsistent(part, "it has too many categories");
    Ok((
        u32::try_from(start).map_err(too_many)?,
        u32::try_from(length).map_err(too_many)?,
    ))
}

/// The set of a node that tests a category: the nodes are listed in order, with where their categories stand.
fn categories(raw: &RawTree, node: usize) -> Option<&[u32]> {
    let place = raw.categories_nodes.binary_search(&u32::try_from(node).ok()?).ok()?;
    let start = *raw.categories_segments.get(place)?;
    let end = start.checked_add(*raw.categories_sizes.get(place)?)?;
    raw.categories
        .get(start..end)
        .filter(|categories| !categories.is_empty())
}
