//! The pinned tools: which version, where it lives, how it gets there.
//!
//! Every tool has a folder `tools/<name>-<version>/` in the cache, with its programs in `bin/` where the installer can do
//! that. It is installed beside that place and moved there when complete, under a file lock: a killed installation
//! leaves nothing half, and two checkouts do not install the same tool at once.

use crate::error::Error;
use crate::mlflow;
use crate::process;
use crate::report::Log;
use crate::workspace::Workspace;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, ffi::OsString};

/// Must equal the version of the `wasm-bindgen` library in the root Cargo.toml and in Trunk.toml.
const WASM_BINDGEN: &str = "0.2.130";
/// The newest that compiles with the oldest Rust we support.
const TRUNK: &str = "0.21.14";
const NEXTEST: &str = "0.9.151";
/// Binaryen as an npm package; the version is also in Trunk.toml.
const BINARYEN: &str = "132";
const CMAKE: &str = "4.4.4";
/// The oldest CMake that the bundled LightGBM accepts.
const CMAKE_OLDEST: [u32; 3] = [3, 28, 0];
const LIBCLANG: &str = "18.1.1";

/// Tools are run for seconds and compiled once: what counts is what they take to compile.
const QUICK_BUILD: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "false"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    // No code for cleaning up after a panic, which nobody catches here.
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
];

/// Where a tool comes from.
enum Source {
    /// A crate with programs, compiled here, with these further arguments for `cargo install`.
    Crate(&'static [&'static str]),
    /// An npm package.
    Npm,
    /// A wheel with ready programs or libraries; `bin/` is not filled.
    Wheel,
}

/// One pinned tool.
pub struct Tool {
    /// The package's name where it comes from.
    package: &'static str,
    /// The folder's name in the cache.
    folder: &'static str,
    version: &'static str,
    source: Source,
    /// A file that is there when the tool is, inside its folder.
    witness: &'static str,
    /// Which one on PATH would do as well.
    on_path: OnPath,
}

/// Which version of a tool that the system has may be used instead of ours.
enum OnPath {
    /// None: where it comes from, versions are not told apart well enough.
    Never,
    /// Exactly ours, as told by this command.
    Same(&'static [&'static str]),
    /// This one or a newer one, as told by this command.
    Since(&'static [&'static str], [u32; 3]),
}

/// Generates JavaScript around compiled WebAssembly, and runs WebAssembly tests.
pub const WASM_BINDGEN_TOOL: Tool = Tool {
    package: "wasm-bindgen-cli",
    folder: "wasm-bindgen",
    version: WASM_BINDGEN,
    // Without --locked: one release that its lock file names is withdrawn from some mirrors. Without TLS: it talks to a
    // browser on this machine.
    source: Source::Crate(&["--no-default-features"]),
    witness: "bin/wasm-bindgen",
    on_path: OnPath::Same(&["wasm-bindgen-test-runner", "--version"]),
};
/// Builds the app. With --locked: newer releases of two of its dependencies do not fit each other. Without its look for a
/// newer Trunk and without TLS: what it would download is on PATH.
pub const TRUNK_TOOL: Tool = Tool {
    package: "trunk",
    folder: "trunk",
    version: TRUNK,
    source: Source::Crate(&["--locked", "--no-default-features"]),
    witness: "bin/trunk",
    on_path: OnPath::Same(&["trunk", "--version"]),
};
/// Runs the native tests. Without the self-update code, which is half of its dependencies.
pub const NEXTEST_TOOL: Tool = Tool {
    package: "cargo-nextest",
    folder: "cargo-nextest",
    version: NEXTEST,
    source: Source::Crate(&["--locked", "--no-default-features", "--features", "default-no-update"]),
    witness: "bin/cargo-nextest",
    on_path: OnPath::Since(&["cargo-nextest", "nextest", "--version"], [0, 9, 130]),
};
/// Makes WebAssembly smaller and faster (`wasm-opt`).
pub const BINARYEN_TOOL: Tool = Tool {
    package: "binaryen",
    folder: "binaryen",
    version: BINARYEN,
    source: Source::Npm,
    witness: "bin/wasm-opt",
    on_path: OnPath::Never,
};
/// Builds LightGBM's C++.
pub const CMAKE_TOOL: Tool = Tool {
    package: "cmake",
    folder: "cmake",
    version: CMAKE,
    source: Source::Wheel,
    witness: "cmake/data/bin/cmake",
    on_path: OnPath::Since(&["cmake", "--version"], CMAKE_OLDEST),
};
/// Reads LightGBM's C header.
pub const LIBCLANG_TOOL: Tool = Tool {
    package: "libclang",
    folder: "libclang",
    version: LIBCLANG,
    source: Source::Wheel,
    witness: "clang/native",
    on_path: OnPath::Never,
};

