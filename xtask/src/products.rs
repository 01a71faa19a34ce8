//! What the checkout builds: the `candor` command line, the app, and the engine for JavaScript.

use crate::error::Error;
use crate::fingerprint::{self, Fingerprint};
use crate::plan::{Done, Lane, Plan};
use crate::report::Log;
use crate::setup::WASM_TARGET;
use crate::workspace::Workspace;
use crate::{process, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The package of the `candor` command line.
const COMMAND_LINE: &str = "candor-cli";

/// The crates that run on this machine. Steps that need more than one select them in the same words, because cargo gives
/// shared dependencies the features of all selected crates: another selection could compile LightGBM a second time. The
/// command line alone does not, which a test holds.
pub const NATIVE_CRATES: [&str; 5] = ["--workspace", "--exclude", "candor-web", "--exclude", "candor-embed"];

/// WebAssembly features that rustc uses, and with which `wasm-opt` has to agree.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// `cargo` with the tools in its environment.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = process::cargo(&workspace.root);
    command.envs(tools::environment(workspace));
    command
}

/// A tool of ours, with the tools in its environment. Found by its path, since the caller's own PATH lacks it.
fn tool(workspace: &Workspace, name: &str) -> Command {
    let environment = tools::environment(workspace);
    let path = environment
        .iter()
        .find(|(variable, _)| *variable == "PATH")
        .map(|(_, path)| path.clone());
    let file = path
        .iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    let mut command = process::command(file.unwrap_or_else(|| name.into()), &workspace.root);
    command.envs(environment);
    command
}

/// Adds the step that builds the page.
pub fn app_step<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace) {
    plan.step(
        "app",
        "build the page",
        Lane::Wasm,
        &["wasm-target", "wasm-bindgen", "wasm-opt", "trunk"],
        |log| app(workspace, log),
    );
}

/// Adds the step that builds the engine for JavaScript.
pub fn npm_step<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace) {
    let needs = ["wasm-target", "wasm-bindgen", "wasm-opt", "npm-packages"];
    plan.step("npm", "build the npm package", Lane::Wasm, &needs, |log| {
        npm(workspace, log)
    });
}

/// Builds the `candor` command line, and no more than that.
pub fn candor(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let mut build = cargo(workspace);
    log.run(build.args(["build", "--release", "--package", COMMAND_LINE, "--bin", "candor"]))?;
    Ok(Done::Worked)
}

/// Builds the app with Trunk, if anything that goes into it has changed.
fn app(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let page = workspace.root.join("web").join("index.html");
    if !page.exists() {
        return Err(Error::Absent {
            path: page,
            why: "it is the page from which Trunk builds the app".to_owned(),
        });
    }
    let sources = [
        "crates/charts",
        "crates/ensemble",
        "core",
        "web",
        "static",
        "Trunk.toml",
    ];
    built_from(workspace, "app", &sources, &workspace.app().join("index.html"), || {
        let mut trunk = tool(workspace, "trunk");
        // Trunk's own look for a newer Trunk; it reads NO_COLOR as a truth value.
        trunk
            .args(["build", "--release", "--skip-version-check"])
            .env("NO_COLOR", "true");
        log.run(&mut trunk)
    })
}

/// Builds the engine for JavaScript: the npm package as it would be published.
///
/// The TypeScript of `embed/npm`, compiled, and the engine's bindings become one script for pages and one for Node: a page
/// that imports a dozen modules waits for three turns of the network before it can ask for the engine.
fn npm(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let sources = ["crates/ensemble", "core", "embed", "tests/package-lock.json"];
    built_from(
        workspace,
        "npm",
        &sources,
        &workspace.npm().join("package.json"),
        || {
            let (fresh, modules) = (workspace.target.join("npm.new"), workspace.target.join("npm.modules"));
            remove(&fresh)?;
            remove(&modules)?;
            let (dist, bindings) = (fresh.join("dist"), modules.join("wasm"));
            // Compiler and bundler are among the tests' npm packages, so that there is one lock file.
            let npm = || tools::npm(&workspace.root.join("tests"));
            let mut compile = npm();
            compile.args(["run", "compile-engine", "--", "--outDir"]).arg(&modules);
            log.run(compile.arg("--declarationDir").arg(&dist))?;
            engine(workspace, log, "", &bindings)?;
            let vectors = workspace.target.join("npm.simd");
            engine(workspace, log, "+simd128", &vectors)?;
            // One set of bindings serves both builds of the engine: what differs is inside.
            let (script, other) = (bindings.join("candor_embed.js"), vectors.join("candor_embed.js"));
            if fs::read(&script).ok() != fs::read(&other).ok() {
                return Err(Error::Differs {
                    path: other,
                    from: script,
                });
            }
            let mut bundle = npm();
            bundle.args(["run", "bundle-engine", "--"]);
            bundle.arg(modules.join("index.js")).arg(modules.join("node.js"));
            log.run(bundle.arg(format!("--outdir={}", dist.display())))?;
            let wasm = dist.join("wasm");
            fs::create_dir_all(&wasm).map_err(Error::io("create", &wasm))?;
            for (from, name) in [(bindings, ENGINE), (vectors, "candor_embed_simd_bg.wasm")] {
                let to = wasm.join(name);
                fs::rename(from.join(ENGINE), &to).map_err(Error::io("move into place", &to))?;
            }
            for name in [
                "embed/npm/package.json",
                "embed/npm/README.md",
                "LICENSE-MIT",
                "LICENSE-APACHE",
            ] {
                let (from, file) = (
                    workspace.root.join(name),
                    Path::new(name).file_name().unwrap_or_default(),
                );
                fs::copy(&from, fresh.join(file)).map_err(Error::io("copy", &from))?;
            }
            let place = workspace.npm();
            remove(&place)?;
            fs::rename(&fresh, &place).map_err(Error::io("move into place", &place))
        },
    )
}

