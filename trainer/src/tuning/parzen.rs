//! Parzen estimators in one dimension: densities made of what was observed (Bergstra, Bardenet, Bengio and Kégl 2011,
//! "Algorithms for Hyper-Parameter Optimization", section 4.1).

use candor_core::stats::Random;

/// A mixture of normal distributions, equally weighted, each cut off at the ends of a range and brought back to a total
/// of one: one around every observation, and a broad one over the whole range that stands for what was believed before.
#[derive(Debug, Clone)]
pub(super) struct Parzen {
    low: f64,
    high: f64,
    /// Centre and width.
    normals: Vec<(f64, f64)>,
}

/// No width is less than the range divided by this, however close the observations.
const FINEST: usize = 100;

impl Parzen {
    /// Around `observed` values between `low` and `high`. A width is the distance to the farther of the two neighbours,
    /// so that what is tried often is known sharply and gaps are bridged.
    pub(super) fn new(low: f64, high: f64, observed: &[f64]) -> Self {
        let (middle, range) = (f64::midpoint(low, high), high - low);
        let mut centres = observed.to_vec();
        centres.push(middle);
        centres.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
        let least = range / (centres.len() + 1).min(FINEST) as f64;
        let width = |place: usize| {
            let below = place.checked_sub(1).map(|before| centres[place] - centres[before]);
            let above = centres.get(place + 1).map(|after| after - centres[place]);
            below.into_iter().chain(above).fold(least, f64::max).min(range)
        };
        let mut normals: Vec<(f64, f64)> = (0..centres.len()).map(|place| (centres[place], width(place))).collect();
        if let Some(prior) = normals.iter_mut().find(|(centre, _)| *centre == middle) {
            prior.1 = range;
        }
        Self { low, high, normals }
    }

    /// Density at `x`, which lies in the range.
    pub(super) fn density(&self, x: f64) -> f64 {
        self.mean(|centre, width| {
            let z = (x - centre) / width;
            libm::exp(-0.5 * z * z) / (width * libm::sqrt(std::f64::consts::TAU))
        })
    }

    /// Probability between two places of the range.
    pub(super) fn mass(&self, from: f64, to: f64) -> f64 {
        self.mean(|centre, width| below(to, centre, width) - below(from, centre, width))
    }

    /// The mean over the normals of a part of each, in proportion to what of it lies in the range.
    #[expect(clippy::cast_precision_loss, reason = "as many as there are trials")]
    fn mean(&self, part: impl Fn(f64, f64) -> f64) -> f64 {
        let sum = self.normals.iter().fold(0.0, |sum, &(centre, width)| {
            let inside = below(self.high, centre, width) - below(self.low, centre, width);
            sum + part(centre, width) / inside
        });
        sum / self.normals.len() as f64
    }

    /// Draws a place.
    pub(super) fn sample(&self, random: &mut Random) -> f64 {
        let (centre, width) = self.normals[random.below(self.normals.len())];
        let (start, end) = (below(self.low, centre, width), below(self.high, centre, width));
        let wanted = start + random.share() * (end - start);
        // Halving the range finds the place with one random number, and the same one on every machine.
        let (mut low, mut high) = (self.low, self.high);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if below(middle, centre, width) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}

/// The share of a normal distribution below `x`.
fn below(x: f64, centre: f64, width: f64) -> f64 {
    0.5 * libm::erfc((centre - x) / (width * std::f64::consts::SQRT_2))
}

/// How often each of some choices was observed, and once more.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    counts: Vec<usize>,
}

impl Shares {
    /// Of `choices`, the positions `observed`.
    pub(super) fn new(choices: usize, observed: impl Iterator<Item = usize>) -> Self {
        let mut counts = vec![1; choices];
        for position in observed {
            counts[position] += 1;
        }
        Self { counts }
    }

    /// Probability of a choice.
    #[expect(clippy::cast_precision_loss, reason = "as many as there are trials")]
    pub(super) fn probability(&self, choice: usize) -> f64 {
        self.counts[choice] as f64 / self.counts.iter().sum::<usize>() as f64
    }

    /// Draws a choice.
    pub(super) fn sample(&self, random: &mut Random) -> usize {
        let mut left = random.below(self.counts.iter().sum());
        for (choice, &count) in self.counts.iter().enumerate() {
            if left < count {
                return choice;
            }
            left -= count;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The density said again, plainly: neighbours found by looking at all pairs, tails cut off by summing small steps.
    fn plain_density(low: f64, high: f64, observed: &[f64], x: f64) -> f64 {
        let prior = (low + high) / 2.0;
        let all: Vec<f64> = observed.iter().copied().chain([prior]).collect();
        let least = (high - low) / ((all.len() + 1).min(100) as f64);
        let mut sum = 0.0;
        for (place, &centre) in all.iter().enumerate() {
            let above = all
                .iter()
                .filter(|&&c| c > centre)
                .map(|c| c - centre)
                .fold(f64::NAN, f64::min);
            let under = all
                .iter()
                .filter(|&&c| c < centre)
                .map(|c| centre - c)
                .fold(f64::NAN, f64::min);
            let mut width = f64::max(above, under).max(least).min(high - low);
            if place == observed.len() {
                width = high - low;
            }
            let bell = |x: f64| libm::exp(-(x - centre) * (x - centre) / (2.0 * width * width));
            let steps = 20_000;
            let step = (high - low) / f64::from(steps);
            let area: f64 = (0..steps).map(|s| bell(low + (f64::from(s) + 0.5) * step) * step).sum();
            sum += bell(x) / area;
        }
        sum / all.len() as f64
    }

    #[test]
    fn the_density_is_that_of_the_plain_definition() {
        for (low, high, observed) in [
            (0.0, 1.0, vec![]),
            (-2.0, 3.0, vec![2.9]),
            (-2.0, 3.0, vec![-2.0, -1.9, 0.0, 2.5, 3.0]),
            (0.0, 1.0, (0..150).map(|i| (f64::from(i) * 0.618_034) % 1.0).collect()),
        ] {
            let parzen = Parzen::new(low, high, &observed);
            for step in 0..=10 {
                let x = low + (high - low) * f64::from(step) / 10.0;
                let (quick, plain) = (parzen.density(x), plain_density(low, high, &observed, x));
                assert!(
                    (quick - plain).abs() < 1e-6 * plain,
                    "{} at {x}: {quick} {plain}",
                    observed.len()
                );
            }
            assert!((parzen.mass(low, high) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn samples_follow_the_mass() {
        let parzen = Parzen::new(-2.0, 3.0, &[-2.0, 2.0, 2.1]);
        let mut random = Random::new(5, 5);
        let samples: Vec<f64> = (0..20_000).map(|_| parzen.sample(&mut random)).collect();
        assert!(samples.iter().all(|x| (-2.0..=3.0).contains(x)));
        for bin in 0..10 {
            let (from, to) = (-2.0 + f64::from(bin) * 0.5, -1.5 + f64::from(bin) * 0.5);
            let share = samples.iter().filter(|&&x| x >= from && x < to).count() as f64 / 20_000.0;
            assert!((share - parzen.mass(from, to)).abs() < 0.012, "{share} from {from}");
        }
        let shares = Shares::new(3, [2, 2, 0].into_iter());
        assert_eq!(
            [0, 1, 2].map(|choice| shares.probability(choice)),
            [2.0 / 6.0, 1.0 / 6.0, 3.0 / 6.0]
        );
        let drawn = (0..6000).filter(|_| shares.sample(&mut random) == 2).count();
        assert!((2850..3150).contains(&drawn), "{drawn}");
    }
}
