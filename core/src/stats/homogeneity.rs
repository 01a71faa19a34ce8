//! Whether two counts over the same bins are of one distribution.

/// Fewest clients that a bin should hold on either side for the chi-square distribution to describe chance.
const LEAST_EXPECTED: f64 = 5.0;

/// Pearson's test of two counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homogeneity {
    /// Σ (count − expected)² / expected over both counts.
    pub statistic: f64,
    /// Bins that were told apart, less one.
    pub degrees: u64,
    /// The chance of a statistic as large when both are of one distribution.
    pub p_value: f64,
}

/// Tests two counts over the same bins. Bins that hold too few clients on either side for the chi-square distribution
/// are taken together; `None` when no two bins are left to compare.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn homogeneity(before: &[u64], now: &[u64]) -> Option<Homogeneity> {
    let total = |counts: &[u64]| counts.iter().fold(0_u64, |sum, &count| sum.saturating_add(count)) as f64;
    let (before_all, now_all) = (total(before), total(now));
    if before_all == 0.0 || now_all == 0.0 {
        return None;
    }
    let smaller = before_all.min(now_all) / (before_all + now_all);
    let is_thin = |bin: &(f64, f64)| (bin.0 + bin.1) * smaller < LEAST_EXPECTED;
    let counted = before
        .iter()
        .zip(now)
        .map(|(&before, &now)| (before as f64, now as f64));
    let (thin, mut bins): (Vec<_>, Vec<_>) = counted.partition(is_thin);
    let together = thin.iter().fold((0.0, 0.0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
    if together.0 + together.1 > 0.0 {
        if is_thin(&together) {
            // Still too few: they join the smallest of the others.
            let smallest = bins.iter_mut().min_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)))?;
            smallest.0 += together.0;
            smallest.1 += together.1;
        } else {
            bins.push(together);
        }
    }
    if bins.len() < 2 {
        return None;
    }
    let part = before_all / (before_all + now_all);
    let statistic = bins.iter().fold(0.0, |sum, &(before, now)| {
        let (expected_before, expected_now) = ((before + now) * part, (before + now) * (1.0 - part));
        let (off_before, off_now) = (before - expected_before, now - expected_now);
        sum + off_before * off_before / expected_before + off_now * off_now / expected_now
    });
    let degrees = bins.len() as u64 - 1;
    Some(Homogeneity {
        statistic,
        degrees,
        p_value: super::chi_square_above(statistic, degrees),
    })
}

/// Holm's adjusted p-values (1979): those that are at most a rate are the ones to believe when the chance of even one
/// false alarm among all, however they depend on each other, may be that rate.
#[expect(clippy::cast_precision_loss, reason = "a number of fields")]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let (mut adjusted, mut largest) = (vec![1.0; p_values.len()], 0.0_f64);
    for (place, &position) in order.iter().enumerate() {
        largest = largest
            .max((p_values.len() - place) as f64 * p_values[position])
            .min(1.0);
        adjusted[position] = largest;
    }
    adjusted
}
