//! Definition and policy files that are named on the command line, or built in.

use std::path::PathBuf;

use crate::error::Error;

/// The table that training reads.
pub(super) const TABLE: &str = "application_train";

/// A file's name and text, or the built-in ones.
pub(super) fn read_or(path: Option<&PathBuf>, name: &str, text: &str) -> Result<(String, String), Error> {
    match path {
        None => Ok((format!("{name} (built in)"), text.to_owned())),
        Some(path) => read_text(path),
    }
}

/// A file's name and text.
pub(super) fn read_text(path: &PathBuf) -> Result<(String, String), Error> {
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    Ok((path.display().to_string(), text))
}
