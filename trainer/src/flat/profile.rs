//! What the cells of one column have in common.

use std::collections::{BTreeMap, HashMap};

use candor_core::Raw;
use candor_portfolio::table::{DecimalMark, is_missing, is_missing_level, number};

/// Different texts that are counted; what comes after is only known to be more.
const MOST_LEVELS: usize = 10_000;
/// Decimals that a form shows.
const MOST_DECIMALS: usize = 4;

/// A column, as far as its cells have been told.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Cells in which something is written.
    pub(super) present: u64,
    /// Cells with nothing in them.
    pub(super) empty: u64,
    /// Texts that say "not known", as they are written.
    pub(super) missing: BTreeMap<String, u64>,
    /// Finite numbers.
    pub(super) numbers: Numbers,
    /// Cells that are infinite.
    pub(super) infinite: u64,
    /// Cells that are true or false by type.
    pub(super) flags: u64,
    /// Cells that are neither number nor flag.
    pub(super) texts: u64,
    /// Of those, the ones that look like dates.
    pub(super) dates: u64,
    /// The first text and its line.
    pub(super) first_text: Option<(u64, String)>,
    /// How often each value occurs, by its text.
    pub(super) levels: HashMap<String, u64>,
    /// Cells with values that found no place in `levels` any more.
    pub(super) uncounted: u64,
}

/// The numbers of a column.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) count: u64,
    pub(super) whole: bool,
    pub(super) decimals: usize,
    /// Smallest and largest value, apart from those in `nines`.
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) negative: u64,
    /// Whether each number is above, or below, the one before.
    pub(super) rising: bool,
    pub(super) falling: bool,
    last: Option<f64>,
    /// How often each value occurs that is written in nines only, such as -999.
    pub(super) nines: BTreeMap<i64, u64>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            count: 0,
            whole: true,
            decimals: 0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            negative: 0,
            rising: true,
            falling: true,
            last: None,
            nines: BTreeMap::new(),
        }
    }
}

impl Profile {
    pub(super) fn add(&mut self, line: u64, raw: Raw<'_>, decimal: DecimalMark) {
        match raw {
            Raw::Missing => self.empty += 1,
            Raw::Number(value) if value.is_nan() => self.empty += 1,
            Raw::Number(value) if value.is_infinite() => {
                self.present += 1;
                self.infinite += 1;
            }
            Raw::Number(value) => {
                self.present += 1;
                let text = value.to_string();
                self.numbers.add(value, &text);
                self.count(&text);
            }
            Raw::Flag(flag) => {
                self.present += 1;
                self.flags += 1;
                self.count(if flag { "true" } else { "false" });
            }
            Raw::Text(text) => self.add_text(line, text.trim(), decimal),
        }
    }

    fn add_text(&mut self, line: u64, text: &str, decimal: DecimalMark) {
        if is_missing_level(text) {
            *self.missing.entry(text.to_owned()).or_default() += 1;
            return;
        }
        self.present += 1;
        match number(text, decimal) {
            Some(value) => self.numbers.add(value, text),
            None => {
                self.texts += 1;
                self.dates += u64::from(is_date(text));
                self.first_text.get_or_insert_with(|| (line, text.to_owned()));
            }
        }
        self.count(text);
    }

    fn count(&mut self, text: &str) {
        if let Some(count) = self.levels.get_mut(text) {
            *count += 1;
        } else if self.levels.len() < MOST_LEVELS {
            self.levels.insert(text.to_owned(), 1);
        } else {
            self.uncounted += 1;
        }
    }

    /// Texts that stand for a missing number among numbers, such as "unknown", with their counts.
    pub(super) fn missing_among_numbers(&self) -> Vec<(&str, u64)> {
        let mut found: Vec<(&str, u64)> = self
            .levels
            .iter()
            .filter(|(text, _)| is_missing(text))
            .map(|(text, count)| (text.as_str(), *count))
            .collect();
        found.sort_unstable();
        found
    }

    /// Different values, as far as they were counted.
    pub(super) fn distinct(&self) -> u64 {
        self.levels.len() as u64 + self.uncounted
    }

    /// Whether more than half of the cells have a value that no other has.
    pub(super) fn is_nearly_unique(&self) -> bool {
        self.distinct() > 20 && 2 * self.distinct() > self.present
    }
}

impl Numbers {
    fn add(&mut self, value: f64, text: &str) {
        self.count += 1;
        self.negative += u64::from(value < 0.0);
        if value.fract() != 0.0 {
            self.whole = false;
            let decimals = text
                .rsplit(['.', ','])
                .next()
                .map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count());
            self.decimals = self.decimals.max(decimals.min(MOST_DECIMALS));
        }
        if let Some(last) = self.last {
            self.rising &= value > last;
            self.falling &= value < last;
        }
        self.last = Some(value);
        match nines(value) {
            Some(nines) => *self.nines.entry(nines).or_default() += 1,
            None => {
                self.least = self.least.min(value);
                self.most = self.most.max(value);
            }
        }
    }
}

/// The value, if it is written in two nines or more.
#[expect(clippy::cast_possible_truncation, reason = "checked to be small and whole")]
fn nines(value: f64) -> Option<i64> {
    let small = value.fract() == 0.0 && value.abs() < 1e15;
    let whole = small.then_some(value as i64)?;
    let digits = whole.unsigned_abs().to_string();
    (digits.len() >= 2 && digits.bytes().all(|digit| digit == b'9')).then_some(whole)
}

/// Whether a text looks like a date: numbers or a month's name, set apart by the marks of dates, perhaps with a time.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let day = if day.contains(['-', '/', '.']) { day } else { text };
    let parts: Vec<&str> = day
        .split(['-', '/', '.', ' ', ','])
        .filter(|part| !part.is_empty())
        .collect();
    let is_number = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |part: &&str| {
        let part = part.to_ascii_lowercase();
        MONTHS
            .iter()
            .any(|month| part == *month || (part.len() == 3 && month.starts_with(&part)))
    };
    let months = parts.iter().filter(|part| is_month(part)).count();
    let numbers = parts.iter().filter(|part| is_number(part)).count();
    months + numbers == parts.len() && (parts.len() == 3 || parts.len() == 2 && months == 1) && months <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_other_texts() {
        for text in [
            "2019-01-05",
            "05/01/2019",
            "5.1.2019",
            "2019-01-05 12:30:00",
            "2019-01-05T12:30:00Z",
            "Dec-2011",
            "5 Jan 2019",
            "Jan 5, 2019",
            "05-JAN-19",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "36 months",
            "A-12",
            "10-20",
            "1.2.3.4",
            "May",
            "12345-6-7",
            "",
            "-",
            "Mars Bar 3",
            "maybe 3",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn nines_are_found() {
        assert_eq!(
            [-999.0, 99.0, 9.0, 998.0, 99.5, -9999.0].map(nines),
            [Some(-999), Some(99), None, None, None, Some(-9999)]
        );
    }
}
