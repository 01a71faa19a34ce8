//! The file of one table: CSV, gzipped CSV or Parquet, under a `.partial` name until all tables are written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::columns::{Column, Kind};
use super::rows::Rows;
use super::{Format, SynthError};

/// Bytes gathered before they are handed to the system.
const BUFFER: usize = 1 << 18;
/// Rows of a Parquet row group: what a reader takes at a time, and what is held back until it is complete.
const ROW_GROUP: usize = 1 << 17;

/// One table being written.
///
/// If it is dropped before [`TableFile::publish`], the partial file is removed.
pub(super) struct TableFile {
    pub(super) name: &'static str,
    pub(super) rows: u64,
    columns: &'static [Column],
    format: Format,
    sink: Option<Sink>,
    partial: PathBuf,
    target: PathBuf,
}

enum Sink {
    Bytes(BufWriter<File>),
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
}

/// Rows in the form in which their file takes them, which is made where they are drawn, on every core.
pub(super) struct Portion {
    rows: u64,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    Batch(RecordBatch),
}

/// An error if a file for this table is already there, in any of the formats that readers know.
pub(super) fn refuse_existing(directory: &Path, name: &str) -> Result<(), SynthError> {
    for format in [Format::Csv, Format::CsvGz, Format::Parquet] {
        let path = target_path(directory, name, format);
        if path.symlink_metadata().is_ok() {
            return Err(SynthError::TableExists { path });
        }
    }
    Ok(())
}

fn target_path(directory: &Path, name: &str, format: Format) -> PathBuf {
    let extension = match format {
        Format::Csv => "csv",
        Format::CsvGz => "csv.gz",
        Format::Parquet => "parquet",
    };
    directory.join(format!("{name}.{extension}"))
}

/// Rows, empty, in the form that files of this format take.
pub(super) fn empty_rows(format: Format, columns: &'static [Column]) -> Rows {
    match format {
        Format::Csv | Format::CsvGz => Rows::text(columns),
        Format::Parquet => Rows::columnar(columns),
    }
}

impl Portion {
    /// Compresses the rows, or puts them into columns. Every portion of a gzipped file is a member of its own, so that
    /// the bytes do not depend on who compressed what; readers take members one after the other as one file.
    pub(super) fn new(rows: Rows, format: Format, columns: &[Column]) -> io::Result<Self> {
        let count = rows.count;
        let content = match format {
            Format::Csv => Content::Bytes(rows.into_text()),
            Format::CsvGz => Content::Bytes(gzip(&rows.into_text())?),
            Format::Parquet => Content::Batch(rows.into_batch(schema(columns)).map_err(io::Error::other)?),
        };
        Ok(Self { rows: count, content })
    }
}

impl TableFile {
    /// Opens the partial file of a table and writes its header.
    pub(super) fn create(
        directory: &Path,
        name: &'static str,
        columns: &'static [Column],
        format: Format,
    ) -> Result<Self, SynthError> {
        let partial = directory.join(format!("{name}.partial"));
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
        let mut table = Self {
            name,
            rows: 0,
            columns,
            format,
            sink: None,
            partial,
            target: target_path(directory, name, format),
        };
        // From here on, a failure drops the table and with it the file.
        let sink = table.begin(BufWriter::with_capacity(BUFFER, file));
        table.sink = Some(sink.map_err(|source| table.failure(source))?);
        Ok(table)
    }

    fn begin(&self, mut file: BufWriter<File>) -> io::Result<Sink> {
        let header = || {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
            names.join(",") + "\n"
        };
        match self.format {
            Format::Csv => file.write_all(header().as_bytes())?,
            Format::CsvGz => file.write_all(&gzip(header().as_bytes())?)?,
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(ParquetCompression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .build();
                let writer =
                    ArrowWriter::try_new(file, schema(self.columns), Some(properties)).map_err(from_parquet)?;
                return Ok(Sink::Parquet(Box::new(writer)));
            }
        }
        Ok(Sink::Bytes(file))
    }

    /// Writes rows behind those that were written before.
    pub(super) fn append(&mut self, portion: Portion) -> Result<(), SynthError> {
        let written = match (&mut self.sink, portion.content) {
            (Some(Sink::Bytes(file)), Content::Bytes(bytes)) => file.write_all(&bytes),
            (Some(Sink::Parquet(writer)), Content::Batch(batch)) => writer.write(&batch).map_err(from_parquet),
            _ => Err(io::Error::other("the table is closed, or takes rows of another form")),
        };
        self.rows += portion.rows;
        written.map_err(|source| self.failure(source))
    }

    /// Writes what is left and closes the partial file.
    pub(super) fn close(&mut self) -> Result<(), SynthError> {
        let finished = match self.sink.take() {
            Some(Sink::Bytes(mut file)) => file.flush(),
            Some(Sink::Parquet(writer)) => writer
                .into_inner()
                .map_err(from_parquet)
                .and_then(|mut file| file.flush()),
            None => Ok(()),
        };
        finished.map_err(|source| self.failure(source))
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

    /// What went wrong with this file.
    fn failure(&self, source: io::Error) -> SynthError {
        SynthError::Write {
            path: self.partial.clone(),
            source,
        }
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        self.sink = None;
        // A rename has taken the name away, or the disk is beyond help: nothing more can be done here either way.
        let _ = fs::remove_file(&self.partial);
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

pub(super) fn schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|(name, kind)| {
        let data_type = match kind {
            Kind::Whole => DataType::Int64,
            Kind::Real => DataType::Float64,
            Kind::Text => DataType::Utf8,
        };
        Field::new(*name, data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// What the system said, where the encoder only passes that on.
fn from_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}
