//! The related tables of a folder, read and grouped by client, and what core makes of each client's records.

use std::path::Path;

use candor_core::records::{Records, Rows, Workspace};
use candor_core::{Application, ClientRecords};
use candor_portfolio::Data;
use candor_portfolio::table::{ColumnRules, Format, NotationRules};
use rayon::prelude::*;

use super::grouped::{Grouped, KeyIndex};
use super::part::{Layout, Part};
use super::quality::{Oddities, Quality};
use super::{csv_blocks, parquet};
use crate::error::Error;
use crate::open::find;

/// Related tables in memory.
#[derive(Debug)]
pub struct RelatedTables<'a> {
    records: &'a Records,
    /// Position of the group of each client that was asked for: clients with the same number share one.
    groups: Vec<u32>,
    tables: Vec<Option<Grouped>>,
    /// What was found, table by table.
    pub quality: Vec<Quality>,
}

/// Clients whose records a thread goes through at a time.
const CHUNK: usize = 256;

impl<'a> RelatedTables<'a> {
    /// Reads the tables of `folder` and groups them by the clients with these numbers. `progress` hears rows read.
    ///
    /// # Errors
    /// When a file cannot be read as its table. What is wrong with rows and values
    /// is counted in [`quality`](Self::quality), and a table that is not there is named there.
    pub fn read(
        folder: &Path,
        records: &'a Records,
        clients: &[String],
        notation: NotationRules,
        progress: &(dyn Fn(&str, u64) + Sync),
    ) -> Result<Self, Error> {
        let numbers: Vec<Option<i64>> = clients.iter().map(|id| id.trim().parse().ok()).collect();
        let pairs: Vec<(i64, u32)> = (0..)
            .zip(&numbers)
            .filter_map(|(at, key)| Some(((*key)?, at)))
            .collect();
        let index = KeyIndex::new(&pairs);
        // A client without a number has no records, and a place of its own.
        let own = |(at, key): (u32, &Option<i64>)| key.and_then(|key| index.get(key)).unwrap_or(at);
        let groups: Vec<u32> = (0..).zip(&numbers).map(own).collect();
        let mut tables: Vec<Option<Grouped>> = Vec::new();
        let mut quality = Vec::new();
        for table in &records.tables {
            let Ok(path) = find(folder, &table.name) else {
                quality.push(Quality::absent(table));
                tables.push(None);
                continue;
            };
            let told = |rows: u64| progress(&table.name, rows);
            let (layout, part): (Layout, Part) = match Format::of(&path, None)? {
                Format::Parquet => parquet::read(&path, table, &told)?,
                Format::CsvGz => csv_blocks::read(&path, true, table, notation, &told)?,
                Format::Csv | Format::Jsonl => csv_blocks::read(&path, false, table, notation, &told)?,
            };
            let mut found = Quality::new(table, &path, layout, &part);
            let grouped = if part.clients.is_empty() && table.client_key.is_none() {
                // Only the parent tells whose a record is; without the parent's table, nobody does.
                let parent = table
                    .parent
                    .and_then(|parent| tables.get(usize::from(parent))?.as_ref());
                let keys = KeyIndex::new(&parent.map(Grouped::keys).unwrap_or_default());
                let parents = part.parents.clone();
                Grouped::new(part, clients.len(), |row| keys.get(*parents.get(row)?))
            } else {
                let owners = part.clients.clone();
                Grouped::new(part, clients.len(), |row| index.get(*owners.get(row)?))
            };
            found.strangers = grouped.strangers;
            quality.push(found);
            tables.push(Some(grouped));
        }
        Ok(Self {
            records,
            groups,
            tables,
            quality,
        })
    }

    /// The records of the client at a position among those asked for.
    pub fn client(&self, position: usize, client: &mut ClientRecords) {
        client.tables.resize(self.tables.len(), None);
        let group = self.groups.get(position).map_or(usize::MAX, |&group| group as usize);
        for ((grouped, table), slot) in self.tables.iter().zip(&self.records.tables).zip(&mut client.tables) {
            let Some(grouped) = grouped else {
                *slot = None;
                continue;
            };
            let rows = slot.get_or_insert_with(|| Rows::new(table.fields.len()));
            rows.clear();
            let found = grouped.rows(group);
            let part = &grouped.part;
            let keys =
                |all: &[i64]| -> Vec<i64> { found.iter().filter_map(|&row| all.get(row as usize).copied()).collect() };
            rows.keys = keys(&part.keys);
            rows.parents = keys(&part.parents);
            for (column, values) in rows.columns.iter_mut().zip(&part.columns) {
                column.extend(found.iter().map(|&row| values.get(row as usize)));
            }
        }
    }

    /// The fields of the clients at `positions` that are made of their records, client by client, on all cores; what is
    /// odd about the records is added to [`quality`](Self::quality).
    pub fn run(&mut self, positions: &[usize], progress: &(dyn Fn(u64) + Sync)) -> Vec<f64> {
        let this = &*self;
        let chunks: Vec<(Vec<f64>, Vec<Oddities>)> = positions
            .par_chunks(CHUNK)
            .map_init(
                || (ClientRecords::default(), Workspace::default(), Vec::new()),
                |(client, workspace, outputs), chunk| {
                    let mut values = Vec::new();
                    let mut odd = vec![Oddities::default(); this.tables.len()];
                    for &position in chunk {
                        this.client(position, client);
                        this.records.run(client, workspace, outputs);
                        values.extend_from_slice(outputs);
                        Oddities::add(&mut odd, this.records, client);
                    }
                    progress(chunk.len() as u64);
                    (values, odd)
                },
            )
            .collect();
        let mut all = Vec::with_capacity(positions.len() * self.records.output_count());
        for (values, odd) in chunks {
            all.extend(values);
            for (quality, odd) in self.quality.iter_mut().zip(odd) {
                quality.odd += odd;
            }
        }
        all
    }

    /// Puts what the records say into applications, in the order of the clients asked for: each gets the fields of a
    /// schema that has so many.
    pub fn fill(&mut self, applications: &mut [Application], fields: usize, progress: &(dyn Fn(u64) + Sync)) {
        let positions: Vec<usize> = (0..applications.len()).collect();
        let width = self.records.output_count();
        for chunk in positions.chunks(1 << 14) {
            let values = self.run(chunk, progress);
            for (place, &position) in chunk.iter().enumerate() {
                let application = &mut applications[position];
                application.resize(fields);
                for (output, &value) in values[place * width..(place + 1) * width].iter().enumerate() {
                    application.set_stored(fields - width + output, value);
                }
            }
        }
    }
}

/// Puts what the related tables of a folder say into the applications of `data`, which become applications of a schema with
/// `fields` fields, and tells what was found in the tables. `progress` hears the table that is read and rows or clients as
/// they are done.
///
/// # Errors
/// As [`RelatedTables::read`].
pub fn add_records(
    data: &mut Data,
    folder: &Path,
    records: &Records,
    fields: usize,
    rules: ColumnRules,
    progress: &(dyn Fn(&str, u64) + Sync),
) -> Result<Vec<Quality>, Error> {
    let mut tables = RelatedTables::read(folder, records, &data.ids, rules.notation, progress)?;
    tables.fill(&mut data.applications, fields, &|clients| progress("", clients));
    data.fingerprint_added(records.output_count());
    Ok(tables.quality)
}
