//! Writing the tables: CSV in the number formats of the real files, under a `.partial` name until all is written.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::SynthError;

/// Bytes gathered before they are handed to the file or the compressor.
const CHUNK: usize = 1 << 18;

enum Sink {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(encoder) => encoder.finish()?.flush(),
        }
    }
}

/// One table being written, row by row, field by field.
///
/// If it is dropped before [`Table::publish`], the partial file is removed.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) rows: u64,
    columns: usize,
    fields: usize,
    buffer: Vec<u8>,
    sink: Option<Sink>,
    partial: PathBuf,
    target: PathBuf,
}

/// The file of a table, and the other files that a reader would take for the same table.
pub(super) fn target_path(directory: &Path, name: &str, compress: bool) -> PathBuf {
    directory.join(format!("{name}.{}", if compress { "csv.gz" } else { "csv" }))
}

/// An error if a file for this table is already there, in any of the formats that readers know.
pub(super) fn refuse_existing(directory: &Path, name: &str) -> Result<(), SynthError> {
    for extension in ["csv", "csv.gz", "parquet"] {
        let path = directory.join(format!("{name}.{extension}"));
        if path.symlink_metadata().is_ok() {
            return Err(SynthError::TableExists { path });
        }
    }
    Ok(())
}

impl Table {
    /// Opens the partial file of a table and writes its header.
    pub(super) fn create(
        directory: &Path,
        name: &'static str,
        columns: &[&str],
        compress: bool,
    ) -> Result<Self, SynthError> {
        let target = target_path(directory, name, compress);
        let partial = directory.join(format!("{name}.csv.partial"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&partial)
            .map_err(|source| {
                if source.kind() == ErrorKind::AlreadyExists {
                    SynthError::PartialExists { path: partial.clone() }
                } else {
                    SynthError::Write {
                        path: partial.clone(),
                        source,
                    }
                }
            })?;
        let file = BufWriter::with_capacity(CHUNK, file);
        let sink = if compress {
            Sink::Gzip(Box::new(GzEncoder::new(file, Compression::default())))
        } else {
            Sink::Plain(file)
        };
        let mut table = Self {
            name,
            rows: 0,
            columns: columns.len(),
            fields: 0,
            buffer: Vec::with_capacity(CHUNK + 4096),
            sink: Some(sink),
            partial,
            target,
        };
        for column in columns {
            table.text(column);
        }
        table.end_row();
        table.rows = 0;
        Ok(table)
    }

    fn separate(&mut self) {
        if self.fields > 0 {
            self.buffer.push(b',');
        }
        self.fields += 1;
    }

    /// An empty field.
    pub(super) fn missing(&mut self) {
        self.separate();
    }

    /// A text field, quoted when it holds a comma ("Stone, brick").
    pub(super) fn text(&mut self, value: &str) {
        self.separate();
        if value.contains(',') {
            self.buffer.push(b'"');
            self.buffer.extend_from_slice(value.as_bytes());
            self.buffer.push(b'"');
        } else {
            self.buffer.extend_from_slice(value.as_bytes());
        }
    }

    /// A text field that may be missing.
    pub(super) fn optional_text(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text(value),
            None => self.missing(),
        }
    }

    /// A whole number: `42`.
    pub(super) fn int(&mut self, value: i64) {
        self.separate();
        push_digits(&mut self.buffer, value);
    }

    /// A flag: `0` or `1`.
    pub(super) fn flag(&mut self, value: bool) {
        self.int(i64::from(value));
    }

    /// A whole number in a column with gaps, which the real files therefore write as a float: `42.0`.
    pub(super) fn float_int(&mut self, value: i64) {
        self.int(value);
        self.buffer.extend_from_slice(b".0");
    }

