//! From what people and files write to stored values, and back.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::schema::NumberKind;
use candor_core::{Field, FieldKind, ValueError};
use support::Random;
use support::fields::{assert_bits, category, days, flag, number};

const NAN: f64 = f64::NAN;

#[test]
fn any_finite_number_comes_back_from_its_text_bit_for_bit() {
    let mut random = Random::new(51);
    let field = number(NumberKind::default());
    for _ in 0..20_000 {
        let value = f64::from_bits(random.bits());
        if value.is_finite() {
            assert_bits(field.parse(&field.format(value)).unwrap(), value, &field.format(value));
        }
    }
    assert_eq!(field.format(NAN), "");
}

#[test]
fn every_flag_and_level_comes_back_from_its_text() {
    for field in [
        flag("N", "Y"),
        flag("0", "1"),
        flag("no", "yes"),
        flag("1", "2"),
        flag("1", "0"),
        flag("-1", "1"),
    ] {
        for value in [0.0, 1.0, NAN] {
            assert_bits(
                field.parse(&field.format(value)).unwrap(),
                value,
                &format!("{:?}", field.kind),
            );
        }
    }
    let field = category(&["Cash loans", "1", "2.5", "Stone, brick", "é", "NA"]);
    for position in 0..6 {
        let value = f64::from(position);
        assert_bits(field.parse(&field.format(value)).unwrap(), value, &field.format(value));
        assert_eq!(field.level_position(value), Some(position as usize));
    }
    for value in [-1.0, 6.0, 0.5, NAN, f64::INFINITY] {
        assert_eq!(
            (field.format(value), field.level_position(value)),
            (String::new(), None),
            "{value}"
        );
    }
}

/// With every text that is no level read as missing.
fn any_level(mut field: Field) -> Field {
    if let FieldKind::Category { missing_levels, .. } = &mut field.kind {
        missing_levels.push("*".into());
    }
    field
}

#[test]
fn raw_cells_are_read() {
    let plain = number(NumberKind::default());
    let sentinel = number(NumberKind {
        max: Some(0.0),
        sentinels: vec![365_243.0, -99.0],
        ..NumberKind::default()
    });
    let whole = number(NumberKind {
        integer: true,
        ..NumberKind::default()
    });
    let bounded = number(NumberKind {
        min: Some(0.0),
        max: Some(1.0),
        ..NumberKind::default()
    });
    let not_a_number = |found: &str| Err(ValueError::NotANumber { found: found.into() });
    for (field, text, expected) in [
        (&plain, "1250.5", Ok(1250.5)),
        (&plain, "  -1e3\t", Ok(-1000.0)),
        (&plain, "+5", Ok(5.0)),
        (&plain, "", Ok(NAN)),
        (&plain, "   ", Ok(NAN)),
        (&plain, "NA", Ok(NAN)),
        (&plain, "N/A", Ok(NAN)),
        (&plain, "NaN", Ok(NAN)),
        (&plain, "nan", Ok(NAN)),
        (&plain, "null", Ok(NAN)),
        (&plain, "NULL", Ok(NAN)),
        (&plain, "-nan", not_a_number("-nan")),
        (&plain, "na", not_a_number("na")),
        (&plain, "inf", not_a_number("inf")),
        (&plain, "-infinity", not_a_number("-infinity")),
        (&plain, "1e400", not_a_number("1e400")),
        (&plain, "1,5", not_a_number("1,5")),
        (&plain, "1 000", not_a_number("1 000")),
        (&plain, "0x10", not_a_number("0x10")),
        (&sentinel, "365243", Ok(NAN)), // before the range is looked at
        (&sentinel, "365243.0", Ok(NAN)),
        (&sentinel, "-99", Ok(NAN)),
        (&sentinel, "-98", Ok(-98.0)),
        (&sentinel, "1", Err(ValueError::TooLarge { found: 1.0, max: 0.0 })),
        (&whole, "3", Ok(3.0)),
        (&whole, "3.0", Ok(3.0)),
        (&whole, "3.5", Err(ValueError::NotWhole { found: 3.5 })),
        (&bounded, "0", Ok(0.0)),
        (&bounded, "1", Ok(1.0)),
        (
            &bounded,
            "1.0000000000000002",
            Err(ValueError::TooLarge {
                found: 1.0_f64.next_up(),
                max: 1.0,
            }),
        ),
        (
            &bounded,
            "-1e-300",
            Err(ValueError::TooSmall {
                found: -1e-300,
                min: 0.0,
            }),
        ),
        (&flag("N", "Y"), "Y", Ok(1.0)),
        (&flag("N", "Y"), " N ", Ok(0.0)),
        (&flag("N", "Y"), "", Ok(NAN)),
        (&flag("N", "Y"), "NA", Ok(NAN)),
        (&flag("0", "1"), "0.0", Ok(0.0)),
        (&flag("0", "1"), "1e0", Ok(1.0)),
        (&flag("0", "1"), "NaN", Ok(NAN)),
        (&flag("NA", "Y"), "NA", Ok(0.0)), // what the schema says comes first
        (&category(&["a", "NA"]), "NA", Ok(1.0)),
        (&category(&["a", "b"]), " b ", Ok(1.0)),
        (&category(&["a", "b"]), "XNA", Ok(NAN)),
        (&category(&["a", "XNA"]), "XNA", Ok(1.0)),
        (&any_level(category(&["a"])), "new", Ok(NAN)),
        (&any_level(category(&["*", "a"])), "*", Ok(0.0)), // what the schema lists comes first
        (&category(&["a"]), "", Ok(NAN)),
        // Cells are trimmed, so the schema's own texts are, too: some public data sets have " <=50K".
        (&category(&["a", " b"]), " b", Ok(1.0)),
        (&flag(" N", " Y"), " Y", Ok(1.0)),
    ] {
        match (field.parse(text), expected) {
            (Ok(found), Ok(expected)) => assert_bits(found, expected, text),
            (found, expected) => assert_eq!(found, expected, "{text}"),
        }
    }
}

#[test]
fn errors_say_what_would_be_right() {
    let long = "x".repeat(1000);
    let levels: Vec<String> = (0..20).map(|level| format!("L{level}")).collect();
    let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
    for (field, text, message) in [
        (
            number(NumberKind::default()),
            "12 %",
            "'12 %' is not a number; write a number such as 1250.5, or leave it empty if unknown".to_owned(),
        ),
        (flag("N", "Y"), "maybe", "'maybe' is neither 'Y' (yes) nor 'N' (no)".into()),
        (flag("0", "1"), "2", "'2' is neither '1' (yes) nor '0' (no)".into()),
        (flag("N", "Y"), "1", "'1' is neither 'Y' (yes) nor 'N' (no)".into()),
        (category(&["a", "b"]), "A", "'A' is not a known level; the levels are 'a', 'b'".into()),
        (
            category(&levels),
            "L20",
            "'L20' is not a known level; the levels are 'L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9', 'L10', \
             'L11', … (20 in all)"
                .into(),
        ),
        (
            category(&["a"]),
            &long,
            format!("'{}…' is not a known level; the levels are 'a'", "x".repeat(40)),
        ),
        (days(), "12", "12 is above the largest value allowed, 0".into()),
        (days(), "-20000", "-20000 is below the smallest value allowed, -18262.5".into()),
    ] {
        assert_eq!(field.parse(text).unwrap_err().to_string(), message);
    }
}
