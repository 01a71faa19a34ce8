//! Signatures behind a model file: their form, and that a model stays what it was. Whether a signature is right is not
//! core's to say, so these are any bytes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::artifact::{FORMAT_VERSION, MOST_SIGNATURES, Signature};
use candor_core::{LoadError, Model, Scorer};
use support::{HEADER, file_around, small_model, tiny_model};

const ENTRY: usize = 96;

fn signature(number: u8) -> Signature {
    Signature {
        key: [number; 32],
        bytes: [number ^ 0xff; 64],
    }
}

fn signed(numbers: &[u8]) -> Vec<u8> {
    let signatures: Vec<Signature> = numbers.iter().map(|&number| signature(number)).collect();
    Model::with_signatures(&tiny_model().to_bytes().unwrap(), &signatures).unwrap()
}

#[track_caller]
fn refusal(bytes: &[u8]) -> LoadError {
    let error = Scorer::from_bytes(bytes).expect_err("the file was loaded");
    assert_eq!(Model::signatures(bytes), Err(error.clone()));
    error
}

#[test]
fn signing_changes_neither_the_model_nor_its_digest() {
    let plain = small_model::model().to_bytes().unwrap();
    assert_eq!(Model::signatures(&plain), Ok(vec![]));
    let twice = [signature(7), signature(3)];
    let signed = Model::with_signatures(&plain, &twice).unwrap();
    assert_eq!(signed[..plain.len()], plain);
    assert_eq!(signed.len(), plain.len() + 12 + 2 * ENTRY);
    assert_eq!(Model::signatures(&signed), Ok(vec![signature(3), signature(7)]));
    assert_eq!(Model::digest_of(&signed), Model::digest_of(&plain));
    assert_eq!(Model::signed_message(&signed), Model::signed_message(&plain));
    assert_eq!(
        Scorer::from_bytes(&signed).unwrap().model(),
        Scorer::from_bytes(&plain).unwrap().model()
    );
    // The host computes the digest of what it covers, and that ends with the document.
    let digest: [u8; 32] = plain[20..HEADER].try_into().unwrap();
    assert!(Scorer::from_digested_bytes(&signed, digest).is_ok());
    // The signatures take the place of those that were there, and can be taken off.
    assert_eq!(Model::with_signatures(&signed, &[]).unwrap(), plain);
    let other = Model::with_signatures(&signed, &[signature(5)]).unwrap();
    assert_eq!(Model::signatures(&other), Ok(vec![signature(5)]));
}

#[test]
fn the_block_and_the_message_are_as_documented() {
    let plain = tiny_model().to_bytes().unwrap();
    let block = signed(&[1])[plain.len()..].to_vec();
    assert_eq!(block[..8], [0x89, 0x43, 0x41, 0x4e, 0x53, 0x49, 0x47, 0x0a]);
    assert_eq!(block[8..12], [1, 0, 0, 0]);
    assert_eq!(block[12..44], [1; 32]);
    assert_eq!(block[44..], [0xfe; 64]);
    let message = Model::signed_message(&plain).unwrap();
    let expected = [
        b"Candor model file, Ed25519 signature, version 1\n".as_slice(),
        &FORMAT_VERSION.to_le_bytes(),
        &plain[20..HEADER],
    ];
    assert_eq!(message, expected.concat());
    let mut damaged = plain;
    damaged[HEADER] ^= 1;
    assert_eq!(Model::signed_message(&damaged), Err(LoadError::Damaged));
}

#[test]
fn a_signed_file_cut_short_anywhere_is_refused_or_unsigned() {
    let whole = signed(&[1, 2]);
    let end = whole.len() - 12 - 2 * ENTRY;
    for length in 1..whole.len() {
        let cut = &whole[..length];
        if length == end {
            assert_eq!(
                Model::signatures(cut),
                Ok(vec![]),
                "without the block it is the model unsigned"
            );
            continue;
        }
        let error = refusal(cut);
        if length < end + 8 {
            assert!(matches!(error, LoadError::WrongLength { .. }), "{length}: {error}");
        } else {
            assert!(
                matches!(error, LoadError::DamagedSignatures { .. }),
                "{length}: {error}"
            );
        }
    }
}

#[test]
fn malformed_blocks_are_refused_with_what_is_wrong() {
    let plain = tiny_model().to_bytes().unwrap();
    let head = |count: u32| [b"\x89CANSIG\n".as_slice(), &count.to_le_bytes()].concat();
    let entries = |numbers: &[u8]| -> Vec<u8> {
        let entry = |&number: &u8| [[number; 32].as_slice(), &[9; 64]].concat();
        numbers.iter().flat_map(entry).collect()
    };
    let all: Vec<u8> = (1..=17).collect();
    for (block, words) in [
        (head(1)[..8].to_vec(), "their number is cut off"),
        (head(1)[..11].to_vec(), "their number is cut off"),
        (head(0), "not between 1 and 16"),
        ([head(17), entries(&all)].concat(), "not between 1 and 16"),
        (head(u32::MAX), "not between 1 and 16"),
        (head(1), "incomplete or have bytes too many"),
        (
            [head(1), entries(&[1, 2])].concat(),
            "incomplete or have bytes too many",
        ),
        ([head(2), entries(&[1])].concat(), "incomplete or have bytes too many"),
        (
            [head(1), entries(&[1]), vec![0]].concat(),
            "incomplete or have bytes too many",
        ),
        ([head(2), entries(&[2, 1])].concat(), "their keys do not increase"),
        ([head(3), entries(&[1, 2, 2])].concat(), "their keys do not increase"),
    ] {
        let error = refusal(&[plain.as_slice(), &block].concat()).to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.contains("copy it again from where it was signed"), "{error}");
    }
    assert_eq!(MOST_SIGNATURES, 16);
    assert!(Scorer::from_bytes(&signed(&all[..16])).is_ok());
    let seventeen: Vec<Signature> = all.iter().map(|&number| signature(number)).collect();
    for wrong in [&seventeen[..], &[signature(1), signature(1)]] {
        let error = Model::with_signatures(&plain, wrong).unwrap_err();
        assert!(matches!(error, LoadError::DamagedSignatures { .. }), "{error}");
    }
    // What does not begin like signatures is bytes too many, and a block of its own is no model.
    let other = [plain.as_slice(), b"\x89CANSEG\n", &[0; 100]].concat();
    assert!(matches!(refusal(&other), LoadError::WrongLength { .. }));
    assert_eq!(refusal(&head(1)), LoadError::NotAModel);
    // A document is not taken for signatures.
    let inside = file_around(FORMAT_VERSION, &[head(1), entries(&[1])].concat());
    assert!(matches!(refusal_of_document(&inside), LoadError::Invalid { .. }));
}

/// The error of a file whose envelope is right and whose document is none.
fn refusal_of_document(bytes: &[u8]) -> LoadError {
    assert_eq!(Model::signatures(bytes), Ok(vec![]));
    Scorer::from_bytes(bytes).expect_err("the file was loaded")
}

#[test]
fn a_flipped_bit_before_the_signatures_is_noticed_and_their_form_is_checked() {
    let whole = signed(&[0x10, 0x20]);
    let end = whole.len() - 12 - 2 * ENTRY;
    for place in 0..end + 12 {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << bit;
            assert!(Scorer::from_bytes(&damaged).is_err(), "bit {bit} of byte {place}");
        }
    }
}
