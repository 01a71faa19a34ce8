//! What points stand for, and where to cut.

use candor_charts::markup::{Table, details, escape};
use candor_charts::{Axis, Mark, Plot, Series, Shows};

use super::Page;
use candor_portfolio::scored::{ScoreBand, points_at, probability_at};

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let policy = &figures.policy;
    let scaling = policy.scaling;
    let mut markup = format!(
        "<p>{} {} {} {}:1; {} {} {}. {} {} {} {}.</p>\n",
        page.say(
            "Points are a linear scale of the log-odds:",
            "Les points sont une échelle linéaire des log-cotes :"
        ),
        numbers.short_number(scaling.points),
        page.say(
            "points at odds (good to bad) of",
            "points à une cote (bons contre mauvais) de"
        ),
        numbers.short_number(scaling.odds),
        page.say("every", "tous les"),
        numbers.short_number(scaling.pdo),
        page.say("points more double the odds", "points de plus, la cote double"),
        page.say("The policy declines below", "La politique refuse en dessous de"),
        numbers.text(points_at(policy, policy.threshold), 1),
        page.say("points, a probability of", "points, soit une probabilité de"),
        numbers.percent(policy.threshold, 2),
    );
    let mut scale = Table::new(
        page.say("What points stand for", "Ce que valent les points"),
        0,
        &[
            page.say("Points", "Points"),
            page.say("Odds, good to bad", "Cote, bons contre mauvais"),
            page.say("Probability of default", "Probabilité de défaut"),
        ],
    );
    for doublings in -3_i32..=3 {
        let points = scaling.points + f64::from(doublings) * scaling.pdo;
        let probability = probability_at(policy, points);
        scale.row([
            numbers.text(points, 0),
            format!("{}:1", numbers.short((1.0 - probability) / probability)),
            numbers.percent_text(probability, 2),
        ]);
    }
    markup.push_str(&details(
        "twin",
        page.say("What points stand for", "Ce que valent les points"),
        &scale.markup(),
    ));
    markup.push_str(&bands(page));
    markup
}

fn bands(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let policy = &figures.policy;
    let names: Vec<String> = figures
        .bands
        .iter()
        .map(|band| match (band.from, band.to) {
            (None, Some(to)) => format!("< {}", numbers.short(to)),
            (Some(from), None) => format!("≥ {}", numbers.short(from)),
            (Some(from), Some(to)) => format!("{}–{}", numbers.short(from), numbers.short(to)),
            (None, None) => page.say("all", "tous").to_owned(),
        })
        .collect();
    let threshold = points_at(policy, policy.threshold);
    let holds = |from: Option<f64>, to: Option<f64>| {
        from.is_none_or(|from| from <= threshold) && to.is_none_or(|to| threshold < to)
    };
    let mut table = Table::new(
        page.say(
            "Bands of points; on the right, what approving from each band on would mean (the policy's threshold lies in the marked band)",
            "Tranches de points ; à droite, l’effet d’une acceptation à partir de chaque tranche (le seuil de la politique est dans la tranche marquée)",
        ),
        1,
        &[
            page.say("Points", "Points"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Mean probability", "Probabilité moyenne"),
            page.say("Approved", "Acceptés"),
            page.say("Bad rate approved", "Défaut des acceptés"),
            page.say("Bad declined", "Mauvais refusés"),
            page.say("Precision", "Précision"),
            page.say("Cost per client", "Coût par client"),
        ],
    );
    for (band, name) in figures.bands.iter().zip(&names) {
        let cut = &band.cut_off;
        let cells = [
            format!("<span class=\"nw\">{}</span>", escape(name)),
            numbers.count(band.rows),
            numbers.count(band.bad),
            numbers.percent_or_none(band.bad_rate, 2),
            numbers.percent_or_none(band.mean_probability, 2),
            numbers.percent(cut.approval_rate, 1),
            numbers.percent_or_none(cut.bad_rate_approved, 2),
            numbers.percent(cut.recall, 1),
            numbers.percent_or_none(cut.precision, 1),
            numbers.number(cut.cost, 4),
        ];
        table.marked_row(cells, holds(band.from, band.to));
    }
    let table = table.markup();
    let Some(part) = page.measured() else { return table };
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    let shares: Vec<(f64, f64)> = figures
        .bands
        .iter()
        .enumerate()
        .map(|(place, band)| (place as f64, band.rows as f64 / part.rows as f64))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of bands")]
    let rates = |rate: fn(&ScoreBand) -> Option<f64>| -> Vec<(f64, f64)> {
        let places = figures.bands.iter().enumerate();
        places
            .filter_map(|(place, band)| Some((place as f64, rate(band)?)))
            .collect()
    };
    let (observed, predicted) = (rates(|band| band.bad_rate), rates(|band| band.mean_probability));
    let highest = |points: &[(f64, f64)]| points.iter().map(|point| point.1).fold(0.0, f64::max);
    let places = |label: &str| Axis::named(label, names.clone());
    let points = page.say("Points", "Points");
    // Where the threshold cuts through the bands, between the middles of the bands beside it.
    #[expect(clippy::cast_precision_loss, reason = "a handful of bands")]
    let cut = figures
        .bands
        .iter()
        .enumerate()
        .find(|(_, band)| holds(band.from, band.to))
        .map(|(place, band)| {
            let inside = match (band.from, band.to) {
                (Some(from), Some(to)) => (threshold - from) / (to - from),
                _ => 0.5,
            };
            place as f64 - 0.5 + inside
        });
    let threshold_name = page.say("threshold", "seuil").to_owned();
    let with_threshold = |mut series: Vec<Series>| {
        series.extend(cut.map(|cut| Series {
            name: threshold_name.clone(),
            style: 1,
            mark: Mark::Rule(cut),
        }));
        series
    };
    let title = page.say("Clients by points", "Clients par points");
    let takeaway = format!(
        "{} {}.",
        page.say("Approved at the threshold:", "Acceptés au seuil :"),
        numbers.percent(part.decisions.approval_rate, 1)
    );
    let svg = page.plot(&Plot {
        title: title.to_owned(),
        description: takeaway.clone(),
        x: places(points),
        y: Axis::up_to(
            page.say("Share of clients", "Part des clients"),
            highest(&shares),
            Shows::Percent,
        ),
        series: with_threshold(vec![Series {
            name: String::new(),
            style: 0,
            mark: Mark::Bars(shares),
        }]),
    });
    let first = page.figure(title, &svg, &takeaway, "");
    let title = page.say("Bad rate by points", "Taux de défaut par points");
    let falls = observed.windows(2).all(|pair| pair[0].1 >= pair[1].1);
    let takeaway = if falls {
        page.say(
            "The bad rate falls from band to band.",
            "Le taux de défaut baisse de tranche en tranche.",
        )
    } else {
        page.say(
            "The bad rate does not fall from every band to the next; small bands vary by chance.",
            "Le taux de défaut ne baisse pas de chaque tranche à la suivante ; les petites tranches varient par hasard.",
        )
    };
    let highest = highest(&observed).max(highest(&predicted));
    let svg = page.plot(&Plot {
        title: title.to_owned(),
        description: takeaway.to_owned(),
        x: places(points),
        y: Axis::up_to(page.say("Bad rate", "Taux de défaut"), highest, Shows::Percent),
        series: with_threshold(vec![
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
        ]),
    });
    let second = page.figure(title, &svg, takeaway, "");
    format!("<div class=\"charts\">\n{first}{second}</div>\n{table}")
}
