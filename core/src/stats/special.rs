//! Tails of the normal and the chi-square distribution, for p-values.

/// The chance that a standard normal number is further from 0 than `z`.
pub fn normal_beyond(z: f64) -> f64 {
    libm::erfc(z.abs() * core::f64::consts::FRAC_1_SQRT_2)
}

/// The chance that a chi-square number of these degrees of freedom is above `statistic`; 1 with no degrees of freedom.
///
/// For whole degrees the incomplete gamma function is a finite sum (Abramowitz and Stegun 26.4.4 and 26.4.5). Each term
/// is taken out of its logarithm, so that many degrees and large statistics neither overflow nor vanish too early.
#[expect(clippy::cast_precision_loss, reason = "degrees are a number of bins")]
pub fn chi_square_above(statistic: f64, degrees: u64) -> f64 {
    if degrees == 0 || statistic <= 0.0 {
        return 1.0;
    }
    let half = statistic / 2.0;
    if half.is_infinite() {
        return 0.0;
    }
    let term = |power: f64| libm::exp(power * libm::log(half) - half - libm::lgamma(power + 1.0));
    let mut above = if degrees.is_multiple_of(2) {
        0.0
    } else {
        libm::erfc(libm::sqrt(half))
    };
    for step in 1..=degrees / 2 {
        above += term(degrees as f64 / 2.0 - step as f64);
    }
    above.min(1.0)
}
