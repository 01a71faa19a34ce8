//! Which of the target's two values is the bad one.

use candor_portfolio::table::OutcomeWords;

use super::kind::{flag, shorten};
use super::profile::Profile;

/// Pairs of words for a good and a bad outcome, besides no and yes.
const GOOD_BAD: [(&str, &str); 4] = [
    ("good", "bad"),
    ("fully paid", "charged off"),
    ("paid", "default"),
    ("no default", "default"),
];

/// The words for the outcomes in the column `name`; `bad` is what the analyst says. `None` when they are 1 and 0.
///
/// # Errors
/// What is wrong with the column, and what to do.
pub(super) fn outcomes(name: &str, profile: &Profile, bad: Option<&str>) -> Result<Option<OutcomeWords>, String> {
    let mut values: Vec<&str> = profile.levels.keys().map(String::as_str).collect();
    values.sort_unstable();
    let listed = || {
        let shown: Vec<String> = values
            .iter()
            .take(5)
            .map(|value| format!("'{}'", shorten(value)))
            .collect();
        let more = if profile.distinct() > 5 { ", …" } else { "" };
        shown.join(", ") + more
    };
    let is = |value: &str, word: &str| {
        value.eq_ignore_ascii_case(word)
            || matches!((value.parse::<f64>(), word.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
    };
    match values[..] {
        [] => {
            return Err(format!(
                "{name} is empty in every row; choose the column that tells who defaulted"
            ));
        }
        [only] => {
            return Err(format!(
                "{name} is '{}' in all {} rows; training needs clients of both kinds",
                shorten(only),
                profile.present
            ));
        }
        [_, _] => {}
        _ => {
            return Err(format!(
                "{name} has {} values ({}); the target needs two: leave out or merge the others",
                profile.distinct(),
                listed()
            ));
        }
    }
    let (good, bad) = match bad {
        Some(word) => {
            let Some(bad) = values.iter().position(|value| is(value, word.trim())) else {
                return Err(format!(
                    "--bad {word}: {name} is either {}; name one of these",
                    listed()
                ));
            };
            (values[1 - bad].to_owned(), values[bad].to_owned())
        }
        None => match flag(&values).or_else(|| good_bad(&values)) {
            Some(words) => words,
            None => {
                return Err(format!(
                    "{name} is either {}; say which of them is a default, as in --bad {}",
                    listed(),
                    quoted(values[1])
                ));
            }
        },
    };
    let plain = is(&bad, "1") && is(&good, "0");
    Ok((!plain).then_some(OutcomeWords { bad, good }))
}

fn good_bad(values: &[&str]) -> Option<(String, String)> {
    let &[a, b] = values else { return None };
    let pair = |good: &str, bad: &str| {
        let mut known = GOOD_BAD.iter();
        known.any(|(g, b)| good.eq_ignore_ascii_case(g) && bad.eq_ignore_ascii_case(b))
    };
    if pair(a, b) {
        Some((a.to_owned(), b.to_owned()))
    } else {
        pair(b, a).then(|| (b.to_owned(), a.to_owned()))
    }
}

/// A word as it is written on the command line.
fn quoted(word: &str) -> String {
    if word.chars().all(char::is_alphanumeric) {
        word.to_owned()
    } else {
        format!("'{word}'")
    }
}
