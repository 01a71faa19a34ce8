//! The thresholds of an ensemble in order, and which of them each node compares with.

use crate::order::sort_by_key;
use crate::position::to_u32;
use crate::{Ensemble, Test};

/// The distinct thresholds of each feature, and their places in the nodes: what compiling an ensemble begins with. A model
/// file brings it along; of an ensemble made in memory it is found by sorting.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    /// Where the thresholds of each feature begin, and where the last ones end.
    starts: Vec<usize>,
    /// The thresholds, feature after feature, increasing within each.
    thresholds: Vec<f64>,
    /// For each node, tree after tree, the position of its threshold; that of a category test means nothing.
    places: Vec<u32>,
}

/// A numeric test while thresholds are ranked.
#[derive(Debug, Clone, Copy, Default)]
struct Numeric {
    /// The threshold, as a number of the same order.
    key: u64,
    /// Position among the nodes of all trees.
    node: u32,
}

impl Ranking {
    /// A ranking that is known already, in which the place of each numeric test is that of a threshold of its feature; `None`
    /// when bounds are wrong or thresholds do not increase within a feature.
    ///
    /// `starts` says where the thresholds of each feature that is tested begin and, last, where all end.
    #[inline(never)]
    pub fn new(starts: Vec<usize>, thresholds: Vec<f64>, places: Vec<u32>) -> Option<Self> {
        if places.iter().any(|&place| place as usize >= thresholds.len().max(1)) {
            return None;
        }
        let mut end = 0;
        for bounds in starts.windows(2) {
            let feature = thresholds.get(bounds[0]..bounds[1])?;
            if bounds[0] != end || !increases(feature) {
                return None;
            }
            end = bounds[1];
        }
        (end == thresholds.len()).then_some(Self {
            starts,
            thresholds,
            places,
        })
    }

    /// Ranks the thresholds of an ensemble.
    pub fn of(ensemble: &Ensemble) -> Self {
        let nodes = || ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        let mut numeric: Vec<Vec<Numeric>> = Vec::new();
        let mut places = Vec::new();
        for (index, node) in (0..).zip(nodes()) {
            let feature = usize::from(node.feature);
            if numeric.len() <= feature {
                numeric.resize(feature + 1, Vec::new());
            }
            if let Test::AtMost(threshold, _) = node.test {
                numeric[feature].push(Numeric {
                    key: key_of(threshold),
                    node: index,
                });
            }
            places.push(0);
        }
        let (mut starts, mut thresholds) = (vec![0], Vec::new());
        let mut scratch = Vec::new();
        for mut numeric in numeric {
            sort_by_key(&mut numeric, &mut scratch, |numeric| numeric.key);
            let mut last = None;
            for Numeric { key, node } in numeric {
                if last != Some(key) {
                    last = Some(key);
                    thresholds.push(threshold_of(key));
                }
                places[node as usize] = to_u32(thresholds.len() - 1);
            }
            starts.push(thresholds.len());
        }
        Self {
            starts,
            thresholds,
            places,
        }
    }

    /// The thresholds of each feature.
    pub(crate) fn features(&self) -> impl Iterator<Item = &[f64]> {
        self.starts
            .windows(2)
            .map(|bounds| &self.thresholds[bounds[0]..bounds[1]])
    }

    /// Number of features, all that are tested among them.
    pub(crate) fn feature_count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(crate) fn thresholds(&self) -> usize {
        self.thresholds.len()
    }

    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }
}

#[inline(never)]
fn increases(thresholds: &[f64]) -> bool {
    thresholds.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_lt())
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
