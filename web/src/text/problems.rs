//! What is wrong with a file or a value, said so that a person can mend it.

use candor_core::{Field, FieldKind, Language, LoadError, ValueError};

use crate::format::number_as_typed;

/// Why a model file was not loaded.
pub fn load_problem(error: &LoadError, language: Language) -> String {
    match language {
        Language::En => sentence(&error.to_string()),
        Language::Fr => load_problem_in_french(error),
    }
}

fn load_problem_in_french(error: &LoadError) -> String {
    match error {
        LoadError::NotAModel => {
            "Ce n’est pas un fichier de modèle Candor\u{a0}; choisissez un fichier .candor produit par \
             «\u{a0}candor train\u{a0}»."
                .into()
        }
        LoadError::TooNew { found } => format!(
            "Ce fichier est au format {found}, et ce Candor lit jusqu’au format {}\u{a0}; utilisez \
             un Candor plus récent.",
            candor_core::artifact::FORMAT_VERSION
        ),
        LoadError::TooOld { found } => format!(
            "Ce fichier de modèle (format {found}) date d’avant la première version publiée\u{a0}; produisez-le de nouveau \
             avec «\u{a0}candor train\u{a0}»."
        ),
        LoadError::WrongLength { expected, found } => format!(
            "Le fichier est incomplet ou contient des octets en trop\u{a0}: {expected} octets attendus, {found} \
             trouvés\u{a0}; copiez-le de nouveau."
        ),
        LoadError::Damaged => {
            "Le fichier est endommagé\u{a0}: son empreinte ne correspond pas à son contenu\u{a0}; copiez-le de \
             nouveau depuis son origine."
                .into()
        }
        LoadError::DamagedSignatures { problem } => format!(
            "Les signatures à la fin du fichier sont endommagées ({problem})\u{a0}; copiez-le de nouveau depuis son origine."
        ),
        LoadError::Invalid { problem } => {
            format!(
                "Le fichier n’est pas un modèle valide ({problem})\u{a0}; produisez-le de \
                 nouveau avec «\u{a0}candor train\u{a0}»."
            )
        }
        LoadError::Parity { case, expected, found } => format!(
            "Le modèle ne calcule plus comme à sa création\u{a0}: le cas de contrôle {case} donne {found} au lieu de \
             {expected}\u{a0}; ne l’utilisez pas et signalez-le."
        ),
    }
}

/// Why a value cannot stand in its field, and what can.
pub fn value_problem(field: &Field, error: &ValueError, language: Language) -> String {
    let number = |value: f64| number_as_typed(value, language);
    let unit = field
        .unit
        .as_ref()
        .map(|unit| format!("\u{a0}{}", unit.in_language(language)))
        .unwrap_or_default();
    match (error, language) {
        (ValueError::NotANumber { found }, Language::En) => {
            format!("“{found}” is not a number. Write a number such as 1,250.5, or leave it empty if unknown.")
        }
        (ValueError::NotANumber { found }, Language::Fr) => {
            format!(
                "«\u{a0}{found}\u{a0}» n’est pas un nombre. Écrivez un nombre comme 1\u{202f}250,5, ou \
                 laissez vide si inconnu."
            )
        }
        (ValueError::NotWhole { found }, Language::En) => {
            format!(
                "{} is not a whole number. Write one, or leave it empty if unknown.",
                number(*found)
            )
        }
        (ValueError::NotWhole { found }, Language::Fr) => {
            format!(
                "{} n’est pas un nombre entier. Écrivez-en un, ou laissez vide si inconnu.",
                number(*found)
            )
        }
        (ValueError::TooSmall { found, min }, Language::En) => {
            format!(
                "{} is too small: the least allowed is {}{unit}.",
                number(*found),
                number(*min)
            )
        }
        (ValueError::TooSmall { found, min }, Language::Fr) => {
            format!(
                "{} est trop petit\u{a0}: le minimum admis est {}{unit}.",
                number(*found),
                number(*min)
            )
        }
        (ValueError::TooLarge { found, max }, Language::En) => {
            format!(
                "{} is too large: the most allowed is {}{unit}.",
                number(*found),
                number(*max)
            )
        }
        (ValueError::TooLarge { found, max }, Language::Fr) => {
            format!(
                "{} est trop grand\u{a0}: le maximum admis est {}{unit}.",
                number(*found),
                number(*max)
            )
        }
        (ValueError::NotAFlag { found, .. }, Language::En) => format!("“{found}” is neither yes nor no."),
        (ValueError::NotAFlag { found, .. }, Language::Fr) => format!("«\u{a0}{found}\u{a0}» n’est ni oui ni non."),
        (ValueError::UnknownLevel { found, .. }, Language::En) => {
            format!(
                "“{found}” is not in the list{}.",
                levels_hint(field, ": choose one of {n} levels")
            )
        }
        (ValueError::UnknownLevel { found, .. }, Language::Fr) => {
            format!(
                "«\u{a0}{found}\u{a0}» n’est pas dans la liste{}.",
                levels_hint(field, "\u{a0}: choisissez l’un des {n} niveaux")
            )
        }
    }
}

fn levels_hint(field: &Field, words: &str) -> String {
    match &field.kind {
        FieldKind::Category { levels, .. } => words.replace("{n}", &levels.len().to_string()),
        FieldKind::Number(_) | FieldKind::Flag { .. } => String::new(),
    }
}

/// Core's errors are clauses: a capital and a full stop make them a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).chain(['.']).collect())
        .unwrap_or_default()
}
