//! What the figures of a part must satisfy.

use candor_core::artifact::Metrics;
use candor_core::decision::Costs;
use candor_portfolio::scored::CutOff;

use super::{Checker, count, same};
use crate::figures::{Decisions, PartFigures};

impl Checker {
    /// What an approval rate, a base rate, a recall and a cost must satisfy.
    pub(super) fn decisions_identities(&mut self, base_rate: f64, approval_rate: f64, cut: &CutOff, costs: Costs) {
        let CutOff {
            bad_rate_approved,
            recall,
            precision,
            cost,
            ..
        } = *cut;
        let declined = 1.0 - approval_rate;
        self.shares(&[
            ("approval rate", approval_rate),
            ("recall", recall),
            ("base rate", base_rate),
        ]);
        let named = [
            ("precision", precision.unwrap_or(0.0)),
            ("recall", recall),
            ("base rate", base_rate),
            ("share declined", declined),
        ];
        self.holds(
            same(precision.unwrap_or(0.0) * declined, recall * base_rate),
            "precision · share declined = recall · base rate",
            &named,
        );
        self.holds(
            same(
                bad_rate_approved.unwrap_or(0.0) * approval_rate,
                (1.0 - recall) * base_rate,
            ),
            "bad rate of the approved · approval rate = (1 − recall) · base rate",
            &[
                ("bad rate of the approved", bad_rate_approved.unwrap_or(0.0)),
                ("approval rate", approval_rate),
                ("recall", recall),
                ("base rate", base_rate),
            ],
        );
        let expected =
            costs.false_negative * base_rate * (1.0 - recall) + costs.false_positive * (declined - recall * base_rate);
        self.holds(
            same(cost, expected),
            "cost = cost of a default · base rate · (1 − recall) + cost of a refusal · (share declined − recall · base rate)",
            &[named[0], named[1], named[2], named[3], ("cost", cost)],
        );
    }

    /// Whether there is any recall with which a cost, an approval rate and a base rate go together.
    pub(super) fn cost_is_possible(&mut self, base_rate: f64, approval_rate: f64, cost: f64, costs: Costs) {
        let declined = 1.0 - approval_rate;
        let recall = (costs.false_negative * base_rate + costs.false_positive * declined - cost)
            / (base_rate * (costs.false_negative + costs.false_positive));
        // At most all defaults, or all declined, are declined defaults; at least what good clients do not fill up.
        let (least, most) = ((declined - (1.0 - base_rate)) / base_rate, declined / base_rate);
        let possible = recall >= least.max(0.0) - 1e-9 && recall <= most.min(1.0) + 1e-9;
        self.holds(
            possible,
            "the recall that follows from the cost can be reached with this approval rate",
            &[
                ("base rate", base_rate),
                ("approval rate", approval_rate),
                ("cost", cost),
                ("recall that would follow", recall),
            ],
        );
    }

    pub(super) fn metrics(&mut self, metrics: &Metrics, base_rate: f64) {
        let Metrics {
            auc,
            gini,
            ks,
            log_loss,
            brier,
            ..
        } = *metrics;
        for (name, interval) in [
            ("AUC", auc),
            ("Gini", gini),
            ("KS", ks),
            ("log-loss", log_loss),
            ("Brier score", brier),
            ("cost", metrics.cost),
            ("cost at break-even", metrics.cost_at_break_even),
        ] {
            self.interval(name, interval);
        }
        let (auc, gini, ks) = (auc.value, gini.value, ks.value);
        self.shares(&[
            ("AUC", auc),
            ("KS", ks),
            ("Brier score", brier.value),
            ("calibration error", metrics.calibration_error),
            ("approval rate", metrics.approval_rate),
        ]);
        self.holds(
            same(gini, 2.0 * auc - 1.0),
            "Gini = 2 · AUC − 1",
            &[("Gini", gini), ("AUC", auc)],
        );
        // A ROC curve that is nowhere further than KS from the diagonal encloses no more than this.
        let reach = 1.0 - (1.0 - ks) * (1.0 - ks) / 2.0;
        self.holds(
            auc <= reach + 1e-9 && auc >= 1.0 - reach - 1e-9,
            "AUC is at most 1 − (1 − KS)² / 2",
            &[("AUC", auc), ("KS", ks)],
        );
        self.holds(
            log_loss.value >= brier.value - 1e-9,
            "log-loss is at least the Brier score",
            &[("log-loss", log_loss.value), ("Brier score", brier.value)],
        );
        let costs = self.costs;
        for (rule, name, cost, expected) in [
            (
                "cost of approving all = cost of a default · base rate",
                "cost of approving all",
                metrics.cost_approve_all,
                costs.false_negative * base_rate,
            ),
            (
                "cost of declining all = cost of a refusal · (1 − base rate)",
                "cost of declining all",
                metrics.cost_decline_all,
                costs.false_positive * (1.0 - base_rate),
            ),
        ] {
            self.holds(same(cost, expected), rule, &[(name, cost), ("base rate", base_rate)]);
        }
        self.cost_is_possible(base_rate, metrics.approval_rate, metrics.cost.value, costs);
    }

