//! Where a damaged model file is damaged.

use std::ops::RangeInclusive;

use super::FORMAT_VERSION;
use super::envelope::{HEADER, MAGIC, digest};
use super::signatures;

/// A part of a model file, and the bytes of it that are not as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where: `header`, `document` or `signatures`.
    pub part: &'static str,
    /// Which part of it, in words.
    pub what: &'static str,
    /// Bytes of the file, from 0, among which the damage is.
    pub bytes: RangeInclusive<usize>,
}

/// Two digests that differ in so many bits or fewer are of the same content: those of different contents differ in about
/// half of their 256 bits, and in so few not once in 2⁵⁰ times.
const FEW_BITS: u32 = 64;

impl Damage {
    /// Where a file is damaged; `None` where header, digest and the form of the signatures are right.
    ///
    /// The digest in the header tells: a wrong version or length is found by trying the right one, and a damaged digest is
    /// told from a damaged document by how much the two digests differ.
    pub fn find(bytes: &[u8]) -> Option<Self> {
        let last = bytes.len().saturating_sub(1);
        let header = |what, bytes| {
            Some(Self {
                part: "header",
                what,
                bytes,
            })
        };
        if !bytes.starts_with(&MAGIC) {
            return header("the first eight bytes, which every model file begins with", 0..=7);
        }
        let Some((head, rest)) = bytes.split_at_checked(HEADER) else {
            return header("it is cut off", bytes.len()..=HEADER - 1);
        };
        let length = head[12..20]
            .iter()
            .rev()
            .fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
        let recorded = &head[20..];
        let differing = |version: &[u8], document: &[u8]| {
            let length = (document.len() as u64).to_le_bytes();
            let found = digest(&[&MAGIC, version, &length].concat(), document);
            let bits = found
                .iter()
                .zip(recorded)
                .map(|(one, other)| (one ^ other).count_ones());
            bits.sum::<u32>()
        };
        let (version, written) = (&head[8..12], FORMAT_VERSION.to_le_bytes());
        let told = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length));
        if let Some((document, behind)) = told {
            match differing(version, document) {
                0 if behind.is_empty() || signatures::begin(behind) && signatures::check(behind).is_ok() => {
                    return None;
                }
                0 => {
                    return Some(Self {
                        part: "signatures",
                        what: "their beginning, their number or their order",
                        bytes: HEADER + document.len()..=last,
                    });
                }
                1..=FEW_BITS => return header("the digest", 20..=HEADER - 1),
                _ if differing(&written, document) == 0 => return header("the format version", 8..=11),
                _ => {}
            }
        }
        let right_length = signatures::possible_lengths(rest)
            .filter_map(|length| rest.get(..length))
            .any(|document| differing(version, document) == 0);
        if right_length {
            return header("the length of the document", 12..=19);
        }
        let (what, end) = match told {
            Some((document, _)) => ("its content", HEADER + document.len().saturating_sub(1)),
            None => ("it is cut off", last),
        };
        Some(Self {
            part: "document",
            what,
            bytes: HEADER.min(end)..=end,
        })
    }
}
