//! A training that goes on record: before it, who must not be learned from; after it, what it made.

use std::collections::HashSet;
use std::path::Path;

use candor_core::artifact::ModelCard;
use candor_core::{Model, Schema};
use candor_portfolio::{Data, Split};

use super::clients::{self, Key, Keys};
use super::entry::now;
use super::run::{Clients, KeptOut, Run, StoredModel};
use super::store::Store;
use super::test_part;
use crate::error::Error;

/// A training that will go on record.
#[derive(Debug, Clone)]
pub struct Recording {
    store: Store,
    keys: Keys,
    champion: Option<String>,
    /// Rows of the champion's test clients: they must not be learned from. In increasing order.
    pub kept_out: Vec<usize>,
}

impl Recording {
    /// Begins the store in `folder` if it is not there, and finds the champion's test clients among those of `data`.
    ///
    /// # Errors
    /// What reading and writing the store can end with; [`Error::Refused`] when the champion's clients cannot be told from
    /// those of the data.
    pub fn begin(folder: &Path, data: &Data, schema: &Schema, has_ids: bool) -> Result<Self, Error> {
        let store = Store::new(folder);
        // What cannot be written to should be known before a long training.
        let ledger = store.write()?.ledger;
        let mut recording = Self {
            keys: Keys::of(data, schema, has_ids),
            champion: ledger.champion().map(str::to_owned),
            kept_out: Vec::new(),
            store,
        };
        let Some(champion) = &recording.champion else {
            return Ok(recording);
        };
        let run = recording.store.run(champion)?;
        if let Some(of_champion) = run
            .clients
            .filter(|clients| clients.identity == recording.keys.identity)
        {
            let frozen = recording.store.objects.get(&of_champion.test)?;
            let tested: HashSet<Key> = test_part::keys(&frozen)?.into_iter().collect();
            let rows = 0..recording.keys.rows.len();
            recording.kept_out = rows.filter(|&row| tested.contains(&recording.keys.rows[row])).collect();
        }
        Ok(recording)
    }

    /// What is said of the clients that were kept out; `None` without a champion.
    pub fn line(&self) -> Option<String> {
        let champion = super::shown(self.champion.as_deref()?);
        Some(match self.kept_out.len() {
            0 => format!("None of these clients is known to be among the test clients of the champion {champion}."),
            rows => {
                format!("Kept out of learning: {rows} test clients of the champion {champion}. They are the test part.")
            }
        })
    }

    /// Puts a model and the clients of its parts on record, and returns the run's digest. It is on the disk when this
    /// returns.
    ///
    /// # Errors
    /// [`Error::Write`], and what reading the store can end with.
    pub fn finish(
        &self,
        model: &[u8],
        card: &ModelCard,
        data: &Data,
        schema: &Schema,
        split: &Split,
    ) -> Result<String, Error> {
        let learned: Vec<Key> = split
            .train
            .iter()
            .chain(&split.validation)
            .map(|&row| self.keys.rows[row])
            .collect();
        let learned_rows = learned.len() as u64;
        // Made before the store is locked, so that nobody waits for it.
        let learned = clients::write(learned);
        let test = test_part::write(data, &split.test, &self.keys.rows, schema)?;
        let mut writer = self.store.write()?;
        let run = Run {
            model: put_model(&writer, model)?,
            card: card.clone(),
            clients: Some(Clients {
                identity: self.keys.identity.clone(),
                learned_rows,
                learned: writer.put(&learned)?,
                test_rows: split.test.len() as u64,
                test: writer.put(&test)?,
                kept_out: self.champion.clone().map(|champion| KeptOut {
                    champion,
                    rows: self.kept_out.len() as u64,
                }),
            }),
        };
        writer.record(&run, now())
    }
}

impl Store {
    /// Puts a model that was trained elsewhere on record, and returns the run's digest.
    ///
    /// # Errors
    /// [`Error::Write`], and what reading the store can end with.
    pub fn add(&self, model: &[u8], card: &ModelCard) -> Result<String, Error> {
        let mut writer = self.write()?;
        let run = Run {
            model: put_model(&writer, model)?,
            card: card.clone(),
            clients: None,
        };
        writer.record(&run, now())
    }
}

fn put_model(writer: &super::store::Writer, model: &[u8]) -> Result<StoredModel, Error> {
    Ok(StoredModel {
        object: writer.put(model)?,
        digest: Model::digest_of(model).unwrap_or_default(),
        bytes: model.len() as u64,
    })
}
