//! Parquet, by way of Arrow batches.

use std::cell::Cell;
use std::fs::File;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use candor_core::Raw;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::columns::{Role, roles};
use super::record::{Record, RecordBuilder, Request};
use crate::error::Error;

/// What is called with the columns of a batch, the position of a row in it, and the row's number.
type Visit<'a> = dyn FnMut(&[ArrayRef], usize, u64) -> Result<(), Error> + 'a;

/// A Parquet file, batch by batch.
pub(super) struct ParquetRows<'a> {
    path: &'a Path,
    builder: ParquetRecordBatchReaderBuilder<File>,
    pub(super) names: Vec<String>,
}

impl<'a> ParquetRows<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, Error> {
        if path == Path::new("-") {
            let problem = "Parquet cannot be read from standard input; name a file, or pipe CSV".into();
            return Err(Error::Usage { problem });
        }
        let file = File::open(path).map_err(Error::read(path))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            let problem = "this is a folder; name a file in it".into();
            return Err(Error::Table {
                file: path.to_owned(),
                problem,
            });
        }
        let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file))
            .ok_or_else(|| damaged(path))?
            .map_err(|error| not_parquet(path, &error))?;
        let fields = builder.schema().fields().iter();
        let names = fields.map(|field| field.name().clone()).collect();
        Ok(Self { path, builder, names })
    }

    /// Why a column cannot be read, if so.
    pub(super) fn unreadable(&self, column: usize) -> Option<String> {
        let data_type = self.builder.schema().field(column).data_type();
        (!is_readable(data_type))
            .then(|| format!("has type {data_type}; numbers, texts and booleans can be read: cast it to one of them"))
    }

    /// Calls `visit` with the columns of each batch, the position of a row in it, and the row's number from 0.
    pub(super) fn each(self, visit: &mut Visit<'_>) -> Result<(), Error> {
        let path = self.path;
        let mut batches = guarded(|| self.builder.with_batch_size(8192).build())
            .ok_or_else(|| damaged(path))?
            .map_err(|error| not_parquet(path, &error))?;
        let mut row = 0;
        while let Some(batch) = guarded(|| batches.next()).ok_or_else(|| damaged(path))? {
            let batch = batch.map_err(|error| not_parquet(path, &error))?;
            for index in 0..batch.num_rows() {
                visit(batch.columns(), index, row)?;
                row += 1;
            }
        }
        Ok(())
    }
}

pub(crate) fn not_parquet(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Table {
        file: path.to_owned(),
        problem: format!("this is not a readable Parquet file ({error}); export it again"),
    }
}

pub(crate) fn damaged(path: &Path) -> Error {
    not_parquet(path, &"it is damaged")
}

pub(super) fn read(request: &Request<'_>, visit: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
    let rows = ParquetRows::open(request.path)?;
    let wrong = |problem: String| Error::Table {
        file: request.path.to_owned(),
        problem,
    };
    let roles = roles(
        &rows.names,
        request.schema,
        request.rules,
        request.needs_target,
        request.kept,
    )
    .map_err(wrong)?;
    for (column, (name, role)) in rows.names.iter().zip(&roles).enumerate() {
        if *role != Role::Unread
            && let Some(problem) = rows.unreadable(column)
        {
            return Err(wrong(format!("column {name} {problem}")));
        }
    }
    rows.each(&mut |columns, index, row| {
        let mut builder = RecordBuilder::new(request, row + 1, row);
        for (column, role) in columns.iter().zip(&roles) {
            match (role, column.data_type()) {
                (Role::Unread, _) => {}
                (Role::Id, DataType::Int64) if column.is_valid(index) => {
                    builder.id(column.as_primitive::<Int64Type>().value(index).to_string());
                }
                (Role::Id, DataType::UInt64) if column.is_valid(index) => {
                    builder.id(column.as_primitive::<UInt64Type>().value(index).to_string());
                }
                _ => builder.cell(*role, cell(column, index)),
            }
        }
        visit(builder.finish())
    })
}

thread_local! {
    /// Whether a panic of this thread is expected, and answered with an error of our own.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns; `None` when it panics, as the Parquet reader does on some damaged files.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static SILENCER: Once = Once::new();
    SILENCER.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if !GUARDED.get() {
                report(what);
            }
        }));
    });
    GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    result.ok()
}

pub(crate) fn is_readable(data_type: &DataType) -> bool {
    data_type.is_integer()
        || matches!(
            data_type,
            DataType::Float32
                | DataType::Float64
                | DataType::Boolean
                | DataType::Utf8
                | DataType::LargeUtf8
                | DataType::Utf8View
                | DataType::Null
        )
}

#[expect(clippy::cast_precision_loss, reason = "numbers are read as f64, as from CSV")]
pub(crate) fn cell(column: &ArrayRef, row: usize) -> Raw<'_> {
    if column.is_null(row) {
        return Raw::Missing;
    }
    match column.data_type() {
        DataType::Float64 => Raw::Number(column.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => Raw::Number(f64::from(column.as_primitive::<Float32Type>().value(row))),
        DataType::Int8 => Raw::Number(f64::from(column.as_primitive::<Int8Type>().value(row))),
        DataType::Int16 => Raw::Number(f64::from(column.as_primitive::<Int16Type>().value(row))),
        DataType::Int32 => Raw::Number(f64::from(column.as_primitive::<Int32Type>().value(row))),
        DataType::Int64 => Raw::Number(column.as_primitive::<Int64Type>().value(row) as f64),
        DataType::UInt8 => Raw::Number(f64::from(column.as_primitive::<UInt8Type>().value(row))),
        DataType::UInt16 => Raw::Number(f64::from(column.as_primitive::<UInt16Type>().value(row))),
        DataType::UInt32 => Raw::Number(f64::from(column.as_primitive::<UInt32Type>().value(row))),
        DataType::UInt64 => Raw::Number(column.as_primitive::<UInt64Type>().value(row) as f64),
        DataType::Boolean => Raw::Flag(column.as_boolean().value(row)),
        DataType::Utf8 => Raw::Text(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Raw::Text(column.as_string::<i64>().value(row)),
        DataType::Utf8View => Raw::Text(column.as_string_view().value(row)),
        _ => Raw::Missing,
    }
}
