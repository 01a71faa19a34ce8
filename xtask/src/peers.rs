//! The libraries that Candor is measured beside: pinned, in the cache folder, one failing without the others.

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::plan::Done;
use crate::report::Log;
use crate::workspace::Workspace;
use crate::{process, tools};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// From PyPI. NumPy carries the rows, and `onnx` writes the model that ONNX Runtime runs.
const PYTHON: [(&str, &str); 6] = [
    ("numpy", "2.4.6"),
    ("lightgbm", "4.7.0"),
    ("xgboost", "3.2.0"),
    ("onnx", "1.23.2"),
    ("onnxruntime", "1.31.1"),
    ("ydf", "0.16.1"),
];
/// From npm.
const NPM: [(&str, &str); 2] = [("onnxruntime-web", "1.30.0"), ("ydf-inference", "0.0.4")];

/// Where the peers are.
pub struct Peers {
    /// Holds `python/`, `npm/`, and for each package `NAME.installed` or the reason in `NAME.failed`.
    pub folder: PathBuf,
}

impl Peers {
    /// The peers of these versions; they need not be there yet.
    pub fn new(workspace: &Workspace) -> Self {
        let pins = PYTHON.iter().chain(&NPM);
        let fingerprint = pins.fold(Fingerprint::default(), |fingerprint, (name, version)| {
            fingerprint.text(name).text(version)
        });
        let folder = workspace
            .cache
            .join("bench")
            .join(format!("peers-{}", fingerprint.finish()));
        Self { folder }
    }

    /// A name for these versions.
    pub fn name(&self) -> String {
        self.folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// The Python that finds the packages.
    pub fn python(&self) -> PathBuf {
        let place = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        self.folder.join("python").join(place)
    }

    /// The `node_modules` with the packages.
    pub fn packages(&self) -> PathBuf {
        self.folder.join("npm").join("node_modules")
    }

    /// Installs what is not there. A package that cannot be installed leaves the reason, and is tried again next time.
    pub fn provide(&self, log: &Log) -> Result<Done, Error> {
        let npm = self.folder.join("npm");
        fs::create_dir_all(&npm).map_err(Error::io("create", &npm))?;
        let path = self.folder.with_extension("lock");
        let lock = File::create(&path).map_err(Error::io("write", &path))?;
        lock.lock().map_err(Error::io("lock", &path))?;
        let missing = |packages: &'static [(&str, &str)]| {
            let missing = packages
                .iter()
                .filter(|(name, _)| !self.mark(name, "installed").exists());
            missing.collect::<Vec<_>>()
        };
        let (python, javascript) = (missing(&PYTHON), missing(&NPM));
        if python.is_empty() && javascript.is_empty() {
            return Ok(Done::Nothing("there"));
        }
        self.environment(log)?;
        let mut failed = Vec::new();
        for (name, version) in python {
            let mut pip = process::command(self.python(), &self.folder);
            pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install"]);
            // A wheel or nothing: compiling one of these takes hours.
            pip.args(["--only-binary", ":all:"]).arg(format!("{name}=={version}"));
            if *name == "xgboost" {
                // It would bring 350 MB for graphics cards; what else it needs has come with LightGBM.
                pip.arg("--no-deps");
            }
            failed.extend(self.install(name, &mut pip, log)?);
        }
        for (name, version) in javascript {
            let mut command = tools::npm(&npm);
            // Their scripts would only fetch builds that are not used.
            command.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
            failed.extend(self.install(name, command.arg(&npm).arg(format!("{name}@{version}")), log)?);
        }
        Ok(if failed.is_empty() {
            Done::Worked
        } else {
            Done::Show(format!("Not installed, so not measured: {}", failed.join(", ")))
        })
    }

    /// Makes the folder in which Python keeps the packages.
    fn environment(&self, log: &Log) -> Result<(), Error> {
        // A folder that a killed run left behind has a Python, but perhaps no pip.
        let mark = self.mark("environment", "installed");
        if mark.exists() {
            return Ok(());
        }
        let made = ["python3", "python"].iter().any(|program| {
            let mut python = process::command(program, &self.folder);
            log.run(python.args(["-m", "venv"]).arg(self.folder.join("python")))
                .is_ok()
        });
        if made {
            return fs::write(&mark, "").map_err(Error::io("write", &mark));
        }
        Err(Error::Missing {
            what: "Python 3 with venv".to_owned(),
            why: "the other libraries are installed and measured in it".to_owned(),
            command: "apt-get install -y python3-venv".to_owned(),
        })
    }

    /// Installs one package; its name if that fails.
    fn install(&self, name: &'static str, command: &mut Command, log: &Log) -> Result<Option<&'static str>, Error> {
        let (installed, failed) = (self.mark(name, "installed"), self.mark(name, "failed"));
        let write = |path: &Path, text: &str| fs::write(path, text).map_err(Error::io("write", path));
        if let Err(error) = log.run(command) {
            write(&failed, &format!("{error}: {}", log.last(300)))?;
            return Ok(Some(name));
        }
        if failed.exists() {
            fs::remove_file(&failed).map_err(Error::io("remove", &failed))?;
        }
        write(&installed, "")?;
        Ok(None)
    }

    fn mark(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{name}.{kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_cannot_be_installed_leaves_the_reason() -> Result<(), Error> {
        let folder = std::env::temp_dir().join(format!("candor-peers-{}", std::process::id()));
        let log = Log::create("peers-test", &folder, false)?;
        let peers = Peers { folder: folder.clone() };
        let rustc = |argument: &str| {
            let mut rustc = process::command("rustc", &folder);
            rustc.arg(argument);
            rustc
        };
        assert_eq!(
            peers.install("thing", &mut rustc("--no-such-option"), &log)?,
            Some("thing")
        );
        let reason = fs::read_to_string(peers.mark("thing", "failed")).unwrap_or_default();
        assert!(reason.contains("rustc --no-such-option") && !peers.mark("thing", "installed").exists());
        assert_eq!(peers.install("thing", &mut rustc("--version"), &log)?, None);
        assert!(peers.mark("thing", "installed").exists() && !peers.mark("thing", "failed").exists());
        fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))
    }
}
