//! Files that appear whole: written beside their place, then renamed into it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::Error;

/// A file being written. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    force: bool,
    writer: BufWriter<Place>,
}

/// Where the bytes go until the file is whole.
#[derive(Debug)]
enum Place {
    /// Into a file beside, which is then renamed.
    Beside(NamedTempFile),
    /// Straight into a device or a pipe, such as `/dev/null`: renaming would replace it by a file.
    Device(File),
}

/// Checks that `path` can be written, so that a long computation does not end in a refusal.
///
/// # Errors
/// [`Error::Exists`] when the file is there and `force` is not given; [`Error::Write`] when its folder is not there or
/// takes no files.
pub fn destination(path: &Path, force: bool) -> Result<(), Error> {
    check(path, force)?;
    if !is_device(path) {
        OutputFile::beside(path)?; // and gone again
    }
    Ok(())
}

fn check(path: &Path, force: bool) -> Result<(), Error> {
    if is_device(path) {
        return Ok(());
    }
    if !force && path.exists() {
        return Err(Error::Exists { path: path.to_owned() });
    }
    let folder = folder_of(path);
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    let problem = if path.is_dir() {
        "this is a folder"
    } else {
        "its folder does not exist"
    };
    Err(Error::Write {
        path: path.to_owned(),
        source: io::Error::other(problem),
    })
}

impl OutputFile {
    /// Begins a file that will stand at `path`.
    ///
    /// # Errors
    /// As [`destination`].
    pub fn create(path: &Path, force: bool) -> Result<Self, Error> {
        check(path, force)?;
        let place = if is_device(path) {
            Place::Device(OpenOptions::new().write(true).open(path).map_err(Error::write(path))?)
        } else {
            Place::Beside(Self::beside(path)?)
        };
        Ok(Self {
            path: path.to_owned(),
            force,
            writer: BufWriter::with_capacity(1 << 16, place),
        })
    }

    fn beside(path: &Path) -> Result<NamedTempFile, Error> {
        let mut builder = Builder::new();
        builder.prefix(".candor-").suffix(".partial");
        #[cfg(unix)]
        {
            // A temporary file is private by default; the result should have the permissions of any new file.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(folder_of(path)).map_err(|error| {
            // Without the name of the temporary file, which nobody has asked for.
            let source = if error.get_ref().is_some() {
                io::Error::from(error.kind())
            } else {
                error
            };
            Error::Write {
                path: path.to_owned(),
                source,
            }
        })
    }

    /// Puts the file into its place.
    ///
    /// # Errors
    /// [`Error::Write`]; [`Error::Exists`] when another process was faster.
    pub fn finish(self) -> Result<(), Error> {
        let Self { path, force, writer } = self;
        let place = writer.into_inner().map_err(|error| Error::Write {
            path: path.clone(),
            source: error.into_error(),
        })?;
        let Place::Beside(file) = place else {
            return Ok(());
        };
        file.as_file().sync_all().map_err(Error::write(&path))?;
        let persisted = if force {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        match persisted {
            Ok(_) => Ok(()),
            Err(failure) if failure.error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Exists { path }),
            Err(failure) => Err(Error::Write {
                path,
                source: failure.error,
            }),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file) => file.write(bytes),
            Self::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file) => file.flush(),
            Self::Device(file) => file.flush(),
        }
    }
}

/// Whether `path` is there and neither a file nor a folder.
fn is_device(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The folder that a file stands in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Brings the names in a folder to the disk, where the system can.
///
/// # Errors
/// [`Error::Write`].
pub fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        let opened = File::open(folder).map_err(Error::write(folder))?;
        opened.sync_all().map_err(Error::write(folder))?;
    }
    Ok(())
}

/// Writes several files; all are whole before any is put into its place.
///
/// # Errors
/// As for [`OutputFile`].
pub fn write_files(files: &[(PathBuf, Vec<u8>)], force: bool) -> Result<(), Error> {
    let mut written = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let mut file = OutputFile::create(path, force)?;
        file.write_all(bytes).map_err(Error::write(path))?;
        written.push(file);
    }
    written.into_iter().try_for_each(OutputFile::finish)
}
