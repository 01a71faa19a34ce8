//! `cargo xtask demo`: from nothing to a page in the browser.

use crate::error::Error;
use crate::fingerprint::{self, Fingerprint};
use crate::plan::{Done, Lane, Plan};
use crate::products;
use crate::report::Log;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{process, tools};
use clap::Args;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::thread;
use std::time::Duration;

/// Made data: enough clients for a model with a steady test figure, few enough to be made and read in seconds.
const CLIENTS: u32 = 20_000;
/// Any number; a fixed one, so that everyone's demo shows the same clients.
const SEED: &str = "7";
/// The port tried first when none is asked for, and how many are tried.
const PORT: u16 = 8080;
const PORTS: u16 = 32;

/// Train a model and open it in the advisor's page, on this machine only.
///
/// Without --data it makes Home Credit style data (invented clients, real column names). What is unchanged since the
/// last time is not done again. The page is served on 127.0.0.1 until Ctrl+C.
///
/// Examples:
///   cargo xtask demo
///   cargo xtask demo --data ~/home-credit --port 9000
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// A folder with Home Credit style tables (.csv, .csv.gz or .parquet; application_train is enough).
    #[arg(long, value_name = "DIR", conflicts_with = "clients")]
    data: Option<PathBuf>,
    /// How many clients to invent when there is no --data.
    #[arg(long, value_name = "N", default_value_t = CLIENTS)]
    clients: u32,
    /// The port of the page [default: 8080, or the next free one].
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Build everything, but do not serve it.
    #[arg(long)]
    no_serve: bool,
}

/// Runs `cargo xtask demo`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    // Before minutes of work, not after.
    let port = free_port(options.port)?;
    let given = match &options.data {
        Some(folder) if !folder.is_dir() => {
            let why = "--data wants a folder with application_train.csv, .csv.gz or .parquet".to_owned();
            return Err(Error::Absent {
                path: folder.clone(),
                why,
            });
        }
        Some(folder) => Some(std::path::absolute(folder).map_err(Error::io("find", folder))?),
        None => None,
    };
    let demo = Demo {
        workspace,
        folder: workspace.target.join("demo"),
        given,
        clients: options.clients,
    };
    println!("Demo; tools live in {}\n", workspace.cache.display());
    let mut plan = Plan::default();
    setup::steps(&mut plan, workspace, Purpose::Demo);
    plan.step(
        "candor",
        "compile the command line",
        Lane::Native,
        &["cpp-tools"],
        |log| products::candor(workspace, log),
    );
    if demo.given.is_none() {
        let what = format!("invent {} clients and their records", demo.clients);
        plan.step("data", what, Lane::Light, &["candor"], |log| demo.data(log));
    }
    plan.step(
        "model",
        "train, calibrate and test a model",
        Lane::Native,
        &["candor", "data"],
        |log| demo.model(log),
    );
    products::app_step(&mut plan, workspace);
    if !plan.run(&workspace.state(), verbose, true)?.done {
        return Ok(ExitCode::FAILURE);
    }
    if options.no_serve {
        println!("Model: {}", workspace.shown(&demo.model_file()));
        println!("App:   {}", workspace.shown(&workspace.app()));
        return Ok(ExitCode::SUCCESS);
    }
    demo.serve(free_port(options.port.or(Some(port)))?)
}

/// One demo: its folder and its data.
struct Demo<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    given: Option<PathBuf>,
    clients: u32,
}

