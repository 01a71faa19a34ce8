//! Values as people see and type them: scaled, in the notation of their language. Single texts are cases of
//! `tests/suite/reading.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::Language;
use candor_core::schema::NumberKind;
use support::Random;
use support::fields::{assert_bits, category, days, flag, number};

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
