//! An application as bytes that have one form, and as JSON.

use candor_core::{Application, FieldKind, Schema, hexadecimal};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// SHA-256 of an application: of every field that is not missing, in the order of the schema, its name, its kind and its
/// value (the bits of a number, the text of a level). Related records are in it as the fields that they fill, so that the
/// digest is the same whichever way an application and its records come.
pub fn digest_of(schema: &Schema, application: &Application) -> String {
    let mut digest = Sha256::new();
    digest.update(b"Candor application, version 1\n");
    let text = |text: &str, digest: &mut Sha256| {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    };
    for (field, &value) in schema.fields.iter().zip(application.values()) {
        if value.is_nan() {
            continue;
        }
        text(&field.name, &mut digest);
        match &field.kind {
            FieldKind::Number(_) => {
                digest.update(b"n");
                digest.update(value.to_bits().to_le_bytes());
            }
            FieldKind::Flag { .. } => digest.update(if value == 0.0 { b"f0" } else { b"f1" }),
            FieldKind::Category { .. } => {
                digest.update(b"c");
                text(&field.format(value), &mut digest);
            }
        }
    }
    hexadecimal(&digest.finalize())
}

/// An application as a JSON object that `score` reads: a key for each field that is not missing.
pub fn inputs_of(schema: &Schema, application: &Application) -> Map<String, Value> {
    let fields = schema.fields.iter().zip(application.values());
    let present = fields.filter(|(_, value)| !value.is_nan());
    let pair = |(field, &value): (&candor_core::Field, &f64)| {
        let json = match &field.kind {
            FieldKind::Number(_) => value.into(),
            FieldKind::Flag { .. } => (value != 0.0).into(),
            FieldKind::Category { .. } => field.format(value).into(),
        };
        (field.name.clone(), json)
    };
    present.map(pair).collect()
}
