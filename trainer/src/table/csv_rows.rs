//! CSV, plain or gzipped.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use candor_core::Raw;
use csv::{ByteRecord, ReaderBuilder, Terminator};
use flate2::read::MultiGzDecoder;

use super::columns::{Role, roles};
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
    // Lines end with a line feed and nothing else, and the last one does, too: then the reader's own count, which is
    // off by one after a carriage return and blind to empty lines, tells where each record began.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(BufReader::new(bytes.chain(&b"\n"[..])));
    let mut record = ByteRecord::new();
    // The line at which the record begins; `None` at the end of the file.
    let mut next = |record: &mut ByteRecord| -> Result<Option<u64>, Error> {
        loop {
            let more = reader
                .read_byte_record(record)
                .map_err(|error| read_error(path, gzipped, error))?;
            if !more {
                return Ok(None);
            }
            if record.len() == 1 && record[0].iter().all(u8::is_ascii_whitespace) {
                continue; // an empty line that ends with a carriage return
            }
            let inside = record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            return Ok(Some(reader.position().line().saturating_sub(1 + inside).max(1)));
        }
    };
    if next(&mut record)?.is_none() {
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
    let roles = roles(
        &names,
        request.schema,
        request.rules,
        request.needs_target,
        request.kept,
    )
    .map_err(|problem| Error::Row {
        file: path.to_owned(),
        line: 1,
        problem,
    })?;
    let mut row = 0;
    while let Some(line) = next(&mut record)? {
        if record.len() != roles.len() {
            let problem = format!(
                "the row has {} cells and the header {}; put cells that hold a comma into quotes, and close every quote",
                record.len(),
                roles.len()
            );
            return Err(Error::Row {
                file: path.to_owned(),
                line,
                problem,
            });
        }
        let mut builder = RecordBuilder::new(request, line, row);
        for (column, role) in roles.iter().enumerate().filter(|(_, role)| **role != Role::Unread) {
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

fn read_error(path: &Path, gzipped: bool, error: csv::Error) -> Error {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.into_kind() {
        csv::ErrorKind::Io(source)
            if gzipped && [InvalidData, InvalidInput, UnexpectedEof].contains(&source.kind()) =>
        {
            Error::Table {
                file: path.to_owned(),
                problem: format!(
                    "this is not a whole gzip file ({source}); copy or compress it again, or name it .csv if it is \
                     plain text"
                ),
            }
        }
        csv::ErrorKind::Io(source) => Error::Read {
            path: path.to_owned(),
            source,
        },
        // Records of bytes and of any length: nothing else can be wrong with CSV.
        other => Error::Table {
            file: path.to_owned(),
            problem: format!("this is not CSV ({other:?}); export the table again"),
        },
    }
}

fn text<'a>(record: &'a ByteRecord, column: usize, line: u64, name: &str, path: &Path) -> Result<&'a str, Error> {
    std::str::from_utf8(record.get(column).unwrap_or_default()).map_err(|_| Error::Row {
        file: path.to_owned(),
        line,
        problem: format!("{name} is not valid UTF-8; export the file as UTF-8"),
    })
}
