//! The definition files of related tables.

mod compile;
mod document;
mod expression;
mod family;
mod files;

pub(crate) use compile::compile;
pub use files::DefinitionFiles;
