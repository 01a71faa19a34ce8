//! The MLflow server with which the command line is tested: pinned, from PyPI, in the cache folder.

use crate::error::Error;
use crate::plan::Done;
use crate::process;
use crate::report::Log;
use crate::workspace::Workspace;
use std::fs::{self, File};
use std::path::PathBuf;

const VERSION: &str = "3.17.2";
/// Names the Python that has MLflow to the tests.
pub const VARIABLE: &str = "CANDOR_MLFLOW";

/// The name and the version, as they are shown.
pub fn shown() -> String {
    format!("mlflow {VERSION}, for the tests of pushing runs")
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.join("tools").join(format!("mlflow-{VERSION}"))
}

/// The Python that has MLflow, once it is installed.
pub fn python(workspace: &Workspace) -> Option<PathBuf> {
    let folder = folder(workspace);
    let place = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    folder.join("installed").exists().then(|| folder.join(place))
}

/// Installs it if it is not there. Where that cannot be done the tests that need it say so, and the others go on.
pub fn provide(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let folder = folder(workspace);
    let above = workspace.cache.join("tools");
    fs::create_dir_all(&above).map_err(Error::io("create", &above))?;
    let path = above.join(format!("mlflow-{VERSION}.lock"));
    let lock = File::create(&path).map_err(Error::io("write", &path))?;
    lock.lock().map_err(Error::io("lock", &path))?;
    if python(workspace).is_some() {
        return Ok(Done::Nothing("there"));
    }
    if folder.exists() {
        // A killed installation.
        fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
    }
    let made = ["python3", "python"].iter().any(|program| {
        let mut python = process::command(program, &above);
        log.run(python.args(["-m", "venv"]).arg(&folder)).is_ok()
    });
    let mut pip = process::command(
        folder.join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        }),
        &above,
    );
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install"]);
    // Bytecode is made when a module is first imported: of most, never.
    pip.args(["--only-binary", ":all:", "--no-compile"])
        .arg(format!("mlflow=={VERSION}"));
    if !made || log.run(&mut pip).is_err() {
        return Ok(Done::Show(format!(
            "MLflow {VERSION} could not be installed from PyPI, so pushing runs to it is not tested"
        )));
    }
    let mark = folder.join("installed");
    fs::write(&mark, "").map_err(Error::io("write", &mark))?;
    Ok(Done::Worked)
}
