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

    /// The aggregate of `values`, none of them missing, which are of these `times`, in time order.
    pub(super) fn of(self, values: &[f64], times: &[f64]) -> f64 {
        let number = |count: usize| {
            #[expect(clippy::cast_precision_loss, reason = "a client has far fewer than 2^53 records")]
            let number = count as f64;
            number
        };
        let count = number(values.len());
        let sum = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, |sum, value| sum + value);
        let total = || sum(&mut values.iter().copied());
        let least = || {
            values
                .iter()
                .copied()
                .fold(f64::INFINITY, |least, v| if v < least { v } else { least })
        };
        let most = || {
            values
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, |most, v| if v > most { v } else { most })
        };
        let result = match self {
            Self::Count => count,
            Self::Any => f64::from(u8::from(!values.is_empty())),
            Self::Distinct if values.is_empty() => 0.0,
            _ if values.is_empty() => f64::NAN,
            Self::Sum => total(),
            Self::Mean => total() / count,
            Self::Minimum => least(),
            Self::Maximum => most(),
            Self::Range => most() - least(),
            Self::Deviation if values.len() < 2 => f64::NAN,
            Self::Deviation => {
                let mean = total() / count;
                libm::sqrt(sum(&mut values.iter().map(|value| (value - mean) * (value - mean))) / count)
            }
            Self::First => values[0],
            Self::Last => values[values.len() - 1],
            Self::Trend => {
                let (mean, middle) = (total() / count, sum(&mut times.iter().copied()) / count);
                let pairs = || values.iter().zip(times);
                let together = sum(&mut pairs().map(|(value, time)| (value - mean) * (time - middle)));
                // Without a spread of times there is 0 / 0, which is missing like everything that is not finite.
                together / sum(&mut pairs().map(|(_, time)| (time - middle) * (time - middle)))
            }
            Self::Distinct => {
                let order = positions(values.len(), &|a, b| values[a].total_cmp(&values[b]));
                let changes = order.windows(2).filter(|pair| values[pair[0]] != values[pair[1]]);
                number(1 + changes.count())
            }
        };
        if result.is_finite() { result } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregates_are_what_they_say() {
        let (values, times) = ([3.0, 1.0, 1.0, 7.0], [-4.0, -3.0, -2.0, -1.0]);
        let expected = [4.0, 1.0, 12.0, 3.0, 1.0, 7.0, 6.0, 6.0_f64.sqrt(), 3.0, 7.0, 1.2, 3.0];
        for (aggregate, expected) in Aggregate::ALL.into_iter().zip(expected) {
            assert_eq!(aggregate.of(&values, &times), expected, "{aggregate:?}");
        }
        for aggregate in Aggregate::ALL {
            let counts = aggregate.counts() || aggregate == Aggregate::Distinct;
            let none = aggregate.of(&[], &[]);
            assert!(
                if counts { none == 0.0 } else { none.is_nan() },
                "{aggregate:?}: {none}"
            );
        }
        assert!(Aggregate::Deviation.of(&[2.0], &[0.0]).is_nan());
        assert!(Aggregate::Trend.of(&[2.0, 3.0], &[-1.0, -1.0]).is_nan());
        assert!(Aggregate::Sum.of(&[f64::MAX, f64::MAX], &[0.0, 0.0]).is_nan());
    }
}
