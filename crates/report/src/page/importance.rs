//! What the features add to the scores.

use std::fmt::Write;

use candor_charts::markup::{Table, code, escape};
use candor_charts::{Axis, GREY, Mark, Plot, Row, Rows, Series, Shows};

use super::Page;
use crate::figures::{Dependence, DependenceBin};
use crate::shown::Shown;

/// Features in the chart.
const CHARTED: usize = 20;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let found = &figures.importance;
    let mut markup = format!(
        "<p>{} {} {}</p>\n",
        page.say(
            "Contributions are exact Shapley values, worked out for",
            "Les contributions sont des valeurs de Shapley exactes, calculées pour"
        ),
        numbers.count(found.rows),
        page.say(
            "clients: what a feature adds to the score in log-odds. The importance is their mean absolute value.",
            "clients : ce qu’une variable ajoute au score, en log-cotes. L’importance est leur valeur absolue moyenne.",
        )
    );
    let groups = groups(page);
    let (features, twin) = features(page);
    let _ = writeln!(
        markup,
        "<div class=\"charts\">\n{groups}{features}</div>\n{twin}<h3>{}</h3>\n<p class=\"note\">{}</p>\n<div class=\"charts\">",
        page.say("Dependence", "Dépendance"),
        page.say(
            "Mean contribution by value; the band holds the middle 80% of the clients, whose contributions differ because \
             features act together. Above 0 the risk is raised. Every point stands for twenty clients or more.",
            "Contribution moyenne selon la valeur ; la bande contient les 80 % du milieu des clients, dont les contributions \
             diffèrent car les variables agissent ensemble. Au-dessus de 0, le risque est accru. Chaque point représente \
             au moins vingt clients.",
        )
    );
    for dependence in &found.dependence {
        markup.push_str(&dependence_chart(page, dependence));
    }
    markup.push_str("</div>\n");
    markup
}

fn bars(page: &mut Page<'_>, title: &str, rows: Vec<(String, f64)>) -> String {
    let numbers = page.numbers;
    let highest = rows.iter().map(|row| row.1).fold(0.0, f64::max);
    let label = page.say(
        "Mean absolute contribution (log-odds)",
        "Contribution absolue moyenne (log-cotes)",
    );
    page.rows(&Rows {
        title: title.to_owned(),
        description: label.to_owned(),
        axis: Axis::up_to(label, highest, Shows::Numbers),
        rule: None,
        rows: rows
            .into_iter()
            .map(|(name, value)| Row {
                name,
                value,
                interval: None,
                shown: numbers.text(value, 3),
            })
            .collect(),
    })
}

fn groups(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let title = page.say("Importance by reason group", "Importance par groupe de motifs");
    let mut table = Table::new(
        title,
        1,
        &[
            page.say("Group", "Groupe"),
            page.say("Log-odds", "Log-cotes"),
            page.say("Points", "Points"),
        ],
    );
    let mut rows = Vec::new();
    for group in &figures.importance.groups {
        let label = group.label.in_language(numbers.language);
        table.row([
            escape(label),
            numbers.number(group.mean_contribution, 4),
            numbers.number(group.mean_points, 1),
        ]);
        if rows.len() < CHARTED {
            rows.push((label.to_owned(), group.mean_contribution));
        }
    }
    let svg = bars(page, title, rows);
    let takeaway = figures.importance.groups.first().map_or_else(String::new, |first| {
        format!(
            "{} {}.",
            page.say("Scores depend most on:", "Les scores dépendent surtout de :"),
            escape(first.label.in_language(numbers.language))
        )
    });
    page.figure(title, &svg, &takeaway, &table.markup())
}

/// The chart of features, and its table.
fn features(page: &mut Page<'_>) -> (String, String) {
    let (figures, numbers) = (page.figures, page.numbers);
    let title = page.say("Importance by feature", "Importance par variable");
    let mut table = Table::new(
        title,
        2,
        &[
            page.say("Feature", "Variable"),
            page.say("Name", "Nom"),
            page.say("Log-odds", "Log-cotes"),
            page.say("Points", "Points"),
            page.say("Share of gain", "Part du gain"),
            page.say("Splits", "Coupures"),
        ],
    );
    for feature in &figures.importance.features {
        table.row([
            escape(&numbers.label(&feature.input)),
            code(&feature.input.name),
            numbers.number(feature.mean_contribution, 4),
            numbers.number(feature.mean_points, 1),
            numbers.percent(feature.gain_share, 1),
            numbers.count(feature.splits),
        ]);
    }
    let rows = figures.importance.features.iter().take(CHARTED);
    let rows = rows
        .map(|feature| (numbers.label(&feature.input), feature.mean_contribution))
        .collect();
    let svg = bars(page, title, rows);
    let unused = figures
        .importance
        .features
        .iter()
        .filter(|feature| feature.splits == 0)
        .count();
    let takeaway = format!(
        "{unused} {} {} {}.",
        page.say("of", "des"),
        figures.importance.features.len(),
        page.say(
            "features are not used by any tree",
            "variables ne servent à aucun arbre"
        )
    );
    (
        page.figure(title, &svg, &takeaway, ""),
        page.twin(title, &table.markup()),
    )
}

