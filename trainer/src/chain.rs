//! Files that are only ever added to: JSON lines, each chained to the one before by a digest.
//!
//! A line is a JSON object whose last member, `check`, is the SHA-256 of the check before it and of the object without
//! it. So a line that was altered, taken out, put in or moved is found, with its number. What a chain cannot tell by
//! itself is that its last lines were cut off: who must know keeps the last check elsewhere.
//!
//! Whatever is added is on the disk when [`Chain::append`] returns. A writer that was killed leaves at most the beginning
//! of a line, which was acknowledged to nobody: it is told apart from damage, passed over, and cut off by the next writer.
//! Writers take turns by a lock on the file; readers share it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use candor_core::hexadecimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// What stands between the object of a line and its check.
pub(crate) const CHECK_KEY: &str = ",\"check\":\"";

/// A line that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// The JSON object, without its check.
    pub object: &'a str,
    /// The check, in hexadecimal.
    pub check: &'a str,
}

/// What hears the lines of a chain, in order.
pub type Visit<'a> = dyn FnMut(&Line<'_>) -> Result<(), Error> + 'a;

/// Where a chain ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// Lines.
    pub lines: u64,
    /// Check of the last line; empty before the first.
    pub check: String,
    /// Bytes up to the end of the last line.
    pub length: u64,
    /// The beginning of a line that was never finished.
    pub unfinished: Vec<u8>,
}

/// What a second writer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Waits until the first one has closed the chain.
    Wait,
    /// Refuses, with this reason.
    Refuse(&'static str),
}

/// A chain that is open for adding, and locked against other writers.
#[derive(Debug)]
pub struct Chain {
    path: PathBuf,
    file: File,
    end: End,
}

