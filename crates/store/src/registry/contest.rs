//! Whether a challenger is better than the champion, or was lucky.
//!
//! Both decide on the same clients, so the difference of their costs is resampled client by client (a paired bootstrap).
//! The cost at the threshold alone decides little: it hears only the clients whom one model approves and the other
//! declines, one in twelve, and of 100 challengers whose AUC is truly higher by 0.01 it would let pass about half on 15,000
//! clients. So a challenger has to do two things:
//!
//! - its cost, each model at its own threshold, is lower than the champion's;
//! - its *cost around the policy* is lower in at least [`LEVEL`] of the resamples: the mean of its costs over
//!   [`RATIOS`] ratios of the two wrong decisions, from a quarter to four times the policy's, each at its break-even
//!   threshold. This hears most clients, and is still a cost.
//!
//! How often that is right was found by simulation, which the tests below repeat.

use candor_core::artifact::Interval;
use candor_core::decision::Costs;
use candor_core::stats::outcome_at;
use candor_core::stats::{Random, quantile};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// In this share of the resamples the cost around the policy must be lower.
pub const LEVEL: f64 = 0.99;
/// Ratios of the costs of the two wrong decisions that are looked at.
pub const RATIOS: usize = 15;
/// They go from the policy's divided by this to the policy's times this.
const REACH: f64 = 4.0;
/// Resamples.
const SAMPLES: u64 = 1000;
const CONTEST: u64 = 7;

/// How two models compare on the same clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Clients.
    pub clients: u64,
    /// Of them, those who defaulted.
    pub bad: u64,
    /// What wrong decisions cost, by the champion's policy.
    pub costs: Costs,
    /// Cost per client of the champion, at its threshold.
    pub champion: f64,
    /// Cost per client of the challenger, at its threshold.
    pub challenger: f64,
    /// Challenger's less champion's, with the interval of 95 % of the resamples.
    pub difference: Interval,
    /// The same of the cost around the policy.
    pub around: Interval,
    /// Share of the resamples in which the challenger's cost around the policy is lower.
    pub lower_in: f64,
    /// The share that it takes.
    pub level: f64,
    /// Whether the challenger is better.
    pub better: bool,
}

/// A model on the clients: calibrated probabilities, and the threshold from which on it declines.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// Probability of default of each client.
    pub probabilities: &'a [f64],
    /// Its threshold.
    pub threshold: f64,
}

/// Compares two models on the clients with these outcomes.
pub fn contest(champion: Contender<'_>, challenger: Contender<'_>, outcomes: &[bool], costs: Costs) -> Verdict {
    let ratios = ratios(costs);
    let differences: Vec<[f64; 2]> = outcomes
        .iter()
        .enumerate()
        .map(|(row, &outcome)| {
            let (old, new) = (champion.probabilities[row], challenger.probabilities[row]);
            let own =
                cost(new >= challenger.threshold, outcome, costs) - cost(old >= champion.threshold, outcome, costs);
            let around = ratios.iter().fold(0.0, |sum, ratio| {
                let threshold = ratio.break_even();
                sum + cost(new >= threshold, outcome, *ratio) - cost(old >= threshold, outcome, *ratio)
            });
            [own, around]
        })
        .collect();
    let cost_of = |contender: Contender<'_>| {
        outcome_at(contender.probabilities, outcomes, contender.threshold, None).cost_per_client(&costs)
    };
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let scale = [1.0, 1.0 / RATIOS as f64];
    let sums = resampled_sums(&differences);
    let interval = |which: usize| {
        let mut sorted: Vec<f64> = sums
            .iter()
            .map(|sum| scale[which] * mean(sum[which], outcomes.len()))
            .collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| quantile(&sorted, share).unwrap_or(f64::NAN);
        let observed = differences.iter().map(|difference| difference[which]).sum();
        Interval {
            value: scale[which] * mean(observed, outcomes.len()),
            low: at(0.025),
            high: at(0.975),
        }
    };
    let (difference, around) = (interval(0), interval(1));
    let lower = sums.iter().filter(|sum| sum[1] < 0.0).count();
    let lower_in = mean(count(lower), sums.len());
    Verdict {
        clients: outcomes.len() as u64,
        bad: outcomes.iter().filter(|&&outcome| outcome).count() as u64,
        costs,
        champion: cost_of(champion),
        challenger: cost_of(challenger),
        difference,
        around,
        lower_in,
        level: LEVEL,
        better: difference.value < 0.0 && lower_in >= LEVEL,
    }
}

/// What a decision cost.
fn cost(declined: bool, defaulted: bool, costs: Costs) -> f64 {
    match (declined, defaulted) {
        (true, false) => costs.false_positive,
        (false, true) => costs.false_negative,
        _ => 0.0,
    }
}

/// The policy's costs at other ratios, evenly spaced on a logarithmic scale. Each has the sum of the policy's costs, so that
/// none counts for more than another.
fn ratios(costs: Costs) -> [Costs; RATIOS] {
    let sum = costs.false_negative + costs.false_positive;
    std::array::from_fn(|place| {
        let exponent = 2.0 * count(place) / count(RATIOS - 1) - 1.0;
        let ratio = costs.false_negative / costs.false_positive * libm::pow(REACH, exponent);
        let false_positive = sum / (1.0 + ratio);
        Costs {
            false_negative: ratio * false_positive,
            false_positive,
        }
    })
}

