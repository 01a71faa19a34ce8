//! A run of the store on its way to a server.

use std::fs::File;

use serde::Serialize;
use serde_json::json;

use super::client::Client;
use super::contents::{Contents, Documents};
use super::server::{self, RUN_TAG};
use crate::error::Error;
use crate::registry::entry::{Entry, seconds};
use crate::registry::{Run, Store, name_of};

/// Where a run goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// Name of the experiment.
    pub experiment: String,
    /// Name of the registered model, if its model is to be a version of one.
    pub model_name: Option<String>,
    /// An alias of that version.
    pub alias: Option<String>,
}

/// What is on the server now, and how much of it this push has brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The experiment's number.
    pub experiment: String,
    /// The run's identifier there.
    pub run: String,
    /// Whether this push created the run.
    pub created: bool,
    /// Parameters: there, and sent now.
    pub parameters: [usize; 2],
    /// Metrics: there, and sent now.
    pub metrics: [usize; 2],
    /// Files: there, and sent now.
    pub files: [usize; 2],
    /// The version of the registered model.
    pub version: Option<String>,
    /// Whether this push created the version.
    pub version_created: bool,
    /// Whether this push set the alias.
    pub alias_set: bool,
}

/// Sends a run, or what is not there of it. `documents` gives further files of a run, and `progress` hears what is being
/// done.
///
/// The run of MLflow bears the digest of ours as a tag, by which it is found again; so does the version. What is there is
/// not sent again, so a push that was stopped anywhere is finished by the next one.
///
/// # Errors
/// [`Error::Server`], and what reading the store can end with.
pub fn push(
    client: &Client,
    store: &Store,
    digest: &str,
    target: &Target,
    documents: &Documents<'_>,
    progress: &dyn Fn(&str),
) -> Result<Pushed, Error> {
    let (ledger, run) = (store.read()?, store.run(digest)?);
    // Two pushes of one run at once would both find nothing there.
    let path = store.objects.path(digest);
    let lock = File::open(&path).map_err(Error::read(&path))?;
    lock.lock().map_err(Error::read(&path))?;
    let recorded = ledger.entries.iter().find_map(|entry| match entry {
        Entry::Run { at, run } if run == digest => Some(at.as_str()),
        _ => None,
    });
    let at = 1000 * recorded.and_then(seconds).unwrap_or(0);

    progress("Putting together the report");
    let contents = Contents::of(store, &run, documents)?;
    progress("Looking for the run");
    let experiment = server::experiment(client, &target.experiment)?;
    let (remote, created) = server::run(client, &experiment, digest, &new_run(&run, digest, &experiment, at))?;

    progress("Sending parameters and metrics");
    let missing = |name: &str| !remote.has_parameter(name);
    let parameters: Vec<_> = contents
        .parameters
        .iter()
        .filter(|(name, _)| missing(name))
        .cloned()
        .collect();
    let metrics = contents
        .metrics
        .iter()
        .filter(|(name, value)| !remote.has_metric(name, *value));
    let metrics: Vec<(String, f64)> = metrics.cloned().collect();
    server::log(client, &remote.id, &parameters, &metrics, at)?;

    let mut sent = 0;
    for (name, content) in &contents.files {
        // The tag is set once the file is there.
        let (tag, sha256) = (format!("candor.sha256.{}", name.replace('/', ".")), name_of(content));
        if remote.tag(&tag) != Some(&sha256) {
            progress(&format!("Sending {name}"));
            server::put_file(client, &remote, name, content)?;
            server::set_tag(client, &remote.id, &tag, &sha256)?;
            sent += 1;
        }
    }
    let mut pushed = Pushed {
        run: remote.id.clone(),
        experiment,
        created,
        parameters: [contents.parameters.len(), parameters.len()],
        metrics: [contents.metrics.len(), metrics.len()],
        files: [contents.files.len(), sent],
        version: None,
        version_created: false,
        alias_set: false,
    };
    if let Some(name) = &target.model_name {
        progress("Registering the model");
        let (version, created) = server::version(client, name, &remote, digest)?;
        if let Some(alias) = &target.alias {
            pushed.alias_set = server::alias(client, name, alias, &version)?;
        }
        (pushed.version, pushed.version_created) = (Some(version), created);
    }
    if !remote.is_finished() {
        server::finish(client, &remote.id, at)?;
    }
    Ok(pushed)
}

/// A run as MLflow creates it.
fn new_run(run: &Run, digest: &str, experiment: &str, at: u64) -> serde_json::Value {
    let tag = |key: &str, value: &str| json!({ "key": key, "value": value });
    json!({
        "experiment_id": experiment,
        "run_name": run.card.name,
        "start_time": at,
        "tags": [
            tag(RUN_TAG, digest),
            tag("candor.model", &run.model.digest),
            tag("mlflow.source.name", "candor train"),
        ],
    })
}
