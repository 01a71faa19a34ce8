//! What the fuzz targets share: what must hold of whatever was read, the memory that reading may take, and seeds that no
//! fixture holds.
//!
//! A target is one file in `targets/`. It panics when something does not hold; libFuzzer keeps the input then.

pub mod imported;
pub mod loaded;
pub mod memory;
pub mod related;
pub mod seeds;
#[path = "../../core/tests/support/small_model.rs"]
pub mod small_model;

/// Numbers that comparisons, roundings and casts are most likely to get wrong.
pub const HOSTILE: [f64; 24] = [
    f64::NAN,
    0.0,
    -0.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    5e-324,
    -5e-324,
    1e-35,
    -1e-35,
    1e-36,
    0.5,
    1.0,
    -1.0,
    -0.999_999_999,
    2.0,
    31.0,
    32.0,
    16_777_216.0,
    4_294_967_296.0,
    f32::MAX as f64,
    3.402_823_669_209_385e38,
    0.1,
];

/// A row of hostile numbers, another one for each `shift`.
pub fn hostile_row(width: usize, shift: usize) -> Vec<f64> {
    (0..width)
        .map(|column| HOSTILE[(column * (shift + 1) + shift) % HOSTILE.len()])
        .collect()
}

/// Asserts that two sums of the same numbers, none of them larger than `largest`, agree up to rounding.
#[track_caller]
pub fn assert_close(what: &str, a: f64, b: f64, largest: f64) {
    assert!(
        (a - b).abs() <= 1e-9 * (largest + f64::MIN_POSITIVE),
        "{what}: {a:e} and {b:e} where the largest is {largest:e}"
    );
}
