//! The definition file of a flat table, in the words of its column names: a person is meant to go on from there.

use std::fmt::Write;

use candor_portfolio::table::OutcomeWords;

use super::kind::Kind;
use super::protected::words;

/// What goes into the definition.
pub(super) struct Draft<'a> {
    /// Name of the table.
    pub(super) table: &'a str,
    pub(super) id: Option<&'a str>,
    pub(super) target: &'a str,
    pub(super) outcomes: Option<&'a OutcomeWords>,
    /// Columns that are not read, and why.
    pub(super) unused: &'a [(String, String)],
    /// Columns that are fields.
    pub(super) fields: &'a [(String, Kind)],
}

/// Fields that a form shows first.
const PRIMARY: usize = 12;

impl Draft<'_> {
    /// The definition file.
    pub(super) fn text(&self) -> String {
        let mut text = String::from(
            "# Fields as Candor found them in a table: correct the labels, limits and groups, and train with it again by\n\
             # `candor train --table FILE --features THIS`. Every field is an input; more features can be added:\n\
             #   [[feature]]\n\
             #   name = \"burden\"\n\
             #   value = \"loan / income\"\n\
             #   group = …, label = { en = …, fr = … }\n\n",
        );
        text.push_str("[table]\n");
        line(&mut text, "name", &quoted(self.table));
        if let Some(id) = self.id {
            line(&mut text, "id", &quoted(id));
        }
        line(&mut text, "target", &quoted(self.target));
        if let Some(OutcomeWords { bad, good }) = self.outcomes {
            line(
                &mut text,
                "outcomes",
                &format!("{{ bad = {}, good = {} }}", quoted(bad), quoted(good)),
            );
        }
        text.push_str("# Known columns that are not read.\nunused = [\n");
        for (name, why) in self.unused {
            _ = writeln!(text, "    {}, # {}", quoted(name), why.replace(['\n', '\r'], " "));
        }
        text.push_str("]\n");
        for (index, (name, kind)) in self.fields.iter().enumerate() {
            self.field(&mut text, index, name, kind);
        }
        text
    }

    /// A column's group, for reasons that name the column, and its field.
    fn field(&self, text: &mut String, index: usize, name: &str, kind: &Kind) {
        let label = label(name);
        let group = format!("column_{}", index + 1);
        text.push_str("\n[[group]]\n");
        line(text, "key", &quoted(&group));
        line(text, "label", &both(&label, &label));
        line(
            text,
            "reason",
            &both(
                &format!("The value of “{label}” goes with more frequent payment difficulties."),
                &format!("La valeur de « {label} » s’accompagne plus souvent de difficultés de paiement."),
            ),
        );
        text.push_str("[[field]]\n");
        line(text, "name", &quoted(name));
        line(text, "group", &quoted(&group));
        line(text, "label", &both(&label, &label));
        line(
            text,
            "help",
            &both(
                &format!("Column “{name}” of the table."),
                &format!("Colonne « {name} » de la table."),
            ),
        );
        line(text, "change", "\"fixed\"");
        if index < PRIMARY {
            line(text, "primary", "true");
        }
        match kind {
            Kind::Number {
                integer,
                decimals,
                min,
                max,
                sentinels,
            } => {
                line(text, "kind", "\"number\"");
                if *integer {
                    line(text, "integer", "true");
                } else {
                    line(text, "decimals", &decimals.to_string());
                }
                // Limits only say what was seen, so they reach ten times beyond it.
                for (key, limit) in [("min", min), ("max", max)] {
                    if let Some(limit) = limit {
                        line(text, key, &number(*limit));
                    }
                }
                if !sentinels.is_empty() {
                    let listed: Vec<String> = sentinels.iter().map(|value| number(*value)).collect();
                    line(text, "sentinels", &format!("[{}]", listed.join(", ")));
                }
            }
            Kind::Flag { no, yes } => {
                line(text, "kind", "\"flag\"");
                line(text, "no", &quoted(no));
                line(text, "yes", &quoted(yes));
            }
            Kind::Category {
                levels, missing_levels, ..
            } => {
                line(text, "kind", "\"category\"");
                let levels: Vec<String> = levels
                    .iter()
                    .map(|level| format!("{{ value = {}, label = {} }}", quoted(level), both(level, level)))
                    .collect();
                line(text, "levels", &format!("[\n    {},\n]", levels.join(",\n    ")));
                let missing = missing_levels.iter().map(String::as_str).chain(["*"]);
                let missing: Vec<String> = missing.map(quoted).collect();
                text.push_str("# \"*\" has every other text read as missing, instead of refused.\n");
                line(text, "missing_levels", &format!("[{}]", missing.join(", ")));
            }
        }
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    _ = writeln!(text, "{key} = {value}");
}

fn both(en: &str, fr: &str) -> String {
    format!("{{ en = {}, fr = {} }}", quoted(en), quoted(fr))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A TOML float.
fn number(value: f64) -> String {
    format!("{value:?}").replace("e", "e+").replace("e+-", "e-")
}

/// A column's name as a person would write it: `NumberOfDependents` and `number_of_dependents` are "Number of
/// dependents". A name with spaces has been written by a person already.
pub(super) fn label(name: &str) -> String {
    if name.contains(' ') || !name.chars().any(char::is_alphanumeric) {
        return name.to_owned();
    }
    if name.chars().all(|c| !c.is_lowercase()) && name.chars().count() <= 4 {
        return name.to_owned(); // X12 and PAY are no words
    }
    let label = words(name).join(" ");
    let mut letters = label.chars();
    letters
        .next()
        .map_or(label.clone(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_made_of_names() {
        for (name, wanted) in [
            ("NumberOfDependents", "Number of dependents"),
            ("monthly_income", "Monthly income"),
            ("X12", "X12"),
            ("LIMIT_BAL", "Limit bal"),
            ("Revenu mensuel (€)", "Revenu mensuel (€)"),
            ("été", "Été"),
            ("?", "?"),
        ] {
            assert_eq!(label(name), wanted);
        }
    }

    #[test]
    fn strings_and_numbers_are_toml() {
        for text in [
            "a\"b",
            "c\\d",
            "line\nbreak",
            "\u{1}\u{7f}\u{85}",
            "日本",
            "# no comment",
        ] {
            let table: toml::Table = toml::from_str(&format!("x = {}", quoted(text))).unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
        for value in [0.0, -99.0, 1e21, -1e300, 2.5, f64::INFINITY, f64::NEG_INFINITY] {
            let table: toml::Table = toml::from_str(&format!("x = {}", number(value))).unwrap();
            assert_eq!(table["x"].as_float(), Some(value));
        }
    }
}
