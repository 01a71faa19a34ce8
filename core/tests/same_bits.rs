//! The same model and the same applications give the same bits everywhere: a change of an order of summation, of a
//! formula or of a mathematical library shows here. The tests of the `embed` crate compare with the same
//! table: `small_model.rs` and `bits.txt` are made to be included by path.
//!
//! After a deliberate change: `CANDOR_WRITE_BITS=1 cargo test -p candor-core --test same_bits`, and say why.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::Scorer;
use support::small_model::{APPLICATIONS, bits, model};

const EXPECTED: &str = include_str!("fixtures/bits.txt");

#[test]
fn scores_and_contributions_have_the_committed_bits() {
    let found = bits(&Scorer::from_model(model()).unwrap());
    if std::env::var_os("CANDOR_WRITE_BITS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/bits.txt"), &found).unwrap();
        return;
    }
    assert_eq!(EXPECTED.lines().count(), 1 + APPLICATIONS.len() + 1);
    for (line, (found, expected)) in found.lines().zip(EXPECTED.lines()).enumerate() {
        for (place, (found, expected)) in found.split(' ').zip(expected.split(' ')).enumerate() {
            assert_eq!(found, expected, "application {}, value {place}", line.saturating_sub(1));
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn the_table_is_worth_comparing_with() {
    let mut applications: Vec<&str> = EXPECTED.lines().skip(1).take(12).collect();
    let mut log_odds: Vec<&str> = applications.iter().map(|line| &line[..16]).collect();
    applications.sort_unstable();
    applications.dedup();
    log_odds.sort_unstable();
    log_odds.dedup();
    assert_eq!(
        (applications.len(), log_odds.len()),
        (12, 12),
        "no two applications score the same"
    );
    // Numbers that fill their 52 bits: hardly any ends in three zeros, as 0.5 or 3 would.
    let round = log_odds.iter().filter(|bits| bits.ends_with("000")).count();
    assert_eq!(round, 0, "{log_odds:?}");
}
