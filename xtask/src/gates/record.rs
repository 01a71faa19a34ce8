//! The recorded figures: reading, comparing and writing `tests/gates.txt`.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Where the figures are recorded, in the checkout.
pub const FILE: &str = "tests/gates.txt";
/// What accepts the figures as they are.
const ACCEPT: &str = "cargo xtask gates --accept";
/// Growth that passes, in percent: what one release of a dependency or of the compiler moves.
const GROWTH: u64 = 2;

/// What stands at the head of the file.
const HEAD: &str = "\
# What ships, and what the two kernels execute. `cargo xtask test` fails where a figure grows by more than 2 %;
# `cargo xtask gates --accept` records what it measures. Only limits are written by hand.
#
# limit BYTES FILE…          what these files may weigh together
# rustc VERSION              the compiler of the figures
# vectors NAME               the vectors with which the instructions were counted; other processors skip them
# size FILE BYTES            a shipped file after `gzip -9`, without the hash in its name
# instructions KERNEL COUNT  executed for one row, on average
";

/// A figure's name: its kind, and of what.
pub type Name = (Kind, String);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Bytes of a shipped file, compressed.
    Size,
    /// Executed instructions of a kernel.
    Instructions,
}

impl fmt::Display for Kind {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str(match self {
            Self::Size => "size",
            Self::Instructions => "instructions",
        })
    }
}

/// The most that some files may weigh together, compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    bytes: u64,
    files: Vec<String>,
}

/// Figures, as recorded or as measured.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Record {
    /// The compiler that the figures belong to.
    pub rustc: String,
    /// The vectors that the kernels' instructions belong to.
    pub vectors: String,
    pub limits: Vec<Limit>,
    pub figures: BTreeMap<Name, u64>,
}

impl Record {
    /// Reads the file's text; `Err` is the line that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut record = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let known = match words[..] {
                [] => true,
                [first, ..] if first.starts_with('#') => true,
                ["rustc", version] => {
                    version.clone_into(&mut record.rustc);
                    true
                }
                ["vectors", name] => {
                    name.clone_into(&mut record.vectors);
                    true
                }
                ["limit", bytes, ref files @ ..] if !files.is_empty() => bytes.parse().is_ok_and(|bytes| {
                    let files = files.iter().map(|file| (*file).to_owned()).collect();
                    record.limits.push(Limit { bytes, files });
                    true
                }),
                ["size", file, bytes] => record.take(Kind::Size, file, bytes),
                ["instructions", kernel, count] => record.take(Kind::Instructions, kernel, count),
                _ => false,
            };
            if !known {
                return Err(line.to_owned());
            }
        }
        Ok(record)
    }

    fn take(&mut self, kind: Kind, of: &str, figure: &str) -> bool {
        figure
            .parse()
            .is_ok_and(|figure| self.figures.insert((kind, of.to_owned()), figure).is_none())
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for limit in &self.limits {
            // Writing to a string does not fail.
            let _ = writeln!(text, "limit {} {}", limit.bytes, limit.files.join(" "));
        }
        let _ = writeln!(text, "rustc {}\nvectors {}", self.rustc, self.vectors);
        for ((kind, of), figure) in &self.figures {
            let _ = writeln!(text, "{kind} {of} {figure}");
        }
        text
    }

    /// Takes over the instructions of another record, whole: they cannot be counted on this machine.
    pub fn keep_instructions(&mut self, of: &Self) {
        let instructions = |(kind, _): &Name| *kind == Kind::Instructions;
        self.figures.retain(|name, _| !instructions(name));
        let kept = of.figures.iter().filter(|(name, _)| instructions(name));
        self.figures.extend(kept.map(|(name, figure)| (name.clone(), *figure)));
        self.vectors.clone_from(&of.vectors);
    }

    /// What keeps the measured figures from passing, a line each.
    pub fn compare(&self, measured: &Self) -> Vec<String> {
        let mut failures = Vec::new();
        for (name, now) in &measured.figures {
            let (kind, of) = name;
            match self.figures.get(name) {
                None => failures.push(format!("{kind} {of}: {now}, and none is recorded")),
                Some(old) if exceeds(*now, *old) => {
                    failures.push(format!("{kind} {of}: {old} -> {now}, {}", growth(*now, *old)));
                }
                Some(_) => {}
            }
        }
        for (kind, of) in self.figures.keys().filter(|name| !measured.figures.contains_key(name)) {
            failures.push(format!("{kind} {of}: recorded, and no longer there"));
        }
        failures
    }

    /// Which limits the measured sizes pass, a line each: nothing but a smaller file or a higher limit helps.
    pub fn passed_limits(&self, measured: &Self) -> Vec<String> {
        let mut failures = Vec::new();
        for limit in &self.limits {
            let together = limit.files.join(" + ");
            let sizes = limit.files.iter();
            let sizes: Option<Vec<u64>> = sizes
                .map(|file| measured.figures.get(&(Kind::Size, file.clone())).copied())
                .collect();
            match sizes.map(|sizes| sizes.iter().sum::<u64>()) {
                None => failures.push(format!("limit {together}: not all of these files are there")),
                Some(sum) if sum > limit.bytes => {
                    failures.push(format!("limit {together}: {sum} bytes, at most {}", limit.bytes));
                }
                Some(_) => {}
            }
        }
        failures
    }

    /// What to do about failures of [`Self::compare`].
    pub fn advice(&self, rustc: &str) -> String {
        let compiler = if self.rustc == rustc {
            String::new()
        } else {
            format!(
                "\n  the figures are recorded with rustc {}, and this is {rustc}: it may be the compiler's doing",
                self.rustc
            )
        };
        format!("{compiler}\n  if that is meant, accept it with: {ACCEPT}")
    }
}

