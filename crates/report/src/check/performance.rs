//! What gap, calibration, bands and costs must satisfy.

use candor_core::decision::Costs;

use super::{Checker, count, same};
use crate::figures::{Figures, PartFigures};

impl Checker {
    pub(super) fn generalisation(&mut self, figures: &Figures, train: &PartFigures, test: &PartFigures) {
        let Some(found) = figures.generalisation else { return };
        self.at("generalisation".into());
        self.interval("gap", found.gap);
        let named = [
            ("AUC on train", found.train_auc),
            ("AUC on test", found.test_auc),
            ("gap", found.gap.value),
            ("AUC of the part train", train.metrics.auc.value),
            ("AUC of the part test", test.metrics.auc.value),
        ];
        let [on_train, on_test, gap, of_train, of_test] = named.map(|(_, value)| value);
        self.holds(
            same(on_train, of_train) && same(on_test, of_test) && same(gap, on_train - on_test),
            "the gap is the difference of the AUCs of the parts",
            &named,
        );
    }

    pub(super) fn calibration(&mut self, figures: &Figures, part: &PartFigures) {
        self.at("gains".into());
        self.sum(
            "tenths add up to clients",
            figures.gains.iter().map(|band| band.rows),
            "clients",
            part.rows,
        );
        self.sum(
            "tenths add up to defaults",
            figures.gains.iter().map(|band| band.bad),
            "defaults",
            part.bad,
        );
        for band in &figures.gains {
            self.holds(
                same(band.lift * part.bad_rate, band.bad_rate)
                    && same(band.bad_rate, count(band.bad) / count(band.rows)),
                "lift · base rate = bad rate of the tenth",
                &[
                    ("lift", band.lift),
                    ("base rate", part.bad_rate),
                    ("bad rate", band.bad_rate),
                ],
            );
        }
        let found = &figures.reliability;
        self.at("calibration".into());
        self.sum(
            "bins add up to clients",
            found.bins.iter().map(|bin| bin.rows),
            "clients",
            part.rows,
        );
        self.sum(
            "bins add up to defaults",
            found.bins.iter().map(|bin| bin.bad),
            "defaults",
            part.bad,
        );
        let predicted = found
            .bins
            .iter()
            .fold(0.0, |sum, bin| sum + count(bin.rows) * bin.mean_probability);
        let variance = part.bad_rate * (1.0 - part.bad_rate);
        for (rule, name, figure, other, expected) in [
            (
                "the bins' probabilities average to that of all clients",
                "mean over the bins",
                predicted / count(part.rows),
                "mean probability",
                part.mean_probability,
            ),
            (
                "the Brier score is the same wherever it is shown",
                "Brier score",
                found.brier,
                "Brier score among the metrics",
                part.metrics.brier.value,
            ),
            (
                "the calibration error is the same wherever it is shown",
                "calibration error",
                found.calibration_error,
                "calibration error among the metrics",
                part.metrics.calibration_error,
            ),
            (
                "the Brier score of the bad rate = bad rate · (1 − bad rate)",
                "Brier score of the bad rate",
                found.brier_of_bad_rate,
                "expected",
                variance,
            ),
            (
                "skill = 1 − Brier score / Brier score of the bad rate",
                "skill",
                found.brier_skill,
                "expected",
                1.0 - found.brier / found.brier_of_bad_rate,
            ),
        ] {
            self.holds(same(figure, expected), rule, &[(name, figure), (other, expected)]);
        }
    }

    pub(super) fn bands(&mut self, figures: &Figures, part: &PartFigures) {
        self.at("score bands".into());
        self.sum(
            "bands add up to clients",
            figures.bands.iter().map(|band| band.rows),
            "clients",
            part.rows,
        );
        self.sum(
            "bands add up to defaults",
            figures.bands.iter().map(|band| band.bad),
            "defaults",
            part.bad,
        );
        let mut below = 0_u64;
        for band in &figures.bands {
            self.at(format!(
                "score band from {}",
                band.from.map_or("the lowest".into(), |from| from.to_string())
            ));
            let cut = &band.cut_off;
            let approved = 1.0 - count(below) / count(part.rows);
            self.holds(
                same(cut.approval_rate, approved),
                "who is approved from a band on is who stands in it and above",
                &[("approval rate", cut.approval_rate), ("as counted", approved)],
            );
            self.decisions_identities(part.bad_rate, cut.approval_rate, cut, self.costs);
            below = below.saturating_add(band.rows);
        }
    }

    pub(super) fn cost_curve(&mut self, figures: &Figures, part: &PartFigures) {
        let costs = self.costs;
        for point in &figures.costs {
            self.at(format!("cost ratio {}", point.ratio));
            self.interval("cost", point.model);
            self.shares(&[("approval rate", point.approval_rate), ("threshold", point.threshold)]);
            for (rule, name, figure, expected) in [
                (
                    "cost of approving all = ratio · base rate",
                    "cost of approving all",
                    point.approve_all,
                    point.ratio * part.bad_rate,
                ),
                (
                    "cost of declining all = 1 − base rate",
                    "cost of declining all",
                    point.decline_all,
                    1.0 - part.bad_rate,
                ),
                (
                    "the break-even threshold = 1 / (1 + ratio)",
                    "threshold",
                    point.threshold,
                    1.0 / (1.0 + point.ratio),
                ),
            ] {
                self.holds(
                    same(figure, expected),
                    rule,
                    &[(name, figure), ("base rate", part.bad_rate)],
                );
            }
            let at_ratio = Costs {
                false_negative: point.ratio,
                false_positive: 1.0,
            };
            self.cost_is_possible(part.bad_rate, point.approval_rate, point.model.value, at_ratio);
            self.cost_is_possible(
                part.bad_rate,
                part.decisions.approval_rate,
                point.at_policy_threshold,
                at_ratio,
            );
            if same(point.ratio, costs.false_negative / costs.false_positive) {
                let shown = [
                    ("cost on the curve", point.model.value * costs.false_positive),
                    (
                        "cost at break-even among the metrics",
                        part.metrics.cost_at_break_even.value,
                    ),
                ];
                self.holds(
                    same(shown[0].1, shown[1].1),
                    "the cost is the same wherever it is shown",
                    &shown,
                );
            }
        }
    }
}
