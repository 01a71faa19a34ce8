//! Background rows in groups: which of them fail the same features on the way to a leaf.
//!
//! The rows are bits, 64 in a word: per edge of a tree, those that have failed a test of its feature down to it. The rows of
//! a leaf are split by one feature on its path after the other, and what is not empty in the end is a group. Nothing is held
//! meanwhile but the edges of one tree and the sets on the way to one group.

use super::paths::{Paths, Step};
use crate::{DEPTH_LIMIT, Tree};

/// Most words of a pattern, whose bits are the features on a path.
pub(super) const MOST_WORDS: usize = DEPTH_LIMIT.div_ceil(32);

/// Words of the patterns of a path with so many features.
pub(super) fn words_for(features: usize) -> usize {
    features.div_ceil(32).max(1)
}

/// Finds groups; `sets` and `pattern` are room for one way down.
pub(super) struct Groups {
    /// Words of a set of rows.
    width: usize,
    /// Per edge of the tree, the rows that have failed its feature; none above the root.
    failed: Vec<u64>,
    /// All rows, and the sets that are being split.
    sets: Vec<u64>,
    pattern: [u32; MOST_WORDS],
}

impl Groups {
    /// Room for so many rows.
    pub(super) fn new(rows: usize) -> Self {
        let width = rows.div_ceil(64);
        let mut sets = vec![0; (DEPTH_LIMIT + 2) * width];
        for row in 0..rows {
            sets[row / 64] |= 1 << (row % 64);
        }
        Self {
            width,
            failed: Vec::new(),
            sets,
            pattern: [0; MOST_WORDS],
        }
    }

    /// Sends the rows through a tree. `visit` is told of each node, where its feature stands among those on the way to it
    /// or would if it is new.
    pub(super) fn enter<R: AsRef<[f64]>>(
        &mut self,
        tree: &Tree,
        paths: &Paths<'_>,
        rows: &[R],
        steps: &mut Vec<Step>,
        mut visit: impl FnMut(Result<usize, usize>),
    ) {
        let width = self.width;
        // Those of the tree before are dropped first, and no more room is taken than the edges need.
        self.failed = Vec::new();
        self.failed = vec![0; (2 * tree.nodes.len() + 1) * width];
        for (index, node) in tree.nodes.iter().enumerate() {
            let place = paths.to_node(index, steps);
            visit(place);
            let same_feature = place.map_or(0, |place| steps[place].edge as usize);
            let left = (2 * index + 1) * width;
            for (row, features) in rows.iter().enumerate() {
                let side = if tree.goes_left(node, features.as_ref()) {
                    width
                } else {
                    0
                };
                self.failed[left + side + row / 64] |= 1 << (row % 64);
            }
            for word in 0..width {
                let above = self.failed[same_feature * width + word];
                self.failed[left + word] |= above;
                self.failed[left + width + word] |= above;
            }
        }
    }

    /// Visits the groups at the end of a path in the order of their patterns, whose first word counts most: the features
    /// that they fail, and the number of rows.
    pub(super) fn visit(&mut self, steps: &[Step], visit: &mut dyn FnMut(&[u32], u32)) {
        self.sets.copy_within(..self.width, self.width);
        self.split(steps, 0, self.width, visit);
    }

    /// Splits the set that begins at `start` by the features from `level` on: one set is split further in its own place,
    /// the other one in the next. No path is longer than [`DEPTH_LIMIT`].
    fn split(&mut self, steps: &[Step], level: usize, start: usize, visit: &mut dyn FnMut(&[u32], u32)) {
        let (above, width) = (self.pattern, self.width);
        for level in level..steps.len() {
            // Within each word of the pattern the last feature counts most.
            let word = level / 32;
            let bit = (steps.len() - 32 * word).min(32) - 1 - level % 32;
            let edge = steps[32 * word + bit].edge as usize * width;
            let (sets, next) = self.sets[start..].split_at_mut(width);
            let failed = &self.failed[edge..edge + width];
            let (mut some_pass, mut some_fail) = (0, 0);
            for (set, failed) in sets.iter().zip(failed) {
                some_pass |= set & !failed;
                some_fail |= set & failed;
            }
            if some_fail == 0 {
                continue;
            }
            if some_pass != 0 {
                for ((set, next), failed) in sets.iter_mut().zip(next).zip(failed) {
                    *next = *set & !failed;
                    *set &= failed;
                }
                self.split(steps, level + 1, start + width, visit);
            }
            self.pattern[word] |= 1 << bit;
        }
        let rows = self.sets[start..start + width]
            .iter()
            .map(|word| word.count_ones())
            .sum();
        visit(&self.pattern[..words_for(steps.len())], rows);
        self.pattern = above;
    }
}
