//! The log: a chained file, and its head in a small file beside it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::entry::{Entry, instant};
use crate::chain::{Busy, Chain, Line};
use crate::error::Error;
use crate::output::{destination, folder_of, sync_folder};

/// Where a log ends: what has to be known elsewhere to notice that its end was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Lines.
    pub lines: u64,
    /// Digest of the last one; empty before the first.
    pub check: String,
}

impl Head {
    /// The file beside a log.
    pub fn path_of(log: &Path) -> PathBuf {
        PathBuf::from(format!("{}.head", log.display()))
    }

    /// Reads the head of a log; `None` where there is no such file.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Table`] where it is not what was written.
    pub fn read(log: &Path) -> Result<Option<Self>, Error> {
        let path = Self::path_of(log);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::read(&path)(error)),
        };
        let head = std::str::from_utf8(&bytes).ok().and_then(Self::parse);
        head.map(Some).ok_or_else(|| Error::Table {
            file: path,
            problem: "byte for byte, this is not the head that was written (a number of lines and a digest); restore it from a \
                      copy"
                .into(),
        })
    }

    /// The head in a text, of the one form that it has.
    fn parse(text: &str) -> Option<Self> {
        let (lines, check) = text.strip_suffix('\n')?.split_once(' ')?;
        let head = Self {
            lines: lines.parse().ok()?,
            check: check.to_owned(),
        };
        let digest = is_digest(check) || head.lines == 0 && check.is_empty();
        (digest && head.text() == text).then_some(head)
    }

    fn text(&self) -> String {
        format!("{} {}\n", self.lines, self.check)
    }

    /// Puts the head into its place, whole or not at all. Only who has the log locked does so: hence the fixed name beside.
    fn write(&self, log: &Path) -> Result<(), Error> {
        let path = Self::path_of(log);
        let beside = path.with_extension("head.partial");
        let written = File::create(&beside)
            .and_then(|mut file| {
                file.write_all(self.text().as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&beside, &path));
        written.map_err(|source| {
            // Should this fail, too, the next run overwrites it.
            let _ = std::fs::remove_file(&beside);
            Error::write(&path)(source)
        })
    }
}

/// Whether a text is a SHA-256 as the log writes it.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A log that decisions are added to, one run after the other.
#[derive(Debug)]
pub struct DecisionLog {
    path: PathBuf,
    time: String,
    earlier: bool,
    /// Not before the log is there, or has to be: a run that decides nothing leaves nothing behind.
    chain: Option<Chain>,
}

impl DecisionLog {
    /// Opens the log for decisions of a stated time, so that what keeps them from being recorded is told before any is
    /// made. Other runs wait until this one has ended.
    ///
    /// # Errors
    /// [`Error::Usage`] where the time is none, or before the last entry's and that is not `earlier` allowed;
    /// [`Error::Table`] where lines are missing at the end; [`Error::Row`] where a line was altered; [`Error::Read`];
    /// [`Error::Write`].
    pub fn open(path: &Path, time: &str, earlier: bool) -> Result<Self, Error> {
        instant(time).map_err(|problem| Error::Usage {
            problem: format!("--time: {problem}"),
        })?;
        let mut log = Self {
            path: path.to_owned(),
            time: time.to_owned(),
            earlier,
            chain: None,
        };
        if path.exists() {
            log.chain = Some(log.lock()?);
        } else if Head::read(path)?.is_some_and(|head| head.lines > 0) {
            return Err(
                log.refuse("the log is not there, and its head beside it says that it was; restore it from a copy")
            );
        } else {
            destination(path, false)?;
        }
        Ok(log)
    }

    /// Adds decisions. They and the head are on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Write`]; as for [`open`](Self::open).
    pub fn append(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            None => self.lock()?,
        };
        chain.append_placed(entries, |entry, number, before| {
            entry.sequence = number;
            before.clone_into(&mut entry.before);
        })?;
        let head = Head {
            lines: chain.end().lines,
            check: chain.end().check.clone(),
        };
        self.chain = Some(chain);
        head.write(&self.path)
    }

    /// Waits for its turn, and checks the whole log.
    fn lock(&self) -> Result<Chain, Error> {
        let path = &self.path;
        let (mut last, mut head, mut there) = (None, None, false);
        let mut visit = |line: &Line<'_>| {
            let entry: Entry = serde_json::from_str(line.object).map_err(|error| Error::Row {
                file: path.clone(),
                line: line.number,
                problem: format!("this is no decision ({error}); name a log of candor score, or a new file"),
            })?;
            last = Some((line.number, entry.time));
            if line.number == 1 {
                head = Head::read(path)?; // now that nobody else can change it
            }
            there |= head
                .as_ref()
                .is_some_and(|head| (head.lines, head.check.as_str()) == (line.number, line.check));
            Ok(())
        };
        let (chain, waited) = match Chain::open(path, Busy::Refuse("it is in use"), &mut visit) {
            Err(Error::Table { .. }) => (Chain::open(path, Busy::Wait, &mut visit)?, true),
            opened => (opened?, false),
        };
        // A head that is behind was not written any more when a run was killed; the lines are there.
        if chain.end().lines == 0 {
            head = Head::read(path)?;
        }
        let head = match head {
            Some(head) => head,
            None if chain.end().lines == 0 => {
                let head = Head::default();
                head.write(path)?;
                // Where a system cannot do so, the head is still in its place.
                let _ = sync_folder(folder_of(path));
                head
            }
            None => {
                return Err(self.refuse(&format!(
                    "its head, {}, is not there, without which nobody can tell that its end is missing; restore it from a \
                     copy, or begin another log",
                    Head::path_of(path).display()
                )));
            }
        };
        let end = chain.end();
        if head.lines > end.lines {
            return Err(self.refuse(&format!(
                "it has {} lines, and its head says that there were {}: its end was cut off; restore it from a copy",
                end.lines, head.lines
            )));
        }
        if !there && head.lines > 0 {
            return Err(self.refuse("its head beside it is that of another log; restore both from a copy"));
        }
        if !end.unfinished.is_empty() {
            eprintln!(
                "note: {} ends with {} bytes of a line that a run which was killed had not finished, nor given an answer for; \
                 they are cut off",
                path.display(),
                end.unfinished.len()
            );
        }
        if let Some((line, before)) = last {
            self.check_time(line, &before, waited)?;
        }
        Ok(chain)
    }

    /// A clock that goes backwards is an error, unless that is known, or this run only waited for another one.
    fn check_time(&self, line: u64, before: &str, waited: bool) -> Result<(), Error> {
        let is_earlier = match (instant(before), instant(&self.time)) {
            (Ok(before), Ok(now)) => now < before,
            _ => false,
        };
        let what = format!(
            "--time {} is before {before}, the time of the last decision in {} (line {line})",
            self.time,
            self.path.display()
        );
        match (is_earlier, self.earlier || waited) {
            (false, _) => Ok(()),
            (true, true) => {
                eprintln!("note: {what}; recorded as it is");
                Ok(())
            }
            (true, false) => Err(Error::Usage {
                problem: format!("{what}; correct the clock, or pass --allow-earlier-time to record it as it is"),
            }),
        }
    }

    fn refuse(&self, problem: &str) -> Error {
        Error::Table {
            file: self.path.clone(),
            problem: problem.to_owned(),
        }
    }
}
