//! How far a figure would be another one with other rows of the same kind.

use super::quantile::quantile;
use super::random::Random;
use crate::artifact::Interval;
use crate::workers::Workers;

const BOOTSTRAP: u64 = 3;
/// Bootstrap samples behind each interval.
const SAMPLES: usize = 400;

/// Figures of `rows` rows, with the 95 % percentile intervals of resampled rows (Efron 1979). `figures` is given how often
/// each row counts; a sample whose figure is NaN does not count for it. The same seed gives the same intervals.
///
/// ```
/// use candor_core::InTurn;
/// use candor_core::stats::bootstrap;
///
/// let values = [3.0, 4.0, 5.0, 8.0];
/// let mean = |weights: Option<&[u32]>| {
///     let weight = |row: usize| weights.map_or(1.0, |weights| f64::from(weights[row]));
///     [values.iter().enumerate().map(|(row, value)| weight(row) * value).sum::<f64>() / 4.0]
/// };
/// let [interval] = bootstrap(4, 7, &InTurn, mean);
/// assert_eq!(interval.value, 5.0);
/// assert!(3.0 < interval.low && interval.low < 5.0 && 5.0 < interval.high && interval.high < 8.0);
/// ```
pub fn bootstrap<const COUNT: usize>(
    rows: usize,
    seed: u64,
    workers: &impl Workers,
    figures: impl Fn(Option<&[u32]>) -> [f64; COUNT] + Sync,
) -> [Interval; COUNT] {
    let values = figures(None);
    let samples = workers.map(SAMPLES, |sample| {
        let mut random = Random::new(seed.wrapping_add(sample as u64), BOOTSTRAP);
        let mut weights = vec![0_u32; rows];
        for _ in 0..rows {
            weights[random.below(rows)] += 1;
        }
        figures(Some(&weights))
    });
    std::array::from_fn(|figure| {
        let mut sampled: Vec<f64> = samples
            .iter()
            .map(|sample| sample[figure])
            .filter(|v| !v.is_nan())
            .collect();
        sampled.sort_by(f64::total_cmp);
        let at = |share: f64| quantile(&sampled, share).unwrap_or(f64::NAN);
        Interval {
            value: values[figure],
            low: at(0.025),
            high: at(0.975),
        }
    })
}
