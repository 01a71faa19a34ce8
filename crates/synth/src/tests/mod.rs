//! What the tests of the tables share: runs into a folder of their own, and tables read back.

mod coherence;
mod files;
mod marginals;
mod published;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::{Format, Options, write_tables};

fn options(directory: &Path, clients: u64) -> Options {
    Options {
        directory: directory.to_path_buf(),
        clients,
        test_clients: 0,
        seed: 20_261_120,
        format: Format::Csv,
        threads: 1,
        drift: None,
    }
}

/// The seven tables of a run as text, in the order of [`super::tables::ALL`]; application_test is not among them.
fn generate(clients: u64, seed: u64) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        seed,
        ..options(directory.path(), clients)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    summary
        .tables
        .iter()
        .map(|table| fs::read_to_string(&table.file).unwrap())
        .collect()
}

/// A table read back, by column.
struct Read {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Read {
    fn new(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    fn column<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let at = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(move |row| &row[at])
    }

    fn numbers(&self, name: &str) -> impl Iterator<Item = f64> {
        self.column(name)
            .filter(|value| !value.is_empty())
            .map(|value| value.parse().unwrap())
    }

    fn keys(&self, name: &str) -> HashSet<&str> {
        self.column(name).collect()
    }
}

/// 3,000 clients, generated once for the tests that only look.
fn sample() -> &'static [Read] {
    static SAMPLE: OnceLock<Vec<Read>> = OnceLock::new();
    SAMPLE.get_or_init(|| generate(3_000, 5).iter().map(|text| Read::new(text)).collect())
}

fn close(what: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "{what}: {got:.4}, wanted {wanted} ± {tolerance}"
    );
}
