//! What Evidently 0.7 would decide, under its own names, to be held beside what Candor decides (`verdict.rs`).
//!
//! Its rules (`evidently/legacy/calculations/stattests`): what is missing or infinite is left out. With at most 1,000
//! reference values, numbers are told apart by the Kolmogorov–Smirnov test, levels by the chi-square test, two of them by
//! the Z-test; a p-value below 0.05 is drift. With more, numbers have drifted from a Wasserstein distance of 0.1 standard
//! deviations on, levels from a Jensen–Shannon distance of 0.1 on. Numbers with at most five values, in both samples
//! together, are treated as levels. A data set has drifted when half of its columns have. Columns are numbers or levels as
//! the model's schema says, as if by a data definition; one without any value, which Evidently refuses, has no decision.

use candor_core::stats::{
    Between, Sketch, chi_square_above, histogram, jensen_shannon_distance, ks_distance, ks_p_value, mean_and_deviation,
    normal_beyond, sturges_edges, wasserstein_distance,
};
use serde::{Deserialize, Serialize};

/// Most reference values for which p-values are looked at.
const MOST_TESTED: u64 = 1000;
/// Most distinct values of a number that is treated as levels.
const MOST_AS_LEVELS: usize = 5;
/// Distinct reference values from which on its PSI and Jensen–Shannon distance have bins.
const MOST_UNBINNED: usize = 20;
/// Share of drifted columns from which a data set has drifted.
pub const DRIFT_SHARE: f64 = 0.5;

/// A test, by the name that Evidently shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// Kolmogorov–Smirnov.
    #[serde(rename = "K-S p_value")]
    KolmogorovSmirnov,
    /// Pearson's chi-square, of the current counts against the reference's shares.
    #[serde(rename = "chi-square p_value")]
    ChiSquare,
    /// Two shares.
    #[serde(rename = "Z-test p_value")]
    ZTest,
    /// In standard deviations of the reference, which count as 0.001 at least.
    #[serde(rename = "Wasserstein distance (normed)")]
    Wasserstein,
    /// In natural logarithms.
    #[serde(rename = "Jensen-Shannon distance")]
    JensenShannon,
}

impl Test {
    /// The name that Evidently shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::KolmogorovSmirnov => "K-S p_value",
            Self::ChiSquare => "chi-square p_value",
            Self::ZTest => "Z-test p_value",
            Self::Wasserstein => "Wasserstein distance (normed)",
            Self::JensenShannon => "Jensen-Shannon distance",
        }
    }

    /// Its default threshold.
    pub fn threshold(self) -> f64 {
        match self {
            Self::KolmogorovSmirnov | Self::ChiSquare | Self::ZTest => 0.05,
            Self::Wasserstein | Self::JensenShannon => 0.1,
        }
    }

    fn drifts(self, score: f64) -> bool {
        match self {
            Self::KolmogorovSmirnov => score <= self.threshold(),
            Self::ChiSquare | Self::ZTest => score < self.threshold(),
            Self::Wasserstein | Self::JensenShannon => score >= self.threshold(),
        }
    }

    fn decide(self, score: Between) -> Decision {
        let drifted = self.drifts(score.value);
        Decision {
            test: self,
            score,
            threshold: self.threshold(),
            drifted,
            certain: self.drifts(score.low) == drifted && self.drifts(score.high) == drifted,
        }
    }
}

/// What Evidently decides of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The test that it chooses.
    pub test: Test,
    /// A p-value or a distance; known up to bounds where only the model file tells of the reference.
    pub score: Between,
    /// What the score is compared with.
    pub threshold: f64,
    /// Whether the column has drifted.
    pub drifted: bool,
    /// Whether every score between the bounds would be decided alike.
    pub certain: bool,
}

/// The scores of named tests, whichever is the default one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// `ks`: p-value.
    pub ks: Option<Between>,
    /// `wasserstein`.
    pub wasserstein: Option<Between>,
    /// `jensenshannon`: over Sturges bins where the reference has more than 20 values.
    pub jensenshannon: Option<f64>,
    /// `psi`: over the same bins, an empty one counting as 0.0001.
    pub psi: Option<f64>,
}

