//! Giving up trials that the first folds show to be hopeless.

use super::trial::{Objective, Trial};

/// A trial is looked at after each of so many folds; then it is worth its end.
const LOOKS: usize = 2;
/// Fewest earlier trials to compare with.
const LEAST: usize = 5;

/// Whether a trial that shows these figures after each of its folds so far is given up: it is worse than the median of
/// the earlier trials after the same folds (the median rule of Golovin and others 2017). All trials have the same
/// folds, so that what is easy or hard about a fold is the same for all.
pub(super) fn is_hopeless(objective: Objective, after: &[f64], earlier: &[Trial]) -> bool {
    let folds = after.len();
    let Some(&now) = after.last().filter(|_| folds <= LOOKS) else {
        return false;
    };
    let mut losses: Vec<f64> = earlier
        .iter()
        .filter_map(|trial| trial.after.get(folds - 1))
        .map(|&figure| objective.loss(figure))
        .collect();
    if losses.len() < LEAST {
        return false;
    }
    losses.sort_by(f64::total_cmp);
    let median = f64::midpoint(losses[(losses.len() - 1) / 2], losses[losses.len() / 2]);
    objective.loss(now) > median
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn trials(figures: &[&[f64]]) -> Vec<Trial> {
        let trial = |(number, after): (usize, &&[f64])| Trial {
            trial: number + 1,
            parameters: BTreeMap::new(),
            after: after.to_vec(),
            figures: None,
            failed: None,
        };
        figures.iter().enumerate().map(trial).collect()
    }

    #[test]
    fn the_worse_half_is_given_up_after_the_first_folds() {
        let earlier = trials(&[
            &[0.70, 0.71, 0.72],
            &[0.71, 0.72],
            &[0.72, 0.73],
            &[0.73],
            &[0.74, 0.70],
            &[],
        ]);
        for (objective, after, hopeless) in [
            (Objective::Auc, &[0.719][..], true),
            (Objective::Auc, &[0.72], false),
            (Objective::Auc, &[0.75], false),
            (Objective::Cost, &[0.721], true),
            (Objective::Cost, &[0.70], false),
            // Four earlier trials have a second fold: too few.
            (Objective::Auc, &[0.72, 0.60], false),
            (Objective::Auc, &[], false),
        ] {
            assert_eq!(
                is_hopeless(objective, after, &earlier),
                hopeless,
                "{objective:?} {after:?}"
            );
        }
        assert!(!is_hopeless(Objective::Auc, &[0.1], &earlier[..4]), "four are too few");
        let long = [0.8, 0.8, 0.8, 0.8];
        let earlier = trials(&[&long[..]; 5]);
        assert!(is_hopeless(Objective::Auc, &[0.8, 0.7], &earlier));
        assert!(
            !is_hopeless(Objective::Auc, &[0.8, 0.8, 0.1], &earlier),
            "past the looks"
        );
    }
}
