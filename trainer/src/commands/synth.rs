//! `candor synth`.

use std::path::PathBuf;

use clap::Args;

use super::print;
use super::progress::bar;
use crate::error::Error;
use crate::synth::{Options, write_tables};

/// Make Home Credit style tables to try things with.
///
/// Writes the seven related tables of Home Credit's shape, drawn from distributions: no real person is in them. The
/// same seed gives the same files, and the first clients are the same whatever their number.
#[derive(Debug, Args)]
pub(super) struct Synth {
    /// Folder to write to; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Number of clients in application_train.
    #[arg(long, default_value_t = 20_000)]
    clients: u64,
    /// Seed of everything random.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Write .csv.gz instead of .csv.
    #[arg(long)]
    compress: bool,
}

impl Synth {
    pub(super) fn run(self) -> Result<(), Error> {
        let bar = bar(Some(self.clients), "Making clients");
        let options = Options {
            directory: self.output,
            clients: self.clients,
            seed: self.seed,
            compress: self.compress,
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
