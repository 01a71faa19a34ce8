//! What is called drift, by whom.
//!
//! - **Candor**: a field or the score has drifted when its counts differ by more than chance, after Holm's correction for
//!   all fields that were tested, *and* its stability index is at least 0.1. The first keeps noise out, the second what is
//!   real and does not matter. The chance of even one false alarm in a data set that has not changed is [`RATE`] at most,
//!   however fields depend on each other; half of it is spent, because the chi-square distribution is an approximation
//!   that is least good in the far tail where two hundred fields are told apart.
//! - **Bank**: the index is read as it stands: below 0.1 stable, up to 0.25 to watch, above to act. In small samples
//!   chance alone exceeds 0.1.
//! - **Evidently 0.7**: see [`evidently`](super::evidently). Nothing corrects for the number of fields; the data set has
//!   drifted when half of its columns have.

use candor_core::stats::{Stability, holm};

use super::evidently::{DRIFT_SHARE, Decision};
use super::figures::{BankVerdict, CandorVerdict, Change, EvidentlyVerdict, FieldFigures, ScoreFigures, Verdict};

/// The chance of a false alarm over a data set, at most.
pub const RATE: f64 = 0.05;
/// What of it p-values are compared with.
const SPENT: f64 = RATE / 2.0;

/// Corrects the p-values of fields and score for their number, and marks what has drifted by Candor's rule.
pub(super) fn mark(score: Option<&mut Change>, fields: &mut [FieldFigures]) {
    let changes = fields.iter_mut().map(|field| &mut field.change);
    let mut tested: Vec<&mut Change> = score
        .into_iter()
        .chain(changes)
        .filter(|change| change.p_value.is_some())
        .collect();
    let p_values: Vec<f64> = tested.iter().filter_map(|change| change.p_value).collect();
    for (change, adjusted) in tested.iter_mut().zip(holm(&p_values)) {
        change.adjusted_p_value = Some(adjusted);
        change.drifted = drifts(adjusted, change.index);
    }
}

/// Whether a change is drift by Candor's rule, of its corrected p-value and its index.
pub fn drifts(adjusted_p_value: f64, index: f64) -> bool {
    adjusted_p_value <= SPENT && index >= Stability::WATCH
}

/// The verdicts on figures that have been marked.
pub(super) fn verdict(score: Option<&ScoreFigures>, fields: &[FieldFigures]) -> Verdict {
    let count = |is: &dyn Fn(&FieldFigures) -> bool| fields.iter().filter(|field| is(field)).count() as u64;
    let score_drifted = score.is_some_and(|score| score.change.drifted);
    let drifted = count(&|field| field.change.drifted);
    let decisions: Vec<&Decision> = fields.iter().filter_map(|field| field.evidently.as_ref()).collect();
    Verdict {
        candor: CandorVerdict {
            drift: score_drifted || drifted > 0,
            score: score_drifted,
            fields: drifted,
            tested: count(&|field| field.change.p_value.is_some()),
            rate: RATE,
        },
        bank: BankVerdict {
            score: score.map(|score| score.change.reading),
            watch: count(&|field| field.change.reading == Stability::Watch),
            act: count(&|field| field.change.reading == Stability::Act),
        },
        evidently: of_columns(&decisions),
    }
}

/// Evidently's verdict on a data set of these columns.
#[expect(clippy::cast_precision_loss, reason = "a number of fields")]
pub fn of_columns(decisions: &[&Decision]) -> EvidentlyVerdict {
    let count = |is: &dyn Fn(&Decision) -> bool| decisions.iter().filter(|decision| is(decision)).count();
    let drifted = count(&|decision| decision.drifted);
    let share_of = |drifted: usize| drifted as f64 / decisions.len().max(1) as f64;
    let drift = |drifted: usize| share_of(drifted) >= DRIFT_SHARE;
    let (surely, perhaps) = (
        count(&|decision| decision.drifted && decision.certain),
        count(&|decision| decision.drifted || !decision.certain),
    );
    EvidentlyVerdict {
        drift: drift(drifted),
        drifted_columns: drifted as u64,
        columns: decisions.len() as u64,
        share: share_of(drifted),
        threshold: DRIFT_SHARE,
        certain: drift(surely) == drift(perhaps),
    }
}
