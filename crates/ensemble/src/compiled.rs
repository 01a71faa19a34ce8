//! Trees laid out for scoring: one row by eight walks side by side, many rows by working out every node for 64 of them.
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

use std::sync::OnceLock;

use super::encoding::{CodeTest, Encoding};
use super::position::to_u32;
use super::{Child, Ensemble, Ranking, Tree};
use crate::vectors;
use crate::window::Window;

/// Trees that are walked side by side.
const LANES: usize = 8;
/// Rows that are scored side by side.
pub(crate) const ROWS: usize = 64;
/// Trees of more leaves are walked for many rows, too: the number of a leaf must fit a byte.
const MOST_LEAVES: usize = 256;
/// Slots of the leaves' numbers, then one for each node.
const SLOTS: usize = 2 * MOST_LEAVES;

/// Codes of a row, and places of the trees of a group, of which there are at most so many in nearly every ensemble: what is
/// looked up among a known number needs no check that it is there.
pub(crate) const CODES: usize = 1024;
const PLACES: usize = 4096;

/// The raw score of an ensemble, compiled.
#[derive(Debug, Clone)]
pub struct Compiled {
    encoding: Encoding,
    /// Nodes and leaves of all trees in level order.
    places: Places,
    groups: Vec<Group>,
    /// Nodes of the trees of at most [`MOST_LEAVES`] leaves, each tree from its last to its first; made when many rows are
    /// scored for the first time, since loading should be quick.
    choices: OnceLock<Vec<Choice>>,
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
    /// The root of the first tree; the places of the others follow.
    start: u32,
}

#[derive(Debug, Clone, Copy)]
struct TreePlace {
    root: u32,
    first_leaf: u32,
    leaves: u32,
    /// Where its nodes begin among the choices, unless it has too many leaves.
    first_choice: u32,
}

/// A node for many rows: which of two slots it passes on.
#[derive(Debug, Clone, Copy)]
struct Choice {
    column: u32,
    rank: u8,
    left: u16,
    right: u16,
}

/// A place in a tree, in as few bytes as the ensemble allows: the memory that a row touches is what costs time. Narrow ones
/// fit the windows, too.
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
    fn new(rank: u8, column: u32, to_left: u32) -> Self;
    fn rank(self) -> u8;
    fn column(self) -> usize;
    fn to_left(self) -> u32;
}

#[expect(clippy::cast_possible_truncation, reason = "the parts of a packed word")]
impl Place for Narrow {
    #[inline(always)]
    fn new(rank: u8, column: u32, to_left: u32) -> Self {
        Self(u32::from(rank) | column << 8 | to_left << 24)
    }
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
    fn new(rank: u8, column: u32, to_left: u32) -> Self {
        Self(u64::from(rank) | u64::from(column) << 8 | u64::from(to_left) << 36)
    }
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

impl Compiled {
    /// Lays out an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        Self::with_tests(ensemble, &Ranking::of(ensemble)).0
    }

