//! Trees laid out for contributions: what no row changes is worked out once, and a row costs two straight passes over the
//! nodes, without recursion and with no branch that depends on the row: it would be guessed wrongly half of the time.
//!
//! Let a node test feature j, whose factor above is g (1 when j is new), and let g_L, g_R be its factors below. The shares
//! of the branches add up to 1 and the row takes one of them, so g_L + g_R = g: with r = g_L / g the branches get the
//! outside products C·r and C·(1 − r), and the inside sums join to U = U_R + r·(U_L − U_R). With the gains a = o_L − z_L and
//! c = o − z (0 when j is new), j gains ∫ (C/g)·(a·U_L + (c − a)·U_R − c·U) = ∫ (C/g)·(a − c·r)·(U_L − U_R), where −c·U takes
//! back what the split above had counted for j. Once the row has failed a test of j, r is the bare share and the gain 0.
//!
//! The splits of a tree stand in this order: first those with a split below, parents before children; then the *twigs*, both
//! of whose branches are leaves. A twig needs one visit: all that is above it is known, and nothing is below.

#![expect(
    clippy::needless_range_loop,
    reason = "plain loops over points and rows show what becomes one vector instruction"
)]

use super::quadrature::{POINTS, Points};
use crate::compiled::CODES;
use crate::position::to_u32;
use crate::window::Window;
use crate::{Child, CodeTest, Node, Tree};

/// A tree as ranges of the arrays of a [`Layout`].
#[derive(Debug, Clone)]
pub(super) struct CompiledTree {
    /// Runs of a kernel that make its integrals exact.
    pub(super) kernels: u32,
    splits: (u32, u32),
    twigs: (u32, u32),
    tips: (u32, u32),
}

/// All trees of an ensemble.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) trees: Vec<CompiledTree>,
    splits: Vec<Split>,
    twigs: Vec<Twig>,
    /// Leaves below splits that are no twigs: their slot and their value.
    tips: Vec<(u32, f64)>,
    repeats: Vec<Repeat>,
    /// 1 / g at the points of the rule, kernel by kernel, for each repeat.
    inverses: Vec<f64>,
    /// Slots of the largest tree.
    slots: usize,
    /// Whether the numbers of slots, codes and features are as usual.
    is_usual: bool,
}

/// What splits and twigs have in common.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// z_L: product of the cover shares of the edges that test the feature, down to the left branch.
    cover_left: f64,
    column: u32,
    feature: u16,
    rank: u8,
    /// Position among the repeats and one, or 0 when the feature is new on the path.
    repeat: u32,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    edge: Edge,
    left: u32,
    right: u32,
}

#[derive(Debug, Clone, Copy)]
struct Twig {
    edge: Edge,
    right: f64,
    /// Left leaf minus right leaf.
    difference: f64,
}

/// A split whose feature was tested above.
#[derive(Debug, Clone, Copy)]
struct Repeat {
    /// Share of the cover that goes left.
    share: f64,
    /// z: product of the cover shares of the edges above that test the feature.
    cover: f64,
    /// The split that last tested the feature, and 0 if this one is on its left, all ones if on its right.
    above: u32,
    side: u64,
    inverses: u32,
}

/// Numbers for K points and R rows.
pub(super) type Lanes<const K: usize, const R: usize> = [[f64; R]; K];

/// All ones for the rows of which something is true, else 0: numbers are chosen with it bit by bit, since the compiler makes
/// branches of other choices.
type Mask<const R: usize> = [u64; R];

/// What is known of a split or a leaf for R rows, from tree to tree.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Slot<const K: usize, const R: usize> {
    /// Weight times the product of the factors above.
    outside: Lanes<K, R>,
    /// On the way down the ratio r, replaced by U on the way up.
    inside: Lanes<K, R>,
    /// Where the row goes left.
    left: Mask<R>,
    /// Where the row has passed every test of the feature above.
    passed: Mask<R>,
}

impl<const K: usize, const R: usize> Slot<K, R> {
    const EMPTY: Self = Self {
        outside: [[0.0; R]; K],
        inside: [[0.0; R]; K],
        left: [0; R],
        passed: [u64::MAX; R],
    };
}

