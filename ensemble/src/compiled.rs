//! Trees laid out for scoring: one row by eight walks side by side, many rows by working out every node for 32 of them.
//!
//! *One row.* The nodes of a tree stand in level order, siblings side by side, so a step adds the way to the left child
//! and one more to go right: no branch depends on the row. Eight trees are walked at a time, for as many steps as the
//! deepest of them needs; a leaf leads to itself.
//!
//! *Many rows.* From the last node to the first, the leaf that a row reaches below a node is the one it reaches below
//! the child it goes to. All are bytes, so the comparison and the choice are a few vector instructions for 32 rows, and
//! nothing is looked up in memory until the leaves' values are.
//!
//! Both add the leaves in the same order: trees are sorted by depth, tree t adds to the sum t mod 8, and the eight sums are
//! added in pairs. That order is part of what a score *is* here, and the same everywhere.

use super::encoding::{CodeTest, CodeTests, Encoding};
use super::{Child, Ensemble, Tree};
use crate::order::positions;
use crate::vectors;

/// Trees that are walked side by side.
const LANES: usize = 8;
/// Rows that are scored side by side.
pub(crate) const ROWS: usize = 64;
/// Trees of more leaves are walked for many rows, too: the number of a leaf must fit a byte.
const MOST_LEAVES: usize = 256;
/// Slots of the leaves' numbers, then one for each node.
const SLOTS: usize = 2 * MOST_LEAVES;

/// The raw score of an ensemble, compiled.
#[derive(Debug, Clone)]
pub struct Compiled {
    encoding: Encoding,
    /// Nodes and leaves of all trees in level order.
    places: Places,
    groups: Vec<Group>,
    /// Nodes of the trees of at most [`MOST_LEAVES`] leaves, each tree from its last to its first.
    choices: Vec<Choice>,
    leaves: Vec<f64>,
    /// Leaves of the largest tree.
    most_leaves: usize,
    scale: f64,
    offset: f64,
}

/// Eight trees of about the same depth.
#[derive(Debug, Clone)]
struct Group {
    trees: [TreePlace; LANES],
    depth: u32,
}

#[derive(Debug, Clone, Copy)]
struct TreePlace {
    root: u32,
    first_leaf: u32,
    /// Its nodes among the choices, or `None` when it has too many leaves.
    choices: Option<(u32, u32)>,
}

/// A node for many rows: which of two slots it passes on.
#[derive(Debug, Clone, Copy)]
struct Choice {
    column: u32,
    rank: u8,
    left: u16,
    right: u16,
}

/// A place in a tree, in as few bytes as the ensemble allows: the memory that a row touches is what costs time.
#[derive(Debug, Clone)]
enum Places {
    Narrow(Vec<Narrow>),
    Wide(Vec<Wide>),
}

/// A place: rank in bits 0–7, column in 8–23, way to the left child in 24–31. A leaf has the largest rank, its number as
/// column and no way to go.
#[derive(Debug, Clone, Copy)]
struct Narrow(u32);

/// The same with 8, 28 and 28 bits.
#[derive(Debug, Clone, Copy)]
struct Wide(u64);

trait Place: Copy {
    fn rank(self) -> u8;
    fn column(self) -> usize;
    fn to_left(self) -> u32;
}

