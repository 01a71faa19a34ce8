//! The calls of MLflow that a push needs (REST interface 2.0, as of MLflow 3).

use serde_json::{Value, json};

use super::client::{Client, encoded};
use crate::error::Error;

const API: &str = "/api/2.0/mlflow";
const ARTIFACTS: &str = "/api/2.0/mlflow-artifacts/artifacts";
/// Most parameters in one call.
const MOST_PARAMETERS: usize = 100;
/// Most metrics in one call: a call takes 1000 things in all.
const MOST_METRICS: usize = 900;
/// The tag that says which run of which store a run of MLflow is, and whose model a version is.
pub(super) const RUN_TAG: &str = "candor.run";

/// A run of MLflow.
#[derive(Debug, Clone)]
pub(super) struct RemoteRun {
    pub(super) id: String,
    /// Where its files are put.
    pub(super) artifacts: String,
    info: Value,
    data: Value,
}

impl RemoteRun {
    fn of(client: &Client, run: &Value) -> Result<Self, Error> {
        let text = |name: &str| text(client, run, &format!("/info/{name}"));
        Ok(Self {
            id: text("run_id")?,
            artifacts: text("artifact_uri")?,
            info: run["info"].clone(),
            data: run["data"].clone(),
        })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.info["status"] == "FINISHED"
    }

    /// Whether a parameter has been logged.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.entries("params").any(|entry| entry["key"] == name)
    }

    /// Whether a metric has been logged with this value.
    pub(super) fn has_metric(&self, name: &str, value: f64) -> bool {
        self.entries("metrics")
            .any(|entry| entry["key"] == name && entry["value"].as_f64() == Some(value))
    }

    pub(super) fn tag(&self, name: &str) -> Option<&str> {
        let tag = self.entries("tags").find(|entry| entry["key"] == name)?;
        tag["value"].as_str()
    }

    fn entries(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.data[kind].as_array().into_iter().flatten()
    }
}

/// The number of the experiment of this name, which is created if it is not there.
pub(super) fn experiment(client: &Client, name: &str) -> Result<String, Error> {
    let find = || {
        let found = client.get(&format!("{API}/experiments/get-by-name"), &[("experiment_name", name)])?;
        let Some(found) = found else { return Ok(None) };
        if found.pointer("/experiment/lifecycle_stage") == Some(&json!("deleted")) {
            let problem =
                format!("the experiment '{name}' was deleted there; restore it, or name another --experiment");
            return Err(client.error(problem));
        }
        text(client, &found, "/experiment/experiment_id").map(Some)
    };
    let path = format!("{API}/experiments/create");
    client
        .find_or_create(&path, &json!({ "name": name }), &find)
        .map(|(id, _)| id)
}

/// The run with our tag in an experiment, which is created if it is not there; and whether it was.
pub(super) fn run(client: &Client, experiment: &str, digest: &str, run: &Value) -> Result<(RemoteRun, bool), Error> {
    let find = || {
        let body = json!({
            "experiment_ids": [experiment],
            "filter": format!("tags.`{RUN_TAG}` = '{digest}'"),
            "order_by": ["attributes.start_time ASC"],
            "max_results": 1,
        });
        let found = client.post(&format!("{API}/runs/search"), &body)?;
        let run = found.pointer("/runs/0");
        run.map(|run| RemoteRun::of(client, run)).transpose()
    };
    client.find_or_create(&format!("{API}/runs/create"), run, &find)
}

/// Logs parameters and metrics, as many in a call as the server takes.
pub(super) fn log(
    client: &Client,
    run: &str,
    parameters: &[(String, String)],
    metrics: &[(String, f64)],
    at: u64,
) -> Result<(), Error> {
    let path = format!("{API}/runs/log-batch");
    for part in parameters.chunks(MOST_PARAMETERS) {
        let part: Vec<Value> = part
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect();
        client.post(&path, &json!({ "run_id": run, "params": part }))?;
    }
    for part in metrics.chunks(MOST_METRICS) {
        let part: Vec<Value> = part
            .iter()
            // The same time and step each time: what is logged twice is there once.
            .map(|(key, value)| json!({ "key": key, "value": value, "timestamp": at, "step": 0 }))
            .collect();
        client.post(&path, &json!({ "run_id": run, "metrics": part }))?;
    }
    Ok(())
}

