//! Trees laid out for contributions: what no row changes is worked out once, and a row costs two straight passes over the
//! nodes, without recursion and with no branch that depends on the row.
//!
//! Let a node test feature j, whose factor above is g (1 when j is new), and let g_L, g_R be its factors below. The shares
//! of the branches add up to 1 and the row takes one of them, so g_L + g_R = g: with r = g_L / g the branches get the
//! outside products C·r and C·(1 − r), and the inside sums join to U = U_R + r·(U_L − U_R). With the gains a = o_L − z_L and
//! c = o − z (0 when j is new), j gains ∫ (C/g)·(a·U_L + (c − a)·U_R − c·U) = ∫ (C/g)·(a − c·r)·(U_L − U_R), where −c·U takes
//! back what the split above had counted for j. Once the row has failed a test of j, r is the bare share and the gain 0.
//!
//! The splits of a tree stand in this order: first those with a split below, parents before children; then the *twigs*, both
//! of whose branches are leaves. A twig needs one visit: all that is above it is known, and nothing is below.

use super::quadrature::Rule;
use crate::ensemble::{Child, CodeTest, Tree};

/// A tree as ranges of the arrays of a [`Layout`].
#[derive(Debug, Clone)]
pub(super) struct CompiledTree {
    /// Quadrature points that make its integrals exact, a multiple of the points of a kernel.
    pub(super) points: u32,
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
    /// The split that last tested the feature, and which of its branches this one is below: 1 left, 2 right.
    above: u32,
    side: u8,
    inverses: u32,
}

/// The points of a rule that a kernel works on at a time, and the rule's weights there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points<const K: usize> {
    pub(super) points: [f64; K],
    /// 1 − t for each point t.
    pub(super) complements: [f64; K],
    pub(super) weights: [f64; K],
}

impl<const K: usize> Points<K> {
    /// The points of a rule from number `first` on.
    pub(super) fn of(rule: &Rule, first: usize) -> Self {
        let points = std::array::from_fn(|k| rule.points[first + k]);
        Self {
            points,
            complements: points.map(|point| 1.0 - point),
            weights: std::array::from_fn(|k| rule.weights[first + k]),
        }
    }
}

/// Numbers for K points and R rows.
type Lanes<const K: usize, const R: usize> = [[f64; R]; K];

/// Space for R rows, re-used from tree to tree.
pub(super) struct Scratch<const K: usize, const R: usize> {
    /// Per slot: weight times the product of the factors above.
    outside: Vec<Lanes<K, R>>,
    /// Per slot: on the way down the ratio r, replaced by U on the way up.
    inside: Vec<Lanes<K, R>>,
    /// Per split: which branch a row takes that has passed every test of the feature above: 1 left, 2 right.
    passed: Vec<[u8; R]>,
}

impl<const K: usize, const R: usize> Scratch<K, R> {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            outside: vec![[[0.0; R]; K]; layout.slots],
            inside: vec![[[0.0; R]; K]; layout.slots],
            passed: vec![[0; R]; layout.slots],
        }
    }
}