#[expect(clippy::cast_possible_truncation, reason = "the parts of a packed word")]
impl Place for Narrow {
    #[inline(always)]
    fn rank(self) -> u8 {
        self.0 as u8
    }
    #[inline(always)]
    fn column(self) -> usize {
        usize::from((self.0 >> 8) as u16)
    }
    #[inline(always)]
    fn to_left(self) -> u32 {
        self.0 >> 24
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the parts of a packed word")]
impl Place for Wide {
    #[inline(always)]
    fn rank(self) -> u8 {
        self.0 as u8
    }
    #[inline(always)]
    fn column(self) -> usize {
        (self.0 >> 8) as usize & 0xFFF_FFFF
    }
    #[inline(always)]
    fn to_left(self) -> u32 {
        (self.0 >> 36) as u32
    }
}

/// A place before it is packed.
struct Loose {
    rank: u8,
    column: u32,
    to_left: u32,
}

impl Compiled {
    /// Lays out an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        Self::with_tests(ensemble).0
    }

    /// The same, with the tests as the encoding knows them.
    pub(crate) fn with_tests(ensemble: &Ensemble) -> (Self, CodeTests) {
        let (encoding, tests) = Encoding::new(ensemble);
        let mut layout = Layout::default();
        let depths: Vec<usize> = ensemble.trees.iter().map(depth).collect();
        let order = positions(depths.len(), &|a, b| depths[a].cmp(&depths[b]));
        let mut trees: Vec<(usize, TreePlace)> = order
            .into_iter()
            .map(|index| (depths[index], layout.tree(&ensemble.trees[index], &tests[index])))
            .collect();
        // Trees that add nothing fill the last group.
        let nothing = Tree {
            nodes: Vec::new(),
            leaves: vec![0.0],
            covers: vec![0.0],
            category_words: Vec::new(),
        };
        while !trees.len().is_multiple_of(LANES) {
            trees.push((0, layout.tree(&nothing, &[])));
        }
        let groups = trees
            .chunks_exact(LANES)
            .map(|trees| Group {
                trees: std::array::from_fn(|lane| trees[lane].1),
                depth: trees.iter().fold(0, |most, (depth, _)| most.max(to_u32(*depth))),
            })
            .collect();
        // A window of as many leaves as a byte can tell apart can be taken at every tree's first leaf.
        layout.leaves.extend([0.0; MOST_LEAVES]);
        let compiled = Self {
            places: Places::pack(&layout.places),
            groups,
            choices: layout.choices,
            leaves: layout.leaves,
            most_leaves: ensemble.trees.iter().fold(1, |most, tree| most.max(tree.leaves.len())),
            scale: ensemble.scale,
            offset: ensemble.offset,
            encoding,
        };
        (compiled, tests)
    }

    pub(crate) fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// Room for the codes of `N` rows. A leaf's number stands where a node has its column: it must be in range, too.
    pub(crate) fn codes<const N: usize>(&self) -> Vec<[u8; N]> {
        vec![[0; N]; self.encoding.columns().max(self.most_leaves)]
    }

    /// The raw score of one row of features.
    pub fn raw_score(&self, features: &[f64]) -> f64 {
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.codes::<1>();
                self.encoding.encode(features, 0, &mut codes);
                self.raw_score_of(&codes)
            },
        )
    }

    /// The raw score of an encoded row.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn raw_score_of(&self, codes: &[[u8; 1]]) -> f64 {
        match &self.places {
            Places::Narrow(places) => self.walk(places, codes),
            Places::Wide(places) => self.walk(places, codes),
        }
    }

    #[inline(always)]
    fn walk<P: Place>(&self, places: &[P], codes: &[[u8; 1]]) -> f64 {
        let mut sums = [0.0; LANES];
        for group in &self.groups {
            let mut at = group.trees.map(|tree| tree.root);
            for _ in 0..group.depth {
                for at in &mut at {
                    let place = places[*at as usize];
                    *at += place.to_left() + u32::from(codes[place.column()][0] > place.rank());
                }
            }
            for lane in 0..LANES {
                let leaf = places[at[lane] as usize].column();
                sums[lane] += self.leaves[group.trees[lane].first_leaf as usize + leaf];
            }
        }
        self.total(sums)
    }

    /// The raw scores of rows of `width` features each, one after the other.
    ///
    /// # Panics
    /// Never: rows that `scores` has no place for are left out.
    pub fn raw_scores(&self, rows: &[f64], width: usize, scores: &mut [f64]) {
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.codes::<ROWS>();
                let mut slots = Slots::new();
                for (rows, scores) in rows.chunks(width.max(1) * ROWS).zip(scores.chunks_mut(ROWS)) {
                    for (row, features) in rows.chunks(width.max(1)).enumerate() {
                        self.encoding.encode(features, row, &mut codes);
                    }
                    let totals = self.raw_scores_of(&codes, &mut slots);
                    scores.copy_from_slice(&totals[..scores.len()]);
                }
            },
        );
    }

    /// The raw scores of encoded rows.
    #[inline(always)]
    pub(crate) fn raw_scores_of(&self, codes: &[[u8; ROWS]], slots: &mut Slots) -> [f64; ROWS] {
        let mut sums = [[0.0; ROWS]; LANES];
        for group in &self.groups {
            for (tree, sums) in group.trees.iter().zip(&mut sums) {
                match tree.choices {
                    Some((start, end)) => {
                        let choices = &self.choices[start as usize..end as usize];
                        let reached = slots.choose(choices, codes);
                        let Some(leaves) = self.leaves[tree.first_leaf as usize..].first_chunk::<MOST_LEAVES>() else {
                            continue;
                        };
                        for row in 0..ROWS {
                            sums[row] += leaves[usize::from(reached[row])];
                        }
                    }
                    None => {
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let leaf = match &self.places {
                                Places::Narrow(places) => walk_one(places, tree.root, codes, row),
                                Places::Wide(places) => walk_one(places, tree.root, codes, row),
                            };
                            *sum += self.leaves[tree.first_leaf as usize + leaf];
                        }
                    }
                }
            }
        }
        std::array::from_fn(|row| self.total(std::array::from_fn(|lane| sums[lane][row])))
    }

    /// Adds the sums of the lanes in pairs.
    #[inline(always)]
    fn total(&self, sums: [f64; LANES]) -> f64 {
        let [a, b, c, d, e, f, g, h] = sums;
        self.offset + self.scale * (((a + e) + (c + g)) + ((b + f) + (d + h)))
    }
}

#[inline(always)]
fn walk_one<P: Place>(places: &[P], root: u32, codes: &[[u8; ROWS]], row: usize) -> usize {
    let mut at = root;
    loop {
        let place = places[at as usize];
        if place.to_left() == 0 {
            return place.column();
        }
        at += place.to_left() + u32::from(codes[place.column()][row] > place.rank());
    }
}

