//! A sample of numbers, kept in cells: what can be said of it later without its values, and how far that may be off.
//!
//! Where there are at most 24 distinct values, and ten times as many clients, each is a cell and nothing is lost. Else the
//! cells lie between the sample's twentieths, or fewer so that about ten clients are in each, rounded up to twelve binary
//! digits; counts are of the rounded bounds, so they are exact. A value that as many clients share as are in a cell has one
//! of its own. The outer bounds are rounded outwards to four digits, so that the largest value, which may be one
//! person's, is not told.

use super::mean_and_deviation;

/// Most distinct values of which each is a cell.
const MOST_VALUES: usize = 24;
/// Most cells of about equal mass.
const CELLS: usize = 20;
/// Values for each cell: few clients' values are not told one by one.
const LEAST_PER_CELL: usize = 10;

/// A sample in cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// Not above any value.
    pub(crate) low: f64,
    /// Increasing upper bounds, which belong to their cells; the last is not below any value.
    pub(crate) bounds: Vec<f64>,
    /// Values in each cell, at least one.
    pub(crate) counts: Vec<u64>,
    /// Whether all values of a cell are its bound.
    pub(crate) single: Vec<bool>,
    /// Means of the first and of the last cell.
    pub(crate) tails: [f64; 2],
    /// Standard deviation of the sample.
    pub(crate) deviation: f64,
}

/// A figure that is known up to bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Between {
    /// The best guess.
    pub value: f64,
    /// It is not below this.
    pub low: f64,
    /// It is not above this.
    pub high: f64,
}

impl From<f64> for Between {
    fn from(value: f64) -> Self {
        Self {
            value,
            low: value,
            high: value,
        }
    }
}

/// Mass that is spread evenly between two values, or lies on one.
struct Piece {
    from: f64,
    to: f64,
    share: f64,
}

