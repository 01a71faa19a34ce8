//! Counts as shares.

/// `part` of `whole`; NaN of nothing, which [`some`] turns into `None`.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// A number that is one.
pub fn some(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Sum in the order of the rows over their number.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

/// Rows that defaulted.
pub fn bad_of(outcomes: &[bool]) -> u64 {
    outcomes.iter().filter(|&&outcome| outcome).count() as u64
}
