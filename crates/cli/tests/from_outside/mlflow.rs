//! `candor mlflow push`, against a real server where there is one: everything arrives, once, whatever is killed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::{Folder, QUICK, join};
use candor_store::registry::{Store, verify};
use serde_json::{Value, json};

/// The Python that has MLflow, as `cargo xtask setup` installs it.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("CANDOR_MLFLOW").map(PathBuf::from);
    if python.is_none() {
        eprintln!("skipped: no MLflow here; cargo xtask setup installs it, unless Python or PyPI is missing");
    }
    python
}

/// A server that keeps everything in a folder, in a process group of its own.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(python: &Path, folder: &Path, port: u16) -> Self {
        let mut command = Command::new(python);
        command.args(["-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]);
        command.args(["--port", &port.to_string(), "--backend-store-uri"]);
        command.arg(format!("sqlite:///{}", folder.join("mlflow.db").display()));
        command.arg("--artifacts-destination").arg(folder.join("artifacts"));
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Without the processes for jobs, which take longer to start than all the rest.
        command.env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        // Compiling all that the server imports takes half a minute: once is enough.
        command.env_remove("PYTHONDONTWRITEBYTECODE");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let server = Self {
            child: command.spawn().unwrap(),
            url: format!("http://127.0.0.1:{port}"),
        };
        let start = Instant::now();
        while !ureq::get(format!("{}/health", server.url))
            .call()
            .is_ok_and(|answer| answer.status() == 200)
        {
            assert!(start.elapsed() < Duration::from_secs(240), "the server does not start");
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }

    /// What stands at a path of the REST interface.
    fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}/api/2.0/mlflow/{path}", self.url)).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    fn runs(&self, experiment: &str) -> Vec<Value> {
        let request = ureq::post(format!("{}/api/2.0/mlflow/runs/search", self.url));
        let request = request.header("content-type", "application/json");
        let body = json!({ "experiment_ids": [experiment], "run_view_type": "ALL", "max_results": 100 });
        let text = request
            .send(body.to_string())
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["runs"].as_array().cloned().unwrap_or_default()
    }

    fn file(&self, uri: &str, path: &str) -> Vec<u8> {
        let folder = uri.strip_prefix("mlflow-artifacts:/").unwrap();
        let url = format!("{}/api/2.0/mlflow-artifacts/artifacts/{folder}/{path}", self.url);
        ureq::get(url).call().unwrap().body_mut().read_to_vec().unwrap()
    }
}

