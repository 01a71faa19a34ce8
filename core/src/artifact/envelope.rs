//! What stands around the document of a model file: header, digest, and signatures behind it.

use sha2::{Digest, Sha256};

use super::signatures;
use super::{FORMAT_VERSION, LoadError, OLDEST_VERSION};

pub(super) const MAGIC: [u8; 8] = *b"\x89CANDOR\n";
/// Bytes before the document.
pub(super) const HEADER: usize = 52;

/// A file whose magic, version, lengths and digest are right, and whose signatures are well-formed.
pub(super) struct Envelope<'a> {
    /// The CBOR document.
    pub(super) document: &'a [u8],
    /// What stands behind it: nothing, or a block of signatures.
    pub(super) signatures: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Takes a file apart; `computed` is its digest, if the host knows it.
    pub(super) fn open(bytes: &'a [u8], computed: Option<[u8; 32]>) -> Result<Self, LoadError> {
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) || bytes.is_empty() {
            return Err(LoadError::NotAModel);
        }
        let wrong_length = |expected: u64| LoadError::WrongLength {
            expected,
            found: bytes.len() as u64,
        };
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
            return Err(wrong_length(HEADER as u64));
        };
        let version = header[8..12]
            .iter()
            .rev()
            .fold(0_u32, |value, &byte| value << 8 | u32::from(byte));
        let length = header[12..20]
            .iter()
            .rev()
            .fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
        let whole = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length))
            .filter(|(_, behind)| behind.is_empty() || signatures::begin(behind));
        // A flipped bit in the version is damage, not a newer format: the digest tells.
        let intact = whole.is_some_and(|(document, _)| {
            computed.unwrap_or_else(|| digest(&header[..20], document))[..] == header[20..]
        });
        if version > FORMAT_VERSION && (intact || whole.is_none()) {
            return Err(LoadError::TooNew { found: version });
        }
        let Some((document, signatures)) = whole else {
            return Err(wrong_length(length.saturating_add(HEADER as u64)));
        };
        if !intact {
            return Err(LoadError::Damaged);
        }
        if version < OLDEST_VERSION {
            return Err(LoadError::TooOld { found: version });
        }
        signatures::check(signatures).map_err(|problem| LoadError::DamagedSignatures { problem })?;
        Ok(Self { document, signatures })
    }
}

/// A file around a document.
pub(super) fn write(document: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + document.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(document.len() as u64).to_le_bytes());
    let digest = digest(&bytes, document);
    bytes.extend_from_slice(&digest);
    bytes.extend_from_slice(document);
    bytes
}

/// SHA-256 of the header up to itself, and of the document.
pub(super) fn digest(header: &[u8], document: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(header);
    // A WebAssembly host begins with quickly made, slow code and replaces it while the program runs, but a call that has
    // begun stays slow: so there are many short ones.
    for part in document.chunks(2048) {
        digest.update(part);
    }
    digest.finalize().into()
}
