//! Reading tables: CSV (also gzipped), JSON lines and Parquet, row by row, as applications checked against a schema.

mod cell;
mod columns;
mod csv_rows;
mod format;
mod json_rows;
mod notation;
mod numbers;
pub(crate) mod parquet_rows;
mod record;
mod scan;

use std::path::{Path, PathBuf};

pub(crate) use cell::stored;
pub use columns::{ColumnRules, Leniency};
pub(crate) use columns::{Role, roles};
pub(crate) use csv_rows::io_error;
pub use format::Format;
pub use notation::{DecimalMark, Notation, NotationRules, Separator};
pub use numbers::{is_missing, is_missing_level, number};
pub use record::{OutcomeWords, Record, read_outcomes, read_records};
pub use scan::{Scan, scan};

use crate::error::Error;

/// The columns of a table (CSV or Parquet); none where they cannot be told before its rows.
///
/// # Errors
/// As when the table is read.
pub fn header(path: &Path, format: Option<Format>, rules: NotationRules) -> Result<Vec<String>, Error> {
    Ok(match Format::of(path, format)? {
        _ if path == Path::new("-") => Vec::new(),
        Format::Csv => csv_rows::CsvRows::open(path, false, rules)?.names,
        Format::CsvGz => csv_rows::CsvRows::open(path, true, rules)?.names,
        Format::Parquet => parquet_rows::ParquetRows::open(path)?.names,
        Format::Jsonl => Vec::new(),
    })
}

/// The file of `table` in a data folder (`table.csv`, `.csv.gz` or `.parquet`), or `data` itself when it is a file.
///
/// # Errors
/// [`Error::NoTable`] when the folder holds none of them; [`Error::Read`] when `data` does not exist.
pub fn find(data: &Path, table: &str) -> Result<PathBuf, Error> {
    let metadata = std::fs::metadata(data).map_err(Error::read(data))?;
    if metadata.is_file() {
        return Ok(data.to_owned());
    }
    ["csv", "csv.gz", "parquet"]
        .iter()
        .map(|extension| data.join(format!("{table}.{extension}")))
        .find(|path| path.is_file())
        .ok_or_else(|| Error::NoTable {
            folder: data.to_owned(),
            table: table.to_owned(),
        })
}
