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
