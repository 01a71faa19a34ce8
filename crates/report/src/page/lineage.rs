//! Where the model and the figures come from.

use std::fmt::Write;

use candor_charts::markup::{Table, code, details, escape, name};

use super::Page;

pub(super) fn draw(page: &mut Page<'_>) -> String {
    let (figures, numbers) = (page.figures, page.numbers);
    let lineage = &figures.lineage;
    let card = &lineage.card;
    let mut table = Table::new(
        page.say("Model and data", "Modèle et données"),
        2,
        &[page.say("What", "Quoi"), page.say("Value", "Valeur")],
    );
    let same = if lineage.is_training_data {
        page.say("yes", "oui")
    } else {
        page.say("no", "non")
    };
    let rows_of = |rows: u64| {
        if rows == 0 {
            String::new()
        } else {
            format!(" ({})", numbers.count(rows))
        }
    };
    for (what, value) in [
        (page.say("Model", "Modèle"), name(&card.name)),
        (page.say("Model file", "Fichier du modèle"), code(&lineage.model_file)),
        (
            page.say("Digest (SHA-256)", "Empreinte (SHA-256)"),
            code(&lineage.model_digest),
        ),
        (
            page.say("Made by", "Produit par"),
            format!("Candor {}, {}", escape(&card.candor_version), escape(&card.algorithm)),
        ),
        (
            page.say("Reported by", "Rapport par"),
            format!("Candor {}", escape(&figures.candor_version)),
        ),
        (
            page.say("Trees and leaves", "Arbres et feuilles"),
            format!("{} · {}", numbers.count(lineage.trees), numbers.count(lineage.leaves)),
        ),
        (
            page.say("Fields and features", "Champs et variables"),
            format!(
                "{} · {}",
                numbers.count(lineage.fields),
                numbers.count(lineage.features)
            ),
        ),
        (
            page.say("Calibration (log-odds)", "Calibrage (log-cotes)"),
            format!(
                "{} · {} + {}",
                numbers.number(lineage.calibration.slope, 6),
                page.say("raw score", "score brut"),
                numbers.number(lineage.calibration.intercept, 6)
            ),
        ),
        (
            page.say("Trained on (clients)", "Entraîné sur (clients)"),
            format!("{}{}", name(&card.data.file), rows_of(card.data.rows)),
        ),
        (
            page.say("Fingerprint of that data", "Empreinte de ces données"),
            code(&card.data.sha256),
        ),
        (
            page.say("Measured on (clients)", "Mesuré sur (clients)"),
            format!("{}{}", name(&lineage.data.file), rows_of(lineage.data.rows)),
        ),
        (
            page.say("Fingerprint of that data", "Empreinte de ces données"),
            code(&lineage.data.sha256),
        ),
        (page.say("The same data", "Les mêmes données"), same.to_owned()),
        (
            page.say("Seed of the bootstrap", "Graine du bootstrap"),
            numbers.count(lineage.seed),
        ),
    ] {
        table.row([what.to_owned(), value]);
    }
    let mut markup = table.markup();
    if !card.notes.is_empty() {
        let notes: String = card
            .notes
            .iter()
            .map(|note| format!("<li>{}</li>", escape(note)))
            .collect();
        let _ = writeln!(
            markup,
            "<h3>{}</h3>\n<ul>{notes}</ul>",
            page.say("Notes of the model card", "Notes de la fiche du modèle")
        );
    }
    if !card.dropped_features.is_empty() {
        let dropped: Vec<String> = card.dropped_features.iter().map(|feature| code(feature)).collect();
        let _ = writeln!(
            markup,
            "<p>{} {}.</p>",
            page.say(
                "Features left out because they read an excluded field:",
                "Variables écartées car elles lisent un champ exclu :"
            ),
            dropped.join(", ")
        );
    }
    let mut parameters = Table::new(
        page.say("Parameters of the learner", "Paramètres de l’apprentissage"),
        2,
        &[page.say("Parameter", "Paramètre"), page.say("Value", "Valeur")],
    );
    for (parameter, value) in &card.parameters {
        parameters.row([code(parameter), escape(value)]);
    }
    markup.push_str(&details(
        "twin",
        page.say("Parameters of the learner", "Paramètres de l’apprentissage"),
        &parameters.markup(),
    ));
    markup
}