    pub(super) fn part(&mut self, part: &PartFigures) {
        let base_rate = part.bad_rate;
        self.holds(
            same(base_rate, count(part.bad) / count(part.rows)),
            "base rate = defaults / clients",
            &[
                ("base rate", base_rate),
                ("defaults", count(part.bad)),
                ("clients", count(part.rows)),
            ],
        );
        self.metrics(&part.metrics, base_rate);
        self.shares(&[
            ("mean probability", part.mean_probability),
            ("average precision", part.average_precision.value),
        ]);
        self.holds(
            (part.mean_probability - base_rate).abs() <= part.metrics.calibration_error + 1e-9,
            "mean probability and base rate differ by no more than the calibration error",
            &[
                ("mean probability", part.mean_probability),
                ("base rate", base_rate),
                ("calibration error", part.metrics.calibration_error),
            ],
        );
        self.decisions(part, &part.decisions);
        let mut before = (0.0, 0.0);
        for point in &part.curve {
            let precision = point.precision.unwrap_or(0.0);
            self.holds(
                same(precision * point.declined, point.recall * base_rate)
                    && same(point.declined, point.recall * base_rate + point.false_positive_rate * (1.0 - base_rate))
                    && point.recall >= before.0
                    && point.false_positive_rate >= before.1,
                "along the curve recall and false-positive rate grow, and precision · share declined = recall · base rate",
                &[
                    ("precision", precision),
                    ("recall", point.recall),
                    ("base rate", base_rate),
                    ("false-positive rate", point.false_positive_rate),
                    ("share declined", point.declined),
                ],
            );
            before = (point.recall, point.false_positive_rate);
        }
    }

    pub(super) fn decisions(&mut self, part: &PartFigures, decisions: &Decisions) {
        let &Decisions {
            true_positives,
            false_positives,
            true_negatives,
            false_negatives,
            ..
        } = decisions;
        let all = [true_positives, false_positives, true_negatives, false_negatives];
        self.sum("decisions add up to clients", all.into_iter(), "clients", part.rows);
        let bad = [true_positives, false_negatives];
        self.sum(
            "declined and approved defaults add up to defaults",
            bad.into_iter(),
            "defaults",
            part.bad,
        );
        let cut = CutOff {
            approval_rate: decisions.approval_rate,
            bad_rate_approved: decisions.bad_rate_approved,
            recall: decisions.recall,
            precision: decisions.precision,
            cost: decisions.cost,
        };
        self.decisions_identities(part.bad_rate, decisions.approval_rate, &cut, self.costs);
        for (rule, name, figure, other, counted) in [
            (
                "recall = declined defaults / defaults",
                "recall",
                decisions.recall,
                "declined defaults",
                count(true_positives) / count(part.bad),
            ),
            (
                "false-positive rate = declined good clients / good clients",
                "false-positive rate",
                decisions.false_positive_rate,
                "as counted",
                count(false_positives) / count(part.rows.saturating_sub(part.bad)),
            ),
            (
                "the approval rate is the same wherever it is shown",
                "approval rate",
                decisions.approval_rate,
                "approval rate among the metrics",
                part.metrics.approval_rate,
            ),
            (
                "the cost is the same wherever it is shown",
                "cost of the decisions",
                decisions.cost,
                "cost among the metrics",
                part.metrics.cost.value,
            ),
        ] {
            self.holds(same(figure, counted), rule, &[(name, figure), (other, counted)]);
        }
    }

    /// The same model on the same clients gives what was recorded at training.
    pub(super) fn same_as_recorded(&mut self, part: &PartFigures, rows: u64, bad: u64, recorded: &Metrics) {
        let found = &part.metrics;
        for (rule, found, recorded) in [
            ("clients measured now are those recorded", count(part.rows), count(rows)),
            ("defaults measured now are those recorded", count(part.bad), count(bad)),
            ("AUC measured now is that recorded", found.auc.value, recorded.auc.value),
            ("KS measured now is that recorded", found.ks.value, recorded.ks.value),
            (
                "log-loss measured now is that recorded",
                found.log_loss.value,
                recorded.log_loss.value,
            ),
            (
                "Brier score measured now is that recorded",
                found.brier.value,
                recorded.brier.value,
            ),
            (
                "calibration error measured now is that recorded",
                found.calibration_error,
                recorded.calibration_error,
            ),
            (
                "cost measured now is that recorded",
                found.cost.value,
                recorded.cost.value,
            ),
            (
                "cost at break-even measured now is that recorded",
                found.cost_at_break_even.value,
                recorded.cost_at_break_even.value,
            ),
            (
                "approval rate measured now is that recorded",
                found.approval_rate,
                recorded.approval_rate,
            ),
        ] {
            self.holds(
                same(found, recorded),
                rule,
                &[("measured", found), ("recorded", recorded)],
            );
        }
    }
}
