//! How well scores tell good clients from bad ones.

use std::fmt::Write;

use candor_charts::NONE;
use candor_charts::markup::{Table, escape};
use candor_core::artifact::{Interval, Metrics};

use super::Page;
use super::curves::{curves, gains};
use crate::figures::PartFigures;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let Some(part) = page.measured() else {
        return String::new();
    };
    let mut markup = format!(
        "<p class=\"takeaway\">{} {} {}</p>\n",
        page.say(
            "A bad client scores as riskier than a good one in",
            "Un mauvais client est jugé plus risqué qu’un bon dans"
        ),
        numbers.percent_text(part.metrics.auc.value, 1),
        page.say("of all pairs (AUC).", "des paires (AUC).")
    );
    markup.push_str(&metrics_table(
        page,
        page.say(
            "Figures by part, with 95% bootstrap intervals",
            "Chiffres par partie, avec intervalles bootstrap à 95 %",
        ),
        &figures
            .parts
            .iter()
            .map(|part| (part.name.as_str(), &part.metrics, Some(part)))
            .collect::<Vec<_>>(),
    ));
    if let Some(found) = figures.generalisation {
        let _ = writeln!(
            markup,
            "<p><strong>{}</strong> {} − {} = {}.</p>",
            page.say("Generalisation gap (AUC):", "Écart de généralisation (AUC) :"),
            numbers.number(found.train_auc, 3),
            numbers.number(found.test_auc, 3),
            numbers.interval(found.gap, 3)
        );
    }
    let recorded: Vec<_> = figures
        .lineage
        .card
        .parts
        .iter()
        .filter_map(|part| Some((part.name.as_str(), part.metrics.as_ref()?, None)))
        .filter(|(name, ..)| figures.parts.iter().all(|part| part.name != *name))
        .collect();
    let (compared, recorded): (Vec<_>, Vec<_>) = recorded.into_iter().partition(|(name, ..)| is_comparison(name));
    if !recorded.is_empty() {
        markup.push_str(&metrics_table(
            page,
            page.say("Recorded at training", "Enregistrés à l’entraînement"),
            &recorded,
        ));
    }
    if !compared.is_empty() {
        let own = recorded.iter().filter(|(name, ..)| *name == "out-of-fold");
        let models: Vec<_> = own
            .chain(&compared)
            .map(|(name, metrics, _)| (*name, *metrics))
            .collect();
        markup.push_str(&models_table(page, &models));
    }
    let (curves, cuts) = curves(page, part);
    let (gains, tenths) = gains(page);
    let _ = write!(markup, "<div class=\"charts\">\n{curves}{gains}</div>\n{cuts}{tenths}");
    markup.push_str(&decisions(page));
    markup
}

/// Whether a part of the model card is of another model, measured out of fold beside this one.
pub(crate) fn is_comparison(part: &str) -> bool {
    !["train", "validation", "test", "out-of-fold"].contains(&part)
}

/// Models in rows: this one and those that were measured on the same folds.
fn models_table(page: &Page<'_>, models: &[(&str, &Metrics)]) -> String {
    let numbers = page.numbers;
    let mut table = Table::new(
        page.say(
            "Models on the same folds, out of fold",
            "Modèles sur les mêmes plis, hors pli",
        ),
        1,
        &[
            page.say("Model", "Modèle"),
            "AUC",
            "KS",
            page.say("Brier score", "Score de Brier"),
            page.say("Calibration error (ECE)", "Erreur de calibrage (ECE)"),
            page.say("Cost per client at break-even", "Coût par client à l’équilibre"),
        ],
    );
    for (name, metrics) in models {
        table.row([
            escape(&page.model_name(name)),
            numbers.interval(metrics.auc, 4),
            numbers.interval(metrics.ks, 4),
            numbers.interval(metrics.brier, 4),
            numbers.number(metrics.calibration_error, 4),
            numbers.interval(metrics.cost_at_break_even, 4),
        ]);
    }
    table.markup()
}

