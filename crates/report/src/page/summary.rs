//! The head of the page: what it is about, and the figures that are asked for first.

use std::fmt::Write;

use candor_charts::markup::{code, escape, name};

use super::Page;

pub(super) fn draw(page: &Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let lineage = &figures.lineage;
    let mut markup = format!(
        "<p class=\"by\">{}</p>\n<h1>{}</h1>\n<p class=\"by\">{} {} · {} {} · Candor {}</p>\n",
        page.say("Validation report", "Rapport de validation"),
        name(&lineage.card.name),
        page.say("Model digest", "Empreinte du modèle"),
        code(&lineage.model_digest.chars().take(16).collect::<String>()),
        page.say("measured on", "mesuré sur"),
        name(&lineage.data.file),
        escape(&figures.candor_version),
    );
    let Some(part) = page.measured() else { return markup };
    let metrics = &part.metrics;
    let stability = figures.stability.score_index;
    let reading = match stability {
        None => page.say("not known", "inconnu"),
        Some(index) => page.say(super::stability::reading(index).0, super::stability::reading(index).1),
    };
    let gap = figures.generalisation.map(|found| found.gap);
    let tiles = [
        (
            page.say("AUC", "AUC"),
            numbers.number(metrics.auc.value, 3),
            numbers.ends(metrics.auc, |value| numbers.number(value, 3)),
        ),
        (
            "Gini",
            numbers.number(metrics.gini.value, 3),
            format!("KS {}", numbers.number(metrics.ks.value, 3)),
        ),
        (
            page.say("Calibration error", "Erreur de calibrage"),
            numbers.number(metrics.calibration_error, 4),
            format!(
                "{} {} · {} {}",
                page.say("predicted", "prédit"),
                numbers.percent(part.mean_probability, 2),
                page.say("observed", "observé"),
                numbers.percent(part.bad_rate, 2)
            ),
        ),
        (
            page.say("Cost per client", "Coût par client"),
            numbers.number(metrics.cost.value, 3),
            format!(
                "{} {} · {} {}",
                page.say("approving all", "tout accepter"),
                numbers.number(metrics.cost_approve_all, 3),
                page.say("declining all", "tout refuser"),
                numbers.number(metrics.cost_decline_all, 3)
            ),
        ),
        (
            page.say("Approved", "Acceptés"),
            numbers.percent(metrics.approval_rate, 1),
            format!(
                "{} {}",
                page.say("bad rate among them", "taux de défaut parmi eux"),
                numbers.percent_or_none(part.decisions.bad_rate_approved, 2)
            ),
        ),
        (
            page.say("AUC lost from training to test", "AUC perdue de l’entraînement au test"),
            numbers.number_or_none(gap.map(|gap| gap.value), 3),
            gap.map_or_else(
                || {
                    page.say("see what the report cannot say", "voir ce que le rapport ne peut dire")
                        .to_owned()
                },
                |gap| numbers.ends(gap, |value| numbers.number(value, 3)),
            ),
        ),
        (
            page.say("Stability of scores (PSI)", "Stabilité des scores (PSI)"),
            numbers.number_or_none(stability, 3),
            reading.to_owned(),
        ),
    ];
    let mut list = String::new();
    for (title, value, more) in tiles {
        let _ = writeln!(list, "<div><dt>{title}</dt><dd>{value}<small>{more}</small></dd></div>");
    }
    let _ = writeln!(
        markup,
        "<p>{} <strong>{}</strong>: {} {}, {} {} ({}). {}</p>\n<dl class=\"tiles\">\n{list}</dl>",
        page.say("Unless said otherwise, figures are of the part", "Sauf mention contraire, les chiffres portent sur la partie"),
        escape(&page.part_name(&part.name)),
        numbers.count(part.rows),
        page.say("clients", "clients"),
        numbers.count(part.bad),
        page.say("defaults", "défauts"),
        numbers.percent(part.bad_rate, 2),
        page.say(
            "In brackets: 95% intervals. Every figure was checked against the others before the page was written.",
            "Entre crochets : intervalles à 95 %. Chaque chiffre a été confronté aux autres avant l’écriture de la page.",
        ),
    );
    markup
}
