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

pub(crate) use compile::compile;
pub use files::DefinitionFiles;
pub use quality::{Oddities, Quality};
pub use tables::{RelatedTables, any_table};
