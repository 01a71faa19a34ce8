//! The ensemble in columns: all features tested, then all tests, all leaf values and so on, of all trees one after the
//! other. Like stands beside like, so that a compressed model is half as large, and nothing is held twice.
//!
//! Within a tree, nodes and leaves stand in **level order**: the root, then level by level from left to right. One bit
//! each (1 inner node, 0 leaf) then says all of the tree's form, because the children of the nodes follow each other in
//! the order of the nodes, and no link is written. Whatever order a tree had in memory, it has this one after reading;
//! nodes and leaves are numbered along it, and so are the words of category sets. The order of nodes within a tree
//! matters only for the last bits of contributions, and every [`Scorer`](crate::Scorer), that of a model made in memory
//! included, is made from a file's bytes: so all agree.
//!
//! | key | column | bytes |
//! |---|---|---|
//! | 0, 1 | scale, offset | floats of CBOR |
//! | 2 | number of trees | a number of CBOR |
//! | 3 | form | a bit per node and leaf |
//! | 4 | feature tested, per node | 1 or 2 planes |
//! | 5 | kind of test, per node | 1: see [`kind_of`] |
//! | 6 | number of distinct thresholds, per feature | varints |
//! | 7 | these thresholds, increasing within a feature | 8 planes of f64 |
//! | 8 | position among its feature's thresholds, per numeric test | 1 to 4 planes |
//! | 9 | number of words, per category set | varints |
//! | 10 | words | u32, little-endian |
//! | 11 | value, per leaf | 8 planes of f64 |
//! | 12, 13 or 14 | cover, per leaf | varints, 4 planes of f32 or 8 of f64: the first that is exact for all |
//!
//! A leaf takes 9 bytes or more and a node 2 or more beside it; in memory, 16 and 40.

use super::cbor::{Reader, Writer};
use super::columns::{Bits, Planes, number, packed, planes, push_varint, take_varint};
use super::record::Stored;
use crate::ensemble::{Child, Ensemble, Levels, Missing, Node, Test, Tree};

const MISSING: [Missing; 5] = [
    Missing::AsZero,
    Missing::Left,
    Missing::Right,
    Missing::ZeroLeft,
    Missing::ZeroRight,
];
const LEVELS: [Levels; 3] = [Levels::Truncated, Levels::TruncatedSingle, Levels::ExactSingle];

/// The columns from key 3 on, for messages.
const COLUMNS: [&str; 12] = [
    "Ensemble.form",
    "Ensemble.features",
    "Ensemble.kinds",
    "Ensemble.sizes",
    "Ensemble.thresholds",
    "Ensemble.places",
    "Ensemble.lengths",
    "Ensemble.words",
    "Ensemble.leaves",
    "Ensemble.covers",
    "Ensemble.covers",
    "Ensemble.covers",
];
const NO_TREE: Tree = Tree {
    nodes: Vec::new(),
    leaves: Vec::new(),
    covers: Vec::new(),
    category_words: Vec::new(),
};

/// The number of a kind of test: 0–4 numeric, by what missing values do; 5–10 a set, by how a value becomes a level, the
/// odd ones with NaN on the right, the even ones on the left.
fn kind_of(test: &Test) -> usize {
    match test {
        Test::AtMost(_, missing) => MISSING.iter().position(|kind| kind == missing).unwrap_or_default(),
        Test::InSet {
            levels, missing_left, ..
        } => {
            let levels = LEVELS.iter().position(|kind| kind == levels).unwrap_or_default();
            MISSING.len() + 2 * levels + usize::from(*missing_left)
        }
    }
}

/// Nodes and leaves of a tree, level by level. A tree that is none, which no check has let through, is cut short.
fn level_order(tree: &Tree) -> Vec<Child> {
    let mut order = vec![tree.root()];
    let mut next = 0;
    while let Some(&child) = order.get(next) {
        if let (Child::Node(index), true) = (child, order.len() < tree.nodes.len() + tree.leaves.len())
            && let Some(node) = tree.nodes.get(index as usize)
        {
            order.extend([node.left, node.right]);
        }
        next += 1;
    }
    order
}

fn bits(value: &f64) -> u64 {
    value.to_bits()
}

