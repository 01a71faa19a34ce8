//! Gauss–Legendre quadrature on [0, 1].

/// A rule: exact for polynomials up to degree 2K − 1 with K points.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Where the integrand is evaluated, strictly between 0 and 1.
    pub(super) points: Vec<f64>,
    /// What each value counts; they add up to 1.
    pub(super) weights: Vec<f64>,
}

impl Rule {
    /// The rule of `count` points: the roots of the Legendre polynomial of that degree by Newton's method from
    /// Chebyshev-like starting points, and the weights 2 / ((1 − x²) P'(x)²) (Abramowitz and Stegun, 25.4.29), both mapped
    /// from [−1, 1] to [0, 1].
    #[expect(clippy::cast_precision_loss, reason = "there are at most 64 points")]
    pub(super) fn gauss_legendre(count: usize) -> Self {
        let (mut points, mut weights) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for k in 0..count {
            let mut x = libm::cos(std::f64::consts::PI * (k as f64 + 0.75) / (count as f64 + 0.5));
            for _ in 0..20 {
                let (value, slope) = legendre(count, x);
                x -= value / slope;
            }
            let (_, slope) = legendre(count, x);
            points.push(0.5 - 0.5 * x);
            weights.push(1.0 / ((1.0 - x * x) * slope * slope));
        }
        Self { points, weights }
    }
}

/// P_n(x) and its derivative, by Bonnet's recurrence; n is at least 1.
#[expect(clippy::cast_precision_loss, reason = "n is at most 64")]
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for degree in 2..=n {
        let degree = degree as f64;
        (before, value) = (
            value,
            ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * before) / degree,
        );
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_exact_up_to_its_degree() {
        for count in (1..=16).chain((20..=64).step_by(4)) {
            let rule = Rule::gauss_legendre(count);
            for degree in 0..2 * count {
                let power = |point: &f64| libm::pow(*point, degree as f64);
                let integral: f64 = rule
                    .points
                    .iter()
                    .map(power)
                    .zip(&rule.weights)
                    .map(|(x, w)| x * w)
                    .sum();
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!(
                    (integral - exact).abs() < 1e-14,
                    "{count} points, degree {degree}: {integral} is not {exact}"
                );
            }
        }
    }
}
