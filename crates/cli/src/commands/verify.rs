//! `candor verify`.

use std::path::PathBuf;

use candor_core::artifact::Damage;
use candor_core::{LoadError, Model, Scorer};
use candor_store::signing::{SignatureError, TrustedKeys, signers, trusted_signers};
use clap::Args;

use super::model::Trust;
use super::{Answer, print};
use crate::error::Error;

/// Verify a model file: whole, undamaged, and signed.
///
/// Every signature in the file must match the model. With --trusted-keys one of them must be of a key in the list; without
/// it, the keys that have signed are named, and whether to trust them is for you to say. A damaged file is told with the
/// place of the damage: header, document or signatures, with the bytes.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code: 0 valid, 1 not valid (damaged, unsigned, wrongly signed, not trusted), 2 could not run.

Examples:
  candor verify model.candor
  candor verify model.candor --trusted-keys trusted-keys.txt")]
pub(super) struct Verify {
    /// Model file.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

impl Verify {
    pub(super) fn run(self) -> Result<Answer, Error> {
        let trusted = self.trust.keys()?;
        let bytes = std::fs::read(&self.model).map_err(Error::read(&self.model))?;
        let (answer, words) = match verify(&bytes, trusted.as_ref()) {
            Ok(words) => (Answer::Yes, words),
            // Another Candor can tell; this one cannot.
            Err(Flaw::Load(source @ (LoadError::TooNew { .. } | LoadError::TooOld { .. }))) => {
                return Err(Error::Model {
                    path: self.model,
                    source,
                });
            }
            Err(flaw) => (Answer::No, flaw.to_string()),
        };
        print(&format!("{}: {words}", self.model.display()))?;
        Ok(answer)
    }
}

/// Why a file is not valid.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error(
        "not valid: damaged in the {}, bytes {} to {} ({}); copy it again from where it was made",
        _0.part, _0.bytes.start(), _0.bytes.end(), _0.what
    )]
    Damaged(Damage),
    #[error("not valid: {0}")]
    Load(LoadError),
    #[error("not valid: {0}")]
    Signature(SignatureError),
}

/// What is to be said of a valid file.
fn verify(bytes: &[u8], trusted: Option<&TrustedKeys>) -> Result<String, Flaw> {
    let damage = |error: LoadError| match Damage::find(bytes) {
        Some(damage) if !matches!(error, LoadError::TooNew { .. } | LoadError::TooOld { .. }) => Flaw::Damaged(damage),
        _ => Flaw::Load(error),
    };
    let flaw = |error: SignatureError| match error {
        SignatureError::Load(error) => damage(error),
        other => Flaw::Signature(other),
    };
    let signers = signers(bytes).map_err(flaw)?;
    if signers.is_empty() {
        return Err(Flaw::Signature(SignatureError::Unsigned));
    }
    let mut lines = vec![format!(
        "valid\n  digest     {}",
        Model::digest_of(bytes).unwrap_or_default()
    )];
    let known = match trusted {
        Some(trusted) => trusted_signers(bytes, trusted).map_err(flaw)?,
        None => Vec::new(),
    };
    for key in &signers {
        let comment = known.iter().find(|(trusted, _)| trusted == key);
        lines.push(match (comment, trusted) {
            (Some((_, comment)), _) => format!("  signed by  {key}  trusted: {comment}"),
            (None, Some(_)) => format!("  signed by  {key}  not in the list of trusted keys"),
            (None, None) => format!("  signed by  {key}"),
        });
    }
    if trusted.is_none() {
        lines
            .push("  No list of trusted keys was given (--trusted-keys): whose these keys are was not checked.".into());
    }
    Scorer::from_bytes(bytes).map_err(Flaw::Load)?;
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

    use super::*;

    const PLAIN: &[u8] = include_bytes!("../../tests/from_outside/fixtures/signature/plain.model");
    const SIGNED: &[u8] = include_bytes!("../../tests/from_outside/fixtures/signature/signed.model");
    /// Bytes before the document, and of what stands before the signatures.
    const HEADER: usize = 52;
    const HEAD: usize = 12;

    #[test]
    fn a_flipped_bit_anywhere_is_found_with_its_place() {
        assert!(verify(SIGNED, None).is_ok());
        for place in 0..SIGNED.len() {
            for bit in 0..8 {
                let mut bytes = SIGNED.to_vec();
                bytes[place] ^= 1 << bit;
                let flaw = verify(&bytes, None).expect_err("it is damaged");
                let (part, range) = match &flaw {
                    Flaw::Damaged(damage) => (damage.part, damage.bytes.clone()),
                    Flaw::Signature(SignatureError::Wrong { first, last, .. }) => ("signatures", *first..=*last),
                    other => panic!("bit {bit} of byte {place}: {other}"),
                };
                let (expected, most) = match place {
                    0..8 => ("header", 8),
                    8..12 => ("header", 4),
                    12..20 => ("header", 8),
                    20..HEADER => ("header", 32),
                    _ if place < PLAIN.len() => ("document", PLAIN.len() - HEADER),
                    // A head, or an entry; a key that is no longer in order concerns all.
                    _ => ("signatures", SIGNED.len() - PLAIN.len()),
                };
                assert_eq!(part, expected, "bit {bit} of byte {place}: {flaw}");
                assert!(range.contains(&place), "bit {bit} of byte {place}: {flaw}");
                assert!(range.count() <= most, "bit {bit} of byte {place}: {flaw}");
            }
        }
    }

    #[test]
    fn other_damage_is_found_with_its_place() {
        let unsigned_with = |place: usize| {
            let mut bytes = PLAIN.to_vec();
            bytes[place] ^= 0x10;
            bytes
        };
        let end = PLAIN.len();
        for (bytes, words) in [
            (PLAIN.to_vec(), "the model is not signed"),
            (unsigned_with(3), "damaged in the header, bytes 0 to 7"),
            (
                unsigned_with(8),
                "damaged in the header, bytes 8 to 11 (the format version)",
            ),
            (
                unsigned_with(12),
                "damaged in the header, bytes 12 to 19 (the length of the document)",
            ),
            (unsigned_with(30), "damaged in the header, bytes 20 to 51 (the digest)"),
            (
                unsigned_with(60),
                "damaged in the document, bytes 52 to 1603 (its content)",
            ),
            (vec![], "damaged in the header, bytes 0 to 7"),
            (
                SIGNED[..30].to_vec(),
                "damaged in the header, bytes 30 to 51 (it is cut off)",
            ),
            (
                SIGNED[..600].to_vec(),
                "damaged in the document, bytes 52 to 599 (it is cut off)",
            ),
            (
                SIGNED[..HEADER].to_vec(),
                "damaged in the document, bytes 51 to 51 (it is cut off)",
            ),
            (
                SIGNED[..end + HEAD + 50].to_vec(),
                "damaged in the signatures, bytes 1604 to 1665",
            ),
            (
                [SIGNED, b"more"].concat(),
                "damaged in the signatures, bytes 1604 to 1811",
            ),
            (b"a,b,c\n1,2,3\n".to_vec(), "damaged in the header"),
        ] {
            let flaw = verify(&bytes, None).expect_err(words).to_string();
            assert!(flaw.contains(words), "no '{words}' in\n{flaw}");
        }
    }
}