impl Stored for Ensemble {
    const EMPTY: Self = Self {
        trees: Vec::new(),
        scale: 0.0,
        offset: 0.0,
    };
    const LEAST: usize = 40;

    fn write(&self, writer: &mut Writer) {
        let (mut form, mut nodes, mut leaves, mut covers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for tree in &self.trees {
            for child in level_order(tree) {
                let node = match child {
                    Child::Node(index) => tree.nodes.get(index as usize),
                    Child::Leaf(_) => None,
                };
                form.push(node.is_some());
                if let Some(node) = node {
                    nodes.push((tree, node));
                } else if let Child::Leaf(leaf) = child {
                    let value = |column: &[f64]| column.get(leaf as usize).copied().unwrap_or_default();
                    leaves.push(value(&tree.leaves));
                    covers.push(value(&tree.covers));
                }
            }
        }
        let mut tables = vec![Vec::new(); self.feature_count()];
        let (mut lengths, mut words) = (Vec::new(), Vec::new());
        for (tree, node) in &nodes {
            match node.test {
                Test::AtMost(threshold, _) => tables[usize::from(node.feature)].push(threshold),
                Test::InSet { start, length, .. } => {
                    let set = tree.category_words.get(start as usize..);
                    let set = set.and_then(|words| words.get(..length as usize)).unwrap_or_default();
                    push_varint(&mut lengths, set.len() as u64);
                    words.extend(set.iter().flat_map(|word| word.to_le_bytes()));
                }
            }
        }
        let mut sizes = Vec::new();
        for table in &mut tables {
            table.sort_unstable_by(f64::total_cmp);
            table.dedup_by_key(|threshold| threshold.to_bits());
            push_varint(&mut sizes, table.len() as u64);
        }
        let places: Vec<u64> = nodes
            .iter()
            .filter_map(|(_, node)| match node.test {
                Test::AtMost(threshold, _) => {
                    let table = &tables[usize::from(node.feature)];
                    Some(table.partition_point(|other| other.total_cmp(&threshold).is_lt()) as u64)
                }
                Test::InSet { .. } => None,
            })
            .collect();
        let width = |largest: u64| (1..8).find(|width| largest >> (8 * width) == 0).unwrap_or(8);
        let kinds: Vec<u64> = nodes.iter().map(|(_, node)| kind_of(&node.test) as u64).collect();
        let tested = nodes.iter().map(|(_, node)| u64::from(node.feature));

        writer.map(13);
        for (key, value) in [(0, self.scale), (1, self.offset)] {
            writer.unsigned(key);
            writer.float(value);
        }
        writer.unsigned(2);
        writer.unsigned(self.trees.len() as u64);
        let (key, covers) = write_covers(&covers);
        for (key, column) in [
            (3, packed(&form)),
            (4, planes(tested, if tables.len() > 256 { 2 } else { 1 })),
            (5, planes(kinds.iter().copied(), 1)),
            (6, sizes),
            (7, planes(tables.iter().flatten().map(bits), 8)),
            (
                8,
                planes(
                    places.iter().copied(),
                    width(places.iter().copied().max().unwrap_or_default()),
                ),
            ),
            (9, lengths),
            (10, words),
            (11, planes(leaves.iter().map(bits), 8)),
            (key, covers),
        ] {
            writer.unsigned(key);
            writer.bytes(&column);
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        reader.open();
        self.scale.read_field(reader, 0, "Ensemble.scale");
        self.offset.read_field(reader, 1, "Ensemble.offset");
        let mut count = 0_u64;
        count.read_field(reader, 2, "Ensemble.trees");
        let mut columns = [None; COLUMNS.len()];
        for ((key, place), column) in (3..).zip(&COLUMNS).zip(&mut columns) {
            if reader.has(key, place) {
                *column = Some(reader.bytes());
            }
        }
        reader.close();
        if reader.failed() {
            return;
        }
        reader.enter("Ensemble");
        let Some(mut columns) = Columns::new(columns, count) else {
            return reader.fail("a column is missing or its length does not fit those of the others");
        };
        // As many as there are: each has a leaf at least.
        self.trees.reserve_exact(usize::try_from(count).unwrap_or_default());
        for index in 0..count {
            let mut tree = NO_TREE;
            let found = columns.read(&mut tree);
            self.trees.push(tree);
            if found.is_none() {
                return reader.fail(&format!("tree {index} is not one"));
            }
        }
        if !columns.are_used_up() {
            reader.fail("a column goes on after the last tree");
        }
    }
}

/// Covers as whole numbers, as 32-bit floats or as they are, under the key that says so.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "each form is used only where it gives back every bit"
)]
fn write_covers(covers: &[f64]) -> (u64, Vec<u8>) {
    const END: f64 = (1_u64 << 53) as f64;
    let exact = |form: fn(f64) -> f64| covers.iter().all(|&cover| form(cover).to_bits() == cover.to_bits());
    // What is no whole number below the end comes back as another one, and so does NaN.
    if exact(|cover| cover.min(END) as u64 as f64) {
        let mut bytes = Vec::new();
        for &cover in covers {
            push_varint(&mut bytes, cover as u64);
        }
        (12, bytes)
    } else if exact(|cover| f64::from(cover as f32)) {
        (
            13,
            planes(covers.iter().map(|&cover| u64::from((cover as f32).to_bits())), 4),
        )
    } else {
        (14, planes(covers.iter().map(bits), 8))
    }
}

