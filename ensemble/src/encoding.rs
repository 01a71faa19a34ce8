//! From feature values to codes: a numeric test depends only on where the value stands among the thresholds of its
//! feature, so a row is ranked once per feature, and every test becomes a comparison of two bytes.
//!
//! A code stands in a *column*. A feature has a column for each way its tests treat missing values (NaN then gets the
//! code that answers the test) and for each 255 of its thresholds; each distinct set of levels has a column of its own,
//! whose code is 0 for a level in the set and 255 for the others. A row passes a test when `code ≤ rank`.

use std::collections::BTreeMap;
use std::hint::select_unpredictable;

use super::compiled::to_u32;
use super::tree::is_in;
use super::{Ensemble, Levels, Missing, Test, Tree, ZERO_THRESHOLD};
use crate::order::positions;

/// The code that passes no test: ranks end at 254.
const PASSES_NONE: u8 = u8::MAX;
/// Thresholds that a column tells apart.
const CHUNK: usize = PASSES_NONE as usize;
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
    missing: Missing,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeTest {
    pub(crate) column: u32,
    pub(crate) rank: u8,
}

/// The tests of all nodes, tree after tree, in the order of the nodes.
pub(crate) type CodeTests = Vec<Vec<CodeTest>>;

impl Encoding {
    /// Ranks all thresholds of an ensemble that has passed its checks.
    pub(crate) fn new(ensemble: &Ensemble) -> (Self, CodeTests) {
        let nodes = || ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        let features = nodes().map(|node| usize::from(node.feature) + 1).max().unwrap_or(0);
        let mut by_feature = vec![Vec::new(); features];
        for node in nodes() {
            if let Test::AtMost(threshold, _) = node.test {
                by_feature[usize::from(node.feature)].push(one_zero(threshold));
            }
        }
        let mut encoding = Self {
            chunks: Vec::with_capacity(by_feature.len()),
            blocks: Vec::new(),
            sets: Vec::new(),
            words: Vec::new(),
            columns: 0,
        };
        let mut first_chunk = Vec::with_capacity(features);
        for (feature, thresholds) in (0..).zip(&mut by_feature) {
            let order = positions(thresholds.len(), &|a, b| thresholds[a].total_cmp(&thresholds[b]));
            *thresholds = order.into_iter().map(|place| thresholds[place]).collect();
            thresholds.dedup();
            first_chunk.push(encoding.chunks.len());
            for thresholds in thresholds.chunks(CHUNK) {
                let chunk = Chunk::new(feature, thresholds, &mut encoding.blocks);
                encoding.chunks.push(chunk);
            }
        }
        let mut set_columns = BTreeMap::new();
        let mut tests = Vec::with_capacity(ensemble.trees.len());
        for tree in &ensemble.trees {
            let tests_of_tree = tree.nodes.iter().map(|node| match node.test {
                Test::AtMost(threshold, missing) => {
                    let rank = by_feature[usize::from(node.feature)].partition_point(|&other| other < threshold);
                    let chunk = &mut encoding.chunks[first_chunk[usize::from(node.feature)] + rank / CHUNK];
                    let known = chunk.columns.iter().find(|column| column.missing == missing);
                    let column = known.map_or_else(|| next(&mut encoding.columns), |known| known.column);
                    if known.is_none() {
                        chunk.add_column(column, missing);
                    }
                    CodeTest {
                        column,
                        rank: to_code(rank % CHUNK),
                    }
                }
                Test::InSet {
                    start,
                    length,
                    levels,
                    missing_left,
                } => {
                    let words = set_words(tree, start, length);
                    let column = *set_columns
                        .entry((node.feature, levels, missing_left, words))
                        .or_insert_with(|| {
                            let column = next(&mut encoding.columns);
                            let start = encoding.words.len();
                            encoding.words.extend(words);
                            encoding.sets.push(SetColumn {
                                column,
                                feature: node.feature,
                                levels,
                                missing_left,
                                words: start..encoding.words.len(),
                            });
                            column
                        });
                    CodeTest { column, rank: 0 }
                }
            });
            tests.push(tests_of_tree.collect());
        }
        (encoding, tests)
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
    fn new(feature: u16, thresholds: &[f64], blocks: &mut Vec<[f64; BLOCK]>) -> Self {
        let start = blocks.len();
        blocks.extend(thresholds.chunks(BLOCK).map(|part| {
            let mut block = [f64::INFINITY; BLOCK];
            block[..part.len()].copy_from_slice(part);
            block
        }));
        let blocks = start..blocks.len();
        let pivots = (blocks.len() > 1).then(|| {
            let mut pivots = Box::new([f64::INFINITY; BLOCK]);
            let lasts = thresholds.chunks_exact(BLOCK).map(|part| part[BLOCK - 1]);
            for (pivot, last) in pivots.iter_mut().zip(lasts.take(blocks.len() - 1)) {
                *pivot = last;
            }
            pivots
        });
        Self {
            feature,
            blocks,
            pivots,
            rank_of_zero: to_code(thresholds.partition_point(|&threshold| threshold < 0.0)),
            columns: Vec::new(),
        }
    }

    fn add_column(&mut self, column: u32, missing: Missing) {
        self.columns.push(Column {
            column,
            missing,
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

fn next(columns: &mut usize) -> u32 {
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

/// −0 and 0 are one threshold.
fn one_zero(threshold: f64) -> f64 {
    threshold + 0.0
}
