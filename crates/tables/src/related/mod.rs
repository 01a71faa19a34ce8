//! Related records: reading their tables, and the fields that core makes of them.

mod csv_blocks;
mod grouped;
mod parquet;
mod part;
mod quality;
mod tables;
mod values;

pub use quality::{Oddities, Quality};
pub use tables::{RelatedTables, add_records};
