//! Numbers as people of each language write them.

use candor_core::schema::NumberKind;
use candor_core::{Field, FieldKind, Language};

/// A number with at most so many digits after the point, and no zeros at its end.
pub fn number_up_to(value: f64, most_decimals: usize, language: Language) -> String {
    let plain = format!("{value:.most_decimals$}");
    let decimals = plain
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
    language.number(value, decimals)
}

/// A number with as many digits as were typed, at most six after the point.
pub fn number_as_typed(value: f64, language: Language) -> String {
    number_up_to(value, 6, language)
}

/// A stored number of a field as it is shown on screen, without its unit.
pub fn shown_number(field: &Field, kind: &NumberKind, value: f64, language: Language) -> String {
    number_up_to(field.shown(value), usize::from(kind.decimals), language)
}

/// A whole number.
#[expect(clippy::cast_precision_loss, reason = "counts and points are far below 2^53")]
pub fn whole(value: i64, language: Language) -> String {
    language.number(value as f64, 0)
}

/// A count, such as the rows of a table.
pub fn count(value: usize, language: Language) -> String {
    whole(i64::try_from(value).unwrap_or(i64::MAX), language)
}

/// Points that are gained or lost: always with a sign, except 0.
pub fn signed(value: i64, language: Language) -> String {
    let plus = if value > 0 { "+" } else { "" };
    format!("{plus}{}", whole(value, language))
}

/// Parts of a point: one digit after the decimal separator, with a sign.
pub fn signed_parts(value: f64, language: Language) -> String {
    let text = language.number(value, 1);
    if value > 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        format!("+{text}")
    } else {
        text
    }
}

/// `6.3%` in English, `6,3 %` in French.
pub fn percent(share: f64, decimals: usize, language: Language) -> String {
    language.number(share * 100.0, decimals) + language.percent_sign()
}

/// A bound in percent, such as `5%` or `9.1%`.
pub fn round_percent(share: f64, language: Language) -> String {
    number_up_to(share * 100.0, 1, language) + language.percent_sign()
}

/// A probability: two digits after the point below 1 %, where one would hide differences.
pub fn probability(probability: f64, language: Language) -> String {
    percent(probability, if probability < 0.01 { 2 } else { 1 }, language)
}

/// A stored value of a field in two parts, the second being its unit (empty without one); `None` when it is missing.
pub fn field_value_and_unit(field: &Field, value: f64, language: Language) -> Option<(String, String)> {
    match &field.kind {
        FieldKind::Number(kind) if !value.is_nan() => {
            let unit = field.unit.as_ref().map(|unit| unit.in_language(language).to_owned());
            Some((shown_number(field, kind, value, language), unit.unwrap_or_default()))
        }
        FieldKind::Number(_) | FieldKind::Flag { .. } | FieldKind::Category { .. } => {
            Some((field_value(field, value, language)?, String::new()))
        }
    }
}

/// A stored value of a field in words: `270,000`, `3.4 years`, `Working`, `yes`; `None` when it is missing.
pub fn field_value(field: &Field, value: f64, language: Language) -> Option<String> {
    if value.is_nan() {
        return None;
    }
    Some(match &field.kind {
        FieldKind::Number(kind) => {
            let text = shown_number(field, kind, value, language);
            match &field.unit {
                Some(unit) => format!("{text}\u{a0}{}", unit.in_language(language)),
                None => text,
            }
        }
        FieldKind::Flag { .. } => {
            let words = crate::text::dictionary(language);
            if value == 0.0 {
                words.no.into()
            } else {
                words.yes.into()
            }
        }
        FieldKind::Category { levels, .. } => {
            let level = field.level_position(value).and_then(|position| levels.get(position))?;
            level.label.in_language(language).to_owned()
        }
    })
}

/// The value of a computed feature: few digits, but never all zeros.
pub fn feature_value(value: f64, language: Language) -> Option<String> {
    let size = value.abs();
    let decimals = match size {
        _ if value.is_nan() => return None,
        _ if value.fract() == 0.0 || size >= 1000.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 0.1 => 2,
        _ => 4,
    };
    Some(language.number(value, decimals))
}
