//! What stands behind the header of a model file: the target puts a right header in front, because no fuzzer guesses a
//! digest.
#![no_main]

use candor_core::artifact::FORMAT_VERSION;
use candor_fuzz::{loaded, seeds};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

/// Bytes before the document.
const HEADER: usize = 52;

fuzz_target!(
    init: seeds::models(HEADER),
    |document: &[u8]| {
        let mut file = b"\x89CANDOR\n".to_vec();
        file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        file.extend_from_slice(&(document.len() as u64).to_le_bytes());
        let digest = Sha256::new().chain_update(&file).chain_update(document).finalize();
        file.extend_from_slice(&digest);
        file.extend_from_slice(document);
        loaded::check_file(&file);
    }
);
