//! From a plain JavaScript object to an [`Application`].

use candor_core::{Application, Raw, Schema};
use js_sys::{Array, Object, TypeError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::error;

#[wasm_bindgen]
extern "C" {
    /// `Object.entries`, which runs the object's getters: what they throw must not unwind through this module.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = entries)]
    fn entries(object: &JsValue) -> Result<Array, JsValue>;
}

/// What is said of a value that no field can hold.
const NOT_A_VALUE: &str = "write a number, a text, true, false, or null if it is not known";

/// What is said of something else than a plain object.
const NOT_PLAIN: &str =
    "an application is a plain object of raw values by field name, such as { AMT_CREDIT: 450000, FLAG_OWN_CAR: 'Y' }";

/// A value of the object, out of JavaScript.
enum Value {
    Missing,
    Number(f64),
    Text(String),
    Flag(bool),
}

/// Reads and checks every property of `object`; properties that are absent, `undefined` or `null` are missing.
pub fn application(schema: &Schema, object: &JsValue) -> Result<Application, JsValue> {
    if !is_plain(object) {
        return Err(TypeError::new(NOT_PLAIN).into());
    }
    let mut pairs = Vec::with_capacity(schema.fields.len());
    let mut problems = Vec::new();
    for entry in entries(object)?.iter() {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().unwrap_or_default();
        match value(&entry.get(1)) {
            Some(value) => pairs.push((name, value)),
            None => problems.push((name, NOT_A_VALUE.to_owned())),
        }
    }
    let raw = pairs.iter().map(|(name, value)| {
        let raw = match value {
            Value::Missing => Raw::Missing,
            Value::Number(number) => Raw::Number(*number),
            Value::Text(text) => Raw::Text(text),
            Value::Flag(flag) => Raw::Flag(*flag),
        };
        (name.as_str(), raw)
    });
    let outcome = Application::from_pairs(schema, raw).map_err(|errors| {
        problems.extend(errors.into_iter().map(|error| (error.field, error.problem.to_string())));
    });
    outcome
        .ok()
        .filter(|_| problems.is_empty())
        .ok_or_else(|| error::application(&problems))
}

/// Whether the value is `{…}` or an object without a prototype: a `Map`, an array or a promise has no fields as
/// properties, and would otherwise be scored as an application of which nothing is known.
fn is_plain(value: &JsValue) -> bool {
    if !value.is_object() {
        return false;
    }
    let prototype = Object::get_prototype_of(value);
    // Another frame has another `Object.prototype`; in all of them it is the end of the chain.
    prototype.is_null() || Object::get_prototype_of(&prototype).is_null()
}

fn value(value: &JsValue) -> Option<Value> {
    if value.is_null() || value.is_undefined() {
        return Some(Value::Missing);
    }
    let number = || value.as_f64().map(Value::Number);
    let text = || value.as_string().map(Value::Text);
    let flag = || value.as_bool().map(Value::Flag);
    number().or_else(text).or_else(flag)
}
