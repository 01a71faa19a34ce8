//! A related table from Parquet: only the columns that are needed, row groups on all cores.

use std::fs::File;
use std::path::Path;

use arrow_array::ArrayRef;
use candor_core::Raw;
use candor_core::records::Table;
use candor_portfolio::Error as ReadError;
use candor_portfolio::table::DecimalMark;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::part::{Layout, Part, PartReader};
use crate::parquet_rows::{cell, damaged, guarded, is_readable, not_parquet};

pub(super) fn read(path: &Path, table: &Table, progress: &(dyn Fn(u64) + Sync)) -> Result<(Layout, Part), ReadError> {
    let file = File::open(path).map_err(ReadError::read(path))?;
    let wrong = |problem: String| ReadError::table(path, problem);
    let metadata = guarded(|| ArrowReaderMetadata::load(&file, Default::default()))
        .ok_or_else(|| damaged(path))?
        .map_err(|error| not_parquet(path, &error))?;
    let names: Vec<String> = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let layout = Layout::of(&names, table).map_err(wrong)?;
    let mut needed: Vec<usize> = [layout.key, layout.client, layout.parent]
        .into_iter()
        .flatten()
        .collect();
    needed.extend(layout.fields.iter().flatten());
    needed.sort_unstable();
    needed.dedup();
    for &column in &needed {
        let field = metadata.schema().field(column);
        if !is_readable(field.data_type()) {
            return Err(wrong(format!(
                "column {} has type {}; numbers, texts and booleans can be read: cast it to one of them",
                field.name(),
                field.data_type()
            )));
        }
    }
    let group = |group: usize| -> Result<Part, ReadError> {
        let file = File::open(path).map_err(ReadError::read(path))?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), needed.iter().copied());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
        let mut batches = guarded(|| {
            builder
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(8192)
                .build()
        })
        .ok_or_else(|| damaged(path))?
        .map_err(|error| not_parquet(path, &error))?;
        let mut reader = PartReader::new(table, &layout, DecimalMark::Point);
        while let Some(batch) = guarded(|| batches.next()).ok_or_else(|| damaged(path))? {
            let batch = batch.map_err(|error| not_parquet(path, &error))?;
            // Columns of a batch stand in the order of the file.
            let column = |column: usize| -> Option<&ArrayRef> {
                let place = needed.binary_search(&column).ok()?;
                batch.columns().get(place)
            };
            let columns: Vec<Option<&ArrayRef>> = (0..layout.width).map(column).collect();
            for row in 0..batch.num_rows() {
                reader.typed_row(|column| {
                    columns
                        .get(column)
                        .copied()
                        .flatten()
                        .map_or(Raw::Missing, |column| cell(column, row))
                });
            }
            progress(batch.num_rows() as u64);
        }
        Ok(reader.part)
    };
    let groups = metadata.metadata().num_row_groups();
    let parts = (0..groups)
        .into_par_iter()
        .map(group)
        .collect::<Result<Vec<_>, ReadError>>()?;
    let mut whole = Part::empty(table);
    for part in parts {
        whole.append(part);
    }
    Ok((layout, whole))
}
