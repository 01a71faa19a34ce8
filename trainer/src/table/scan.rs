//! Reading a table of which nothing is known yet: its column names, then every cell.

use std::path::Path;

use candor_core::Raw;

use super::csv_rows::CsvRows;
use super::format::Format;
use super::notation::{DecimalMark, Notation, NotationRules};
use super::parquet_rows::{self, ParquetRows};
use crate::error::Error;

/// Who listens to the cells of a table.
pub trait Scan {
    /// The names of the columns, in order, and for each that cannot be read the reason.
    ///
    /// # Errors
    /// What keeps the table from being used.
    fn header(&mut self, names: &[String], unreadable: &[Option<String>]) -> Result<(), Error>;

    /// The cell at `line` in the column at `column`.
    fn cell(&mut self, line: u64, column: usize, raw: Raw<'_>, decimal: DecimalMark);

    /// All cells of a row have been told.
    fn end_of_row(&mut self) {}
}

/// Tells `listener` all of a table; the notation of a CSV file is returned.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`] or [`Error::Row`] when the file cannot be read as a table, and what the listener
/// says of the header.
pub fn scan(path: &Path, rules: NotationRules, listener: &mut dyn Scan) -> Result<Option<Notation>, Error> {
    if path == Path::new("-") {
        let problem = "--table -: the table is read twice, which standard input cannot be; name a file".into();
        return Err(Error::Usage { problem });
    }
    match Format::of(path, None)? {
        Format::Csv => scan_csv(path, false, rules, listener).map(Some),
        Format::CsvGz => scan_csv(path, true, rules, listener).map(Some),
        Format::Parquet => scan_parquet(path, listener).map(|()| None),
        Format::Jsonl => Err(Error::Table {
            file: path.to_owned(),
            problem: "a flat table is read from .csv, .csv.gz or .parquet; convert it".into(),
        }),
    }
}

fn scan_csv(path: &Path, gzipped: bool, rules: NotationRules, listener: &mut dyn Scan) -> Result<Notation, Error> {
    let mut rows = CsvRows::open(path, gzipped, rules)?;
    let decimal = rows.notation.decimal;
    listener.header(&rows.names, &vec![None; rows.names.len()])?;
    while let Some(line) = rows.next()? {
        for column in 0..rows.names.len() {
            listener.cell(line, column, rows.cell(column, line)?, decimal);
        }
        listener.end_of_row();
    }
    Ok(rows.notation)
}

fn scan_parquet(path: &Path, listener: &mut dyn Scan) -> Result<(), Error> {
    let rows = ParquetRows::open(path)?;
    let unreadable: Vec<Option<String>> = (0..rows.names.len()).map(|column| rows.unreadable(column)).collect();
    listener.header(&rows.names, &unreadable)?;
    rows.each(&mut |columns, index, row| {
        for (column, array) in columns.iter().enumerate() {
            let raw = parquet_rows::cell(array, index);
            listener.cell(row + 1, column, raw, DecimalMark::Point);
        }
        listener.end_of_row();
        Ok(())
    })
}
