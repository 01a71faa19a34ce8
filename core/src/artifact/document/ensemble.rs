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
//! | 7 | these thresholds, increasing within a feature, or the file is refused | 8 planes of f64 |
//! | 8 | position among its feature's thresholds, per numeric test | 1 to 4 planes |
//! | 9 | number of words, per category set | varints |
//! | 10 | words | u32, little-endian |
//! | 11 | value, per leaf | 8 planes of f64 |
//! | 12, 13 or 14 | cover, per leaf | varints, 4 planes of f32 or 8 of f64: the first that is exact for all |
//!
//! A leaf takes 9 bytes or more and a node 2 or more beside it; in memory, 16 and 40.

use super::columns::{Bits, floats, number, numbers, packed, planes, push_varint, take_varint};
use super::reader::Reader;
use super::record::Stored;
use super::writer::Writer;
use crate::ensemble::{Child, Ensemble, Levels, Missing, Node, Ranking, Test, Tree};

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
            let Some(tree) = columns.tree() else {
                return reader.fail(&format!("tree {index} is not one"));
            };
            self.trees.push(tree);
        }
        if !columns.are_used_up() {
            return reader.fail("a column goes on after the last tree");
        }
        reader.ranking = Ranking::new(columns.starts, columns.thresholds, columns.places);
        if reader.ranking.is_none() {
            reader.fail("the thresholds of a feature are missing or do not increase");
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

/// The covers of the leaves, in one of three forms.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the writer used each form only where it is exact"
)]
fn read_covers(columns: [Option<&[u8]>; 3], count: usize) -> Option<Vec<f64>> {
    match columns {
        // A byte or more for each.
        [Some(mut bytes), None, None] if bytes.len() >= count => {
            let mut covers = Vec::with_capacity(count);
            while covers.len() < count {
                covers.push(take_varint(&mut bytes)? as f64);
            }
            bytes.is_empty().then_some(covers)
        }
        [None, Some(bytes), None] => {
            let covers = numbers(bytes, count, 4..=4)?;
            Some(
                covers
                    .into_iter()
                    .map(|bits| f64::from(f32::from_bits(bits as u32)))
                    .collect(),
            )
        }
        [None, None, Some(bytes)] => floats(bytes, count),
        _ => None,
    }
}

#[inline(never)]
fn numeric_tests(kinds: &[u8]) -> usize {
    kinds.iter().filter(|&&kind| usize::from(kind) < MISSING.len()).count()
}

/// For each node the position of its threshold among those of all features, which begin at `starts`: 0 where the test has none,
/// and the largest number where feature or threshold are not there.
#[inline(never)]
fn positions(places: &[u64], kinds: &[u8], tested: &[u64], starts: &[usize]) -> Vec<u32> {
    let mut places = places.iter();
    let mut positions = Vec::with_capacity(kinds.len());
    for (&kind, &feature) in kinds.iter().zip(tested) {
        let place = (usize::from(kind) < MISSING.len()).then(|| places.next());
        positions.push(position(place, feature, starts).unwrap_or(u32::MAX));
    }
    positions
}

#[inline(always)]
fn position(place: Option<Option<&u64>>, feature: u64, starts: &[usize]) -> Option<u32> {
    let &[start, end] = starts.get(usize::try_from(feature).ok()?..)?.first_chunk()?;
    let Some(place) = place else {
        return Some(0);
    };
    let position = start + usize::try_from(*place?).ok()?;
    (position < end).then(|| u32::try_from(position).ok())?
}

