//! From what people and files write to stored values, and back; single texts are cases of `tests/suite/reading.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::schema::NumberKind;
use support::Random;
use support::fields::{assert_bits, category, flag, number};

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
