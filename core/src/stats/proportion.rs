//! Shares of small samples.

/// 97.5 % quantile of the normal distribution.
pub const NORMAL_975: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a share that `count` of `rows` rows have (Wilson 1927): unlike the textbook's, it stays between 0
/// and 1 and is right for few rows. `None` without rows.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn wilson_interval(count: u64, rows: u64) -> Option<[f64; 2]> {
    if rows == 0 {
        return None;
    }
    let (rows, share) = (rows as f64, count as f64 / rows as f64);
    let z2 = NORMAL_975 * NORMAL_975;
    let centre = (share + z2 / (2.0 * rows)) / (1.0 + z2 / rows);
    let reach = NORMAL_975 * libm::sqrt(share * (1.0 - share) / rows + z2 / (4.0 * rows * rows)) / (1.0 + z2 / rows);
    // At the ends the interval is exact, whatever the rounding.
    let low = if share == 0.0 { 0.0 } else { centre - reach };
    let high = if share == 1.0 { 1.0 } else { centre + reach };
    Some([low.max(0.0), high.min(1.0)])
}