impl Sketch {
    /// The sketch of a sorted sample; `None` without values. What is not finite is left out.
    pub fn of(sorted: &[f64]) -> Option<Self> {
        let from = sorted.partition_point(|&value| value == f64::NEG_INFINITY);
        let until = sorted.partition_point(|&value| value < f64::INFINITY);
        let sorted = sorted.get(from..until)?;
        let (&least, &largest) = (sorted.first()?, sorted.last()?);
        let mut bounds = distinct(sorted).unwrap_or_else(|| cuts(sorted));
        if bounds.last().is_none_or(|&bound| bound < largest) {
            bounds.push(rounded_up(largest, COARSE));
        }
        let (mut kept, mut counts, mut single) = (Vec::new(), Vec::new(), Vec::new());
        let mut start = 0;
        let (mut first, mut last): (&[f64], &[f64]) = (&[], &[]);
        for bound in bounds {
            let end = sorted.partition_point(|&value| value <= bound);
            let Some(cell) = sorted.get(start..end).filter(|cell| !cell.is_empty()) else {
                continue;
            };
            single.push(cell.iter().all(|&value| value == bound));
            kept.push(bound);
            counts.push(cell.len() as u64);
            first = if first.is_empty() { cell } else { first };
            last = cell;
            start = end;
        }
        // Sums of the largest floats overflow: such a cell counts as if it were at its lower end.
        let mean = |cell: &[f64]| match (mean_and_deviation(cell), cell.first()) {
            (Some((mean, _)), _) if mean.is_finite() => rounded_up(mean, FINE),
            (_, lowest) => lowest.copied().unwrap_or(0.0),
        };
        let mut sketch = Self {
            low: -rounded_up(-least, COARSE),
            bounds: kept,
            counts,
            single,
            tails: [mean(first), mean(last)],
            deviation: 0.0,
        };
        if sketch.is_exact() {
            // What its values tell is not kept.
            (sketch.low, sketch.tails) = (least, [least, largest]);
            sketch.deviation = sketch.exact_deviation();
        } else {
            sketch.deviation = rounded_up(mean_and_deviation(sorted)?.1, FINE).min(f64::MAX);
        }
        Some(sketch)
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum: u64, &count| sum.saturating_add(count))
    }

    /// The distinct values and how often each occurs, where the sketch knows them.
    pub fn values(&self) -> Option<(&[f64], &[u64])> {
        self.is_exact().then_some((&self.bounds[..], &self.counts[..]))
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.single.iter().all(|&single| single)
    }

    /// Standard deviation of the sample (of the values themselves).
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// The deviation that distinct values have.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub(crate) fn exact_deviation(&self) -> f64 {
        let weighted = || {
            self.bounds
                .iter()
                .zip(&self.counts)
                .map(|(&value, &count)| (value, count as f64))
        };
        let all = self.count() as f64;
        let mean = weighted().fold(0.0, |sum, (value, count)| sum + value * count) / all;
        let squares = weighted().fold(0.0, |sum, (value, count)| sum + (value - mean) * (value - mean) * count);
        libm::sqrt(squares / all).min(f64::MAX)
    }

    /// Bounds between the sample's tenths, and the number of values in each: what banks compare populations over. Equal
    /// values share a tenth, so there may be fewer.
    pub fn tenths(&self) -> (Vec<f64>, Vec<u64>) {
        let all = self.count();
        let (mut bounds, mut counts) = (Vec::new(), Vec::new());
        let (mut below, mut counted, mut next) = (0_u64, 0_u64, 1_u64);
        let last = self.bounds.len().saturating_sub(1);
        for (&bound, &count) in self.bounds.iter().zip(&self.counts).take(last) {
            below = below.saturating_add(count);
            if u128::from(below) >= u128::from(next) * u128::from(all) / 10 {
                bounds.push(bound);
                counts.push(below - counted);
                counted = below;
                while u128::from(below) >= u128::from(next) * u128::from(all) / 10 {
                    next += 1;
                }
            }
        }
        counts.push(all - counted);
        (bounds, counts)
    }

    /// The value that this share of the sample does not exceed, as far as the cells tell.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut below = 0.0;
        let pieces = self.pieces();
        for piece in &pieces {
            if below + piece.share >= share && piece.share > 0.0 {
                return piece.from + (piece.to - piece.from) * ((share - below) / piece.share).clamp(0.0, 1.0);
            }
            below += piece.share;
        }
        self.bounds.last().copied().unwrap_or(f64::NAN)
    }

    /// Kolmogorov–Smirnov distance to a sorted sample. The bounds are exact: inside a cell, the distribution function may
    /// be anything between its values at the ends.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn ks_distance(&self, sorted: &[f64]) -> Between {
        let (all, other) = (self.count() as f64, sorted.len() as f64);
        let share = |value: f64| sorted.partition_point(|&x| x <= value) as f64 / other;
        let (mut low, mut high, mut below) = (0.0_f64, 0.0_f64, 0_u64);
        let mut from = 0;
        for ((&bound, &count), &single) in self.bounds.iter().zip(&self.counts).zip(&self.single) {
            // Just below a value that repeats, and inside of any other cell.
            let until = sorted.partition_point(|&x| x < bound);
            let (start, inside) = (below as f64 / all, until as f64 / other);
            if single {
                for at in [from, until] {
                    low = low.max((start - at as f64 / other).abs());
                }
            } else {
                let end = (below + count) as f64 / all;
                high = high.max(inside - start).max(end - from as f64 / other);
            }
            below += count;
            low = low.max((below as f64 / all - share(bound)).abs());
            from = sorted.partition_point(|&x| x <= bound);
        }
        low = low.max(1.0 - from as f64 / other);
        let guess = self.guessed_distance(sorted);
        let high = high.max(low).min(1.0);
        Between {
            value: guess.clamp(low, high),
            low,
            high,
        }
    }

    /// The distance when the values of a cell are spread evenly over it.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    fn guessed_distance(&self, sorted: &[f64]) -> f64 {
        let (pieces, count) = (self.pieces(), sorted.len() as f64);
        let mut largest = 0.0_f64;
        let mut i = 0;
        while let Some(&value) = sorted.get(i) {
            let before = i as f64 / count;
            i += sorted[i..].partition_point(|&x| x <= value);
            let (below, until) = (share_below(&pieces, value, false), share_below(&pieces, value, true));
            largest = largest
                .max((below - before).abs())
                .max((until - i as f64 / count).abs());
        }
        largest
    }

    /// First Wasserstein distance to a sorted sample. The distance from the sample to its sketch bounds the error
    /// (triangle inequality): inside a cell of width w and share s it is at most s·w/2, and in an outer cell, whose mean
    /// m is known, at most 2·s·(m − low)·(high − m)/w.
    pub fn wasserstein_distance(&self, sorted: &[f64]) -> Between {
        let pieces = self.pieces();
        let value = distance_of_pieces(&pieces, sorted);
        let error = self.wasserstein_error();
        Between {
            value,
            low: (value - error).max(0.0),
            high: value + error,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    fn wasserstein_error(&self) -> f64 {
        let (all, last) = (self.count() as f64, self.bounds.len().saturating_sub(1));
        let mut from = self.low;
        let mut error = 0.0;
        for (place, (&bound, &count)) in self.bounds.iter().zip(&self.counts).enumerate() {
            let width = bound - from;
            if !self.single[place] && width > 0.0 {
                let spread = if place == 0 || place == last {
                    let mean = self.tails[usize::from(place != 0)].clamp(from, bound);
                    // The mean is kept with twenty binary digits.
                    2.0 * (mean - from) * (bound - mean) / width + 2e-6 * mean.abs()
                } else {
                    width / 2.0
                };
                error += count as f64 / all * spread;
            }
            from = bound;
        }
        error
    }

    /// Each cell as mass that is spread evenly; in an outer cell, around its mean.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    fn pieces(&self) -> Vec<Piece> {
        let (all, last) = (self.count() as f64, self.bounds.len().saturating_sub(1));
        let mut before = self.low;
        let mut pieces = Vec::with_capacity(self.bounds.len());
        for (place, (&bound, &count)) in self.bounds.iter().zip(&self.counts).enumerate() {
            let (mut from, mut to) = (if self.single[place] { bound } else { before }, bound);
            if !self.single[place] && (place == 0 || place == last) {
                let mean = self.tails[usize::from(place != 0)].clamp(from, to);
                let reach = (mean - from).min(to - mean);
                (from, to) = (mean - reach, mean + reach);
            }
            pieces.push(Piece {
                from,
                to,
                share: count as f64 / all,
            });
            before = bound;
        }
        pieces
    }
}

