//! What inputs, periods and groups must satisfy.

use candor_core::stats::weight_of_evidence;
use candor_portfolio::Values;

use super::{Checker, count, same};
use crate::figures::{Figures, PartFigures, PeriodKind};

impl Checker {
    pub(super) fn inputs(&mut self, figures: &Figures, part: &PartFigures) {
        for input in &figures.inputs {
            self.at(format!("input {}", input.input.name));
            self.sum(
                "bins add up to clients",
                input.bins.iter().map(|bin| bin.rows),
                "clients",
                part.rows,
            );
            self.sum(
                "bins add up to defaults",
                input.bins.iter().map(|bin| bin.bad),
                "defaults",
                part.bad,
            );
            let counts: Vec<(u64, u64)> = input
                .bins
                .iter()
                .map(|bin| (bin.rows.saturating_sub(bin.bad), bin.bad))
                .collect();
            let Some(evidence) = weight_of_evidence(&counts) else {
                continue;
            };
            for (bin, &weight) in input.bins.iter().zip(&evidence.weights) {
                self.holds(
                    same(bin.weight, weight) && same(bin.bad_rate, count(bin.bad) / count(bin.rows)),
                    "the weight of evidence and the bad rate follow from the counts",
                    &[
                        ("weight", bin.weight),
                        ("as counted", weight),
                        ("bad rate", bin.bad_rate),
                    ],
                );
            }
            let information = input.information_value.unwrap_or(evidence.information_value);
            self.holds(
                same(information, evidence.information_value),
                "the information value is the sum over the bins",
                &[("information value", information), ("sum", evidence.information_value)],
            );
            let missing = input.bins.iter().filter(|bin| bin.values == Values::Missing);
            let missing = missing.fold(0_u64, |sum, bin| sum.saturating_add(bin.rows));
            self.holds(
                same(input.missing_share, count(missing) / count(part.rows)),
                "the share of missing values is that of their bin",
                &[("share missing", input.missing_share), ("rows missing", count(missing))],
            );
        }
    }

    pub(super) fn importance(&mut self, figures: &Figures) {
        self.at("importance".into());
        let sum = figures
            .importance
            .features
            .iter()
            .fold(0.0, |sum, feature| sum + feature.gain_share);
        let splits: u64 = figures.importance.features.iter().map(|feature| feature.splits).sum();
        self.holds(
            same(sum, 1.0) || (sum == 0.0 && splits == 0),
            "the shares of gain add up to 1",
            &[("sum", sum)],
        );
        let scaling = figures.policy.scaling;
        for feature in &figures.importance.features {
            let expected = scaling.difference(feature.mean_contribution).abs();
            self.holds(
                same(feature.mean_points, expected),
                "points are log-odds on the policy's scale",
                &[("points", feature.mean_points), ("log-odds", feature.mean_contribution)],
            );
        }
    }

    pub(super) fn stability(&mut self, figures: &Figures, measured: &PartFigures) {
        let stability = &figures.stability;
        for period in &stability.periods {
            self.at(format!("period {}", period.name));
            self.shares(&[
                ("bad rate", period.bad_rate),
                ("approval rate", period.approval_rate),
                ("AUC", period.auc.unwrap_or(0.5)),
            ]);
            self.holds(
                period.index.is_none_or(|index| index >= -1e-12),
                "a stability index is never below 0",
                &[("index", period.index.unwrap_or(0.0))],
            );
            if let Some(part) = figures
                .parts
                .iter()
                .find(|part| period.by == PeriodKind::Part && part.name == period.name)
            {
                let figures = [
                    ("clients of the period", count(period.rows)),
                    ("clients of the part", count(part.rows)),
                    ("bad rate of the period", period.bad_rate),
                    ("bad rate of the part", part.bad_rate),
                    ("approval rate of the period", period.approval_rate),
                    ("approval rate of the part", part.decisions.approval_rate),
                ];
                self.holds(
                    figures.chunks(2).all(|pair| same(pair[0].1, pair[1].1)),
                    "a part is described alike wherever it is shown",
                    &figures,
                );
            }
        }
        let rows = |kind: PeriodKind| {
            stability
                .periods
                .iter()
                .filter(move |period| period.by == kind)
                .map(|period| period.rows)
        };
        self.at("stability".into());
        if rows(PeriodKind::Month).count() > 0 {
            self.sum(
                "months add up to clients",
                rows(PeriodKind::Month),
                "clients",
                measured.rows,
            );
        }
        if rows(PeriodKind::Fold).count() > 0 {
            let all = figures.lineage.data.rows;
            self.sum("folds add up to clients", rows(PeriodKind::Fold), "clients", all);
        }
    }

    pub(super) fn fairness(&mut self, figures: &Figures, part: &PartFigures) {
        for column in &figures.fairness {
            self.at(format!("groups of {}", column.column));
            self.sum(
                "groups add up to clients",
                column.groups.iter().map(|group| group.rows),
                "clients",
                part.rows,
            );
            self.sum(
                "groups add up to defaults",
                column.groups.iter().map(|group| group.bad),
                "defaults",
                part.bad,
            );
            for rates in column.groups.iter().filter_map(|group| group.rates) {
                let base_rate = rates.bad.value;
                let expected =
                    rates.false_negative.value * base_rate + (1.0 - rates.false_positive.value) * (1.0 - base_rate);
                self.holds(
                    same(rates.approval.value, expected),
                    "approval rate = false-negative rate · bad rate + (1 − false-positive rate) · (1 − bad rate)",
                    &[
                        ("approval rate", rates.approval.value),
                        ("false-negative rate", rates.false_negative.value),
                        ("false-positive rate", rates.false_positive.value),
                        ("bad rate", base_rate),
                    ],
                );
            }
        }
        if let Some(found) = &figures.exclusion {
            self.at("cost of the excluded fields".into());
            let named = [
                ("AUC", found.auc),
                ("AUC with them", found.auc_with),
                ("AUC given up", found.auc_cost.value),
                ("AUC among the metrics", part.metrics.auc.value),
            ];
            self.holds(
                same(found.auc_cost.value, found.auc_with - found.auc) && same(found.auc, part.metrics.auc.value),
                "AUC given up = AUC with them − AUC",
                &named,
            );
            self.holds(
                same(found.added_cost.value, found.cost - found.cost_with)
                    && same(found.cost, part.metrics.cost_at_break_even.value),
                "added cost = cost − cost with them",
                &[
                    ("cost", found.cost),
                    ("cost with them", found.cost_with),
                    ("added cost", found.added_cost.value),
                ],
            );
        }
    }
}
