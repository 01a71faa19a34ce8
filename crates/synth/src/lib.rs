//! The generator behind `candor synth`: the tables of a consumer lender, drawn from written-down distributions.
//!
//! The tables have the columns, number formats, gaps, sentinels and level shares of the Home Credit tables, but no row
//! of theirs: everything is drawn from parametric distributions whose rounded constants stand in the code. Three hidden
//! traits per client (see `applicant`) move the application and the history alike, and the outcome follows from both,
//! so that models, explanations and drift reports have something true to find.
//!
//! Clients are drawn some hundred at a time, on all cores, and written at once, so memory does not grow with their
//! number. Client *k* depends on the seed, on *k* and on whether its outcome is known, and on nothing else: the bytes
//! are the same whatever the number of threads, and a longer run starts with the rows of a shorter one.

mod applicant;
mod application;
mod bureau;
mod bureau_balance;
mod card;
mod clients;
mod columns;
mod drift;
mod error;
mod file;
mod housing;
mod levels;
mod previous;
mod previous_levels;
mod previous_row;
mod random;
mod repayment;
mod request;
mod risk;
mod rows;
mod tables;
mod terms;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

pub use drift::{Drift, DriftKind};
pub use error::SynthError;
use file::{Portion, TableFile};

/// What to generate, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the tables go; made if it is not there.
    pub directory: PathBuf,
    /// How many clients with a known outcome, that is, rows of `application_train`: at least 1.
    pub clients: u64,
    /// How many clients beyond whose outcome is not known: rows of `application_test`. With none, that table is not
    /// written. All clients together are [`MOST_CLIENTS`] at most.
    pub test_clients: u64,
    /// Same seed and numbers of clients, same bytes.
    pub seed: u64,
    /// What kind of files to write.
    pub format: Format,
    /// A change of the clients, if any; a gradual one depends on how many there are.
    pub drift: Option<Drift>,
    /// Threads to work with; 0 for as many as there are cores. The bytes do not depend on it.
    pub threads: usize,
}

/// Kind of the files that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// Comma-separated values with a header line.
    Csv,
    /// The same, gzipped.
    #[cfg_attr(feature = "clap", value(name = "csv.gz"))]
    CsvGz,
    /// Apache Parquet.
    Parquet,
}

/// Rows of application_train and application_test in the Home Credit competition.
pub const FULL_SIZE: (u64, u64) = (307_511, 48_744);

/// More clients than any lender has; beyond, keys would need care.
pub const MOST_CLIENTS: u64 = 1_000_000_000;

/// The strongest change that leaves anything to measure.
pub const MOST_DRIFT: f64 = 10.0;

/// What was written.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The tables, application first.
    pub tables: Vec<TableSummary>,
}

/// One table that was written.
#[derive(Clone, Debug)]
pub struct TableSummary {
    /// Name of the table: the file name without extensions.
    pub name: &'static str,
    /// The file.
    pub file: PathBuf,
    /// Rows, without the header.
    pub rows: u64,
}

/// Clients that are drawn in one go. Part of what is written, since compressed files have a member for each.
const PORTION: u64 = 256;
/// Portions that are drawn side by side, then written: enough for many cores, few enough to fit into little memory.
const ROUND: u64 = 16;

/// Generates the tables into `options.directory`.
///
/// `progress` hears the number of clients done, now and then and at the end. Each file is written beside its place as
/// `NAME.partial`, and all get their names at the end.
///
/// # Errors
///
/// [`SynthError`]; files that were there before are untouched, files of this run are removed.
pub fn write_tables(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<Summary, SynthError> {
    if let Some(drift) = options.drift
        && !(0.0..=MOST_DRIFT).contains(&drift.strength)
    {
        return Err(SynthError::Strength {
            strength: drift.strength,
        });
    }
    if options.clients == 0 {
        return Err(SynthError::NoClients);
    }
    let clients = clients_of(options);
    if clients > MOST_CLIENTS {
        return Err(SynthError::TooManyClients { clients });
    }
    let threads = ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|error| SynthError::Threads {
            threads: options.threads,
            problem: error.to_string(),
        })?;
    let mut files = create_files(options)?;
    let mut done = 0;
    while done < clients {
        let end = clients.min(done + PORTION * ROUND);
        write_round(&threads, &mut files, options, done..end)?;
        done = end;
        if done < clients {
            progress(done);
        }
    }
    threads.install(|| files.par_iter_mut().try_for_each(TableFile::close))?;
    if options.test_clients == 0 {
        files.retain(|file| file.name != tables::ALL[1].0);
    }
    let summary = publish(&mut files)?;
    progress(clients);
    Ok(summary)
}

/// Clients of all tables.
fn clients_of(options: &Options) -> u64 {
    options.clients.saturating_add(options.test_clients)
}

/// The partial files of all tables.
fn create_files(options: &Options) -> Result<Vec<TableFile>, SynthError> {
    let directory = &options.directory;
    std::fs::create_dir_all(directory).map_err(|source| SynthError::Directory {
        path: directory.clone(),
        source,
    })?;
    for (name, _) in tables::ALL {
        file::refuse_existing(directory, name)?;
    }
    let create = |(name, columns)| TableFile::create(directory, name, columns, options.format);
    tables::ALL.into_iter().map(create).collect()
}

/// Draws some clients, portions side by side, and writes what they brought about, tables side by side.
///
/// Between the two, portions are in the order of clients: so nothing that is written depends on the threads.
fn write_round(
    threads: &ThreadPool,
    files: &mut [TableFile],
    options: &Options,
    clients: std::ops::Range<u64>,
) -> Result<(), SynthError> {
    let (start, end) = (clients.start, clients.end);
    let draw = |portion: u64| {
        let from = start + portion * PORTION;
        let tables = clients::draw(
            from..end.min(from + PORTION),
            options.clients,
            options.seed,
            options.format,
            options.drift.map(|drift| (drift, clients_of(options))),
        );
        tables.into_portions(options.format)
    };
    threads.install(|| {
        let drawn: std::io::Result<Vec<Vec<Portion>>> =
            (0..(end - start).div_ceil(PORTION)).into_par_iter().map(draw).collect();
        let drawn = drawn.map_err(|source| SynthError::Write {
            path: options.directory.clone(),
            source,
        })?;
        let mut of_table: Vec<Vec<Portion>> = tables::ALL.iter().map(|_| Vec::with_capacity(drawn.len())).collect();
        for portions in drawn {
            for (table, portion) in of_table.iter_mut().zip(portions) {
                table.push(portion);
            }
        }
        files
            .par_iter_mut()
            .zip(of_table)
            .with_max_len(1)
            .try_for_each(|(file, portions)| portions.into_iter().try_for_each(|portion| file.append(portion)))
    })
}

/// Gives all files their names, or none.
fn publish(files: &mut [TableFile]) -> Result<Summary, SynthError> {
    let mut published: Vec<TableSummary> = Vec::new();
    for file in files {
        match file.publish() {
            Ok(path) => published.push(TableSummary {
                name: file.name,
                file: path,
                rows: file.rows,
            }),
            Err(error) => {
                for done in published {
                    // Best effort: the error that matters is the one at hand.
                    let _ = std::fs::remove_file(done.file);
                }
                return Err(error);
            }
        }
    }
    Ok(Summary { tables: published })
}
