//! Files that are only ever added to: the lines of a [chain](candor_portfolio::chain).
//!
//! Whatever is added is on the disk when [`Chain::append`] returns. A writer that was killed leaves at most the beginning
//! of a line, which was acknowledged to nobody: it is told apart from damage, passed over, and cut off by the next writer.
//! Writers take turns by a lock on the file; readers share it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use candor_portfolio::chain::{End, Visit, follow};
use serde::Serialize;

use crate::error::Error;

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
    /// [`Error::Write`]; [`Error::Busy`] when another writer has it open and that is to be refused; those of following it,
    /// where it is damaged; whatever `visit` returns.
    pub fn open<E: From<Error> + From<candor_portfolio::Error>>(
        path: &Path,
        busy: Busy,
        visit: &mut Visit<'_, E>,
    ) -> Result<Self, E> {
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
                    return Err(Error::Busy {
                        path: path.to_owned(),
                        reason,
                    }
                    .into());
                }
                Err(TryLockError::Error(source)) => return Err(Error::write(path)(source).into()),
            },
        }
        let end = follow(path, &mut BufReader::with_capacity(1 << 16, &mut file), visit)?;
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
        let (lines, end) = self
            .end
            .followed_by(values, place)
            .map_err(|error| Error::write(&self.path)(error.into()))?;
        let length = self.end.length;
        let written = self
            .file
            .set_len(length)
            .and_then(|()| self.file.seek(SeekFrom::Start(length)))
            .and_then(|_| self.file.write_all(lines.as_bytes()))
            .and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // A disk that is full has taken some of it. Should this fail, too, what is left is an unfinished line.
            let _ = self.file.set_len(length);
            return Err(Error::write(&self.path)(source));
        }
        self.end = end;
        Ok(())
    }
}

/// Tells `visit` the lines of the chain at `path`, which stays as it is.
///
/// # Errors
/// What reading it can end with, damage among it; whatever `visit` returns.
pub fn read<E: From<candor_portfolio::Error>>(path: &Path, visit: &mut Visit<'_, E>) -> Result<End, E> {
    let mut file = File::open(path).map_err(candor_portfolio::Error::read(path))?;
    // Where a file system knows no locks, a reader at worst takes a line that is being written for damage.
    let _ = file.lock_shared();
    follow(path, &mut BufReader::with_capacity(1 << 16, &mut file), visit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_portfolio::Error as ReadError;

    /// Whatever opening, following and adding can end with.
    #[derive(Debug, thiserror::Error)]
    enum Failure {
        #[error(transparent)]
        Chain(#[from] ReadError),
        #[error(transparent)]
        File(#[from] Error),
    }

    fn numbers(path: &Path) -> Result<(Vec<u64>, End), Failure> {
        let mut found = Vec::new();
        let end = read(path, &mut |line| {
            let value: serde_json::Value = serde_json::from_str(line.object).unwrap();
            found.push(value["number"].as_u64().unwrap());
            Ok::<(), Failure>(())
        })?;
        Ok((found, end))
    }

    fn with(numbers: &[u64]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.jsonl");
        let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok::<(), Failure>(())).unwrap();
        for number in numbers {
            chain.append(&[serde_json::json!({ "number": number })]).unwrap();
        }
        (folder, path)
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
            let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok::<(), Failure>(())).unwrap();
            chain.append(&[serde_json::json!({ "number": 9 })]).unwrap();
            drop(chain);
            assert_eq!(numbers(&path).unwrap().0, [kept, vec![9]].concat(), "cut at {cut}");
        }
    }

    #[test]
    fn a_second_writer_waits_or_is_refused() {
        let (_folder, path) = with(&[1]);
        let first = Chain::open(&path, Busy::Wait, &mut |_| Ok::<(), Failure>(())).unwrap();
        let refused = Chain::open(&path, Busy::Refuse("it is busy"), &mut |_| Ok::<(), Failure>(()));
        assert!(matches!(
            refused,
            Err(Failure::File(Error::Busy {
                reason: "it is busy",
                ..
            }))
        ));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let path = path.clone();
                std::thread::spawn(move || {
                    let mut chain = Chain::open(&path, Busy::Wait, &mut |_| Ok::<(), Failure>(())).unwrap();
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
