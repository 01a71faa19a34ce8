//! Writing results: whole or not at all, never over something else unasked, in CSV, JSON lines or Parquet.

mod file;
mod table;

pub use file::{OutputFile, destination};
pub use table::{Cell, Column, ColumnType, TableWriter};
