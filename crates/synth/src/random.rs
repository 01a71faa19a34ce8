//! A small seeded generator, and the distributions that the tables are drawn from.
//!
//! Written here rather than taken from a crate because the promise "same seed, same bytes" must outlive the versions of
//! dependencies: a changed rejection loop in a library would silently change everybody's demonstration data. Logarithms
//! and exponentials come from `libm`, so the bytes are also the same on every platform.

/// The tables of one client are drawn from separate streams, so that a change to one table leaves the others as they
/// were.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Person = 1,
    Request = 2,
    Housing = 3,
    Bureau = 4,
    Previous = 5,
    Outcome = 6,
}

/// xoshiro256++ (Blackman and Vigna), seeded through splitmix64 from (seed, client, stream).
pub(super) struct Random {
    state: [u64; 4],
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(GOLDEN);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Random {
    /// The stream of one client: a function of its arguments alone, whatever was drawn before.
    pub(super) fn new(seed: u64, client: u64, stream: Stream) -> Self {
        // Each part is mixed before the next is added: neighbouring clients and seeds share no visible structure.
        let mut mixed = seed;
        let mut state = splitmix(&mut mixed) ^ client;
        let mut state = splitmix(&mut state) ^ stream as u64;
        Self {
            state: std::array::from_fn(|_| splitmix(&mut state)),
        }
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1), with 53 random bits.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + (self.uniform() * (high - low + 1) as f64) as i64
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Marsaglia's polar method).
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// Log-normal with the given median and standard deviation of the logarithm.
    pub(super) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// Exponential with the given mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.uniform())
    }

    /// Poisson (Knuth's product of uniforms); a mean above 60 is taken as 60, far beyond what is asked of it here.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let limit = libm::exp(-mean.clamp(0.0, 60.0));
        let mut product = self.uniform();
        let mut count = 0;
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    /// Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(1.0 - self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v > 0.0 {
                let cube = v * v * v;
                if libm::log(1.0 - self.uniform()) < 0.5 * x * x + d - d * cube + d * libm::log(cube) {
                    return d * cube;
                }
            }
        }
    }

    /// Beta with the given shapes.
    pub(super) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        x / (x + self.gamma(b))
    }

    /// A count with more spread than a Poisson of the same mean (negative binomial); small shapes spread more.
    pub(super) fn count(&mut self, mean: f64, shape: f64) -> u32 {
        let rate = self.gamma(shape) * mean / shape;
        self.poisson(rate)
    }

    /// One of the levels, with probability proportional to its weight. The list must not be empty.
    pub(super) fn level<T: Copy>(&mut self, levels: &[(T, f64)]) -> T {
        let total: f64 = levels.iter().map(|(_, weight)| weight).sum();
        let mut left = self.uniform() * total;
        for (level, weight) in levels {
            left -= weight;
            if left < 0.0 {
                return *level;
            }
        }
        levels[levels.len() - 1].0
    }

    /// A draw from the distribution with these quantiles, moved `shift` standard deviations up on the normal scale.
    pub(super) fn draw_quantile(&mut self, knots: &[(f64, f64)], shift: f64) -> f64 {
        let z = self.normal() + shift;
        quantile(knots, normal_cdf(z))
    }
}

/// The standard normal distribution function.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The logistic function.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The quantile at probability `u` of a distribution given by (probability, value) knots, linear between them.
pub(super) fn quantile(knots: &[(f64, f64)], u: f64) -> f64 {
    let above = knots
        .partition_point(|(probability, _)| *probability <= u)
        .clamp(1, knots.len() - 1);
    let ((p0, v0), (p1, v1)) = (knots[above - 1], knots[above]);
    v0 + (v1 - v0) * ((u - p0) / (p1 - p0)).clamp(0.0, 1.0)
}

/// `value` rounded to a multiple of `step`: amounts in these tables are nearly always multiples of something.
pub(super) fn snap(value: f64, step: f64) -> f64 {
    (value / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(mut draw: impl FnMut(&mut Random) -> f64) -> f64 {
        let mut random = Random::new(7, 3, Stream::Person);
        (0..20_000).map(|_| draw(&mut random)).sum::<f64>() / 20_000.0
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, client, stream| Random::new(seed, client, stream).next();
        assert_eq!(first(1, 2, Stream::Bureau), first(1, 2, Stream::Bureau));
        let all = [
            first(1, 2, Stream::Bureau),
            first(1, 3, Stream::Bureau),
            first(2, 2, Stream::Bureau),
            first(1, 2, Stream::Person),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn distributions_have_their_means() {
        let close = |got: f64, wanted: f64| assert!((got - wanted).abs() < 0.03 * wanted.max(1.0), "{got} {wanted}");
        close(mean_of(Random::uniform), 0.5);
        close(mean_of(Random::normal), 0.0);
        close(mean_of(|r| r.exponential(3.0)), 3.0);
        close(mean_of(|r| f64::from(r.poisson(4.0))), 4.0);
        close(mean_of(|r| r.gamma(0.5)), 0.5);
        close(mean_of(|r| r.beta(2.0, 6.0)), 0.25);
        close(mean_of(|r| f64::from(r.count(2.0, 1.0))), 2.0);
        close(mean_of(|r| r.whole(1, 6) as f64), 3.5);
        close(mean_of(|r| r.level(&[(1.0, 3.0), (5.0, 1.0)])), 2.0);
    }

    #[test]
    fn quantiles_interpolate_and_stay_inside() {
        let knots = [(0.0, 10.0), (0.5, 20.0), (1.0, 40.0)];
        assert_eq!(quantile(&knots, 0.25), 15.0);
        assert_eq!(quantile(&knots, 0.75), 30.0);
        assert_eq!(quantile(&knots, -1.0), 10.0);
        assert_eq!(quantile(&knots, 1.0), 40.0);
    }
}
