//! What a store holds: files named after the SHA-256 of their content, written once and never changed.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use candor_core::hexadecimal;
use candor_native::sync_folder;
use sha2::{Digest, Sha256};
use tempfile::Builder;

use crate::error::Error;

/// Hexadecimal digits of a name.
const DIGITS: usize = 64;
/// How the name of a file begins that is still being written.
const PARTIAL: &str = ".partial-";

/// The folder of the objects.
#[derive(Debug, Clone)]
pub struct Objects {
    folder: PathBuf,
}

impl Objects {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the object of this name stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Puts an object into its place, unless it is there, and returns its name. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub(super) fn put(&self, content: &[u8]) -> Result<String, Error> {
        let name = name_of(content);
        let path = self.path(&name);
        // One that is there and damaged is mended by the same content.
        if fs::read(&path).is_ok_and(|there| there == content) {
            return Ok(name);
        }
        let place = || Error::write(&path);
        private_folder(&self.folder)?;
        let beside = Builder::new().prefix(PARTIAL).tempfile_in(&self.folder);
        let mut file = beside.map_err(|error| place()(without_name(error)))?;
        file.write_all(content).map_err(place())?;
        file.as_file().sync_all().map_err(place())?;
        file.persist(&path).map_err(|error| place()(error.error))?;
        sync_folder(&self.folder)?;
        Ok(name)
    }

    /// The content of an object.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Table`] when it is not what was stored.
    pub fn get(&self, name: &str) -> Result<Vec<u8>, Error> {
        let path = self.path(name);
        let content = fs::read(&path).map_err(Error::read(&path))?;
        let found = name_of(&content);
        if found == name {
            return Ok(content);
        }
        let problem = format!(
            "this is not what was stored: its SHA-256 is {found}, and its name says what it should be; restore it from a copy"
        );
        Err(Error::table(&path, problem))
    }

    /// The files that are there and not among `named`: what a killed writer left.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub(super) fn leftovers(&self, named: &HashSet<String>) -> Result<Vec<PathBuf>, Error> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::read(&self.folder)(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(Error::read(&self.folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // A file of any other name is not ours to judge.
            let is_object = name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if name.starts_with(PARTIAL) || is_object && !named.contains(&name) {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}

/// The name of an object.
pub fn name_of(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

/// Makes a folder that only its owner can enter; it may be there.
pub(super) fn private_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(Error::write(folder))
}

/// An error without the name of the temporary file, which nobody has asked for.
fn without_name(error: std::io::Error) -> std::io::Error {
    if error.get_ref().is_some() {
        error.kind().into()
    } else {
        error
    }
}
