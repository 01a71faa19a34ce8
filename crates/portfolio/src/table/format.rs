//! File formats, told by extension.

use std::path::Path;

use crate::error::Error;

/// Format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// Comma-separated values with a header line.
    Csv,
    /// The same, gzipped.
    #[cfg_attr(feature = "clap", value(name = "csv.gz"))]
    CsvGz,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format of `path`: `given` if it is, else by extension; standard input and output are CSV.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`].
    pub fn of(path: &Path, given: Option<Self>) -> Result<Self, Error> {
        if let Some(format) = given {
            return Ok(format);
        }
        if path == Path::new("-") {
            return Ok(Self::Csv);
        }
        let name = path.to_string_lossy().to_lowercase();
        let known = [
            (".csv", Self::Csv),
            (".csv.gz", Self::CsvGz),
            (".jsonl", Self::Jsonl),
            (".ndjson", Self::Jsonl),
            (".parquet", Self::Parquet),
        ];
        known
            .iter()
            .find(|(extension, _)| name.ends_with(extension))
            .map(|(_, format)| *format)
            .ok_or_else(|| Error::UnknownFormat { file: path.to_owned() })
    }
}
