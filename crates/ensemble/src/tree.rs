//! One binary decision tree.

/// Deepest tree that is accepted: what walks a tree by recursion needs a bound.
pub const DEPTH_LIMIT: usize = 128;

/// A binary tree; node 0 is the root, and a tree of one leaf has no nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Inner nodes; children come after their parent.
    pub nodes: Vec<Node>,
    /// Values of the leaves.
    pub leaves: Vec<f64>,
    /// How much of the training data each leaf holds: a count (LightGBM) or a sum of hessians (XGBoost). The cover of a
    /// node is the sum of those below, and SHAP weighs branches by it.
    pub covers: Vec<f64>,
    /// Category sets of all nodes, one bit per level, 32 levels a word.
    pub category_words: Vec<u32>,
}

/// An inner node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Position of the feature tested.
    pub feature: u16,
    /// Which rows go left.
    pub test: Test,
    /// Where rows go that pass the test.
    pub left: Child,
    /// Where the others go.
    pub right: Child,
}

/// Which rows go left at a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// value ≤ threshold, in f64.
    AtMost(f64, Missing),
    /// The level is in the set held in these category words.
    InSet {
        /// First word.
        start: u32,
        /// Number of words.
        length: u32,
        /// How a value becomes a level; what becomes none is in no set.
        levels: Levels,
        /// Whether NaN goes left.
        missing_left: bool,
    },
}

/// How a number becomes the level of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Levels {
    /// Cut off towards zero, so that everything between −1 and 1 is level 0 (LightGBM).
    Truncated,
    /// Rounded to a 32-bit float, then cut off; below 0 and from 2²⁴ up there is no level (XGBoost).
    TruncatedSingle,
    /// Rounded to a 32-bit float, which must be a whole number from 0 to below 2²⁴ (ONNX, CatBoost).
    ExactSingle,
}

impl Levels {
    /// The level that a value stands for, if any; NaN stands for none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked, and a saturated cast is past every set"
    )]
    pub fn level(self, value: f64) -> Option<u32> {
        /// From here on not every whole number is a 32-bit float.
        const END: f32 = 16_777_216.0;
        let single = value as f32;
        match self {
            Self::Truncated => (value > -1.0).then_some(value as u32),
            Self::TruncatedSingle => (0.0..END).contains(&single).then_some(single as u32),
            Self::ExactSingle => {
                ((0.0..END).contains(&single) && libm::truncf(single) == single).then_some(single as u32)
            }
        }
    }
}

/// What a numeric test does with a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// NaN is read as 0 and compared.
    AsZero,
    /// NaN goes left.
    Left,
    /// NaN goes right.
    Right,
    /// NaN and values within 1e-35 of 0 go left.
    ZeroLeft,
    /// NaN and values within 1e-35 of 0 go right.
    ZeroRight,
}

/// A node or a leaf below a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Child {
    /// The inner node at this position.
    Node(u32),
    /// The leaf at this position.
    Leaf(u32),
}

/// Largest cover of a leaf.
const MOST_COVER: f64 = 1e200;

/// Values as near to 0 as this are missing where zero is (LightGBM's `kZeroThreshold`, a float there).
pub const ZERO_THRESHOLD: f64 = 1e-35_f32 as f64;

/// A numeric test, worked out so that a value takes no branch: which comes next cannot be foreseen, and a wrong guess of
/// the processor costs more than the comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumericTest {
    threshold: f64,
    missing_left: bool,
    zero_is_missing: bool,
}

impl NumericTest {
    pub(crate) fn new(threshold: f64, missing: Missing) -> Self {
        Self {
            threshold,
            missing_left: match missing {
                Missing::AsZero => 0.0 <= threshold,
                Missing::Left | Missing::ZeroLeft => true,
                Missing::Right | Missing::ZeroRight => false,
            },
            zero_is_missing: matches!(missing, Missing::ZeroLeft | Missing::ZeroRight),
        }
    }

    #[inline]
    pub(crate) fn goes_left(self, value: f64) -> bool {
        let missing = value.is_nan() | (self.zero_is_missing & (value.abs() <= ZERO_THRESHOLD));
        (missing & self.missing_left) | (!missing & (value <= self.threshold))
    }
}

/// Whether a level is in a set of words.
pub(crate) fn is_in(words: &[u32], level: Option<u32>) -> bool {
    level.is_some_and(|level| {
        words
            .get(level as usize / 32)
            .is_some_and(|word| word >> (level % 32) & 1 == 1)
    })
}

impl Tree {
    /// Where evaluation starts.
    pub fn root(&self) -> Child {
        if self.nodes.is_empty() {
            Child::Leaf(0)
        } else {
            Child::Node(0)
        }
    }

    /// The value of the leaf that a row of features reaches.
    pub fn value(&self, features: &[f64]) -> f64 {
        self.leaves[self.leaf(features)]
    }

