//! Core's errors as JavaScript errors with a stable `name`, and what a program needs to react to them.

use candor_core::LoadError;
use js_sys::{Array, Error, RangeError, Reflect};
use wasm_bindgen::JsValue;

use crate::output::object;

/// An `Error` named `LoadError`, whose `code` is the variant in upper case.
pub fn load(error: &LoadError) -> JsValue {
    let code = match error {
        LoadError::NotAModel => "NOT_A_MODEL",
        LoadError::TooNew { .. } => "TOO_NEW",
        LoadError::TooOld { .. } => "TOO_OLD",
        LoadError::WrongLength { .. } => "WRONG_LENGTH",
        LoadError::Damaged => "DAMAGED",
        LoadError::Invalid { .. } => "INVALID",
        LoadError::Parity { .. } => "PARITY",
    };
    named("LoadError", &error.to_string(), "code", &code.into())
}

/// An `Error` named `ApplicationError`, whose `fields` are pairs of a field's name and what is wrong with its value.
pub fn application(problems: &[(String, String)]) -> JsValue {
    let fields: Array = problems
        .iter()
        .map(|(field, message)| object([("field", field.as_str().into()), ("message", message.as_str().into())]))
        .collect();
    let mut lines = String::new();
    for (field, message) in problems {
        for piece in [if lines.is_empty() { "" } else { "\n" }, field, ": ", message] {
            lines.push_str(piece);
        }
    }
    named("ApplicationError", &lines, "fields", &fields)
}

/// A `RangeError` for numbers that are not whole rows of features.
pub fn rows() -> JsValue {
    RangeError::new("give one number per feature and row, in the order of schema.features").into()
}

fn named(name: &str, message: &str, key: &str, value: &JsValue) -> JsValue {
    let error = Error::new(message);
    error.set_name(name);
    // A fresh Error accepts every property.
    let _ = Reflect::set(&error, &key.into(), value);
    error.into()
}