impl Chain {
    /// Opens the chain at `path`, or begins an empty one that only its owner can read, and tells `visit` its lines.
    /// Nothing is changed before the first [`append`](Self::append).
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Write`]; [`Error::Table`] when another writer has it open and that is to be refused;
    /// [`Error::Row`] where it is damaged; whatever `visit` returns.
    pub fn open(path: &Path, busy: Busy, visit: &mut Visit<'_>) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(Error::write(path))?;
        match busy {
            Busy::Wait => file.lock().map_err(Error::write(path))?,
            Busy::Refuse(reason) => match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let problem = reason.to_owned();
                    return Err(Error::Table {
                        file: path.to_owned(),
                        problem,
                    });
                }
                Err(TryLockError::Error(source)) => return Err(Error::write(path)(source)),
            },
        }
        let end = follow(path, &mut file, visit)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            end,
        })
    }

    /// Where it ends.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// Adds a line for each of `values`, which must be JSON objects that are not empty. They are on the disk when this
    /// returns; when it fails, none of them is.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn append<T: Serialize>(&mut self, values: &[T]) -> Result<(), Error> {
        self.append_placed(values.iter(), |_, _, _| {})
    }

    /// As [`append`](Self::append), for values that say where they stand: `place` tells each its number and the check
    /// before it.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn append_placed<T: Serialize>(
        &mut self,
        values: impl IntoIterator<Item = T>,
        place: impl Fn(&mut T, u64, &str),
    ) -> Result<(), Error> {
        let (mut number, mut check, mut lines) = (self.end.lines, self.end.check.clone(), String::new());
        for mut value in values {
            number += 1;
            place(&mut value, number, &check);
            let object = serde_json::to_string(&value).map_err(|error| Error::write(&self.path)(error.into()))?;
            let (line, next) = sealed(&object, &check);
            lines.push_str(&line);
            check = next;
        }
        let end = self.end.length;
        let written = self
            .file
            .set_len(end)
            .and_then(|()| self.file.seek(SeekFrom::Start(end)))
            .and_then(|_| self.file.write_all(lines.as_bytes()))
            .and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // A disk that is full has taken some of it. Should this fail, too, what is left is an unfinished line.
            let _ = self.file.set_len(end);
            return Err(Error::write(&self.path)(source));
        }
        self.end = End {
            lines: number,
            check,
            length: end + lines.len() as u64,
            unfinished: Vec::new(),
        };
        Ok(())
    }
}

/// Tells `visit` the lines of the chain at `path`, which stays as it is.
///
/// # Errors
/// [`Error::Read`]; [`Error::Row`] where it is damaged; whatever `visit` returns.
pub fn read(path: &Path, visit: &mut Visit<'_>) -> Result<End, Error> {
    let mut file = File::open(path).map_err(Error::read(path))?;
    // Where a file system knows no locks, a reader at worst takes a line that is being written for damage.
    let _ = file.lock_shared();
    follow(path, &mut file, visit)
}

/// The check of a JSON object, given without its closing brace, that follows the check `before`.
pub(crate) fn check_of(open: &[u8], before: &str) -> String {
    let digest = Sha256::new().chain_update(before).chain_update(open);
    hexadecimal(&digest.chain_update(b"}").finalize())
}

/// The line of a JSON object that follows the check `before`, and its own check.
pub fn sealed(object: &str, before: &str) -> (String, String) {
    let open = object.strip_suffix('}').unwrap_or(object);
    let check = check_of(open.as_bytes(), before);
    (format!("{open}{CHECK_KEY}{check}\"}}\n"), check)
}

/// The object of a line that follows the check `before`, and its own check; `None` where it is not as it was written.
fn unsealed(line: &[u8], before: &str) -> Option<(String, String)> {
    let (open, _) = std::str::from_utf8(line).ok()?.rsplit_once(CHECK_KEY)?;
    let object = format!("{open}}}");
    let (expected, check) = sealed(&object, before);
    (expected.as_bytes() == line).then_some((object, check))
}

fn follow(path: &Path, file: &mut File, visit: &mut Visit<'_>) -> Result<End, Error> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut end, mut bytes) = (End::default(), Vec::new());
    loop {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes).map_err(Error::read(path))? == 0 {
            return Ok(end);
        }
        let number = end.lines + 1;
        let damaged = || Error::Row {
            file: path.to_owned(),
            line: number,
            problem: "this is not the line that was written; restore the file from a copy".to_owned(),
        };
        if bytes.last() != Some(&b'\n') {
            if is_whole_but_for_its_end(&bytes, &end.check) {
                return Err(damaged());
            }
            end.unfinished = bytes;
            return Ok(end);
        }
        let (object, check) = unsealed(&bytes, &end.check).ok_or_else(damaged)?;
        visit(&Line {
            number,
            object: &object,
            check: &check,
        })?;
        end = End {
            lines: number,
            check,
            length: end.length + bytes.len() as u64,
            unfinished: Vec::new(),
        };
    }
}

/// Whether the last byte is something else where a line feed was: a writer that is killed never leaves that.
fn is_whole_but_for_its_end(bytes: &[u8], before: &str) -> bool {
    let Some((_, line)) = bytes.split_last() else {
        return false;
    };
    unsealed(&[line, b"\n"].concat(), before).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(path: &Path) -> Result<(Vec<u64>, End), Error> {
        let mut found = Vec::new();
        let end = read(path, &mut |line| {
            let value: serde_json::Value = serde_json::from_str(line.object).unwrap();
            found.push(value["number"].as_u64().unwrap());
            Ok(())
        })?;
        Ok((found, end))
    }

    fn with(numbers: &[u64]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.jsonl");
        let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok(())).unwrap();
        for number in numbers {
            chain.append(&[serde_json::json!({ "number": number })]).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn every_flipped_bit_is_found_with_its_line() {
        let (_folder, path) = with(&[1, 2, 3]);
        let whole = std::fs::read(&path).unwrap();
        let line_of = |place: usize| whole[..place].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[place] ^= 1 << bit;
                std::fs::write(&path, &bytes).unwrap();
                let Err(Error::Row { line, .. }) = numbers(&path) else {
                    panic!("bit {bit} of byte {place} was not found");
                };
                assert_eq!(line, line_of(place), "bit {bit} of byte {place}");
            }
        }
    }

    #[test]
    fn lines_that_are_taken_out_or_moved_are_found() {
        let (_folder, path) = with(&[1, 2, 3]);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for order in [&[1, 2][..], &[0, 2], &[0, 2, 1], &[0, 0, 1, 2]] {
            let changed: String = order.iter().map(|&line| format!("{}\n", lines[line])).collect();
            std::fs::write(&path, changed).unwrap();
            assert!(matches!(numbers(&path), Err(Error::Row { .. })), "{order:?}");
        }
    }

    #[test]
    fn a_writer_killed_at_any_byte_costs_only_what_it_had_not_finished() {
        let (_folder, path) = with(&[1, 2]);
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (found, end) = numbers(&path).unwrap();
            let kept: Vec<u64> = if cut < first { vec![] } else { vec![1] };
            assert_eq!((&found, end.unfinished.len() as u64), (&kept, cut as u64 - end.length));
            let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok(())).unwrap();
            chain.append(&[serde_json::json!({ "number": 9 })]).unwrap();
            drop(chain);
            assert_eq!(numbers(&path).unwrap().0, [kept, vec![9]].concat(), "cut at {cut}");
        }
    }

    #[test]
    fn a_second_writer_waits_or_is_refused() {
        let (_folder, path) = with(&[1]);
        let first = Chain::open(&path, Busy::Wait, &mut |_| Ok(())).unwrap();
        let refused = Chain::open(&path, Busy::Refuse("it is busy"), &mut |_| Ok(()));
        assert!(matches!(refused, Err(Error::Table { problem, .. }) if problem == "it is busy"));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let path = path.clone();
                std::thread::spawn(move || {
                    let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok(())).unwrap();
                    chain.append(&[serde_json::json!({ "number": writer })]).unwrap();
                })
            })
            .collect();
        drop(first);
        for writer in writers {
            writer.join().unwrap();
        }
        let mut found = numbers(&path).unwrap().0;
        found.sort_unstable();
        assert_eq!(found, [0, 1, 1, 2, 3]);
    }
}