    /// The same, with the tests of all nodes, tree after tree, as the encoding knows them.
    pub(crate) fn with_tests(ensemble: &Ensemble, ranking: &Ranking) -> (Self, Vec<CodeTest>) {
        let (encoding, tests) = Encoding::new(ensemble, ranking);
        let most_leaves = ensemble.trees.iter().fold(1, |most, tree| most.max(tree.leaves.len()));
        // In level order fewer nodes and leaves than the tree has leaves stand between a node and its left child.
        let is_narrow = encoding.columns().max(most_leaves) <= CODES && 2 * LANES * most_leaves <= PLACES;
        // Trees that add nothing fill the last group.
        let nothing = Tree {
            nodes: Vec::new(),
            leaves: vec![0.0],
            covers: vec![0.0],
            category_words: Vec::new(),
        };
        let mut sorted = by_depth(ensemble);
        sorted.resize(sorted.len().next_multiple_of(LANES), (0, &nothing, 0));
        let (places, leaves, trees) = if is_narrow {
            let (places, leaves, trees) = lay_out(&sorted, &tests);
            (Places::Narrow(places), leaves, trees)
        } else {
            let (places, leaves, trees) = lay_out(&sorted, &tests);
            (Places::Wide(places), leaves, trees)
        };
        let groups = trees.chunks_exact(LANES).zip(sorted.chunks_exact(LANES));
        let groups = groups.map(|(trees, sorted)| Group {
            trees: std::array::from_fn(|lane| trees[lane]),
            depth: sorted.iter().fold(0, |most, tree| most.max(tree.0)),
            start: trees[0].root,
        });
        let compiled = Self {
            places,
            groups: groups.collect(),
            choices: OnceLock::new(),
            leaves,
            most_leaves,
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
        vec![[0; N]; self.encoding.columns().max(self.most_leaves).max(CODES)]
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
            Places::Narrow(places) => codes
                .first_chunk::<CODES>()
                .map_or(0.0, |codes| self.walk::<_, [_; PLACES], _>(places, codes)),
            Places::Wide(places) => self.walk::<_, [_], _>(places, codes),
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn walk<P: Place, W: Window<P> + ?Sized, C: Window<[u8; 1]> + ?Sized>(&self, places: &[P], codes: &C) -> f64 {
        let mut sums = [0.0; LANES];
        for group in &self.groups {
            let Some(places) = W::of(&places[group.start as usize..]) else {
                continue;
            };
            let mut at = group.trees.map(|tree| tree.root - group.start);
            for _ in 0..group.depth {
                for at in &mut at {
                    let place = *places.at(*at as usize);
                    let [code] = *codes.at(place.column());
                    *at += place.to_left() + u32::from(code > place.rank());
                }
            }
            for lane in 0..LANES {
                let leaf = places.at(at[lane] as usize).column();
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
        let choices = self.choices.get_or_init(|| self.all_choices());
        let mut sums = [[0.0; ROWS]; LANES];
        for group in &self.groups {
            for (tree, sums) in group.trees.iter().zip(&mut sums) {
                if tree.has_choices() {
                    let choices = &choices[tree.first_choice as usize..][..tree.leaves as usize - 1];
                    let reached = slots.choose(choices, codes);
                    let Some(leaves) = self.leaves[tree.first_leaf as usize..].first_chunk::<MOST_LEAVES>() else {
                        continue;
                    };
                    for row in 0..ROWS {
                        sums[row] += leaves[usize::from(reached[row])];
                    }
                } else {
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
        std::array::from_fn(|row| self.total(std::array::from_fn(|lane| sums[lane][row])))
    }

    /// The choices of all trees that have some.
    #[inline(never)]
    fn all_choices(&self) -> Vec<Choice> {
        let mut choices = Vec::with_capacity(self.leaves.len());
        for tree in self.groups.iter().flat_map(|group| &group.trees) {
            if tree.has_choices() {
                match &self.places {
                    Places::Narrow(places) => tree.choices(places, &mut choices),
                    Places::Wide(places) => tree.choices(places, &mut choices),
                }
            }
        }
        choices
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

impl TreePlace {
    fn has_choices(&self) -> bool {
        self.leaves as usize <= MOST_LEAVES
    }

    /// Appends the nodes of the tree from the last to the first.
    fn choices<P: Place>(&self, places: &[P], choices: &mut Vec<Choice>) {
        let places = &places[self.root as usize..][..2 * self.leaves as usize - 1];
        // A leaf passes on its number, and a node what stands in the slot that it has got.
        let mut passed_on = [0; 2 * MOST_LEAVES];
        let mut slots = (0..SLOTS).rev();
        for (at, place) in places.iter().enumerate().rev() {
            if place.to_left() == 0 {
                passed_on[at] = place.column();
                continue;
            }
            let left = at + place.to_left() as usize;
            choices.push(Choice {
                column: to_u32(place.column()),
                rank: place.rank(),
                left: u16::try_from(passed_on[left]).unwrap_or(u16::MAX),
                right: u16::try_from(passed_on[left + 1]).unwrap_or(u16::MAX),
            });
            passed_on[at] = slots.next().unwrap_or_default();
        }
    }
}

/// Everything while it is being laid out.
struct Layout<P> {
    places: Vec<P>,
    leaves: Vec<f64>,
    /// Choices of the trees so far.
    choices: usize,
    /// What has been found of the tree at hand, and is reused for the next.
    found: Vec<Child>,
}

/// A tree with its depth and where its tests begin.
type Sorted<'a> = (u32, &'a Tree, usize);

/// The trees by depth; of one depth in the order that they have.
#[inline(never)]
fn by_depth(ensemble: &Ensemble) -> Vec<Sorted<'_>> {
    let mut first_test = 0;
    let mut trees = Vec::with_capacity(ensemble.trees.len());
    for tree in &ensemble.trees {
        trees.push((to_u32(tree.depth()), tree, first_test));
        first_test += tree.nodes.len();
    }
    let mut sorted = Vec::with_capacity(trees.len() + LANES);
    let mut depth = 0;
    while sorted.len() < trees.len() {
        sorted.extend(trees.iter().filter(|tree| tree.0 == depth));
        depth += 1;
    }
    sorted
}

/// Lays out trees that have been sorted: places, leaves, and where each tree has its own.
fn lay_out<P: Place>(sorted: &[Sorted<'_>], tests: &[CodeTest]) -> (Vec<P>, Vec<f64>, Vec<TreePlace>) {
    let mut layout = Layout {
        places: Vec::with_capacity(2 * tests.len() + sorted.len() + PLACES),
        leaves: Vec::with_capacity(tests.len() + sorted.len() + MOST_LEAVES),
        choices: 0,
        found: Vec::new(),
    };
    let mut trees = Vec::with_capacity(sorted.len());
    for &(_, tree, first_test) in sorted {
        trees.push(layout.tree(tree, &tests[first_test..]));
    }
    let Layout {
        mut places, mut leaves, ..
    } = layout;
    // A window of as many leaves as a byte can tell apart can be taken at every tree's first leaf, and one of places at every
    // group's first.
    leaves.resize(leaves.len() + MOST_LEAVES, 0.0);
    places.resize(places.len() + PLACES, P::new(0, 0, 0));
    (places, leaves, trees)
}

impl<P: Place> Layout<P> {
    /// Adds a tree, the tests of whose nodes come first among the tests given.
    #[inline(never)]
    fn tree(&mut self, tree: &Tree, tests: &[CodeTest]) -> TreePlace {
        let place = TreePlace {
            root: to_u32(self.places.len()),
            first_leaf: to_u32(self.leaves.len()),
            leaves: to_u32(tree.leaves.len()),
            first_choice: to_u32(self.choices),
        };
        // Level order: what is still to be placed is what has been found so far.
        let found = &mut self.found;
        found.clear();
        found.push(tree.root());
        let (mut at, mut leaves) = (0, 0);
        while let Some(&child) = found.get(at) {
            self.places.push(match child {
                Child::Node(index) => {
                    let (node, test) = (&tree.nodes[index as usize], tests[index as usize]);
                    let to_left = to_u32(found.len() - at);
                    found.push(node.left);
                    found.push(node.right);
                    P::new(test.rank, test.column, to_left)
                }
                Child::Leaf(leaf) => {
                    self.leaves.push(tree.leaves[leaf as usize]);
                    leaves += 1;
                    P::new(u8::MAX, leaves - 1, 0)
                }
            });
            at += 1;
        }
        if place.has_choices() {
            self.choices += tree.nodes.len();
        }
        place
    }
}