/// Kills a server and the processes that it has started.
fn kill(child: &mut Child) {
    let group = format!("-{}", child.id());
    assert!(
        Command::new("kill")
            .args(["-9", "--", &group])
            .status()
            .unwrap()
            .success()
    );
    child.wait().unwrap();
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            kill(&mut self.child);
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Hands requests on to a server until this many have come, then kills it and hangs up.
fn proxy(server: Arc<Mutex<Option<Server>>>, to: u16, requests: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(0));
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            let Ok(mut upstream) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            let (mut back, mut to_client) = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut back, &mut to_client);
                // Else the client would wait for an answer until it gives up.
                let _ = to_client.shutdown(std::net::Shutdown::Both);
            });
            let (seen, server) = (Arc::clone(&seen), Arc::clone(&server));
            std::thread::spawn(move || {
                let mut bytes = vec![0; 1 << 16];
                while let Ok(count) = client.read(&mut bytes) {
                    let methods = [&b"GET /"[..], b"POST /", b"PUT /"];
                    if methods.iter().any(|method| bytes[..count].starts_with(method)) {
                        let mut seen = seen.lock().unwrap();
                        *seen += 1;
                        if *seen >= requests {
                            drop(server.lock().unwrap().take());
                        }
                    }
                    if count == 0 || upstream.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                // Both directions, as when the process is gone.
                let _ = upstream.shutdown(std::net::Shutdown::Both);
                let _ = client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    port
}

fn push<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let first = [
        "mlflow",
        "push",
        "champion",
        "--store",
        "runs",
        "--url",
        url,
        "--experiment",
        "credit é",
    ];
    join(&join(&first, &["--model-name", "credit", "--alias", "champion"]), more)
}

#[test]
fn a_run_arrives_whole_and_once_whatever_is_killed() {
    let Some(python) = python() else { return };
    let folder = Folder::with_tables();
    folder.succeed(&join(
        &["train", "--data", "data", "--output", "m.candor", "--store", "runs"],
        &QUICK,
    ));
    let store = Store::new(&folder.path("runs"));
    let digest = store.read().unwrap().runs().next().unwrap().to_owned();
    folder.succeed(&["registry", "promote", &digest, "--store", "runs"]);

    // The server is killed at the twelfth request, in the middle of the files.
    let port = free_port();
    let server = Arc::new(Mutex::new(Some(Server::start(&python, &folder.path(""), port))));
    let between = format!("http://127.0.0.1:{}", proxy(Arc::clone(&server), port, 12));
    let ended = folder.run(&push(&between, &["--retries", "1"]));
    assert_eq!(ended.code, Some(2), "{}{}", ended.text(), ended.stderr);
    assert!(
        ended.stderr.contains("push again: it continues") && ended.stderr.lines().count() == 1,
        "{}",
        ended.stderr
    );
    assert!(server.lock().unwrap().is_none(), "killed in the middle");

    // Started again, while pushes are killed at twenty moments.
    let server = Server::start(&python, &folder.path(""), port);
    let experiment = server.get("experiments/get-by-name?experiment_name=credit%20%C3%A9");
    let experiment = experiment["experiment"]["experiment_id"].as_str().unwrap();
    assert_eq!(server.runs(experiment).len(), 1, "the first push had begun a run");
    let mut moment = 7_u32;
    for _ in 0..20 {
        let mut child = folder
            .command(&push(&server.url, &[]))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        moment = moment.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        std::thread::sleep(Duration::from_millis(u64::from(moment >> 16) * 1000 / (1 << 16)));
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
    }
    let last: Value = serde_json::from_str(folder.succeed(&push(&server.url, &["--json"])).text()).unwrap();
    let again: Value = serde_json::from_str(folder.succeed(&push(&server.url, &["--json"])).text()).unwrap();
    assert_eq!(again["run"], last["run"]);
    for (what, nothing) in [
        ("created", json!(false)),
        ("version_created", json!(false)),
        ("alias_set", json!(false)),
    ] {
        assert_eq!(again[what], nothing, "{what}");
    }
    for what in ["parameters", "metrics", "files"] {
        assert_eq!(again[what][1], 0, "{what} were sent twice");
    }
    assert_eq!(verify(&store).unwrap().damage, [""; 0]);
    read_back(&folder, &server, experiment, &digest);
}

/// Compares what the server has with what the store has.
fn read_back(folder: &Folder, server: &Server, experiment: &str, digest: &str) {
    let runs = server.runs(experiment);
    assert_eq!(runs.len(), 1, "one run");
    let (info, data) = (&runs[0]["info"], &runs[0]["data"]);
    let local = folder.succeed(&["registry", "show", "champion", "--store", "runs", "--json"]);
    let local: Value = serde_json::from_str(local.text()).unwrap();
    assert_eq!(
        (&info["status"], &info["run_name"]),
        (&json!("FINISHED"), &local["card"]["name"])
    );
    let entry = |kind: &str, name: &str| {
        let entries: Vec<&Value> = data[kind]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["key"] == name)
            .collect();
        assert!(entries.len() <= 1, "{name} is there {} times", entries.len());
        entries.first().map_or(Value::Null, |entry| entry["value"].clone())
    };
    assert_eq!(entry("tags", "candor.run"), digest);
    for (name, value) in local["card"]["parameters"].as_object().unwrap() {
        assert_eq!(&entry("params", name), value, "{name}");
    }
    assert_eq!(entry("params", "data.sha256"), local["card"]["data"]["sha256"]);
    let mut figures = 0;
    for part in local["card"]["parts"].as_array().unwrap() {
        let part_name = part["name"].as_str().unwrap();
        for (name, value) in part["metrics"].as_object().unwrap() {
            let (value, ends) = match value {
                Value::Object(interval) => (&interval["value"], Some((&interval["low"], &interval["high"]))),
                value => (value, None),
            };
            let name = format!("{part_name}.{name}");
            assert_eq!(&entry("metrics", &name), value, "{name}");
            if let Some((low, high)) = ends {
                assert_eq!(
                    (
                        &entry("metrics", &format!("{name}.low")),
                        &entry("metrics", &format!("{name}.high"))
                    ),
                    (low, high)
                );
            }
            figures += 1;
        }
    }
    assert_eq!(figures, 33, "eleven figures of each part");
    let run = info["run_id"].as_str().unwrap();
    let history = server.get(&format!("metrics/get-history?run_id={run}&metric_key=test.auc"));
    assert_eq!(history["metrics"].as_array().unwrap().len(), 1, "logged once");

    let uri = info["artifact_uri"].as_str().unwrap();
    assert_eq!(server.file(uri, "model/model.candor"), folder.read("m.candor"));
    let card: Value = serde_json::from_slice(&server.file(uri, "model_card.json")).unwrap();
    assert_eq!(card, local["card"]);
    let page = String::from_utf8(server.file(uri, "report/report.html")).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("<svg"),
        "a page with charts"
    );
    let report: Value = serde_json::from_slice(&server.file(uri, "report/report.json")).unwrap();
    let (measured, recorded) = (
        &report["parts"][0]["metrics"]["auc"]["value"],
        &local["card"]["parts"][2]["metrics"]["auc"]["value"],
    );
    assert!(
        (measured.as_f64().unwrap() - recorded.as_f64().unwrap()).abs() < 1e-12,
        "{measured} and {recorded}"
    );

    let versions = server.get("model-versions/search?filter=name%3D%27credit%27");
    let versions = versions["model_versions"].as_array().unwrap();
    assert_eq!(versions.len(), 1, "one version");
    assert_eq!(
        (&versions[0]["run_id"], &versions[0]["source"]),
        (&json!(run), &json!(format!("{uri}/model")))
    );
    let alias = server.get("registered-models/alias?name=credit&alias=champion");
    assert_eq!(alias["model_version"]["version"], versions[0]["version"]);
}

