//! From feature values to codes: a numeric test depends only on where the value stands among the thresholds of its
//! feature, so a row is ranked once per feature, and every test becomes a comparison of two bytes.
//!
//! A code stands in a *column*. A feature has a column for each way its tests treat missing values (NaN then gets the
//! code that answers the test) and for each 255 of its thresholds; each distinct set of levels has a column of its own,
//! whose code is 0 for a level in the set and 255 for the others. A row passes a test when `code ≤ rank`.

use std::hint::select_unpredictable;

use super::compiled::to_u32;
use super::tree::is_in;
use super::{Ensemble, Levels, Missing, Node, Test, Tree, ZERO_THRESHOLD};
use crate::order::{positions, sort_by_key};

/// The code that passes no test: ranks end at 254.
const PASSES_NONE: u8 = u8::MAX;
/// Thresholds that a column tells apart.
const CHUNK: usize = PASSES_NONE as usize;
/// The ways to treat a missing value, each at its own position.
const MISSING: [Missing; 5] = [
    Missing::AsZero,
    Missing::Left,
    Missing::Right,
    Missing::ZeroLeft,
    Missing::ZeroRight,
];
/// Thresholds that are compared at once.
const BLOCK: usize = 16;

/// How the tests of an ensemble read a row.
#[derive(Debug, Clone)]
pub(crate) struct Encoding {
    chunks: Vec<Chunk>,
    blocks: Vec<[f64; BLOCK]>,
    sets: Vec<SetColumn>,
    words: Vec<u32>,
    columns: usize,
}

/// Up to 255 thresholds of a feature, in increasing order, filled up with infinity to whole blocks.
#[derive(Debug, Clone)]
struct Chunk {
    feature: u16,
    blocks: std::ops::Range<usize>,
    /// The last thresholds of all blocks but the last, when there are several.
    pivots: Option<Box<[f64; BLOCK]>>,
    /// How many of the thresholds are below 0: the rank of a missing value that is read as 0.
    rank_of_zero: u8,
    columns: Vec<Column>,
}

/// The codes of a chunk for one way of treating missing values.
#[derive(Debug, Clone)]
struct Column {
    column: u32,
    /// The code of a missing value.
    code_of_nothing: u8,
    /// Whether zero is missing, too.
    zero_is_nothing: bool,
}

#[derive(Debug, Clone)]
struct SetColumn {
    column: u32,
    feature: u16,
    levels: Levels,
    missing_left: bool,
    words: std::ops::Range<usize>,
}

/// A test as a comparison: passed when the code in `column` is at most `rank`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CodeTest {
    pub(crate) column: u32,
    pub(crate) rank: u8,
}

/// A numeric test while thresholds are ranked.
#[derive(Debug, Clone, Copy, Default)]
struct Numeric {
    /// The threshold, as a number of the same order.
    key: u64,
    /// Position among the nodes of all trees.
    node: u32,
    missing: u8,
}

impl Encoding {
    /// Ranks all thresholds of an ensemble that has passed its checks. The tests are those of all nodes, tree after tree.
    pub(crate) fn new(ensemble: &Ensemble) -> (Self, Vec<CodeTest>) {
        let nodes = || ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        // Where the numeric tests of each feature begin, once those of all features stand one after the other.
        let mut starts = Vec::new();
        let mut count = 0;
        for node in nodes() {
            let feature = usize::from(node.feature);
            if starts.len() < feature + 2 {
                starts.resize(feature + 2, 0_usize);
            }
            starts[feature + 1] += usize::from(matches!(node.test, Test::AtMost(..)));
            count += 1;
        }
        for feature in 1..starts.len() {
            starts[feature] += starts[feature - 1];
        }
        let mut numeric = vec![Numeric::default(); starts.last().copied().unwrap_or_default()];
        let mut next = starts.clone();
        for (index, node) in (0..).zip(nodes()) {
            if let Test::AtMost(threshold, missing) = node.test {
                let place = &mut next[usize::from(node.feature)];
                numeric[*place] = Numeric {
                    key: key_of(threshold),
                    node: index,
                    missing: missing as u8,
                };
                *place += 1;
            }
        }
        let mut encoding = Self {
            chunks: Vec::with_capacity(starts.len()),
            blocks: Vec::new(),
            sets: Vec::new(),
            words: Vec::new(),
            columns: 0,
        };
        let mut tests = vec![CodeTest::default(); count];
        let mut scratch = Vec::new();
        for (feature, bounds) in (0..).zip(starts.windows(2)) {
            let numeric = &mut numeric[bounds[0]..bounds[1]];
            sort_by_key(numeric, &mut scratch, |numeric| numeric.key);
            encoding.add_chunks(feature, numeric, &mut tests);
        }
        encoding.add_sets(ensemble, &mut tests);
        (encoding, tests)
    }

    /// Ranks the thresholds of a feature, given its tests in increasing order.
    #[inline(never)]
    fn add_chunks(&mut self, feature: u16, numeric: &[Numeric], tests: &mut [CodeTest]) {
        let mut rest = numeric;
        while let Some(first) = rest.first() {
            let mut thresholds = [first.key; CHUNK];
            let mut columns = [None; MISSING.len()];
            let (mut rank, mut used) = (0, 0);
            for numeric in rest {
                if numeric.key != thresholds[rank] {
                    if rank + 1 == CHUNK {
                        break;
                    }
                    rank += 1;
                    thresholds[rank] = numeric.key;
                }
                let column = &mut columns[usize::from(numeric.missing)];
                tests[numeric.node as usize] = CodeTest {
                    column: *column.get_or_insert_with(|| next_column(&mut self.columns)),
                    rank: to_code(rank),
                };
                used += 1;
            }
            rest = &rest[used..];
            let mut chunk = Chunk::new(feature, &thresholds[..=rank], &mut self.blocks);
            for (column, missing) in columns.into_iter().zip(MISSING) {
                if let Some(column) = column {
                    chunk.add_column(column, missing);
                }
            }
            self.chunks.push(chunk);
        }
    }

