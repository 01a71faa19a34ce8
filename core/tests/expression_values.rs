//! What expressions evaluate to, for all values; single expressions are cases of `tests/suite/expressions.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::preprocessing::expression::{ValueType, compile};
use support::Random;
use support::names::{LEVELS, Names};

const NAN: f64 = f64::NAN;

/// The value of an expression for a, b, c, the flag f and the category k, and the features g and h; missing is NaN.
fn value(text: &str, fields: [f64; 5], features: [f64; 2]) -> f64 {
    let (program, _) = compile(text, &Names).unwrap_or_else(|error| panic!("{text}: {error}"));
    program.run(&fields, &features, &mut Vec::new())
}

fn assert_value(text: &str, fields: [f64; 5], expected: f64) {
    let found = value(text, fields, [NAN, 7.0]);
    let same = found == expected || (found.is_nan() && expected.is_nan());
    assert!(same, "{text} with {fields:?} is {found}, not {expected}");
}

#[test]
fn every_comparison_holds_where_it_should() {
    type Compare = fn(f64, f64) -> bool;
    let compare: [(&str, Compare); 6] = [
        ("==", |a, b| a == b),
        ("!=", |a, b| a != b),
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
    ];
    for (symbol, holds) in compare {
        for (a, b) in [(1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (0.0, -0.0), (0.1 + 0.2, 0.3)] {
            let expected = f64::from(u8::from(holds(a, b)));
            // With operands of several operations, too: a greater-than is compiled by turning its sides round.
            for text in [
                format!("a {symbol} b"),
                format!("c + min(a, a) * 1 {symbol} if(f, b, 9) - c + 0"),
            ] {
                assert_value(&text, [a, b, 0.0, 1.0, 0.0], expected);
            }
        }
        for fields in [[NAN, 1.0, 0.0, 0.0, 0.0], [1.0, NAN, 0.0, 0.0, 0.0], [NAN; 5]] {
            assert_value(&format!("a {symbol} b"), fields, NAN);
        }
    }
}

#[test]
fn a_category_is_compared_by_the_position_of_its_level() {
    for (position, level) in LEVELS.iter().enumerate() {
        for held in 0..LEVELS.len() {
            let fields = [0.0, 0.0, 0.0, 0.0, held as f64];
            assert_value(
                &format!("k == \"{level}\""),
                fields,
                f64::from(u8::from(held == position)),
            );
            assert_value(
                &format!("k != \"{level}\""),
                fields,
                f64::from(u8::from(held != position)),
            );
        }
    }
}

#[test]
fn the_type_of_an_expression_is_told() {
    for (text, expected) in [
        ("a", ValueType::Number),
        ("f", ValueType::Boolean),
        ("a < b", ValueType::Boolean),
        ("f + f", ValueType::Number),
        ("-f", ValueType::Number),
        ("not f", ValueType::Boolean),
        ("is_missing(a)", ValueType::Boolean),
        ("count(a)", ValueType::Number),
        ("max(f, f)", ValueType::Number),
        ("if(f, a, b)", ValueType::Number),
        ("if(f, f, a)", ValueType::Number),
        ("if(f, f, f)", ValueType::Boolean),
        ("k == \"red\"", ValueType::Boolean),
        ("g", ValueType::Number),
    ] {
        assert_eq!(compile(text, &Names).unwrap().1, expected, "{text}");
    }
}

#[test]
fn a_program_says_what_it_reads() {
    let (program, _) = compile("if(k == \"red\", a + h, count(c, c)) + g", &Names).unwrap();
    assert_eq!(program.fields().collect::<Vec<_>>(), [4, 0, 2, 2]);
    assert_eq!(program.features().collect::<Vec<_>>(), [1, 0]);
}

/// A random expression as text, with its value computed beside it in the plainest way.
fn expression(random: &mut Random, depth: usize, fields: [f64; 5]) -> (String, f64) {
    let finite = |value: f64| if value.is_finite() { value } else { NAN };
    if depth == 0 {
        return match random.below(5) {
            0 => ("1.25".into(), 1.25),
            1 => ("f".into(), fields[3]),
            place => (["a", "b", "c"][place - 2].into(), fields[place - 2]),
        };
    }
    let (left, a) = expression(random, depth - 1, fields);
    let (right, b) = expression(random, depth - 1, fields);
    let truth = |holds: bool| {
        if a.is_nan() || b.is_nan() {
            NAN
        } else {
            f64::from(u8::from(holds))
        }
    };
    match random.below(9) {
        0 => (format!("({left} + {right})"), finite(a + b)),
        1 => (format!("({left} - {right})"), finite(a - b)),
        2 => (format!("({left} * {right})"), finite(a * b)),
        3 => (format!("({left} / {right})"), finite(a / b)),
        4 => (format!("({left} > {right})"), truth(a > b)),
        5 => (format!("({left} <= {right})"), truth(a <= b)),
        6 => (format!("min({left}, {right})"), a.min(b)),
        7 => (
            format!("if({left} >= {right}, {left}, {right})"),
            if a.is_nan() || b.is_nan() { NAN } else { a.max(b) },
        ),
        _ => (format!("-{left}"), -a),
    }
}

#[test]
fn random_expressions_have_the_value_of_a_plain_evaluation() {
    let mut random = Random::new(31);
    for _ in 0..3000 {
        let pool = [0.0, 1.0, -2.5, 3.0, 1e200, NAN];
        let fields = [
            *random.pick(&pool),
            *random.pick(&pool),
            *random.pick(&pool),
            *random.pick(&[0.0, 1.0, NAN]),
            0.0,
        ];
        let depth = random.below(4);
        let (text, expected) = expression(&mut random, depth, fields);
        assert_value(&text, fields, expected);
    }
}

/// Records are computed column by column, by loops of their own.
#[test]
fn columns_have_the_bits_of_rows() {
    const ROWS: usize = 37;
    let pool = [0.0, -0.0, 1.0, -2.5, 3.0, 1e200, -1e-308, 5e-324, NAN];
    let mut random = Random::new(32);
    let mut texts: Vec<String> = [
        "a + b",
        "a - b",
        "a * b",
        "a / b",
        "-a",
        "a == b",
        "a != b",
        "a < b",
        "a >= b",
        "f and a > b",
        "a < b or f",
        "not f",
        "is_missing(a)",
        "abs(a) + sqrt(b) * log(c)",
        "if(f, a, b) - g",
        "min(a, b, c) + max(a, h) + mean(b, c) * sum(a, c) - std(a, b, c) / count(a, b)",
        "2.5",
        "k == \"red\" or k != \"dark blue\" and a <= 1",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend((0..300).map(|_| expression(&mut random, 3, [NAN; 5]).0));
    for text in texts {
        let (program, _) = compile(&text, &Names).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut column = |pool: &[f64]| (0..ROWS).map(|_| *random.pick(pool)).collect::<Vec<f64>>();
        let mut columns: Vec<Vec<f64>> = (0..3).map(|_| column(&pool)).collect();
        columns.extend([column(&[0.0, 1.0, NAN]), column(&[0.0, 1.0, 2.0, NAN])]);
        columns.extend([column(&pool), column(&pool)]);
        let (mut stack, mut found) = (vec![7.0; 3], vec![7.0; 100]);
        program.run_columns(&columns, 5, ROWS, &mut stack, &mut found);
        assert_eq!(found.len(), ROWS, "{text}");
        for (row, found) in found.into_iter().enumerate() {
            let values: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            let expected = program.run(&values[..5], &values[5..], &mut Vec::new());
            let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
            assert!(same, "{text} with {values:?} is {found}, not {expected}");
        }
    }
}
