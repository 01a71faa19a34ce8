//! Related records: their definition files, reading their tables, and the fields that core makes of them.

mod compile;
mod csv_blocks;
mod document;
mod expression;
mod family;
mod files;
mod grouped;
mod parquet;
mod part;
mod quality;
mod tables;
mod values;

use candor_core::{Records, Schema};

pub(crate) use compile::compile;
pub use files::DefinitionFiles;
pub use quality::{Oddities, Quality};
pub use tables::{RelatedTables, any_table};

/// The schema of applications alone, without the fields that records fill.
pub fn application_schema(schema: &Schema, records: Option<&Records>) -> Schema {
    let of_records = records.map_or(0, Records::output_count);
    let mut own = schema.clone();
    own.fields.truncate(schema.fields.len().saturating_sub(of_records));
    own
}
