//! Exact Shapley values of a tree ensemble, with the features that are left out averaged over the training
//! population as the trees saw it (path-dependent: branches are weighted by their share of the cover).
//!
//! For a leaf of value v, let z_j be the product of the cover shares of the edges on its path that test feature j, and
//! o_j whether the row passes them all. Then feature i gets
//! v · (o_i − z_i) · ∫₀¹ Π_{j≠i} [o_j·t + z_j·(1−t)] dt from that leaf: the Shapley weights |S|!(d−|S|−1)!/d! are exactly
//! the Beta integrals of the polynomial's terms. The integrand has degree d−1 in t, so a Gauss–Legendre rule of K points
//! integrates it exactly as soon as 2K ≥ d. K is chosen per tree from the largest number of distinct features on a
//! path, and the sums over leaves are taken from inside out and outside in, in O(leaves · K) a tree.

mod compiled;
mod groups;
mod interactions;
mod interventional;
mod paths;
mod quadrature;

use crate::vectors;
use crate::{Compiled, Ensemble, Ranking};
use compiled::{CompiledTree, FEATURES, Lanes, Layout, Slot, Survey, sum};
use quadrature::{POINTS, Rules};

pub use interactions::InteractionExplainer;
pub use interventional::{BackgroundError, InterventionalExplainer};

/// Rows that are explained side by side.
const ROWS: usize = 4;
/// Trees that a call of the kernel works on.
const TREES: usize = 64;

/// Computes raw scores and contributions; made once for an ensemble.
#[derive(Debug, Clone)]
pub struct Explainer {
    compiled: Compiled,
    base_value: f64,
    scale: f64,
    layout: Layout,
    rules: Rules,
}

impl Explainer {
    /// Prepares an ensemble that has passed its checks.
    pub fn new(ensemble: &Ensemble) -> Self {
        Self::with_ranking(ensemble, &Ranking::of(ensemble))
    }

    /// Prepares an ensemble that has passed its checks and whose thresholds have been ranked.
    pub fn with_ranking(ensemble: &Ensemble, ranking: &Ranking) -> Self {
        let (compiled, tests) = Compiled::with_tests(ensemble, ranking);
        let mut rules = Rules::default();
        let mut layout = Layout::with_room(ensemble.trees.len(), tests.len());
        let mut survey = Survey::default();
        let (mut shares, mut below) = (Vec::new(), Vec::new());
        let mut rest = &tests[..];
        let mut sum = 0.0;
        for tree in &ensemble.trees {
            let (tests, others) = rest.split_at(tree.nodes.len());
            rest = others;
            sum += tree.shares(&mut shares, &mut below);
            survey.of(tree, &shares);
            let parts = Rules::parts_for(survey.most_features);
            rules.extend_to(parts);
            layout.push(tree, tests, &mut survey, rules.of(parts));
        }
        layout.finish(compiled.encoding().columns(), ranking.feature_count());
        Self {
            compiled,
            base_value: ensemble.offset + ensemble.scale * sum,
            scale: ensemble.scale,
            layout,
            rules,
        }
    }

    /// The trees, compiled for raw scores alone.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The mean raw score over the training population as the trees saw it: what the contributions start from.
    pub fn base_value(&self) -> f64 {
        self.base_value
    }

    /// Adds each feature's contribution to the raw score of the row to `contributions`, which has a place per feature,
    /// and returns the raw score.
    pub fn contributions(&self, features: &[f64], contributions: &mut [f64]) -> f64 {
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.compiled.codes::<1>();
                self.compiled.encoding().encode(features, 0, &mut codes);
                let mut sums = vec![[[0.0]; POINTS]; contributions.len().max(FEATURES)];
                self.add(&codes, &mut self.layout.slots(), &mut sums);
                for (contribution, terms) in contributions.iter_mut().zip(sums) {
                    *contribution += self.scale * sum(terms)[0];
                }
                self.compiled.raw_score_of(&codes)
            },
        )
    }

    /// Adds the contributions of rows of `width` features each, one after the other, to `contributions`, which is laid out
    /// as the rows are. The bits are those of [`contributions`](Self::contributions), row by row.
    pub fn contributions_of_rows(&self, rows: &[f64], width: usize, contributions: &mut [f64]) {
        let width = width.max(1);
        vectors::with(
            #[inline(always)]
            || {
                let mut codes = self.compiled.codes::<ROWS>();
                let mut slots = self.layout.slots();
                let mut sums = vec![[[0.0; ROWS]; POINTS]; width.max(FEATURES)];
                for (rows, contributions) in rows.chunks(width * ROWS).zip(contributions.chunks_mut(width * ROWS)) {
                    for (row, features) in rows.chunks_exact(width).enumerate() {
                        self.compiled.encoding().encode(features, row, &mut codes);
                    }
                    sums.fill([[0.0; ROWS]; POINTS]);
                    self.add(&codes, &mut slots, &mut sums);
                    for (feature, terms) in sums[..width].iter().enumerate() {
                        let sums = sum(*terms);
                        for (row, contributions) in contributions.chunks_exact_mut(width).enumerate() {
                            contributions[feature] += self.scale * sums[row];
                        }
                    }
                }
            },
        );
    }

    /// Adds what all trees contribute to encoded rows, before scaling.
    #[inline(always)]
    fn add<const R: usize>(&self, codes: &[[u8; R]], slots: &mut [Slot<POINTS, R>], sums: &mut [Lanes<POINTS, R>]) {
        // A WebAssembly host makes a function fast between its calls: so there are some in every row.
        for trees in self.layout.trees.chunks(TREES) {
            self.add_some(trees, codes, slots, sums);
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn add_some<const R: usize>(
        &self,
        trees: &[CompiledTree],
        codes: &[[u8; R]],
        slots: &mut [Slot<POINTS, R>],
        sums: &mut [Lanes<POINTS, R>],
    ) {
        for tree in trees {
            for (kernel, points) in self.rules.of(tree.kernels as usize).iter().enumerate() {
                self.layout
                    .contributions(tree, points, POINTS * kernel, codes, slots, sums);
            }
        }
    }
}
