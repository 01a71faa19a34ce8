//! From what people and files write to stored values, and back.

mod support;

use candor_core::application::FieldProblem;
use candor_core::schema::{Change, Level, NumberKind};
use candor_core::{Application, Field, FieldKind, Language, Raw, Text, ValueError};
use support::{Random, small_model};

const NAN: f64 = f64::NAN;

fn field(kind: FieldKind) -> Field {
    Field {
        name: "F".into(),
        kind,
        group: 0,
        label: Text::default(),
        help: Text::default(),
        unit: None,
        change: Change::Fixed,
        primary: false,
    }
}

fn number(kind: NumberKind) -> Field {
    field(FieldKind::Number(kind))
}

fn flag(no: &str, yes: &str) -> Field {
    field(FieldKind::Flag {
        no: no.into(),
        yes: yes.into(),
    })
}

fn category(levels: &[&str]) -> Field {
    field(FieldKind::Category {
        levels: levels
            .iter()
            .map(|&value| Level {
                value: value.into(),
                label: Text::default(),
            })
            .collect(),
        missing_levels: vec!["XNA".into(), "Unknown".into()],
    })
}

/// Days before the application, shown as years: −365.25 days are 1 year.
fn days() -> Field {
    number(NumberKind {
        min: Some(-18_262.5),
        max: Some(0.0),
        decimals: 1,
        integer: false,
        scale: -365.25,
        sentinels: vec![365_243.0],
    })
}

#[track_caller]
fn assert_bits(found: f64, expected: f64, what: &str) {
    let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found:?} is not {expected:?}");
}

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
