//! The two-sample Kolmogorov–Smirnov test, with the p-value that SciPy's `ks_2samp` gives: exact up to 10,000 values a
//! side, and Smirnov's approximation by the one-sample distribution beyond. It is our own because a verdict in Evidently's name
//! needs an approximation that errs as SciPy's does.

use core::f64::consts::PI;

/// Most values a side for which the p-value is exact.
const MOST_EXACT: usize = 10_000;
/// From this n·m/(n + m)·distance² on, p-values are below 1e-15, and their first term in the limit will do: to count the
/// orders of long samples that are far apart takes seconds.
const CERTAIN: f64 = 18.0;

/// Largest distance between the distribution functions of two sorted samples; 0 where one is empty.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn ks_distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        let value = x.min(y);
        i += a[i..].partition_point(|&other| other <= value);
        j += b[j..].partition_point(|&other| other <= value);
        largest = largest.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    largest
}

/// The chance that samples of `n` and `m` values of one distribution are at least `distance` apart; 1 where one is empty.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn ks_p_value(n: usize, m: usize, distance: f64) -> f64 {
    if n == 0 || m == 0 {
        return 1.0;
    }
    let (n_rows, m_rows) = (n as f64, m as f64);
    let rows = n_rows * m_rows / (n_rows + m_rows);
    let spread = rows * distance * distance;
    let p_value = if spread >= CERTAIN {
        2.0 * libm::exp(-2.0 * spread)
    } else if n.max(m) <= MOST_EXACT {
        exact(n.max(m), n.min(m), distance)
    } else {
        one_sample(libm::rint(rows), distance)
    };
    p_value.clamp(0.0, 1.0)
}

/// Share of the orders of `n` and `m` values, n ≥ m, in which the distribution functions come `distance` apart: lattice
/// paths that reach |m·i − n·j| ≥ reach. A path to (i, j) came from (i − 1, j) with chance i / (i + j), so that shares
/// follow from shares and nothing grows (Viehmann 2021). Only cells inside the band are worked out; all others are 1.
#[expect(clippy::cast_precision_loss, reason = "at most 10,000 values a side")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and n·m"
)]
fn exact(n: usize, m: usize, distance: f64) -> f64 {
    let divisor = greatest_common_divisor(n, m);
    let (wide, high) = (n / divisor, m / divisor);
    let reach = libm::rint(distance * (wide * m) as f64) as usize;
    if reach == 0 {
        return 1.0;
    }
    // Cell (i, j) is inside where |high·i − wide·j| < reach.
    let mut outside: Vec<f64> = (0..=m).map(|j| f64::from(u8::from(wide * j >= reach))).collect();
    for i in 1..=n {
        let from = if high * i < reach {
            0
        } else {
            (high * i - reach) / wide + 1
        };
        let until = (high * i + reach).div_ceil(wide).min(m + 1);
        let mut below = f64::from(u8::from(from > 0));
        for (j, cell) in outside.iter_mut().enumerate().take(until).skip(from) {
            below = (*cell * i as f64 + below * j as f64) / (i + j) as f64;
            *cell = below;
        }
        // No cell of the column is inside: every path has come out.
        if from >= until {
            return 1.0;
        }
    }
    outside.last().copied().unwrap_or(1.0)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The chance that the distance of `n` values from their distribution is at least `x`, by the choice of methods of
/// Simard and L'Ecuyer (2011) with SciPy's limits, so that the approximations err alike.
fn one_sample(n: f64, x: f64) -> f64 {
    let t = n * x;
    if x >= 1.0 {
        return 0.0;
    }
    if t <= 0.5 {
        return 1.0;
    }
    if t <= 1.0 {
        let below = libm::lgamma(n + 1.0) - n * libm::log(n) + n * libm::log(2.0 * t - 1.0);
        return 1.0 - libm::exp(below);
    }
    if t >= n - 1.0 {
        return 2.0 * libm::pow(1.0 - x, n);
    }
    let spread = t * x;
    let tail = if n <= 140.0 { 4.0 } else { 2.2 };
    if x >= 0.5 || spread > tail || (n > 140.0 && spread >= tail) {
        return if spread >= 370.0 { 0.0 } else { 2.0 * one_sided(n, x) };
    }
    if n <= 140.0 || (n <= 100_000.0 && n * libm::pow(x, 1.5) <= 1.4) {
        1.0 - durbin(n, x)
    } else {
        1.0 - pelz_good(n, x)
    }
}

/// The chance that the distribution function of `n` values rises by `x` or more above their distribution (Birnbaum and
/// Tingey 1951).
fn one_sided(n: f64, x: f64) -> f64 {
    let last = libm::floor(n * (1.0 - x));
    let all = libm::lgamma(n + 1.0);
    let (mut sum, mut j) = (0.0, 0.0);
    while j <= last {
        let (up, down) = (x + j / n, 1.0 - x - j / n);
        let ways = all - libm::lgamma(j + 1.0) - libm::lgamma(n - j + 1.0);
        let rest = if n - j == 0.0 { 0.0 } else { (n - j) * libm::log(down) };
        if down > 0.0 || n - j == 0.0 {
            sum += libm::exp(ways + (j - 1.0) * libm::log(up) + rest);
        }
        j += 1.0;
    }
    x * sum
}

/// The chance of a distance below `x`: Durbin's matrix as Marsaglia, Tsang and Wang (2003) write it. `n·x` is small here,
/// and with it the matrix.
#[expect(clippy::cast_precision_loss, reason = "a small matrix")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small matrix")]
fn durbin(n: f64, x: f64) -> f64 {
    let k = libm::floor(n * x) as usize + 1;
    let (size, rest) = (2 * k - 1, k as f64 - n * x);
    let mut matrix = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..size.min(i + 2) {
            matrix[i * size + j] = 1.0;
        }
    }
    let mut power = rest;
    for i in 0..size {
        matrix[i * size] -= power;
        matrix[(size - 1) * size + size - 1 - i] -= power;
        power *= rest;
    }
    matrix[(size - 1) * size] += if 2.0 * rest > 1.0 {
        libm::pow(2.0 * rest - 1.0, size as f64)
    } else {
        0.0
    };
    for i in 0..size {
        for j in 0..size.min(i + 1) {
            matrix[i * size + j] *= libm::exp(-libm::lgamma((i - j + 2) as f64));
        }
    }
    let (result, mut exponent) = matrix_power(&matrix, size, n as u64);
    let mut below = result[(k - 1) * size + k - 1];
    let mut step = 1.0;
    while step <= n {
        below *= step / n;
        if below < 1e-140 && below > 0.0 {
            below *= 1e140;
            exponent -= 140;
        }
        step += 1.0;
    }
    below * libm::exp10(f64::from(exponent))
}