/// Reference values of a number.
#[derive(Debug, Clone, Copy)]
pub enum Numbers<'a> {
    /// All of them, sorted.
    Values(&'a [f64]),
    /// What the model file keeps of them.
    Sketch(&'a Sketch),
}

impl Numbers<'_> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a count of rows in memory or of a model's training table"
    )]
    fn count(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Sketch(sketch) => sketch.count() as usize,
        }
    }

    /// Distinct values and their counts; `None` where a sketch does not know them.
    fn values(&self) -> Option<Vec<(f64, u64)>> {
        match self {
            Self::Values(values) => Some(counted(values)),
            Self::Sketch(sketch) => {
                let (values, counts) = sketch.values()?;
                Some(values.iter().copied().zip(counts.iter().copied()).collect())
            }
        }
    }

    fn ks_p_value(&self, current: &[f64]) -> Between {
        let p_value = |distance| ks_p_value(self.count(), current.len(), distance);
        match self {
            Self::Values(values) => p_value(ks_distance(values, current)).into(),
            Self::Sketch(sketch) => {
                let distance = sketch.ks_distance(current);
                Between {
                    value: p_value(distance.value),
                    low: p_value(distance.high),
                    high: p_value(distance.low),
                }
            }
        }
    }

    fn wasserstein(&self, current: &[f64]) -> Between {
        let (distance, deviation) = match self {
            Self::Values(values) => (
                Between::from(wasserstein_distance(values, current)),
                mean_and_deviation(values).map_or(0.0, |(_, deviation)| deviation),
            ),
            Self::Sketch(sketch) => (sketch.wasserstein_distance(current), sketch.deviation()),
        };
        let norm = deviation.max(0.001);
        // A sketch that is not exact keeps twenty binary digits of the deviation.
        let off = if distance.low < distance.high { 1e-6 } else { 0.0 };
        Between {
            value: distance.value / norm,
            low: distance.low / norm * (1.0 - off),
            high: distance.high / norm * (1.0 + off),
        }
    }
}

/// What Evidently decides of numbers; `current` is sorted. `None` where either side is empty.
pub fn numbers(reference: Numbers<'_>, current: &[f64]) -> Option<Decision> {
    let (reference, current) = (reference.finite(), finite(current));
    if reference.count() == 0 || current.is_empty() {
        return None;
    }
    let few = reference
        .values()
        .and_then(|values| as_levels(&values, &counted(current), MOST_AS_LEVELS));
    Some(match few {
        Some((before, now)) => levels(&before, &now)?,
        None if reference.count() as u64 <= MOST_TESTED => {
            Test::KolmogorovSmirnov.decide(reference.ks_p_value(current))
        }
        None => Test::Wasserstein.decide(reference.wasserstein(current)),
    })
}

/// What Evidently decides of counts by level. `None` where either side is empty.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn levels(reference: &[u64], current: &[u64]) -> Option<Decision> {
    let (before_all, now_all): (u64, u64) = (reference.iter().sum(), current.iter().sum());
    if before_all == 0 || now_all == 0 {
        return None;
    }
    let seen: Vec<(f64, f64)> = reference
        .iter()
        .zip(current)
        .filter(|(before, now)| **before + **now > 0)
        .map(|(&before, &now)| (before as f64, now as f64))
        .collect();
    let (before_all, now_all) = (before_all as f64, now_all as f64);
    if before_all > MOST_TESTED as f64 {
        let (before, now): (Vec<f64>, Vec<f64>) = seen.into_iter().unzip();
        return Some(Test::JensenShannon.decide(jensen_shannon_distance(&before, &now).into()));
    }
    if let [.., second] = seen[..]
        && seen.len() <= 2
    {
        // All clients in one level, then and now, are no drift.
        let p_value = if seen.len() == 1 {
            1.0
        } else {
            let (before, now) = (second.0 / before_all, second.1 / now_all);
            let share = (second.0 + second.1) / (before_all + now_all);
            let error = libm::sqrt(share * (1.0 - share) * (1.0 / before_all + 1.0 / now_all));
            normal_beyond((before - now) / error)
        };
        return Some(Test::ZTest.decide(p_value.into()));
    }
    let scale = now_all / before_all;
    let statistic = seen.iter().fold(0.0, |sum, (before, now)| {
        let expected = before * scale;
        sum + (now - expected) * (now - expected) / expected
    });
    Some(Test::ChiSquare.decide(chi_square_above(statistic, seen.len() as u64 - 1).into()))
}

