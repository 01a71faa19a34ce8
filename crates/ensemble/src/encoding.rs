//! From feature values to codes: a numeric test depends only on where the value stands among the thresholds of its
//! feature, so a row is ranked once per feature, and every test becomes a comparison of two bytes.
//!
//! A code stands in a *column*. A feature has a column for each way its tests treat missing values (NaN then gets the
//! code that answers the test) and for each 255 of its thresholds; each distinct set of levels has a column of its own,
//! whose code is 0 for a level in the set and 255 for the others. A row passes a test when `code ≤ rank`.

use std::hint::select_unpredictable;

use super::position::to_u32;
use super::tree::is_in;
use super::{Ensemble, Levels, Missing, Node, Ranking, Test, Tree, ZERO_THRESHOLD};
use crate::order::positions;

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

/// Of a chunk, the column for each way to treat missing values, once a test has it.
type Columns = [Option<u32>; MISSING.len()];

impl Encoding {
    /// Ranks all thresholds of an ensemble that has passed its checks. The tests are those of all nodes, tree after tree.
    pub(crate) fn new(ensemble: &Ensemble, ranking: &Ranking) -> (Self, Vec<CodeTest>) {
        let mut encoding = Self {
            chunks: Vec::new(),
            blocks: Vec::with_capacity(ranking.thresholds() / BLOCK + 1),
            sets: Vec::new(),
            words: Vec::new(),
            columns: 0,
        };
        // Of each threshold its chunk, in the place of a column, and its rank there.
        let mut codes = Vec::with_capacity(ranking.thresholds());
        for (feature, thresholds) in (0..=u16::MAX).zip(ranking.features()) {
            encoding.add_thresholds(feature, thresholds, &mut codes);
        }
        let mut columns = vec![Columns::default(); encoding.chunks.len()];
        let mut tests = Vec::with_capacity(ranking.places().len());
        let mut in_set = Vec::new();
        let mut rest = ranking.places();
        for tree in &ensemble.trees {
            let (places, others) = rest.split_at(tree.nodes.len().min(rest.len()));
            rest = others;
            encoding.add_tests(tree, places, &codes, &mut columns, &mut tests, &mut in_set);
        }
        // Thresholds that no test has may be of a feature that no row has.
        encoding.chunks.retain(|chunk| !chunk.columns.is_empty());
        encoding.add_sets(&in_set, &mut tests);
        (encoding, tests)
    }

    /// Divides the thresholds of a feature, in increasing order, into chunks.
    #[inline(never)]
    fn add_thresholds(&mut self, feature: u16, thresholds: &[f64], codes: &mut Vec<CodeTest>) {
        let mut chunk = [0.0; CHUNK];
        let mut count = 0;
        for &threshold in thresholds {
            // −0 and 0 are one threshold, and what is no number is none: no test has it.
            if !threshold.is_nan() && (count == 0 || threshold != chunk[count - 1]) {
                if count == CHUNK {
                    self.chunks.push(Chunk::new(feature, &chunk, &mut self.blocks));
                    count = 0;
                }
                chunk[count] = threshold;
                count += 1;
            }
            codes.push(CodeTest {
                column: to_u32(self.chunks.len()),
                rank: to_code(count.saturating_sub(1)),
            });
        }
        if count > 0 {
            self.chunks.push(Chunk::new(feature, &chunk[..count], &mut self.blocks));
        }
    }

    /// Finds the tests of a tree, of which those in sets come later.
    #[inline(never)]
    fn add_tests<'a>(
        &mut self,
        tree: &'a Tree,
        places: &[u32],
        codes: &[CodeTest],
        columns: &mut [Columns],
        tests: &mut Vec<CodeTest>,
        in_set: &mut Vec<(&'a Tree, &'a Node, usize)>,
    ) {
        for (node, &place) in tree.nodes.iter().zip(places) {
            let mut test = CodeTest::default();
            match node.test {
                Test::AtMost(_, missing) => {
                    let code = codes[place as usize];
                    test.rank = code.rank;
                    let column = &mut columns[code.column as usize][missing as usize];
                    test.column = match *column {
                        Some(column) => column,
                        None => *column.insert(self.add_column(code.column, missing)),
                    };
                }
                Test::InSet { .. } => in_set.push((tree, node, tests.len())),
            }
            tests.push(test);
        }
    }

    #[cold]
    #[inline(never)]
    fn add_column(&mut self, chunk: u32, missing: Missing) -> u32 {
        let column = next_column(&mut self.columns);
        self.chunks[chunk as usize].add_column(column, missing);
        column
    }

    /// Gives each distinct set of levels its column.
    fn add_sets(&mut self, in_set: &[(&Tree, &Node, usize)], tests: &mut [CodeTest]) {
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
    /// A chunk of these thresholds, in increasing order.
    fn new(feature: u16, thresholds: &[f64], all_blocks: &mut Vec<[f64; BLOCK]>) -> Self {
        let start = all_blocks.len();
        for part in thresholds.chunks(BLOCK) {
            let mut block = [f64::INFINITY; BLOCK];
            block[..part.len()].copy_from_slice(part);
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
            rank_of_zero: to_code(thresholds.partition_point(|&threshold| threshold < 0.0)),
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