/// Metrics in rows, parts in columns.
fn metrics_table(page: &Page<'_>, caption: &str, parts: &[(&str, &Metrics, Option<&PartFigures>)]) -> String {
    let numbers = page.numbers;
    let names: Vec<String> = parts.iter().map(|(name, ..)| page.part_name(name)).collect();
    let mut head = vec![page.say("Figure", "Mesure")];
    head.extend(names.iter().map(String::as_str));
    let mut table = Table::new(caption, 1, &head);
    let mut row = |label: &str, cell: &dyn Fn(&Metrics) -> String| {
        let cells = parts.iter().map(|(_, metrics, _)| cell(metrics));
        table.row([label.to_owned()].into_iter().chain(cells));
    };
    let with_interval = |value: fn(&Metrics) -> Interval, digits: usize| {
        move |metrics: &Metrics| numbers.interval(value(metrics), digits)
    };
    row("AUC", &with_interval(|metrics| metrics.auc, 4));
    row("Gini", &with_interval(|metrics| metrics.gini, 4));
    row("KS", &with_interval(|metrics| metrics.ks, 4));
    row(
        page.say("Log-loss", "Perte logarithmique"),
        &with_interval(|metrics| metrics.log_loss, 4),
    );
    row(
        page.say("Brier score", "Score de Brier"),
        &with_interval(|metrics| metrics.brier, 4),
    );
    row(
        page.say("Calibration error (ECE)", "Erreur de calibrage (ECE)"),
        &|metrics| numbers.number(metrics.calibration_error, 4),
    );
    row(
        page.say("Cost per client at the threshold", "Coût par client au seuil"),
        &with_interval(|metrics| metrics.cost, 4),
    );
    row(
        page.say("Cost per client at break-even", "Coût par client à l’équilibre"),
        &with_interval(|metrics| metrics.cost_at_break_even, 4),
    );
    row(page.say("Cost of approving all", "Coût de tout accepter"), &|metrics| {
        numbers.number(metrics.cost_approve_all, 4)
    });
    row(page.say("Cost of declining all", "Coût de tout refuser"), &|metrics| {
        numbers.number(metrics.cost_decline_all, 4)
    });
    row(page.say("Approved", "Acceptés"), &|metrics| {
        numbers.percent(metrics.approval_rate, 1)
    });
    if parts.iter().all(|(.., part)| part.is_some()) {
        let cells = parts
            .iter()
            .map(|(.., part)| part.map_or_else(|| NONE.to_owned(), |part| numbers.interval(part.average_precision, 4)));
        table.row(
            [page.say("Average precision", "Précision moyenne").to_owned()]
                .into_iter()
                .chain(cells),
        );
    }
    table.markup()
}

/// Decisions at the policy's threshold, part by part.
fn decisions(page: &Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let mut table = Table::new(
        page.say(
            "Decisions at the policy's threshold",
            "Décisions au seuil de la politique",
        ),
        1,
        &[
            page.say("Part", "Partie"),
            page.say("Declined, bad", "Refusés, mauvais"),
            page.say("Declined, good", "Refusés, bons"),
            page.say("Approved, good", "Acceptés, bons"),
            page.say("Approved, bad", "Acceptés, mauvais"),
            page.say("Precision", "Précision"),
            page.say("Recall", "Rappel"),
            page.say("False-positive rate", "Taux de faux positifs"),
            page.say("Bad rate of the approved", "Taux de défaut des acceptés"),
        ],
    );
    for part in &figures.parts {
        let found = &part.decisions;
        table.row([
            escape(&page.part_name(&part.name)),
            numbers.count(found.true_positives),
            numbers.count(found.false_positives),
            numbers.count(found.true_negatives),
            numbers.count(found.false_negatives),
            numbers.percent_or_none(found.precision, 1),
            numbers.percent(found.recall, 1),
            numbers.percent(found.false_positive_rate, 1),
            numbers.percent_or_none(found.bad_rate_approved, 2),
        ]);
    }
    table.markup()
}
