//! From what people and files write to a stored value, and back.

use thiserror::Error;

use super::field::{Field, FieldKind, NumberKind};
use crate::decimal::{self, Decimal};
use crate::text::Language;

/// Why a value cannot stand in a field, and what can.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ValueError {
    /// Text in a number field.
    #[error("'{found}' is not a number; write a number such as 1250.5, or leave it empty if unknown")]
    NotANumber {
        /// What was written.
        found: String,
    },
    /// A fraction where only whole numbers make sense.
    #[error("{} is not a whole number; write a whole number, or leave it empty if unknown", Decimal(*found))]
    NotWhole {
        /// What was written.
        found: f64,
    },
    /// A number below the smallest value allowed.
    #[error("{} is below the smallest value allowed, {}", Decimal(*found), Decimal(*min))]
    TooSmall {
        /// What was written.
        found: f64,
        /// Smallest value allowed, on the same scale as `found`.
        min: f64,
    },
    /// A number above the largest value allowed.
    #[error("{} is above the largest value allowed, {}", Decimal(*found), Decimal(*max))]
    TooLarge {
        /// What was written.
        found: f64,
        /// Largest value allowed, on the same scale as `found`.
        max: f64,
    },
    /// Neither yes nor no.
    #[error("'{found}' is neither '{yes}' (yes) nor '{no}' (no)")]
    NotAFlag {
        /// What was written.
        found: String,
        /// Raw text for yes.
        yes: String,
        /// Raw text for no.
        no: String,
    },
    /// A level that the schema does not list.
    #[error("'{found}' is not a known level; the levels are {known}")]
    UnknownLevel {
        /// What was written.
        found: String,
        /// The known levels, listed (shortened when there are many).
        known: String,
    },
}

/// Raw texts that mean "missing" in a number or flag field, besides an empty cell.
const MISSING_TEXTS: [&str; 6] = ["NA", "N/A", "NaN", "nan", "null", "NULL"];

/// Among a category's missing levels: every text that is no level means "missing".
const ANY_LEVEL: &str = "*";