impl Demo<'_> {
    fn model_file(&self) -> PathBuf {
        self.folder.join("model.candor")
    }

    fn data_folder(&self) -> PathBuf {
        self.given.clone().unwrap_or_else(|| self.folder.join("data"))
    }

    fn candor(&self) -> std::process::Command {
        let mut candor = process::command(self.workspace.candor(), &self.workspace.root);
        candor.envs(tools::environment(self.workspace));
        candor
    }

    /// Invents the data, into a folder that gets its name when it is complete.
    fn data(&self, log: &Log) -> Result<Done, Error> {
        let clients = self.clients.to_string();
        let fingerprint = Fingerprint::default()
            .text(&clients)
            .sources(&self.workspace.candor())?
            .finish();
        let (folder, stamp) = (self.data_folder(), self.folder.join("data.stamp"));
        if folder.is_dir() && fingerprint::unchanged(&stamp, &fingerprint) {
            return Ok(Done::Nothing("unchanged"));
        }
        fs::create_dir_all(&self.folder).map_err(Error::io("create", &self.folder))?;
        let fresh = self.folder.join("data.new");
        products::remove(&fresh)?;
        log.run(
            self.candor()
                .args(["synth", "--clients", &clients, "--seed", SEED, "--output"])
                .arg(&fresh),
        )?;
        products::remove(&folder)?;
        fs::rename(&fresh, &folder).map_err(Error::io("move into place", &folder))?;
        fingerprint::keep(&stamp, &fingerprint)?;
        Ok(Done::Worked)
    }

    /// Trains, and shows what the trainer says: its test figures are the point of it.
    fn model(&self, log: &Log) -> Result<Done, Error> {
        let data = self.data_folder();
        let fingerprint = Fingerprint::default()
            .listing(&data)?
            .sources(&self.workspace.candor())?
            .finish();
        let (model, figures) = (self.model_file(), self.folder.join("train.txt"));
        let stamp = self.folder.join("model.stamp");
        if model.exists()
            && fingerprint::unchanged(&stamp, &fingerprint)
            && let Ok(text) = fs::read_to_string(&figures)
        {
            return Ok(Done::Show(format!(
                "Data and trainer are unchanged, the model is kept. It had said:\n\n{text}"
            )));
        }
        fs::create_dir_all(&self.folder).map_err(Error::io("create", &self.folder))?;
        log.run(
            self.candor()
                .arg("train")
                .arg("--data")
                .arg(&data)
                .arg("--output")
                .arg(&model)
                // A form of some dozens of fields: those made of related records nobody types.
                .args(["--name", "Demo", "--force", "--application-only"]),
        )?;
        let lines = log.tail(usize::MAX);
        let text = lines.iter().skip(1).map(|line| format!("{line}\n")).collect::<String>();
        fs::write(&figures, &text).map_err(Error::io("write", &figures))?;
        fingerprint::keep(&stamp, &fingerprint)?;
        Ok(Done::Show(text))
    }

    /// Serves app and model until Ctrl+C, which reaches the server too.
    fn serve(&self, port: u16) -> Result<ExitCode, Error> {
        let mut command = self.candor();
        command
            .arg("serve")
            .arg("--app")
            .arg(self.workspace.app())
            .arg("--model")
            .arg(self.model_file());
        command.arg("--port").arg(port.to_string()).stdout(Stdio::null());
        let mut server = command.spawn().map_err(process::start(&command))?;
        loop {
            if let Some(status) = server.try_wait().map_err(process::start(&command))? {
                return Err(Error::Failed {
                    command: "candor serve".to_owned(),
                    status: status.to_string(),
                });
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        println!("Candor is at http://127.0.0.1:{port}/  (Ctrl+C stops it)");
        println!("Model: {}", self.workspace.shown(&self.model_file()));
        println!("Data:  {}", self.workspace.shown(Path::new(&self.data_folder())));
        let status = server.wait().map_err(process::start(&command))?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// The port asked for, if it is free, or else the first free one.
fn free_port(asked: Option<u16>) -> Result<u16, Error> {
    let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    match asked {
        Some(port) if free(port) => Ok(port),
        Some(port) => Err(Error::PortTaken { port }),
        None => {
            let last = PORT + PORTS - 1;
            (PORT..=last)
                .find(|port| free(*port))
                .ok_or(Error::NoPort { first: PORT, last })
        }
    }
}
