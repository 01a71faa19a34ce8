//! Numbers into bins.

/// Bounds between at most `bins` bins of about equal mass: a value belongs to the first bin whose bound is not below it
/// (see [`bin_of`]), and to the last where there is none. Equal values share a bin, so there are fewer bins where a value
/// is frequent. `sorted` holds no NaN.
pub fn equal_mass_bounds(sorted: &[f64], bins: usize) -> Vec<f64> {
    let mut bounds: Vec<f64> = Vec::new();
    let Some(&largest) = sorted.last() else { return bounds };
    for bin in 1..bins {
        let Some(&bound) = (bin * sorted.len() / bins)
            .checked_sub(1)
            .and_then(|place| sorted.get(place))
        else {
            continue;
        };
        if bound < largest && bounds.last().is_none_or(|&last| last < bound) {
            bounds.push(bound);
        }
    }
    bounds
}

/// The bin that a value belongs to, between increasing `bounds` that belong to the bin below them.
pub fn bin_of(bounds: &[f64], value: f64) -> usize {
    bounds.partition_point(|&bound| bound < value)
}

/// Edges of bins of equal width over the values of two sorted samples, as many as Sturges' rule (1926) asks for:
/// ⌈log₂ n + 1⌉ of n values. A value belongs to the bin whose lower edge is not above it, the largest to the last bin.
/// Empty without values.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn sturges_edges(a: &[f64], b: &[f64]) -> Vec<f64> {
    let ends = [a.first(), b.first(), a.last(), b.last()].into_iter().flatten();
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (value.min(low), value.max(high))
    });
    if low > high {
        return Vec::new();
    }
    if low == high {
        return vec![low - 0.5, high + 0.5];
    }
    let width = (high - low) / (libm::log2((a.len() + b.len()) as f64) + 1.0);
    let bins = libm::ceil((high - low) / width).max(1.0);
    let step = (high - low) / bins;
    let mut edges = Vec::new();
    let mut place = 0.0;
    while place < bins {
        edges.push(place * step + low);
        place += 1.0;
    }
    edges.push(high);
    edges
}

/// Counts of a sorted sample between the edges of [`sturges_edges`].
pub fn histogram(sorted: &[f64], edges: &[f64]) -> Vec<u64> {
    let last = edges.len().saturating_sub(1);
    let below = |(place, edge): (usize, &f64)| {
        if place == last {
            sorted.partition_point(|value| value <= edge)
        } else {
            sorted.partition_point(|value| value < edge)
        }
    };
    let below: Vec<usize> = edges.iter().enumerate().map(below).collect();
    below
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]) as u64)
        .collect()
}
