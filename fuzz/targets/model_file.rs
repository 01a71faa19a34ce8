//! The model file as it comes: header, digest and all.
#![no_main]

use candor_fuzz::{loaded, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: seeds::models(0),
    |bytes: &[u8]| loaded::check_file(bytes)
);
