//! How well scores tell good clients from bad ones.

use std::fmt::Write;

use candor_core::artifact::{Interval, Metrics};

use super::super::figures::PartFigures;
use super::Page;
use super::markup::{Table, escape};
use super::numbers::NONE;
use super::plot::{Axis, GREY, Mark, Plot, Series, Shows};

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
    if !recorded.is_empty() {
        markup.push_str(&metrics_table(
            page,
            page.say("Recorded at training", "Enregistrés à l’entraînement"),
            &recorded,
        ));
    }
    let (curves, cuts) = curves(page, part);
    let (gains, tenths) = gains(page);
    let _ = write!(markup, "<div class=\"charts\">\n{curves}{gains}</div>\n{cuts}{tenths}");
    markup.push_str(&decisions(page));
    markup
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

/// ROC and precision–recall curves, and the table of both.
fn curves(page: &mut Page<'_>, part: &PartFigures) -> (String, String) {
    let (figures, numbers) = (page.figures, page.numbers);
    let of_parts = |page: &Page<'_>, line: &dyn Fn(&PartFigures) -> Vec<(f64, f64)>| -> Vec<Series> {
        figures
            .parts
            .iter()
            .rev()
            .zip(0..)
            .map(|(part, style)| Series {
                name: page.part_name(&part.name),
                style,
                mark: Mark::Line(line(part)),
            })
            .collect()
    };
    let percent = |label: &str| Axis {
        label: label.to_owned(),
        low: 0.0,
        high: 1.0,
        shows: Shows::Percent,
    };
    let (declined, recall, good_declined) = (
        page.say("Clients declined", "Clients refusés"),
        page.say("Bad clients declined (recall)", "Mauvais clients refusés (rappel)"),
        page.say(
            "Good clients declined (false-positive rate)",
            "Bons clients refusés (taux de faux positifs)",
        ),
    );
    let precision = page.say(
        "Bad among the declined (precision)",
        "Mauvais parmi les refusés (précision)",
    );
    let mut table = Table::new(
        page.say(
            "Cuts, from the riskiest client on",
            "Coupures, à partir du client le plus risqué",
        ),
        0,
        &[declined, good_declined, recall, precision],
    );
    // About twenty of the points are enough for a reader; the JSON file has all.
    for point in part.curve.iter().step_by(part.curve.len().div_ceil(20).max(1)) {
        table.row([
            numbers.percent(point.declined, 1),
            numbers.percent(point.false_positive_rate, 1),
            numbers.percent(point.recall, 1),
            numbers.percent_or_none(point.precision, 1),
        ]);
    }
    let table = table.markup();

    let mut series = vec![Series {
        name: page.say("chance", "hasard").to_owned(),
        style: GREY,
        mark: Mark::Line(vec![(0.0, 0.0), (1.0, 1.0)]),
    }];
    series.extend(of_parts(page, &|part| {
        part.curve
            .iter()
            .map(|point| (point.false_positive_rate, point.recall))
            .collect()
    }));
    let title = page.say("ROC curve", "Courbe ROC");
    let above = part.curve.iter().all(|point| point.recall >= point.false_positive_rate);
    let takeaway = format!(
        "{} {}.",
        if above {
            page.say(
                "The curve stays above chance; its largest distance from it is the KS,",
                "La courbe reste au-dessus du hasard ; sa plus grande distance à celui-ci est le KS,",
            )
        } else {
            page.say(
                "The curve does not stay above chance; its largest distance from it is the KS,",
                "La courbe ne reste pas au-dessus du hasard ; sa plus grande distance à celui-ci est le KS,",
            )
        },
        numbers.number(part.metrics.ks.value, 3)
    );
    let svg = page.plot(&Plot {
        title: title.to_owned(),
        description: format!("AUC {}", numbers.text(part.metrics.auc.value, 3)),
        x: percent(good_declined),
        y: percent(recall),
        series,
    });
    let roc = page.figure(title, &svg, &takeaway, "");
    let roc_title = title;

    let mut series = of_parts(page, &|part| {
        // With very few declined the share of bad ones among them jumps about.
        let stable = part.curve.iter().filter(|point| point.recall > 0.0);
        stable
            .filter_map(|point| Some((point.recall, point.precision?)))
            .collect()
    });
    series.push(Series {
        name: page.say("bad rate", "taux de défaut").to_owned(),
        style: GREY,
        mark: Mark::Line(vec![(0.0, part.bad_rate), (1.0, part.bad_rate)]),
    });
    let title = page.say("Precision and recall", "Précision et rappel");
    let takeaway = format!(
        "{} {} {} {} {}.",
        page.say("At the policy's threshold", "Au seuil de la politique,"),
        numbers.percent_or_none(part.decisions.precision, 1),
        page.say("of the declined are bad, and", "des refusés sont mauvais, et"),
        numbers.percent(part.decisions.recall, 1),
        page.say("of the bad are declined", "des mauvais sont refusés")
    );
    let svg = page.plot(&Plot {
        title: title.to_owned(),
        description: format!(
            "{} {}",
            page.say("Average precision", "Précision moyenne"),
            numbers.text(part.average_precision.value, 3)
        ),
        x: percent(recall),
        y: percent(precision),
        series,
    });
    let precision = page.figure(title, &svg, &takeaway, "");
    let both = format!("{roc_title}, {}", title.to_lowercase());
    (format!("{roc}{precision}"), page.twin(&both, &table))
}

