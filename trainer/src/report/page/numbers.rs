//! Figures as people of each language write them, with the whole figure behind them for programs.

use candor_core::Language;
use candor_core::artifact::Interval;

use super::super::figures::{InputName, Values};
use super::markup::escape;

/// What stands where there is no figure.
pub(crate) const NONE: &str = "–";

/// Writes figures in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) language: Language,
}

impl Numbers {
    /// One of two texts.
    pub(crate) fn say<'a>(self, en: &'a str, fr: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Fr => fr,
        }
    }

    /// A number with `digits` digits after the point, as text: `12,345.6` or `12 345,6`.
    pub(crate) fn text(self, value: f64, digits: usize) -> String {
        if value.is_finite() {
            self.language.number(value, digits)
        } else {
            NONE.to_owned()
        }
    }

    /// A share as per cent, as text.
    pub(crate) fn percent_text(self, share: f64, digits: usize) -> String {
        let sign = self.say("%", "\u{202f}%");
        format!("{}{sign}", self.text(100.0 * share, digits))
    }

    /// A number with four significant digits and no zeros at its end, as text.
    pub(crate) fn short(self, value: f64) -> String {
        let size = value.abs();
        let digits = if size == 0.0 || size >= 1000.0 {
            0
        } else {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 12")]
            let digits = (3.0 - libm::floor(libm::log10(size))).clamp(0.0, 12.0) as usize;
            digits
        };
        let plain = format!("{value:.digits$}");
        let needed = plain
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
        self.text(value, needed)
    }

    /// A figure, shown as `text`.
    pub(crate) fn data(self, value: f64, text: &str) -> String {
        if value.is_finite() {
            format!("<data value=\"{value}\">{text}</data>")
        } else {
            NONE.to_owned()
        }
    }

    /// A number.
    pub(crate) fn number(self, value: f64, digits: usize) -> String {
        self.data(value, &self.text(value, digits))
    }

    /// A share.
    pub(crate) fn percent(self, share: f64, digits: usize) -> String {
        self.data(share, &self.percent_text(share, digits))
    }

    /// A count.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub(crate) fn count(self, rows: u64) -> String {
        self.number(rows as f64, 0)
    }

    /// A number that may be missing.
    pub(crate) fn number_or_none(self, value: Option<f64>, digits: usize) -> String {
        value.map_or_else(|| NONE.to_owned(), |value| self.number(value, digits))
    }

    /// A share that may be missing.
    pub(crate) fn percent_or_none(self, share: Option<f64>, digits: usize) -> String {
        share.map_or_else(|| NONE.to_owned(), |share| self.percent(share, digits))
    }

    /// A number and its interval.
    pub(crate) fn interval(self, interval: Interval, digits: usize) -> String {
        self.between(interval, |value| self.number(value, digits))
    }

    /// A share and its interval.
    pub(crate) fn percent_interval(self, interval: Interval, digits: usize) -> String {
        self.between(interval, |value| self.percent(value, digits))
    }

    fn between(self, interval: Interval, show: impl Fn(f64) -> String) -> String {
        format!("{} {}", show(interval.value), self.ends(interval, show))
    }

    /// The ends of an interval. French has a comma in its numbers.
    pub(crate) fn ends(self, interval: Interval, show: impl Fn(f64) -> String) -> String {
        let Interval { low, high, .. } = interval;
        let between = self.say(", ", "\u{a0}; ");
        format!("<span class=\"ci\">[{}{between}{}]</span>", show(low), show(high))
    }

    /// A number with as few digits as four significant ones need.
    pub(crate) fn short_number(self, value: f64) -> String {
        self.data(value, &self.short(value))
    }

    /// A set of values, as text. An input shown on a negative scale counts the other way round.
    pub(crate) fn values_text(self, values: &Values, input: Option<&InputName>) -> String {
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
                (Some(above), Some(to)) if scale > 0.0 => self.range(&shown(above), &shown(to)),
                (Some(above), Some(to)) => self.range(&shown(to), &shown(above)),
            },
        }
    }

    fn range(self, from: &str, to: &str) -> String {
        format!("{from} {} {to}", self.say("to", "à"))
    }

    /// A set of values, as markup.
    pub(crate) fn values(self, values: &Values, input: Option<&InputName>) -> String {
        let class = if matches!(values, Values::Range { .. }) {
            " class=\"nw\""
        } else {
            ""
        };
        format!("<bdi{class}>{}</bdi>", escape(&self.values_text(values, input)))
    }

    /// What an input is called, as text, with its unit.
    pub(crate) fn label(self, input: &InputName) -> String {
        let label = input.label.in_language(self.language);
        match &input.unit {
            Some(unit) => format!("{label} ({})", unit.in_language(self.language)),
            None => label.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let (en, fr) = (Numbers { language: Language::En }, Numbers { language: Language::Fr });
        assert_eq!(en.text(-1_234_567.891, 2), "−1,234,567.89");
        assert_eq!(fr.text(-1_234_567.891, 2), "−1\u{202f}234\u{202f}567,89");
        assert_eq!((en.text(-0.001, 2), en.text(f64::NAN, 2)), ("0.00".into(), NONE.into()));
        assert_eq!(
            (en.percent_text(0.0807, 2), fr.percent_text(0.0807, 1)),
            ("8.07%".into(), "8,1\u{202f}%".into())
        );
        for (value, shown) in [
            (0.0, "0"),
            (1234.56, "1,235"),
            (12.345_67, "12.35"),
            (0.001_234_5, "0.001234"),
            (0.5, "0.5"),
        ] {
            assert_eq!(en.short(value), shown);
        }
        assert_eq!(
            en.number(0.1 + 0.2, 1),
            "<data value=\"0.30000000000000004\">0.3</data>"
        );
    }

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
