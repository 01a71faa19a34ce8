//! Random trees, and rows of features that like to sit on their thresholds.

use candor_core::Model;
use candor_core::ensemble::{Child, Ensemble, Levels, Missing, Node, Test, Tree};

use super::Random;

/// Thresholds and, half of the time, the values compared with them.
const NUMBERS: [f64; 7] = [-1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 40.0];
/// Values at the edges of what tests tell apart.
const ODD_VALUES: [f64; 12] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    1e-36,
    -1e-36,
    -0.5,
    31.0,
    32.0,
    95.0,
    96.0,
    1e300,
];

/// What random trees look like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Features to choose from.
    pub features: usize,
    /// Deepest leaf.
    pub depth: usize,
    /// Chance that a node at any depth but 0 is a leaf already.
    pub leaf: f64,
    /// Chance that a node has no cover on its left, and again that it has none on its right.
    pub no_cover: f64,
}

pub fn ensemble(random: &mut Random, shape: Shape, trees: usize) -> Ensemble {
    Ensemble::new((0..trees).map(|_| tree(random, shape)).collect())
}

pub fn tree(random: &mut Random, shape: Shape) -> Tree {
    let mut tree = Tree {
        nodes: Vec::new(),
        leaves: Vec::new(),
        covers: Vec::new(),
        category_words: Vec::new(),
    };
    grow(random, shape, 0, 1.0, &mut tree);
    tree
}

fn grow(random: &mut Random, shape: Shape, depth: usize, cover: f64, tree: &mut Tree) -> Child {
    if depth == shape.depth || (depth > 0 && random.chance(shape.leaf)) {
        tree.leaves.push(random.between(-1.0, 1.0));
        tree.covers.push(cover);
        return Child::Leaf(tree.leaves.len() as u32 - 1);
    }
    let share = random.unit();
    let share_left = match random.unit() {
        u if u < shape.no_cover => 0.0,
        u if u < 2.0 * shape.no_cover => 1.0,
        _ => share,
    };
    let index = tree.nodes.len();
    tree.nodes.push(Node {
        feature: random.below(shape.features) as u16,
        test: test(random, &mut tree.category_words),
        left: Child::Leaf(0),
        right: Child::Leaf(0),
    });
    tree.nodes[index].left = grow(random, shape, depth + 1, cover * share_left, tree);
    tree.nodes[index].right = grow(random, shape, depth + 1, cover * (1.0 - share_left), tree);
    Child::Node(index as u32)
}

fn test(random: &mut Random, words: &mut Vec<u32>) -> Test {
    if random.chance(0.3) {
        let (start, length) = (words.len() as u32, random.below(4) as u32);
        words.extend((0..length).map(|_| random.bits() as u32));
        let kinds = [Levels::Truncated, Levels::TruncatedSingle, Levels::ExactSingle];
        return Test::InSet {
            start,
            length,
            levels: *random.pick(&kinds),
            missing_left: random.chance(0.5),
        };
    }
    let missing = [
        Missing::AsZero,
        Missing::Left,
        Missing::Right,
        Missing::ZeroLeft,
        Missing::ZeroRight,
    ];
    Test::AtMost(*random.pick(&NUMBERS), *random.pick(&missing))
}

/// A chain of `length` nodes whose features are taken modulo `features`.
pub fn chain(random: &mut Random, length: usize, features: usize) -> Ensemble {
    let nodes: Vec<Node> = (0..length)
        .map(|index| {
            let (leaf, next) = (Child::Leaf(index as u32), Child::Node(index as u32 + 1));
            let next = if index + 1 == length {
                Child::Leaf(length as u32)
            } else {
                next
            };
            let left_leaf = random.chance(0.5);
            Node {
                feature: (index % features) as u16,
                test: Test::AtMost(random.between(-3.0, 3.0), Missing::Left),
                left: if left_leaf { leaf } else { next },
                right: if left_leaf { next } else { leaf },
            }
        })
        .collect();
    let shares: Vec<f64> = (0..length).map(|_| random.unit()).collect();
    let tree = Tree {
        covers: covers_of(&nodes, &shares),
        nodes,
        leaves: (0..=length).map(|_| random.between(-1.0, 1.0)).collect(),
        category_words: vec![],
    };
    Ensemble::new(vec![tree])
}

/// A row that goes all the way down a chain of distinct features, whose first nodes are decisive where features come
/// again: the integrand of the last leaf is nearly t to the power of the features, which no rule of too few points gets
/// right.
pub fn down_the_chain(ensemble: &Ensemble, features: usize) -> Vec<f64> {
    let nodes = &ensemble.trees[0].nodes;
    let value = |(index, node): (usize, &Node)| {
        let Test::AtMost(threshold, _) = node.test else {
            unreachable!()
        };
        // The leaf beside node i has number i.
        threshold
            + if node.left == Child::Leaf(index as u32) {
                1.0
            } else {
                -1.0
            }
    };
    nodes.iter().enumerate().map(value).take(features).collect()
}

