//! Numbers and missing values as tables write them: thousands in groups, decimal commas, percent and currency signs.

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum DecimalMark {
    /// 1250.5 or 1,250.5
    #[default]
    #[cfg_attr(feature = "clap", value(alias = "."))]
    Point,
    /// 1250,5 or 1.250,5
    #[cfg_attr(feature = "clap", value(alias = ","))]
    Comma,
}

/// What a cell says about the decimal mark of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vote {
    Point,
    Comma,
    /// A point before three digits: decimals or thousands.
    PerhapsPoint,
    /// A comma before three digits: decimals or thousands.
    PerhapsComma,
}

/// Texts that say "not known" wherever a number or yes or no should stand.
const MISSING: [&str; 24] = [
    "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "#null!", "none", "nil", "?", "-", "--",
    ".", "..", "missing", "unknown", "nd", "n.d.", "#div/0!", "#value!",
];
/// Those of them that cannot be a level of a category.
const MISSING_LEVELS: [&str; 9] = ["na", "n/a", "#n/a", "#na", "<na>", "nan", "null", "#null!", "?"];

/// Whether a text stands for a number that is not known.
pub fn is_missing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || MISSING.iter().any(|missing| text.eq_ignore_ascii_case(missing))
}

/// Whether a text stands for a level that is not known: "none" or "unknown" is a level like any other.
pub fn is_missing_level(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || MISSING_LEVELS.iter().any(|missing| text.eq_ignore_ascii_case(missing))
}

/// A number in the notation of programs (`1250.5`), whatever groups, signs and decimal mark it is written with; `None`
/// when it is none.
pub(crate) fn plain(text: &str, decimal: DecimalMark) -> Option<String> {
    let (negative, body) = bare(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (body.get(..at)?, body.get(at + 1..)?),
        None => (body, ""),
    };
    if body.len() != mantissa.len() && exponent.parse::<i16>().is_err() {
        return None;
    }
    let (mark, group) = match decimal {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, fraction) = mantissa.split_once(mark).unwrap_or((mantissa, ""));
    let whole = ungrouped(whole, group)?;
    if !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    let exponent = if exponent.is_empty() {
        String::new()
    } else {
        format!("e{exponent}")
    };
    Some(format!("{sign}{whole}.{fraction}0{exponent}"))
}

/// The finite number that a text stands for.
pub fn number(text: &str, decimal: DecimalMark) -> Option<f64> {
    let text = text.trim();
    let starts_like_one = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let exact = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| starts_like_one && number.is_finite())
    };
    let read = || {
        plain(text, decimal)?
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    };
    match decimal {
        DecimalMark::Point => exact().or_else(read),
        DecimalMark::Comma => read().or_else(exact),
    }
}

/// What a cell says about the decimal mark; `None` when it is no number with a comma or a point.
pub(super) fn vote(text: &str) -> Option<Vote> {
    let (_, body) = bare(text);
    if !body.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        || !body.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let (points, commas) = (body.matches('.').count(), body.matches(',').count());
    let thousands = |group: char| ungrouped(body, group).is_some();
    match (points, commas) {
        (0, 0) => None,
        (0, 1) if thousands(',') && !body.starts_with('0') => Some(Vote::PerhapsComma),
        (0, 1) => Some(Vote::Comma),
        (0, _) => thousands(',').then_some(Vote::Point),
        (1, 0) if thousands('.') && !body.starts_with('0') => Some(Vote::PerhapsPoint),
        (1, 0) => Some(Vote::Point),
        (_, 0) => thousands('.').then_some(Vote::Comma),
        (1, _) if body.rfind('.') > body.rfind(',') => Some(Vote::Point),
        (_, 1) if body.rfind(',') > body.rfind('.') => Some(Vote::Comma),
        _ => None,
    }
}

/// Whether there is a minus in front, and the text without signs, currency and percent.
fn bare(text: &str) -> (bool, &str) {
    let is_sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%') || c.is_whitespace();
    let text = text.trim_matches(is_sign);
    let unsigned = text.strip_prefix(['-', '−']);
    let rest = unsigned.or_else(|| text.strip_prefix('+')).unwrap_or(text);
    (unsigned.is_some(), rest.trim_start_matches(is_sign))
}

/// Digits without the marks or spaces that stand before every third of them.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\'' | '’');
    let Some(mark) = whole.chars().find(|&c| c == group || is_space(c)) else {
        return is_digits(whole).then(|| whole.to_owned());
    };
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let fits = (1..=3).contains(&first.len()) && is_digits(first) && groups.all(|g| g.len() == 3 && is_digits(g));
    fits.then(|| whole.chars().filter(char::is_ascii_digit).collect())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn numbers_are_read_as_tables_write_them() {
        use DecimalMark::{Comma, Point};
        for (text, decimal, wanted) in [
            ("1250.5", Point, Some(1250.5)),
            ("1,250.5", Point, Some(1250.5)),
            ("1 250.5", Point, Some(1250.5)),
            ("1,5", Point, None),
            ("12,34,567", Point, None),
            ("1250,5", Comma, Some(1250.5)),
            ("1.250,5", Comma, Some(1250.5)),
            ("1.250", Comma, Some(1250.0)),
            ("1.25", Comma, Some(1.25)),
            ("-0,125", Comma, Some(-0.125)),
            (" 10.65%", Point, Some(10.65)),
            ("$1,000", Point, Some(1000.0)),
            ("-$5", Point, Some(-5.0)),
            ("12,5 €", Comma, Some(12.5)),
            ("−3", Point, Some(-3.0)),
            ("1e3", Point, Some(1000.0)),
            ("1,5e3", Comma, Some(1500.0)),
            ("1e", Comma, None),
            (".5", Point, Some(0.5)),
            ("5.", Point, Some(5.0)),
            (".", Point, None),
            ("", Point, None),
            ("%", Point, None),
            ("nan", Point, None),
            ("inf", Point, None),
            ("1e999", Point, None),
            ("2019-01-05", Point, None),
            ("01.02.2019", Comma, None),
            ("36 months", Point, None),
            ("0x10", Point, None),
        ] {
            assert_eq!(number(text, decimal), wanted, "{text} with a decimal {decimal:?}");
        }
    }
}
