//! Sentences with figures in them. Each matches on the language, so that none can be forgotten.

use candor_core::Language;

use crate::format::{count, percent, probability, signed, whole};

/// How the probability stands to the threshold.
pub fn verdict(value: f64, threshold: f64, language: Language) -> String {
    let mut texts = (probability(value, language), probability(threshold, language));
    if texts.0 == texts.1 && value < threshold {
        // Below, but not by what one digit shows.
        texts = (percent(value, 3, language), percent(threshold, 3, language));
    }
    let (value_text, threshold_text) = texts;
    match (language, value < threshold) {
        (Language::En, true) => {
            format!("Probability of default {value_text}, below the threshold of {threshold_text}.")
        }
        (Language::En, false) => {
            format!("Probability of default {value_text}, at or above the threshold of {threshold_text}.")
        }
        (Language::Fr, true) => format!("Probabilité de défaut de {value_text}, sous le seuil de {threshold_text}."),
        (Language::Fr, false) => {
            format!("Probabilité de défaut de {value_text}, au seuil de {threshold_text} ou au-dessus.")
        }
    }
}

/// Where the client stands among the training population.
pub fn percentile(share_below: f64, language: Language) -> String {
    let safer = share_below < 0.5;
    let share = percent(if safer { 1.0 - share_below } else { share_below }, 0, language);
    match (language, safer) {
        (Language::En, true) => format!("safer than {share}"),
        (Language::En, false) => format!("riskier than {share}"),
        (Language::Fr, true) => format!("plus sûr que {share}"),
        (Language::Fr, false) => format!("plus risqué que {share}"),
    }
}

/// The scale as one sentence, for those who do not see it.
pub fn scale_takeaway(value: f64, threshold: f64, level: &str, language: Language) -> String {
    let (value, threshold) = (probability(value, language), probability(threshold, language));
    match language {
        Language::En => {
            format!("On the scale of risk, {value} lies in the band {level}; the threshold is {threshold}.")
        }
        Language::Fr => {
            format!("Sur l’échelle de risque, {value} est dans la bande {level}\u{a0}; le seuil est {threshold}.")
        }
    }
}

/// The waterfall in one sentence.
pub fn waterfall_takeaway(base: i64, total: i64, strongest: &str, points: i64, language: Language) -> String {
    let (base, total, points) = (whole(base, language), whole(total, language), signed(points, language));
    match language {
        Language::En => {
            format!("The average client has {base} points, this one {total}; “{strongest}” weighs most ({points}).")
        }
        Language::Fr => {
            format!(
                "Le client moyen a {base} points, celui-ci {total}\u{a0}; \
                 «\u{a0}{strongest}\u{a0}» pèse le plus ({points})."
            )
        }
    }
}

/// A change against the client as it was loaded.
pub fn before_changes(points: i64, value: f64, language: Language) -> String {
    let (points, value) = (whole(points, language), probability(value, language));
    match language {
        Language::En => format!("Before your changes: {points} points, {value}."),
        Language::Fr => format!("Avant vos modifications\u{a0}: {points} points, {value}."),
    }
}

/// What a screen reader hears when the answer has changed.
pub fn announcement(decision: &str, points: i64, value: f64, language: Language) -> String {
    let (points, value) = (whole(points, language), probability(value, language));
    match language {
        Language::En => format!("{decision}. {points} points. Probability of default {value}."),
        Language::Fr => format!("{decision}. {points} points. Probabilité de défaut {value}."),
    }
}

/// How many values the answer rests on.
pub fn known_fields(known: usize, all: usize, language: Language) -> String {
    let unknown = count(all - known, language);
    let (known, all) = (count(known, language), count(all, language));
    match language {
        Language::En => format!("Rests on {known} of {all} values; {unknown} unknown."),
        Language::Fr => format!("Repose sur {known} valeurs sur {all}\u{a0}; {unknown} inconnues."),
    }
}

/// How much of a section is filled in.
pub fn section_known(known: usize, all: usize, language: Language) -> String {
    let (known, all) = (count(known, language), count(all, language));
    match language {
        Language::En => format!("{known} of {all} known"),
        Language::Fr => format!("{known} sur {all} connus"),
    }
}

/// How many fields a search has found.
pub fn matches_found(found: usize, language: Language) -> String {
    let text = count(found, language);
    match (language, found) {
        (Language::En, 1) => "1 field".into(),
        (Language::En, _) => format!("{text} fields"),
        (Language::Fr, 0 | 1) => format!("{text} champ"),
        (Language::Fr, _) => format!("{text} champs"),
    }
}

/// The range in which 90 % of the training population lie.
pub fn typical_range(low: &str, high: &str, language: Language) -> String {
    match language {
        Language::En if low == high => format!("Usually {low}"),
        Language::En => format!("Usually {low} to {high}"),
        Language::Fr if low == high => format!("D’ordinaire {low}"),
        Language::Fr => format!("D’ordinaire de {low} à {high}"),
    }
}

