//! CSV, plain or gzipped.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use candor_core::Raw;
use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use flate2::read::MultiGzDecoder;

use super::columns::{Role, roles};
use super::notation::{Notation, NotationRules};
use super::record::{Record, RecordBuilder, Request};
use crate::error::Error;

/// A CSV file, record by record.
pub(super) struct CsvRows<'a> {
    path: &'a Path,
    gzipped: bool,
    reader: Reader<Box<dyn Read>>,
    record: ByteRecord,
    /// The cells of the header line.
    pub(super) names: Vec<String>,
    pub(super) notation: Notation,
}

/// Bytes from which the notation is told.
const SAMPLE: u64 = 1 << 18;

impl<'a> CsvRows<'a> {
    /// Opens a file and reads its header.
    pub(super) fn open(path: &'a Path, gzipped: bool, rules: NotationRules) -> Result<Self, Error> {
        let bytes = open(path)?;
        let mut bytes: Box<dyn Read> = if gzipped {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            bytes
        };
        let mut sample = Vec::new();
        let read = bytes.by_ref().take(SAMPLE).read_to_end(&mut sample);
        read.map_err(|error| io_error(path, gzipped, error))?;
        let whole = (sample.len() as u64) < SAMPLE;
        let notation = Notation::of(&sample, whole, rules);
        // Lines end with a line feed and nothing else, and the last one does, too: then the reader's own count, which
        // is off by one after a carriage return and blind to empty lines, tells where each record began.
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(notation.separator.byte())
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Box::new(BufReader::new(Cursor::new(sample).chain(bytes).chain(&b"\n"[..]))) as Box<dyn Read>);
        let mut rows = Self {
            path,
            gzipped,
            reader,
            record: ByteRecord::new(),
            names: Vec::new(),
            notation,
        };
        if rows.advance()?.is_none() {
            let problem = "the file is empty; it should begin with a header line".into();
            return Err(Error::Table {
                file: path.to_owned(),
                problem,
            });
        }
        // Spreadsheets begin UTF-8 files with a byte-order mark.
        rows.names = (0..rows.record.len())
            .map(|column| {
                rows.text(column, 1, &format!("column {}", column + 1))
                    .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            })
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Goes to the next row and tells its line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Error> {
        let Some(line) = self.advance()? else { return Ok(None) };
        if self.record.len() == self.names.len() {
            return Ok(Some(line));
        }
        let problem = format!(
            "the row has {} cells and the header {}; put cells that hold a comma into quotes, and close every quote",
            self.record.len(),
            self.names.len()
        );
        Err(Error::Row {
            file: self.path.to_owned(),
            line,
            problem,
        })
    }

    /// A cell of the row; missing when nothing is written.
    pub(super) fn cell(&self, column: usize, line: u64) -> Result<Raw<'_>, Error> {
        let text = self.text(column, line, &self.names[column])?;
        Ok(if text.trim().is_empty() {
            Raw::Missing
        } else {
            Raw::Text(text)
        })
    }

    fn advance(&mut self) -> Result<Option<u64>, Error> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.map_err(|error| read_error(self.path, self.gzipped, error))? {
                return Ok(None);
            }
            let record = &self.record;
            if record.len() == 1 && record[0].iter().all(u8::is_ascii_whitespace) {
                continue; // an empty line that ends with a carriage return
            }
            let inside = record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            return Ok(Some(self.reader.position().line().saturating_sub(1 + inside).max(1)));
        }
    }

    fn text(&self, column: usize, line: u64, name: &str) -> Result<&str, Error> {
        std::str::from_utf8(self.record.get(column).unwrap_or_default()).map_err(|_| Error::Row {
            file: self.path.to_owned(),
            line,
            problem: format!("{name} is not valid UTF-8; export the file as UTF-8"),
        })
    }
}

pub(super) fn read(
    request: &Request<'_>,
    gzipped: bool,
    visit: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = request.path;
    let mut rows = CsvRows::open(path, gzipped, request.rules.notation)?;
    let roles = roles(
        &rows.names,
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
    while let Some(line) = rows.next()? {
        let mut builder = RecordBuilder::new(request, line, row).decimal(rows.notation.decimal);
        for (column, role) in roles.iter().enumerate().filter(|(_, role)| **role != Role::Unread) {
            builder.cell(*role, rows.cell(column, line)?);
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

/// What went wrong with reading a file's bytes.
pub(crate) fn io_error(path: &Path, gzipped: bool, source: io::Error) -> Error {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if gzipped && [InvalidData, InvalidInput, UnexpectedEof].contains(&source.kind()) {
        return Error::Table {
            file: path.to_owned(),
            problem: format!(
                "this is not a whole gzip file ({source}); copy or compress it again, or name it .csv if it is plain text"
            ),
        };
    }
    Error::Read {
        path: path.to_owned(),
        source,
    }
}

fn read_error(path: &Path, gzipped: bool, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => io_error(path, gzipped, source),
        // Records of bytes and of any length: nothing else can be wrong with CSV.
        other => Error::Table {
            file: path.to_owned(),
            problem: format!("this is not CSV ({other:?}); export the table again"),
        },
    }
}