/// Answers every request the same, and keeps what it was sent.
fn answering(answer: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(String::new()));
    let keep = Arc::clone(&kept);
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            let mut bytes = vec![0; 1 << 16];
            let count = client.read(&mut bytes).unwrap_or(0);
            keep.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            let _ = client.write_all(answer.as_bytes());
        }
    });
    (url, kept)
}

#[test]
fn a_server_that_cannot_help_is_one_error() {
    let folder = Folder::with_model();
    folder.succeed(&["registry", "add", "model.candor", "--store", "runs"]);
    let run = Store::new(&folder.path("runs")).read().unwrap().runs().next().unwrap()[..8].to_owned();
    let push = |url: &str, wanted: &[&str]| {
        folder.refuse(
            &[
                "mlflow",
                "push",
                &run,
                "--store",
                "runs",
                "--retries",
                "1",
                "--url",
                url,
            ],
            wanted,
        )
    };
    let nobody = format!("http://127.0.0.1:{}", free_port());
    push(
        &nobody,
        &[
            &nobody,
            "no answer",
            "(tried 2 times)",
            "push again: it continues where it stopped",
        ],
    );
    let (busy, _) = answering("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    push(&busy, &["HTTP status 503", "(tried 2 times)"]);
    let (other, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    push(&other, &["is this the address of an MLflow server?"]);
    push("127.0.0.1:5000", &["--url should be as in http://127.0.0.1:5000"]);

    // Credentials are sent and never shown.
    let (locked, sent) = answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let mut command = folder.command(&["mlflow", "push", &run, "--store", "runs", "--url", &locked]);
    let output = command
        .env("MLFLOW_TRACKING_USERNAME", "me")
        .env("MLFLOW_TRACKING_PASSWORD", "secret")
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        message.contains("it wants other credentials") && !message.contains("secret"),
        "{message}"
    );
    assert!(
        sent.lock().unwrap().contains("authorization: Basic bWU6c2VjcmV0"),
        "{}",
        sent.lock().unwrap()
    );
}
