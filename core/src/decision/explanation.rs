//! Why an application got its score: contributions, groups, reasons, and the waterfall that adds up.

use super::{Policy, Score};
use crate::ensemble::order::descending;
use crate::preprocessing::Preprocessing;
use crate::schema::Schema;

/// A score and what it is made of, all in calibrated log-odds unless said otherwise:
/// `base_value` + the sum of `contributions` = `score.log_odds`, to 1e-12.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    /// The answer that is explained.
    pub score: Score,
    /// Mean log-odds over the training population, or over the background that is compared with: where contributions
    /// start from.
    pub base_value: f64,
    /// What each feature adds, in feature order.
    pub contributions: Vec<f64>,
    /// What each reason group adds, largest effect first; groups without features are left out.
    pub groups: Vec<GroupContribution>,
    /// The groups that raise the risk most, at most as many as the policy allows.
    pub reasons: Vec<Reason>,
    /// Base, groups and score in whole points that add up as they are shown.
    pub waterfall: Waterfall,
}

/// What the features of one reason group add together.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupContribution {
    /// Position in [`Schema::groups`](crate::Schema::groups).
    pub group: usize,
    /// Sum of the features' contributions, in log-odds.
    pub log_odds: f64,
    /// The same in points (negative when the group raises the risk).
    pub points: f64,
}

/// A principal reason: a group that raises the risk.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reason {
    /// Position in [`Schema::groups`](crate::Schema::groups).
    pub group: usize,
    /// What it adds, above 0.
    pub log_odds: f64,
    /// What it costs in points, below 0.
    pub points: f64,
    /// Positions of the raw fields behind the risk-raising features, largest contribution first: the group's own where it
    /// has any, since a feature may also read fields of other groups.
    pub fields: Vec<usize>,
}

/// Whole points from the base to the score.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Waterfall {
    /// Points of the base value.
    pub base: i64,
    /// One step per group, in the order of [`Explanation::groups`].
    pub steps: Vec<WaterfallStep>,
    /// Points of the score: exactly `base` plus all steps.
    pub total: i64,
}

/// A step of the waterfall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WaterfallStep {
    /// Position in [`Schema::groups`](crate::Schema::groups).
    pub group: usize,
    /// Whole points that the group adds.
    pub points: i64,
}

/// A reason must be worth at least this many log-odds: what is smaller is numerical dust, not a reason.
const LEAST_REASON: f64 = 1e-9;
/// Fields named with one reason.
const MOST_FIELDS: usize = 3;

impl Explanation {
    /// Groups, ranks and rounds contributions.
    pub(crate) fn new(
        score: Score,
        base_value: f64,
        contributions: Vec<f64>,
        schema: &Schema,
        preprocessing: &Preprocessing,
        policy: &Policy,
    ) -> Self {
        let group_of = |feature: usize| usize::from(preprocessing.features[feature].group);
        let mut sums = vec![None; schema.groups.len()];
        for (feature, contribution) in contributions.iter().enumerate() {
            *sums[group_of(feature)].get_or_insert(0.0) += contribution;
        }
        let groups: Vec<GroupContribution> = sums
            .into_iter()
            .enumerate()
            .filter_map(|(group, sum)| {
                sum.map(|log_odds| GroupContribution {
                    group,
                    log_odds,
                    points: policy.scaling.difference(log_odds),
                })
            })
            .collect();
        let groups: Vec<GroupContribution> = descending(groups.len(), &|index| groups[index].log_odds.abs())
            .into_iter()
            .map(|index| groups[index])
            .collect();

        let reasons = groups
            .iter()
            .filter(|group| group.log_odds > LEAST_REASON)
            .take(usize::from(policy.most_reasons))
            .map(|group| Reason {
                group: group.group,
                log_odds: group.log_odds,
                points: group.points,
                fields: fields_behind(group.group, &contributions, preprocessing, schema),
            })
            .collect();
        let waterfall = Waterfall::new(policy.scaling.points(base_value), &groups, score.points);
        Self {
            score,
            base_value,
            contributions,
            groups,
            reasons,
            waterfall,
        }
    }
}

