//! Figures that cannot all be right. A report is written from figures that were computed on different ways from the same
//! clients; where an identity between them does not hold, one of them is wrong, and the report is refused.

use std::fmt;

use candor_core::artifact::{Interval, Metrics};
use candor_core::decision::Costs;
use candor_core::stats::weight_of_evidence;

use super::figures::{CutOff, Decisions, Figures, PartFigures, PeriodKind, Values};

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

    /// What an approval rate, a base rate, a recall and a cost must satisfy.
    fn decisions_identities(&mut self, base_rate: f64, approval_rate: f64, cut: &CutOff, costs: Costs) {
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
    fn cost_is_possible(&mut self, base_rate: f64, approval_rate: f64, cost: f64, costs: Costs) {
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

    fn metrics(&mut self, metrics: &Metrics, base_rate: f64) {
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

    fn part(&mut self, part: &PartFigures) {
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

    fn decisions(&mut self, part: &PartFigures, decisions: &Decisions) {
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
    fn same_as_recorded(&mut self, part: &PartFigures, rows: u64, bad: u64, recorded: &Metrics) {
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

    fn generalisation(&mut self, figures: &Figures, train: &PartFigures, test: &PartFigures) {
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

    fn calibration(&mut self, figures: &Figures, part: &PartFigures) {
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

    fn bands(&mut self, figures: &Figures, part: &PartFigures) {
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
        let mut below = 0;
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
            below += band.rows;
        }
    }

    fn cost_curve(&mut self, figures: &Figures, part: &PartFigures) {
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

    fn inputs(&mut self, figures: &Figures, part: &PartFigures) {
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
            let missing = missing.fold(0, |sum, bin| sum + bin.rows);
            self.holds(
                same(input.missing_share, count(missing) / count(part.rows)),
                "the share of missing values is that of their bin",
                &[("share missing", input.missing_share), ("rows missing", count(missing))],
            );
        }
    }

    fn importance(&mut self, figures: &Figures) {
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

    fn stability(&mut self, figures: &Figures, measured: &PartFigures) {
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

    fn fairness(&mut self, figures: &Figures, part: &PartFigures) {
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
