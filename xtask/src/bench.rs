//! `cargo xtask bench`: Candor beside other engines, on this machine.
//!
//! This prepares: the peers ([`crate::peers`]), the models, Candor for this machine and for JavaScript. The measuring itself is
//! the crate candor-bench, which is not compiled before it is wanted.

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::peers::Peers;
use crate::plan::{Done, Lane, Plan};
use crate::products::{self, cargo};
use crate::report::Log;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{process, tools};
use clap::Args;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

/// Rounds of a full run and of a smoke test.
const ROUNDS: u32 = 40;
const QUICK_ROUNDS: u32 = 3;

/// Measure Candor beside LightGBM, XGBoost, ONNX Runtime and YDF: native, in Node and in Chromium.
///
/// Installs the other libraries into the cache folder, trains the models once, checks that all agree, and lets everyone
/// work in turns. Writes a page with tables, charts and every single time. The machine should have nothing else to do.
/// A library that cannot be installed or started is named on the page with the reason.
///
/// Examples:
///   cargo xtask bench                                a quarter of an hour; writes to docs/benchmarks
///   cargo xtask bench --quick                        a smoke test; writes to target/bench
///   cargo xtask bench --only lightgbm,onnxruntime    some of them; writes to target/bench
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// A smoke test: small models, few rounds. Its figures mean little.
    #[arg(long)]
    quick: bool,
    /// Only these contenders and Candor: lightgbm, lightgbm-python, xgboost, onnxruntime, ydf, onnxruntime-node,
    /// ydf-node, candor-node, and the last three with -chromium.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// How often everyone has a turn [default: 40, with --quick 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: Option<u32>,
    /// Where the results go [default: docs/benchmarks, or target/bench with --quick or --only].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs `cargo xtask bench`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    let bench = Bench::new(workspace, options)?;
    println!("Bench; tools and peers live in {}\n", workspace.cache.display());
    let mut plan = Plan::default();
    // Those steps of the set-up that the npm package needs; `only` leaves out the others.
    setup::steps(&mut plan, workspace, Purpose::Test);
    products::npm_step(&mut plan, workspace);
    plan.step("bench", "compile the benchmark", Lane::Native, &[], |log| {
        log.run(cargo(workspace).args(["build", "--release", "--package", "candor-bench"]))?;
        Ok(Done::Worked)
    });
    plan.step("peers", "install the other libraries", Lane::Light, &[], |log| {
        bench.peers.provide(log)
    });
    plan.step(
        "models",
        "train the models, once",
        Lane::Native,
        &["bench", "peers"],
        |log| bench.models(log),
    );
    let wanted = ["npm".to_owned(), "models".to_owned()];
    if !plan.only(&wanted)?.run(&workspace.state(), verbose, true)?.done {
        return Ok(ExitCode::FAILURE);
    }
    bench.measure()
}

/// One benchmark: what is measured, and with what.
struct Bench<'a> {
    workspace: &'a Workspace,
    options: &'a Options,
    peers: Peers,
    scripts: PathBuf,
    models: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(workspace: &'a Workspace, options: &'a Options) -> Result<Self, Error> {
        let peers = Peers::new(workspace);
        let scripts = workspace.root.join("bench").join("peers");
        let size = if options.quick { "quick" } else { "full" };
        let prepare = scripts.join("prepare.py");
        let fingerprint = Fingerprint::default().sources(&prepare)?.text(&peers.name()).finish();
        let models = workspace
            .cache
            .join("bench")
            .join(format!("models-{size}-{fingerprint}"));
        Ok(Self {
            workspace,
            options,
            peers,
            scripts,
            models,
        })
    }

    fn program(&self) -> PathBuf {
        let name = format!("candor-bench{}", env::consts::EXE_SUFFIX);
        self.workspace.target.join("release").join(name)
    }

    /// Makes rows and models; what exists already is kept. Candor's own is written anew: its format may have changed.
    fn models(&self, log: &Log) -> Result<Done, Error> {
        // Trees, rows to train on, rows to measure on, and rows of the run over all of them.
        let sizes = if self.options.quick {
            ["100", "5000", "2000", "10000"]
        } else {
            ["1000", "15000", "4000", "100000"]
        };
        let mut prepare = process::command(self.peers.python(), &self.workspace.root);
        log.run(
            prepare
                .arg(self.scripts.join("prepare.py"))
                .arg(&self.models)
                .args(sizes),
        )?;
        let trees = self.models.join("main.txt");
        if !trees.is_file() {
            let why = "LightGBM is to train the model that all are measured on; see why it did not above".to_owned();
            return Err(Error::Absent { path: trees, why });
        }
        let mut write = process::command(self.program(), &self.workspace.root);
        log.run(write.arg("model").arg(&trees).arg(self.models.join("main.candor")))?;
        Ok(Done::Worked)
    }

    fn measure(&self) -> Result<ExitCode, Error> {
        let Self { workspace, options, .. } = self;
        let complete = !options.quick && options.only.is_empty();
        let usual = if complete {
            workspace.root.join("docs").join("benchmarks")
        } else {
            workspace.target.join("bench")
        };
        let output = options.output.as_ref().unwrap_or(&usual);
        let output = std::path::absolute(output).map_err(Error::io("find", output))?;
        let rounds = options
            .rounds
            .unwrap_or(if options.quick { QUICK_ROUNDS } else { ROUNDS });
        let mut command = process::command(self.program(), &workspace.root);
        let paths: [(&str, &Path); 9] = [
            ("--models", &self.models),
            ("--output", &output),
            ("--logs", &workspace.state()),
            ("--scripts", &self.scripts),
            ("--failures", &self.peers.folder),
            ("--python", &self.peers.python()),
            (
                "--node",
                &process::on_path("node").unwrap_or_else(|| PathBuf::from("node")),
            ),
            ("--packages", &self.peers.packages()),
            ("--npm", &workspace.npm()),
        ];
        command.arg("measure");
        for (name, path) in paths {
            command.arg(name).arg(path);
        }
        command.arg("--rounds").arg(rounds.to_string());
        if options.quick {
            command.arg("--quick");
        }
        if !options.only.is_empty() {
            command.arg("--only").arg(options.only.join(","));
        }
        // Without a browser its contenders fail to start, and the page says so.
        if let Ok(chromium) = tools::chromium() {
            command.env("CHROMIUM", chromium);
        }
        command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let status = command.status().map_err(process::start(&command))?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
