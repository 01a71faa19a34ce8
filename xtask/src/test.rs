//! `cargo xtask test`: everything that has to hold.

use crate::error::Error;
use crate::fuzz;
use crate::gates;
use crate::imports;
use crate::plan::{Done, Lane, Plan};
use crate::products::{self, NATIVE_CRATES, cargo};
use crate::report::Log;
use crate::setup::{self, Purpose, WASM_TARGET};
use crate::tools;
use crate::walls;
use crate::workspace::Workspace;
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// A program to run the WebAssembly tests with, as cargo reads it from the environment.
const WASM_RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
/// The crates that exist only as WebAssembly.
const WASM_CRATES: [&str; 6] = [
    "--package",
    "candor-embed",
    "--package",
    "candor-web",
    "--target",
    WASM_TARGET,
];

/// The engine for JavaScript.
const ENGINE: [&str; 4] = ["--package", "candor-embed", "--target", WASM_TARGET];
/// Crates for every machine whose own tests run as WebAssembly, too. They are built apart from the engine, which does not
/// want the features that they want of core.
const PORTABLE_CRATES: [&str; 6] = [
    "--package",
    "candor-portfolio",
    "--package",
    "candor-charts",
    "--target",
    WASM_TARGET,
];

/// Run every check: format, lints, native, WebAssembly and browser tests, documentation.
///
/// Steps that do not wait for each other run side by side, cheap ones first; a failure stops only the steps that need
/// what failed. The output of a failed step is shown, that of every step is kept in target/xtask/STEP.log.
/// The last line is `N passed, N failed`, summed over all test runners.
///
/// Examples:
///   cargo xtask test                        everything
///   cargo xtask test --only fmt             one step, and the steps that it needs
///   cargo xtask test --only native e2e      several
///   cargo xtask test --list                 the steps and what they do
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// Run only these steps and those that they need.
    #[arg(long, value_name = "STEP", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// Stop at the first failure.
    #[arg(long)]
    fail_fast: bool,
    /// Print the steps, and run none.
    #[arg(long)]
    list: bool,
}

