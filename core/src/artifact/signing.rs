//! Model files that are signed: who signed one, the same file with other signatures, and what a signature signs. Whether one
//! is right, and whether its key is trusted, is for whoever loads the file: the engine needs no cryptography but the digest.

use super::envelope::{Envelope, HEADER};
use super::signatures::{self, Signature};
use super::{LoadError, Model};

/// What no other use of a key signs, so that a signature cannot be taken from elsewhere.
const DOMAIN: &[u8] = b"Candor model file, Ed25519 signature, version 1\n";

impl Model {
    /// The signatures that a model file carries, in order of their keys; nothing says yet that they are right.
    ///
    /// # Errors
    /// As for [`Scorer::from_bytes`](crate::Scorer::from_bytes), up to the digest and the form of the signatures.
    pub fn signatures(bytes: &[u8]) -> Result<Vec<Signature>, LoadError> {
        Ok(signatures::read(Envelope::open(bytes, None)?.signatures))
    }

    /// A model file with these signatures in the place of those that it had; without any, the file as it was before.
    ///
    /// # Errors
    /// As for [`signatures`](Self::signatures); [`LoadError::DamagedSignatures`] for more than
    /// [`MOST_SIGNATURES`](super::MOST_SIGNATURES), or two of one key.
    pub fn with_signatures(bytes: &[u8], signatures: &[Signature]) -> Result<Vec<u8>, LoadError> {
        let document = Envelope::open(bytes, None)?.document;
        let mut sorted = signatures.to_vec();
        sorted.sort_unstable();
        let mut signed = bytes[..HEADER + document.len()].to_vec();
        signatures::append(&sorted, &mut signed);
        signatures::check(&signed[HEADER + document.len()..])
            .map_err(|problem| LoadError::DamagedSignatures { problem })?;
        Ok(signed)
    }

    /// What a signature of this file signs: a text that nothing else is signed with, the format version, and the digest of
    /// header and document.
    ///
    /// # Errors
    /// As for [`signatures`](Self::signatures).
    pub fn signed_message(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        Envelope::open(bytes, None)?;
        Ok([DOMAIN, &bytes[8..12], &bytes[20..HEADER]].concat())
    }
}