impl Field {
    /// The stored value of a raw cell: numbers as they are, flags as 0 and 1, categories as the level's position,
    /// missing as NaN. Sentinels and missing levels become missing here.
    pub fn parse(&self, text: &str) -> Result<f64, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(f64::NAN);
        }
        match &self.kind {
            FieldKind::Number(number) => match decimal::parse(text) {
                Some(value) if value.is_finite() => number.check(value),
                _ if MISSING_TEXTS.contains(&text) => Ok(f64::NAN),
                _ => Err(ValueError::NotANumber { found: shorten(text) }),
            },
            FieldKind::Flag { no, yes } => {
                if text == no.trim() {
                    Ok(0.0)
                } else if text == yes.trim() {
                    Ok(1.0)
                } else if MISSING_TEXTS.contains(&text) {
                    Ok(f64::NAN)
                } else {
                    decimal::parse(text).map_or_else(|| Err(self.not_a_flag(text)), |number| self.from_number(number))
                }
            }
            FieldKind::Category { levels, missing_levels } => {
                match levels.iter().position(|level| level.value.trim() == text) {
                    #[expect(clippy::cast_precision_loss, reason = "a level's position is far below 2^53")]
                    Some(position) => Ok(position as f64),
                    None if missing_levels
                        .iter()
                        .any(|missing| [text, ANY_LEVEL].contains(&missing.trim())) =>
                    {
                        Ok(f64::NAN)
                    }
                    None => {
                        const SHOWN: usize = 12;
                        let mut known = String::new();
                        for (index, level) in levels.iter().take(SHOWN).enumerate() {
                            known.push_str(if index > 0 { ", '" } else { "'" });
                            known.push_str(&level.value);
                            known.push('\'');
                        }
                        if levels.len() > SHOWN {
                            known.push_str(&format!(", … ({} in all)", levels.len()));
                        }
                        Err(ValueError::UnknownLevel {
                            found: shorten(text),
                            known,
                        })
                    }
                }
            }
        }
    }

    /// The stored value of a raw number; NaN is missing. A category's levels may be numbers written as text.
    pub fn from_number(&self, value: f64) -> Result<f64, ValueError> {
        if value.is_nan() {
            return Ok(f64::NAN);
        }
        match &self.kind {
            FieldKind::Number(number) => number.check(value),
            FieldKind::Flag { no, yes } => {
                let means = |text: &str| decimal::parse(text) == Some(value);
                if means(no) {
                    Ok(0.0)
                } else if means(yes) {
                    Ok(1.0)
                } else {
                    Err(self.not_a_flag(&Decimal(value).to_string()))
                }
            }
            FieldKind::Category { .. } => self.parse(&Decimal(value).to_string()),
        }
    }

    /// Whether the field can store a value: missing, or one that [`parse`](Self::parse) could have returned.
    pub(crate) fn stores(&self, value: f64) -> bool {
        value.is_nan()
            || match &self.kind {
                FieldKind::Number(number) => number.check(value) == Ok(value),
                FieldKind::Flag { .. } => value == 0.0 || value == 1.0,
                FieldKind::Category { .. } => self.level_position(value).is_some(),
            }
    }

    /// The raw text of a stored value, the inverse of [`parse`](Self::parse); empty when missing.
    pub fn format(&self, value: f64) -> String {
        if value.is_nan() {
            return String::new();
        }
        match &self.kind {
            FieldKind::Number(_) => Decimal(value).to_string(),
            FieldKind::Flag { no, yes } => {
                if value == 0.0 {
                    no.clone()
                } else {
                    yes.clone()
                }
            }
            FieldKind::Category { levels, .. } => self
                .level_position(value)
                .and_then(|p| levels.get(p))
                .map(|l| l.value.clone())
                .unwrap_or_default(),
        }
    }

    /// The stored value of a number that a person typed as it is shown on screen, read as people of that language
    /// write it: `1 250,5`, `1,250.5` and `1250.5` mean the same in both, and `1,250` is a thousand and more in English
    /// but a little over one in French. A scaled field (days shown as years) is brought back to its raw unit.
    pub fn parse_shown(&self, text: &str, language: Language) -> Result<f64, ValueError> {
        let FieldKind::Number(number) = &self.kind else {
            return self.parse(text);
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(f64::NAN);
        }
        let plain = plain_number(text, language).ok_or_else(|| ValueError::NotANumber { found: shorten(text) })?;
        let shown = match decimal::parse(&plain) {
            Some(shown) if shown.is_finite() => shown,
            _ => return Err(ValueError::NotANumber { found: shorten(text) }),
        };
        let mut raw = shown * number.scale;
        if number.scale != 1.0 && number.integer {
            raw = raw.round();
        }
        let raw = positive_zero(raw);
        // Told in the unit that the person typed, not in the raw one; dividing by a negative scale swaps the ends.
        number.check(raw).map_err(|error| match error {
            ValueError::NotWhole { .. } => ValueError::NotWhole { found: shown },
            ValueError::TooSmall { min, .. } if number.scale < 0.0 => ValueError::TooLarge {
                found: shown,
                max: positive_zero(min / number.scale),
            },
            ValueError::TooLarge { max, .. } if number.scale < 0.0 => ValueError::TooSmall {
                found: shown,
                min: positive_zero(max / number.scale),
            },
            ValueError::TooSmall { min, .. } => ValueError::TooSmall {
                found: shown,
                min: min / number.scale,
            },
            ValueError::TooLarge { max, .. } => ValueError::TooLarge {
                found: shown,
                max: max / number.scale,
            },
            other => other,
        })
    }

    /// The value of a number as it is shown on screen (before rounding); other kinds are shown as they are stored.
    pub fn shown(&self, value: f64) -> f64 {
        match &self.kind {
            FieldKind::Number(number) => positive_zero(value / number.scale),
            FieldKind::Flag { .. } | FieldKind::Category { .. } => value,
        }
    }

    /// The position of the level that a stored value stands for; `None` when missing or not a category.
    pub fn level_position(&self, value: f64) -> Option<usize> {
        let count = self.kind.level_count()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        (value >= 0.0 && value < count as f64 && value.fract() == 0.0).then_some(value as usize)
    }

    fn not_a_flag(&self, found: &str) -> ValueError {
        match &self.kind {
            FieldKind::Flag { no, yes } => ValueError::NotAFlag {
                found: shorten(found),
                yes: yes.clone(),
                no: no.clone(),
            },
            FieldKind::Number(_) | FieldKind::Category { .. } => ValueError::NotANumber { found: shorten(found) },
        }
    }
}

impl NumberKind {
    /// Whether the value is stored as it is; most are, and this is known without a [`ValueError`] to pass on.
    pub(crate) fn takes(&self, value: f64) -> bool {
        value.is_finite()
            && self.min.is_none_or(|min| value >= min)
            && self.max.is_none_or(|max| value <= max)
            && !(self.integer && value.fract() != 0.0)
            && !self.sentinels.contains(&value)
    }

