//! The document inside a model file: one CBOR map, which any CBOR tool shows.
//!
//! Own code, of a few hundred lines, because three things matter here that general libraries leave open. Nothing is
//! reserved before what announces it has been compared with the bytes left, and then exactly what is needed: a list
//! takes at most 24 times its bytes (an empty text is one byte in the file and three words in memory). A refusal names
//! the byte and the field. And the engine stays small in WebAssembly.

mod cbor;
pub(super) mod columns;
mod ensemble;
mod model;
mod reader;
mod record;
mod writer;

use reader::Reader;
use record::Stored;
use writer::Writer;

use super::Model;
use crate::ensemble::Ranking;

/// The document of a model, sound or not.
pub(super) fn write(model: &Model) -> Vec<u8> {
    let mut writer = Writer::default();
    model.write(&mut writer);
    writer.finish()
}

/// The model in a document, and the thresholds of its trees in order; whether it is sound remains to be checked.
///
/// # Errors
/// What is wrong with the document, and at which byte.
pub(super) fn read(document: &[u8]) -> Result<(Model, Ranking), String> {
    let mut reader = Reader::new(document);
    let model = Model::of(&mut reader);
    Ok((model, reader.finish()?))
}
