//! What each input says of the outcome on its own.

use std::fmt::Write;

use candor_charts::markup::{Table, code, details, escape};
use candor_charts::{Axis, NONE, Row, Rows, Shows};

use super::Page;
use crate::figures::{Input, Trend};
use crate::shown::Shown;

/// Inputs in the chart.
const CHARTED: usize = 20;
/// Inputs whose bins are printed without being open.
const PRINTED: usize = 10;
/// Inputs with a chart of their weights.
const WEIGHED: usize = 30;

/// How strong an information value is, as scorecard builders read it (Siddiqi 2006).
fn strength(page: &Page<'_>, value: Option<f64>) -> &'static str {
    let texts = match value {
        None => (NONE, NONE),
        Some(value) if value < 0.02 => ("none", "nulle"),
        Some(value) if value < 0.1 => ("weak", "faible"),
        Some(value) if value < 0.3 => ("medium", "moyenne"),
        Some(value) if value < 0.5 => ("strong", "forte"),
        Some(_) => ("very strong", "très forte"),
    };
    page.numbers.say(texts.0, texts.1)
}

fn trend(page: &Page<'_>, trend: Option<Trend>) -> &'static str {
    let texts = match trend {
        None => (NONE, NONE),
        Some(Trend::Rising) => ("rising", "croissante"),
        Some(Trend::Falling) => ("falling", "décroissante"),
        Some(Trend::Mixed) => ("mixed", "mixte"),
    };
    page.numbers.say(texts.0, texts.1)
}

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let telling = figures
        .inputs
        .iter()
        .filter(|input| input.information_value >= Some(0.02))
        .count();
    let mut markup = format!(
        "<p class=\"takeaway\">{telling} {} {} {}</p>\n<p class=\"note\">{} {}. {}</p>\n",
        page.say("of", "des"),
        figures.inputs.len(),
        page.say(
            "inputs say something of the outcome on their own (information value of 0.02 or more).",
            "variables disent quelque chose du défaut à elles seules (valeur d’information d’au moins 0,02).",
        ),
        page.say("Described on the part", "Décrites sur la partie"),
        escape(&page.part_name(&figures.developed_on)),
        page.say(
            "The weight of evidence is ln(share of the good clients ∕ share of the bad ones): above 0 where clients are \
             better than on average. Numbers are cut into bins of about equal mass; a bin that lacks one kind counts as if \
             it had half a client more of both. The trend is that of the bad rate as the raw value grows.",
            "Le poids de l’évidence est ln(part des bons clients ∕ part des mauvais) : positif là où les clients sont \
             meilleurs que la moyenne. Les nombres sont coupés en classes de même effectif environ ; une classe à laquelle \
             manque une catégorie compte comme si elle avait un demi-client de plus de chacune. La tendance est celle du \
             taux de défaut lorsque la valeur brute croît.",
        )
    );
    let title = page.say("Information value", "Valeur d’information");
    let mut table = Table::new(
        page.say(
            "All inputs, the most telling first",
            "Toutes les variables, des plus parlantes aux moins parlantes",
        ),
        2,
        &[
            page.say("Input", "Variable"),
            page.say("Name", "Nom"),
            "IV",
            page.say("Strength", "Force"),
            page.say("Missing", "Manquants"),
            page.say("Trend", "Tendance"),
        ],
    );
    for input in &figures.inputs {
        table.row([
            escape(&numbers.label(&input.input)),
            code(&input.input.name),
            numbers.number_or_none(input.information_value, 4),
            strength(page, input.information_value).to_owned(),
            numbers.percent(input.missing_share, 1),
            trend(page, input.trend).to_owned(),
        ]);
    }
    let shown: Vec<&Input> = figures.inputs.iter().take(CHARTED).collect();
    let value = |input: &Input| input.information_value.unwrap_or(0.0);
    let highest = shown.iter().map(|input| value(input)).fold(0.0, f64::max);
    let svg = page.rows(&Rows {
        title: title.to_owned(),
        description: page
            .say("Inputs by information value", "Variables par valeur d’information")
            .to_owned(),
        axis: Axis::up_to(title, highest, Shows::Numbers),
        rule: None,
        rows: shown
            .iter()
            .map(|input| Row {
                name: numbers.label(&input.input),
                value: value(input),
                interval: None,
                shown: numbers.text(value(input), 3),
            })
            .collect(),
    });
    let takeaway = shown.first().map_or_else(String::new, |first| {
        format!(
            "{} {}.",
            page.say("The most telling input is", "La variable la plus parlante est"),
            escape(&numbers.label(&first.input))
        )
    });
    let chart = page.figure(title, &svg, &takeaway, "");
    let twin = page.twin(title, &table.markup());
    let _ = writeln!(
        markup,
        "<div class=\"charts\">\n{chart}</div>\n{twin}<h3>{}</h3>\n<p class=\"note\">{}</p>",
        page.say("Input by input", "Variable par variable"),
        page.say(
            "The first ten, and those that are open, are printed.",
            "Les dix premières, et celles qui sont ouvertes, sont imprimées."
        )
    );
    let (first, others) = figures.inputs.split_at(figures.inputs.len().min(WEIGHED));
    for (place, input) in first.iter().enumerate() {
        let class = if place < PRINTED { "feature key" } else { "feature" };
        markup.push_str(&input_details(page, input, class, true));
    }
    if !others.is_empty() {
        let others_markup: String = others
            .iter()
            .map(|input| input_details(page, input, "feature", false))
            .collect();
        let summary = format!(
            "{} {}",
            others.len(),
            page.say("inputs that say less", "variables moins parlantes")
        );
        markup.push_str(&details("feature", &summary, &others_markup));
    }
    markup
}

fn input_details(page: &mut Page<'_>, input: &Input, class: &str, charted: bool) -> String {
    let numbers = page.numbers;
    let label = numbers.label(&input.input);
    let mut table = Table::new(
        &label,
        1,
        &[
            page.say("Values", "Valeurs"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Weight of evidence", "Poids de l’évidence"),
            page.say("Information", "Information"),
        ],
    );
    for bin in &input.bins {
        table.row([
            numbers.values(&bin.values, Some(&input.input)),
            numbers.count(bin.rows),
            numbers.count(bin.bad),
            numbers.percent(bin.bad_rate, 2),
            numbers.number(bin.weight, 3),
            numbers.number(bin.information, 4),
        ]);
    }
    let chart = if charted {
        let svg = page.rows(&Rows {
            title: label.clone(),
            description: page
                .say("Weight of evidence of each bin", "Poids de l’évidence de chaque classe")
                .to_owned(),
            axis: Axis::around(
                page.say("Weight of evidence", "Poids de l’évidence"),
                input.bins.iter().map(|bin| bin.weight).chain([0.0]),
                Shows::Numbers,
            ),
            rule: Some(0.0),
            rows: input
                .bins
                .iter()
                .map(|bin| Row {
                    name: numbers.values_text(&bin.values, Some(&input.input)),
                    value: bin.weight,
                    interval: None,
                    shown: numbers.text(bin.weight, 2),
                })
                .collect(),
        });
        format!("<figure>{svg}</figure>")
    } else {
        String::new()
    };
    let summary = format!(
        "{} · IV {} · {} {} · {}",
        escape(&label),
        numbers.number_or_none(input.information_value, 3),
        page.say("missing", "manquants"),
        numbers.percent(input.missing_share, 1),
        escape(input.group.in_language(numbers.language))
    );
    details(
        class,
        &summary,
        &format!("<div class=\"charts\">{chart}<div>{}</div></div>", table.markup()),
    )
}