/// The gains curve, and its table.
fn gains(page: &mut Page<'_>) -> (String, String) {
    let (figures, numbers) = (page.figures, page.numbers);
    let mut table = Table::new(
        page.say(
            "Tenths of the clients, the riskiest first",
            "Dixièmes des clients, du plus risqué au moins risqué",
        ),
        1,
        &[
            page.say("Tenth", "Dixième"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Mean probability", "Probabilité moyenne"),
            page.say("Lift", "Lift"),
            page.say("Cumulative bad", "Mauvais cumulés"),
        ],
    );
    for (band, number) in figures.gains.iter().zip(1_u32..) {
        table.row([
            number.to_string(),
            numbers.count(band.rows),
            numbers.count(band.bad),
            numbers.percent(band.bad_rate, 2),
            numbers.percent(band.mean_probability, 2),
            numbers.number(band.lift, 2),
            numbers.percent(band.cumulative_bad, 1),
        ]);
    }
    let title = page.say("Gains", "Gains");
    let points = figures
        .gains
        .iter()
        .map(|band| (band.cumulative_rows, band.cumulative_bad));
    let plot = Plot {
        title: title.to_owned(),
        description: page
            .say(
                "Share of all bad clients among the riskiest clients",
                "Part des mauvais clients parmi les plus risqués",
            )
            .to_owned(),
        x: Axis {
            label: page.say("Riskiest clients", "Clients les plus risqués").to_owned(),
            low: 0.0,
            high: 1.0,
            shows: Shows::Percent,
        },
        y: Axis {
            label: page
                .say("Bad clients among them", "Mauvais clients parmi eux")
                .to_owned(),
            low: 0.0,
            high: 1.0,
            shows: Shows::Percent,
        },
        series: vec![
            Series {
                name: page.say("chance", "hasard").to_owned(),
                style: GREY,
                mark: Mark::Line(vec![(0.0, 0.0), (1.0, 1.0)]),
            },
            Series {
                name: page.say("model", "modèle").to_owned(),
                style: 0,
                mark: Mark::Line([(0.0, 0.0)].into_iter().chain(points).collect()),
            },
        ],
    };
    let svg = page.plot(&plot);
    let takeaway = figures.gains.first().map_or_else(String::new, |first| {
        format!(
            "{} {} {} {} {}.",
            page.say("The riskiest tenth holds", "Le dixième le plus risqué contient"),
            numbers.percent(first.cumulative_bad, 1),
            page.say("of the bad clients,", "des mauvais clients, soit"),
            numbers.number(first.lift, 2),
            page.say("times its share", "fois sa part")
        )
    });
    (
        page.figure(title, &svg, &takeaway, ""),
        page.twin(title, &table.markup()),
    )
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
