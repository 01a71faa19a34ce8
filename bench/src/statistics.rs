//! Percentiles, and the median of ratios with its interval.

/// The value below which a share `share` of the values lies, by linear interpolation; NaN of no values.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length"
    )]
    let below = (place as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The median.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// A median with an interval that holds the true one in 95 of 100 cases, whatever the distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Median {
    /// Of independent values: the interval lies between the order statistics that a coin thrown `n` times keeps
    /// between in 95 of 100 cases. With fewer than six values it is all of them, and holds less than that.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        // How many may lie outside on either side: the largest k with P(at most k of n heads) ≤ 2.5 %.
        let (mut probability, mut sum, mut outside) = ((0..count).fold(1.0, |chance, _| chance / 2.0), 0.0, 0);
        loop {
            sum += probability;
            if sum > 0.025 || outside + 1 > count / 2 {
                break;
            }
            outside += 1;
            probability *= (count - outside + 1) as f64 / outside as f64;
        }
        // P(at most outside − 1 heads) is what was found to be small enough.
        let low = outside.saturating_sub(1);
        Some(Self {
            value: median(values),
            low: *sorted.get(low)?,
            high: *sorted.get(count - 1 - low)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_interpolated() {
        assert_eq!(percentile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(percentile(&[1.0, 2.0], 0.25), 1.25);
        assert_eq!(percentile(&[1.0, 2.0], 1.0), 2.0);
        assert!(percentile(&[], 0.5).is_nan());
    }

    #[test]
    fn the_interval_of_a_median_is_the_known_one() {
        // Tables of the sign test: n = 10 gives the 2nd and the 9th value, n = 40 the 14th and the 27th.
        let values = |count: u32| (1..=count).map(f64::from).collect::<Vec<_>>();
        for (count, low, high) in [(5, 1.0, 5.0), (6, 1.0, 6.0), (10, 2.0, 9.0), (40, 14.0, 27.0)] {
            let median = Median::of(&values(count)).unwrap();
            assert_eq!((median.low, median.high), (low, high), "{count}");
        }
        assert_eq!(Median::of(&[]), None);
    }
}
