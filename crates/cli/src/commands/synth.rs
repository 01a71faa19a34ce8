//! `candor synth`.

use std::path::PathBuf;

use candor_synth::{Drift, DriftKind, FULL_SIZE, Format, Options, write_tables};
use clap::Args;

use super::print;
use super::progress::bar;
use crate::error::Error;

/// Make Home Credit style tables to try things with.
///
/// Writes the seven related tables of Home Credit's shape, drawn from distributions: no real person is in them. The
/// same seed gives the same files, however many threads work, and the first clients are the same whatever their number.
#[derive(Debug, Args)]
pub(super) struct Synth {
    /// Folder to write to; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Number of clients in application_train.
    #[arg(long, default_value_t = 20_000)]
    clients: u64,
    /// Number of further clients, without outcome, in application_test; with 0 there is no such table.
    #[arg(long, default_value_t = 0, value_name = "CLIENTS")]
    test_clients: u64,
    /// As many clients as the competition had: 307511, and 48744 without outcome. Some 58 million rows in all.
    #[arg(long, conflicts_with_all = ["clients", "test_clients"])]
    full: bool,
    /// Seed of everything random.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Change the clients in some way, for `candor drift` to find.
    ///
    /// Against a model of 2,000 clients or more, `candor drift` finds 2,000 at a strength of 0.5 of each kind. With a
    /// gradual change, clients depend on their number. Outcomes follow a gradual or sudden change; a feature alone changes nothing but itself.
    #[arg(long, value_enum, value_name = "KIND")]
    drift: Option<DriftKind>,
    /// How strong the change is, from 0 to 10; 1 is a hard year for a lender.
    #[arg(long, value_name = "STRENGTH", default_value_t = 1.0, requires = "drift")]
    drift_strength: f64,
    /// Kind of files to write.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write .csv.gz: short for --format csv.gz.
    #[arg(long, conflicts_with = "format")]
    compress: bool,
    /// Threads to work with (default: one per core). The files are the same whatever their number.
    #[arg(long)]
    threads: Option<u16>,
}

impl Synth {
    pub(super) fn run(self) -> Result<(), Error> {
        let (clients, test_clients) = if self.full {
            FULL_SIZE
        } else {
            (self.clients, self.test_clients)
        };
        let bar = bar(Some(clients.saturating_add(test_clients)), "Making clients");
        let options = Options {
            directory: self.output,
            clients,
            test_clients,
            seed: self.seed,
            format: if self.compress { Format::CsvGz } else { self.format },
            drift: self.drift.map(|kind| Drift {
                kind,
                strength: self.drift_strength,
            }),
            threads: self.threads.map_or(0, usize::from),
        };
        let summary = write_tables(&options, &mut |clients| bar.set_position(clients))?;
        bar.finish_and_clear();
        let lines: Vec<String> = summary
            .tables
            .iter()
            .map(|table| format!("{:<24} {:>12} rows  {}", table.name, table.rows, table.file.display()))
            .collect();
        print(&lines.join("\n"))
    }
}