/// Where each feature's thresholds begin, and where the last ones end; `None` unless they are `count` in all.
fn starts(mut sizes: &[u8], count: usize) -> Option<Vec<usize>> {
    // A byte or more for each.
    let mut starts = Vec::with_capacity(sizes.len() + 1);
    let mut start = 0_usize;
    starts.push(start);
    while !sizes.is_empty() {
        start = start.checked_add(usize::try_from(take_varint(&mut sizes)?).ok()?)?;
        starts.push(start);
    }
    (start == count).then_some(starts)
}

/// The covers of the leaves: whole numbers, or floats of 4 or 8 bytes.
enum Covers<'a> {
    Whole(&'a [u8]),
    Floats(Planes<'a>),
}

impl<'a> Covers<'a> {
    fn new(columns: [Option<&'a [u8]>; 3], count: usize) -> Option<Self> {
        match columns {
            // A byte or more for each.
            [Some(bytes), None, None] if bytes.len() >= count => Some(Self::Whole(bytes)),
            [None, Some(bytes), None] => Planes::new(bytes, count, 4..=4).map(Self::Floats),
            [None, None, Some(bytes)] => Planes::new(bytes, count, 8..=8).map(Self::Floats),
            _ => None,
        }
    }

    /// The cover of the leaf at `index`; leaves are asked for one after the other.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the writer used this form only where it is exact"
    )]
    fn next(&mut self, index: usize) -> Option<f64> {
        Some(match self {
            Self::Whole(bytes) => take_varint(bytes)? as f64,
            Self::Floats(planes) if planes.width() == 4 => f64::from(f32::from_bits(planes.get(index) as u32)),
            Self::Floats(planes) => f64::from_bits(planes.get(index)),
        })
    }
}

/// The columns, and how far they have been read.
struct Columns<'a> {
    form: Bits<'a>,
    tested: Planes<'a>,
    kinds: &'a [u8],
    starts: Vec<usize>,
    thresholds: Vec<u64>,
    places: Planes<'a>,
    lengths: &'a [u8],
    words: &'a [u8],
    leaves: Vec<u64>,
    covers: Covers<'a>,
    node: usize,
    numeric: usize,
    leaf: usize,
}