/// What is below each node for each row: the number of a leaf.
pub(crate) struct Slots(Box<[[u8; ROWS]; SLOTS]>);

impl Slots {
    pub(crate) fn new() -> Self {
        let mut slots = Box::new([[0; ROWS]; SLOTS]);
        for (leaf, slot) in (0..=u8::MAX).zip(slots.iter_mut()) {
            *slot = [leaf; ROWS];
        }
        Self(slots)
    }

    /// The leaf of a tree that each row reaches.
    #[inline(always)]
    fn choose(&mut self, choices: &[Choice], codes: &[[u8; ROWS]]) -> [u8; ROWS] {
        let slots = &mut self.0;
        let mut chosen = [0; ROWS];
        // Nodes fill the slots from the last one down, the root at the end.
        for (choice, slot) in choices.iter().zip((0..SLOTS).rev()) {
            let codes = &codes[choice.column as usize];
            let left = slots[usize::from(choice.left) % SLOTS];
            let right = slots[usize::from(choice.right) % SLOTS];
            for row in 0..ROWS {
                let goes_left = u8::from(codes[row] <= choice.rank).wrapping_neg();
                chosen[row] = (left[row] & goes_left) | (right[row] & !goes_left);
            }
            slots[slot] = chosen;
        }
        chosen
    }
}

/// Everything while it is being laid out.
#[derive(Default)]
struct Layout {
    places: Vec<Loose>,
    choices: Vec<Choice>,
    leaves: Vec<f64>,
}

impl Layout {
    fn tree(&mut self, tree: &Tree, tests: &[CodeTest]) -> TreePlace {
        let (root, first_leaf) = (self.places.len(), self.leaves.len());
        // Level order: what is still to be placed is what has been found so far.
        let mut found = vec![tree.root()];
        let mut place_of_node = vec![0; tree.nodes.len()];
        let mut leaf_number = vec![0; tree.leaves.len()];
        let mut at = 0;
        while let Some(&child) = found.get(at) {
            match child {
                Child::Node(index) => {
                    let (node, test) = (&tree.nodes[index as usize], tests[index as usize]);
                    place_of_node[index as usize] = at;
                    self.places.push(Loose {
                        rank: test.rank,
                        column: test.column,
                        to_left: to_u32(found.len() - at),
                    });
                    found.extend([node.left, node.right]);
                }
                Child::Leaf(leaf) => {
                    let number = self.leaves.len() - first_leaf;
                    leaf_number[leaf as usize] = number;
                    self.leaves.push(tree.leaves[leaf as usize]);
                    self.places.push(Loose {
                        rank: u8::MAX,
                        column: to_u32(number),
                        to_left: 0,
                    });
                }
            }
            at += 1;
        }
        let choices = (tree.leaves.len() <= MOST_LEAVES).then(|| {
            let start = self.choices.len();
            let mut slot_of_node = vec![0; tree.nodes.len()];
            let nodes = found.iter().rev().filter_map(|child| match child {
                Child::Node(index) => Some(*index as usize),
                Child::Leaf(_) => None,
            });
            for (index, slot) in nodes.zip((0..SLOTS).rev()) {
                slot_of_node[index] = slot;
                let (node, test) = (&tree.nodes[index], tests[index]);
                let slot_of = |child| match child {
                    Child::Node(below) => slot_of_node[below as usize],
                    Child::Leaf(leaf) => leaf_number[leaf as usize],
                };
                self.choices.push(Choice {
                    column: test.column,
                    rank: test.rank,
                    left: u16::try_from(slot_of(node.left)).unwrap_or(u16::MAX),
                    right: u16::try_from(slot_of(node.right)).unwrap_or(u16::MAX),
                });
            }
            (to_u32(start), to_u32(self.choices.len()))
        });
        TreePlace {
            root: to_u32(root),
            first_leaf: to_u32(first_leaf),
            choices,
        }
    }
}

impl Places {
    fn pack(places: &[Loose]) -> Self {
        let narrow = |place: &Loose| {
            let (column, to_left) = (u16::try_from(place.column).ok()?, u8::try_from(place.to_left).ok()?);
            Some(Narrow(
                u32::from(place.rank) | u32::from(column) << 8 | u32::from(to_left) << 24,
            ))
        };
        let wide =
            |place: &Loose| Wide(u64::from(place.rank) | u64::from(place.column) << 8 | u64::from(place.to_left) << 36);
        places
            .iter()
            .map(narrow)
            .collect::<Option<_>>()
            .map_or_else(|| Self::Wide(places.iter().map(wide).collect()), Self::Narrow)
    }
}

fn depth(tree: &Tree) -> usize {
    let (mut depths, mut deepest) = (vec![0; tree.nodes.len()], 0);
    for (index, node) in tree.nodes.iter().enumerate() {
        deepest = deepest.max(depths[index] + 1);
        for child in [node.left, node.right] {
            if let Child::Node(below) = child {
                depths[below as usize] = depths[index] + 1;
            }
        }
    }
    deepest
}

/// A position among things of which a model file holds fewer than 2³²: each takes more than a byte of it.
pub(crate) fn to_u32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
