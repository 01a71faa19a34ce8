//! CSV, row by row.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use candor_core::Raw;
use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::columns::{Role, roles};
use super::notation::{Notation, NotationRules};
use super::record::{Record, RecordBuilder, Request};
use super::scan::Scan;
use super::source::{Complaint, Source};
use crate::error::Error;

/// A CSV file, record by record.
pub struct CsvRows<'a> {
    file: &'a Path,
    complaint: Complaint,
    reader: Reader<Box<dyn Read + 'a>>,
    record: ByteRecord,
    /// The cells of the header line.
    pub names: Vec<String>,
    /// How the file writes its cells.
    pub notation: Notation,
}

/// Bytes from which the notation is told.
const SAMPLE: u64 = 1 << 18;

impl<'a> CsvRows<'a> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Table`] where there is none; [`Error::Row`] where it is no text.
    pub fn new(source: Source<'a>, rules: NotationRules) -> Result<Self, Error> {
        let Source {
            file,
            mut bytes,
            complaint,
        } = source;
        let mut sample = Vec::new();
        let read = bytes.by_ref().take(SAMPLE).read_to_end(&mut sample);
        read.map_err(|error| complaint(file, error))?;
        let whole = (sample.len() as u64) < SAMPLE;
        let notation = Notation::of(&sample, whole, rules);
        // Lines end with a line feed and nothing else, and the last one does, too: then the reader's own count, which
        // is off by one after a carriage return and blind to empty lines, tells where each record began.
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(notation.separator.byte())
            .terminator(Terminator::Any(b'\n'))
            .from_reader(
                Box::new(BufReader::new(Cursor::new(sample).chain(bytes).chain(&b"\n"[..]))) as Box<dyn Read + 'a>,
            );
        let mut rows = Self {
            file,
            complaint,
            reader,
            record: ByteRecord::new(),
            names: Vec::new(),
            notation,
        };
        if rows.next_record()?.is_none() {
            return Err(Error::table(
                file,
                "the file is empty; it should begin with a header line",
            ));
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
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Row`] where a row has another number of cells than the header.
    pub fn advance(&mut self) -> Result<Option<u64>, Error> {
        let Some(line) = self.next_record()? else {
            return Ok(None);
        };
        if self.record.len() == self.names.len() {
            return Ok(Some(line));
        }
        let problem = format!(
            "the row has {} cells and the header {}; put cells that hold a comma into quotes, and close every quote",
            self.record.len(),
            self.names.len()
        );
        Err(Error::row(self.file, line, problem))
    }

    /// A cell of the row; missing when nothing is written.
    ///
    /// # Errors
    /// [`Error::Row`] where it is not valid UTF-8.
    pub fn cell(&self, column: usize, line: u64) -> Result<Raw<'_>, Error> {
        let text = self.text(column, line, &self.names[column])?;
        Ok(if text.trim().is_empty() {
            Raw::Missing
        } else {
            Raw::Text(text)
        })
    }

    fn next_record(&mut self) -> Result<Option<u64>, Error> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.map_err(|error| read_error(self.file, self.complaint, error))? {
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
        std::str::from_utf8(self.record.get(column).unwrap_or_default()).map_err(|_| {
            let problem = format!("{name} is not valid UTF-8; export the file as UTF-8");
            Error::row(self.file, line, problem)
        })
    }
}

/// Calls `visit` with each row of a CSV file, in order.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`] or [`Error::Row`] when the file cannot be read as a table with the schema's columns,
/// and whatever `visit` returns.
pub fn read_csv<E: From<Error>>(
    source: Source<'_>,
    request: &Request<'_>,
    visit: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let file = source.file;
    let mut rows = CsvRows::new(source, request.rules.notation)?;
    let roles = roles(
        &rows.names,
        request.schema,
        request.rules,
        request.needs_target,
        request.kept,
    )
    .map_err(|problem| Error::row(file, 1, problem))?;
    let mut row = 0;
    while let Some(line) = rows.advance()? {
        let mut builder = RecordBuilder::new(request, line, row).decimal(rows.notation.decimal);
        for (column, role) in roles.iter().enumerate().filter(|(_, role)| **role != Role::Unread) {
            builder.cell(*role, rows.cell(column, line)?);
        }
        visit(builder.finish())?;
        row += 1;
    }
    Ok(())
}

/// Tells `listener` all of a CSV file, and returns how it writes its cells.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`] or [`Error::Row`] when the file cannot be read as a table, and what the listener says
/// of the header.
pub fn scan_csv(source: Source<'_>, rules: NotationRules, listener: &mut dyn Scan) -> Result<Notation, Error> {
    let mut rows = CsvRows::new(source, rules)?;
    let decimal = rows.notation.decimal;
    listener.header(&rows.names, &vec![None; rows.names.len()])?;
    while let Some(line) = rows.advance()? {
        for column in 0..rows.names.len() {
            listener.cell(line, column, rows.cell(column, line)?, decimal);
        }
        listener.end_of_row();
    }
    Ok(rows.notation)
}

fn read_error(file: &Path, complaint: Complaint, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => complaint(file, source),
        // Records of bytes and of any length: nothing else can be wrong with CSV.
        other => Error::table(file, format!("this is not CSV ({other:?}); export the table again")),
    }
}
