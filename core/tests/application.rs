//! One applicant's values, as programs hand them over.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::application::FieldProblem;
use candor_core::{Application, Raw};
use support::fields::{assert_bits, flag};
use support::small_model;

const NAN: f64 = f64::NAN;

#[test]
fn values_of_a_program_are_taken_by_their_kind() {
    let schema = small_model::without_parity().schema;
    let by_name = |name: &str, raw| {
        let index = schema.field_index(name).unwrap();
        Application::from_pairs(&schema, [(name, raw)]).map(|application| application.values()[index])
    };
    for (name, raw, expected) in [
        ("AMT_CREDIT", Raw::Number(5.0), 5.0),
        ("AMT_CREDIT", Raw::Text("5"), 5.0),
        ("AMT_CREDIT", Raw::Missing, NAN),
        ("AMT_CREDIT", Raw::Number(NAN), NAN),
        ("AMT_CREDIT", Raw::Flag(true), 1.0),
        ("DAYS_EMPLOYED", Raw::Number(365_243.0), NAN),
        ("FLAG_OWN_CAR", Raw::Flag(true), 1.0),
        ("FLAG_OWN_CAR", Raw::Flag(false), 0.0),
        ("FLAG_OWN_CAR", Raw::Text("Y"), 1.0),
        ("FLAG_OWN_CAR", Raw::Number(NAN), NAN),
        ("WALLSMATERIAL_MODE", Raw::Text("Block"), 2.0),
        ("WALLSMATERIAL_MODE", Raw::Text("XNA"), NAN),
    ] {
        assert_bits(by_name(name, raw).unwrap(), expected, &format!("{name} {raw:?}"));
    }
    for (name, raw) in [
        ("AMT_CREDIT", Raw::Number(f64::INFINITY)),
        ("AMT_CREDIT", Raw::Number(-1.0)),
        ("FLAG_OWN_CAR", Raw::Number(1.0)), // the schema says N and Y
        ("WALLSMATERIAL_MODE", Raw::Flag(true)),
        ("WALLSMATERIAL_MODE", Raw::Number(2.0)), // a level is not named by its position
    ] {
        assert!(by_name(name, raw).is_err(), "{name} {raw:?}");
    }
}

#[test]
fn yes_is_yes_whatever_text_stands_for_it() {
    for (no, yes) in [("N", "Y"), ("0", "1"), ("1", "2"), ("1", "0")] {
        let mut schema = small_model::without_parity().schema;
        schema.fields = vec![flag(no, yes)];
        for answer in [true, false] {
            let application = Application::from_pairs(&schema, [("F", Raw::Flag(answer))]).unwrap();
            assert_bits(
                application.values()[0],
                f64::from(u8::from(answer)),
                &format!("{answer} with {no}, {yes}"),
            );
        }
    }
}

#[test]
fn every_wrong_field_is_named_and_nothing_else() {
    let schema = small_model::without_parity().schema;
    let errors = Application::from_pairs(
        &schema,
        [
            ("AMT_CREDIT", Raw::Text("much")),
            ("AMT_ANNUITY", Raw::Number(1.0)),
            ("AMT_KREDIT", Raw::Number(1.0)),
            ("REGION", Raw::Text("R40")),
        ],
    )
    .unwrap_err();
    let names: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(names, ["AMT_CREDIT", "AMT_KREDIT", "REGION"]);
    assert_eq!(errors[1].problem, FieldProblem::Unknown);
    assert_eq!(
        errors[1].to_string(),
        "AMT_KREDIT: the model has no such field; remove it or correct its name"
    );
    // A value that does not fit leaves the former one.
    let mut application = Application::empty(&schema);
    application.set(&schema, 0, Raw::Number(3.0)).unwrap();
    assert!(application.set(&schema, 0, Raw::Number(-3.0)).is_err());
    assert_bits(application.values()[0], 3.0, "kept");
    application.set(&schema, 99, Raw::Number(3.0)).unwrap();
    application.set_stored(99, 3.0);
    assert_eq!(application.values().len(), schema.fields.len());
}
