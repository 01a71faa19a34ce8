//! Random trees, and rows of features that like to sit on their thresholds.

use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};

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
    Ensemble {
        trees: (0..trees).map(|_| tree(random, shape)).collect(),
    }
}

pub fn tree(random: &mut Random, shape: Shape) -> Tree {
    let mut tree = Tree {
        nodes: Vec::new(),
        leaves: Vec::new(),
        category_words: Vec::new(),
    };
    grow(random, shape, 0, &mut tree);
    tree
}

fn grow(random: &mut Random, shape: Shape, depth: usize, tree: &mut Tree) -> Child {
    if depth == shape.depth || (depth > 0 && random.chance(shape.leaf)) {
        tree.leaves.push(random.between(-1.0, 1.0));
        return Child::Leaf(tree.leaves.len() as u32 - 1);
    }
    let share = random.unit();
    let cover_left = match random.unit() {
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
        cover_left,
    });
    tree.nodes[index].left = grow(random, shape, depth + 1, tree);
    tree.nodes[index].right = grow(random, shape, depth + 1, tree);
    Child::Node(index as u32)
}

fn test(random: &mut Random, words: &mut Vec<u32>) -> Test {
    if random.chance(0.3) {
        let (start, length) = (words.len() as u32, random.below(4) as u32);
        words.extend((0..length).map(|_| random.bits() as u32));
        return Test::InSet { start, length };
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
        Test::InSet { start, length } => {
            let words = &tree.category_words[start as usize..(start + length) as usize];
            let members = (0..words.len() * 32).filter(|level| words[level / 32] >> (level % 32) & 1 == 1);
            value > -1.0 && members.into_iter().any(|level| value.trunc() == level as f64)
        }
    }
}
