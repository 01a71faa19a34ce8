//! Figures as people of each language write them, with the whole figure behind them for programs.

use candor_core::Language;
use candor_core::artifact::Interval;

/// What stands where there is no figure.
pub const NONE: &str = "–";

/// Writes figures in one language.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// The language.
    pub language: Language,
}

impl Numbers {
    /// One of two texts.
    pub fn say<'a>(self, en: &'a str, fr: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Fr => fr,
        }
    }

    /// A number with `digits` digits after the point, as text: `12,345.6` or `12 345,6`.
    pub fn text(self, value: f64, digits: usize) -> String {
        if value.is_finite() {
            self.language.number(value, digits)
        } else {
            NONE.to_owned()
        }
    }

    /// A share as per cent, as text.
    pub fn percent_text(self, share: f64, digits: usize) -> String {
        format!("{}{}", self.text(100.0 * share, digits), self.language.percent_sign())
    }

    /// A number with four significant digits and no zeros at its end, as text.
    pub fn short(self, value: f64) -> String {
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
    pub fn data(self, value: f64, text: &str) -> String {
        if value.is_finite() {
            format!("<data value=\"{value}\">{text}</data>")
        } else {
            NONE.to_owned()
        }
    }

    /// A number.
    pub fn number(self, value: f64, digits: usize) -> String {
        self.data(value, &self.text(value, digits))
    }

    /// A share.
    pub fn percent(self, share: f64, digits: usize) -> String {
        self.data(share, &self.percent_text(share, digits))
    }

    /// A count.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn count(self, rows: u64) -> String {
        self.number(rows as f64, 0)
    }

    /// A number that may be missing.
    pub fn number_or_none(self, value: Option<f64>, digits: usize) -> String {
        value.map_or_else(|| NONE.to_owned(), |value| self.number(value, digits))
    }

    /// A share that may be missing.
    pub fn percent_or_none(self, share: Option<f64>, digits: usize) -> String {
        share.map_or_else(|| NONE.to_owned(), |share| self.percent(share, digits))
    }

    /// A number and its interval.
    pub fn interval(self, interval: Interval, digits: usize) -> String {
        self.between(interval, |value| self.number(value, digits))
    }

    /// A share and its interval.
    pub fn percent_interval(self, interval: Interval, digits: usize) -> String {
        self.between(interval, |value| self.percent(value, digits))
    }

    fn between(self, interval: Interval, show: impl Fn(f64) -> String) -> String {
        format!("{} {}", show(interval.value), self.ends(interval, show))
    }

    /// The ends of an interval. French has a comma in its numbers.
    pub fn ends(self, interval: Interval, show: impl Fn(f64) -> String) -> String {
        let Interval { low, high, .. } = interval;
        let between = self.say(", ", "\u{a0}; ");
        format!("<span class=\"ci\">[{}{between}{}]</span>", show(low), show(high))
    }

    /// A number with as few digits as four significant ones need.
    pub fn short_number(self, value: f64) -> String {
        self.data(value, &self.short(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
}
