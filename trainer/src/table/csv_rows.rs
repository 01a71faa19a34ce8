//! CSV, plain or gzipped.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use candor_core::Raw;
use csv::{ByteRecord, ReaderBuilder};
use flate2::read::MultiGzDecoder;

use super::columns::roles;
use super::record::{Record, RecordBuilder, Request};
use crate::error::Error;

pub(super) fn read(
    request: &Request<'_>,
    gzipped: bool,
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = request.path;
    let bytes = open(path)?;
    let bytes: Box<dyn Read> = if gzipped {
        Box::new(MultiGzDecoder::new(bytes))
    } else {
        bytes
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(BufReader::new(bytes));
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        reader
            .read_byte_record(record)
            .map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(source) => Error::Read {
                    path: path.to_owned(),
                    source,
                },
                other => Error::Table {
                    file: path.to_owned(),
                    problem: format!("this is not CSV: {other:?}"),
                },
            })
    };
    if !next(&mut record)? {
        let problem = "the file is empty; it should begin with a header line".into();
        return Err(Error::Table {
            file: path.to_owned(),
            problem,
        });
    }
    // Spreadsheets begin UTF-8 files with a byte-order mark.
    let names: Vec<String> = (0..record.len())
        .map(|column| {
            text(&record, column, 1, &format!("column {}", column + 1), path)
                .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
        })
        .collect::<Result<_, _>>()?;
    let roles = roles(&names, request.schema, request.rules, request.needs_target, path)?;
    let mut row = 0;
    while next(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != roles.len() {
            let problem = format!(
                "the row has {} cells and the header {}; quote cells that hold a comma",
                record.len(),
                roles.len()
            );
            return Err(Error::Row {
                file: path.to_owned(),
                line,
                problem,
            });
        }
        let mut builder = RecordBuilder::new(request.schema, line, row);
        for (column, role) in roles.iter().enumerate() {
            let text = text(&record, column, line, &names[column], path)?;
            builder.cell(
                *role,
                if text.trim().is_empty() {
                    Raw::Missing
                } else {
                    Raw::Text(text)
                },
            );
        }
        visit(builder.finish())?;
        row += 1;
    }
    Ok(())
}

/// A file, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(Error::read(path))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        let problem = "this is a folder; name a file in it".into();
        return Err(Error::Table {
            file: path.to_owned(),
            problem,
        });
    }
    Ok(Box::new(file))
}

fn text<'a>(record: &'a ByteRecord, column: usize, line: u64, name: &str, path: &Path) -> Result<&'a str, Error> {
    std::str::from_utf8(record.get(column).unwrap_or_default()).map_err(|_| Error::Row {
        file: path.to_owned(),
        line,
        problem: format!("{name} is not valid UTF-8; export the file as UTF-8"),
    })
}
