//! What decisions cost at other cost ratios than the policy's.

use candor_charts::markup::Table;
use candor_charts::{Axis, GREY, Mark, Plot, Series, Shows};
use candor_portfolio::scored::CostAtRatio;

use super::Page;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let costs = figures.policy.costs;
    let policy_ratio = costs.false_negative / costs.false_positive;
    let mut table = Table::new(
        page.say(
            "Cost per client when declining a good client costs 1",
            "Coût par client lorsque refuser un bon client coûte 1",
        ),
        0,
        &[
            page.say("Cost of a default", "Coût d’un défaut"),
            page.say("Break-even threshold", "Seuil d’équilibre"),
            page.say("Approved", "Acceptés"),
            page.say("Model at break-even", "Modèle à l’équilibre"),
            page.say("Model at the policy's threshold", "Modèle au seuil de la politique"),
            page.say("Approving all", "Tout accepter"),
            page.say("Declining all", "Tout refuser"),
        ],
    );
    let is_policy = |point: &CostAtRatio| (point.ratio - policy_ratio).abs() < 1e-9;
    for point in &figures.costs {
        let cells = [
            numbers.number(point.ratio, 0),
            numbers.percent(point.threshold, 2),
            numbers.percent(point.approval_rate, 1),
            numbers.interval(point.model, 4),
            numbers.number(point.at_policy_threshold, 4),
            numbers.number(point.approve_all, 4),
            numbers.number(point.decline_all, 4),
        ];
        table.marked_row(cells, is_policy(point));
    }
    let line = |cost: fn(&CostAtRatio) -> f64| -> Vec<(f64, f64)> {
        figures.costs.iter().map(|point| (point.ratio, cost(point))).collect()
    };
    let cheaper = figures
        .costs
        .iter()
        .filter(|point| point.model.high < point.approve_all.min(point.decline_all))
        .count();
    let takeaway = format!(
        "{} {cheaper} {} {} {}.",
        page.say("At", "Pour"),
        page.say("of", "des"),
        figures.costs.len(),
        page.say(
            "cost ratios the whole 95% interval of the model's cost lies below both approving all and declining all",
            "rapports de coûts, tout l’intervalle à 95 % du coût du modèle est sous « tout accepter » et « tout refuser »",
        )
    );
    let highest = figures
        .costs
        .iter()
        .map(|point| {
            point
                .model
                .high
                .max(point.approve_all)
                .max(point.decline_all)
                .max(point.at_policy_threshold)
        })
        .fold(0.0, f64::max);
    let title = page.say("Cost curve", "Courbe des coûts");
    let series = |name: &str, style: u8, mark: Mark| Series {
        name: name.to_owned(),
        style,
        mark,
    };
    let plot = Plot {
        title: title.to_owned(),
        description: takeaway.clone(),
        x: Axis {
            label: page
                .say(
                    "Cost of an approved default, in declined good clients",
                    "Coût d’un défaut accepté, en bons clients refusés",
                )
                .to_owned(),
            low: 0.5,
            high: 20.5,
            shows: Shows::Numbers,
        },
        y: Axis::up_to(page.say("Cost per client", "Coût par client"), highest, Shows::Numbers),
        series: vec![
            series(
                page.say("95% interval", "intervalle à 95 %"),
                0,
                Mark::Band(
                    figures
                        .costs
                        .iter()
                        .map(|point| (point.ratio, point.model.low, point.model.high))
                        .collect(),
                ),
            ),
            series(
                page.say("model at break-even", "modèle à l’équilibre"),
                0,
                Mark::Line(line(|point| point.model.value)),
            ),
            series(
                page.say("model at the policy's threshold", "modèle au seuil de la politique"),
                2,
                Mark::Line(line(|point| point.at_policy_threshold)),
            ),
            series(
                page.say("approving all", "tout accepter"),
                1,
                Mark::Line(line(|point| point.approve_all)),
            ),
            series(
                page.say("declining all", "tout refuser"),
                3,
                Mark::Line(line(|point| point.decline_all)),
            ),
            series(page.say("policy", "politique"), GREY, Mark::Rule(policy_ratio)),
        ],
    };
    let svg = page.plot(&plot);
    let chart = page.figure(title, &svg, &takeaway, "");
    let twin = page.twin(title, &table.markup());
    format!("<div class=\"charts\">\n{chart}</div>\n{twin}")
}
