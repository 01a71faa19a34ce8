//! `cargo xtask setup`, and the set-up steps with which the other commands begin.

use crate::error::Error;
use crate::fingerprint::{self, Fingerprint};
use crate::gates::instructions;
use crate::mlflow;
use crate::plan::{Done, Lane, Plan};
use crate::process;
use crate::report::Log;
use crate::tools::{self, BINARYEN_TOOL, CMAKE_TOOL, LIBCLANG_TOOL, NEXTEST_TOOL, TRUNK_TOOL, Tool, WASM_BINDGEN_TOOL};
use crate::workspace::Workspace;
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// The oldest Node whose test runner and WebAssembly we rely on.
const NODE_OLDEST: u32 = 20;
/// The target of everything that runs in a browser or in Node.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Find or install what the other commands need.
///
/// `demo` and `test` do this by themselves; call it to have it done beforehand (an image for CI, a journey without
/// network). A tool that is there already is left alone, so a second call takes a second.
#[derive(Args)]
pub struct Options {
    /// Only what one command needs.
    #[arg(long = "for", value_name = "COMMAND", value_enum, default_value_t = Purpose::Test)]
    purpose: Purpose,
    /// Install nothing; print the environment in which plain `cargo` finds these tools too, for
    /// `eval "$(cargo xtask setup --print-env)"`.
    #[arg(long)]
    print_env: bool,
}

/// What the tools are for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// Train, build and serve.
    Demo,
    /// All of that, and every check.
    Test,
}

/// Runs `cargo xtask setup`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    if options.print_env {
        for (name, value) in tools::environment(workspace) {
            println!("export {name}='{}'", value.to_string_lossy().replace('\'', r"'\''"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    println!("Set-up; tools live in {}\n", workspace.cache.display());
    let mut plan = Plan::default();
    steps(&mut plan, workspace, options.purpose);
    let outcome = plan.run(&workspace.state(), verbose, false)?;
    Ok(if outcome.done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Adds the set-up steps to a plan.
pub fn steps<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace, purpose: Purpose) {
    plan.step(
        "wasm-target",
        "Rust's standard library for WebAssembly",
        Lane::Light,
        &[],
        |log| wasm_target(workspace, log),
    );
    let versions = format!("C++ compiler; {} and {}", CMAKE_TOOL.shown(), LIBCLANG_TOOL.shown());
    plan.step("cpp-tools", versions, Lane::Light, &[], |log| cpp_tools(workspace, log));
    plan.step("wasm-opt", BINARYEN_TOOL.shown(), Lane::Light, &[], |log| {
        node()?;
        provide(&BINARYEN_TOOL, workspace, log)
    });
    if purpose == Purpose::Test {
        plan.step("browser", "Chromium and chromedriver", Lane::Light, &[], |log| {
            log.line(&format!(
                "{}, {}",
                tools::chromium()?.display(),
                tools::chromedriver()?.display()
            ));
            Ok(Done::Nothing("there"))
        });
        plan.step("valgrind", "valgrind", Lane::Light, &[], |_| {
            instructions::valgrind()?;
            Ok(Done::Nothing(instructions::skipped().unwrap_or("there")))
        });
        plan.step(
            "npm-packages",
            "the browser tests' npm packages",
            Lane::Light,
            &[],
            |log| npm_packages(workspace, log),
        );
    }
    if purpose == Purpose::Test {
        plan.step("mlflow", mlflow::shown(), Lane::Light, &[], |log| {
            mlflow::provide(workspace, log)
        });
    }
    plan.step("wasm-bindgen", WASM_BINDGEN_TOOL.shown(), Lane::Tools, &[], |log| {
        provide(&WASM_BINDGEN_TOOL, workspace, log)
    });
    if purpose == Purpose::Test {
        plan.step("nextest", NEXTEST_TOOL.shown(), Lane::Tools, &[], |log| {
            provide(&NEXTEST_TOOL, workspace, log)
        });
    }
    plan.step("trunk", TRUNK_TOOL.shown(), Lane::Tools, &[], |log| {
        provide(&TRUNK_TOOL, workspace, log)
    });
}

fn provide(tool: &Tool, workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    Ok(if tool.provide(workspace, log)? {
        Done::Worked
    } else {
        Done::Nothing("there")
    })
}

fn wasm_target(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let mut rustc = process::command("rustc", &workspace.root);
    let folder = process::output(rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if folder.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
        return Ok(Done::Nothing("there"));
    }
    let missing = |why: &str| Error::Missing {
        what: format!("Rust's standard library for {WASM_TARGET}"),
        why: why.to_owned(),
        command: format!("rustup target add {WASM_TARGET}"),
    };
    if process::on_path("rustup").is_none() {
        return Err(missing(
            "the app is compiled to WebAssembly, and there is no rustup to add it with",
        ));
    }
    log.run(process::command("rustup", &workspace.root).args(["target", "add", WASM_TARGET]))
        .map_err(|_| {
            missing("the app is compiled to WebAssembly, and rustup could not add it (its words are above)")
        })?;
    Ok(Done::Worked)
}

fn cpp_tools(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    for (program, what) in [("c++", "A C++ compiler"), ("make", "make")] {
        if process::on_path(program).is_none() && !cfg!(windows) {
            return Err(Error::Missing {
                what: what.to_owned(),
                why: "LightGBM, which trains the models, is written in C++ and compiled here".to_owned(),
                command: "apt-get install -y build-essential".to_owned(),
            });
        }
    }
    let mut worked = CMAKE_TOOL.provide(workspace, log)?;
    if std::env::var_os("LIBCLANG_PATH").is_none() {
        worked |= LIBCLANG_TOOL.provide(workspace, log)?;
    }
    Ok(if worked { Done::Worked } else { Done::Nothing("there") })
}

/// Checks that Node is there and new enough.
fn node() -> Result<(), Error> {
    let version = process::output(std::process::Command::new("node").arg("--version"));
    let major = version
        .as_deref()
        .and_then(|text| text.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    if major.is_some_and(|major| major >= NODE_OLDEST) {
        return Ok(());
    }
    Err(Error::Missing {
        what: format!("Node {NODE_OLDEST} or newer"),
        why: match version {
            Some(version) => format!("found only {version}"),
            None => "wasm-opt and the browser tests run in it".to_owned(),
        },
        command: "nvm install 20, or a package of your system".to_owned(),
    })
}

fn npm_packages(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    node()?;
    let tests = workspace.root.join("tests");
    let lock = tests.join("package-lock.json");
    if !lock.exists() {
        return Err(Error::Absent {
            path: lock,
            why: "it pins the npm packages of the browser tests".to_owned(),
        });
    }
    let fingerprint = Fingerprint::default()
        .sources(&lock)?
        .sources(&tests.join("package.json"))?
        .finish();
    // Inside the folder that it speaks of: when that is deleted, so is the stamp.
    let stamp = tests.join("node_modules").join(".candor-stamp");
    if fingerprint::unchanged(&stamp, &fingerprint) {
        return Ok(Done::Nothing("there"));
    }
    log.run(tools::npm(&tests).args(["ci", "--no-audit", "--no-fund"]))?;
    fingerprint::keep(&stamp, &fingerprint)?;
    Ok(Done::Worked)
}
