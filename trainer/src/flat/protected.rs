//! Columns whose name says that they hold a protected attribute, or what gives one away.

use candor_core::Text;
use candor_core::decision::Excluded;

/// What becomes of a column with a protected attribute when nobody has said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is no input.
    Barred,
    /// It is an input, and the analyst is told: credit laws let statistical scoring use it under conditions
    /// (Regulation B, 12 CFR 1002.6(b)(2) on age). On some public tables these are worth 0.004 of AUC, too much to take away
    /// on the strength of a name.
    Flagged,
}

use Treatment::{Barred, Flagged};

/// Words of a name, the treatment, and why: the attributes that the built-in policy keeps out, and those that credit
/// laws name besides (ECOA; Charter of Fundamental Rights of the European Union, article 21).
const PROTECTED: [(&[&str], Treatment, &str, &str); 9] = [
    (
        &["sex", "gender", "sexe", "genre", "geschlecht", "male", "female"],
        Barred,
        "Gender is a protected attribute.",
        "Le sexe est un critère protégé.",
    ),
    (
        &[
            "age",
            "birth",
            "birthday",
            "birthdate",
            "dob",
            "birthyear",
            "naissance",
            "alter",
            "geburt",
        ],
        Flagged,
        "Age is a protected attribute.",
        "L’âge est un critère protégé.",
    ),
    (
        &[
            "marriage",
            "marital",
            "married",
            "divorced",
            "widowed",
            "spouse",
            "familienstand",
            "personal status",
            "civil status",
        ],
        Barred,
        "Family status is a protected attribute.",
        "La situation de famille est un critère protégé.",
    ),
    (
        &[
            "children",
            "child",
            "kids",
            "dependents",
            "dependants",
            "fam",
            "family",
            "enfants",
            "kinder",
        ],
        Flagged,
        "The number of dependants reveals the family situation.",
        "Le nombre de personnes à charge révèle la situation de famille.",
    ),
    (
        &["race", "racial", "ethnic", "ethnicity", "ethnie", "colour"],
        Barred,
        "Ethnic origin is a protected attribute.",
        "L’origine ethnique est un critère protégé.",
    ),
    (
        &[
            "nationality",
            "citizenship",
            "immigrant",
            "foreigner",
            "foreign worker",
            "nationalite",
            "nationalité",
            "birthplace",
        ],
        Barred,
        "Nationality is a protected attribute.",
        "La nationalité est un critère protégé.",
    ),
    (
        &["religion", "religious", "faith"],
        Barred,
        "Religion is a protected attribute.",
        "La religion est un critère protégé.",
    ),
    (
        &["disability", "disabled", "handicap", "pregnant", "pregnancy", "health"],
        Barred,
        "Health is a protected attribute.",
        "La santé est un critère protégé.",
    ),
    (
        &["orientation"],
        Barred,
        "Sexual orientation is a protected attribute.",
        "L’orientation sexuelle est un critère protégé.",
    ),
];

/// Names in which "age" is the age of something else, such as the age of an account.
const NOT_OF_A_PERSON: [&str; 12] = [
    "account", "car", "loan", "credit", "company", "business", "vehicle", "house", "file", "months", "coverage", "own",
];

/// The protected attribute that a column of this name holds, if any, and what becomes of the column.
pub(super) fn protected(name: &str) -> Option<(Treatment, Excluded)> {
    let words = words(name);
    let (found, treatment, en, fr) = PROTECTED
        .iter()
        .find(|(marks, ..)| marks.iter().any(|mark| is_in(mark, &words)))?;
    let is_age = found.contains(&"age") && !words.iter().any(|word| word.contains("birth") || word == "dob");
    if is_age && words.iter().any(|word| NOT_OF_A_PERSON.contains(&word.as_str())) {
        return None;
    }
    let excluded = Excluded {
        field: name.to_owned(),
        why: Text::new(*en, *fr),
    };
    Some((*treatment, excluded))
}

/// Whether a mark, of one word or several, is among the words of a name.
fn is_in(mark: &str, words: &[String]) -> bool {
    let mark: Vec<&str> = mark.split(' ').collect();
    words.windows(mark.len()).any(|part| part == mark)
}

/// The words of a name in lower case, whether they are set apart by marks or by capital letters.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_uppercase() && before.is_lowercase() || c.is_numeric() != before.is_numeric();
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protected_attributes_are_told_by_name() {
        for name in [
            "SEX",
            "CODE_GENDER",
            "age",
            "Age (years)",
            "AgeYears",
            "DAYS_BIRTH",
            "MARRIAGE",
            "marital status",
            "personal-status_sex",
            "NumberOfDependents",
            "CNT_CHILDREN",
            "person_age",
            "date of birth",
            "nationalité",
            "foreign_worker",
            "personal_status",
        ] {
            assert!(protected(name).is_some(), "{name}");
        }
        for name in [
            "income",
            "average",
            "mortgage",
            "package",
            "DebtRatio",
            "OWN_CAR_AGE",
            "age_of_account",
            "credit age",
            "X2",
            "essex",
            "usage",
            "",
            "language",
            "stage",
            "AMT_CREDIT",
            "grace",
            "trace",
        ] {
            assert!(protected(name).is_none(), "{name}");
        }
    }
}
