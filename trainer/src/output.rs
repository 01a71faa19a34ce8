//! Writing results: whole or not at all, never over something else unasked, in CSV, JSON lines or Parquet.

mod file;
mod table;

pub use file::{OutputFile, destination, write_files};
pub(crate) use file::{folder_of, sync_folder};
pub use table::{Cell, Column, ColumnType, TableWriter};
