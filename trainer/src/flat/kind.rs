//! From what a column's cells have in common to what it is: a number, a flag, a category, or no input.

use super::profile::{Numbers, Profile};

/// What a column is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number {
        integer: bool,
        decimals: usize,
        min: Option<f64>,
        max: Option<f64>,
        /// Values that stand for "not known".
        sentinels: Vec<f64>,
    },
    Flag {
        no: String,
        yes: String,
    },
    Category {
        levels: Vec<String>,
        missing_levels: Vec<String>,
        /// Rows whose level is too rare to be listed.
        rare: u64,
    },
}

/// Texts for no and yes.
const WORDS: [(&str, &str); 8] = [
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("off", "on"),
    ("non", "oui"),
    ("nein", "ja"),
    ("0", "1"),
];
/// Most levels that a category lists.
const MOST_LEVELS: usize = 1000;

/// What a column is, or why it is no input. `name` and `kept`, whether the analyst asks for it, count only where the
/// cells leave it open.
pub(super) fn kind_of(name: &str, profile: &Profile, kept: bool) -> Result<Kind, String> {
    if profile.present == 0 {
        return Err("nothing is written in any row".into());
    }
    let is_gappy = profile.empty > 0 || !profile.missing.is_empty() || profile.infinite > 0;
    if profile.distinct() == 1 && !is_gappy {
        let value = profile.levels.keys().next().cloned().unwrap_or_default();
        return Err(format!("it is '{}' in every row", shorten(&value)));
    }
    if profile.distinct() == 0 {
        return Err("it is infinite wherever something is written".into());
    }
    let levels: Vec<&str> = profile.levels.keys().map(String::as_str).collect();
    if let Some((no, yes)) = flag(&levels) {
        return Ok(Kind::Flag { no, yes });
    }
    // "unknown" among numbers is no text that would make a category of them.
    let words: u64 = profile.missing_among_numbers().iter().map(|(_, count)| count).sum();
    if profile.numbers.count > 0 && profile.texts <= words && profile.flags == 0 {
        return number(name, profile, kept);
    }
    category(name, profile, kept)
}

fn number(name: &str, profile: &Profile, kept: bool) -> Result<Kind, String> {
    let numbers = &profile.numbers;
    let in_order = numbers.count > 2 && (numbers.rising || numbers.falling);
    let all_differ = profile.distinct() == numbers.count;
    let steps = numbers.most - numbers.least < 2.0 * as_f64(numbers.count);
    let counts_rows = numbers.whole && in_order && steps && numbers.count >= 20;
    if !kept && numbers.whole && (counts_rows || (profile.is_nearly_unique() && all_differ && is_id_name(name))) {
        return Err("it is a different whole number in every row: an identifier".into());
    }
    let sentinels = sentinels(numbers);
    let is_sentinel = |nines: &i64| sentinels.contains(&as_f64(*nines));
    let inside = || {
        numbers
            .nines
            .keys()
            .filter(|nines| !is_sentinel(nines))
            .map(|&nines| as_f64(nines))
    };
    let least = inside().fold(numbers.least, f64::min);
    let most = inside().fold(numbers.most, f64::max);
    let (min, max) = limits(least, most, numbers.count);
    let infinite = [f64::INFINITY, f64::NEG_INFINITY]
        .into_iter()
        .filter(|_| profile.infinite > 0);
    Ok(Kind::Number {
        integer: numbers.whole,
        decimals: numbers.decimals,
        min,
        max,
        sentinels: sentinels.into_iter().chain(infinite).collect(),
    })
}

/// Values such as -999 that stand for "not known": in nines only, more than once, and where no other value comes near.
fn sentinels(numbers: &Numbers) -> Vec<f64> {
    let (least, most) = (numbers.least, numbers.most);
    let is_apart = |value: f64| {
        if value < 0.0 {
            value < 10.0 * least.min(0.0) && least.is_finite()
        } else {
            value >= 999.0 && value > 10.0 * most.max(1.0) && most.is_finite()
        }
    };
    let repeated = numbers.nines.iter().filter(|(_, count)| **count > 1);
    repeated
        .map(|(&value, _)| as_f64(value))
        .filter(|&value| is_apart(value))
        .collect()
}

