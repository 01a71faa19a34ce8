//! Signed models: Ed25519 (RFC 8032) over what [`Model::signed_message`] says, in the block behind the document.
//!
//! A signature names its public key, so that a file says by itself whether its signatures are right; whether a key is to be
//! trusted is said by a list ([`TrustedKeys`]). Every signature of a file must be right, also those of keys that nobody asks
//! for: a wrong one means that the file is not what somebody signed.

mod keys;

use candor_core::artifact::{MOST_SIGNATURES, Signature};
use candor_core::{LoadError, Model};
use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use thiserror::Error;

pub use keys::{PrivateKey, PublicKey, TrustedKeys};

/// Why the signatures of a model file are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The file is no whole model file.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is no signature.
    #[error("the model is not signed; take the signed file, or have it signed (candor sign)")]
    Unsigned,
    /// A signature does not belong to this model.
    #[error(
        "the signature {number} in the file, of key {key}, does not match the model (bytes {first} to {last}); do not use \
         this file, and get it again from who signed it"
    )]
    Wrong {
        /// Place among the signatures, from 1.
        number: usize,
        /// The key that the signature names.
        key: PublicKey,
        /// First byte of the signature with its key.
        first: usize,
        /// Last byte.
        last: usize,
    },
    /// Nobody who is trusted has signed.
    #[error(
        "the model is signed, but by no key of the list of trusted keys: {}; have it signed by a trusted key, or add this \
         one to the list if you know whose it is",
        named(keys)
    )]
    Untrusted {
        /// The keys that have signed.
        keys: Vec<PublicKey>,
    },
    /// There is no room for another signature.
    #[error("the model has {MOST_SIGNATURES} signatures already, and a file holds no more; sign the unsigned file")]
    Full,
}

fn named(keys: &[PublicKey]) -> String {
    keys.iter().map(PublicKey::to_string).collect::<Vec<_>>().join(", ")
}

/// The keys that have signed a model file, whose signatures are all right; none where it is not signed.
///
/// # Errors
/// [`SignatureError::Load`], [`SignatureError::Wrong`].
pub fn signers(bytes: &[u8]) -> Result<Vec<PublicKey>, SignatureError> {
    let signatures = Model::signatures(bytes)?;
    let message = Model::signed_message(bytes)?;
    let start = bytes.len() - signatures.len() * ENTRY;
    let mut keys = Vec::with_capacity(signatures.len());
    for (index, signature) in signatures.iter().enumerate() {
        if !is_right(signature, &message) {
            let first = start + index * ENTRY;
            return Err(SignatureError::Wrong {
                number: index + 1,
                key: PublicKey(signature.key),
                first,
                last: first + ENTRY - 1,
            });
        }
        keys.push(PublicKey(signature.key));
    }
    Ok(keys)
}

/// Bytes of a key and its signature.
const ENTRY: usize = 96;

/// Whether a signature is right, by the strict rules: one encoding only, and no key that signs everything.
fn is_right(signature: &Signature, message: &[u8]) -> bool {
    let key = VerifyingKey::from_bytes(&signature.key);
    key.is_ok_and(|key| {
        key.verify_strict(message, &Ed25519::from_bytes(&signature.bytes))
            .is_ok()
    })
}

/// The signers of a model file that are in the list, with what the list says of them.
///
/// # Errors
/// [`SignatureError`] where the file is unsigned, wrongly signed, or signed by others only.
pub fn trusted_signers<'a>(
    bytes: &[u8],
    trusted: &'a TrustedKeys,
) -> Result<Vec<(PublicKey, &'a str)>, SignatureError> {
    let keys = signers(bytes)?;
    let known: Vec<(PublicKey, &str)> = keys
        .iter()
        .filter_map(|key| Some((*key, trusted.comment(key)?)))
        .collect();
    match (keys.is_empty(), known.is_empty()) {
        (true, _) => Err(SignatureError::Unsigned),
        (false, true) => Err(SignatureError::Untrusted { keys }),
        (false, false) => Ok(known),
    }
}

/// A model file with one more signature. The same key signs the same model with the same bytes, so signing again changes
/// nothing.
///
/// # Errors
/// [`SignatureError::Wrong`] where a signature in the file is wrong: nobody should sign beside it.
pub fn sign(bytes: &[u8], key: &PrivateKey) -> Result<Vec<u8>, SignatureError> {
    signers(bytes)?;
    let own = Signature {
        key: key.public().0,
        bytes: key.sign(&Model::signed_message(bytes)?),
    };
    let mut signatures = Model::signatures(bytes)?;
    signatures.retain(|signature| signature.key != own.key);
    signatures.push(own);
    if signatures.len() > MOST_SIGNATURES {
        return Err(SignatureError::Full);
    }
    Ok(Model::with_signatures(bytes, &signatures)?)
}
