//! `candor keygen`.

use std::path::PathBuf;

use candor_store::signing::PrivateKey;
use clap::Args;

use super::print;
use crate::error::Error;

/// Make a key pair to sign models with.
///
/// Writes the private key to FILE, which only you can read (permissions 0600), and the public key to FILE.pub. Keep FILE
/// out of every repository and backup that others read; give FILE.pub to those who use your models. Neither file is ever
/// overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor keygen --output ~/.candor/risk-team.key --comment \"risk team, 2026\"
  cat risk-team.key.pub >> trusted-keys.txt        (a list for --trusted-keys)")]
pub(super) struct Keygen {
    /// File for the private key.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Whose key it is, for those who read a list of keys.
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

impl Keygen {
    pub(super) fn run(self) -> Result<(), Error> {
        if self.comment.contains(char::is_control) {
            return Err(Error::Usage {
                problem: "--comment: a comment is one line of plain text".into(),
            });
        }
        let key = PrivateKey::random()?;
        let public = key.write(&self.output, self.comment.trim())?;
        print(&format!(
            "Private key: {} (keep it to yourself)\nPublic key:  {}\n{} {}",
            self.output.display(),
            public.display(),
            key.public(),
            self.comment.trim()
        ))
    }
}
