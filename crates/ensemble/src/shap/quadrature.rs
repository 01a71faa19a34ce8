//! Gauss–Legendre quadrature on [0, 1].

/// Points that a kernel works on at a time: with four, trees of up to 8 distinct features on a path take one run, and four
/// numbers fill the vectors of most processors.
pub(super) const POINTS: usize = 4;

/// The points of a rule that a kernel works on at a time, and the rule's weights there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points<const K: usize> {
    /// Where the integrand is evaluated, strictly between 0 and 1.
    pub(super) points: [f64; K],
    /// 1 − t for each point t.
    pub(super) complements: [f64; K],
    /// No bits, and all bits: what is looked up by whether a row passes a test.
    pub(super) masks: [u64; 2],
    /// What each value counts; over a rule they add up to 1.
    pub(super) weights: [f64; K],
}

/// The rules of 4, 8, 12 … points, in parts of as many as a kernel takes at a time. That of K points is exact for
/// polynomials up to degree 2K − 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// The rule of 4·n points begins at n·(n − 1)/2.
    parts: Vec<Points<POINTS>>,
    /// The largest n so far.
    largest: usize,
}

impl Rules {
    /// Parts of the rule that is exact for trees of so many distinct features on a path.
    pub(super) fn parts_for(features: usize) -> usize {
        features.div_ceil(2 * POINTS).max(1)
    }

    /// Works out what is missing of the rules up to that of so many parts.
    pub(super) fn extend_to(&mut self, parts: usize) {
        while self.largest < parts {
            self.largest += 1;
            self.parts.extend(gauss_legendre(POINTS * self.largest));
        }
    }

    /// The rule of so many parts, which has been worked out.
    pub(super) fn of(&self, parts: usize) -> &[Points<POINTS>] {
        &self.parts[parts * (parts - 1) / 2..][..parts]
    }
}

/// The rule of `count` points, a multiple of [`POINTS`]: the roots of the Legendre polynomial of that degree by Newton's
/// method from Chebyshev-like starting points, and the weights 2 / ((1 − x²) P'(x)²) (Abramowitz and Stegun, 25.4.29), both
/// mapped from [−1, 1] to [0, 1].
#[expect(clippy::cast_precision_loss, reason = "there are at most 64 points")]
fn gauss_legendre(count: usize) -> impl Iterator<Item = Points<POINTS>> {
    (0..count).step_by(POINTS).map(move |first| {
        let mut part = Points {
            points: [0.0; POINTS],
            complements: [0.0; POINTS],
            masks: [0, u64::MAX],
            weights: [0.0; POINTS],
        };
        for k in 0..POINTS {
            let mut x = cosine(std::f64::consts::PI * ((first + k) as f64 + 0.75) / (count as f64 + 0.5));
            for _ in 0..20 {
                let (value, slope) = legendre(count, x);
                x -= value / slope;
            }
            let (_, slope) = legendre(count, x);
            part.points[k] = 0.5 - 0.5 * x;
            part.complements[k] = 1.0 - part.points[k];
            part.weights[k] = 1.0 / ((1.0 - x * x) * slope * slope);
        }
        part
    })
}

/// The cosine of an angle from 0 to π, to 1e-11, which is more than a starting point needs; libm's brings 4 KB.
fn cosine(angle: f64) -> f64 {
    let (mut sum, mut term) = (0.0, 1.0);
    for place in 1..=12 {
        sum += term;
        term *= -angle * angle / f64::from((2 * place - 1) * 2 * place);
    }
    sum
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
        for count in (4..=64).step_by(4) {
            let rule: Vec<Points<POINTS>> = gauss_legendre(count).collect();
            for degree in 0..2 * count {
                let part = |part: &Points<POINTS>| -> f64 {
                    let at = |k: usize| part.weights[k] * libm::pow(part.points[k], degree as f64);
                    (0..POINTS).map(at).sum()
                };
                let integral: f64 = rule.iter().map(part).sum();
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!(
                    (integral - exact).abs() < 1e-14,
                    "{count} points, degree {degree}: {integral} is not {exact}"
                );
            }
        }
    }
}
