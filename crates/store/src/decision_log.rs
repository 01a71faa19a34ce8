//! The log: a chained file, and its head in a small file beside it.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use candor_native::Error as FileError;
use candor_native::{Busy, Chain, destination, folder_of, sync_folder};
use candor_portfolio::Error as ReadError;
use candor_portfolio::chain::Line;
use candor_portfolio::decisions::{self, Audit, Beside, Entry, Head, instant};

use crate::error::Error;

/// The file beside a log that holds its head.
pub fn head_file(log: &Path) -> PathBuf {
    PathBuf::from(format!("{}.head", log.display()))
}

/// Reads the head of a log; `None` where there is no such file.
///
/// # Errors
/// [`ReadError::Read`]; [`ReadError::Table`] where it is not what was written.
pub fn read_head(log: &Path) -> Result<Option<Head>, ReadError> {
    let path = head_file(log);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::unreadable(&path, error)),
    };
    let head = std::str::from_utf8(&bytes).ok().and_then(Head::parse);
    head.map(Some).ok_or_else(|| {
        let problem = "byte for byte, this is not the head that was written (a number of lines and a digest); restore it from a \
                       copy";
        ReadError::table(&path, problem)
    })
}

/// Puts the head of a log into its place, whole or not at all. Only who has the log locked does so: hence the fixed name
/// beside.
fn write_head(head: &Head, log: &Path) -> Result<(), Error> {
    let path = head_file(log);
    let beside = path.with_extension("head.partial");
    let written = File::create(&beside)
        .and_then(|mut file| {
            file.write_all(head.text().as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&beside, &path));
    written.map_err(|source| {
        // Should this fail, too, the next run overwrites it.
        let _ = std::fs::remove_file(&beside);
        Error::write(&path)(source)
    })
}

/// Audits the log at `path` with the head beside it: see [`candor_portfolio::decisions::audit`].
///
/// # Errors
/// [`ReadError::Read`].
pub fn audit(path: &Path, anchor: Option<&str>) -> Result<Audit, ReadError> {
    let file = File::open(path).map_err(ReadError::read(path))?;
    // Where a file system knows no locks, a reader at worst takes a line that is being written for damage.
    let _ = file.lock_shared();
    let beside = Beside {
        file: &head_file(path),
        read: &|| read_head(path),
    };
    decisions::audit(path, &mut BufReader::with_capacity(1 << 16, file), &beside, anchor)
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
    /// [`Error::Refused`] where the time is none, or before the last entry's and that is not `earlier` allowed;
    /// [`Error::Read`] where lines are missing at the end or a line was altered; [`Error::File`].
    pub fn open(path: &Path, time: &str, earlier: bool) -> Result<Self, Error> {
        instant(time).map_err(|problem| Error::Refused {
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
        } else if read_head(path)?.is_some_and(|head| head.lines > 0) {
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
        write_head(&head, &self.path)
    }

    /// Waits for its turn, and checks the whole log.
    fn lock(&self) -> Result<Chain, Error> {
        let path = &self.path;
        let (mut last, mut head, mut there) = (None, None, false);
        let mut visit = |line: &Line<'_>| {
            let entry: Entry = serde_json::from_str(line.object).map_err(|error| {
                Error::row(
                    path,
                    line.number,
                    format!("this is no decision ({error}); name a log of candor score, or a new file"),
                )
            })?;
            last = Some((line.number, entry.time));
            if line.number == 1 {
                head = read_head(path)?; // now that nobody else can change it
            }
            there |= head
                .as_ref()
                .is_some_and(|head| (head.lines, head.check.as_str()) == (line.number, line.check));
            Ok(())
        };
        let (chain, waited) = match Chain::open(path, Busy::Refuse("it is in use"), &mut visit) {
            Err(Error::File(FileError::Busy { .. })) => (Chain::open(path, Busy::Wait, &mut visit)?, true),
            opened => (opened?, false),
        };
        // A head that is behind was not written any more when a run was killed; the lines are there.
        if chain.end().lines == 0 {
            head = read_head(path)?;
        }
        let head = match head {
            Some(head) => head,
            None if chain.end().lines == 0 => {
                let head = Head::default();
                write_head(&head, path)?;
                // Where a system cannot do so, the head is still in its place.
                let _ = sync_folder(folder_of(path));
                head
            }
            None => {
                return Err(self.refuse(&format!(
                    "its head, {}, is not there, without which nobody can tell that its end is missing; restore it from a \
                     copy, or begin another log",
                    head_file(path).display()
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
            (true, false) => Err(Error::Refused {
                problem: format!("{what}; correct the clock, or pass --allow-earlier-time to record it as it is"),
            }),
        }
    }

    fn refuse(&self, problem: &str) -> Error {
        Error::table(&self.path, problem)
    }
}