/// Share of the mass below a value, or up to and with it.
fn share_below(pieces: &[Piece], value: f64, with: bool) -> f64 {
    pieces.iter().fold(0.0, |sum, piece| {
        sum + if piece.to < value || (with && piece.to == value) {
            piece.share
        } else if piece.from < value && piece.from < piece.to {
            piece.share * (value - piece.from) / (piece.to - piece.from)
        } else {
            0.0
        }
    })
}

/// ∫ |F − G| of mass in pieces and a sorted sample.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn distance_of_pieces(pieces: &[Piece], sorted: &[f64]) -> f64 {
    let mut places: Vec<f64> = pieces.iter().flat_map(|piece| [piece.from, piece.to]).collect();
    places.extend_from_slice(sorted);
    places.sort_by(f64::total_cmp);
    places.dedup();
    let count = sorted.len() as f64;
    let mut i = 0;
    let mut sum = 0.0;
    for pair in places.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        i += sorted[i..].partition_point(|&x| x <= from);
        let share = i as f64 / count;
        // Between two places one function is a straight line and the other level.
        let start = share_below(pieces, from, true) - share;
        let end = share_below(pieces, to, false) - share;
        let (size, ends) = (start.abs() + end.abs(), start * start + end * end);
        sum += (to - from)
            * if start * end >= 0.0 {
                size / 2.0
            } else {
                ends / (2.0 * size)
            };
    }
    sum
}

/// The distinct values of a sorted sample; `None` when there are more than a sketch keeps one by one.
fn distinct(sorted: &[f64]) -> Option<Vec<f64>> {
    let mut values = Vec::new();
    let mut rest = sorted;
    while let Some(&value) = rest.first() {
        if values.len() == MOST_VALUES || values.len() * LEAST_PER_CELL >= sorted.len() {
            return None;
        }
        values.push(value);
        rest = &rest[rest.partition_point(|&x| x <= value)..];
    }
    Some(values)
}

/// Bounds at the twentieths, and before a value that a twentieth of the sample shares.
fn cuts(sorted: &[f64]) -> Vec<f64> {
    let cells = CELLS.min(sorted.len() / LEAST_PER_CELL);
    let mut bounds = Vec::new();
    for place in 1..cells {
        let Some(&value) = (place * sorted.len() / cells)
            .checked_sub(1)
            .and_then(|place| sorted.get(place))
        else {
            continue;
        };
        let (from, until) = (
            sorted.partition_point(|&x| x < value),
            sorted.partition_point(|&x| x <= value),
        );
        let shared = (until - from) * cells >= sorted.len();
        if let Some(&before) = from
            .checked_sub(1)
            .and_then(|place| sorted.get(place))
            .filter(|_| shared)
        {
            bounds.push(rounded_up(before, CUT));
        }
        bounds.push(rounded_up(value, CUT));
    }
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds
}

/// Bits of a float that are dropped: all but 12, 4 and 20 binary digits after the first.
const CUT: u32 = 40;
const COARSE: u32 = 48;
const FINE: u32 = 32;

/// The next float from `value` upwards whose last `dropped` bits are 0; `value` itself where there is none.
fn rounded_up(value: f64, dropped: u32) -> f64 {
    let bits = value.to_bits();
    let kept = bits >> dropped << dropped;
    let rounded = if kept == bits || value < 0.0 {
        kept
    } else {
        kept + (1 << dropped)
    };
    let rounded = f64::from_bits(rounded);
    if rounded.is_finite() { rounded } else { value }
}
