//! The tree-structured Parzen estimator: tries what is likely among the good trials and unlikely among the others.

use candor_core::stats::Random;

use super::parzen::{Parzen, Shares};
use super::space::{Dimension, Kind, Space, position};

/// Trials before the estimator has enough to go by.
pub const RANDOM_TRIALS: usize = 10;
/// Candidates drawn among the good for each dimension.
const CANDIDATES: usize = 24;
/// Of so many trials, one counts as good.
const TRIALS_PER_GOOD: usize = 7;

/// The point to try next, after the points that were tried, the best first.
///
/// The share of good trials is γ = 1/7, about the 15 % of the paper. Each dimension goes by itself: of some candidates
/// drawn from the density l of the good, the one with the greatest l / g against the density g of the others, which has
/// the greatest expected improvement.
pub(super) fn next_point(space: &Space, best_first: &[Vec<f64>], random: &mut Random) -> Vec<f64> {
    if best_first.len() < RANDOM_TRIALS {
        return space.random_point(random);
    }
    let (good, others) = best_first.split_at(best_first.len().div_ceil(TRIALS_PER_GOOD));
    let dimensions = space.dimensions.iter().enumerate();
    dimensions
        .map(|(index, dimension)| {
            let of = |points: &[Vec<f64>]| -> Vec<f64> { points.iter().map(|point| point[index]).collect() };
            let (good, others) = (Density::new(dimension, &of(good)), Density::new(dimension, &of(others)));
            let mut best = (f64::NEG_INFINITY, good.sample(random));
            for _ in 0..CANDIDATES {
                let place = good.sample(random);
                let gain = good.at(place) / others.at(place);
                if gain > best.0 {
                    best = (gain, place);
                }
            }
            best.1
        })
        .collect()
}

/// How likely the places of one dimension are.
struct Density<'a> {
    dimension: &'a Dimension,
    estimate: Estimate,
}

enum Estimate {
    Parzen(Parzen),
    Shares(Shares),
}

impl<'a> Density<'a> {
    fn new(dimension: &'a Dimension, observed: &[f64]) -> Self {
        let estimate = if let Kind::Choice(choices) = dimension.kind {
            let observed = observed.iter().map(|&place| position(place, choices));
            Estimate::Shares(Shares::new(choices.len(), observed))
        } else {
            let (low, high) = dimension.range();
            Estimate::Parzen(Parzen::new(low, high, observed))
        };
        Self { dimension, estimate }
    }

    fn sample(&self, random: &mut Random) -> f64 {
        match &self.estimate {
            Estimate::Parzen(parzen) => self.dimension.settle(parzen.sample(random)),
            #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
            Estimate::Shares(shares) => shares.sample(random) as f64,
        }
    }

    fn at(&self, place: f64) -> f64 {
        match (&self.estimate, self.dimension.kind) {
            (Estimate::Shares(shares), Kind::Choice(choices)) => shares.probability(position(place, choices)),
            (Estimate::Parzen(parzen), Kind::Count(..)) => {
                // A count stands for everything that is rounded to it.
                let count = libm::exp(place).round();
                parzen.mass(libm::log(count - 0.5), libm::log(count + 0.5))
            }
            (Estimate::Parzen(parzen), _) => parzen.density(place),
            (Estimate::Shares(_), _) => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIALS: usize = 60;

    /// The least loss that a search finds; `random_only` searches at random.
    fn search(dimensions: &[Dimension], loss: impl Fn(&[f64]) -> f64, seed: u64, random_only: bool) -> f64 {
        let space = Space {
            dimensions: dimensions.to_vec(),
        };
        let mut tried: Vec<(f64, Vec<f64>)> = Vec::new();
        for trial in 0..TRIALS {
            let mut random = Random::new(seed, 100 + trial as u64);
            let points: Vec<Vec<f64>> = tried.iter().map(|(_, point)| point.clone()).collect();
            let point = next_point(&space, if random_only { &[] } else { &points }, &mut random);
            tried.push((loss(&point), point));
            tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        tried[0].0
    }

    fn mean_of_seeds(search: impl Fn(u64) -> f64) -> f64 {
        (1..=20).map(search).sum::<f64>() / 20.0
    }

    #[test]
    fn optima_are_found_better_than_at_random() {
        let number = |name| Dimension {
            name,
            kind: Kind::Number(-5.0, 5.0),
        };
        let sphere = |x: &[f64]| x.iter().map(|x| (x - 1.0) * (x - 1.0)).sum::<f64>();
        let branin = |x: &[f64]| {
            // x from -5 to 10, y from 0 to 15; the least is 0.397887
            let (x, y) = (1.5 * x[0] + 2.5, 1.5 * x[1] + 7.5);
            let bend = y - 5.1 / (4.0 * std::f64::consts::PI * std::f64::consts::PI) * x * x
                + 5.0 * x / std::f64::consts::PI
                - 6.0;
            bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * std::f64::consts::PI)) * libm::cos(x) + 10.0 - 0.397_887
        };
        let mixed = [
            Dimension {
                name: "leaves",
                kind: Kind::Count(2, 200),
            },
            Dimension {
                name: "rate",
                kind: Kind::Scale(0.001, 10.0),
            },
            Dimension {
                name: "way",
                kind: Kind::Choice(&["a", "b", "c", "d"]),
            },
        ];
        let mixture = |x: &[f64]| {
            let (leaves, rate) = (x[0] - libm::log(20.0), x[1] - libm::log(0.1));
            leaves * leaves + 0.5 * rate * rate + if x[2] == 2.0 { 0.0 } else { 1.0 }
        };
        let five = ["a", "b", "c", "d", "e"].map(number);
        let two = ["a", "b"].map(number);
        let check = |name: &str, dimensions: &[Dimension], loss: &dyn Fn(&[f64]) -> f64, margin: f64| {
            let guided = mean_of_seeds(|seed| search(dimensions, loss, seed, false));
            let random = mean_of_seeds(|seed| search(dimensions, loss, seed, true));
            assert!(guided < margin * random, "{name}: {guided} guided, {random} at random");
        };
        check("sphere", &five, &sphere, 0.5);
        check("Branin", &two, &branin, 0.6);
        check("mixture", &mixed, &mixture, 0.6);
    }
}
