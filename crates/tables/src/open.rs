//! The bytes of files, unpacked where they are packed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use candor_core::Records;
use candor_portfolio::Error as ReadError;
use candor_portfolio::table::Source;
use flate2::read::MultiGzDecoder;

use crate::error::Error;

/// The file of `table` in a data folder (`table.csv`, `.csv.gz` or `.parquet`), or `data` itself when it is a file.
///
/// # Errors
/// [`Error::NoTable`] when the folder holds none of them; that of reading when `data` does not exist.
pub fn find(data: &Path, table: &str) -> Result<PathBuf, Error> {
    let metadata = std::fs::metadata(data).map_err(ReadError::read(data))?;
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

/// Whether a folder holds a file of any of these tables.
pub fn holds_any<'a>(folder: &Path, mut tables: impl Iterator<Item = &'a str>) -> bool {
    folder.is_dir() && tables.any(|table| find(folder, table).is_ok())
}

/// Whether a folder holds a file of any of the tables of these records.
pub fn any_table(folder: &Path, records: &Records) -> bool {
    holds_any(folder, records.tables.iter().map(|table| table.name.as_str()))
}

/// A file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, ReadError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(ReadError::read(path))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(ReadError::table(path, "this is a folder; name a file in it"));
    }
    Ok(Box::new(file))
}

/// The bytes of a file as a table's, unpacked when `gzipped`.
pub(crate) fn source(path: &Path, gzipped: bool) -> Result<Source<'_>, ReadError> {
    let bytes = open(path)?;
    Ok(if gzipped {
        Source {
            complaint: gzip_error,
            ..Source::new(path, MultiGzDecoder::new(bytes))
        }
    } else {
        Source::new(path, bytes)
    })
}

/// What went wrong with reading the bytes of a file.
pub(crate) fn read_error(path: &Path, gzipped: bool, source: io::Error) -> ReadError {
    if gzipped {
        gzip_error(path, source)
    } else {
        ReadError::unreadable(path, source)
    }
}

/// What went wrong with reading a gzipped file's bytes.
fn gzip_error(path: &Path, source: io::Error) -> ReadError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if [InvalidData, InvalidInput, UnexpectedEof].contains(&source.kind()) {
        let problem = format!(
            "this is not a whole gzip file ({source}); copy or compress it again, or name it .csv if it is plain text"
        );
        return ReadError::table(path, problem);
    }
    ReadError::unreadable(path, source)
}
