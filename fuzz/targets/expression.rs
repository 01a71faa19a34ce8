//! A feature's expression as a definition file holds it: compiled, then run over hostile values.
#![no_main]

use candor_core::preprocessing::expression::{Binding, Scope, ValueType, compile};
use candor_fuzz::{hostile_row, seeds};
use libfuzzer_sys::fuzz_target;

/// Four fields: two numbers, a flag, a category of three levels; and two features.
struct Names;

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Binding> {
        Some(match name {
            "a" => Binding::Field(0, ValueType::Number),
            "b" => Binding::Field(1, ValueType::Number),
            "flag" => Binding::Field(2, ValueType::Boolean),
            "walls" => Binding::Field(3, ValueType::Category(3)),
            "f" => Binding::Feature(0),
            "g" => Binding::Feature(1),
            _ => return None,
        })
    }

    fn level(&self, _: u16, level: &str) -> Option<u16> {
        ["Panel", "Block", "Wooden"]
            .iter()
            .zip(0..)
            .find(|(known, _)| **known == level)
            .map(|(_, index)| index)
    }

    fn similar(&self, _: &str) -> Option<String> {
        None
    }
}

const SEEDS: [&str; 9] = [
    "a / b",
    "log(a)",
    "is_missing(a) or b > -100",
    "std(a, b / 40, if(flag, 0.9, 0.1))",
    "walls == \"Panel\" or walls != \"Block\" and not flag",
    "min(a, b) + max(f, g) * mean(a, b, f)",
    "-(a - 1e3) <= log(g) and sqrt(abs(b)) >= 2",
    "if(walls == \"Wooden\", a * b, -g)",
    "sum(a, b) == count(a, b)",
];

fuzz_target!(
    init: seeds::write((0..).zip(SEEDS).map(|(index, seed): (u32, _)| (format!("expression-{index}"), seed.into()))),
    |text: &str| match compile(text, &Names) {
        Ok((program, _)) => {
            let mut stack = Vec::new();
            for shift in 0..8 {
                let value = program.run(&values(4, shift), &values(2, shift + 3), &mut stack);
                assert!(!value.is_infinite(), "an overflow is missing, and this is {value}");
            }
        }
        Err(error) => drop(error.to_string()),
    }
);

/// Hostile numbers as fields and features can have them: finite or missing.
fn values(count: usize, shift: usize) -> Vec<f64> {
    let mut row = hostile_row(count, shift);
    row.iter_mut()
        .filter(|value| value.is_infinite())
        .for_each(|value| *value = f64::NAN);
    row
}
