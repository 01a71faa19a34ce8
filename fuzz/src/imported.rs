//! What must hold of a foreign model that was accepted.

use candor_core::ensemble::{Compiled, Ensemble, Test};
use candor_core::import::{Format, from_bytes};
use candor_core::shap::Explainer;

use crate::{assert_close, hostile_row, memory};

/// Rows that an accepted model scores.
const ROWS: usize = 8;

/// Reads a foreign model; what is accepted scores and explains hostile rows.
pub fn check(bytes: &[u8], format: Format) {
    let Ok(model) = memory::bounded(bytes, |bytes| from_bytes(bytes, format)) else {
        return;
    };
    let ensemble = &model.ensemble;
    let width = model.features.len();
    let rows: Vec<Vec<f64>> = (0..ROWS).map(|shift| row(ensemble, width, shift)).collect();
    check_leaves(ensemble, &rows);
    check_scores(ensemble, &rows);
}

/// A row of hostile numbers; in most rows, one of the feature's thresholds or the number next to it stands where a tree
/// tests the feature.
fn row(ensemble: &Ensemble, width: usize, shift: usize) -> Vec<f64> {
    let mut row = hostile_row(width, shift);
    let nodes = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
    for (index, node) in nodes.enumerate() {
        if let (Test::AtMost(threshold, _), Some(value)) = (node.test, row.get_mut(usize::from(node.feature))) {
            match (index + shift) % 5 {
                0 | 1 => *value = threshold,
                2 => *value = threshold.next_up(),
                3 => *value = threshold.next_down(),
                _ => {}
            }
        }
    }
    row
}

/// The plain walk and the compiled form reach the same leaves: each leaf becomes a whole number of its own, small enough
/// that any sum is exact in any order.
fn check_leaves(ensemble: &Ensemble, rows: &[Vec<f64>]) {
    let mut numbered = Ensemble::new(ensemble.trees.clone());
    for (leaf, number) in numbered.trees.iter_mut().flat_map(|tree| &mut tree.leaves).zip(1_u32..) {
        // Scattered, so that two wrong leaves do not cancel out.
        *leaf = f64::from(number.wrapping_mul(0x9e37_79b1) >> 1);
    }
    let compiled = Compiled::new(&numbered);
    for row in rows {
        assert_eq!(
            compiled.raw_score(row),
            numbered.raw_score(row),
            "the compiled form reaches other leaves for {row:?}"
        );
    }
}

/// The scores are equal up to rounding, and base + contributions = score.
fn check_scores(ensemble: &Ensemble, rows: &[Vec<f64>]) {
    let largest = ensemble.largest_score();
    if !largest.is_finite() {
        return;
    }
    let explainer = Explainer::new(ensemble);
    for row in rows {
        let score = ensemble.raw_score(row);
        assert_close(
            "compiled and plain score",
            explainer.compiled().raw_score(row),
            score,
            largest,
        );
        let mut contributions = vec![0.0; row.len()];
        explainer.contributions(row, &mut contributions);
        let sum = contributions
            .iter()
            .fold(explainer.base_value(), |sum, contribution| sum + contribution);
        assert_close("base + contributions, score", sum, score, largest);
    }
}