/// The engine as `wasm-bindgen` names it.
const ENGINE: &str = "candor_embed_bg.wasm";

/// Builds the engine with its bindings into `folder`, for hosts that have these features of WebAssembly.
fn engine(workspace: &Workspace, log: &Log, features: &str, folder: &Path) -> Result<(), Error> {
    remove(folder)?;
    let mut build = cargo(workspace);
    build.args([
        "build",
        "--package",
        "candor-embed",
        "--target",
        WASM_TARGET,
        "--profile",
        "wasm-release",
    ]);
    let mut flags = Vec::new();
    if !features.is_empty() {
        flags.push(format!("'-Ctarget-feature={features}'"));
    }
    // What panics name their places with is the same on every machine.
    if let Some(cargo_home) = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
    {
        let sources = cargo_home.join("registry").join("src");
        flags.push(format!("'--remap-path-prefix={}=crates'", sources.display()));
    }
    build
        .arg("--config")
        .arg(format!("target.{WASM_TARGET}.rustflags=[{}]", flags.join(", ")));
    log.run(&mut build)?;
    let module = workspace
        .target
        .join(WASM_TARGET)
        .join("wasm-release")
        .join("candor_embed.wasm");
    log.run(
        tool(workspace, "wasm-bindgen")
            .args(["--target", "web", "--omit-default-module-path", "--out-dir"])
            .arg(folder)
            .arg(&module),
    )?;
    let engine = folder.join(ENGINE);
    let mut optimise = tool(workspace, "wasm-opt");
    // Functions of one caller stay what they are unless they are small: a WebAssembly host begins with slow code and makes
    // each function fast once it has been called a few times, but never one that is running.
    optimise
        .args([
            "-O3",
            "--converge",
            "--one-caller-inline-max-function-size=30",
            "--strip-producers",
        ])
        .args(WASM_FEATURES);
    if !features.is_empty() {
        optimise.arg("--enable-simd");
    }
    log.run(optimise.arg(&engine).arg("-o").arg(&engine))
}

/// Does the work unless `witness` is there and the work was last done on the same sources. Work that fails is done again.
pub fn built_from(
    workspace: &Workspace,
    name: &str,
    sources: &[&str],
    witness: &Path,
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<Done, Error> {
    let mut fingerprint = Fingerprint::default();
    for source in sources.iter().chain(&[
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "xtask/src/tools.rs",
        "xtask/src/products.rs",
    ]) {
        fingerprint = fingerprint.text(source).sources(&workspace.root.join(source))?;
    }
    let compiler = process::output(process::command("rustc", &workspace.root).arg("--version")).unwrap_or_default();
    let fingerprint = fingerprint.text(&compiler).finish();
    let stamp = workspace.state().join(format!("{name}.stamp"));
    if witness.exists() && fingerprint::unchanged(&stamp, &fingerprint) {
        return Ok(Done::Nothing("unchanged"));
    }
    work()?;
    fingerprint::keep(&stamp, &fingerprint)?;
    Ok(Done::Worked)
}

/// Removes a folder of ours, if it is there.
pub fn remove(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::io("remove", folder))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMAND_LINE, NATIVE_CRATES};
    use crate::error::Error;
    use crate::process;
    use crate::workspace::Workspace;
    use std::collections::BTreeSet;

    /// Compiled twice, in seconds: what writes TOML with its comments, for the named cases, asks for more of them.
    const SMALL: [&str; 4] = ["toml_datetime ", "toml_parser ", "toml_writer ", "winnow "];

    /// The packages that cargo would compile for a selection, each with its features.
    fn packages(workspace: &Workspace, edges: &str, selection: &[&str]) -> BTreeSet<String> {
        let mut tree = process::cargo(&workspace.root);
        tree.args([
            "tree",
            "--locked",
            "--no-dedupe",
            "--prefix",
            "none",
            "--format",
            "{p} {f}",
        ]);
        let text = process::output(tree.args(["--edges", edges]).args(selection)).unwrap_or_default();
        let lines = text.lines().map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn nothing_is_compiled_twice_for_the_command_line_and_for_all() -> Result<(), Error> {
        let workspace = Workspace::find()?;
        let alone = packages(&workspace, "normal,build", &["--package", COMMAND_LINE]);
        let all = packages(&workspace, "normal,build,dev", &NATIVE_CRATES);
        assert!(alone.iter().any(|package| package.starts_with(COMMAND_LINE)));
        let is_small = |package: &&String| SMALL.iter().any(|small| package.starts_with(small));
        let otherwise: Vec<_> = alone.difference(&all).filter(|package| !is_small(package)).collect();
        assert!(otherwise.is_empty(), "compiled with other features: {otherwise:#?}");
        Ok(())
    }
}
