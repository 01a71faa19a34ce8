//! Quantiles of values that are sorted.

/// The value below which a share of sorted values lies, interpolated (type 7 of Hyndman and Fan); `None` without values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a position"
)]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * (sorted.len().checked_sub(1)?) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let low = *sorted.get(below)?;
    Some(low + (position - below as f64) * (sorted[above] - low))
}