    /// A whole number that may be missing.
    pub(super) fn optional_int(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.float_int(value),
            None => self.missing(),
        }
    }

    /// A number with at most `places` decimals, trailing zeros dropped, at least one kept: `24700.5`, `0.08`, `0.0`.
    pub(super) fn decimal(&mut self, value: f64, places: u32) {
        self.separate();
        let unit = 10_i64.pow(places);
        let scaled = (value * unit as f64).round() as i64;
        if scaled < 0 {
            self.buffer.push(b'-');
        }
        let (whole, mut rest) = (scaled.unsigned_abs() / unit as u64, scaled.unsigned_abs() % unit as u64);
        push_digits(&mut self.buffer, whole as i64);
        self.buffer.push(b'.');
        let mut place = unit as u64 / 10;
        loop {
            self.buffer.push(b'0' + (rest / place.max(1)) as u8);
            rest %= place.max(1);
            place /= 10;
            if rest == 0 || place == 0 {
                break;
            }
        }
    }

    /// An amount of money, to the thousandth (amounts are multiples of 0.045 or 4.5).
    pub(super) fn amount(&mut self, value: f64) {
        self.decimal(value, 3);
    }

    /// An amount that may be missing.
    pub(super) fn optional_amount(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.amount(value),
            None => self.missing(),
        }
    }

    /// A number in full precision: the shortest digits that read back as the same bits.
    pub(super) fn optional_real(&mut self, value: Option<f64>) {
        self.separate();
        if let Some(value) = value {
            self.buffer.extend_from_slice(format!("{value:?}").as_bytes());
        }
    }

    /// Ends the row. The bytes stay in the buffer until [`Table::drain`].
    pub(super) fn end_row(&mut self) {
        debug_assert_eq!(self.fields, self.columns, "fields of a row of {}", self.name);
        self.buffer.push(b'\n');
        self.fields = 0;
        self.rows += 1;
    }

    /// Hands the gathered bytes on, once there are enough of them. Called after each client.
    pub(super) fn drain(&mut self) -> Result<(), SynthError> {
        if self.buffer.len() >= CHUNK {
            self.drain_all()
        } else {
            Ok(())
        }
    }

    fn drain_all(&mut self) -> Result<(), SynthError> {
        if let Some(sink) = &mut self.sink {
            sink.write(&self.buffer).map_err(|source| SynthError::Write {
                path: self.partial.clone(),
                source,
            })?;
        }
        self.buffer.clear();
        Ok(())
    }

    /// Writes what is left and closes the partial file.
    pub(super) fn close(&mut self) -> Result<(), SynthError> {
        self.drain_all()?;
        match self.sink.take() {
            Some(sink) => sink.finish().map_err(|source| SynthError::Write {
                path: self.partial.clone(),
                source,
            }),
            None => Ok(()),
        }
    }

    /// Gives the closed partial file its final name, and says which.
    ///
    /// A hard link fails when the name is taken, a rename would replace; where the file system has no hard links, a
    /// second look before the rename has to do.
    pub(super) fn publish(&mut self) -> Result<PathBuf, SynthError> {
        match fs::hard_link(&self.partial, &self.target) {
            // The partial name goes when the table is dropped.
            Ok(()) => return Ok(self.target.clone()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(SynthError::TableExists {
                    path: self.target.clone(),
                });
            }
            Err(_) => {}
        }
        if self.target.symlink_metadata().is_ok() {
            return Err(SynthError::TableExists {
                path: self.target.clone(),
            });
        }
        fs::rename(&self.partial, &self.target).map_err(|source| SynthError::Write {
            path: self.target.clone(),
            source,
        })?;
        Ok(self.target.clone())
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.sink = None;
        // A rename has taken the name away, or the disk is beyond help: nothing more can be done here either way.
        let _ = fs::remove_file(&self.partial);
    }
}

fn push_digits(buffer: &mut Vec<u8>, value: i64) {
    if value < 0 {
        buffer.push(b'-');
    }
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut left = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_like_those_of_the_real_files() {
        let directory = tempfile::tempdir().unwrap();
        let mut table = Table::create(directory.path(), "t", &["x"; 9], false).unwrap();
        table.decimal(24700.5, 3);
        table.decimal(202_500.0, 3);
        table.decimal(0.08, 4);
        table.decimal(-13.3651, 3);
        table.float_int(-7);
        table.missing();
        table.text("Stone, brick");
        table.optional_real(Some(0.262_948_592_747_177_6));
        table.flag(true);
        table.end_row();
        table.close().unwrap();
        let path = table.publish().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let row = text.lines().nth(1).unwrap();
        assert_eq!(
            row,
            "24700.5,202500.0,0.08,-13.365,-7.0,,\"Stone, brick\",0.2629485927471776,1"
        );
    }
}