fn dependence_chart(page: &mut Page<'_>, dependence: &Dependence) -> String {
    let numbers = page.numbers;
    let input = &dependence.input;
    let title = numbers.label(input);
    let mut table = Table::new(
        &title,
        1,
        &[
            page.say("Values", "Valeurs"),
            page.say("Clients", "Clients"),
            page.say("Mean contribution", "Contribution moyenne"),
            page.say("10% to 90%", "10 % à 90 %"),
        ],
    );
    for bin in &dependence.bins {
        table.row([
            numbers.values(&bin.values, Some(input)),
            numbers.count(bin.rows),
            numbers.number(bin.contribution.value, 3),
            format!(
                "{} … {}",
                numbers.number(bin.contribution.low, 3),
                numbers.number(bin.contribution.high, 3)
            ),
        ]);
    }
    let ends = dependence
        .bins
        .iter()
        .flat_map(|bin| [bin.contribution.low, bin.contribution.high, bin.contribution.value]);
    let label = page.say("Contribution (log-odds)", "Contribution (log-cotes)");
    let largest = dependence
        .bins
        .iter()
        .max_by(|a, b| a.contribution.value.total_cmp(&b.contribution.value));
    let takeaway = largest.map_or_else(String::new, |bin| {
        format!(
            "{} {} ({}).",
            page.say("The risk is raised most at:", "Le risque est le plus accru à :"),
            numbers.values(&bin.values, Some(input)),
            numbers.number(bin.contribution.value, 3)
        )
    });
    // Lines for numbers, with what is missing beside them; rows for levels.
    let mut numeric: Vec<(f64, &DependenceBin)> = dependence
        .bins
        .iter()
        .filter_map(|bin| Some((bin.mean_value? / input.scale, bin)))
        .collect();
    numeric.sort_by(|a, b| a.0.total_cmp(&b.0));
    let svg = if numeric.len() > 1 {
        let missing = dependence.bins.iter().find(|bin| bin.mean_value.is_none());
        let mut x = Axis::around(&title, numeric.iter().map(|point| point.0), Shows::Numbers);
        let mut series = vec![
            Series {
                name: page
                    .say("middle 80% of clients", "80 % du milieu des clients")
                    .to_owned(),
                style: 0,
                mark: Mark::Band(
                    numeric
                        .iter()
                        .map(|(x, bin)| (*x, bin.contribution.low, bin.contribution.high))
                        .collect(),
                ),
            },
            Series {
                name: page.say("mean", "moyenne").to_owned(),
                style: 0,
                mark: Mark::Line(numeric.iter().map(|(x, bin)| (*x, bin.contribution.value)).collect()),
            },
        ];
        if let Some(bin) = missing {
            let room = 0.08 * (x.high - x.low);
            x.high += room;
            let contribution = bin.contribution;
            series.push(Series {
                name: page.say("missing", "manquant").to_owned(),
                style: 1,
                mark: Mark::Points(vec![(
                    x.high - room / 2.0,
                    contribution.value,
                    contribution.low,
                    contribution.high,
                )]),
            });
        }
        series.insert(
            0,
            Series {
                name: String::new(),
                style: GREY,
                mark: Mark::Line(vec![(x.low, 0.0), (x.high, 0.0)]),
            },
        );
        page.plot(&Plot {
            title: title.clone(),
            description: label.to_owned(),
            x,
            y: Axis::around(label, ends.chain([0.0]), Shows::Numbers),
            series,
        })
    } else {
        page.rows(&Rows {
            title: title.clone(),
            description: label.to_owned(),
            axis: Axis::around(label, ends.chain([0.0]), Shows::Numbers),
            rule: Some(0.0),
            rows: dependence
                .bins
                .iter()
                .map(|bin| Row {
                    name: numbers.values_text(&bin.values, Some(input)),
                    value: bin.contribution.value,
                    interval: Some((bin.contribution.low, bin.contribution.high)),
                    shown: numbers.text(bin.contribution.value, 2),
                })
                .collect(),
        })
    };
    page.figure(&title, &svg, &takeaway, &table.markup())
}