fn exceeds(now: u64, old: u64) -> bool {
    u128::from(now) * 100 > u128::from(old) * u128::from(100 + GROWTH)
}

/// `+2.1 %, at most 2 %`, rounded up to a tenth, so that what fails never reads as what passes.
fn growth(now: u64, old: u64) -> String {
    let tenths = ((u128::from(now) - u128::from(old)) * 1000).div_ceil(u128::from(old).max(1));
    format!("+{}.{} %, at most {GROWTH} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(figures: &[(&str, u64)]) -> Record {
        let figures = figures.iter();
        Record {
            rustc: "1.95.0".to_owned(),
            figures: figures
                .map(|(file, bytes)| ((Kind::Size, (*file).to_owned()), *bytes))
                .collect(),
            ..Record::default()
        }
    }

    #[test]
    fn growth_of_two_percent_passes_and_more_fails() {
        let old = sizes(&[("a", 10_000)]);
        for bytes in [0, 9_000, 10_000, 10_200] {
            assert!(old.compare(&sizes(&[("a", bytes)])).is_empty(), "{bytes}");
        }
        for (bytes, percent) in [(10_201, "2.1"), (10_210, "2.1"), (13_000, "30.0")] {
            let failures = old.compare(&sizes(&[("a", bytes)]));
            assert_eq!(
                failures,
                [format!("size a: 10000 -> {bytes}, +{percent} %, at most 2 %")]
            );
        }
        let nothing = sizes(&[("a", 0)]);
        assert_eq!(nothing.compare(&sizes(&[("a", 1)])).len(), 1);
    }

    #[test]
    fn a_new_file_and_one_that_is_gone_fail() {
        let (old, now) = (sizes(&[("a", 1), ("b", 1)]), sizes(&[("b", 1), ("c", 7)]));
        assert_eq!(
            old.compare(&now),
            [
                "size c: 7, and none is recorded",
                "size a: recorded, and no longer there"
            ]
        );
    }

    #[test]
    fn what_cannot_be_counted_here_stays_as_recorded() {
        let mut old = sizes(&[("a", 1)]);
        old.figures.insert((Kind::Instructions, "score".to_owned()), 5);
        "x86-64-v3".clone_into(&mut old.vectors);
        let mut now = sizes(&[("a", 1)]);
        assert_eq!(old.compare(&now).len(), 1);
        now.figures.insert((Kind::Instructions, "score".to_owned()), 9);
        assert_eq!(old.compare(&now).len(), 1);
        now.keep_instructions(&old);
        assert_eq!(now, old);
    }

    #[test]
    fn a_limit_bounds_the_sum_of_its_files() -> Result<(), String> {
        let limits = Record::parse("limit 10 a b")?;
        assert!(limits.passed_limits(&sizes(&[("a", 4), ("b", 6)])).is_empty());
        assert_eq!(
            limits.passed_limits(&sizes(&[("a", 5), ("b", 6)])),
            ["limit a + b: 11 bytes, at most 10"]
        );
        assert_eq!(limits.passed_limits(&sizes(&[("a", 5)])).len(), 1);
        Ok(())
    }

    #[test]
    fn the_text_is_read_as_it_was_written() -> Result<(), String> {
        let mut record = Record::parse("limit 81920 npm/a npm/b\nrustc 1.95.0\nvectors x86-64-v3\nsize npm/a 5\n")?;
        record.figures.insert((Kind::Instructions, "score".to_owned()), 5);
        assert_eq!(Record::parse(&record.text())?, record);
        for line in ["size a", "size a b", "limit 5", "limit a b", "weight a 5", "rustc"] {
            assert_eq!(Record::parse(line), Err(line.to_owned()));
        }
        assert!(Record::parse("size a 1\nsize a 1").is_err(), "twice");
        Ok(())
    }

    #[test]
    fn another_compiler_is_named() {
        let old = sizes(&[]);
        assert!(!old.advice("1.95.0").contains("rustc"));
        assert!(old.advice("1.96.0").contains("rustc 1.95.0, and this is 1.96.0"));
        assert!(old.advice("1.96.0").contains(ACCEPT));
    }
}