/// Limits that refuse a value in a wrong unit and nothing else: ten times what was seen, and 0 where a thousand values
/// are none of them negative.
fn limits(least: f64, most: f64, count: u64) -> (Option<f64>, Option<f64>) {
    let reach = 10.0 * least.abs().max(most.abs());
    let mut limit = 10.0;
    while limit < reach && limit < 1e300 {
        limit *= 10.0;
    }
    let min = if least >= 0.0 && count >= 1000 { 0.0 } else { -limit };
    (Some(min), Some(limit))
}

fn category(name: &str, profile: &Profile, kept: bool) -> Result<Kind, String> {
    let (line, text) = profile.first_text.clone().unwrap_or_default();
    let example = shorten(&text);
    if !kept && 10 * profile.dates > 9 * profile.texts && profile.numbers.count == 0 {
        return Err(format!(
            "it holds dates (such as '{example}'); make a number of them, such as the days before the application"
        ));
    }
    if 20 * profile.texts < profile.numbers.count && profile.distinct() > 50 {
        return Err(format!(
            "it holds numbers and, in {} rows, texts (such as '{example}' in line {line}); correct them, or empty these \
             cells to have them read as missing",
            profile.texts
        ));
    }
    if !kept && profile.is_nearly_unique() {
        let what = if is_id_name(name) {
            "an identifier"
        } else {
            "an identifier or free text"
        };
        return Err(format!("it is different in most rows (such as '{example}'): {what}"));
    }
    let least = (profile.present / 1000).clamp(3, 10);
    let mut levels: Vec<(&String, u64)> = profile.levels.iter().map(|(level, count)| (level, *count)).collect();
    levels.retain(|(_, count)| *count >= least);
    levels.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    levels.truncate(MOST_LEVELS);
    if levels.is_empty() {
        return Err(format!(
            "none of its {} texts (such as '{example}') is there in {least} rows: an identifier or free text",
            profile.distinct()
        ));
    }
    let listed: u64 = levels.iter().map(|(_, count)| count).sum();
    let mut levels: Vec<String> = levels.into_iter().map(|(level, _)| level.clone()).collect();
    let in_order = |level: &String| level.parse::<f64>().unwrap_or(f64::INFINITY);
    levels.sort_by(|a, b| in_order(a).total_cmp(&in_order(b)).then(a.cmp(b)));
    Ok(Kind::Category {
        levels,
        missing_levels: profile.missing.keys().cloned().collect(),
        rare: profile.present - listed,
    })
}

/// Two texts that mean no and yes.
pub(super) fn flag(levels: &[&str]) -> Option<(String, String)> {
    let &[a, b] = levels else { return None };
    let is = |text: &str, word: &str| {
        text.eq_ignore_ascii_case(word)
            || matches!((text.parse::<f64>(), word.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
    };
    let pair = |no: &str, yes: &str| WORDS.iter().any(|(n, y)| is(no, n) && is(yes, y));
    if pair(a, b) {
        Some((a.to_owned(), b.to_owned()))
    } else {
        pair(b, a).then(|| (b.to_owned(), a.to_owned()))
    }
}

/// Whether a column is called what identifiers are called.
fn is_id_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let alone = [
        "id", "ids", "index", "idx", "key", "uuid", "guid", "nr", "no", "number", "ref", "unnamed",
    ];
    words.iter().any(|word| alone.contains(word)) || words.is_empty() || name.ends_with("ID") || name.ends_with("Id")
}

/// Keeps a message readable when a cell holds a novel.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn as_f64(count: impl TryInto<i64>) -> f64 {
    count.try_into().unwrap_or(i64::MAX) as f64
}
