//! Two related tables: loans and their months.
//!
//! It uses nothing but candor-core, so that the fuzz targets can include it by path.
#![allow(
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]
#![allow(dead_code, reason = "each test uses its own part")]

use candor_core::preprocessing::expression::{Binding, Program, Scope, ValueType, compile};
use candor_core::records::{Aggregate, Selection, SelectionResult, Table};
use candor_core::schema::{Change, Field, FieldKind, Level, NumberKind};
use candor_core::{Records, Text};

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        kind,
        group: 0,
        label: Text::new(name, name),
        help: Text::default(),
        unit: None,
        change: Change::Fixed,
        primary: false,
    }
}

pub fn number(name: &str) -> Field {
    field(name, FieldKind::Number(NumberKind::default()))
}

fn status() -> Field {
    let level = |value: &str| Level {
        value: value.into(),
        label: Text::new(value, value),
    };
    let levels = vec![level("Active"), level("Closed")];
    field(
        "STATUS",
        FieldKind::Category {
            levels,
            missing_levels: vec![],
        },
    )
}

pub fn selection(value: Option<u16>, aggregates: &[(Aggregate, u16)]) -> Selection {
    let result = |&(aggregate, output)| SelectionResult { aggregate, output };
    Selection {
        per_parent: false,
        condition: None,
        latest: 0,
        value,
        results: aggregates.iter().map(result).collect(),
    }
}

/// Names of the loans' columns: three fields, two from the months, and what is derived of them.
struct Loans;

impl Scope for Loans {
    fn resolve(&self, name: &str) -> Option<Binding> {
        match name {
            "DAY" => Some(Binding::Field(0, ValueType::Number)),
            "AMOUNT" => Some(Binding::Field(1, ValueType::Number)),
            "STATUS" => Some(Binding::Field(2, ValueType::Category(2))),
            "LATE_MONTHS" => Some(Binding::Field(4, ValueType::Number)),
            "ACTIVE" => Some(Binding::Feature(0)),
            _ => None,
        }
    }

    fn level(&self, _: u16, level: &str) -> Option<u16> {
        ["Active", "Closed"]
            .iter()
            .zip(0..)
            .find(|(known, _)| **known == level)
            .map(|(_, at)| at)
    }

    fn similar(&self, _: &str) -> Option<String> {
        None
    }
}

pub fn program(text: &str) -> Program {
    compile(text, &Loans).expect("the expression is right").0
}

/// Loans with their months.
pub fn records() -> Records {
    let months = Table {
        name: "months".into(),
        label: Text::default(),
        parent: Some(0),
        key: None,
        client_key: None,
        parent_key: Some("LOAN".into()),
        once_a_time: true,
        time: 0,
        fields: vec![number("MONTH"), number("DELAY")],
        unused_columns: vec!["NOTE".into()],
        nested: 0,
        derived: vec![program("DAY > 100"), program("AMOUNT > 0")],
        selections: vec![
            Selection {
                per_parent: true,
                ..selection(None, &[(Aggregate::Count, 0)])
            },
            Selection {
                per_parent: true,
                condition: Some(3),
                ..selection(None, &[(Aggregate::Count, 1)])
            },
            selection(Some(1), &[(Aggregate::Maximum, 0), (Aggregate::Trend, 1)]),
            Selection {
                latest: 2,
                ..selection(Some(1), &[(Aggregate::Mean, 2)])
            },
        ],
    };
    let loans = Table {
        name: "loans".into(),
        label: Text::default(),
        parent: None,
        key: Some("LOAN".into()),
        client_key: Some("CLIENT".into()),
        parent_key: None,
        once_a_time: false,
        time: 0,
        fields: vec![number("DAY"), number("AMOUNT"), status()],
        unused_columns: vec![],
        nested: 2,
        derived: vec![
            program("STATUS == \"Active\""),
            program("ACTIVE * AMOUNT"),
            program("LATE_MONTHS + 0"),
        ],
        selections: vec![
            selection(None, &[(Aggregate::Any, 3), (Aggregate::Count, 4)]),
            Selection {
                condition: Some(5),
                ..selection(
                    Some(1),
                    &[(Aggregate::Sum, 5), (Aggregate::First, 6), (Aggregate::Last, 7)],
                )
            },
            Selection {
                latest: 2,
                ..selection(Some(1), &[(Aggregate::Mean, 8)])
            },
            selection(Some(5), &[(Aggregate::Mean, 9)]),
            selection(Some(7), &[(Aggregate::Sum, 10), (Aggregate::Maximum, 11)]),
        ],
    };
    Records {
        tables: vec![loans, months],
    }
}
