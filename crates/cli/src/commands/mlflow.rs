//! `candor mlflow`.

use std::path::PathBuf;

use candor_store::mlflow::{Client, Credentials, Pushed, Target, push};
use candor_store::registry::{Store, shown};
use clap::{Args, Subcommand};

use super::progress::bar;
use super::run_report::run_report;
use super::{print, print_json};
use crate::error::Error;

/// Send runs on record to an MLflow server.
#[derive(Debug, Args)]
pub(super) struct Mlflow {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Push(Push),
}

/// Send a run: parameters, metrics, model file, model card, and the validation report on its test part (HTML with its
/// charts, and JSON); if asked for, as a version of a registered model with an alias.
///
/// A push can be stopped anywhere and done again: what is there is found by the run's digest and not sent twice. Faults that
/// may pass (no connection, an overloaded server) are tried again, after 0.2, 0.4, 0.8 … seconds. No client's data leave the
/// store: the report shows figures of groups only.
///
/// http and https. Credentials come from the environment, under the names that MLflow's own client reads:
/// MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Certificates are checked against the
/// public authorities, or against those in the PEM file that MLFLOW_TRACKING_SERVER_CERT_PATH names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor mlflow push --store runs --url http://127.0.0.1:5000 3f9a
  candor mlflow push --store runs --url https://mlflow.example.org --model-name credit --alias champion")]
struct Push {
    /// Beginning of the run's digest, or champion.
    #[arg(default_value = "champion")]
    run: String,
    /// Folder of the store.
    #[arg(long, value_name = "DIR", env = "CANDOR_STORE", hide_env_values = true)]
    store: PathBuf,
    /// Address of the server.
    #[arg(long, value_name = "URL", env = "MLFLOW_TRACKING_URI", hide_env_values = true)]
    url: String,
    /// Experiment; it is created if it is not there.
    #[arg(long, value_name = "NAME", default_value = "candor")]
    experiment: String,
    /// Register the model under this name.
    #[arg(long, value_name = "NAME")]
    model_name: Option<String>,
    /// Let this alias stand for the registered version, as in champion.
    #[arg(long, value_name = "NAME", requires = "model_name")]
    alias: Option<String>,
    /// How often a call that failed is tried again.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=12))]
    retries: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Mlflow {
    pub(super) fn run(self) -> Result<(), Error> {
        let Action::Push(command) = self.action;
        command.run()
    }
}

impl Push {
    fn run(self) -> Result<(), Error> {
        let client = Client::new(&self.url, Credentials::from_environment()?, self.retries)?;
        let store = Store::new(&self.store);
        let ledger = store.read()?;
        let digest = ledger.find(&self.run)?;
        let target = Target {
            experiment: self.experiment.clone(),
            model_name: self.model_name.clone(),
            alias: self.alias.clone(),
        };
        let bar = bar(None, "Pushing");
        let pushed = push(&client, &store, digest, &target, &run_report, &|what| {
            bar.set_message(what.to_owned())
        })?;
        bar.finish_and_clear();
        if self.json {
            return print_json(&pushed);
        }
        print(&self.lines(digest, &pushed).join("\n"))
    }

    fn lines(&self, digest: &str, pushed: &Pushed) -> Vec<String> {
        let made = |created: bool| if created { "created" } else { "was there" };
        let counted = |[all, sent]: [usize; 2]| format!("{all} ({sent} sent now)");
        let mut lines = vec![
            format!(
                "Run {} is {} in the experiment '{}' ({}).",
                shown(digest),
                pushed.run,
                self.experiment,
                made(pushed.created)
            ),
            format!("  parameters  {}", counted(pushed.parameters)),
            format!("  metrics     {}", counted(pushed.metrics)),
            format!("  files       {}", counted(pushed.files)),
        ];
        if let (Some(name), Some(version)) = (&self.model_name, &pushed.version) {
            lines.push(format!(
                "  model       {name}, version {version} ({})",
                made(pushed.version_created)
            ));
        }
        lines.extend(self.alias.as_ref().map(|alias| {
            let made = if pushed.alias_set { "set now" } else { "was set" };
            format!("  alias       {alias} ({made})")
        }));
        lines
    }
}
