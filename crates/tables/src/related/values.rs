//! Columns of a table in memory, each as small as its field allows, and reading cells into them.

use candor_core::records::record_number;
use candor_core::schema::{Field, FieldKind};
use candor_core::{Raw, ValueError};
use candor_portfolio::table::{DecimalMark, stored};

/// Stored values of a field.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// As they are.
    Number(Vec<f64>),
    /// Whole numbers that fit, `i32::MIN` where missing.
    Whole(Vec<i32>),
    /// Flags and positions of levels, `u8::MAX` where missing.
    Level(Vec<u8>),
}

impl Values {
    /// No values yet, of this field.
    pub(super) fn of(field: &Field) -> Self {
        match &field.kind {
            FieldKind::Number(number) if number.integer => Self::Whole(Vec::new()),
            FieldKind::Flag { .. } => Self::Level(Vec::new()),
            FieldKind::Category { levels, .. } if levels.len() < usize::from(u8::MAX) => Self::Level(Vec::new()),
            FieldKind::Number(_) | FieldKind::Category { .. } => Self::Number(Vec::new()),
        }
    }

    pub(super) fn get(&self, row: usize) -> f64 {
        match self {
            Self::Number(values) => values.get(row).copied().unwrap_or(f64::NAN),
            Self::Whole(values) => match values.get(row) {
                None | Some(&i32::MIN) => f64::NAN,
                Some(&value) => f64::from(value),
            },
            Self::Level(values) => match values.get(row) {
                None | Some(&u8::MAX) => f64::NAN,
                Some(&value) => f64::from(value),
            },
        }
    }

    /// Adds a value. A column of whole numbers becomes one of any numbers when one does not fit, such as −0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked by the way back"
    )]
    pub(super) fn push(&mut self, value: f64) {
        match self {
            Self::Number(values) => values.push(value),
            Self::Whole(values) if value.is_nan() => values.push(i32::MIN),
            Self::Level(values) if value.is_nan() => values.push(u8::MAX),
            Self::Whole(values) if f64::from(value as i32).to_bits() == value.to_bits() && value as i32 != i32::MIN => {
                values.push(value as i32);
            }
            Self::Level(values) if f64::from(value as u8).to_bits() == value.to_bits() && value < 255.0 => {
                values.push(value as u8);
            }
            Self::Whole(_) | Self::Level(_) => {
                self.widen();
                self.push(value);
            }
        }
    }

    /// Adds the values of another part of the same column.
    pub(super) fn append(&mut self, mut part: Self) {
        match (&mut *self, &mut part) {
            (Self::Number(all), Self::Number(part)) => all.append(part),
            (Self::Whole(all), Self::Whole(part)) => all.append(part),
            (Self::Level(all), Self::Level(part)) => all.append(part),
            _ => {
                self.widen();
                part.widen();
                self.append(part);
            }
        }
    }

    fn widen(&mut self) {
        let count = match self {
            Self::Number(_) => return,
            Self::Whole(values) => values.len(),
            Self::Level(values) => values.len(),
        };
        *self = Self::Number((0..count).map(|row| self.get(row)).collect());
    }
}

/// Reads the cells of one column.
#[derive(Debug, Clone)]
pub(super) struct CellReader<'a> {
    field: &'a Field,
    /// What each level is written as, without spaces around.
    levels: Vec<&'a [u8]>,
    decimal: DecimalMark,
}

impl<'a> CellReader<'a> {
    pub(super) fn new(field: &'a Field, decimal: DecimalMark) -> Self {
        let levels = match &field.kind {
            FieldKind::Category { levels, .. } => levels.iter().map(|level| level.value.trim().as_bytes()).collect(),
            FieldKind::Number(_) | FieldKind::Flag { .. } => Vec::new(),
        };
        Self { field, levels, decimal }
    }

    /// The stored value of a cell as it is written.
    #[expect(clippy::cast_precision_loss, reason = "a level's position is far below 2^53")]
    pub(super) fn text(&self, cell: &[u8]) -> Result<f64, ValueError> {
        if cell.is_empty() {
            return Ok(f64::NAN);
        }
        match &self.field.kind {
            FieldKind::Category { .. } => {
                if let Some(position) = self.levels.iter().position(|level| *level == cell) {
                    return Ok(position as f64);
                }
            }
            FieldKind::Number(_) if self.decimal == DecimalMark::Point => {
                if let Some(value) = short_decimal(cell) {
                    return self.field.from_number(value);
                }
            }
            FieldKind::Number(_) | FieldKind::Flag { .. } => {}
        }
        stored(self.field, &String::from_utf8_lossy(cell), self.decimal)
    }

    /// The stored value of a cell of a typed file.
    pub(super) fn raw(&self, raw: Raw<'_>) -> Result<f64, ValueError> {
        match raw {
            Raw::Text(text) => self.text(text.trim().as_bytes()),
            Raw::Missing | Raw::Number(_) | Raw::Flag(_) => raw.stored(self.field),
        }
    }
}

/// Stands for a key that is not there or cannot be read.
pub(super) const NO_KEY: i64 = i64::MIN;

/// The number in a key's cell.
pub(super) fn key_of_text(cell: &[u8]) -> i64 {
    let value = short_decimal(cell).or_else(|| std::str::from_utf8(cell).ok()?.trim().parse::<f64>().ok());
    value.map_or(NO_KEY, key_of_number)
}

/// A key that a typed file holds as a number.
pub(super) fn key_of_number(value: f64) -> i64 {
    record_number(value).unwrap_or(NO_KEY)
}

/// Powers of ten that are exact.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// A decimal number of at most 15 digits, as almost all are. Both its digits and the power of ten are exact then, so
/// that one division rounds correctly, as reading it in any other way does.
fn short_decimal(cell: &[u8]) -> Option<f64> {
    let (negative, digits) = match cell.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, cell),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut whole, mut fraction, mut point) = (0_i64, 0_usize, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + i64::from(byte - b'0');
                fraction += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if digits.len() - usize::from(point) > 15 || digits.len() == usize::from(point) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 10^15")]
    let value = whole as f64 / POWERS.get(fraction)?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_decimals_are_read_to_the_last_bit() {
        for text in [
            "0",
            "-0",
            "5",
            "-1087",
            "9946.485",
            "0.1",
            "-0.000123",
            "123456789012345",
            "0.02200000000000",
            "12.",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(
                short_decimal(text.as_bytes()).map(f64::to_bits),
                Some(expected.to_bits()),
                "{text}"
            );
        }
        for text in [
            "",
            "-",
            ".",
            "1e5",
            "1.2.3",
            "+5",
            "1234567890123456",
            "0.022000000000000",
            "12 3",
            "NaN",
        ] {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn columns_widen_where_they_must() {
        let mut values = Values::Whole(vec![5]);
        for value in [f64::NAN, -7.0, -0.0, 1e12, 0.5] {
            values.push(value);
        }
        let found: Vec<u64> = (0..6).map(|row| values.get(row).to_bits()).collect();
        assert_eq!(found, [5.0, f64::NAN, -7.0, -0.0, 1e12, 0.5].map(f64::to_bits));
        let mut levels = Values::Level(vec![3, u8::MAX]);
        levels.append(Values::Number(vec![2.5]));
        assert_eq!((levels.get(0), levels.get(2)), (3.0, 2.5));
        assert!(levels.get(1).is_nan());
    }
}
