//! Inputs and their values as people of each language write them.

use candor_charts::Numbers;
use candor_charts::markup::escape;
use candor_portfolio::{InputName, Values};

/// Shows inputs and sets of their values.
pub(crate) trait Shown {
    /// A set of values, as text. An input shown on a negative scale counts the other way round.
    fn values_text(self, values: &Values, input: Option<&InputName>) -> String;

    /// A set of values, as markup.
    fn values(self, values: &Values, input: Option<&InputName>) -> String;

    /// What an input is called, as text, with its unit.
    fn label(self, input: &InputName) -> String;
}

impl Shown for Numbers {
    fn values_text(self, values: &Values, input: Option<&InputName>) -> String {
        let scale = input.map_or(1.0, |input| input.scale);
        let shown = |value: f64| self.short(value / scale);
        match values {
            Values::Level(text) => text.in_language(self.language).to_owned(),
            Values::Others => self.say("Other levels", "Autres modalités").to_owned(),
            Values::Missing => self.say("Missing", "Manquant").to_owned(),
            &Values::Range { above, to } => match (above, to) {
                (None, None) => self.say("Any value", "Toute valeur").to_owned(),
                (None, Some(to)) if scale > 0.0 => format!("≤ {}", shown(to)),
                (Some(above), None) if scale > 0.0 => format!("> {}", shown(above)),
                (None, Some(to)) => format!("≥ {}", shown(to)),
                (Some(above), None) => format!("< {}", shown(above)),
                (Some(above), Some(to)) if scale > 0.0 => range(self, &shown(above), &shown(to)),
                (Some(above), Some(to)) => range(self, &shown(to), &shown(above)),
            },
        }
    }

    fn values(self, values: &Values, input: Option<&InputName>) -> String {
        let class = if matches!(values, Values::Range { .. }) {
            " class=\"nw\""
        } else {
            ""
        };
        format!("<bdi{class}>{}</bdi>", escape(&self.values_text(values, input)))
    }

    fn label(self, input: &InputName) -> String {
        let label = input.label.in_language(self.language);
        match &input.unit {
            Some(unit) => format!("{label} ({})", unit.in_language(self.language)),
            None => label.to_owned(),
        }
    }
}

fn range(numbers: Numbers, from: &str, to: &str) -> String {
    format!("{from} {} {to}", numbers.say("to", "à"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_core::Language;

    #[test]
    fn a_negative_scale_turns_ranges_round() {
        let en = Numbers { language: Language::En };
        let days = InputName {
            name: "DAYS".into(),
            label: candor_core::Text::new("Age", "Âge"),
            unit: None,
            scale: -365.25,
        };
        let range = |above, to| en.values_text(&Values::Range { above, to }, Some(&days));
        assert_eq!(range(Some(-14_610.0), Some(-7305.0)), "20 to 40");
        assert_eq!(range(None, Some(-14_610.0)), "≥ 40");
        assert_eq!(range(Some(-7305.0), None), "< 20");
    }
}