/// Runs `cargo xtask test`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    let mut plan = Plan::default();
    plan.step("fmt", "the code is formatted", Lane::Native, &[], |log| {
        for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
            let mut fmt = cargo(workspace);
            fmt.args(["fmt", "--all", "--manifest-path", manifest]);
            log.run(fmt.args(["--", "--check", "--color", "never"]))?;
        }
        Ok(Done::Worked)
    });
    plan.step(
        "imports",
        "no two source files import each other",
        Lane::Light,
        &[],
        |log| imports::step(workspace, log),
    );
    plan.step(
        "walls",
        "crates use each other, and packages, as ARCHITECTURE.md says",
        Lane::Light,
        &[],
        |log| walls::step(workspace, log),
    );
    setup::steps(&mut plan, workspace, Purpose::Test);
    native_steps(&mut plan, workspace);
    wasm_steps(&mut plan, workspace);
    plan.step(
        "fuzz",
        "model files, foreign models, applications and related records as a fuzzer makes them, if what reads them changed",
        Lane::Tools,
        &[],
        |log| fuzz::step(workspace, log),
    );
    gates::step(&mut plan, workspace, false);
    plan.step(
        "e2e",
        "the app, the command line and the npm engine, from outside, if one of them changed",
        Lane::Alone,
        &["candor", "app", "npm", "npm-packages", "browser"],
        |log| end_to_end(workspace, log),
    );
    if options.list {
        for (name, what) in plan.list() {
            println!("{name:<14} {what}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !options.only.is_empty() {
        plan = plan.only(&options.only)?;
    }
    println!("Test; tools live in {}\n", workspace.cache.display());
    let outcome = plan.run(&workspace.state(), verbose, options.fail_fast)?;
    println!("{} passed, {} failed", outcome.counts.passed, outcome.counts.failed);
    Ok(if outcome.done && outcome.counts.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One profile (release) for all of it, so that LightGBM and the table readers are compiled once.
fn native_steps<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace) {
    plan.step(
        "clippy",
        "lints: default, all and no features",
        Lane::Native,
        &["cpp-tools"],
        |log| {
            for features in [None, Some("--all-features"), Some("--no-default-features")] {
                let mut clippy = cargo(workspace);
                clippy
                    .args(["clippy", "--release", "--all-targets"])
                    .args(NATIVE_CRATES)
                    .args(features);
                log.run(clippy.args(["--", "-D", "warnings"]))?;
            }
            Ok(Done::Worked)
        },
    );
    plan.step(
        "candor",
        "compile the command line",
        Lane::Native,
        &["cpp-tools"],
        |log| products::candor(workspace, log),
    );
    plan.step(
        "native",
        "tests on this machine",
        Lane::Native,
        &["cpp-tools", "nextest", "mlflow"],
        |log| {
            let mut nextest = cargo(workspace);
            nextest.args(["nextest", "run", "--release", "--no-fail-fast", "--no-tests", "pass"]);
            run_cargo(log, nextest.args(NATIVE_CRATES))
        },
    );
    plan.step(
        "doc-tests",
        "examples in the documentation",
        Lane::Native,
        &["cpp-tools"],
        |log| {
            let mut test = cargo(workspace);
            run_cargo(
                log,
                test.args(["test", "--doc", "--release", "--no-fail-fast"])
                    .args(NATIVE_CRATES),
            )
        },
    );
    plan.step(
        "doc",
        "the documentation builds without a warning",
        Lane::Native,
        &["cpp-tools"],
        |log| {
            let mut doc = cargo(workspace);
            doc.args(["doc", "--release", "--no-deps"])
                .args(NATIVE_CRATES)
                .env("RUSTDOCFLAGS", "-D warnings");
            run_cargo(log, &mut doc)
        },
    );
}

/// These share the lane of WebAssembly's profiles: dev and wasm-release.
fn wasm_steps<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace) {
    plan.step(
        "core-checked",
        "core's tests with overflow checks",
        Lane::Wasm,
        &[],
        |log| {
            let mut test = cargo(workspace);
            // The checks of the dev profile; without any optimisation the brute-force proofs take a minute.
            test.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
            test.args([
                "test",
                "--package",
                "candor-ensemble",
                "--package",
                "candor-core",
                "--all-features",
            ]);
            test.args(["--lib", "--tests", "--no-fail-fast"]);
            run_cargo(log, &mut test)
        },
    );
    plan.step(
        "clippy-wasm",
        "lints of what runs as WebAssembly",
        Lane::Wasm,
        &["wasm-target"],
        |log| {
            for crates in [WASM_CRATES, PORTABLE_CRATES] {
                let mut clippy = cargo(workspace);
                clippy.args(["clippy", "--all-targets"]).args(crates);
                log.run(clippy.args(["--", "-D", "warnings"]))?;
            }
            Ok(Done::Worked)
        },
    );
    plan.step(
        "wasm-node",
        "tests of the JavaScript engine, portfolio and charts in Node",
        Lane::Wasm,
        &["wasm-target", "wasm-bindgen"],
        |log| {
            log.run(&mut wasm_tests(workspace, &ENGINE))?;
            run_cargo(log, &mut wasm_tests(workspace, &PORTABLE_CRATES))
        },
    );
    let needs = ["wasm-target", "wasm-bindgen", "browser"];
    plan.step(
        "wasm-chromium",
        "the JavaScript engine's tests in Chromium",
        Lane::Wasm,
        &needs,
        |log| {
            let mut test = wasm_tests(workspace, &ENGINE);
            test.env("WASM_BINDGEN_USE_BROWSER", "1")
                .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
            test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser_options(workspace)?);
            run_cargo(log, test.env("CHROMEDRIVER", tools::chromedriver()?))
        },
    );
    plan.step(
        "doc-wasm",
        "the same for the crates of the browser",
        Lane::Wasm,
        &["wasm-target"],
        |log| {
            let mut doc = cargo(workspace);
            run_cargo(
                log,
                doc.args(["doc", "--no-deps"])
                    .args(WASM_CRATES)
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )
        },
    );
    products::npm_step(plan, workspace);
    products::app_step(plan, workspace);
}

fn run_cargo(log: &Log, command: &mut std::process::Command) -> Result<Done, Error> {
    log.run(command)?;
    Ok(Done::Worked)
}

fn wasm_tests(workspace: &Workspace, crates: &[&str]) -> std::process::Command {
    let mut test = cargo(workspace);
    test.args(["test", "--lib", "--tests", "--no-fail-fast"]).args(crates);
    test.env(WASM_RUNNER, "wasm-bindgen-test-runner");
    test
}

/// Writes what the WebAssembly test runner tells chromedriver: which browser, and how to start it without a screen.
fn browser_options(workspace: &Workspace) -> Result<PathBuf, Error> {
    let browser = tools::chromium()?;
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ];
    let text = format!("{{ \"goog:chromeOptions\": {{ \"binary\": {browser:?}, \"args\": {arguments:?} }} }}\n");
    let path = workspace.state().join("webdriver.json");
    fs::write(&path, text).map_err(Error::io("write", &path))?;
    Ok(path)
}

/// Drives what was built from outside, unless all of it passed as it is: the browser takes minutes.
fn end_to_end(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    let built = [workspace.candor(), workspace.app(), workspace.npm()];
    let built: Vec<_> = built.iter().map(|path| path.to_string_lossy()).collect();
    let mut sources = vec![
        "tests",
        "core/tests/fixtures",
        "crates/cli/tests/from_outside/fixtures",
        "embed/npm",
    ];
    sources.extend(built.iter().map(|path| &**path));
    let pictures = workspace.target.join("e2e");
    products::built_from(workspace, "e2e", &sources, &pictures, || {
        let mut npm = tools::npm(&workspace.root.join("tests"));
        npm.envs(tools::environment(workspace));
        npm.env("CANDOR_BIN", workspace.candor())
            .env("CANDOR_APP", workspace.app())
            .env("CANDOR_NPM", workspace.npm());
        log.run(
            npm.args(["test", "--", "--test-reporter=spec"])
                .env("CHROMIUM", tools::chromium()?),
        )
    })
}
