//! Tables at full size: the rows that [`candor_portfolio`] takes from bytes, read from files that may be gzipped or Parquet;
//! related records, read in parallel and grouped by client; and tables written in any of these formats.

mod error;
mod open;
mod parquet_rows;
pub mod related;
mod rows;
mod table_writer;

pub use error::Error;
pub use open::{any_table, find, holds_any};
pub use related::{Oddities, Quality, RelatedTables, add_records};
pub use rows::{header, read, read_applications, read_clients, read_data, scan};
pub use table_writer::{Cell, Column, ColumnType, TableWriter};
