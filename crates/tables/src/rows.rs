//! Rows of files as applications.

use std::path::Path;

use candor_core::Schema;
use candor_portfolio::drift::{Clients, ClientsReader};
use candor_portfolio::table::{
    ColumnRules, CsvRows, Format, Notation, NotationRules, OutcomeWords, Record, Request, Scan, read_csv, read_json,
    scan_csv,
};
use candor_portfolio::{Data, DataReader, Error as ReadError};

use crate::error::Error;
use crate::open::source;
use crate::parquet_rows::{self, ParquetRows};

/// The columns of a table (CSV or Parquet); none where they cannot be told before its rows.
///
/// # Errors
/// As when the table is read.
pub fn header(path: &Path, format: Option<Format>, rules: NotationRules) -> Result<Vec<String>, Error> {
    Ok(match Format::of(path, format)? {
        _ if path == Path::new("-") => Vec::new(),
        Format::Csv => CsvRows::new(source(path, false)?, rules)?.names,
        Format::CsvGz => CsvRows::new(source(path, true)?, rules)?.names,
        Format::Parquet => ParquetRows::open(path)?.names,
        Format::Jsonl => Vec::new(),
    })
}

/// Reads `path` (`-` is standard input) and calls `visit` with each row, in order. JSON may nest records.
///
/// # Errors
/// When the file cannot be read as a table with the schema's columns, and whatever `visit` returns. A value that does not
/// fit its field is no error here: the record says so.
pub fn read<E: From<Error> + From<ReadError>>(
    path: &Path,
    format: Option<Format>,
    request: &Request<'_>,
    visit: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let mut rows = 0_u64;
    let mut count = |record: Record| {
        rows += 1;
        visit(record)
    };
    match Format::of(path, format)? {
        Format::Csv => read_csv(source(path, false)?, request, &mut count)?,
        Format::CsvGz => read_csv(source(path, true)?, request, &mut count)?,
        Format::Jsonl => read_json(source(path, false)?, request, &mut count)?,
        Format::Parquet => parquet_rows::read(path, request, &mut count)?,
    }
    if rows == 0 {
        return Err(ReadError::table(path, "the table has no rows; check that the export was complete").into());
    }
    Ok(())
}

/// Reads a table with its target for a `purpose` that errors name, and with the cells of the columns `kept`; the target may
/// be written in words. `progress` is told of the rows read so far.
///
/// # Errors
/// Any row that does not fit, a missing target, one class only: the file, the line and the field are named.
pub fn read_data(
    purpose: &str,
    path: &Path,
    schema: &Schema,
    words: Option<&OutcomeWords>,
    rules: ColumnRules,
    kept: &[String],
    progress: &mut dyn FnMut(usize),
) -> Result<Data, Error> {
    let request = Request {
        schema,
        records: None,
        rules,
        needs_target: true,
        kept,
        outcomes: words,
    };
    let mut data = DataReader::new(purpose, path, schema, words);
    read(path, None, &request, &mut |record| {
        progress(data.add(record)?);
        Ok::<(), Error>(())
    })?;
    Ok(data.finish()?)
}

/// Reads a table of applications, with the target where it has one. `progress` is told of the rows read so far.
///
/// # Errors
/// Any row that does not fit: the file, the line and the field are named.
pub fn read_applications(
    path: &Path,
    schema: &Schema,
    rules: ColumnRules,
    progress: &mut dyn FnMut(usize),
) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    let request = Request::of_applications(schema, None, rules);
    read(path, None, &request, &mut |record| {
        if let Err(errors) = &record.application {
            return Err(ReadError::fields(path, record.line, errors).into());
        }
        records.push(record);
        progress(records.len());
        Ok::<(), Error>(())
    })?;
    Ok(records)
}

/// Reads the clients of a table whose drift is asked for.
///
/// # Errors
/// What keeps the file from being read as a table with the schema's columns, and a table without rows.
pub fn read_clients(path: &Path, schema: &Schema, rules: ColumnRules) -> Result<Clients, Error> {
    if path == Path::new("-") {
        let problem = "drift reads files, not standard input (-); name a .csv, .csv.gz or .parquet file".into();
        return Err(Error::Unsuited { problem });
    }
    let mut reader = ClientsReader::new(path, schema, rules);
    scan(path, rules.notation, &mut reader)?;
    Ok(reader.finish()?)
}

/// Tells `listener` all of a table; the notation of a CSV file is returned.
///
/// # Errors
/// When the file cannot be read as a table, and what the listener says of the header.
pub fn scan(path: &Path, rules: NotationRules, listener: &mut dyn Scan) -> Result<Option<Notation>, Error> {
    if path == Path::new("-") {
        let problem = "--table -: the table is read twice, which standard input cannot be; name a file".into();
        return Err(Error::Unsuited { problem });
    }
    match Format::of(path, None)? {
        Format::Csv => Ok(Some(scan_csv(source(path, false)?, rules, listener)?)),
        Format::CsvGz => Ok(Some(scan_csv(source(path, true)?, rules, listener)?)),
        Format::Parquet => parquet_rows::scan(path, listener).map(|()| None),
        Format::Jsonl => {
            let problem = "a flat table is read from .csv, .csv.gz or .parquet; convert it";
            Err(ReadError::table(path, problem).into())
        }
    }
}
