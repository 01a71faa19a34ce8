//! Gauss–Legendre quadrature on [0, 1].

/// A rule of K points: exact for polynomials up to degree 2K − 1.
#[derive(Debug, Clone)]
pub(super) struct Rule<const K: usize> {
    /// Where the integrand is evaluated, strictly between 0 and 1.
    points: [f64; K],
    /// 1 − t for each point t.
    complements: [f64; K],
    /// What each value counts; they add up to 1.
    pub(super) weights: [f64; K],
}

impl<const K: usize> Rule<K> {
    /// The roots of the Legendre polynomial P_K by Newton's method from Chebyshev-like starting points, and the weights
    /// 2 / ((1 − x²) P'_K(x)²) (Abramowitz and Stegun, 25.4.29), both mapped from [−1, 1] to [0, 1].
    #[expect(clippy::cast_precision_loss, reason = "K is at most 64")]
    pub(super) fn gauss_legendre() -> Self {
        let (mut points, mut weights) = ([0.0; K], [0.0; K]);
        for k in 0..K {
            let mut x = libm::cos(std::f64::consts::PI * (k as f64 + 0.75) / (K as f64 + 0.5));
            for _ in 0..20 {
                let (value, slope) = legendre(K, x);
                x -= value / slope;
            }
            let (_, slope) = legendre(K, x);
            points[k] = 0.5 - 0.5 * x;
            weights[k] = 1.0 / ((1.0 - x * x) * slope * slope);
        }
        Self {
            points,
            complements: points.map(|point| 1.0 - point),
            weights,
        }
    }

    /// z·(1−t) + o·t at point `k`.
    #[inline]
    pub(super) fn factor(&self, k: usize, cover: f64, passes: f64) -> f64 {
        cover * self.complements[k] + passes * self.points[k]
    }
}

/// P_n(x) and its derivative, by Bonnet's recurrence.
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

    fn check<const K: usize>() {
        let rule = Rule::<K>::gauss_legendre();
        for degree in 0..2 * K {
            let integral: f64 = (0..K)
                .map(|k| rule.weights[k] * libm::pow(rule.points[k], degree as f64))
                .sum();
            let exact = 1.0 / (degree as f64 + 1.0);
            assert!(
                (integral - exact).abs() < 1e-14,
                "K = {K}, degree {degree}: {integral} is not {exact}"
            );
        }
    }

    #[test]
    fn every_rule_is_exact_up_to_its_degree() {
        check::<2>();
        check::<4>();
        check::<8>();
        check::<16>();
        check::<64>();
    }
}
