//! Whether the population stays what it was.

use candor_charts::markup::{Table, code, escape, name};
use candor_charts::{Axis, Mark, Plot, Row, Rows, Series, Shows};
use candor_core::stats::Stability;

use super::Page;
use crate::figures::{Period, PeriodKind};
use crate::shown::Shown;

/// Fields in the chart.
const CHARTED: usize = 15;

/// How banks read a stability index, in English and French.
pub(super) fn reading(index: f64) -> (&'static str, &'static str) {
    match Stability::of(index) {
        Stability::Stable => ("stable", "stable"),
        Stability::Watch => ("to watch", "à surveiller"),
        Stability::Act => ("changed", "modifiée"),
    }
}

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let stability = &figures.stability;
    let mut markup = match stability.score_index {
        None => String::new(),
        Some(index) => format!(
            "<p class=\"takeaway\">{} {} ({}).</p>\n",
            page.say(
                "Stability index of the scores against the training part:",
                "Indice de stabilité des scores par rapport à la partie d’entraînement :"
            ),
            numbers.number(index, 4),
            page.say(reading(index).0, reading(index).1)
        ),
    };
    markup.push_str(&format!(
        "<p class=\"note\">{}</p>\n",
        page.say(
            "Population stability index over tenths of the training part; below 0.1 is read as stable, up to 0.25 as to \
             watch, above as changed. The index of a fold compares it with all folds.",
            "Indice de stabilité de la population sur les dixièmes de la partie d’entraînement ; moins de 0,1 se lit comme \
             stable, jusqu’à 0,25 comme à surveiller, au-delà comme modifié. L’indice d’un pli le compare à tous les plis.",
        )
    ));
    for (kind, caption) in [
        (PeriodKind::Part, page.say("By part", "Par partie")),
        (PeriodKind::Month, page.say("By month", "Par mois")),
        (
            PeriodKind::Fold,
            page.say(
                "By fold, scored by the model that had not seen it",
                "Par pli, noté par le modèle qui ne l’avait pas vu",
            ),
        ),
    ] {
        let periods: Vec<&Period> = stability.periods.iter().filter(|period| period.by == kind).collect();
        if !periods.is_empty() {
            markup.push_str(&table(page, caption, &periods));
        }
    }
    let months = months(page);
    let (fields, twin) = fields(page);
    format!("{markup}<div class=\"charts\">\n{months}{fields}</div>\n{twin}")
}

fn table(page: &Page<'_>, caption: &str, periods: &[&Period]) -> String {
    let numbers = page.numbers;
    let mut table = Table::new(
        caption,
        1,
        &[
            page.say("Period", "Période"),
            page.say("Clients", "Clients"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Mean probability", "Probabilité moyenne"),
            page.say("Approved", "Acceptés"),
            "AUC",
            "PSI",
        ],
    );
    for period in periods {
        let shown = match period.by {
            PeriodKind::Part => escape(&page.part_name(&period.name)),
            _ if period.name.is_empty() => page.say("(missing)", "(manquant)").to_owned(),
            PeriodKind::Month | PeriodKind::Fold => name(&period.name),
        };
        table.row([
            shown,
            numbers.count(period.rows),
            numbers.percent(period.bad_rate, 2),
            numbers.percent(period.mean_probability, 2),
            numbers.percent(period.approval_rate, 1),
            numbers.number_or_none(period.auc, 3),
            numbers.number_or_none(period.index, 4),
        ]);
    }
    table.markup()
}

fn months(page: &mut Page<'_>) -> String {
    let figures = page.figures;
    let months: Vec<&Period> = figures
        .stability
        .periods
        .iter()
        .filter(|period| period.by == PeriodKind::Month && !period.name.is_empty())
        .collect();
    if months.len() < 2 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of months")]
    let line = |rate: fn(&Period) -> f64| -> Vec<(f64, f64)> {
        months
            .iter()
            .enumerate()
            .map(|(place, month)| (place as f64, rate(month)))
            .collect()
    };
    let (observed, predicted) = (line(|month| month.bad_rate), line(|month| month.mean_probability));
    let highest = observed
        .iter()
        .chain(&predicted)
        .map(|point| point.1)
        .fold(0.0, f64::max);
    let title = page.say("Bad rate by month", "Taux de défaut par mois");
    let takeaway = page.say(
        "Where the lines part, the probabilities no longer fit the month.",
        "Là où les lignes s’écartent, les probabilités ne conviennent plus au mois.",
    );
    let plot = Plot {
        title: title.to_owned(),
        description: takeaway.to_owned(),
        x: Axis::named(
            page.say("Month", "Mois"),
            months.iter().map(|month| month.name.clone()).collect(),
        ),
        y: Axis::up_to(page.say("Bad rate", "Taux de défaut"), highest, Shows::Percent),
        series: vec![
            Series {
                name: page.say("observed", "observé").to_owned(),
                style: 0,
                mark: Mark::Line(observed),
            },
            Series {
                name: page.say("predicted", "prédit").to_owned(),
                style: 2,
                mark: Mark::Line(predicted),
            },
        ],
    };
    let svg = page.plot(&plot);
    // The table of the months stands above.
    page.figure(title, &svg, takeaway, "")
}

/// The chart of fields, and its table.
fn fields(page: &mut Page<'_>) -> (String, String) {
    let (figures, numbers) = (page.figures, page.numbers);
    let fields = &figures.stability.fields;
    if fields.is_empty() {
        return (String::new(), String::new());
    }
    let title = page.say("Stability of the fields (CSI)", "Stabilité des champs (CSI)");
    let mut table = Table::new(
        title,
        2,
        &[
            page.say("Field", "Champ"),
            page.say("Name", "Nom"),
            page.say("Index", "Indice"),
            page.say("Reading", "Lecture"),
            page.say("Missing at training", "Manquants à l’entraînement"),
            page.say("Missing now", "Manquants maintenant"),
        ],
    );
    for field in fields {
        table.row([
            escape(&numbers.label(&field.input)),
            code(&field.input.name),
            numbers.number(field.index, 4),
            page.say(reading(field.index).0, reading(field.index).1).to_owned(),
            numbers.percent(field.missing_before, 1),
            numbers.percent(field.missing_now, 1),
        ]);
    }
    let highest = fields.iter().map(|field| field.index).fold(0.1, f64::max);
    let svg = page.rows(&Rows {
        title: title.to_owned(),
        description: page
            .say("Fields by stability index", "Champs par indice de stabilité")
            .to_owned(),
        axis: Axis::up_to(
            page.say("Stability index", "Indice de stabilité"),
            highest,
            Shows::Numbers,
        ),
        rule: Some(0.1),
        rows: fields
            .iter()
            .take(CHARTED)
            .map(|field| Row {
                name: numbers.label(&field.input),
                value: field.index,
                interval: None,
                shown: numbers.text(field.index, 3),
            })
            .collect(),
    });
    let moved = fields.iter().filter(|field| field.index >= 0.1).count();
    let takeaway = format!(
        "{moved} {} {} {}.",
        page.say("of", "des"),
        fields.len(),
        page.say(
            "fields have an index of 0.1 or more",
            "champs ont un indice d’au moins 0,1"
        )
    );
    (
        page.figure(title, &svg, &takeaway, ""),
        page.twin(title, &table.markup()),
    )
}
