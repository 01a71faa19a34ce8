//! Fields of every kind, and how their values are compared.

use candor_core::schema::{Change, Level, NumberKind};
use candor_core::{Field, FieldKind, Text};

pub fn field(kind: FieldKind) -> Field {
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

pub fn number(kind: NumberKind) -> Field {
    field(FieldKind::Number(kind))
}

pub fn flag(no: &str, yes: &str) -> Field {
    field(FieldKind::Flag {
        no: no.into(),
        yes: yes.into(),
    })
}

pub fn category(levels: &[&str]) -> Field {
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
pub fn days() -> Field {
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
pub fn assert_bits(found: f64, expected: f64, what: &str) {
    let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
    assert!(same, "{what}: {found:?} is not {expected:?}");
}
