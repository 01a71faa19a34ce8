//! How far two distributions are apart.

/// First Wasserstein distance of two sorted samples, ∫ |F − G|; 0 where one is empty.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn wasserstein_distance(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    let mut before: Option<f64> = None;
    loop {
        let value = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) => x,
            (None, Some(&y)) => y,
            (None, None) => return sum,
        };
        if let Some(before) = before {
            sum += (i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs() * (value - before);
        }
        i += a[i..].partition_point(|&other| other <= value);
        j += b[j..].partition_point(|&other| other <= value);
        before = Some(value);
    }
}

/// Jensen–Shannon distance of two distributions over the same bins, each scaled to add up to 1: the root of the mean
/// relative entropy, in natural logarithms, to their middle.
pub fn jensen_shannon_distance(p: &[f64], q: &[f64]) -> f64 {
    let total = |shares: &[f64]| shares.iter().fold(0.0, |sum, share| sum + share);
    let (p_all, q_all) = (total(p), total(q));
    let entropy = |share: f64, middle: f64| {
        if share > 0.0 {
            share * libm::log(share / middle)
        } else {
            0.0
        }
    };
    let sum = p.iter().zip(q).fold(0.0, |sum, (&p, &q)| {
        let (p, q) = (p / p_all, q / q_all);
        let middle = f64::midpoint(p, q);
        sum + entropy(p, middle) + entropy(q, middle)
    });
    libm::sqrt(sum.max(0.0) / 2.0)
}

/// Mean and standard deviation (of the values themselves, not of what they are a sample of); `None` without values.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn mean_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len() as f64;
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().fold(0.0, |sum, value| sum + value) / count;
    let squares = values
        .iter()
        .fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
    Some((mean, libm::sqrt(squares / count)))
}