/// Sums of the differences of resampled clients. Clients without any difference only count.
fn resampled_sums(differences: &[[f64; 2]]) -> Vec<[f64; 2]> {
    (0..SAMPLES)
        .into_par_iter()
        .map(|sample| {
            let mut random = Random::new(sample, CONTEST);
            let mut sums = [0.0; 2];
            for _ in 0..differences.len() {
                let [own, around] = differences[random.below(differences.len())];
                sums[0] += own;
                sums[1] += around;
            }
            sums
        })
        .collect()
}

fn mean(sum: f64, rows: usize) -> f64 {
    sum / count(rows)
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn count(rows: usize) -> f64 {
    rows as f64
}

#[cfg(test)]
mod tests {
    use candor_core::decision::probability_of;
    use candor_core::stats::{Ranking, best_threshold};

    use super::*;

    const COSTS: Costs = Costs {
        false_negative: 10.0,
        false_positive: 1.0,
    };
    const CLIENTS: usize = 15_000;
    const CASES: u64 = 100;

    /// Two models that see the clients' risk through noise, and a third part of the noise that both see.
    struct World {
        /// Share of defaults.
        bad: f64,
        /// How far the scores of both kinds of clients lie apart, for each model, in standard deviations.
        apart: [f64; 2],
        /// Correlation of the models among clients of one kind.
        correlation: f64,
    }

    impl World {
        /// Calibrated probabilities of both, and outcomes.
        fn draw(&self, clients: usize, random: &mut Random) -> ([Vec<f64>; 2], Vec<bool>) {
            let (mut scores, mut outcomes) = ([Vec::new(), Vec::new()], Vec::new());
            let prior = libm::log(self.bad / (1.0 - self.bad));
            for _ in 0..clients {
                let bad = random.share() < self.bad;
                let (first, own) = normal_pair(random);
                let second = self.correlation * first + (1.0 - self.correlation * self.correlation).sqrt() * own;
                for ((scores, apart), noise) in scores.iter_mut().zip(self.apart).zip([first, second]) {
                    let seen = f64::from(u8::from(bad)) * apart + noise;
                    scores.push(probability_of(prior + apart * seen - apart * apart / 2.0));
                }
                outcomes.push(bad);
            }
            (scores, outcomes)
        }

        /// In how many of 100 cases the second model takes the place of the first. Thresholds are set on clients of
        /// their own, as training sets them.
        fn promotions(&self) -> usize {
            (0..CASES)
                .filter(|&case| {
                    let mut random = Random::new(case, 99);
                    let (known, outcomes) = self.draw(CLIENTS, &mut random);
                    let threshold = |model: usize| best_threshold(&known[model], &outcomes, &COSTS).unwrap();
                    let thresholds = [threshold(0), threshold(1)];
                    let (scores, outcomes) = self.draw(CLIENTS, &mut random);
                    let contender = |model: usize| Contender {
                        probabilities: &scores[model],
                        threshold: thresholds[model],
                    };
                    contest(contender(0), contender(1), &outcomes, COSTS).better
                })
                .count()
        }
    }

    /// Two independent normal numbers (Box and Muller).
    fn normal_pair(random: &mut Random) -> (f64, f64) {
        let radius = (-2.0 * libm::log(1.0 - random.share())).sqrt();
        let angle = std::f64::consts::TAU * random.share();
        (radius * libm::cos(angle), radius * libm::sin(angle))
    }

    /// Standard deviations that make an AUC of 0.75 and of 0.76.
    const APART: [f64; 2] = [0.953_873, 0.998_874];

    #[test]
    fn a_challenger_that_is_better_by_0_01_of_auc_is_promoted() {
        let better = World {
            bad: 0.08,
            apart: APART,
            correlation: APART[0] / APART[1],
        };
        let (scores, outcomes) = better.draw(200_000, &mut Random::new(1, 1));
        let auc = |model: usize| Ranking::new(&scores[model], &outcomes).auc(None).unwrap();
        assert!((auc(1) - auc(0) - 0.01).abs() < 0.002, "{} and {}", auc(0), auc(1));
        let promoted = better.promotions();
        assert!(promoted >= 92, "{promoted} of 100");
    }

    #[test]
    fn a_challenger_that_differs_by_chance_only_is_refused() {
        let same = World {
            bad: 0.08,
            apart: [APART[0]; 2],
            correlation: 0.95,
        };
        let promoted = same.promotions();
        assert!(promoted <= 3, "{promoted} of 100");
    }

    #[test]
    fn figures_are_those_of_the_decisions() {
        let outcomes = [true, false, true, false];
        let champion = Contender {
            probabilities: &[0.5, 0.5, 0.01, 0.01],
            threshold: 0.2,
        };
        let challenger = Contender {
            probabilities: &[0.5, 0.01, 0.5, 0.01],
            threshold: 0.2,
        };
        let verdict = contest(champion, challenger, &outcomes, COSTS);
        assert_eq!((verdict.champion, verdict.challenger), (11.0 / 4.0, 0.0));
        assert_eq!(verdict.difference.value, -11.0 / 4.0);
        assert!(
            (verdict.around.value + 11.0 / 4.0).abs() < 1e-12,
            "{:?}",
            verdict.around
        );
        assert_eq!((verdict.clients, verdict.bad), (4, 2));
        assert_eq!(contest(champion, champion, &outcomes, COSTS).lower_in, 0.0);
        assert!(
            !contest(champion, champion, &outcomes, COSTS).better,
            "the same is not better"
        );
    }

    #[test]
    fn ratios_surround_those_of_the_policy() {
        let ratios = ratios(COSTS);
        let of = |place: usize| ratios[place].false_negative / ratios[place].false_positive;
        assert!((of(0) - 2.5).abs() < 1e-12 && (of(7) - 10.0).abs() < 1e-12 && (of(14) - 40.0).abs() < 1e-12);
    }
}
