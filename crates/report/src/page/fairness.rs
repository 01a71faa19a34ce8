//! Decisions by group.

use std::fmt::Write;

use candor_charts::markup::{Table, code, escape};
use candor_charts::{Axis, NONE, Row, Rows, Shows};
use candor_core::artifact::Interval;

use super::Page;
use crate::figures::{GroupColumn, GroupRates};
use crate::shown::Shown;

/// Below this ratio of approval rates authorities look closer (the four-fifths rule).
const FOUR_FIFTHS: f64 = 0.8;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let figures = page.figures;
    let mut markup = String::new();
    if !figures.fairness.is_empty() {
        let _ = writeln!(
            markup,
            "<p class=\"note\">{}</p>",
            page.say(
                "A false positive is a good client who is declined, a false negative a bad one who is approved. Rates are \
                 left out for groups with fewer than 20 good or 20 bad clients. Groups can differ in risk; equal approval \
                 rates, equal error rates and calibration by group cannot all be had then.",
                "Un faux positif est un bon client refusé, un faux négatif un mauvais client accepté. Les taux sont omis \
                 pour les groupes de moins de 20 bons ou 20 mauvais clients. Les groupes peuvent différer par leur risque ; \
                 taux d’acceptation égaux, taux d’erreur égaux et calibrage par groupe ne peuvent alors aller ensemble.",
            )
        );
    }
    for column in &figures.fairness {
        markup.push_str(&group_column(page, column));
    }
    markup.push_str(&exclusion(page));
    markup
}

