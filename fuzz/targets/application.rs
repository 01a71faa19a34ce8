//! An application: lines of a field's name, `=`, a letter for the kind of value and the value; then features and score.
//!
//! The letters: `n` a number written out, `b` the bits of one in hexadecimal, `e` and `f` a text as a person types it in
//! English or French, `y` a flag, anything else raw text.
#![no_main]

use std::sync::LazyLock;

use candor_core::{Application, Field, Language, Raw, Scorer};
use candor_fuzz::{loaded, seeds, small_model};
use libfuzzer_sys::fuzz_target;

static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| Scorer::from_model(small_model::model()).expect("the model is sound"));

fuzz_target!(
    init: seeds::write(small_model::APPLICATIONS.iter().enumerate().map(|(index, values)| {
        let kinds = ["t", "n", "e", "f"];
        let lines = SCORER.schema().fields.iter().zip(values).enumerate();
        let lines = lines.map(|(line, (field, value))| format!("{}={}{value}\n", field.name, kinds[(index + line) % 4]));
        (format!("application-{index}"), lines.collect::<String>().into_bytes())
    })),
    |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let pairs: Vec<(&str, &str)> = text.split('\n').filter_map(|line| line.split_once('=')).collect();
        check_decoding(&pairs);
    }
);

fn check_decoding(pairs: &[(&str, &str)]) {
    let schema = SCORER.schema();
    let mut known = Application::empty(schema);
    let mut raws = Vec::new();
    for &(name, text) in pairs {
        let Some(kind) = text.chars().next() else { continue };
        let value = &text[kind.len_utf8()..];
        let number = || u64::from_str_radix(value, 16).map_or(f64::NAN, f64::from_bits);
        raws.push(match kind {
            'n' => (name, value.parse().map_or(Raw::Missing, Raw::Number)),
            'b' => (name, Raw::Number(number())),
            'y' => (name, Raw::Flag(value.starts_with('1'))),
            _ => (name, Raw::Text(value)),
        });
        let Some(index) = schema.field_index(name) else {
            continue;
        };
        let field = &schema.fields[index];
        let stored = match kind {
            'e' => field.parse_shown(value, Language::En),
            'f' => field.parse_shown(value, Language::Fr),
            'b' => field.from_number(number()),
            _ => field.parse(value),
        };
        if let Ok(stored) = stored {
            check_stored(field, stored);
            known.set_stored(index, stored);
        }
    }
    loaded::check_explanation(&SCORER, &known);
    match Application::from_pairs(schema, raws.iter().copied()) {
        Ok(application) => loaded::check_explanation(&SCORER, &application),
        Err(errors) => {
            assert!(!errors.is_empty() && errors.len() <= raws.len());
            // Every error can be said.
            let _ = errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        }
    }
}

/// What a field accepted can be written and is accepted again as the same.
fn check_stored(field: &Field, stored: f64) {
    let text = field.format(stored);
    let again = field.parse(&text);
    assert!(
        again
            .as_ref()
            .is_ok_and(|again| *again == stored || again.is_nan() && stored.is_nan()),
        "{}: {stored:e} is written as {text:?} and read as {again:?}",
        field.name
    );
}