/// The most frequent level and its share.
pub fn typical_level(level: &str, share: f64, language: Language) -> String {
    let share = percent(share, 0, language);
    match language {
        Language::En => format!("Most often {level} ({share})"),
        Language::Fr => format!("Le plus souvent {level} ({share})"),
    }
}

/// Between which values a number must lie.
pub fn allowed_range(low: Option<&str>, high: Option<&str>, language: Language) -> Option<String> {
    Some(match (language, low, high) {
        (_, None, None) => return None,
        (Language::En, Some(low), Some(high)) => format!("allowed {low} to {high}"),
        (Language::En, Some(low), None) => format!("allowed from {low}"),
        (Language::En, None, Some(high)) => format!("allowed up to {high}"),
        (Language::Fr, Some(low), Some(high)) => format!("admis de {low} à {high}"),
        (Language::Fr, Some(low), None) => format!("admis à partir de {low}"),
        (Language::Fr, None, Some(high)) => format!("admis jusqu’à {high}"),
    })
}

/// A value outside the range of nearly all of the training population.
pub fn unusual_value(low: &str, high: &str, language: Language) -> String {
    match language {
        Language::En => format!("Unusual: 98% of past clients lie between {low} and {high}."),
        Language::Fr => format!("Inhabituel\u{a0}: 98\u{202f}% des clients passés se situent entre {low} et {high}."),
    }
}

/// The value that a field had when the client was loaded.
pub fn value_before(value: &str, language: Language) -> String {
    match language {
        Language::En => format!("was {value}"),
        Language::Fr => format!("était {value}"),
    }
}

/// Name of a sample client, counted from 1.
pub fn client_name(number: usize, language: Language) -> String {
    match language {
        Language::En => format!("Client {number}"),
        Language::Fr => format!("Client {number}"),
    }
}

/// A sample client whose values have been changed since.
pub fn changed_client(number: usize, language: Language) -> String {
    match language {
        Language::En => format!("Client {number}, with changes"),
        Language::Fr => format!("Client {number}, modifié"),
    }
}

/// A new application with values in it.
pub fn own_application(language: Language) -> &'static str {
    match language {
        Language::En => "New application",
        Language::Fr => "Nouvelle demande",
    }
}

/// The model that goes on working after a bad file.
pub fn still_working(model: &str, language: Language) -> String {
    match language {
        Language::En => format!("The model “{model}” goes on working."),
        Language::Fr => format!("Le modèle «\u{a0}{model}\u{a0}» continue de fonctionner."),
    }
}

/// A file that the browser could not read.
pub fn unreadable(detail: &str, language: Language) -> String {
    match language {
        Language::En => format!("The browser could not read it ({detail})."),
        Language::Fr => format!("Le navigateur n’a pas pu le lire ({detail})."),
    }
}

/// A model that was loaded by the advisor.
pub fn model_loaded(model: &str, file: &str, language: Language) -> String {
    match language {
        Language::En => format!("The model “{model}” was loaded from {file}."),
        Language::Fr => format!("Le modèle «\u{a0}{model}\u{a0}» a été chargé depuis {file}."),
    }
}

/// How much of the data a model was made from.
pub fn rows_of(rows: u64, file: &str, language: Language) -> String {
    let rows = whole(i64::try_from(rows).unwrap_or(i64::MAX), language);
    match language {
        Language::En => format!("{rows} applications in {file}"),
        Language::Fr => format!("{rows} demandes dans {file}"),
    }
}

/// What goes into the model.
pub fn inputs_of(fields: usize, features: usize, trees: usize, language: Language) -> String {
    let (fields, features, trees) = (
        count(fields, language),
        count(features, language),
        count(trees, language),
    );
    match language {
        Language::En => format!("{fields} fields, {features} features, {trees} trees"),
        Language::Fr => format!("{fields} champs, {features} variables, {trees} arbres"),
    }
}

/// What wrong decisions cost.
pub fn costs_of(false_negative: &str, false_positive: &str, language: Language) -> String {
    match language {
        Language::En => format!(
            "{false_negative} for approving a client who defaults, {false_positive} for declining one who would pay"
        ),
        Language::Fr => {
            format!("{false_negative} pour un crédit accordé puis impayé, {false_positive} pour un bon client refusé")
        }
    }
}

/// How points relate to odds.
pub fn scale_of(points: &str, odds: &str, pdo: &str, language: Language) -> String {
    match language {
        Language::En => format!("{points} points at odds of {odds} to 1; {pdo} more double the odds"),
        Language::Fr => format!("{points} points à une cote de {odds} contre 1\u{a0}; {pdo} de plus la doublent"),
    }
}

/// The title of the page while a model is in use.
pub fn page_title(model: &str, language: Language) -> String {
    match language {
        Language::En => format!("{model} · Candor"),
        Language::Fr => format!("{model} · Candor"),
    }
}
