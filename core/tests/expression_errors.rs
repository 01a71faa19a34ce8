//! That nothing makes the compiler of expressions panic, and what it takes passes its check. What is said of wrong ones is
//! in `tests/suite/expressions.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::preprocessing::expression::{Operation, STACK_LIMIT, compile};
use candor_core::preprocessing::{Program, Source};
use support::names::Names;
use support::{Random, small_model};

#[test]
fn what_is_too_deep_too_wide_or_too_high_is_refused() {
    let wide = |count: usize| format!("sum({})", vec!["a"; count].join(", "));
    let high = |count: usize| format!("{}a{}", "a + (".repeat(count), ")".repeat(count));
    for (text, words) in [
        (format!("{}a{}", "(".repeat(65), ")".repeat(65)), "nested too deeply"),
        ("(".repeat(100_000), "nested too deeply"),
        (format!("{}a", "-".repeat(100_000)), "nested too deeply"),
        (format!("{}f", "not ".repeat(100_000)), "nested too deeply"),
        ("abs(".repeat(100_000), "nested too deeply"),
        ("if(f, if(f, ".repeat(50_000), "nested too deeply"),
        (wide(STACK_LIMIT + 1), "more than 64 arguments"),
        (wide(256), "more than 64 arguments"),
        (wide(100_000), "more than 64 arguments"),
        (high(STACK_LIMIT), "more than 64 values at once"),
        (format!("min(a, {})", wide(STACK_LIMIT)), "more than 64 values at once"),
    ] {
        let error = compile(&text, &Names).expect_err(words);
        assert!(error.message.contains(words), "{}…: {error}", &text[..20]);
    }
    for (text, expected) in [
        (format!("{}a{}", "(".repeat(64), ")".repeat(64)), 2.0),
        (format!("{}a", "-".repeat(64)), 2.0),
        (wide(STACK_LIMIT), 128.0),
        (high(STACK_LIMIT - 1), 128.0),
        // Length alone is no problem.
        (vec!["a"; 50_000].join(" + "), 100_000.0),
        (vec!["a < b"; 50_000].join(" and "), 1.0),
        (vec!["(b > a)"; 20_000].join(" + "), 20_000.0),
        (format!("{}a{}", " ".repeat(100_000), "\n".repeat(100_000)), 2.0),
    ] {
        let (program, _) = compile(&text, &Names).unwrap_or_else(|error| panic!("{}…: {error}", &text[..20]));
        assert_eq!(
            program.run(&[2.0, 3.0], &[], &mut Vec::new()),
            expected,
            "{}…",
            &text[..20]
        );
    }
}

/// Whether a model file with this program as the last feature is sound.
fn passes_its_check(program: &Program) -> bool {
    let mut model = small_model::without_parity();
    let mut feature = model.preprocessing.features[0].clone();
    feature.source = Source::Expression {
        text: String::new(),
        program: program.clone(),
    };
    model.preprocessing.features = vec![
        model.preprocessing.features[0].clone(),
        model.preprocessing.features[1].clone(),
        feature,
    ];
    model.ensemble.trees.clear();
    model.reference.importance = vec![0.0; 3];
    model.to_bytes().is_ok()
}

#[test]
fn no_soup_of_tokens_makes_the_compiler_panic_and_what_compiles_passes_its_check() {
    let tokens = [
        "a",
        "b",
        "f",
        "k",
        "g",
        "h",
        "1",
        "0.5",
        "\"red\"",
        "\"",
        "(",
        ")",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=",
        "and",
        "or",
        "not",
        "if(",
        "is_missing(",
        "min(",
        "max(",
        "count(",
        "abs(",
        "é",
        "$",
        " ",
    ];
    let mut random = Random::new(41);
    let (mut compiled, mut stack) = (0, Vec::new());
    for case in 0..60_000 {
        let length = random.below(if case % 2 == 0 { 6 } else { 24 });
        let separator = if case % 3 == 0 { "" } else { " " };
        let text = (0..length)
            .map(|_| *random.pick(&tokens))
            .collect::<Vec<_>>()
            .join(separator);
        match compile(&text, &Names) {
            Ok((program, _)) => {
                compiled += 1;
                program.run(&[1.0, f64::NAN, 0.0, 1.0, 2.0], &[0.5, f64::NAN], &mut stack);
                assert!(stack.is_empty(), "{text} leaves {stack:?}");
                assert!(passes_its_check(&program), "{text}");
            }
            Err(error) => {
                assert!(
                    error.offset <= text.len() && text.is_char_boundary(error.offset),
                    "{text}: {error}"
                );
                assert!(!error.message.is_empty());
            }
        }
    }
    assert!(compiled > 1000, "{compiled}");
}

#[test]
fn random_bytes_never_make_the_compiler_panic() {
    let mut random = Random::new(42);
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..random.below(40)).map(|_| random.bits() as u8 % 160).collect();
        let _ = compile(&String::from_utf8_lossy(&bytes), &Names);
    }
}

#[test]
fn a_program_that_no_compiler_made_is_checked() {
    use Operation::{Add, Count, Feature, Field, If, Mean, Minimum, Negate, Number, Sum};
    let high = |count: usize| [vec![Number(1.0); count], vec![Add; count - 1]].concat();
    for (sound, operations) in [
        (true, vec![Number(1.0)]),
        (true, vec![Field(6)]),
        (true, vec![Feature(0)]),
        (true, vec![Count(0)]),
        (true, high(STACK_LIMIT)),
        (false, vec![]),
        (false, vec![Add]),
        (false, vec![Number(1.0), Add]),
        (false, vec![Number(1.0), Number(2.0)]),
        (false, vec![Number(1.0), Number(2.0), If]),
        (false, vec![Negate, Number(1.0)]),
        (false, vec![Number(1.0), Minimum(2)]),
        (false, vec![Mean(255)]),
        (false, vec![Number(f64::NAN)]),
        (false, vec![Number(f64::INFINITY)]),
        (false, vec![Field(7)]),
        (false, vec![Field(u16::MAX)]),
        (false, vec![Feature(2)]), // itself, or one after it
        (false, vec![Feature(u16::MAX)]),
        (false, high(STACK_LIMIT + 1)),
        (false, vec![Number(1.0), Sum(u8::MAX)]),
    ] {
        let program = Program::new(operations.clone());
        assert_eq!(passes_its_check(&program), sound, "{operations:?}");
        // Even unchecked, it does not panic.
        program.run(&[1.0], &[], &mut Vec::new());
    }
}