impl Tool {
    /// The name and the version, as they are shown.
    pub fn shown(&self) -> String {
        format!("{} {}", self.package, self.version)
    }

    fn home(&self, workspace: &Workspace) -> PathBuf {
        workspace
            .cache
            .join("tools")
            .join(format!("{}-{}", self.folder, self.version))
    }

    fn is_there(&self, workspace: &Workspace) -> bool {
        let witness = self.home(workspace).join(self.witness);
        witness.exists() || witness.with_extension(env::consts::EXE_EXTENSION).exists()
    }

    /// Whether PATH has one that does as well as ours.
    fn is_on_path(&self) -> bool {
        let (OnPath::Same(command) | OnPath::Since(command, _)) = self.on_path else {
            return false;
        };
        let [program, arguments @ ..] = command else {
            return false;
        };
        let Some(found) = process::output(Command::new(program).args(arguments))
            .as_deref()
            .and_then(version)
        else {
            return false;
        };
        match self.on_path {
            OnPath::Since(_, oldest) => found >= oldest,
            _ => Some(found) == version(self.version),
        }
    }

    /// Installs the tool if it is missing; `false` if it was there.
    pub fn provide(&self, workspace: &Workspace, log: &Log) -> Result<bool, Error> {
        if self.is_there(workspace) || self.is_on_path() {
            return Ok(false);
        }
        let places = Places::create(self, workspace)?;
        let lock = File::create(&places.lock).map_err(Error::io("write", &places.lock))?;
        lock.lock().map_err(Error::io("lock", &places.lock))?;
        if self.is_there(workspace) {
            return Ok(false); // another checkout installed it while we waited for the lock
        }
        places.clear()?; // what a killed installation left behind
        let installed = self.install(workspace, &places, log);
        let moved = installed.and_then(|()| {
            let home = self.home(workspace);
            remove(&home)?;
            fs::rename(&places.root, &home).map_err(Error::io("move into place", &home))
        });
        places.clear()?;
        moved.map(|()| true)
    }

    fn install(&self, workspace: &Workspace, places: &Places, log: &Log) -> Result<(), Error> {
        match self.source {
            Source::Crate(further) => {
                let mut command = process::cargo(&workspace.cache);
                command
                    .args(["install", self.package, "--version", self.version, "--root"])
                    .arg(&places.root);
                command
                    .arg("--target-dir")
                    .arg(&places.build)
                    .args(further)
                    .envs(QUICK_BUILD);
                // A shared build folder named by the environment would keep what --target-dir is to throw away.
                command.env_remove("CARGO_BUILD_BUILD_DIR").env_remove("RUSTFLAGS");
                log.run(&mut command)
            }
            Source::Npm => {
                let mut command = npm(&workspace.cache);
                command
                    .args(["install", "--global", "--no-audit", "--no-fund", "--prefix"])
                    .arg(&places.root);
                log.run(command.arg(format!("{}@{}", self.package, self.version)))
            }
            Source::Wheel => {
                let mut command = python(&workspace.cache)?;
                command.args([
                    "install",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                    "--no-compile",
                    "--target",
                ]);
                log.run(
                    command
                        .arg(&places.root)
                        .arg(format!("{}=={}", self.package, self.version)),
                )
            }
        }
    }
}

/// The temporary places of one installation, in the cache so that the result can be moved without copying.
struct Places {
    lock: PathBuf,
    root: PathBuf,
    build: PathBuf,
}

impl Places {
    fn create(tool: &Tool, workspace: &Workspace) -> Result<Self, Error> {
        let (tools, installing) = (workspace.cache.join("tools"), workspace.cache.join("installing"));
        for folder in [&tools, &installing] {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let of = |kind: &str| installing.join(format!("{}-{}.{kind}", tool.folder, tool.version));
        Ok(Self {
            lock: of("lock"),
            root: of("root"),
            build: of("build"),
        })
    }

    fn clear(&self) -> Result<(), Error> {
        remove(&self.root)?;
        remove(&self.build)
    }
}

fn remove(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::io("remove", folder))
    } else {
        Ok(())
    }
}

/// `npm`, wherever it is on PATH.
pub fn npm(folder: &Path) -> Command {
    process::command(if cfg!(windows) { "npm.cmd" } else { "npm" }, folder)
}

