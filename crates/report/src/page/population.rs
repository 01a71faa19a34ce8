//! Who the clients are, what counts as bad, and what the lender decides.

use std::fmt::Write;

use candor_charts::markup::{Table, code, escape};

use super::Page;
use candor_portfolio::scored::points_at;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let lineage = &figures.lineage;
    let mut markup = format!(
        "<p>{} {} = 1 {} {} {}.</p>\n",
        page.say("A client is bad when", "Un client est mauvais lorsque"),
        code(&lineage.target),
        page.say("and good when it is 0;", "et bon lorsqu’elle vaut 0 ;"),
        numbers.count(lineage.data.rows),
        page.say("clients were read", "clients ont été lus"),
    );
    let mut table = Table::new(
        page.say("Parts of the data", "Parties des données"),
        1,
        &[
            page.say("Part", "Partie"),
            page.say("Clients", "Clients"),
            page.say("Bad", "Mauvais"),
            page.say("Bad rate", "Taux de défaut"),
            page.say("Mean probability", "Probabilité moyenne"),
        ],
    );
    for part in &figures.parts {
        table.row([
            escape(&page.part_name(&part.name)),
            numbers.count(part.rows),
            numbers.count(part.bad),
            numbers.percent(part.bad_rate, 2),
            numbers.percent(part.mean_probability, 2),
        ]);
    }
    markup.push_str(&table.markup());
    if figures.parts.len() > 1 {
        let _ = writeln!(
            markup,
            "<p class=\"note\">{}</p>",
            page.say(
                "Trees were grown on the training part; the validation part stopped growing, calibrated and set the \
                 threshold; the test part was only looked at for the figures.",
                "Les arbres ont été construits sur la partie d’entraînement ; la partie de validation a arrêté leur \
                 croissance, calibré et fixé le seuil ; la partie de test n’a servi qu’aux chiffres.",
            )
        );
    }
    let policy = &figures.policy;
    let _ = writeln!(
        markup,
        "<h3>{}</h3>\n<p>{} {}{} {}. {} {}, {} {}. {} {}.</p>",
        page.say("Policy", "Politique"),
        page.say("Declined from a probability of", "Refus à partir d’une probabilité de"),
        numbers.percent(policy.threshold, 2),
        page.say(", which is", ", soit"),
        format_args!(
            "{} {}",
            numbers.text(points_at(policy, policy.threshold), 0),
            page.say("points", "points")
        ),
        page.say("A default that was approved costs", "Un défaut accepté coûte"),
        numbers.short_number(policy.costs.false_negative),
        page.say("a good client declined", "un bon client refusé"),
        numbers.short_number(policy.costs.false_positive),
        page.say(
            "With calibrated probabilities these costs break even at",
            "Avec des probabilités calibrées, ces coûts s’équilibrent à"
        ),
        numbers.percent_text(policy.costs.break_even(), 2),
    );
    if !policy.excluded.is_empty() {
        let mut table = Table::new(
            page.say("Fields kept out of the model", "Champs exclus du modèle"),
            2,
            &[page.say("Field", "Champ"), page.say("Why", "Raison")],
        );
        for excluded in &policy.excluded {
            table.row([
                code(&excluded.field),
                escape(excluded.why.in_language(numbers.language)),
            ]);
        }
        markup.push_str(&table.markup());
    }
    markup
}
