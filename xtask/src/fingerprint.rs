//! Knowing that nothing changed: a product is built again only when the fingerprint of what goes into it is another one.

use crate::error::Error;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Folders that hold results or installed packages, never sources.
const NOT_SOURCES: [&str; 4] = ["target", "dist", "node_modules", ".git"];

/// A hash over files and texts.
///
/// It decides only whether work is repeated, so the standard library's hasher is good enough; another Rust release may
/// hash otherwise, and then the work is done once more.
#[derive(Default)]
pub struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds a text, such as a version or an option.
    pub fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// Adds the names and contents of a file, or of all files in a folder. What is not there adds its name only.
    pub fn sources(mut self, path: &Path) -> Result<Self, Error> {
        for file in files(path)? {
            file.hash(&mut self.0);
            fs::read(&file).map_err(Error::io("read", &file))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// Adds names, sizes and times of change: for data too large to be read just to see whether it changed.
    pub fn listing(mut self, path: &Path) -> Result<Self, Error> {
        for file in files(path)? {
            let about = fs::metadata(&file).map_err(Error::io("read", &file))?;
            let changed = about
                .modified()
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            (file, about.len(), changed).hash(&mut self.0);
        }
        Ok(self)
    }

    /// The fingerprint as text.
    pub fn finish(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Whether `stamp` holds this fingerprint.
pub fn unchanged(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == fingerprint)
}

/// Keeps a fingerprint, after the work it stands for is done.
pub fn keep(stamp: &Path, fingerprint: &str) -> Result<(), Error> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    fs::write(stamp, fingerprint).map_err(Error::io("write", stamp))
}

/// All files at or below a path, sorted, so that the order of a directory does not count.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(if path.exists() {
            vec![path.to_path_buf()]
        } else {
            Vec::new()
        });
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
        let entry = entry.map_err(Error::io("read", path))?;
        if !NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
            found.append(&mut files(&entry.path())?);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_and_names_count() -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("candor-fingerprint-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules"))?;
        let of = || Fingerprint::default().sources(&folder).map(Fingerprint::finish);
        let empty = of()?;
        fs::write(folder.join("a"), "1")?;
        let one = of()?;
        fs::write(folder.join("a"), "2")?;
        let two = of()?;
        fs::write(folder.join("node_modules").join("b"), "3")?;
        assert_eq!(two, of()?, "installed packages are not sources");
        assert!(empty != one && one != two);
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