impl Layout {
    /// Lays out a tree for a rule of these points. Parents come before children among its nodes.
    pub(super) fn push(&mut self, tree: &Tree, tests: &[CodeTest], points: &[f64]) {
        let shares = tree.shares();
        let is_twig = |index: usize| {
            let node = &tree.nodes[index];
            matches!((node.left, node.right), (Child::Leaf(_), Child::Leaf(_)))
        };
        let twig_count = (0..tree.nodes.len()).filter(|&index| is_twig(index)).count();
        let (mut next_split, mut next_twig) = (0, tree.nodes.len() - twig_count);
        let mut next_tip = tree.nodes.len();
        let mut slot_of_node = vec![0; tree.nodes.len()];
        for (index, slot) in slot_of_node.iter_mut().enumerate() {
            let next = if is_twig(index) {
                &mut next_twig
            } else {
                &mut next_split
            };
            *slot = to_u32(*next);
            *next += 1;
        }
        let starts = (self.splits.len(), self.twigs.len(), self.tips.len());
        // Per node: (feature, slot of the split, side, z) of each feature tested above, the latest of each.
        let mut above: Vec<Vec<(u16, u32, u8, f64)>> = vec![Vec::new(); tree.nodes.len()];
        for (index, node) in tree.nodes.iter().enumerate() {
            let mut path = std::mem::take(&mut above[index]);
            let known = path.iter().position(|(feature, ..)| *feature == node.feature);
            let share = shares[index];
            let (repeat, cover) = match known {
                None => (0, 1.0),
                Some(place) => {
                    let (_, above, side, cover) = path.swap_remove(place);
                    self.repeats.push(Repeat {
                        share,
                        cover,
                        above,
                        side,
                        inverses: to_u32(self.inverses.len()),
                    });
                    self.inverses
                        .extend(points.iter().map(|&point| 1.0 / factor(cover, 1.0 - point, 1.0, point)));
                    (to_u32(self.repeats.len()), cover)
                }
            };
            let edge = Edge {
                cover_left: cover * share,
                column: tests[index].column,
                feature: node.feature,
                rank: tests[index].rank,
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
                Child::Node(below) => slot_of_node[below as usize],
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
            for (child, side, share) in [(node.left, 1, share), (node.right, 2, 1.0 - share)] {
                if let Child::Node(below) = child {
                    let mut path = path.clone();
                    path.push((node.feature, slot_of_node[index], side, cover * share));
                    above[below as usize] = path;
                }
            }
        }
        self.slots = self.slots.max(next_tip);
        self.trees.push(CompiledTree {
            points: to_u32(points.len()),
            splits: (to_u32(starts.0), to_u32(self.splits.len())),
            twigs: (to_u32(starts.1), to_u32(self.twigs.len())),
            tips: (to_u32(starts.2), to_u32(self.tips.len())),
        });
    }

    /// Adds what a tree's splits contribute at some points of its rule, the first of which is number `first_point`, to
    /// `contributions`, a place per feature.
    #[inline(always)]
    pub(super) fn contributions<const K: usize, const R: usize>(
        &self,
        tree: &CompiledTree,
        points: &Points<K>,
        first_point: usize,
        codes: &[[u8; R]],
        scratch: &mut Scratch<K, R>,
        contributions: &mut [[f64; R]],
    ) {
        let splits = &self.splits[tree.splits.0 as usize..tree.splits.1 as usize];
        let twigs = &self.twigs[tree.twigs.0 as usize..tree.twigs.1 as usize];
        let Scratch {
            outside,
            inside,
            passed,
        } = scratch;
        for &(slot, value) in &self.tips[tree.tips.0 as usize..tree.tips.1 as usize] {
            inside[slot as usize] = [[value; R]; K];
        }
        // The weights ride along with the products from outside in, so that every integral is a plain sum.
        outside[0] = points.weights.map(|weight| [weight; R]);
        for (slot, split) in splits.iter().enumerate() {
            let (ratio, side) = self.ratio(&split.edge, points, first_point, codes, passed);
            passed[slot] = side;
            let products = outside[slot];
            let (mut left, mut right) = ([[0.0; R]; K], [[0.0; R]; K]);
            for k in 0..K {
                for row in 0..R {
                    left[k][row] = products[k][row] * ratio[k][row];
                    right[k][row] = products[k][row] - left[k][row];
                }
            }
            inside[slot] = ratio;
            outside[split.left as usize] = left;
            outside[split.right as usize] = right;
        }
        for (slot, twig) in (splits.len()..).zip(twigs) {
            let (ratio, side) = self.ratio(&twig.edge, points, first_point, codes, passed);
            let difference = [[twig.difference; R]; K];
            self.gain(
                &twig.edge,
                first_point,
                &outside[slot],
                &ratio,
                &difference,
                side,
                contributions,
            );
            let sums = &mut inside[slot];
            for k in 0..K {
                for row in 0..R {
                    sums[k][row] = twig.right + ratio[k][row] * twig.difference;
                }
            }
        }
        for (slot, split) in splits.iter().enumerate().rev() {
            let (left, right, ratio) = (inside[split.left as usize], inside[split.right as usize], inside[slot]);
            let (mut difference, mut sums) = ([[0.0; R]; K], [[0.0; R]; K]);
            for k in 0..K {
                for row in 0..R {
                    difference[k][row] = left[k][row] - right[k][row];
                    sums[k][row] = right[k][row] + ratio[k][row] * difference[k][row];
                }
            }
            inside[slot] = sums;
            let side = passed[slot];
            self.gain(
                &split.edge,
                first_point,
                &outside[slot],
                &ratio,
                &difference,
                side,
                contributions,
            );
        }
    }

    /// r at each point, and the branch that each row takes if it has passed every test of the feature above.
    #[inline(always)]
    fn ratio<const K: usize, const R: usize>(
        &self,
        edge: &Edge,
        points: &Points<K>,
        first_point: usize,
        codes: &[[u8; R]],
        passed: &[[u8; R]],
    ) -> (Lanes<K, R>, [u8; R]) {
        let codes = codes[edge.column as usize];
        let mut side = codes.map(|code| 2 - u8::from(code <= edge.rank));
        let passes_left = side.map(|side| f64::from(2 - side));
        let mut ratio = [[0.0; R]; K];
        for k in 0..K {
            for row in 0..R {
                ratio[k][row] = factor(
                    edge.cover_left,
                    points.complements[k],
                    passes_left[row],
                    points.points[k],
                );
            }
        }
        if let Some(repeat) = self.repeat(edge) {
            let inverses = self.inverses::<K>(repeat, first_point);
            let above = passed[repeat.above as usize];
            for row in 0..R {
                side[row] = if above[row] == repeat.side { side[row] } else { 0 };
            }
            for k in 0..K {
                for row in 0..R {
                    let on_path = ratio[k][row] * inverses[k];
                    ratio[k][row] = if above[row] == repeat.side {
                        on_path
                    } else {
                        repeat.share
                    };
                }
            }
        }
        (ratio, side)
    }

    /// Adds what a split gives its feature.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "the formula has so many parts")]
    fn gain<const K: usize, const R: usize>(
        &self,
        edge: &Edge,
        first_point: usize,
        outside: &Lanes<K, R>,
        ratio: &Lanes<K, R>,
        difference: &Lanes<K, R>,
        side: [u8; R],
        contributions: &mut [[f64; R]],
    ) {
        let gains = side.map(|side| f64::from(side & 1) - edge.cover_left);
        let mut terms = [[0.0; R]; K];
        for k in 0..K {
            for row in 0..R {
                terms[k][row] = outside[k][row] * difference[k][row];
            }
        }
        let contribution = &mut contributions[usize::from(edge.feature)];
        match self.repeat(edge) {
            None => {
                let sums = sum(terms);
                for row in 0..R {
                    contribution[row] += sums[row] * gains[row];
                }
            }
            Some(repeat) => {
                let inverses = self.inverses::<K>(repeat, first_point);
                let counted = 1.0 - repeat.cover;
                for k in 0..K {
                    for row in 0..R {
                        terms[k][row] *= inverses[k] * (gains[row] - counted * ratio[k][row]);
                    }
                }
                let sums = sum(terms);
                for row in 0..R {
                    contribution[row] += if side[row] == 0 { 0.0 } else { sums[row] };
                }
            }
        }
    }

    #[inline(always)]
    fn repeat(&self, edge: &Edge) -> Option<&Repeat> {
        self.repeats.get((edge.repeat as usize).wrapping_sub(1))
    }

    #[inline(always)]
    fn inverses<const K: usize>(&self, repeat: &Repeat, first_point: usize) -> [f64; K] {
        self.inverses[repeat.inverses as usize + first_point..]
            .first_chunk()
            .copied()
            .unwrap_or([0.0; K])
    }
}

/// z·(1−t) + o·t.
#[inline(always)]
fn factor(cover: f64, complement: f64, passes: f64, point: f64) -> f64 {
    cover * complement + passes * point
}

/// Adds over the points, in pairs: the order is fixed, so that scalar and vector code give the same bits.
#[inline(always)]
fn sum<const K: usize, const R: usize>(terms: Lanes<K, R>) -> [f64; R] {
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

/// A position among things of which a model file holds fewer than 2³²: each takes more than a byte of it.
fn to_u32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