/// Raw fields behind the features of `group` that raise the risk, largest contribution first. A feature that mixes fields
/// of several groups counts in its own, so only the fields of that group are named, unless there is none.
fn fields_behind(group: usize, contributions: &[f64], preprocessing: &Preprocessing, schema: &Schema) -> Vec<usize> {
    let raising: Vec<usize> = (0..contributions.len())
        .filter(|&feature| usize::from(preprocessing.features[feature].group) == group)
        .filter(|&feature| contributions[feature] > LEAST_REASON)
        .collect();
    let mut fields = Vec::new();
    for field in descending(raising.len(), &|index| contributions[raising[index]])
        .into_iter()
        .map(|index| raising[index])
        .flat_map(|feature| preprocessing.fields_behind(feature))
    {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let of_group = |field: &usize| usize::from(schema.fields[*field].group) == group;
    if fields.iter().any(of_group) {
        fields.retain(of_group);
    }
    fields.truncate(MOST_FIELDS);
    fields
}

impl Waterfall {
    /// Rounds base, steps and total so that the whole numbers add up: each part is rounded down, and the points still
    /// missing go to the parts with the largest fractions (largest-remainder method). No part is off by more than a
    /// point, and by a whole one only where base and total both end in exactly a half.
    fn new(base: f64, groups: &[GroupContribution], total: f64) -> Self {
        // A hostile model can ask for points without bounds; real ones are a few hundreds. 65,536 groups of these fit.
        #[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
        let whole = |points: f64| points.clamp(-1e12, 1e12) as i64;
        let whole_base = whole(base.round());
        let whole_total = whole(total.round());
        let mut steps: Vec<WaterfallStep> = groups
            .iter()
            .map(|g| WaterfallStep {
                group: g.group,
                points: whole(g.points.floor()),
            })
            .collect();
        let mut missing = whole_total - whole_base - steps.iter().map(|step| step.points).sum::<i64>();
        let fraction = |index: usize| groups[index].points - groups[index].points.floor();
        for index in descending(steps.len(), &fraction) {
            if missing <= 0 {
                break;
            }
            steps[index].points += 1;
            missing -= 1;
        }
        // Rounding base and total can leave up to one point over either way; it goes to the largest steps.
        for step in &mut steps {
            step.points += missing.signum();
            missing -= missing.signum();
        }
        let total = whole_base + steps.iter().map(|step| step.points).sum::<i64>();
        Self {
            base: whole_base,
            steps,
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_that_are_missing_go_to_the_largest_fractions() {
        for (base, parts, total, base_shown, shown, total_shown) in [
            (0.0, &[0.6, 0.3, 0.3][..], 1.2, 0, &[1, 0, 0][..], 1),
            (0.0, &[1.3, 0.9], 2.2, 0, &[1, 1], 2),
            (600.4, &[-80.7, 20.6, -3.1], 537.2, 600, &[-81, 21, -3], 537),
            (0.0, &[-0.3, -0.3, -0.3], -0.9, 0, &[0, 0, -1], -1),
            (0.5, &[-1.0], -0.5, 1, &[-2], -1),
            (-0.5, &[1.0], 0.5, -1, &[2], 1),
            (0.5, &[-1.0, 0.0], -0.5, 1, &[-2, 0], -1),
            (1.0, &[], 1.0, 1, &[], 1),
            (f64::NAN, &[f64::NAN], f64::NAN, 0, &[0], 0),
            (1e300, &[-1e300], 0.0, 1_000_000_000_000, &[-1_000_000_000_000], 0),
        ] {
            let groups: Vec<GroupContribution> = parts
                .iter()
                .enumerate()
                .map(|(group, &points)| GroupContribution {
                    group,
                    log_odds: -points,
                    points,
                })
                .collect();
            let found = Waterfall::new(base, &groups, total);
            let steps: Vec<i64> = found.steps.iter().map(|step| step.points).collect();
            assert_eq!(
                (found.base, &steps[..], found.total),
                (base_shown, shown, total_shown),
                "{base} {parts:?} {total}"
            );
        }
    }
}
