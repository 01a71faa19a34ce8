//! The lines of a store's journal.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::contest::Verdict;

/// The format of a store that this Candor writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// A line of the journal. Runs are named by their digests; `at` is the time by the clock of the machine, which orders
/// nothing: the order is that of the lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// The first line.
    Store {
        /// Format of the store.
        format: u32,
        /// Version of Candor that began it.
        candor: String,
    },
    /// A run has been recorded.
    Run {
        /// When.
        at: String,
        /// The run.
        run: String,
    },
    /// A run became the champion.
    Promotion {
        /// When.
        at: String,
        /// The new champion.
        run: String,
        /// The champion before; `None` for the first.
        before: Option<String>,
        /// How the two compared; `None` for the first, and where they could not be compared.
        verdict: Option<Verdict>,
        /// Why it would have been refused, and by whose words it was not; `None` where it was not forced.
        forced: Option<Forced>,
    },
    /// The champion before became the champion again.
    Rollback {
        /// When.
        at: String,
        /// The champion from now on.
        run: String,
        /// The champion until now.
        before: String,
        /// Why, in somebody's words.
        reason: Option<String>,
    },
}

/// A promotion against the evidence, or without any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forced {
    /// What spoke against it.
    pub objection: String,
    /// Why it was done all the same.
    pub reason: String,
}

impl Entry {
    /// When it was written, as in `2026-11-21T22:50:11Z`; `None` for the first line.
    pub fn at(&self) -> Option<&str> {
        match self {
            Self::Store { .. } => None,
            Self::Run { at, .. } | Self::Promotion { at, .. } | Self::Rollback { at, .. } => Some(at),
        }
    }
}

/// The time by the clock of the machine, in UTC, to the second.
pub fn now() -> String {
    // A clock set to before 1970 is wrong anyway.
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
    utc(since.as_secs())
}

/// Seconds since 1970 as text; empty for years that no clock shows.
fn utc(seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The seconds since 1970 of a time as this journal writes it; `None` for anything else.
pub fn seconds(text: &str) -> Option<u64> {
    let found = u64::try_from(DateTime::parse_from_rfc3339(text).ok()?.timestamp()).ok()?;
    (utc(found) == text).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{seconds, utc};

    #[test]
    fn seconds_are_told_as_dates() {
        for (second, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_301_411, "2026-11-21T22:50:11Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(second), text);
            assert_eq!(seconds(text), Some(second));
        }
        for text in [
            "",
            "2026-11-21",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "yesterday",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
