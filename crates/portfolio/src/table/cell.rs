//! A cell of text as the stored value of a field. Where the field's own notation does not fit, that of tables may.

use candor_core::ValueError;
use candor_core::schema::{Field, FieldKind};

use super::numbers::{DecimalMark, is_missing, number, plain};

/// The stored value of a cell in a file whose numbers have this decimal mark.
pub fn stored(field: &Field, text: &str, decimal: DecimalMark) -> Result<f64, ValueError> {
    let is_number = matches!(field.kind, FieldKind::Number(_));
    // What is too large to be a number is quoted as it stands in the file.
    let finite = |number: &String| number.parse().is_ok_and(f64::is_finite);
    if is_number
        && decimal == DecimalMark::Comma
        && let Some(plain) = plain(text, decimal).filter(finite)
    {
        return field.parse(&plain);
    }
    let problem = match field.parse(text) {
        Ok(value) => return Ok(value),
        Err(problem) => problem,
    };
    match field.kind {
        FieldKind::Number(_) | FieldKind::Flag { .. } if is_missing(text) => Ok(f64::NAN),
        FieldKind::Number(_) if decimal == DecimalMark::Point => match number(text, decimal) {
            Some(value) => field.from_number(value),
            None => Err(problem),
        },
        FieldKind::Number(_) | FieldKind::Flag { .. } | FieldKind::Category { .. } => Err(problem),
    }
}