    /// Gives each distinct set of levels its column.
    fn add_sets(&mut self, ensemble: &Ensemble, tests: &mut [CodeTest]) {
        let mut in_set: Vec<(&Tree, &Node, usize)> = Vec::new();
        let mut index = 0;
        for tree in &ensemble.trees {
            for node in &tree.nodes {
                if matches!(node.test, Test::InSet { .. }) {
                    in_set.push((tree, node, index));
                }
                index += 1;
            }
        }
        let key = |place: usize| {
            let (tree, node, _) = in_set[place];
            match node.test {
                Test::InSet {
                    start,
                    length,
                    levels,
                    missing_left,
                } => (node.feature, levels, missing_left, set_words(tree, start, length)),
                Test::AtMost(..) => (node.feature, Levels::Truncated, false, &[][..]),
            }
        };
        let mut last = None;
        for place in positions(in_set.len(), &|a, b| key(a).cmp(&key(b))) {
            let set @ (feature, levels, missing_left, words) = key(place);
            if last != Some(set) {
                last = Some(set);
                let start = self.words.len();
                self.words.extend_from_slice(words);
                self.sets.push(SetColumn {
                    column: next_column(&mut self.columns),
                    feature,
                    levels,
                    missing_left,
                    words: start..self.words.len(),
                });
            }
            let column = self.sets.last().map_or(0, |set| set.column);
            tests[in_set[place].2] = CodeTest { column, rank: 0 };
        }
    }

    /// Number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Writes the codes of row `row` of `ROWS` into `codes`, column after column, `ROWS` codes to a column.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn encode<const ROWS: usize>(&self, features: &[f64], row: usize, codes: &mut [[u8; ROWS]]) {
        for chunk in &self.chunks {
            let value = features[usize::from(chunk.feature)];
            let blocks = &self.blocks[chunk.blocks.clone()];
            let block = chunk.pivots.as_ref().map_or(0, |pivots| count_below(pivots, value));
            let rank = to_code(BLOCK * block + count_below(&blocks[block], value));
            let (is_nan, is_zero) = (value.is_nan(), value.abs() <= ZERO_THRESHOLD);
            for column in &chunk.columns {
                let is_nothing = is_nan | (is_zero & column.zero_is_nothing);
                codes[column.column as usize][row] = select_unpredictable(is_nothing, column.code_of_nothing, rank);
            }
        }
        for set in &self.sets {
            let value = features[usize::from(set.feature)];
            let is_left =
                (value.is_nan() & set.missing_left) | is_in(&self.words[set.words.clone()], set.levels.level(value));
            codes[set.column as usize][row] = if is_left { 0 } else { PASSES_NONE };
        }
    }
}

impl Chunk {
    /// A chunk of these thresholds, given by their keys in increasing order.
    fn new(feature: u16, keys: &[u64], all_blocks: &mut Vec<[f64; BLOCK]>) -> Self {
        let start = all_blocks.len();
        for part in keys.chunks(BLOCK) {
            let mut block = [f64::INFINITY; BLOCK];
            for (threshold, &key) in block.iter_mut().zip(part) {
                *threshold = threshold_of(key);
            }
            all_blocks.push(block);
        }
        let blocks = start..all_blocks.len();
        let pivots = (blocks.len() > 1).then(|| {
            let mut pivots = Box::new([f64::INFINITY; BLOCK]);
            for (pivot, block) in pivots.iter_mut().zip(&all_blocks[start..blocks.end - 1]) {
                *pivot = block[BLOCK - 1];
            }
            pivots
        });
        Self {
            feature,
            blocks,
            pivots,
            rank_of_zero: to_code(keys.partition_point(|&key| key < key_of(0.0))),
            columns: Vec::new(),
        }
    }

    fn add_column(&mut self, column: u32, missing: Missing) {
        self.columns.push(Column {
            column,
            code_of_nothing: match missing {
                Missing::AsZero => self.rank_of_zero,
                Missing::Left | Missing::ZeroLeft => 0,
                Missing::Right | Missing::ZeroRight => PASSES_NONE,
            },
            zero_is_nothing: matches!(missing, Missing::ZeroLeft | Missing::ZeroRight),
        });
    }
}

/// The words of a set without empty ones at its end, so that equal sets are found to be equal.
fn set_words(tree: &Tree, start: u32, length: u32) -> &[u32] {
    let words = &tree.category_words[start as usize..][..length as usize];
    let used = words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    &words[..used]
}

fn next_column(columns: &mut usize) -> u32 {
    let column = to_u32(*columns);
    *columns += 1;
    column
}

/// A rank within a column; what is above all its thresholds passes none of its tests.
#[inline(always)]
fn to_code(rank: usize) -> u8 {
    u8::try_from(rank).unwrap_or(PASSES_NONE)
}

/// How many of the thresholds are below the value; none are below NaN.
#[inline(always)]
fn count_below(thresholds: &[f64; BLOCK], value: f64) -> usize {
    let mut below = 0_u16;
    for (place, &threshold) in thresholds.iter().enumerate() {
        below |= u16::from(threshold < value) << place;
    }
    below.count_ones() as usize
}

/// A threshold as a number that is ordered as thresholds are; −0 and 0 are one threshold, and none is NaN.
fn key_of(threshold: f64) -> u64 {
    let bits = (threshold + 0.0).to_bits();
    if bits >> 63 == 0 { bits | SIGN } else { !bits }
}

fn threshold_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 0 { !key } else { key & !SIGN })
}

const SIGN: u64 = 1 << 63;