/// A matrix to a power, and the power of ten that it is to be multiplied by.
fn matrix_power(matrix: &[f64], size: usize, power: u64) -> (Vec<f64>, i32) {
    if power <= 1 {
        return (matrix.to_vec(), 0);
    }
    let (half, mut exponent) = matrix_power(matrix, size, power / 2);
    let mut result = product(&half, &half, size);
    exponent *= 2;
    if power % 2 == 1 {
        result = product(matrix, &result, size);
    }
    if result[(size / 2) * size + size / 2] > 1e140 {
        for value in &mut result {
            *value *= 1e-140;
        }
        exponent += 140;
    }
    (result, exponent)
}

fn product(a: &[f64], b: &[f64], size: usize) -> Vec<f64> {
    let mut result = vec![0.0; size * size];
    for (row, out) in a.chunks_exact(size).zip(result.chunks_exact_mut(size)) {
        for (&factor, other) in row.iter().zip(b.chunks_exact(size)) {
            for (sum, &value) in out.iter_mut().zip(other) {
                *sum += factor * value;
            }
        }
    }
    result
}

/// The chance of a distance below `x` by four terms in 1/√n (Pelz and Good 1976), in the form that converges for a small
/// `z` = x·√n.
fn pelz_good(n: f64, x: f64) -> f64 {
    let z = x * libm::sqrt(n);
    let z2 = z * z;
    let (z3, z4, z6) = (z2 * z, z2 * z2, z2 * z2 * z2);
    let pi2 = PI * PI;
    let (pi4, pi6) = (pi2 * pi2, pi2 * pi2 * pi2);
    let q = libm::exp(-pi2 / (8.0 * z2));
    let last = libm::ceil(16.0 * z / PI);
    let (mut sums, mut k) = ([0.0; 4], last);
    while k >= 1.0 {
        let odd = (2.0 * k - 1.0) * (2.0 * k - 1.0);
        let factor = libm::pow(q, 8.0 * k);
        let terms = [
            1.0,
            pi2 / 4.0 * odd - z2,
            6.0 * z6 + 2.0 * z4 + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * odd + pi4 * (1.0 - 2.0 * z2) / 16.0 * odd * odd,
            -30.0 * z6 - 90.0 * z4 * z4
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * odd
                + pi4 * (212.0 * z4 - 60.0 * z2) / 16.0 * odd * odd
                + pi6 * (5.0 - 30.0 * z2) / 64.0 * odd * odd * odd,
        ];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum = *sum * factor + term;
        }
        k -= 1.0;
    }
    let root = libm::sqrt(2.0 * PI);
    let parts = [z, 6.0 * z4, 72.0 * z4 * z3, 6480.0 * z4 * z6];
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum *= q * root / part;
    }
    let other = libm::exp(-pi2 / (2.0 * z2));
    let (mut second, mut third, mut k) = (0.0, 0.0, last);
    while k >= 1.0 {
        let term = k * k * libm::pow(other, k * k);
        second += term;
        third += (3.0 * z2 - pi2 * k * k) * term;
        k -= 1.0;
    }
    sums[2] -= second * pi2 * root / (36.0 * z3);
    sums[3] += third * pi2 * root / (216.0 * z6);
    let inverse = 1.0 / libm::sqrt(n);
    sums[0] + inverse * (sums[1] + inverse * (sums[2] + inverse * sums[3]))
}