/// `python -m pip` of the first Python 3 that has pip.
fn python(folder: &Path) -> Result<Command, Error> {
    for program in ["python3", "python"] {
        let pip = process::command(program, folder);
        let works = |mut pip: Command| process::output(pip.args(["-m", "pip", "--version"])).is_some();
        if works(pip) {
            let mut command = process::command(program, folder);
            command.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
            return Ok(command);
        }
    }
    Err(Error::Missing {
        what: "Python 3 with pip".to_owned(),
        why: "CMake and libclang, with which LightGBM is compiled, are installed from Python wheels".to_owned(),
        command: "apt-get install -y python3-pip".to_owned(),
    })
}

/// The first version number in what a program says of itself: `cmake version 4.4.4`, `cargo-nextest 0.9.151 (…)`.
fn version(text: &str) -> Option<[u32; 3]> {
    text.split_whitespace().find_map(|word| {
        let mut numbers = word.split('.').map(|part| part.parse::<u32>().ok());
        Some([
            numbers.next()??,
            numbers.next()??,
            numbers.next().flatten().unwrap_or(0),
        ])
    })
}

/// The environment in which the workspace is built: the tools on PATH, and what the bindings to LightGBM need.
///
/// A value that the caller has set wins over ours.
pub fn environment(workspace: &Workspace) -> Vec<(&'static str, OsString)> {
    let mut folders: Vec<PathBuf> = [WASM_BINDGEN_TOOL, TRUNK_TOOL, NEXTEST_TOOL, BINARYEN_TOOL, CMAKE_TOOL]
        .iter()
        .filter(|tool| tool.is_there(workspace))
        .filter_map(|tool| tool.home(workspace).join(tool.witness).parent().map(Path::to_path_buf))
        .collect();
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut variables = Vec::new();
    if let Ok(path) = env::join_paths(folders) {
        variables.push(("PATH", path));
    }
    if let (None, Some(python)) = (env::var_os(mlflow::VARIABLE), mlflow::python(workspace)) {
        variables.push((mlflow::VARIABLE, python.into_os_string()));
    }
    if env::var_os("LIBCLANG_PATH").is_none() {
        variables.push((
            "LIBCLANG_PATH",
            LIBCLANG_TOOL.home(workspace).join("clang/native").into_os_string(),
        ));
        // The wheel has the library without the compiler's own headers (stddef.h): lend it those of the C compiler.
        let headers = process::output(Command::new("cc").arg("-print-file-name=include"));
        if let Some(headers) = headers.filter(|path| cfg!(target_os = "linux") && Path::new(path).is_absolute())
            && env::var_os("BINDGEN_EXTRA_CLANG_ARGS").is_none()
        {
            variables.push(("BINDGEN_EXTRA_CLANG_ARGS", format!("-I{headers}").into()));
        }
    }
    variables
}

/// Chromium or Chrome: `$CHROMIUM`, else the first of the usual names on PATH.
pub fn chromium() -> Result<PathBuf, Error> {
    let given = env::var_os("CHROMIUM").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    given
        .or_else(|| names.iter().find_map(|name| process::on_path(name)))
        .ok_or_else(|| Error::Missing {
            what: "Chromium".to_owned(),
            why: "the app and the engine are tested in it".to_owned(),
            command: "apt-get install -y chromium chromium-driver (or set CHROMIUM to the program)".to_owned(),
        })
}

/// The program that lets tests steer the browser: `$CHROMEDRIVER`, else on PATH, else where CI images keep it.
pub fn chromedriver() -> Result<PathBuf, Error> {
    let given = env::var_os("CHROMEDRIVER").map(PathBuf::from);
    let image = || env::var_os("CHROMEWEBDRIVER").map(|folder| PathBuf::from(folder).join("chromedriver"));
    given
        .or_else(|| process::on_path("chromedriver"))
        .or_else(image)
        .ok_or_else(|| Error::Missing {
            what: "chromedriver".to_owned(),
            why: "the WebAssembly tests run in Chromium through it".to_owned(),
            command: "apt-get install -y chromium chromium-driver (or set CHROMEDRIVER to the program)".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version("cmake version 4.4.4\n\nCMake suite"), Some([4, 4, 4]));
        assert_eq!(
            version("cargo-nextest 0.9.151 (60fa45f63 2026-08-04)\nrelease: 0.9.151"),
            Some([0, 9, 151])
        );
        assert_eq!(version("trunk 0.21.14"), Some([0, 21, 14]));
        assert_eq!(version("cmake version 3.28"), Some([3, 28, 0]));
        assert_eq!(version("no version"), None);
    }
}
