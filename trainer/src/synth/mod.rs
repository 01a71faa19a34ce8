//! The generator behind `candor synth`: the seven tables of a consumer lender, drawn from written-down distributions.
//!
//! The tables have the columns, number formats, gaps, sentinels and level shares of the Home Credit tables, but no row
//! of theirs: everything is drawn from parametric distributions whose rounded constants stand in the code. Three hidden
//! traits per client (see `applicant`) move the application and the history alike, and the outcome follows from both,
//! so that models, explanations and drift reports have something true to find.
//!
//! Clients are drawn one by one and written at once, so memory does not grow with their number. Client *k* depends on
//! the seed and on *k* alone: a longer run starts with the rows of a shorter one.

mod applicant;
mod application;
mod bureau;
mod card;
mod columns;
mod housing;
mod levels;
mod previous;
mod previous_levels;
mod previous_row;
mod random;
mod repayment;
mod request;
mod risk;
mod terms;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use applicant::Applicant;
use random::{Random, Stream};
use request::Request;
use risk::History;
use writer::Table;

/// What to generate, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the tables go; made if it is not there.
    pub directory: PathBuf,
    /// How many clients, that is, rows of `application_train`: 1 to [`MOST_CLIENTS`].
    pub clients: u64,
    /// Same seed and number of clients, same bytes.
    pub seed: u64,
    /// Write `.csv.gz` instead of `.csv`.
    pub compress: bool,
}

/// More clients than any lender has; beyond, keys would need care.
pub const MOST_CLIENTS: u64 = 1_000_000_000;

/// What was written.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The seven tables, application first.
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

/// Why no tables were written. Nothing is left behind in any of these cases.
#[derive(thiserror::Error, Debug)]
pub enum SynthError {
    /// Nought clients were asked for.
    #[error("cannot generate tables of 0 clients: ask for at least 1")]
    NoClients,
    /// More than [`MOST_CLIENTS`] were asked for.
    #[error("cannot generate {clients} clients: ask for at most {MOST_CLIENTS}")]
    TooManyClients {
        /// How many were asked for.
        clients: u64,
    },
    /// A table of that name is there already, in one of the formats that readers know.
    #[error("{} exists already and is never overwritten: choose another directory, or move the file away", path.display())]
    TableExists {
        /// The file in the way.
        path: PathBuf,
    },
    /// A partial file is there: of a run that is still going on, or of one that was killed.
    #[error("{} belongs to another run: wait for it, or remove the file if that run was stopped", path.display())]
    PartialExists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The directory could not be made.
    #[error("cannot make the directory {}: {source}; choose one that you may write to", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}; check the free space and the permissions of the directory", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Key of the first client.
const FIRST_CLIENT: i64 = 100_002;
/// Clients between two reports of progress.
const REPORT: u64 = 256;

/// A client's position in the run and key in the tables.
#[derive(Clone, Copy)]
struct Client {
    index: i64,
    key: i64,
}

/// The seven tables being written.
struct Tables {
    application: Table,
    bureau: Table,
    bureau_balance: Table,
    previous: Table,
    pos: Table,
    instalments: Table,
    cards: Table,
}

impl Tables {
    const NAMES: [&'static str; 7] = [
        "application_train",
        "bureau",
        "bureau_balance",
        "previous_application",
        "POS_CASH_balance",
        "installments_payments",
        "credit_card_balance",
    ];

    fn create(directory: &Path, compress: bool) -> Result<Self, SynthError> {
        let [application, bureau, bureau_balance, previous, pos, instalments, cards] = Self::NAMES;
        let table = |name, columns: &[&str]| Table::create(directory, name, columns, compress);
        Ok(Self {
            application: table(application, &columns::APPLICATION_TRAIN)?,
            bureau: table(bureau, &columns::BUREAU)?,
            bureau_balance: table(bureau_balance, &columns::BUREAU_BALANCE)?,
            previous: table(previous, &columns::PREVIOUS_APPLICATION)?,
            pos: table(pos, &columns::POS_CASH_BALANCE)?,
            instalments: table(instalments, &columns::INSTALLMENTS_PAYMENTS)?,
            cards: table(cards, &columns::CREDIT_CARD_BALANCE)?,
        })
    }

    fn all(&mut self) -> [&mut Table; 7] {
        [
            &mut self.application,
            &mut self.bureau,
            &mut self.bureau_balance,
            &mut self.previous,
            &mut self.pos,
            &mut self.instalments,
            &mut self.cards,
        ]
    }
}

/// Generates the seven tables into `options.directory`.
///
/// `progress` hears the number of clients done, now and then and at the end. Each file is written beside its place as
/// `NAME.csv.partial`, and all get their names at the end.
///
/// # Errors
///
/// [`SynthError`]; files that were there before are untouched, files of this run are removed.
pub fn write_tables(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<Summary, SynthError> {
    if options.clients == 0 {
        return Err(SynthError::NoClients);
    }
    if options.clients > MOST_CLIENTS {
        return Err(SynthError::TooManyClients {
            clients: options.clients,
        });
    }
    let directory = &options.directory;
    std::fs::create_dir_all(directory).map_err(|source| SynthError::Directory {
        path: directory.clone(),
        source,
    })?;
    for name in Tables::NAMES {
        writer::refuse_existing(directory, name)?;
    }
    let mut tables = Tables::create(directory, options.compress)?;
    for index in 0..options.clients {
        write_client(&mut tables, options.seed, index);
        for table in tables.all() {
            table.drain()?;
        }
        if (index + 1) % REPORT == 0 && index + 1 < options.clients {
            progress(index + 1);
        }
    }
    for table in tables.all() {
        table.close()?;
    }
    let summary = publish(&mut tables)?;
    progress(options.clients);
    Ok(summary)
}

/// Gives all files their names, or none.
fn publish(tables: &mut Tables) -> Result<Summary, SynthError> {
    let mut published: Vec<TableSummary> = Vec::new();
    for table in tables.all() {
        match table.publish() {
            Ok(file) => published.push(TableSummary {
                name: table.name,
                file,
                rows: table.rows,
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

fn write_client(tables: &mut Tables, seed: u64, index: u64) {
    let stream = |stream| Random::new(seed, index, stream);
    let client = Client {
        index: index as i64,
        key: FIRST_CLIENT + index as i64,
    };
    let person = Applicant::draw(&mut stream(Stream::Person));
    let request = Request::draw(&mut stream(Stream::Request), &person);
    let mut past = History::default();
    bureau::write(
        tables,
        &mut stream(Stream::Bureau),
        client,
        &person,
        &request,
        &mut past,
    );
    previous::write(tables, &mut stream(Stream::Previous), client, &person, &mut past);
    let bad = risk::outcome(&mut stream(Stream::Outcome), &person, &request, &past);
    application::write(
        &mut tables.application,
        client.key,
        &person,
        &request,
        bad,
        &mut stream(Stream::Housing),
    );
}