/// What is known of the nodes of a tree while it is laid out; reused from tree to tree.
#[derive(Debug, Default)]
pub(super) struct Survey {
    nodes: Vec<Surveyed>,
    /// Largest number of distinct features on a path.
    pub(super) most_features: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Surveyed {
    /// Share of the cover that goes left.
    share: f64,
    /// z: product of the cover shares of the edges above that test the feature.
    cover: f64,
    /// The parent, and whether the node is on its left; the root is its own parent.
    parent: u32,
    is_left: bool,
    /// The node above that last tests the same feature, and whether the node is on its left.
    same_feature: Option<(u32, bool)>,
    /// Distinct features on the path, down to the node.
    features: u32,
    slot: u32,
}

impl Survey {
    /// Looks at a tree whose parents come before children, of these shares.
    #[inline(never)]
    pub(super) fn of(&mut self, tree: &Tree, shares: &[f64]) {
        self.nodes.clear();
        self.nodes.resize(tree.nodes.len(), Surveyed::default());
        self.most_features = 0;
        for (index, node) in tree.nodes.iter().enumerate() {
            for (child, is_left) in [(node.left, true), (node.right, false)] {
                if let Child::Node(below) = child {
                    let below = &mut self.nodes[below as usize];
                    (below.parent, below.is_left) = (to_u32(index), is_left);
                }
            }
            let mut node = self.nodes[index];
            node.share = shares[index];
            node.features = if index == 0 {
                0
            } else {
                self.nodes[node.parent as usize].features
            };
            node.same_feature = self.same_feature(tree, index);
            node.cover = 1.0;
            match node.same_feature {
                None => node.features += 1,
                Some((above, is_left)) => {
                    let above = &self.nodes[above as usize];
                    node.cover = above.cover * if is_left { above.share } else { 1.0 - above.share };
                }
            }
            self.most_features = self.most_features.max(node.features as usize);
            self.nodes[index] = node;
        }
    }

    fn same_feature(&self, tree: &Tree, index: usize) -> Option<(u32, bool)> {
        let mut at = index;
        while at > 0 {
            let Surveyed { parent, is_left, .. } = self.nodes[at];
            if tree.nodes[parent as usize].feature == tree.nodes[index].feature {
                return Some((parent, is_left));
            }
            at = parent as usize;
        }
        None
    }
}

/// Slots of a tree, codes of a row and features, of which there are at most so many in nearly every ensemble: what is looked
/// up among a known number needs no check that it is there.
const SLOTS: usize = 256;
pub(super) const FEATURES: usize = 1024;

impl Layout {
    /// Room for trees of so many nodes in all.
    pub(super) fn with_room(trees: usize, nodes: usize) -> Self {
        Self {
            trees: Vec::with_capacity(trees),
            splits: Vec::with_capacity(nodes),
            twigs: Vec::with_capacity(nodes.div_ceil(2)),
            tips: Vec::with_capacity(nodes.div_ceil(2)),
            ..Self::default()
        }
    }

    /// Lays out a tree, surveyed, for a rule of these points. Parents come before children among its nodes.
    #[inline(never)]
    pub(super) fn push(&mut self, tree: &Tree, tests: &[CodeTest], survey: &mut Survey, rule: &[Points<POINTS>]) {
        let is_twig = |node: &Node| matches!((node.left, node.right), (Child::Leaf(_), Child::Leaf(_)));
        let twigs = tree.nodes.iter().filter(|node| is_twig(node)).count();
        let (mut next_split, mut next_twig) = (0, tree.nodes.len() - twigs);
        let mut next_tip = tree.nodes.len();
        for (node, surveyed) in tree.nodes.iter().zip(&mut survey.nodes) {
            let next = if is_twig(node) { &mut next_twig } else { &mut next_split };
            surveyed.slot = to_u32(*next);
            *next += 1;
        }
        let starts = (self.splits.len(), self.twigs.len(), self.tips.len());
        for ((node, test), surveyed) in tree.nodes.iter().zip(tests).zip(&survey.nodes) {
            let &Surveyed { share, cover, .. } = surveyed;
            let repeat = match surveyed.same_feature {
                None => 0,
                Some((above, is_left)) => {
                    self.repeats.push(Repeat {
                        share,
                        cover,
                        above: survey.nodes[above as usize].slot,
                        side: if is_left { 0 } else { u64::MAX },
                        inverses: to_u32(self.inverses.len()),
                    });
                    for points in rule {
                        let factors = points.points.map(|point| 1.0 / (cover * (1.0 - point) + point));
                        self.inverses.extend_from_slice(&factors);
                    }
                    to_u32(self.repeats.len())
                }
            };
            let edge = Edge {
                cover_left: cover * share,
                column: test.column,
                feature: node.feature,
                rank: test.rank,
                repeat,
            };
            if let (Child::Leaf(left), Child::Leaf(right)) = (node.left, node.right) {
                let right = tree.leaves[right as usize];
                self.twigs.push(Twig {
                    edge,
                    right,
                    difference: tree.leaves[left as usize] - right,
                });
                continue;
            }
            let mut slot_of = |child| match child {
                Child::Node(below) => survey.nodes[below as usize].slot,
                Child::Leaf(leaf) => {
                    let slot = to_u32(next_tip);
                    next_tip += 1;
                    self.tips.push((slot, tree.leaves[leaf as usize]));
                    slot
                }
            };
            self.splits.push(Split {
                edge,
                left: slot_of(node.left),
                right: slot_of(node.right),
            });
        }
        self.slots = self.slots.max(next_tip).max(1);
        self.trees.push(CompiledTree {
            kernels: to_u32(rule.len()),
            splits: (to_u32(starts.0), to_u32(self.splits.len())),
            twigs: (to_u32(starts.1), to_u32(self.twigs.len())),
            tips: (to_u32(starts.2), to_u32(self.tips.len())),
        });
    }

