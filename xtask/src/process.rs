//! Running other programs: a clean environment, every line of output handed on as it comes.

use crate::error::Error;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, thread};

/// Variables that `cargo run` sets for the program it starts. Handed on, they would reach build scripts and count there
/// as a changed environment, and something compiled by `cargo xtask` would be compiled again by plain `cargo`.
const SET_BY_CARGO: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// A program to run in `folder`, without cargo's own variables and without colours.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if SET_BY_CARGO.iter().any(|prefix| text.starts_with(prefix)) || text == "FORCE_COLOR" {
            command.env_remove(&name);
        }
    }
    command
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("NO_COLOR", "1");
    command
}

/// `cargo` with the tool chain that runs this program.
pub fn cargo(folder: &Path) -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")), folder)
}

/// Runs a program to its end; each line it writes, to either stream, goes to `line` in the order of arrival.
///
/// # Errors
/// When it cannot be started or does not end with 0.
pub fn run(command: &mut Command, line: &(dyn Fn(&str) + Sync)) -> Result<(), Error> {
    let shown = shown(command);
    line(&format!("$ {shown}"));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start(command))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| forward(out, line));
        forward(err, line);
    });
    let status = child.wait().map_err(start(command))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed {
            command: shown,
            status: status.to_string(),
        })
    }
}

/// What a program writes to standard output, if it starts and ends well.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Turns a failed start into an error that names the program, for `map_err`.
pub fn start(command: &Command) -> impl FnOnce(std::io::Error) -> Error {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Error::Start { program, source }
}

/// The command line as one would type it.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| match word.to_string_lossy() {
            text if text.is_empty() || text.contains([' ', '$', '"', '\'']) => format!("'{text}'"),
            text => text.into_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn forward(stream: Option<impl Read>, line: &(dyn Fn(&str) + Sync)) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    // Bytes, not `lines()`: a tool may write something that is not UTF-8, and its other lines still matter.
    while matches!(reader.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
}

/// The full path of a program on PATH.
pub fn on_path(name: &str) -> Option<std::path::PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}
