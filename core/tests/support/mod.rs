//! What several tests need: a tiny generator of pseudo-random numbers, and model files with a right digest.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]
#![allow(dead_code, reason = "each test binary uses its own part of this module")]

pub mod cbor;
pub mod fields;
pub mod grown;
pub mod names;
pub mod related;
pub mod shapley;
pub mod small_model;
pub mod trees;

use candor_core::FieldKind;
use candor_core::artifact::{FORMAT_VERSION, Model};
use sha2::{Digest, Sha256};

/// Bytes before the document of a model file.
pub const HEADER: usize = 52;

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A model file around any document, with the length and the digest that belong to it.
pub fn file_around(version: u32, document: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89CANDOR\n".to_vec();
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(document.len() as u64).to_le_bytes());
    let digest = Sha256::new().chain_update(&bytes).chain_update(document).finalize();
    bytes.extend_from_slice(&digest);
    bytes.extend_from_slice(document);
    bytes
}

/// The file of a model that need not be sound: what `Model::to_bytes` would refuse to write.
pub fn file_of(model: &Model) -> Vec<u8> {
    file_around(FORMAT_VERSION, &model.document())
}

/// The small model without most of its trees and levels: for tests that load it thousands of times.
pub fn tiny_model() -> Model {
    let mut model = small_model::without_parity();
    model.ensemble.trees.truncate(2);
    if let FieldKind::Category { levels, .. } = &mut model.schema.fields[6].kind {
        levels.truncate(2);
    }
    if let Some(background) = &mut model.background {
        background.rows.truncate(2);
        background.rows.iter_mut().for_each(|row| row[6] = 1.0);
    }
    model
}