    /// The position of the leaf that a row of features reaches.
    pub fn leaf(&self, features: &[f64]) -> usize {
        let mut child = self.root();
        loop {
            match child {
                Child::Leaf(leaf) => return leaf as usize,
                Child::Node(index) => {
                    let node = &self.nodes[index as usize];
                    child = if self.goes_left(node, features) {
                        node.left
                    } else {
                        node.right
                    };
                }
            }
        }
    }

    /// Whether a row of features goes left at `node`.
    pub fn goes_left(&self, node: &Node, features: &[f64]) -> bool {
        let value = features[usize::from(node.feature)];
        match node.test {
            Test::AtMost(threshold, missing) => NumericTest::new(threshold, missing).goes_left(value),
            Test::InSet {
                start,
                length,
                levels,
                missing_left,
            } => {
                let words = &self.category_words[start as usize..][..length as usize];
                (value.is_nan() & missing_left) | is_in(words, levels.level(value))
            }
        }
    }

    /// Writes to `shares`, per node, the share of its cover that went left, and returns the mean of the tree over what it
    /// covers; a node that no training row reached weighs both sides alike. `below` is room for the covers and the means of the
    /// nodes.
    #[inline(never)]
    pub(crate) fn shares(&self, shares: &mut Vec<f64>, below: &mut Vec<(f64, f64)>) -> f64 {
        shares.clear();
        shares.resize(self.nodes.len(), 0.5);
        below.clear();
        below.resize(self.nodes.len(), (0.0, 0.0));
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let of = |child| match child {
                Child::Node(node) => below[node as usize],
                Child::Leaf(leaf) => (self.covers[leaf as usize], self.leaves[leaf as usize]),
            };
            let ((left, left_mean), (right, right_mean)) = (of(node.left), of(node.right));
            let cover = left + right;
            if cover > 0.0 {
                shares[index] = left / cover;
            }
            below[index] = (cover, right_mean + shares[index] * (left_mean - right_mean));
        }
        below.first().map_or(self.leaves[0], |root| root.1)
    }

    /// Tests on the longest path, of a tree whose children come after their parents.
    #[inline(never)]
    pub fn depth(&self) -> usize {
        let mut depths = vec![0; self.nodes.len()];
        let mut deepest = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            let below = depths[index] + 1;
            deepest = deepest.max(below);
            for child in [node.left, node.right] {
                if let Child::Node(child) = child
                    && let Some(depth) = depths.get_mut(child as usize)
                {
                    *depth = below;
                }
            }
        }
        deepest
    }

    /// What is wrong with the tree over `features` features, if anything.
    pub fn problem(&self, features: usize) -> Option<String> {
        let (nodes, leaves) = (self.nodes.len(), self.leaves.len());
        if leaves != nodes + 1 {
            return Some(format!("{nodes} nodes need {} leaves, not {leaves}", nodes + 1));
        }
        if let Some(leaf) = self.leaves.iter().position(|value| !value.is_finite()) {
            return Some(format!("leaf {leaf} is not a finite number"));
        }
        if self.covers.len() != leaves {
            return Some(format!(
                "{leaves} leaves need as many covers, not {}",
                self.covers.len()
            ));
        }
        // The limit keeps every sum of covers finite.
        if let Some(leaf) = self.covers.iter().position(|cover| !(0.0..=MOST_COVER).contains(cover)) {
            return Some(format!("the cover of leaf {leaf} is not a number from 0 to 1e200"));
        }
        // Every node and leaf has exactly one parent, which comes before it: then the nodes form one tree.
        let mut depths = vec![None; nodes];
        let mut leaf_seen = vec![false; leaves];
        for (index, node) in self.nodes.iter().enumerate() {
            let depth = match depths[index] {
                Some(depth) => depth,
                None if index == 0 => 0,
                None => return Some(format!("node {index} has no parent before it")),
            };
            if depth >= DEPTH_LIMIT {
                return Some(format!("it is deeper than {DEPTH_LIMIT}"));
            }
            if usize::from(node.feature) >= features {
                return Some(format!(
                    "node {index} tests feature {}, and there are {features}",
                    node.feature
                ));
            }
            if let Some(problem) = self.test_problem(node) {
                return Some(format!("node {index} {problem}"));
            }
            for child in [node.left, node.right] {
                let has_parent = match child {
                    Child::Node(below) if (below as usize) > index && (below as usize) < nodes => {
                        depths[below as usize].replace(depth + 1).is_some()
                    }
                    Child::Leaf(leaf) if (leaf as usize) < leaves => {
                        std::mem::replace(&mut leaf_seen[leaf as usize], true)
                    }
                    Child::Node(_) | Child::Leaf(_) => return Some(format!("node {index} has a child that cannot be")),
                };
                if has_parent {
                    return Some(format!("a child of node {index} has two parents"));
                }
            }
        }
        None
    }

    fn test_problem(&self, node: &Node) -> Option<&'static str> {
        match node.test {
            Test::AtMost(threshold, _) => threshold.is_nan().then_some("has a threshold that is not a number"),
            Test::InSet { start, length, .. } => {
                let end = u64::from(start) + u64::from(length);
                (end > self.category_words.len() as u64).then_some("has a category set outside the tree's words")
            }
        }
    }
}