fn group_column(page: &mut Page<'_>, column: &GroupColumn) -> String {
    let numbers = page.numbers;
    let label = column.label.as_ref().map(|label| label.in_language(numbers.language));
    let mut markup = format!(
        "<h3>{}{}</h3>\n<p>{}",
        code(&column.column),
        label.map_or_else(String::new, |label| format!(" – {}", escape(label))),
        if column.is_input {
            page.say("The model reads this column.", "Le modèle lit cette colonne.")
        } else {
            page.say(
                "The model does not read this column.",
                "Le modèle ne lit pas cette colonne.",
            )
        }
    );
    match (
        column.approval_ratio,
        column.false_positive_gap,
        column.false_negative_gap,
    ) {
        (Some(ratio), Some(positive), Some(negative)) => {
            let reading = if ratio < FOUR_FIFTHS {
                page.say("below four fifths", "sous les quatre cinquièmes")
            } else {
                page.say("four fifths or more", "quatre cinquièmes ou plus")
            };
            let _ = writeln!(
                markup,
                " {} {} ({reading}). {} {}; {} {}.</p>",
                page.say(
                    "Lowest approval rate over the highest:",
                    "Plus faible taux d’acceptation sur le plus élevé :"
                ),
                numbers.number(ratio, 3),
                page.say(
                    "Largest difference of false-positive rates:",
                    "Plus grand écart de taux de faux positifs :"
                ),
                numbers.percent(positive, 1),
                page.say("of false-negative rates:", "de taux de faux négatifs :"),
                numbers.percent(negative, 1)
            );
        }
        _ => {
            let _ = writeln!(
                markup,
                " {}</p>",
                page.say(
                    "Fewer than two groups have enough clients to be compared.",
                    "Moins de deux groupes ont assez de clients pour être comparés.",
                )
            );
        }
    }
    let mut table = Table::new(
        &column.column,
        1,
        &[
            page.say("Group", "Groupe"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Mean probability", "Probabilité moyenne"),
            page.say("Approved", "Acceptés"),
            page.say("Ratio to highest", "Rapport au plus élevé"),
            page.say("False-positive rate", "Taux de faux positifs"),
            page.say("False-negative rate", "Taux de faux négatifs"),
            "AUC",
        ],
    );
    for group in &column.groups {
        let mut cells = vec![
            numbers.values(&group.values, None),
            numbers.count(group.rows),
            numbers.count(group.bad),
        ];
        match &group.rates {
            None => cells.resize(10, NONE.to_owned()),
            Some(rates) => cells.extend([
                numbers.percent_interval(rates.bad, 1),
                numbers.percent(rates.mean_probability, 1),
                numbers.percent_interval(rates.approval, 1),
                numbers.number(rates.approval_ratio, 3),
                numbers.percent_interval(rates.false_positive, 1),
                numbers.percent_interval(rates.false_negative, 1),
                numbers.number(rates.auc, 3),
            ]),
        }
        table.row(cells);
    }
    markup.push_str(&table.markup());
    markup.push_str("<div class=\"charts\">\n");
    for (title, rate) in [
        (
            page.say("Approved, by group", "Acceptés, par groupe"),
            (|rates: &GroupRates| rates.approval) as fn(&GroupRates) -> Interval,
        ),
        (
            page.say("False-positive rate, by group", "Taux de faux positifs, par groupe"),
            |rates| rates.false_positive,
        ),
        (
            page.say("False-negative rate, by group", "Taux de faux négatifs, par groupe"),
            |rates| rates.false_negative,
        ),
    ] {
        markup.push_str(&rate_chart(page, column, title, rate));
    }
    markup.push_str("</div>\n");
    markup
}

fn rate_chart(page: &mut Page<'_>, column: &GroupColumn, title: &str, rate: fn(&GroupRates) -> Interval) -> String {
    let numbers = page.numbers;
    let rows: Vec<Row> = column
        .groups
        .iter()
        .filter_map(|group| {
            let interval = rate(group.rates.as_ref()?);
            Some(Row {
                name: numbers.values_text(&group.values, None),
                value: interval.value,
                interval: Some((interval.low, interval.high)),
                shown: numbers.percent_text(interval.value, 1),
            })
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let ends = rows
        .iter()
        .flat_map(|row| row.interval)
        .flat_map(|(low, high)| [low, high]);
    let axis = Axis::around(
        page.say("Share, with its 95% interval", "Part, avec son intervalle à 95 %"),
        ends,
        Shows::Percent,
    );
    let svg = page.rows(&Rows {
        title: title.to_owned(),
        description: format!("{title}: {}", column.column),
        axis,
        rule: None,
        rows,
    });
    format!("<figure><h3>{title}</h3>{svg}</figure>\n")
}

fn exclusion(page: &Page<'_>) -> String {
    let numbers = page.numbers;
    let Some(found) = &page.figures.exclusion else {
        return String::new();
    };
    let fields: Vec<String> = found.fields.iter().map(|field| code(field)).collect();
    let mut table = Table::new(
        page.say("On the same clients", "Sur les mêmes clients"),
        1,
        &[
            page.say("Figure", "Mesure"),
            page.say("Without them (this model)", "Sans eux (ce modèle)"),
            page.say("With them", "Avec eux"),
            page.say("Cost of leaving them out", "Coût de leur exclusion"),
        ],
    );
    table.row([
        "AUC".to_owned(),
        numbers.number(found.auc, 4),
        numbers.number(found.auc_with, 4),
        numbers.interval(found.auc_cost, 4),
    ]);
    table.row([
        page.say("Cost per client at break-even", "Coût par client à l’équilibre")
            .to_owned(),
        numbers.number(found.cost, 4),
        numbers.number(found.cost_with, 4),
        numbers.interval(found.added_cost, 4),
    ]);
    format!(
        "<h3>{}</h3>\n<p>{} {} ({}) {}: {}. {}</p>\n{}",
        page.say("What leaving fields out costs", "Ce que coûte l’exclusion de champs"),
        page.say("Compared with the model", "Comparé au modèle"),
        candor_charts::markup::name(&found.model),
        code(&found.model_digest.chars().take(16).collect::<String>()),
        page.say("which also reads", "qui lit aussi"),
        fields.join(", "),
        page.say(
            "Intervals are of the paired difference.",
            "Les intervalles sont ceux de la différence appariée."
        ),
        table.markup()
    )
}
