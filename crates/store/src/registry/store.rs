//! The folder of a store, and who may change it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use candor_native::{Busy, Chain, chain, sync_folder};
use serde::Serialize;

use super::entry::{Entry, FORMAT};
use super::ledger::Ledger;
use super::objects::{Objects, private_folder};
use super::run::Run;
use crate::error::Error;

const JOURNAL: &str = "journal.jsonl";
const OBJECTS: &str = "objects";

/// A store.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    /// What it holds.
    pub objects: Objects,
}

/// A store that is being written, which nobody else does at the same time.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    chain: Chain,
    /// What the journal says.
    pub ledger: Ledger,
    /// Files that a killed writer had left, and that are gone now.
    pub cleaned: usize,
}

impl Store {
    /// The store in `folder`, which need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            objects: Objects::new(folder.join(OBJECTS)),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.folder.join(JOURNAL)
    }

    /// What the journal says.
    ///
    /// # Errors
    /// [`Error::Table`] when the folder holds no store or a newer one; [`Error::Read`]; [`Error::Row`] where the journal
    /// is damaged.
    pub fn read(&self) -> Result<Ledger, Error> {
        let journal = self.journal();
        if !journal.is_file() {
            let problem = "there is no store here; candor train --store begins one".to_owned();
            return Err(Error::table(&self.folder, problem));
        }
        let mut ledger = Ledger::default();
        ledger.end = chain::read(&journal, &mut |line| ledger.add(&journal, line))?;
        Ok(ledger)
    }

    /// Opens the store for writing, once nobody else does; begins it where the folder is empty. What a killed writer has
    /// left is cleaned up.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`Error::Write`].
    pub fn write(&self) -> Result<Writer, Error> {
        let journal = self.journal();
        if !journal.exists() {
            private_folder(&self.folder)?;
            let mut inside = fs::read_dir(&self.folder).map_err(Error::read(&self.folder))?;
            if inside.any(|entry| entry.is_ok_and(|entry| entry.file_name() != JOURNAL)) {
                let problem = "this folder holds other files; name a new one for the store".to_owned();
                return Err(Error::table(&self.folder, problem));
            }
        }
        let mut ledger = Ledger::default();
        let mut chain = Chain::open(&journal, Busy::Wait, &mut |line| ledger.add(&journal, line))?;
        if chain.end().lines == 0 {
            chain.append(&[Entry::Store {
                format: FORMAT,
                candor: env!("CARGO_PKG_VERSION").to_owned(),
            }])?;
            sync_folder(&self.folder)?;
        }
        ledger.end = chain.end().clone();
        let mut writer = Writer {
            store: self.clone(),
            chain,
            ledger,
            cleaned: 0,
        };
        writer.clean()?;
        Ok(writer)
    }

    /// A run.
    ///
    /// # Errors
    /// As [`Objects::get`].
    pub fn run(&self, digest: &str) -> Result<Run, Error> {
        let content = self.objects.get(digest)?;
        serde_json::from_slice(&content).map_err(|error| {
            Error::table(
                &self.objects.path(digest),
                format!("this is no run that this Candor can read ({error}); use a newer Candor"),
            )
        })
    }

    /// Files that no run names. They are no damage: a writer was killed before it had named them.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Table`].
    pub fn leftovers(&self, ledger: &Ledger) -> Result<Vec<PathBuf>, Error> {
        let mut named: HashSet<String> = HashSet::new();
        for digest in ledger.runs() {
            named.extend(self.run(digest)?.objects().into_iter().map(str::to_owned));
            named.insert(digest.to_owned());
        }
        self.objects.leftovers(&named)
    }
}

impl Writer {
    /// Puts an object into the store. Until an entry names it, it is a leftover.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn put(&self, content: &[u8]) -> Result<String, Error> {
        self.store.objects.put(content)
    }

    /// Records a run, whose objects are there, at the time `at`, and returns its digest. A run that has been recorded
    /// already is not recorded again.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn record(&mut self, run: &Run, at: String) -> Result<String, Error> {
        let digest = self.put(&json(&self.store.folder, run)?)?;
        if !self.ledger.runs().any(|known| known == digest) {
            self.append(Entry::Run {
                at,
                run: digest.clone(),
            })?;
        }
        Ok(digest)
    }

    /// Adds an entry; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn append(&mut self, entry: Entry) -> Result<(), Error> {
        self.chain.append(&[&entry])?;
        self.ledger.entries.push(entry);
        self.ledger.end = self.chain.end().clone();
        Ok(())
    }

    /// Removes what a killed writer left, which is only safe under the lock: the objects of another writer stand there before
    /// the line that names them. A store whose runs cannot all be read is left as it is.
    fn clean(&mut self) -> Result<(), Error> {
        let Ok(leftovers) = self.store.leftovers(&self.ledger) else {
            return Ok(());
        };
        for path in leftovers {
            fs::remove_file(&path).map_err(Error::write(&path))?;
            self.cleaned += 1;
        }
        Ok(())
    }
}

fn json(place: &Path, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::write(place)(error.into()))
}
