//! The middle value.

/// The middle of sorted values, between the two in the middle where there are two; `None` without any.
///
/// ```
/// assert_eq!(candor_core::stats::median(&[1.0, 2.0, 4.0, 8.0]), Some(3.0));
/// assert_eq!(candor_core::stats::median(&[]), None);
/// ```
pub fn median(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(*sorted.get(last / 2)?, *sorted.get(sorted.len() / 2)?))
}
