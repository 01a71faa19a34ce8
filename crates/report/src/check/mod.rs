//! Figures that cannot all be right. A report is written from figures that were computed on different ways from the same
//! clients; where an identity between them does not hold, one of them is wrong, and the report is refused.

mod decisions;
mod performance;
mod population;

use std::fmt;

use candor_core::artifact::Interval;
use candor_core::decision::Costs;

use super::figures::Figures;

/// Figures that contradict each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// Where they stand, such as `part test`.
    pub place: String,
    /// What should hold, such as `Gini = 2 · AUC − 1`.
    pub rule: &'static str,
    /// The figures by name.
    pub figures: Vec<(&'static str, f64)>,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures: Vec<String> = self
            .figures
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        write!(
            formatter,
            "{}: {} cannot go together ({})",
            self.place,
            figures.join(", "),
            self.rule
        )
    }
}

/// Every contradiction between the figures of a report, in its order.
pub fn check(figures: &Figures) -> Vec<Contradiction> {
    let mut checker = Checker {
        place: String::new(),
        costs: figures.policy.costs,
        found: Vec::new(),
    };
    for part in &figures.parts {
        checker.at(format!("part {}", part.name)).part(part);
    }
    for recorded in &figures.lineage.card.parts {
        if let Some(metrics) = &recorded.metrics {
            checker.at(format!("part {} as recorded at training", recorded.name));
            checker.metrics(metrics, count(recorded.bad) / count(recorded.rows));
            if let Some(part) = figures.parts.iter().find(|part| part.name == recorded.name) {
                checker.same_as_recorded(part, recorded.rows, recorded.bad, metrics);
            }
        }
    }
    let of_part = |name: &str| figures.parts.iter().find(|part| part.name == *name);
    let (Some(measured), Some(developed)) = (of_part(&figures.measured_on), of_part(&figures.developed_on)) else {
        checker.at("the report".into());
        checker.refuse(
            "the parts that it is about are there",
            &[("parts", count(figures.parts.len() as u64))],
        );
        return checker.found;
    };
    checker.generalisation(figures, developed, measured);
    checker.calibration(figures, measured);
    checker.bands(figures, measured);
    checker.cost_curve(figures, measured);
    checker.inputs(figures, developed);
    checker.importance(figures);
    checker.stability(figures, measured);
    checker.fairness(figures, measured);
    checker.found
}

struct Checker {
    place: String,
    costs: Costs,
    found: Vec<Contradiction>,
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn count(rows: u64) -> f64 {
    rows as f64
}

/// Equal but for rounding.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

impl Checker {
    fn at(&mut self, place: String) -> &mut Self {
        self.place = place;
        self
    }

    fn refuse(&mut self, rule: &'static str, figures: &[(&'static str, f64)]) {
        self.found.push(Contradiction {
            place: self.place.clone(),
            rule,
            figures: figures.to_vec(),
        });
    }

    fn holds(&mut self, holds: bool, rule: &'static str, figures: &[(&'static str, f64)]) {
        if !holds {
            self.refuse(rule, figures);
        }
    }

    /// Shares lie between 0 and 1.
    fn shares(&mut self, shares: &[(&'static str, f64)]) {
        for &(name, value) in shares {
            self.holds(
                (0.0..=1.0).contains(&value),
                "a share lies between 0 and 1",
                &[(name, value)],
            );
        }
    }

    /// The ends of an interval are in order; those of a bootstrap need not hold the value, which can be biased.
    fn interval(&mut self, name: &'static str, interval: Interval) {
        let Interval { value, low, high } = interval;
        let sound = low <= high && value.is_finite();
        self.holds(
            sound,
            "an interval goes from low to high",
            &[(name, value), ("low", low), ("high", high)],
        );
    }

    /// Counts of disjoint groups add up.
    fn sum(&mut self, rule: &'static str, parts: impl Iterator<Item = u64>, name: &'static str, whole: u64) {
        let sum = parts.fold(0_u64, u64::saturating_add);
        self.holds(sum == whole, rule, &[("sum", count(sum)), (name, count(whole))]);
    }
}
