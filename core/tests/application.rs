//! One applicant's values, as programs change them; how they are read is in `tests/suite/application.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::{Application, Raw};
use support::fields::assert_bits;
use support::small_model;

#[test]
fn a_value_that_does_not_fit_leaves_the_former_one() {
    let schema = small_model::without_parity().schema;
    let mut application = Application::empty(&schema);
    application.set(&schema, 0, Raw::Number(3.0)).unwrap();
    assert!(application.set(&schema, 0, Raw::Number(-3.0)).is_err());
    assert_bits(application.values()[0], 3.0, "kept");
    application.set(&schema, 99, Raw::Number(3.0)).unwrap();
    application.set_stored(99, 3.0);
    assert_eq!(application.values().len(), schema.fields.len());
    application.set(&schema, 0, Raw::Missing).unwrap();
    assert_bits(application.values()[0], f64::NAN, "no longer known");
}
