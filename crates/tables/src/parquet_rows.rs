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
use candor_portfolio::Error as ReadError;
use candor_portfolio::table::{DecimalMark, Record, RecordBuilder, Request, Role, Scan, roles};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::Error;

/// What is called with the columns of a batch, the position of a row in it, and the row's number.
type Visit<'a, E> = dyn FnMut(&[ArrayRef], usize, u64) -> Result<(), E> + 'a;

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
            return Err(Error::Unsuited { problem });
        }
        let file = File::open(path).map_err(ReadError::read(path))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(ReadError::table(path, "this is a folder; name a file in it").into());
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
    pub(super) fn each<E: From<Error> + From<ReadError>>(self, visit: &mut Visit<'_, E>) -> Result<(), E> {
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

pub(crate) fn not_parquet(path: &Path, error: &dyn std::fmt::Display) -> ReadError {
    ReadError::table(
        path,
        format!("this is not a readable Parquet file ({error}); export it again"),
    )
}

pub(crate) fn damaged(path: &Path) -> ReadError {
    not_parquet(path, &"it is damaged")
}

/// Calls `visit` with each row of a Parquet file, in order.
///
/// # Errors
/// When the file cannot be read as a table with the schema's columns, and whatever `visit` returns.
pub(super) fn read<E: From<Error> + From<ReadError>>(
    path: &Path,
    request: &Request<'_>,
    visit: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let rows = ParquetRows::open(path)?;
    let wrong = |problem: String| ReadError::table(path, problem);
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
            return Err(wrong(format!("column {name} {problem}")).into());
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

/// Tells `listener` all of a Parquet file.
///
/// # Errors
/// When it cannot be read as a table, and what the listener says of the header.
pub(super) fn scan(path: &Path, listener: &mut dyn Scan) -> Result<(), Error> {
    let rows = ParquetRows::open(path)?;
    let unreadable: Vec<Option<String>> = (0..rows.names.len()).map(|column| rows.unreadable(column)).collect();
    listener.header(&rows.names, &unreadable)?;
    rows.each(&mut |columns, index, row| {
        for (column, array) in columns.iter().enumerate() {
            listener.cell(row + 1, column, cell(array, index), DecimalMark::Point);
        }
        listener.end_of_row();
        Ok(())
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
