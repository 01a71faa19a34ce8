//! What is refused as an expression, with a place and words that help; and that nothing makes the compiler panic.
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
fn a_wrong_expression_is_told_where_and_why() {
    for (text, offset, words) in [
        ("", 0, "ends where a value is expected"),
        ("   ", 3, "ends where a value is expected"),
        ("a +", 3, "ends where a value is expected"),
        ("a b", 2, "should end here"),
        ("a)", 1, "should end here"),
        ("(a", 2, "')' is expected"),
        ("()", 1, "a value is expected here, not ')'"),
        ("* a", 0, "a value is expected here, not '*'"),
        ("a + * b", 4, "not '*'"),
        ("+ a", 0, "not '+'"),
        ("a $ b", 2, "'$' has no meaning"),
        ("é + $", 5, "'$' has no meaning"),
        ("a % b", 2, "'%' has no meaning"),
        ("a ! b", 2, "'!' has no meaning"),
        ("1.2.3", 0, "'1.2.3' is not a number"),
        ("a + 1e", 4, "'1e' is not a number"),
        ("2a", 0, "'2a' is not a number"),
        (".", 0, "'.' is not a number"),
        ("1e400", 0, "'1e400' is not a number"),
        ("k == \"red", 5, "never ends"),
        ("aa + b", 0, "called aa; did you mean a?"),
        ("a + credit", 4, "no field or earlier feature called credit"),
        ("and", 0, "called and"),
        ("a and b", 0, "'and' needs a condition"),
        ("f and b", 6, "'and' needs a condition"),
        ("f or k", 5, "'or' needs a condition"),
        ("not a", 4, "'not' needs a condition"),
        ("a = b", 2, "write =="),
        ("a < b < c", 6, "cannot be chained"),
        ("a == b == c", 7, "cannot be chained"),
        ("a > b >= c", 6, "cannot be chained"),
        ("k", 0, "this is a category"),
        ("(k)", 0, "this is a category"),
        ("k + 1", 0, "'+' needs a number, and this is a category"),
        ("1 + k", 4, "'+' needs a number"),
        ("a < k", 4, "'<' needs a number"),
        ("-k", 1, "'-' needs a number"),
        ("k < \"red\"", 2, "a category has no order"),
        ("k == red", 5, "a level in quotes"),
        ("k == k", 5, "a level in quotes"),
        ("k == \"green\"", 5, "\"green\" is not a level"),
        ("a == \"red\"", 5, "only a category can be compared with text"),
        ("\"red\" == k", 0, "text may only stand on the right"),
        ("(\"red\")", 1, "text may only stand on the right"),
        (
            "median(a, b)",
            0,
            "no function called median; the functions are if, is_missing",
        ),
        ("a + if(f, a)", 4, "if takes 3 argument(s), not 2"),
        ("if(a, b, c)", 3, "'if' needs a condition"),
        ("if(f, k, a)", 6, "'if' needs a number"),
        ("if(f, a, k)", 9, "'if' needs a number"),
        ("abs()", 0, "abs takes 1 argument(s), not 0"),
        ("abs(a, b)", 0, "abs takes 1 argument(s), not 2"),
        ("min()", 0, "min takes at least 1 argument(s), not 0"),
        ("count()", 0, "count takes at least 1"),
        ("sum(a, k)", 7, "'sum' needs a number"),
        ("min(a,)", 6, "not ')'"),
        ("min(a b)", 6, "')' is expected"),
        ("min(,a)", 4, "not ','"),
        ("a(b)", 0, "no function called a"),
    ] {
        let error = compile(text, &Names).expect_err(text);
        assert!(error.message.contains(words), "{text}: {error}");
        assert_eq!(error.offset, offset, "{text}: {error}");
        assert!(
            error.to_string().starts_with(&format!("column {}: ", offset + 1)),
            "{error}"
        );
    }
}

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
