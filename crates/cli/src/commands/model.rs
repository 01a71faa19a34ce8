//! Loading a model file: whichever command does, it does it here, so that a list of trusted keys holds for all of them.

use std::path::{Path, PathBuf};

use candor_core::{Model, Scorer};
use candor_store::Error as StoreError;
use candor_store::signing::{TrustedKeys, trusted_signers};
use clap::Args;

use crate::error::Error;

/// Whose models are loaded.
#[derive(Debug, Clone, Args)]
pub(super) struct Trust {
    /// Load only models signed by a key of this list (a public key a line, as in the FILE.pub of candor keygen); any other
    /// is refused.
    #[arg(long, value_name = "FILE", env = "CANDOR_TRUSTED_KEYS")]
    trusted_keys: Option<PathBuf>,
}

/// A model that has passed every check.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The model, ready to score.
    pub(super) scorer: Scorer,
    /// Its digest, which names it.
    pub(super) digest: String,
    /// The whole file.
    pub(super) bytes: Vec<u8>,
}

impl Trust {
    /// Loads a model file.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Model`] where it is no sound model; [`Error::Store`] where it is not signed by a
    /// trusted key and one was asked for.
    pub(super) fn load(&self, path: &Path) -> Result<Loaded, Error> {
        let bytes = std::fs::read(path).map_err(Error::read(path))?;
        self.check(path, &bytes)?;
        let scorer = Scorer::from_bytes(&bytes).map_err(|source| Error::Model {
            path: path.to_owned(),
            source,
        })?;
        let digest = Model::digest_of(&bytes).unwrap_or_default();
        Ok(Loaded { scorer, digest, bytes })
    }

    /// Checks that a model file is signed as asked for; without a list, any is.
    pub(super) fn check(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        match self.keys()? {
            Some(keys) => trusted_signers(bytes, &keys)
                .map(drop)
                .map_err(|error| StoreError::signature(path)(error).into()),
            None => Ok(()),
        }
    }

    /// The list, where one was named.
    pub(super) fn keys(&self) -> Result<Option<TrustedKeys>, Error> {
        Ok(self.trusted_keys.as_deref().map(TrustedKeys::read).transpose()?)
    }
}
