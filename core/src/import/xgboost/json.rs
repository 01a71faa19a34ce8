//! JSON as XGBoost writes it: `NaN`, `Infinity` and `-Infinity` may stand for numbers, which JSON does not know.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::import::ImportError;

/// Takes the place of what JSON does not know. A model that holds this very number, which is no likelier than any other of
/// that size, is refused where the number matters, because it is read as none.
const STAND_IN: &[u8] = b"6.022141E37";
const STAND_IN_VALUE: f32 = 6.022_141e37;

/// Reads a document.
pub(super) fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, ImportError> {
    let text = plain(bytes);
    serde_json::from_slice(&text).map_err(|error| {
        let problem = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = problem.strip_suffix(&place).unwrap_or(&problem);
        let line = text.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1));
        ImportError::Malformed {
            line: error.line().max(1),
            problem: format!(
                "column {}: {problem}",
                original_column(line.unwrap_or_default(), error.column())
            ),
        }
    })
}

/// What JSON writes with other words than XGBoost.
const WORDS: [&[u8]; 2] = [b"NaN", b"Infinity"];

/// The text in plain JSON.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Vec::new();
    let (mut copied, mut at) = (0, 0);
    let mut is_quoted = false;
    while let Some(&byte) = bytes.get(at) {
        let word = WORDS.iter().find(|word| !is_quoted && bytes[at..].starts_with(word));
        if let Some(word) = word {
            text.extend_from_slice(&bytes[copied..at]);
            text.extend_from_slice(STAND_IN);
            at += word.len();
            copied = at;
            continue;
        }
        is_quoted ^= byte == b'"';
        // What is escaped ends no text.
        at += if is_quoted && byte == b'\\' { 2 } else { 1 };
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    text.extend_from_slice(&bytes[copied..]);
    Cow::Owned(text)
}

/// The column before the stand-ins moved it, if all of them stand for `NaN`, which is all that XGBoost is known to write.
fn original_column(line: &[u8], column: usize) -> usize {
    let before = &line[..column.min(line.len())];
    let moved = before
        .windows(STAND_IN.len())
        .filter(|window| *window == STAND_IN)
        .count();
    column.saturating_sub(moved * (STAND_IN.len() - WORDS[0].len()))
}

/// 32-bit floats, of which some may be no numbers.
#[derive(Default)]
pub(super) struct Floats(pub(super) Vec<f32>);

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As floats of 32 bits: by way of 64 they would be rounded twice.
        let mut floats = Vec::<f32>::deserialize(deserializer)?;
        for float in &mut floats {
            if float.abs() == STAND_IN_VALUE {
                *float = f32::NAN;
            }
        }
        Ok(Self(floats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_numbers_outside_of_texts() {
        for (text, expected) in [
            (r#"{"a": [1, 2.5]}"#, r#"{"a": [1, 2.5]}"#),
            (r#"[NaN,-Infinity]"#, r#"[6.022141E37,-6.022141E37]"#),
            (
                r#"["NaN", "\"NaN", "\\", NaN]"#,
                r#"["NaN", "\"NaN", "\\", 6.022141E37]"#,
            ),
            ("NaN", "6.022141E37"),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(plain(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn floats_are_rounded_once() {
        // Just above the middle of 1 and the next float, by less than a 64-bit float can tell.
        let Floats(floats) = read(b"[1.000000059604644775390625000001, NaN, -Infinity, -0, 1E-45, 7]").unwrap();
        assert_eq!(floats[0], 1.0_f32.next_up());
        assert!(floats[1].is_nan() && floats[2].is_nan());
        assert_eq!(floats[3].to_bits(), (-0.0_f32).to_bits());
        assert_eq!(floats[4..], [f32::from_bits(1), 7.0]);
        assert!(read::<Floats>(b"[1e39]").is_err());
    }

    #[test]
    fn errors_are_found_where_they_are() {
        for (text, line, column) in [("[1, x]", 1, 5), ("[NaN, x]", 1, 7), ("[NaN,\nNaN, NaN, x]", 2, 11)] {
            let Err(ImportError::Malformed { line: found, problem }) = read::<Floats>(text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(found, line, "{text}");
            assert!(problem.starts_with(&format!("column {column}: ")), "{text}: {problem}");
        }
    }
}
