//! Keys in files: a private key that only its owner can read, and lists of public keys.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use candor_core::{from_hexadecimal, hexadecimal};
use candor_native::{OutputFile, folder_of};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::error::Error;

/// What the line with the secret begins with.
const SECRET: &str = "candor-private-key-ed25519";
/// No file of keys is longer; a model or a table given by mistake is not read whole.
const MOST_BYTES: u64 = 1 << 20;

/// An Ed25519 public key, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

/// An Ed25519 private key. It is wiped from memory when it is dropped, and shown nowhere.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// [`Error::Refused`] where the system has none.
    pub fn random() -> Result<Self, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| Error::Refused {
            problem: format!("the system gives no random numbers for a key ({error}); make the key on another machine"),
        })?;
        Ok(Self(SigningKey::from_bytes(&secret)))
    }

    /// Reads a key, of a file that nobody else can read.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Table`] where the file holds no key or its permissions are too wide.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |problem: String| Error::table(path, problem);
        let mut file = File::open(path).map_err(Error::read(path))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = file.metadata().map_err(Error::read(path))?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(refuse(format!(
                    "others can read or change this private key (permissions {mode:04o}); run chmod 600 on it, and make a new \
                     key if somebody may have read it"
                )));
            }
        }
        let text = text_of(&mut file, path)?;
        let secret = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(SECRET))
            .and_then(|digits| from_hexadecimal(digits.trim()));
        let secret = secret.ok_or_else(|| {
            refuse(format!(
                "this is no private key of Candor (a line '{SECRET}' and 64 hexadecimal digits); make one with candor keygen"
            ))
        })?;
        Ok(Self(SigningKey::from_bytes(&secret)))
    }

    /// Writes the key to a new file that only its owner can read, and its public key to `FILE.pub`, a list of one.
    ///
    /// # Errors
    /// [`Error::Exists`] where one of the files is there: a key that is overwritten is lost. [`Error::Write`].
    pub fn write(&self, path: &Path, comment: &str) -> Result<PathBuf, Error> {
        let public_path = PathBuf::from(format!("{}.pub", path.display()));
        if path.exists() {
            return Err(Error::KeyExists { path: path.to_owned() });
        }
        let line = format!("{} {comment}", self.public());
        let mut public = OutputFile::create(&public_path, false)?;
        writeln!(public, "{}", line.trim_end()).map_err(Error::write(&public_path))?;

        // A temporary file is readable by its owner only, from the first moment.
        let mut file = tempfile::Builder::new()
            .prefix(".candor-")
            .suffix(".partial")
            .tempfile_in(folder_of(path))
            .map_err(Error::write(path))?;
        let text = format!(
            "# A private key of Candor: whoever reads it can sign models in your name.\n# Public key: {}\n{SECRET} {}\n",
            line.trim_end(),
            hexadecimal(self.0.as_bytes())
        );
        file.write_all(text.as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(Error::write(path))?;
        file.persist_noclobber(path)
            .map_err(|failure| match failure.error.kind() {
                std::io::ErrorKind::AlreadyExists => Error::KeyExists { path: path.to_owned() },
                _ => Error::write(path)(failure.error),
            })?;
        public.finish()?;
        Ok(public_path)
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The signature of a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// A list of public keys, each with what the list says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKeys {
    keys: Vec<(PublicKey, String)>,
}

impl TrustedKeys {
    /// Reads a list: a line a key, 64 hexadecimal digits and a comment; empty lines and lines that begin with `#` are
    /// passed over.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Row`] for a line that is no key; [`Error::Table`] where there is none at all.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = text_of(&mut File::open(path).map_err(Error::read(path))?, path)?;
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let refuse = |problem: &str| Error::row(path, index as u64 + 1, problem);
            if line.starts_with(SECRET) {
                return Err(refuse(
                    "this is a private key, which belongs into no list; give the public one (FILE.pub), and keep this to yourself",
                ));
            }
            let (digits, comment) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let key = from_hexadecimal(digits).ok_or_else(|| {
                refuse("a line holds a public key, 64 hexadecimal digits, and may hold a comment; copy the line of FILE.pub")
            })?;
            if VerifyingKey::from_bytes(&key).map_or(true, |key| key.is_weak()) {
                return Err(refuse(
                    "this is no public key of Ed25519, or one that would accept any signature; remove it",
                ));
            }
            keys.push((PublicKey(key), comment.trim().to_owned()));
        }
        if keys.is_empty() {
            return Err(Error::table(
                path,
                "the list holds no key, so that no model could be loaded; add lines of FILE.pub files",
            ));
        }
        Ok(Self { keys })
    }

    /// What the list says of a key; `None` where it is not in the list.
    pub fn comment(&self, key: &PublicKey) -> Option<&str> {
        let (_, comment) = self.keys.iter().find(|(known, _)| known == key)?;
        Some(comment)
    }
}

fn text_of(file: &mut File, path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(Error::read(path))?;
    String::from_utf8(bytes).map_err(|_| {
        Error::table(
            path,
            "this is no file of keys, which are lines of text; name the right file",
        )
    })
}
