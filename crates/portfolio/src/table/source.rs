//! Bytes with a name: what a table is read from.

use std::io::{self, Read};
use std::path::Path;

use crate::error::Error;

/// What an error of reading means for a kind of file.
pub type Complaint = fn(&Path, io::Error) -> Error;

/// The bytes of a file, wherever they come from, and the file's name for messages.
pub struct Source<'a> {
    /// The file's name.
    pub file: &'a Path,
    /// Its bytes.
    pub bytes: Box<dyn Read + 'a>,
    /// What is said when reading them fails.
    pub complaint: Complaint,
}

impl<'a> Source<'a> {
    /// The bytes of the file called `file`.
    ///
    /// ```
    /// use std::path::Path;
    /// use candor_portfolio::table::{CsvRows, NotationRules, Source};
    ///
    /// let source = Source::new(Path::new("clients.csv"), &b"age;income\n41;1250,5\n"[..]);
    /// let rows = CsvRows::new(source, NotationRules::default())?;
    /// assert_eq!(rows.names, ["age", "income"]);
    /// # Ok::<(), candor_portfolio::Error>(())
    /// ```
    pub fn new(file: &'a Path, bytes: impl Read + 'a) -> Self {
        Self {
            file,
            bytes: Box::new(bytes),
            complaint: Error::unreadable,
        }
    }
}