/// The named tests of numbers; `current` is sorted.
pub fn number_scores(reference: Numbers<'_>, current: &[f64]) -> Scores {
    let (reference, current) = (reference.finite(), finite(current));
    if reference.count() == 0 || current.is_empty() {
        return Scores {
            ks: None,
            wasserstein: None,
            jensenshannon: None,
            psi: None,
        };
    }
    let known = reference.values();
    let binned = match (&known, reference) {
        (Some(values), _) if values.len() <= MOST_UNBINNED => {
            as_levels(values, &counted(current), usize::MAX).map(|counts| (counts.0, counts.1))
        }
        (_, Numbers::Values(values)) => {
            let edges = sturges_edges(values, current);
            Some((histogram(values, &edges), histogram(current, &edges)))
        }
        // Bins of equal width cut through the cells of a sketch.
        (_, Numbers::Sketch(_)) => None,
    };
    let of_levels = binned.map(|(before, now)| level_scores(&before, &now));
    Scores {
        ks: Some(reference.ks_p_value(current)),
        wasserstein: Some(reference.wasserstein(current)),
        jensenshannon: of_levels.as_ref().and_then(|scores| scores.jensenshannon),
        psi: of_levels.and_then(|scores| scores.psi),
    }
}

/// The named tests of counts by level or bin.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
pub fn level_scores(reference: &[u64], current: &[u64]) -> Scores {
    let mut scores = Scores {
        ks: None,
        wasserstein: None,
        jensenshannon: None,
        psi: None,
    };
    let (before_all, now_all): (u64, u64) = (reference.iter().sum(), current.iter().sum());
    if before_all == 0 || now_all == 0 {
        return scores;
    }
    let shares =
        |counts: &[u64], all: u64| -> Vec<f64> { counts.iter().map(|&count| count as f64 / all as f64).collect() };
    let (mut before, mut now) = (shares(reference, before_all), shares(current, now_all));
    scores.jensenshannon = Some(jensen_shannon_distance(&before, &now));
    // A level that neither side has is no bin of Evidently's.
    let seen: Vec<bool> = before
        .iter()
        .zip(&now)
        .map(|(before, now)| before + now > 0.0)
        .collect();
    for shares in [&mut before, &mut now] {
        let least = shares.iter().copied().filter(|&share| share > 0.0).fold(1.0, f64::min);
        let filler = if least <= 1e-4 { least / 1e6 } else { 1e-4 };
        for share in shares.iter_mut().filter(|share| **share == 0.0) {
            *share = filler;
        }
    }
    scores.psi = Some(
        before
            .iter()
            .zip(&now)
            .zip(seen)
            .fold(0.0, |sum, ((before, now), seen)| {
                sum + if seen {
                    (before - now) * libm::log(before / now)
                } else {
                    0.0
                }
            }),
    );
    scores
}

impl<'a> Numbers<'a> {
    fn finite(self) -> Self {
        match self {
            Self::Values(values) => Self::Values(finite(values)),
            sketch @ Self::Sketch(_) => sketch,
        }
    }
}

/// What is finite of sorted values.
fn finite(sorted: &[f64]) -> &[f64] {
    let from = sorted.partition_point(|&value| value == f64::NEG_INFINITY);
    let until = sorted.partition_point(|&value| value < f64::INFINITY);
    sorted.get(from..until).unwrap_or_default()
}

/// Distinct values of a sorted sample, and how often each occurs.
fn counted(sorted: &[f64]) -> Vec<(f64, u64)> {
    let mut values: Vec<(f64, u64)> = Vec::new();
    for &value in sorted {
        match values.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => values.push((value, 1)),
        }
    }
    values
}

/// Counts of two samples over all values that either has; `None` when these are more than `most`.
fn as_levels(before: &[(f64, u64)], now: &[(f64, u64)], most: usize) -> Option<(Vec<u64>, Vec<u64>)> {
    let (mut i, mut j) = (0, 0);
    let (mut counts_before, mut counts_now) = (Vec::new(), Vec::new());
    while i < before.len() || j < now.len() {
        if counts_before.len() == most {
            return None;
        }
        let (x, y) = (before.get(i), now.get(j));
        let value = x.map_or(f64::INFINITY, |x| x.0).min(y.map_or(f64::INFINITY, |y| y.0));
        let take = |next: Option<&(f64, u64)>, place: &mut usize| match next {
            Some(&(found, count)) if found <= value => {
                *place += 1;
                count
            }
            _ => 0,
        };
        counts_before.push(take(x, &mut i));
        counts_now.push(take(y, &mut j));
    }
    Some((counts_before, counts_now))
}
