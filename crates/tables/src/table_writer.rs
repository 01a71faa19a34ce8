//! Tables of results.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use candor_native::{Error as FileError, OutputFile};
use candor_portfolio::table::Format;
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde::{Serialize, Serializer};

use crate::error::Error;

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub column_type: ColumnType,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Floating-point numbers, written with the fewest digits that give the same bits back.
    Number,
    /// Whole numbers.
    Integer,
}

/// One value of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
}

impl Column {
    /// A column called `name`.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            column_type,
        }
    }
}

/// Rows on their way to a file or to standard output.
pub struct TableWriter {
    columns: Vec<Column>,
    path: PathBuf,
    sink: Sink,
}

enum Sink {
    Csv(Box<csv::Writer<Target>>),
    JsonLines(Target),
    Parquet(Box<ParquetSink>),
}

/// Columns held back until a row group is full.
struct ParquetSink {
    schema: Arc<Schema>,
    builders: Vec<Builder>,
    rows: usize,
    writer: ArrowWriter<Target>,
}

enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
    Integer(Int64Builder),
}

/// Rows of a Parquet row group.
const ROW_GROUP: usize = 65_536;

impl TableWriter {
    /// Begins a table at `path`, or on standard output for `-`.
    ///
    /// # Errors
    /// When neither `format` nor the file name tells what to write, and what writing a file can end with.
    pub fn create(path: &Path, format: Option<Format>, force: bool, columns: Vec<Column>) -> Result<Self, Error> {
        let format = Format::of(path, format)?;
        let plain = if path == Path::new("-") {
            Target::Standard(io::stdout())
        } else {
            Target::File(OutputFile::create(path, force)?)
        };
        let target = match format {
            Format::CsvGz => Target::Gzip(Box::new(GzEncoder::new(plain, Compression::default()))),
            Format::Csv | Format::Jsonl | Format::Parquet => plain,
        };
        let sink = match format {
            Format::Csv | Format::CsvGz => {
                let mut writer = csv::Writer::from_writer(target);
                writer
                    .write_record(columns.iter().map(|column| &column.name))
                    .map_err(csv_error(path))?;
                Sink::Csv(Box::new(writer))
            }
            Format::Jsonl => Sink::JsonLines(target),
            Format::Parquet => {
                let fields: Vec<Field> = columns.iter().map(arrow_field).collect();
                let properties = WriterProperties::builder()
                    .set_compression(ParquetCompression::ZSTD(ZstdLevel::default()))
                    .build();
                let schema = Arc::new(Schema::new(fields));
                let writer =
                    ArrowWriter::try_new(target, Arc::clone(&schema), Some(properties)).map_err(parquet_error(path))?;
                let builders = columns.iter().map(|column| Builder::new(column.column_type)).collect();
                Sink::Parquet(Box::new(ParquetSink {
                    schema,
                    builders,
                    rows: 0,
                    writer,
                }))
            }
        };
        Ok(Self {
            columns,
            path: path.to_owned(),
            sink,
        })
    }

    /// Writes one row, a cell per column.
    ///
    /// # Errors
    /// [`FileError::Write`].
    pub fn write(&mut self, row: &[Cell]) -> Result<(), Error> {
        match &mut self.sink {
            Sink::Csv(writer) => {
                writer
                    .write_record(row.iter().map(text_of))
                    .map_err(csv_error(&self.path))?;
            }
            Sink::JsonLines(target) => {
                serde_json::to_writer(
                    &mut *target,
                    &JsonRow {
                        columns: &self.columns,
                        row,
                    },
                )
                .map_err(io::Error::from)
                .and_then(|()| target.write_all(b"\n"))
                .map_err(FileError::write(&self.path))?;
            }
            Sink::Parquet(parquet) => parquet.append(row).map_err(parquet_error(&self.path))?,
        }
        Ok(())
    }

    /// Writes what is still held back and puts the file into its place.
    ///
    /// # Errors
    /// [`FileError::Write`].
    pub fn finish(self) -> Result<(), Error> {
        let path = self.path;
        let target = match self.sink {
            Sink::Csv(writer) => writer.into_inner().map_err(|e| FileError::Write {
                path: path.clone(),
                source: e.into_error(),
            })?,
            Sink::JsonLines(target) => target,
            Sink::Parquet(mut parquet) => parquet
                .write_group()
                .and_then(|()| parquet.writer.into_inner())
                .map_err(parquet_error(&path))?,
        };
        Ok(target.finish(&path)?)
    }
}

/// Where the bytes go.
enum Target {
    Standard(io::Stdout),
    File(OutputFile),
    Gzip(Box<GzEncoder<Target>>),
}

impl Target {
    fn finish(self, path: &Path) -> Result<(), FileError> {
        match self {
            Self::Standard(mut output) => output.flush().map_err(FileError::write(path)),
            Self::File(file) => file.finish(),
            Self::Gzip(encoder) => encoder.finish().map_err(FileError::write(path))?.finish(path),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(output) => output.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(output) => output.flush(),
            Self::File(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

impl Builder {
    fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Number => Self::Number(Float64Builder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
        }
    }

    fn append(&mut self, cell: &Cell) {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Number(builder), Cell::Number(number)) => builder.append_value(*number),
            (Self::Integer(builder), Cell::Integer(number)) => builder.append_value(*number),
            (Self::Text(builder), Cell::Number(_) | Cell::Integer(_)) => builder.append_value(text_of(cell)),
            (Self::Text(builder), Cell::Empty) => builder.append_null(),
            (Self::Number(builder), _) => builder.append_null(),
            (Self::Integer(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Number(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
        }
    }
}

impl ParquetSink {
    fn append(&mut self, row: &[Cell]) -> Result<(), ParquetError> {
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            builder.append(cell);
        }
        self.rows += 1;
        if self.rows == ROW_GROUP {
            self.write_group()
        } else {
            Ok(())
        }
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        self.writer
            .write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }
}

/// A row as a JSON object with its keys in column order.
struct JsonRow<'a> {
    columns: &'a [Column],
    row: &'a [Cell],
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.columns
                .iter()
                .zip(self.row)
                .map(|(column, cell)| (&column.name, json_of(cell))),
        )
    }
}

fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        // Shortest digits that give the same bits back; tiny numbers with an exponent.
        Cell::Number(number) => format!("{number:?}"),
        Cell::Integer(number) => number.to_string(),
    }
}

fn json_of(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Empty => serde_json::Value::Null,
        Cell::Text(text) => text.as_str().into(),
        Cell::Number(number) => (*number).into(),
        Cell::Integer(number) => (*number).into(),
    }
}

fn arrow_field(column: &Column) -> Field {
    let data_type = match column.column_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Number => DataType::Float64,
        ColumnType::Integer => DataType::Int64,
    };
    Field::new(&column.name, data_type, true)
}

fn csv_error(path: &Path) -> impl FnOnce(csv::Error) -> FileError {
    // What the system says is kept as it is: a closed pipe must be known as one.
    move |error| FileError::Write {
        path: path.to_owned(),
        source: match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            other => io::Error::other(format!("{other:?}")),
        },
    }
}

fn parquet_error(path: &Path) -> impl FnOnce(ParquetError) -> FileError {
    move |error| FileError::Write {
        path: path.to_owned(),
        source: match error {
            ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(source) => *source,
                Err(cause) => io::Error::other(cause),
            },
            other => io::Error::other(other),
        },
    }
}