    fn check(&self, value: f64) -> Result<f64, ValueError> {
        if self.sentinels.contains(&value) {
            return Ok(f64::NAN);
        }
        if !value.is_finite() {
            return Err(ValueError::NotANumber {
                found: Decimal(value).to_string(),
            });
        }
        if let Some(min) = self.min.filter(|&min| value < min) {
            return Err(ValueError::TooSmall { found: value, min });
        }
        if let Some(max) = self.max.filter(|&max| value > max) {
            return Err(ValueError::TooLarge { found: value, max });
        }
        if self.integer && value.fract() != 0.0 {
            return Err(ValueError::NotWhole { found: value });
        }
        Ok(value)
    }
}

/// A number as people write it (`1 250,5`, `1,250.5`) in the notation of programs (`1250.5`); `None` when it cannot be
/// read in one way only, such as `12,34,5`. Whether it is a number at all is left to its parser.
fn plain_number(text: &str, language: Language) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let separators: Vec<(usize, char)> = plain.char_indices().filter(|(_, c)| matches!(c, ',' | '.')).collect();
    let (Some(&(first_at, first)), Some(&(last_at, last))) = (separators.first(), separators.last()) else {
        return Some(plain);
    };
    // One kind that comes again separates thousands; where both kinds occur, the last one is the decimal separator.
    let decimal = if first != last {
        Some(last_at)
    } else if separators.len() > 1 {
        None
    } else {
        // A single mark: thousands where the language writes them so and it stands as it would there (`270,000`).
        let whole = plain[..first_at].trim_start_matches(['-', '+']);
        let groups = language.group_separator() == first && !whole.starts_with('0');
        (!(groups && in_thousands(&plain))).then_some(last_at)
    };
    let (whole, fraction) = decimal.map_or((&plain[..], ""), |at| (&plain[..at], &plain[at + 1..]));
    if whole.contains([',', '.']) && !in_thousands(whole) {
        return None;
    }
    let whole: String = whole.chars().filter(|c| !matches!(c, ',' | '.')).collect();
    Some(if fraction.is_empty() {
        whole
    } else {
        format!("{whole}.{fraction}")
    })
}

/// Whether the separators of a whole number are all the same and stand before every third digit.
fn in_thousands(whole: &str) -> bool {
    let mut groups = whole.trim_start_matches(['-', '+']).split([',', '.']);
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let one_kind = !(whole.contains(',') && whole.contains('.'));
    one_kind && (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}

/// −0, which comes of a negative scale, would be shown as "-0".
fn positive_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

/// Keeps error messages readable when a cell holds a novel.
fn shorten(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_number_takes_is_what_it_stores_unchanged() {
        let values = [
            f64::NAN,
            f64::INFINITY,
            -f64::INFINITY,
            1e300,
            -1.0,
            -0.5,
            -0.0,
            0.0,
            0.5,
            1.0,
            2.0,
            365.0,
        ];
        for (min, max) in [
            (None, None),
            (Some(0.0), None),
            (None, Some(1.0)),
            (Some(-0.5), Some(0.5)),
        ] {
            for (integer, sentinels) in [
                (false, vec![]),
                (true, vec![]),
                (false, vec![365.0, 0.5]),
                (true, vec![-1.0]),
            ] {
                let number = NumberKind {
                    min,
                    max,
                    integer,
                    sentinels,
                    ..NumberKind::default()
                };
                for value in values {
                    let unchanged = number.check(value) == Ok(value);
                    assert_eq!(number.takes(value), unchanged, "{value} as {number:?}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        use Language::{En, Fr};
        for (text, language, expected) in [
            ("1250.5", En, Some("1250.5")),
            ("1250.5", Fr, Some("1250.5")),
            ("1 250,5", En, Some("1250.5")),
            ("1\u{202f}250,5", Fr, Some("1250.5")),
            ("1,250.5", Fr, Some("1250.5")),
            ("1.250,5", En, Some("1250.5")),
            ("270,000", En, Some("270000")),
            ("270,000", Fr, Some("270.000")),
            ("-270,000", En, Some("-270000")),
            ("0,125", En, Some("0.125")),
            ("1250,500", En, Some("1250.500")),
            ("1,250,000", Fr, Some("1250000")),
            ("1.250.000", En, Some("1250000")),
            ("1’250’000", Fr, Some("1250000")),
            ("−3,5", Fr, Some("-3.5")),
            ("5,", Fr, Some("5")),
            (",5", Fr, Some(".5")),
            ("12,34,5", En, None),
            ("1,2.3,4", En, None),
            ("1.250,5,5", Fr, None),
            ("1.2,5", Fr, None),
        ] {
            assert_eq!(
                plain_number(text, language).as_deref(),
                expected,
                "{text} in {language:?}"
            );
        }
    }
}
