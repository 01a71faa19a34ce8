//! The names that the tests of expressions use.

use candor_core::preprocessing::expression::{Binding, Scope, ValueType};

/// The levels of the category `k`.
pub const LEVELS: [&str; 3] = ["red", "", "dark blue"];

/// Numbers a, b, c; a flag f; a category k; features g and h.
pub struct Names;

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Binding> {
        Some(match name {
            "a" => Binding::Field(0, ValueType::Number),
            "b" => Binding::Field(1, ValueType::Number),
            "c" => Binding::Field(2, ValueType::Number),
            "f" => Binding::Field(3, ValueType::Boolean),
            "k" => Binding::Field(4, ValueType::Category(4)),
            "g" => Binding::Feature(0),
            "h" => Binding::Feature(1),
            _ => return None,
        })
    }

    fn level(&self, field: u16, level: &str) -> Option<u16> {
        assert_eq!(field, 4);
        LEVELS
            .iter()
            .zip(0..)
            .find(|(known, _)| **known == level)
            .map(|(_, position)| position)
    }

    fn similar(&self, name: &str) -> Option<String> {
        (name == "aa").then(|| "a".to_owned())
    }
}
