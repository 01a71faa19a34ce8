//! Values as people see and type them: scaled, in the notation of their language.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::schema::NumberKind;
use candor_core::{Language, ValueError};
use support::Random;
use support::fields::{assert_bits, category, days, flag, number};

const NAN: f64 = f64::NAN;

#[test]
fn what_a_person_types_in_years_is_stored_in_days() {
    use Language::{En, Fr};
    for (text, language, expected) in [
        ("2", En, -730.5),
        ("2,5", Fr, -913.125),
        ("2.5", Fr, -913.125),
        ("50", En, -18_262.5),
        ("0", En, 0.0),
        ("-0", En, 0.0),
        ("0,0", Fr, 0.0),
        ("", Fr, NAN),
        (" \u{a0}", Fr, NAN),
    ] {
        assert_bits(days().parse_shown(text, language).unwrap(), expected, text);
    }
    for (text, language, message) in [
        ("50,1", Fr, "50.1 is above the largest value allowed, 50"),
        ("-1", En, "-1 is below the smallest value allowed, 0"),
        (
            "two",
            En,
            "'two' is not a number; write a number such as 1250.5, or leave it empty if unknown",
        ),
        (
            "1e999",
            En,
            "'1e999' is not a number; write a number such as 1250.5, or leave it empty if unknown",
        ),
        (
            "nan",
            En,
            "'nan' is not a number; write a number such as 1250.5, or leave it empty if unknown",
        ),
        (
            "12,34,5",
            En,
            "'12,34,5' is not a number; write a number such as 1250.5, or leave it empty if unknown",
        ),
    ] {
        assert_eq!(days().parse_shown(text, language).unwrap_err().to_string(), message);
    }
    let whole_days = number(NumberKind {
        integer: true,
        scale: -365.25,
        ..NumberKind::default()
    });
    // Years rarely are a whole number of days: rounded, not refused.
    assert_bits(whole_days.parse_shown("1", En).unwrap(), -365.0, "1 year");
    let children = number(NumberKind {
        integer: true,
        ..NumberKind::default()
    });
    assert_eq!(
        children.parse_shown("1,5", Fr),
        Err(ValueError::NotWhole { found: 1.5 })
    );
    // The smallest shown value of an upside-down field without a smallest raw one is 0, not -0.
    let positive_days = number(NumberKind {
        min: Some(0.0),
        scale: -1.0,
        ..NumberKind::default()
    });
    assert_eq!(
        positive_days.parse_shown("5", En).unwrap_err().to_string(),
        "5 is above the largest value allowed, 0"
    );
}

#[test]
fn thousands_are_told_in_the_scale_that_is_shown() {
    let thousands = number(NumberKind {
        min: Some(1000.0),
        max: Some(5e6),
        scale: 1000.0,
        ..NumberKind::default()
    });
    for (text, language, expected) in [
        ("270", Language::En, 270_000.0),
        ("1,250", Language::En, 1_250_000.0),
        ("1,25", Language::Fr, 1250.0),
        ("1\u{202f}250,5", Language::Fr, 1_250_500.0),
    ] {
        assert_bits(thousands.parse_shown(text, language).unwrap(), expected, text);
    }
    assert_eq!(
        thousands.parse_shown("5001", Language::En),
        Err(ValueError::TooLarge {
            found: 5001.0,
            max: 5000.0
        })
    );
    assert_eq!(
        thousands.parse_shown("0,5", Language::Fr),
        Err(ValueError::TooSmall { found: 0.5, min: 1.0 })
    );
}

#[test]
fn what_is_shown_can_be_typed_again() {
    let mut random = Random::new(52);
    for scale in [1.0, -1.0, 1000.0, -365.25, 0.01] {
        let field = number(NumberKind {
            scale,
            ..NumberKind::default()
        });
        for _ in 0..2000 {
            let value = (random.between(-1e6, 1e6) * 100.0).round() / 100.0;
            let shown = field.shown(value);
            for (text, language) in [
                (shown.to_string(), Language::En),
                (shown.to_string().replace('.', ","), Language::Fr),
                (shown.to_string().replace('-', "−"), Language::En),
            ] {
                let typed = field.parse_shown(&text, language).unwrap();
                assert!(
                    (typed - value).abs() <= 1e-9,
                    "{value} is shown as {text} and read as {typed}"
                );
            }
        }
    }
    assert_bits(days().shown(0.0), 0.0, "no year");
    assert_bits(days().shown(-730.5), 2.0, "two years");
    assert_bits(flag("N", "Y").shown(1.0), 1.0, "a flag");
    assert_bits(
        category(&["a", "b"]).parse_shown("b", Language::Fr).unwrap(),
        1.0,
        "a level",
    );
}
