//! The form of the signatures behind the document of a model file.
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | `89 43 41 4E 53 49 47 0A`: a byte that is not ASCII, then `CANSIG` and a line feed |
//! | 8–11 | number of signatures, u32 little-endian, 1 to [`MOST_SIGNATURES`] |
//! | 12– | 96 bytes each: an Ed25519 public key (32) and its signature (64), in increasing order of the keys |
//!
//! A set of signatures has one encoding, and no key signs twice. The digest in the header, which is the model's identity,
//! does not cover them, so a model keeps its name when it is signed. The whole key stands in the file and not a short id of
//! it: so a file tells by itself whether its signatures are right, and a list of keys only says whom to trust.

/// Most signatures in a file.
pub const MOST_SIGNATURES: usize = 16;

const MAGIC: [u8; 8] = *b"\x89CANSIG\n";
/// Magic and number.
const HEAD: usize = 12;
const KEY: usize = 32;
/// Key and signature.
const ENTRY: usize = KEY + 64;

/// A signature of a model file: whose, and the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The public key.
    pub key: [u8; 32],
    /// The Ed25519 signature of [`Model::signed_message`](crate::Model::signed_message).
    pub bytes: [u8; 64],
}

/// Whether what stands behind a document are signatures.
pub(super) fn begin(behind: &[u8]) -> bool {
    behind.starts_with(&MAGIC)
}

/// Checks the form of what stands behind a document: nothing, or a block.
pub(super) fn check(block: &[u8]) -> Result<(), &'static str> {
    if block.is_empty() {
        return Ok(());
    }
    let Some((head, entries)) = block.split_at_checked(HEAD) else {
        return Err("their number is cut off");
    };
    let count = head[8..]
        .iter()
        .rev()
        .fold(0_usize, |count, &byte| count << 8 | usize::from(byte));
    if !head.starts_with(&MAGIC) || !(1..=MOST_SIGNATURES).contains(&count) {
        return Err("their number is not between 1 and 16");
    }
    if entries.len() != count * ENTRY {
        return Err("they are incomplete or have bytes too many");
    }
    let increasing = entries
        .chunks_exact(ENTRY)
        .zip(entries.chunks_exact(ENTRY).skip(1))
        .all(|(one, next)| one[..KEY] < next[..KEY]);
    if !increasing {
        return Err("their keys do not increase");
    }
    Ok(())
}

/// How long the document can be, for what stands behind the header: with each number of signatures behind it, or without.
pub(super) fn possible_lengths(rest: &[u8]) -> impl Iterator<Item = usize> {
    (0..=MOST_SIGNATURES).filter_map(|count| {
        let block = if count == 0 { 0 } else { HEAD + count * ENTRY };
        let length = rest.len().checked_sub(block)?;
        (count == 0 || begin(&rest[length..])).then_some(length)
    })
}

/// The signatures in a block whose form is right.
pub(super) fn read(block: &[u8]) -> Vec<Signature> {
    let entries = block.get(HEAD..).unwrap_or_default().chunks_exact(ENTRY);
    let read = |entry: &[u8]| {
        let (key, bytes) = entry.split_at_checked(KEY)?;
        Some(Signature {
            key: key.try_into().ok()?,
            bytes: bytes.try_into().ok()?,
        })
    };
    entries.filter_map(read).collect()
}

/// Appends the block of signatures to a file; without any, nothing.
pub(super) fn append(signatures: &[Signature], file: &mut Vec<u8>) {
    if signatures.is_empty() {
        return;
    }
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&u32::try_from(signatures.len()).unwrap_or(u32::MAX).to_le_bytes());
    for Signature { key, bytes } in signatures {
        file.extend_from_slice(key);
        file.extend_from_slice(bytes);
    }
}