impl<'a> Columns<'a> {
    /// The columns of `count` trees; `None` when one is missing or does not fit the others.
    fn new(columns: [Option<&'a [u8]>; COLUMNS.len()], count: u64) -> Option<Self> {
        let [
            Some(form),
            Some(tested),
            Some(kinds),
            Some(sizes),
            Some(thresholds),
            Some(places),
            Some(lengths),
            Some(words),
            Some(leaves),
            covers @ ..,
        ] = columns
        else {
            return None;
        };
        let (leaf_count, threshold_count) = (leaves.len() / 8, thresholds.len() / 8);
        let node_count = leaf_count.checked_sub(usize::try_from(count).ok()?)?;
        let numeric = kinds.iter().filter(|&&kind| usize::from(kind) < MISSING.len()).count();
        if form.len() != (leaf_count + node_count).div_ceil(8) || kinds.len() != node_count {
            return None;
        }
        Some(Self {
            form: Bits::new(form),
            tested: Planes::new(tested, node_count, 1..=2)?,
            kinds,
            thresholds: Planes::new(thresholds, threshold_count, 8..=8)?.all(),
            places: Planes::new(places, numeric, 1..=4)?,
            lengths,
            words,
            leaves: Planes::new(leaves, leaf_count, 8..=8)?.all(),
            covers: Covers::new(covers, leaf_count)?,
            starts: starts(sizes, threshold_count)?,
            node: 0,
            numeric: 0,
            leaf: 0,
        })
    }

    /// Reads the next tree into an empty one; `None` when the columns do not hold one.
    fn read(&mut self, tree: &mut Tree) -> Option<()> {
        // A tree ends where no child is awaited any more.
        let (mut awaited, mut count) = (1_usize, 0_usize);
        let mut form = self.form.clone();
        while awaited > 0 {
            if form.next()? {
                count += 1;
                awaited += 1;
            } else {
                awaited -= 1;
            }
        }
        // The bits that fill the last byte up look like leaves, and may not be taken for some.
        if count > self.kinds.len() - self.node || count >= self.leaves.len() - self.leaf {
            return None;
        }
        tree.nodes.reserve_exact(count);
        tree.leaves.reserve_exact(count + 1);
        tree.covers.reserve_exact(count + 1);
        self.form.next()?;
        let (mut next_node, mut next_leaf) = (1, 0);
        for _ in 0..count {
            let mut child = || {
                Some(if self.form.next()? {
                    next_node += 1;
                    Child::Node(next_node - 1)
                } else {
                    next_leaf += 1;
                    Child::Leaf(next_leaf - 1)
                })
            };
            let (left, right) = (child()?, child()?);
            let (feature, test) = self.test(&mut tree.category_words)?;
            tree.nodes.push(Node {
                feature,
                test,
                left,
                right,
            });
        }
        tree.category_words.shrink_to_fit();
        for &value in self.leaves.get(self.leaf..)?.get(..=count)? {
            tree.leaves.push(f64::from_bits(value));
            tree.covers.push(self.covers.next(self.leaf)?);
            self.leaf += 1;
        }
        Some(())
    }

    /// The next node's feature and test; the words of a set are appended to those of its tree.
    #[expect(clippy::cast_possible_truncation, reason = "words of 4 bytes")]
    fn test(&mut self, words: &mut Vec<u32>) -> Option<(u16, Test)> {
        let feature = u16::try_from(self.tested.get(self.node)).ok()?;
        let kind = usize::from(*self.kinds.get(self.node)?);
        self.node += 1;
        if let Some(&missing) = MISSING.get(kind) {
            let place = usize::try_from(self.places.get(self.numeric)).ok()?;
            self.numeric += 1;
            let &[start, end] = self.starts.get(usize::from(feature)..)?.first_chunk()?;
            let threshold = *self.thresholds.get(start..end)?.get(place)?;
            return Some((feature, Test::AtMost(f64::from_bits(threshold), missing)));
        }
        let kind = kind - MISSING.len();
        let levels = *LEVELS.get(kind / 2)?;
        let length = usize::try_from(take_varint(&mut self.lengths)?).ok()?;
        let (set, rest) = self.words.split_at_checked(length.checked_mul(4)?)?;
        self.words = rest;
        let test = Test::InSet {
            start: u32::try_from(words.len()).ok()?,
            length: u32::try_from(length).ok()?,
            levels,
            missing_left: kind % 2 == 1,
        };
        for word in set.chunks_exact(4) {
            words.push(number(word) as u32);
        }
        Some((feature, test))
    }

    /// Whether nothing is left but the bits that fill up the last byte, which are 0.
    fn are_used_up(&self) -> bool {
        let covers = match self.covers {
            Covers::Whole(rest) => rest.is_empty(),
            Covers::Floats(_) => true,
        };
        let nodes = self.node == self.kinds.len() && self.leaf == self.leaves.len();
        let sets = self.lengths.is_empty() && self.words.is_empty();
        covers && nodes && sets && self.form.clone().all(|bit| !bit)
    }
}