pub fn row(random: &mut Random, features: usize) -> Vec<f64> {
    let value = |random: &mut Random| match random.below(4) {
        0 => *random.pick(&ODD_VALUES),
        1 => random.below(100) as f64,
        _ => *random.pick(&NUMBERS),
    };
    (0..features).map(|_| value(random)).collect()
}

/// Whether a row goes left, written down once more from the documentation of the tests.
pub fn goes_left(tree: &Tree, node: &Node, row: &[f64]) -> bool {
    let value = row[usize::from(node.feature)];
    let zero = value.is_nan() || value.abs() <= f64::from(1e-35_f32);
    match node.test {
        Test::AtMost(_, Missing::Left) if value.is_nan() => true,
        Test::AtMost(_, Missing::Right) if value.is_nan() => false,
        Test::AtMost(_, Missing::ZeroLeft) if zero => true,
        Test::AtMost(_, Missing::ZeroRight) if zero => false,
        Test::AtMost(threshold, _) => threshold >= if value.is_nan() { 0.0 } else { value },
        Test::InSet {
            start,
            length,
            levels,
            missing_left,
        } => {
            let words = &tree.category_words[start as usize..(start + length) as usize];
            let mut members = (0..words.len() * 32).filter(|level| words[level / 32] >> (level % 32) & 1 == 1);
            let single = f64::from(value as f32);
            match levels {
                _ if value.is_nan() => missing_left,
                Levels::Truncated => value > -1.0 && members.any(|level| value.trunc() == level as f64),
                Levels::TruncatedSingle => single >= 0.0 && members.any(|level| single.trunc() == level as f64),
                Levels::ExactSingle => members.any(|level| single == level as f64),
            }
        }
    }
}

/// Per node, the share of the cover that went left, from the definition: what the leaves below hold.
pub fn shares(tree: &Tree) -> Vec<f64> {
    fn cover(tree: &Tree, child: Child) -> f64 {
        match child {
            Child::Leaf(leaf) => tree.covers[leaf as usize],
            Child::Node(index) => {
                let node = &tree.nodes[index as usize];
                cover(tree, node.left) + cover(tree, node.right)
            }
        }
    }
    let share = |node: &Node| match (cover(tree, node.left), cover(tree, node.right)) {
        (0.0, 0.0) => 0.5,
        (left, right) => left / (left + right),
    };
    tree.nodes.iter().map(share).collect()
}

/// Covers of the leaves that give these shares, from a cover of 1 at the root.
pub fn covers_of(nodes: &[Node], shares: &[f64]) -> Vec<f64> {
    let (mut at_node, mut at_leaf) = (vec![1.0; nodes.len()], vec![1.0; nodes.len() + 1]);
    for (index, node) in nodes.iter().enumerate() {
        for (child, share) in [(node.left, shares[index]), (node.right, 1.0 - shares[index])] {
            match child {
                Child::Node(below) => at_node[below as usize] = at_node[index] * share,
                Child::Leaf(leaf) => at_leaf[leaf as usize] = at_node[index] * share,
            }
        }
    }
    at_leaf
}

/// The model with its trees in the order that a file gives them: nodes and leaves level by level, from left to right,
/// and the words of category sets in the order of their nodes.
pub fn in_level_order(model: &Model) -> Model {
    let mut model = model.clone();
    for tree in &mut model.ensemble.trees {
        let mut levels = vec![vec![tree.root()]];
        while let Some(level) = levels.last().filter(|level| !level.is_empty()) {
            let inner = level.iter().filter_map(|child| match child {
                Child::Node(index) => Some(&tree.nodes[*index as usize]),
                Child::Leaf(_) => None,
            });
            let below = inner.flat_map(|node| [node.left, node.right]).collect();
            levels.push(below);
        }
        let order: Vec<Child> = levels.concat();
        let nodes: Vec<u32> = order
            .iter()
            .filter_map(|child| {
                if let Child::Node(index) = child {
                    Some(*index)
                } else {
                    None
                }
            })
            .collect();
        let leaves: Vec<u32> = order
            .iter()
            .filter_map(|child| {
                if let Child::Leaf(index) = child {
                    Some(*index)
                } else {
                    None
                }
            })
            .collect();
        let place = |of: &[u32], index: u32| of.iter().position(|&other| other == index).unwrap() as u32;
        let moved = |child: Child| match child {
            Child::Node(index) => Child::Node(place(&nodes, index)),
            Child::Leaf(index) => Child::Leaf(place(&leaves, index)),
        };
        let mut words = Vec::new();
        let moved_nodes = nodes.iter().map(|&index| {
            let mut node = tree.nodes[index as usize].clone();
            (node.left, node.right) = (moved(node.left), moved(node.right));
            if let Test::InSet { start, length, .. } = &mut node.test {
                let set = &tree.category_words[*start as usize..][..*length as usize];
                *start = words.len() as u32;
                words.extend_from_slice(set);
            }
            node
        });
        *tree = Tree {
            nodes: moved_nodes.collect(),
            leaves: leaves.iter().map(|&leaf| tree.leaves[leaf as usize]).collect(),
            covers: leaves.iter().map(|&leaf| tree.covers[leaf as usize]).collect(),
            category_words: words,
        };
    }
    model
}
