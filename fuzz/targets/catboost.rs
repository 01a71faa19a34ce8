//! CatBoost's JSON model.
#![no_main]

use candor_core::import::Format;
use candor_fuzz::imported::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check(bytes, Format::CatBoost));
