//! How a contender is asked: a process of its own, a request per line of JSON in, an answer per line out.
//!
//! It first says `{"version"}`. Then each request has an answer, `{"error"}` if it could not be done:
//!
//! | request | answer |
//! |---|---|
//! | `{"do": "open", "model"?}` loads its model, or the one named | `{"nanoseconds": [one]}` |
//! | `{"do": "run", "job", "first", "last", "warm"}` does a job on these rows, after `warm` rows that do not count | `{"nanoseconds"}`: one per row for the jobs on one row, else one for all |
//! | `{"do": "answers", "job", "first", "last", "file"}` writes what the job computes as 64-bit floats | `{}` |
//! | `{"do": "cold"}`, the first request of a fresh process: from files to the first score and contributions | `{"nanoseconds": [one], "peak_bytes"?, "grown_bytes"?}` |
//! | `{"do": "quit"}` | none; it ends |

use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// How long an answer may take; the longest job takes half a minute, several times that on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The contender said why; it can be asked something else.
    #[error("{0}")]
    Said(String),
    /// It is not there any more.
    #[error("{0}")]
    Gone(String),
}

/// A running contender.
pub struct Process {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<String>,
}

impl Process {
    /// Starts a contender and gives its version; what it writes to standard error goes into the file `log`.
    pub fn start(command: &[OsString], log: &Path) -> Result<(Self, String), Refusal> {
        let gone = |what: &str, error: &dyn std::fmt::Display| Refusal::Gone(format!("{what}: {error}"));
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| Refusal::Gone("no command".to_owned()))?;
        let errors = File::create(log).map_err(|error| gone(&log.display().to_string(), &error))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| gone(&program.to_string_lossy(), &error))?;
        let (Some(requests), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Refusal::Gone("no pipes".to_owned()));
        };
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut process = Self {
            child,
            requests,
            answers,
        };
        let hello = process.answer().map_err(|refusal| match last_line(log) {
            Some(said) => Refusal::Gone(format!("did not start: {said}")),
            None => refusal,
        })?;
        let version = hello["version"].as_str().unwrap_or("unknown").to_owned();
        Ok((process, version))
    }

    /// Asks and waits for the answer.
    pub fn ask(&mut self, request: &Value) -> Result<Value, Refusal> {
        writeln!(self.requests, "{request}").map_err(|error| Refusal::Gone(format!("died: {error}")))?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Value, Refusal> {
        let line = self.answers.recv_timeout(PATIENCE).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => Refusal::Gone(format!("no answer within {} s", PATIENCE.as_secs())),
            mpsc::RecvTimeoutError::Disconnected => Refusal::Gone("died".to_owned()),
        })?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| Refusal::Gone(format!("did not answer in JSON ({error}): {line}")))?;
        match answer["error"].as_str() {
            Some(error) => Err(Refusal::Said(error.to_owned())),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    /// A browser has to be told to quit, or it would stay; who does not listen is killed.
    fn drop(&mut self) {
        let told = writeln!(self.requests, "{}", json!({ "do": "quit" })).is_ok();
        for _ in 0..if told { 100 } else { 0 } {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        // It may have ended by itself in the meantime.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The last line that a program wrote into its log.
fn last_line(log: &Path) -> Option<String> {
    let text = std::fs::read_to_string(log).ok()?;
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.trim().chars().take(200).collect())
}

/// The times in an answer, in nanoseconds.
pub fn nanoseconds(answer: &Value) -> Result<Vec<f64>, Refusal> {
    let times = answer["nanoseconds"].as_array().map(|times| {
        let times = times.iter().map(Value::as_f64);
        times.collect::<Option<Vec<f64>>>()
    });
    times
        .flatten()
        .ok_or_else(|| Refusal::Said("an answer without times".to_owned()))
}
