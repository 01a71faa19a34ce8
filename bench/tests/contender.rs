//! Candor's contender, from outside: what it answers to each request of the protocol.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use candor_core::import::lightgbm;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_candor-bench");
/// Features of the fixture.
const WIDTH: usize = 3;
const ROWS: usize = 6;

/// A folder of models as `prepare.py` makes it, small.
fn models(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("candor-bench-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/fixtures/lightgbm.txt");
    fs::copy(fixture, folder.join("main.txt")).unwrap();
    fs::write(folder.join("about.json"), json!({ "features": WIDTH }).to_string()).unwrap();
    let bytes: Vec<u8> = rows().iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(folder.join("rows.f64"), bytes).unwrap();
    let made = Command::new(PROGRAM)
        .arg("model")
        .args([folder.join("main.txt"), folder.join("main.candor")])
        .status();
    assert!(made.unwrap().success());
    folder
}

fn rows() -> Vec<f64> {
    (0..ROWS * WIDTH)
        .map(|place| {
            if place % 5 == 4 {
                f64::NAN
            } else {
                (place % 7) as f64 * 0.5 - 1.0
            }
        })
        .collect()
}

/// What it says first, and its answers to these requests.
fn answers(models: &Path, requests: &[Value]) -> Vec<Value> {
    let mut child = Command::new(PROGRAM)
        .args(["contender", "--models"])
        .arg(models)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for request in requests.iter().chain([&json!({ "do": "quit" })]) {
        writeln!(input, "{request}").unwrap();
    }
    let output = BufReader::new(child.stdout.take().unwrap());
    let answers = output.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let answers = answers.collect();
    assert!(child.wait().unwrap().success());
    answers
}

#[test]
fn every_request_has_its_answer() {
    let models = models("requests");
    let run = |job: &str, first: usize, last: usize| json!({ "do": "run", "job": job, "first": first, "last": last, "warm": 2 });
    let answers = answers(
        &models,
        &[
            json!({ "do": "cold" }),
            json!({ "do": "open" }),
            run("score_one", 1, 5),
            run("explain_batch", 0, ROWS),
            run("score_one", 0, ROWS + 1),
            run("sing", 0, 1),
            json!({ "do": "open", "model": "main.txt" }),
            run("score_batch", 0, ROWS),
        ],
    );
    fs::remove_dir_all(&models).unwrap();
    let times = |answer: &Value| answer["nanoseconds"].as_array().map(Vec::len);
    assert_eq!(answers.len(), 9);
    assert!(answers[0]["version"].is_string());
    let counts: Vec<_> = answers[1..].iter().map(times).collect();
    // A time for each row of a job on one row, else one; none where there is no such row or job.
    assert_eq!(
        counts,
        [Some(1), Some(1), Some(4), Some(1), None, None, Some(1), Some(1)]
    );
    assert!(answers[5]["error"].as_str().unwrap().contains("no rows 6 to 7"));
    assert!(answers[6]["error"].as_str().unwrap().contains("`sing`"));
}

#[test]
fn the_answers_are_those_of_the_trees() {
    let models = models("answers");
    let ensemble = lightgbm::from_text(&fs::read_to_string(models.join("main.txt")).unwrap())
        .unwrap()
        .ensemble;
    let jobs = ["score_one", "score_batch", "explain_one", "explain_batch"];
    let file = |job: &str| models.join(format!("{job}.answers"));
    let requests = jobs.map(
        |job| json!({ "do": "answers", "job": job, "first": 0, "last": ROWS, "file": file(job).to_str().unwrap() }),
    );
    answers(&models, &[&[json!({ "do": "open" })], &requests[..]].concat());
    let found = jobs.map(|job| {
        let bytes = fs::read(file(job)).unwrap();
        let (words, _) = bytes.as_chunks::<8>();
        words.iter().map(|word| f64::from_le_bytes(*word)).collect::<Vec<_>>()
    });
    fs::remove_dir_all(&models).unwrap();
    let scores: Vec<f64> = rows().chunks(WIDTH).map(|row| ensemble.raw_score(row)).collect();
    assert_eq!(found[0], scores);
    assert_eq!(found[1], scores);
    assert_eq!(found[2], found[3]);
    for (contributions, score) in found[2].chunks(WIDTH + 1).zip(&scores) {
        assert!((contributions.iter().sum::<f64>() - score).abs() < 1e-12);
    }
}
