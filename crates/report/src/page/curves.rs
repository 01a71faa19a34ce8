//! ROC, precision–recall and gains curves.

use candor_charts::markup::Table;
use candor_charts::{Axis, GREY, Mark, Plot, Series, Shows};

use super::Page;
use crate::figures::PartFigures;

/// ROC and precision–recall curves, and the table of both.
pub(super) fn curves(page: &mut Page<'_>, part: &PartFigures) -> (String, String) {
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
pub(super) fn gains(page: &mut Page<'_>) -> (String, String) {
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