    /// Says whether numbers are as usual, once all trees are in.
    pub(super) fn finish(&mut self, columns: usize, features: usize) {
        self.is_usual = self.slots <= SLOTS && columns <= CODES && features <= FEATURES;
    }

    /// Space for the largest tree.
    pub(super) fn slots<const K: usize, const R: usize>(&self) -> Vec<Slot<K, R>> {
        vec![Slot::EMPTY; self.slots.max(SLOTS)]
    }

    /// Adds what a tree's splits contribute at some points of its rule, the first of which is number `first_point`, to
    /// `contributions`, a place per feature and point.
    #[inline(always)]
    pub(super) fn contributions<const K: usize, const R: usize>(
        &self,
        tree: &CompiledTree,
        points: &Points<K>,
        first_point: usize,
        codes: &[[u8; R]],
        slots: &mut [Slot<K, R>],
        contributions: &mut [Lanes<K, R>],
    ) {
        // In WebAssembly the checks cost little, and size counts.
        if self.is_usual
            && cfg!(not(target_family = "wasm"))
            && let Some(codes) = codes.first_chunk::<CODES>()
            && let Some(slots) = slots.first_chunk_mut::<SLOTS>()
            && let Some(contributions) = contributions.first_chunk_mut::<FEATURES>()
        {
            return self.contributions_in(tree, points, first_point, codes, slots, contributions);
        }
        self.contributions_in(tree, points, first_point, codes, slots, contributions);
    }

    #[inline(always)]
    fn contributions_in<const K: usize, const R: usize>(
        &self,
        tree: &CompiledTree,
        points: &Points<K>,
        first_point: usize,
        codes: &(impl Window<[u8; R]> + ?Sized),
        slots: &mut (impl Window<Slot<K, R>> + ?Sized),
        contributions: &mut (impl Window<Lanes<K, R>> + ?Sized),
    ) {
        let splits = &self.splits[tree.splits.0 as usize..tree.splits.1 as usize];
        let twigs = &self.twigs[tree.twigs.0 as usize..tree.twigs.1 as usize];
        for &(slot, value) in &self.tips[tree.tips.0 as usize..tree.tips.1 as usize] {
            slots.at_mut(slot as usize).inside = [[value; R]; K];
        }
        // The weights ride along with the products from outside in, so that every integral is a plain sum.
        slots.at_mut(0).outside = points.weights.map(|weight| [weight; R]);
        for (index, split) in splits.iter().enumerate() {
            let (ratio, left, passed) = self.ratio(&split.edge, points, first_point, codes, slots);
            let slot = slots.at_mut(index);
            let products = slot.outside;
            slot.inside = ratio;
            slot.left = left;
            slot.passed = passed;
            let (mut to_left, mut to_right) = ([[0.0; R]; K], [[0.0; R]; K]);
            for k in 0..K {
                for row in 0..R {
                    to_left[k][row] = products[k][row] * ratio[k][row];
                    to_right[k][row] = products[k][row] - to_left[k][row];
                }
            }
            slots.at_mut(split.left as usize).outside = to_left;
            slots.at_mut(split.right as usize).outside = to_right;
        }
        for (index, twig) in (splits.len()..).zip(twigs) {
            let (ratio, left, passed) = self.ratio(&twig.edge, points, first_point, codes, slots);
            let slot = slots.at_mut(index);
            let mut inside = [[twig.right; R]; K];
            let difference = [[twig.difference; R]; K];
            for k in 0..K {
                for row in 0..R {
                    inside[k][row] += ratio[k][row] * difference[k][row];
                }
            }
            let outside = slot.outside;
            slot.inside = inside;
            let terms = self.gain(&twig.edge, first_point, &outside, &ratio, &difference, left, passed);
            add(contributions.at_mut(usize::from(twig.edge.feature)), terms);
        }
        for (index, split) in splits.iter().enumerate().rev() {
            let (below_left, below_right) = (
                slots.at_mut(split.left as usize).inside,
                slots.at_mut(split.right as usize).inside,
            );
            let slot = slots.at_mut(index);
            let Slot {
                outside,
                inside: ratio,
                left,
                passed,
            } = *slot;
            let (mut difference, mut inside) = ([[0.0; R]; K], [[0.0; R]; K]);
            for k in 0..K {
                for row in 0..R {
                    difference[k][row] = below_left[k][row] - below_right[k][row];
                    inside[k][row] = below_right[k][row] + ratio[k][row] * difference[k][row];
                }
            }
            slot.inside = inside;
            let terms = self.gain(&split.edge, first_point, &outside, &ratio, &difference, left, passed);
            add(contributions.at_mut(usize::from(split.edge.feature)), terms);
        }
    }

