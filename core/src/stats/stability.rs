//! Whether a population is still the one that it was.

/// A share of 0 counts as this much: its logarithm would be infinite.
const LEAST_SHARE: f64 = 1e-4;

/// Population stability index of two distributions over the same bins, as shares that add up to 1:
/// Σ (actual − expected) · ln(actual / expected). Banks read below 0.1 as stable, above 0.25 as changed.
pub fn population_stability_index(expected: &[f64], actual: &[f64]) -> f64 {
    expected.iter().zip(actual).fold(0.0, |sum, (&expected, &actual)| {
        let (expected, actual) = (expected.max(LEAST_SHARE), actual.max(LEAST_SHARE));
        sum + (actual - expected) * libm::log(actual / expected)
    })
}
