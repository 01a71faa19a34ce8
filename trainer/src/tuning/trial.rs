//! What was tried, and how good it was.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use candor_core::decision::{Calibration, Costs, probability_of};
use candor_core::stats::{CALIBRATION_BINS, Ranking, expected_calibration_error, outcome_at};
use serde::{Deserialize, Serialize};

use crate::training::OutOfFold;

/// What a search improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The area under the ROC curve.
    Auc,
    /// The cost per client at the break-even threshold of the policy.
    Cost,
}

/// One trial, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Number, from 1.
    pub trial: usize,
    /// What was searched, with the values that were tried.
    pub parameters: BTreeMap<String, String>,
    /// The objective over the folds so far, after each fold. Approximate: calibrated on the rows that it is measured
    /// on.
    pub after: Vec<f64>,
    /// The out-of-fold figures; `None` when the trial was given up.
    pub figures: Option<Figures>,
    /// Why the learner refused the parameters, if it did.
    pub failed: Option<String>,
}

/// Out-of-fold figures: the same that `candor train --cv` shows for the same parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Cost per client at break-even.
    pub cost: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
    /// Trees of each fold's model.
    pub trees: Vec<usize>,
}

impl Objective {
    /// What is to be made small.
    pub fn loss(self, figure: f64) -> f64 {
        match self {
            Self::Auc => -figure,
            Self::Cost => figure,
        }
    }

    /// The objective among out-of-fold figures.
    pub fn of(self, figures: &Figures) -> f64 {
        match self {
            Self::Auc => figures.auc,
            Self::Cost => figures.cost,
        }
    }

    /// The objective of the raw scores of the folds so far; `None` when they do not rank.
    pub(super) fn so_far(self, raw: &[f64], outcomes: &[bool], costs: &Costs) -> Option<f64> {
        match self {
            Self::Auc => Ranking::new(raw, outcomes).auc(None),
            Self::Cost => {
                let calibration = Calibration::fit(raw, outcomes)?;
                let probabilities: Vec<f64> = raw.iter().map(|&raw| probability_of(calibration.apply(raw))).collect();
                Some(outcome_at(&probabilities, outcomes, costs.break_even(), None).cost_per_client(costs))
            }
        }
    }
}

impl Figures {
    /// Of calibrated out-of-fold probabilities; `None` with one class only.
    pub(super) fn of(out_of_fold: &OutOfFold, outcomes: &[bool], costs: &Costs) -> Option<Self> {
        let probabilities = &out_of_fold.probabilities;
        Some(Self {
            auc: Ranking::new(probabilities, outcomes).auc(None)?,
            cost: outcome_at(probabilities, outcomes, costs.break_even(), None).cost_per_client(costs),
            calibration_error: expected_calibration_error(probabilities, outcomes, CALIBRATION_BINS),
            trees: out_of_fold.trees.clone(),
        })
    }
}

impl Trial {
    /// Orders trials by merit, the best first. Those that were given up come after all others, by how far they got and
    /// then by their last figure; those that failed come last. Of equals, the earlier is the better one.
    fn merit(&self, other: &Self, objective: Objective) -> Ordering {
        let standing = |trial: &Self| match &trial.figures {
            Some(figures) => (0, 0, objective.loss(objective.of(figures))),
            None => match trial.after.last().filter(|_| trial.failed.is_none()) {
                Some(&last) => (1, usize::MAX - trial.after.len(), objective.loss(last)),
                None => (2, 0, 0.0),
            },
        };
        let (a, b) = (standing(self), standing(other));
        (a.0, a.1)
            .cmp(&(b.0, b.1))
            .then(a.2.total_cmp(&b.2))
            .then(self.trial.cmp(&other.trial))
    }
}

/// The trials, the best first.
pub fn ranked(trials: &[Trial], objective: Objective) -> Vec<&Trial> {
    let mut order: Vec<&Trial> = trials.iter().collect();
    order.sort_by(|a, b| a.merit(b, objective));
    order
}

/// The best trial that went to its end.
pub fn best(trials: &[Trial], objective: Objective) -> Option<(&Trial, &Figures)> {
    let best = ranked(trials, objective).into_iter().next()?;
    Some((best, best.figures.as_ref()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_failures_last() {
        let trial = |number: usize, after: &[f64], auc: Option<f64>, failed: bool| Trial {
            trial: number,
            parameters: BTreeMap::new(),
            after: after.to_vec(),
            figures: auc.map(|auc| Figures {
                auc,
                cost: auc,
                calibration_error: 0.0,
                trees: Vec::new(),
            }),
            failed: failed.then(String::new),
        };
        let trials = [
            trial(1, &[0.9], None, true),
            trial(2, &[0.9], None, false),
            trial(3, &[0.6, 0.5], None, false),
            trial(4, &[0.7], Some(0.70), false),
            trial(5, &[0.7], Some(0.72), false),
            trial(6, &[0.7], Some(0.72), false),
            trial(7, &[0.8], None, false),
        ];
        let order = |objective| ranked(&trials, objective).iter().map(|t| t.trial).collect::<Vec<_>>();
        assert_eq!(order(Objective::Auc), [5, 6, 4, 3, 2, 7, 1]);
        assert_eq!(order(Objective::Cost), [4, 5, 6, 3, 7, 2, 1]);
        assert_eq!(best(&trials, Objective::Auc).unwrap().0.trial, 5);
        assert_eq!(best(&trials[..3], Objective::Auc), None);
    }

    #[test]
    fn cost_so_far_calibrates_first() {
        // Scores that are far off as probabilities, but rank well: one default among four good clients at the top.
        let raw: Vec<f64> = (0..200).map(|row| f64::from(row) * 0.1 + 40.0).collect();
        let outcomes: Vec<bool> = (0..200).map(|row| row > 100 && row % 5 == 0).collect();
        let costs = Costs {
            false_negative: 10.0,
            false_positive: 1.0,
        };
        let cost = Objective::Cost.so_far(&raw, &outcomes, &costs).unwrap();
        assert!(cost < 0.6, "declining everybody costs 0.9, this {cost}");
        assert!(Objective::Auc.so_far(&raw, &outcomes, &costs).unwrap() > 0.7);
        assert_eq!(Objective::Auc.so_far(&raw, &[false; 200], &costs), None);
    }
}
