//! Whether a population is still the one that it was.

/// A share of 0 counts as this much: its logarithm would be infinite.
const LEAST_SHARE: f64 = 1e-4;

/// Population stability index of two distributions over the same bins, as shares that add up to 1:
/// Σ (actual − expected) · ln(actual / expected). [`Stability`] says how banks read it.
pub fn population_stability_index(expected: &[f64], actual: &[f64]) -> f64 {
    expected.iter().zip(actual).fold(0.0, |sum, (&expected, &actual)| {
        let (expected, actual) = (expected.max(LEAST_SHARE), actual.max(LEAST_SHARE));
        sum + (actual - expected) * libm::log(actual / expected)
    })
}

/// How banks read a stability index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Stability {
    /// Below 0.1.
    Stable,
    /// From 0.1 to 0.25.
    Watch,
    /// Above 0.25.
    Act,
}

impl Stability {
    /// The index from which a population is no longer read as stable.
    pub const WATCH: f64 = 0.1;
    /// The index above which something is to be done.
    pub const ACT: f64 = 0.25;

    /// The reading of an index.
    pub fn of(index: f64) -> Self {
        if index < Self::WATCH {
            Self::Stable
        } else if index <= Self::ACT {
            Self::Watch
        } else {
            Self::Act
        }
    }
}
