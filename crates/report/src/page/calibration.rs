//! Whether probabilities mean what they say.

use candor_charts::markup::Table;
use candor_charts::{Axis, GREY, Mark, NONE, Plot, Series, Shows};

use super::Page;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let found = &figures.reliability;
    let mut table = Table::new(
        page.say("Clients by predicted probability", "Clients par probabilité prédite"),
        0,
        &[
            page.say("Predicted", "Prédit"),
            page.say("Observed, with its 95% interval", "Observé, avec son intervalle à 95 %"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
        ],
    );
    for bin in &found.bins {
        table.row([
            numbers.percent(bin.mean_probability, 2),
            numbers.percent_interval(bin.bad_rate, 2),
            numbers.count(bin.rows),
            numbers.count(bin.bad),
        ]);
    }
    let inside = found
        .bins
        .iter()
        .filter(|bin| bin.bad_rate.low <= bin.mean_probability && bin.mean_probability <= bin.bad_rate.high)
        .count();
    let takeaway = format!(
        "{inside} {} {} {}",
        page.say("of", "des"),
        found.bins.len(),
        page.say(
            "bins have their predicted rate within the 95% interval of the observed one.",
            "classes ont leur taux prédit dans l’intervalle à 95 % du taux observé.",
        )
    );
    let largest = found
        .bins
        .iter()
        .map(|bin| bin.bad_rate.high.max(bin.mean_probability))
        .fold(0.0, f64::max);
    let title = page.say("Reliability", "Fiabilité");
    let svg = page.plot(&Plot {
        title: title.to_owned(),
        description: takeaway.clone(),
        x: Axis::up_to(
            page.say("Predicted probability", "Probabilité prédite"),
            largest,
            Shows::Percent,
        ),
        y: Axis::up_to(
            page.say("Observed bad rate", "Taux de défaut observé"),
            largest,
            Shows::Percent,
        ),
        series: vec![
            Series {
                name: page.say("perfect", "parfait").to_owned(),
                style: GREY,
                mark: Mark::Line(vec![(0.0, 0.0), (1.05 * largest, 1.05 * largest)]),
            },
            Series {
                name: page
                    .say("observed, with 95% interval", "observé, avec intervalle à 95 %")
                    .to_owned(),
                style: 0,
                mark: Mark::Points(
                    found
                        .bins
                        .iter()
                        .map(|bin| {
                            (
                                bin.mean_probability,
                                bin.bad_rate.value,
                                bin.bad_rate.low,
                                bin.bad_rate.high,
                            )
                        })
                        .collect(),
                ),
            },
        ],
    });
    let chart = page.figure(title, &svg, &takeaway, &table.markup());

    let mut table = Table::new(
        page.say("Calibration in figures", "Le calibrage en chiffres"),
        1,
        &[
            page.say("Figure", "Mesure"),
            page.say("Value", "Valeur"),
            page.say("Ideal", "Idéal"),
        ],
    );
    let interval = |value: Option<_>| value.map_or_else(|| NONE.to_owned(), |value| numbers.interval(value, 3));
    for (label, value, ideal) in [
        (
            page.say(
                "Expected calibration error (20 bins of equal mass)",
                "Erreur de calibrage attendue (20 classes de même effectif)",
            ),
            numbers.number(found.calibration_error, 4),
            "0",
        ),
        (
            page.say(
                "Slope of observed on predicted log-odds",
                "Pente des log-cotes observées sur les prédites",
            ),
            interval(found.slope),
            "1",
        ),
        (
            page.say("Intercept of the same line", "Ordonnée à l’origine de la même droite"),
            interval(found.intercept),
            "0",
        ),
        (
            page.say("Brier score", "Score de Brier"),
            numbers.number(found.brier, 5),
            "0",
        ),
        (
            page.say(
                "Brier score of giving everybody the bad rate",
                "Score de Brier du taux de défaut donné à tous",
            ),
            numbers.number(found.brier_of_bad_rate, 5),
            "",
        ),
        (
            page.say("Brier skill", "Gain de Brier"),
            numbers.percent(found.brier_skill, 2),
            page.say("100%", "100\u{202f}%"),
        ),
    ] {
        table.row([label.to_owned(), value, ideal.to_owned()]);
    }
    format!(
        "<div class=\"charts\">\n{chart}<div>\n{}<p class=\"note\">{}</p></div></div>\n",
        table.markup(),
        page.say(
            "A slope below 1 means predictions that are too extreme; an intercept above 0, at a slope of 1, that risk is \
             underestimated.",
            "Une pente inférieure à 1 signifie des prédictions trop extrêmes ; une ordonnée positive, à pente 1, un risque \
             sous-estimé.",
        )
    )
}
