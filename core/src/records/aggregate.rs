//! What is made of the values of several records. Sums go from the earliest record to the latest, with no exception.

use crate::ensemble::order::positions;

/// A way to make one number of several. Of no values, what counts is 0, and everything else is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// How many values there are.
    Count,
    /// Whether there is any: 1 or 0.
    Any,
    /// Sum.
    Sum,
    /// Mean; of a condition, the share of records for which it holds among those where it is known.
    Mean,
    /// Least value.
    Minimum,
    /// Largest value.
    Maximum,
    /// Largest less least value.
    Range,
    /// Standard deviation of the population; missing below two values.
    Deviation,
    /// The earliest value.
    First,
    /// The latest value.
    Last,
    /// Slope of the straight line through values over time (least squares), per unit of time; missing when all are of
    /// one time.
    Trend,
    /// How many different values there are.
    Distinct,
}

impl Aggregate {
    /// All of them, in the order of their numbers in a model file.
    pub const ALL: [Self; 12] = [
        Self::Count,
        Self::Any,
        Self::Sum,
        Self::Mean,
        Self::Minimum,
        Self::Maximum,
        Self::Range,
        Self::Deviation,
        Self::First,
        Self::Last,
        Self::Trend,
        Self::Distinct,
    ];

    /// Whether it counts, which needs no values.
    pub fn counts(self) -> bool {
        matches!(self, Self::Count | Self::Any)
    }

    /// Whether it reads the times of values.
    pub(super) fn reads_times(self) -> bool {
        self == Self::Trend
    }

    /// The aggregate of `values`, none of them missing, which are of these `times`, in time order; times may be left out
    /// where they are not read.
    pub(super) fn of(self, values: &[f64], times: &[f64], summary: &Summary) -> f64 {
        let count = number(values.len());
        let mean = summary.sum / count;
        let result = match self {
            Self::Count => count,
            Self::Any => f64::from(u8::from(!values.is_empty())),
            Self::Distinct => number(distinct(values)),
            _ if values.is_empty() => f64::NAN,
            Self::Sum => summary.sum,
            Self::Mean => mean,
            Self::Minimum => summary.least,
            Self::Maximum => summary.most,
            Self::Range => summary.most - summary.least,
            Self::Deviation if values.len() < 2 => f64::NAN,
            Self::Deviation => {
                let squares = values.iter().map(|value| (value - mean) * (value - mean));
                libm::sqrt(squares.fold(0.0, |sum, square| sum + square) / count)
            }
            Self::First => values[0],
            Self::Last => values[values.len() - 1],
            Self::Trend => {
                let middle = times.iter().fold(0.0, |sum, time| sum + time) / count;
                let (mut together, mut spread) = (0.0, 0.0);
                for (value, time) in values.iter().zip(times) {
                    together += (value - mean) * (time - middle);
                    spread += (time - middle) * (time - middle);
                }
                // Without a spread of times there is 0 / 0, which is missing like everything that is not finite.
                together / spread
            }
        };
        if result.is_finite() { result } else { f64::NAN }
    }
}

/// What most aggregates are made of, from one pass over the values.
pub(super) struct Summary {
    sum: f64,
    least: f64,
    most: f64,
}

impl Summary {
    pub(super) fn of(values: &[f64]) -> Self {
        let mut summary = Self {
            sum: 0.0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
        };
        for &value in values {
            summary.sum += value;
            summary.least = if value < summary.least { value } else { summary.least };
            summary.most = if value > summary.most { value } else { summary.most };
        }
        summary
    }
}

#[expect(clippy::cast_precision_loss, reason = "a client has far fewer than 2^53 records")]
fn number(count: usize) -> f64 {
    count as f64
}

/// How many different values there are. Most columns have few, which are found again without sorting.
fn distinct(values: &[f64]) -> usize {
    const FEW: usize = 16;
    let mut known = [0.0; FEW];
    let mut count = 0;
    for value in values {
        if known[..count].contains(value) {
            continue;
        }
        if count == FEW {
            let order = positions(values.len(), &|a, b| values[a].total_cmp(&values[b]));
            let changes = order.windows(2).filter(|pair| values[pair[0]] != values[pair[1]]);
            return 1 + changes.count();
        }
        known[count] = *value;
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregates_are_what_they_say() {
        let (values, times) = ([3.0, 1.0, 1.0, 7.0], [-4.0, -3.0, -2.0, -1.0]);
        let expected = [4.0, 1.0, 12.0, 3.0, 1.0, 7.0, 6.0, 6.0_f64.sqrt(), 3.0, 7.0, 1.2, 3.0];
        for (aggregate, expected) in Aggregate::ALL.into_iter().zip(expected) {
            let found = aggregate.of(&values, &times, &Summary::of(&values));
            assert_eq!(found, expected, "{aggregate:?}");
        }
        for aggregate in Aggregate::ALL {
            let counts = aggregate.counts() || aggregate == Aggregate::Distinct;
            let none = aggregate.of(&[], &[], &Summary::of(&[]));
            assert!(
                if counts { none == 0.0 } else { none.is_nan() },
                "{aggregate:?}: {none}"
            );
        }
        let of =
            |aggregate: Aggregate, values: &[f64], times: &[f64]| aggregate.of(values, times, &Summary::of(values));
        assert!(of(Aggregate::Deviation, &[2.0], &[0.0]).is_nan());
        assert!(of(Aggregate::Trend, &[2.0, 3.0], &[-1.0, -1.0]).is_nan());
        assert!(of(Aggregate::Sum, &[f64::MAX, f64::MAX], &[0.0, 0.0]).is_nan());
    }

    #[test]
    fn few_and_many_different_values_are_counted() {
        for different in 1..40_u32 {
            let values: Vec<f64> = (0..100).map(|index| f64::from(index % different) - 3.0).collect();
            assert_eq!(distinct(&values), different as usize);
        }
        assert_eq!(distinct(&[0.0, -0.0, 0.0]), 1);
        // With many others, too, where values are sorted.
        let many = (0..20).map(f64::from).chain([-0.0]).collect::<Vec<_>>();
        assert_eq!(distinct(&many), 20);
    }
}