pub(super) fn set_tag(client: &Client, run: &str, key: &str, value: &str) -> Result<(), Error> {
    let body = json!({ "run_id": run, "key": key, "value": value });
    client.post(&format!("{API}/runs/set-tag"), &body).map(|_| ())
}

/// Puts a file beside the run.
pub(super) fn put_file(client: &Client, run: &RemoteRun, name: &str, content: &[u8]) -> Result<(), Error> {
    let Some(folder) = run.artifacts.strip_prefix("mlflow-artifacts:/") else {
        let problem = format!(
            "the server keeps files at {}, where only clients with access to that storage can put them; start it with \
             --serve-artifacts and --artifacts-destination",
            run.artifacts
        );
        return Err(client.error(problem));
    };
    let parts = folder.split('/').chain(name.split('/')).filter(|part| !part.is_empty());
    let path: String = parts.map(|part| format!("/{}", encoded(part))).collect();
    client.put(&format!("{ARTIFACTS}{path}"), content)
}

pub(super) fn finish(client: &Client, run: &str, at: u64) -> Result<(), Error> {
    let body = json!({ "run_id": run, "status": "FINISHED", "end_time": at });
    client.post(&format!("{API}/runs/update"), &body).map(|_| ())
}

/// The version of a registered model that is this run's, and whether it was created; so is the registered model.
pub(super) fn version(client: &Client, name: &str, run: &RemoteRun, digest: &str) -> Result<(String, bool), Error> {
    let find = || {
        let found = client.get(&format!("{API}/registered-models/get"), &[("name", name)])?;
        Ok(found.map(|_| ()))
    };
    client.find_or_create(
        &format!("{API}/registered-models/create"),
        &json!({ "name": name }),
        &find,
    )?;
    let find = || {
        let filter = format!("name='{}' and tags.`{RUN_TAG}` = '{digest}'", name.replace('\'', "\\'"));
        let found = client.get(&format!("{API}/model-versions/search"), &[("filter", &filter)])?;
        let version = found
            .as_ref()
            .and_then(|found| found.pointer("/model_versions/0/version"));
        Ok(version.and_then(Value::as_str).map(str::to_owned))
    };
    let body = json!({
        "name": name,
        "source": format!("{}/model", run.artifacts),
        "run_id": run.id,
        "tags": [{ "key": RUN_TAG, "value": digest }],
    });
    client.find_or_create(&format!("{API}/model-versions/create"), &body, &find)
}

/// Lets an alias stand for a version, and says whether it did not before.
pub(super) fn alias(client: &Client, name: &str, alias: &str, version: &str) -> Result<bool, Error> {
    let path = format!("{API}/registered-models/alias");
    // An alias that is not there is refused as a wrong parameter, so the model is asked for all of them.
    let model = client.get(&format!("{API}/registered-models/get"), &[("name", name)])?;
    let aliases = model
        .as_ref()
        .and_then(|model| model.pointer("/registered_model/aliases"));
    let mut known = aliases.and_then(Value::as_array).into_iter().flatten();
    if known.any(|known| known["alias"] == alias && known["version"] == version) {
        return Ok(false);
    }
    let body = json!({ "name": name, "alias": alias, "version": version });
    client.post(&path, &body).map(|_| true)
}

/// A text in an answer.
fn text(client: &Client, answer: &Value, place: &str) -> Result<String, Error> {
    let found = answer.pointer(place).and_then(Value::as_str);
    let problem = || {
        client.error(format!(
            "the answer has no {place}; is this the address of an MLflow server?"
        ))
    };
    found.map(str::to_owned).ok_or_else(problem)
}
