//! `candor sign`.

use std::io::Write;
use std::path::PathBuf;

use candor_native::OutputFile;
use candor_store::Error as StoreError;
use candor_store::signing::{PrivateKey, sign};
use clap::Args;

use super::model::Trust;
use super::print;
use crate::error::Error;

/// Sign a model, so that others can tell that it comes from you.
///
/// Adds an Ed25519 signature at the end of the model file. The model stays what it was, digest included, and the file is
/// replaced as a whole or not at all. Signing again with the same key changes nothing; up to 16 keys can sign a model.
///
/// A model is loaded and checked before it is signed. With --trusted-keys it must bear a trusted signature already.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor keygen --output risk-team.key --comment \"risk team, 2026\"
  candor sign model.candor --key risk-team.key
  candor verify model.candor --trusted-keys risk-team.key.pub
  candor score --model model.candor --trusted-keys risk-team.key.pub --input clients.csv")]
pub(super) struct Sign {
    /// Model file.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Private key, made by candor keygen; a file that others can read is refused.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Write the signed model to this file instead of into its own place.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the --output file if it is there.
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    trust: Trust,
}

impl Sign {
    pub(super) fn run(self) -> Result<(), Error> {
        let key = PrivateKey::read(&self.key)?;
        let loaded = self.trust.load(&self.model)?;
        let signed = sign(&loaded.bytes, &key).map_err(StoreError::signature(&self.model))?;
        let (path, force) = match self.output {
            Some(path) => (path, self.force),
            // A link stays a link: the file behind it is replaced.
            None => (
                std::fs::canonicalize(&self.model).map_err(Error::read(&self.model))?,
                true,
            ),
        };
        let mut file = OutputFile::create(&path, force)?;
        file.write_all(&signed).map_err(Error::write(&path))?;
        file.finish()?;
        print(&format!(
            "Signed: {}\n  digest  {}\n  key     {}",
            path.display(),
            loaded.digest,
            key.public()
        ))
    }
}