/// The columns, and how far they have been read.
struct Columns<'a> {
    form: Bits<'a>,
    tested: Vec<u64>,
    kinds: &'a [u8],
    starts: Vec<usize>,
    thresholds: Vec<f64>,
    /// For each node the position of its threshold.
    places: Vec<u32>,
    lengths: &'a [u8],
    words: &'a [u8],
    leaves: Vec<f64>,
    covers: Vec<f64>,
    node: usize,
    leaf: usize,
    /// The nodes of the tree at hand, before their number is known.
    nodes: Vec<Node>,
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
        let numeric = numeric_tests(kinds);
        if form.len() != (leaf_count + node_count).div_ceil(8) || kinds.len() != node_count {
            return None;
        }
        let tested = numbers(tested, node_count, 1..=2)?;
        let starts = starts(sizes, threshold_count)?;
        let places = numbers(places, numeric, 1..=4)?;
        Some(Self {
            form: Bits::new(form),
            places: positions(&places, kinds, &tested, &starts),
            tested,
            kinds,
            starts,
            thresholds: floats(thresholds, threshold_count)?,
            lengths,
            words,
            leaves: floats(leaves, leaf_count)?,
            covers: read_covers(covers, leaf_count)?,
            node: 0,
            leaf: 0,
            nodes: Vec::new(),
        })
    }

    /// Reads the next tree; `None` when the columns do not hold one.
    #[inline(never)]
    fn tree(&mut self) -> Option<Tree> {
        self.nodes.clear();
        let mut category_words = Vec::new();
        self.read_nodes(&mut category_words)?;
        category_words.shrink_to_fit();
        // The bits that fill the last byte up look like leaves, and are not taken for some: there are no values for them.
        let leaves = self.leaf..self.leaf + self.nodes.len() + 1;
        self.leaf = leaves.end;
        Some(Tree {
            nodes: self.nodes.to_vec(),
            leaves: self.leaves.get(leaves.clone())?.to_vec(),
            covers: self.covers.get(leaves)?.to_vec(),
            category_words,
        })
    }

    /// Reads the nodes of the next tree; the words of their sets are appended.
    #[inline(never)]
    fn read_nodes(&mut self, words: &mut Vec<u32>) -> Option<()> {
        let (mut found_nodes, mut found_leaves) = (0_u32, 0_u32);
        let mut form = self.form.clone();
        let mut next = |nodes: &mut u32| {
            Some(if form.next()? {
                *nodes += 1;
                Child::Node(*nodes - 1)
            } else {
                found_leaves += 1;
                Child::Leaf(found_leaves - 1)
            })
        };
        next(&mut found_nodes)?;
        // In level order the children of one node follow those of the one before it.
        while self.nodes.len() < found_nodes as usize {
            let feature = u16::try_from(*self.tested.get(self.node)?).ok()?;
            let kind = usize::from(*self.kinds.get(self.node)?);
            let test = match MISSING.get(kind) {
                Some(&missing) => {
                    let place = *self.places.get(self.node)?;
                    Test::AtMost(*self.thresholds.get(place as usize)?, missing)
                }
                None => read_set(kind - MISSING.len(), &mut self.lengths, &mut self.words, words)?,
            };
            self.node += 1;
            let (left, right) = (next(&mut found_nodes)?, next(&mut found_nodes)?);
            self.nodes.push(Node {
                feature,
                test,
                left,
                right,
            });
        }
        self.form = form;
        Some(())
    }

    /// Whether nothing is left but the bits that fill up the last byte, which are 0.
    fn are_used_up(&self) -> bool {
        let nodes = self.node == self.kinds.len() && self.leaf == self.leaves.len();
        let sets = self.lengths.is_empty() && self.words.is_empty();
        nodes && sets && self.form.clone().all(|bit| !bit)
    }
}

/// Reads a test of the kind `kind` among those in sets, of the next words, which are appended to those of its tree.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, reason = "words of 4 bytes")]
fn read_set(kind: usize, lengths: &mut &[u8], column: &mut &[u8], words: &mut Vec<u32>) -> Option<Test> {
    let levels = *LEVELS.get(kind / 2)?;
    let length = usize::try_from(take_varint(lengths)?).ok()?;
    let (set, rest) = column.split_at_checked(length.checked_mul(4)?)?;
    *column = rest;
    let test = Test::InSet {
        start: u32::try_from(words.len()).ok()?,
        length: u32::try_from(length).ok()?,
        levels,
        missing_left: kind % 2 == 1,
    };
    for word in set.chunks_exact(4) {
        words.push(number(word) as u32);
    }
    Some(test)
}
