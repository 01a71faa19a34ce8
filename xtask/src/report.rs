//! What a step says: its log file, its last line, and how many tests its runner counted.

use crate::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tests passed and failed, as their runners count them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// Reads the closing line of a test runner: `cargo nextest`, `cargo test` (also the WebAssembly runner) or
    /// `node --test`. Any other line gives nothing.
    pub fn from_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result: ") {
            let (_, rest) = rest.split_once(". ")?;
            return Some(Self::from_parts(rest.split(';')));
        }
        if line.starts_with("Summary [") {
            let (_, rest) = line.split_once(" run: ")?;
            return Some(Self::from_parts(rest.split(',')));
        }
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("#" | "ℹ")) {
            let (name, number) = (words.next()?, words.next()?.parse().ok()?);
            return match name {
                "pass" => Some(Self {
                    passed: number,
                    failed: 0,
                }),
                "fail" | "cancelled" => Some(Self {
                    passed: 0,
                    failed: number,
                }),
                _ => None,
            };
        }
        None
    }

    /// Sums parts such as `12 passed (1 slow)`, `2 failed`, `1 timed out`, `1 exec failed`.
    fn from_parts<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for part in parts {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else { continue };
            if what.starts_with("passed") {
                counts.passed += number;
            } else if ["failed", "timed out", "exec failed"]
                .iter()
                .any(|kind| what.starts_with(kind))
            {
                counts.failed += number;
            }
        }
        counts
    }
}

/// The output of one step.
pub struct Log {
    name: &'static str,
    path: PathBuf,
    verbose: bool,
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    last: String,
    lines: Vec<String>,
    counts: Counts,
    /// Nextest shows what a failed test wrote, with the closing line of that one test in it; only its own counts then.
    nextest: bool,
}

impl Log {
    /// Starts the log of a step, in the file `<name>.log` of the folder.
    pub fn create(name: &'static str, folder: &Path, verbose: bool) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let path = folder.join(format!("{name}.log"));
        let file = File::create(&path).map_err(Error::io("write", &path))?;
        let inner = Inner {
            file,
            last: String::new(),
            lines: Vec::new(),
            counts: Counts::default(),
            nextest: false,
        };
        Ok(Self {
            name,
            path,
            verbose,
            inner: Mutex::new(inner),
        })
    }

    /// Takes one line of output.
    pub fn line(&self, line: &str) {
        let mut inner = self.inner();
        // A log that cannot be written (full disk) must not hide the step's own result.
        let _ = writeln!(inner.file, "{line}");
        inner.nextest |= line.starts_with("$ cargo nextest");
        let of_one_test = inner.nextest && line.trim().starts_with("test result: ");
        if let Some(counts) = Counts::from_line(line).filter(|_| !of_one_test) {
            inner.counts += counts;
        }
        if !line.trim().is_empty() {
            line.trim().clone_into(&mut inner.last);
        }
        inner.lines.push(line.to_owned());
        if self.verbose {
            println!("{:>16} | {line}", self.name);
        }
    }

    /// Runs a program and takes its output.
    pub fn run(&self, command: &mut std::process::Command) -> Result<(), Error> {
        crate::process::run(command, &|line| self.line(line))
    }

    /// The last line that was not empty, cut to a width.
    pub fn last(&self, width: usize) -> String {
        self.inner().last.chars().take(width).collect()
    }

    /// The last `count` lines.
    pub fn tail(&self, count: usize) -> Vec<String> {
        let inner = self.inner();
        inner.lines[inner.lines.len().saturating_sub(count)..].to_vec()
    }

    /// The sums of the closing lines seen so far.
    pub fn counts(&self) -> Counts {
        self.inner().counts
    }

    /// Where the whole output is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Log};

    #[test]
    fn closing_lines_of_every_runner_are_counted() {
        let cases = [
            ("     Summary [   0.04s] 12 tests run: 12 passed, 3 skipped", 12, 0),
            (
                "     Summary [   9.1s] 7/9 tests run: 3 passed (1 slow, 1 flaky), 2 failed, 1 timed out, 1 exec failed, 0 skipped",
                3,
                4,
            ),
            ("     Summary [   0.00s] 1 test run: 1 passed, 0 skipped", 1, 0),
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                3,
                0,
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                3,
                2,
            ),
            ("# pass 41", 41, 0),
            ("# fail 2", 0, 2),
            ("ℹ pass 5", 5, 0),
            ("# cancelled 1", 0, 1),
        ];
        for (line, passed, failed) in cases {
            assert_eq!(Counts::from_line(line), Some(Counts { passed, failed }), "{line}");
        }
    }

    #[test]
    fn a_failed_test_that_nextest_shows_is_counted_once() -> Result<(), crate::error::Error> {
        let folder = std::env::temp_dir().join(format!("candor-report-{}", std::process::id()));
        let log = Log::create("native", &folder, false)?;
        for line in [
            "$ cargo nextest run",
            "        FAIL [   0.002s] (1/2) crate a",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out",
            "     Summary [   0.01s] 2 tests run: 1 passed, 1 failed, 0 skipped",
        ] {
            log.line(line);
        }
        assert_eq!(log.counts(), Counts { passed: 1, failed: 1 });
        std::fs::remove_dir_all(&folder).map_err(crate::error::Error::io("remove", &folder))
    }

    #[test]
    fn other_lines_are_not_counted() {
        for line in [
            "",
            "# Subtest: pass 3",
            "# tests 44",
            "    PASS [0.01s] core tests::a",
            "12 passed",
            "# pass",
            "Summary [",
        ] {
            assert_eq!(Counts::from_line(line), None, "{line}");
        }
    }
}