    /// r at each point; which rows go left; and which have passed every test of the feature above.
    #[inline(always)]
    fn ratio<const K: usize, const R: usize>(
        &self,
        edge: &Edge,
        points: &Points<K>,
        first_point: usize,
        codes: &(impl Window<[u8; R]> + ?Sized),
        slots: &(impl Window<Slot<K, R>> + ?Sized),
    ) -> (Lanes<K, R>, Mask<R>, Mask<R>) {
        let left = codes.at(edge.column as usize).map(|code| {
            let goes_left = code <= edge.rank;
            // Of a mask for a single row the compiler would make a branch on the comparison again: it is looked up.
            if R == 1 {
                points.masks[usize::from(goes_left)]
            } else {
                u64::from(goes_left).wrapping_neg()
            }
        });
        let mut ratio = [[0.0; R]; K];
        for k in 0..K {
            for row in 0..R {
                ratio[k][row] = edge.cover_left * points.complements[k] + only(left[row], points.points[k]);
            }
        }
        let mut passed = [u64::MAX; R];
        if let Some(repeat) = self.repeat(edge) {
            let inverses = self.inverses::<K>(repeat, first_point);
            let above = slots.at(repeat.above as usize);
            for row in 0..R {
                passed[row] = above.passed[row] & (above.left[row] ^ repeat.side);
            }
            for k in 0..K {
                for row in 0..R {
                    let on_path = only(passed[row], ratio[k][row] * inverses[k]).to_bits();
                    ratio[k][row] = f64::from_bits(on_path | only(!passed[row], repeat.share).to_bits());
                }
            }
        }
        (ratio, left, passed)
    }

    /// What a split gives its feature.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "the formula has so many parts")]
    fn gain<const K: usize, const R: usize>(
        &self,
        edge: &Edge,
        first_point: usize,
        outside: &Lanes<K, R>,
        ratio: &Lanes<K, R>,
        difference: &Lanes<K, R>,
        left: Mask<R>,
        passed: Mask<R>,
    ) -> Lanes<K, R> {
        let gains = left.map(|left| only(left, 1.0) - edge.cover_left);
        let mut terms = [[0.0; R]; K];
        for k in 0..K {
            for row in 0..R {
                terms[k][row] = outside[k][row] * difference[k][row];
            }
        }
        if let Some(repeat) = self.repeat(edge) {
            let inverses = self.inverses::<K>(repeat, first_point);
            let counted = 1.0 - repeat.cover;
            for k in 0..K {
                for row in 0..R {
                    terms[k][row] *= inverses[k] * (gains[row] - counted * ratio[k][row]);
                }
            }
            for k in 0..K {
                for row in 0..R {
                    terms[k][row] = only(passed[row], terms[k][row]);
                }
            }
        } else {
            for k in 0..K {
                for row in 0..R {
                    terms[k][row] *= gains[row];
                }
            }
        }
        terms
    }

    #[inline(always)]
    fn repeat(&self, edge: &Edge) -> Option<&Repeat> {
        if edge.repeat == 0 {
            return None;
        }
        self.repeats.get(edge.repeat as usize - 1)
    }

    #[inline(always)]
    fn inverses<const K: usize>(&self, repeat: &Repeat, first_point: usize) -> [f64; K] {
        self.inverses[repeat.inverses as usize + first_point..]
            .first_chunk()
            .copied()
            .unwrap_or([0.0; K])
    }
}

/// The number where the mask is set, else 0.
#[inline(always)]
fn only(mask: u64, number: f64) -> f64 {
    f64::from_bits(mask & number.to_bits())
}

#[inline(always)]
fn add<const K: usize, const R: usize>(to: &mut Lanes<K, R>, what: Lanes<K, R>) {
    for k in 0..K {
        for row in 0..R {
            to[k][row] += what[k][row];
        }
    }
}

/// Adds over the points, in pairs: the order is fixed, so that scalar and vector code give the same bits.
#[inline(always)]
pub(super) fn sum<const K: usize, const R: usize>(terms: Lanes<K, R>) -> [f64; R] {
    let mut terms = terms;
    let mut width = K;
    while width > 1 {
        width /= 2;
        for k in 0..width {
            for row in 0..R {
                terms[k][row] += terms[k + width][row];
            }
        }
    }
    terms[0]
}
