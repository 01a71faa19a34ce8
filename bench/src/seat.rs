//! A contender at the table: its process, started again once if it dies, and what it could not do.

use crate::lineup::{Contender, Job, Place};
use crate::options::Options;
use crate::protocol::{self, Process, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// How often a contender may die before it is left out.
const DEATHS: usize = 2;

/// A contender and how it has done so far.
pub struct Seat<'a> {
    pub contender: Contender,
    pub version: String,
    /// Why it takes no part at all, or no longer.
    pub absent: Option<String>,
    /// Why it takes no part in a job.
    pub failures: BTreeMap<&'static str, String>,
    /// Rows per turn, by job.
    pub turns: BTreeMap<&'static str, usize>,
    process: Option<Process>,
    deaths: usize,
    options: &'a Options,
}

impl<'a> Seat<'a> {
    /// Seats a contender whose process has loaded its model.
    pub fn new(contender: Contender, options: &'a Options) -> Self {
        let mut seat = Self {
            contender,
            version: String::new(),
            absent: None,
            failures: BTreeMap::new(),
            turns: BTreeMap::new(),
            process: None,
            deaths: 0,
            options,
        };
        if let Some(reason) = seat.not_ready() {
            seat.absent = Some(reason);
        } else if let Err(refusal) = seat.started() {
            seat.absent = Some(refusal.to_string());
        }
        seat
    }

    /// Why it cannot be started, as the set-up or the making of the models left word.
    fn not_ready(&self) -> Option<String> {
        let left = |folder: &std::path::Path, package: &str| {
            std::fs::read_to_string(folder.join(format!("{package}.failed"))).ok()
        };
        let library = self.contender.library;
        if library.is_empty() {
            return None;
        }
        if let Some(reason) = left(&self.options.failures, library) {
            return Some(format!("not installed: {}", reason.trim()));
        }
        let trainer = match self.contender.model {
            "main.onnx" => "onnxruntime",
            "main.ydf.zip" => "ydf",
            _ => library,
        };
        left(&self.options.models, trainer).map(|reason| format!("its model was not made: {}", reason.trim()))
    }

    /// The process, started if need be.
    fn started(&mut self) -> Result<&mut Process, Refusal> {
        if self.process.is_none() {
            let (mut process, version) = self.fresh()?;
            self.version = version;
            process.ask(&json!({ "do": "open" }))?;
            self.process = Some(process);
        }
        self.process
            .as_mut()
            .ok_or_else(|| Refusal::Gone("no process".to_owned()))
    }

    /// A new process of this contender, with no model yet.
    pub fn fresh(&self) -> Result<(Process, String), Refusal> {
        let gone = |error: std::io::Error| Refusal::Gone(error.to_string());
        let log = self.options.logs.join(format!("bench-{}.log", self.contender.name));
        Process::start(&self.command().map_err(gone)?, &log)
    }

    /// How the contender is started.
    fn command(&self) -> std::io::Result<Vec<OsString>> {
        let (contender, options) = (&self.contender, self.options);
        let script = |name: &str| options.scripts.join(name).into_os_string();
        let models = || options.models.clone().into_os_string();
        let javascript = |name: &str| {
            vec![
                options.node.clone().into_os_string(),
                script(name),
                contender.program.into(),
                models(),
                options.packages.clone().into_os_string(),
                options.npm.clone().into_os_string(),
            ]
        };
        Ok(match contender.place {
            Place::Native if contender.is_candor() => {
                vec![
                    std::env::current_exe()?.into_os_string(),
                    "contender".into(),
                    "--models".into(),
                    models(),
                ]
            }
            Place::Native => vec![
                options.python.clone().into_os_string(),
                "-u".into(),
                script(contender.program),
                models(),
            ],
            Place::Node => javascript("node.mjs"),
            Place::Chromium => javascript("chromium.mjs"),
        })
    }

    /// Whether it takes part in a job.
    pub fn does(&self, job: Job) -> bool {
        self.absent.is_none() && self.contender.does(job) && !self.failures.contains_key(job.name())
    }

    /// Asks; a failure is noted under `what`, and the contender is not to be asked for that again.
    pub fn ask(&mut self, what: &'static str, request: &Value) -> Option<Value> {
        if self.absent.is_some() || self.failures.contains_key(what) {
            return None;
        }
        let answer = self.started().and_then(|process| process.ask(request));
        match answer {
            Ok(answer) => Some(answer),
            Err(refusal) => {
                if matches!(refusal, Refusal::Gone(_)) {
                    self.process = None;
                    self.deaths += 1;
                    if self.deaths >= DEATHS {
                        self.absent = Some(refusal.to_string());
                    }
                }
                self.failures.insert(what, refusal.to_string());
                None
            }
        }
    }

    /// Does a job on rows; the times of its calls.
    pub fn run(&mut self, job: Job, first: usize, rows: usize, warm: usize) -> Option<Vec<f64>> {
        let request = json!({ "do": "run", "job": job.name(), "first": first, "last": first + rows, "warm": warm });
        self.times(job.name(), &request)
    }

    /// Asks for times.
    pub fn times(&mut self, what: &'static str, request: &Value) -> Option<Vec<f64>> {
        let answer = self.ask(what, request)?;
        match protocol::nanoseconds(&answer) {
            Ok(times) => Some(times),
            Err(refusal) => {
                self.failures.insert(what, refusal.to_string());
                None
            }
        }
    }

    /// What a job computes for rows.
    pub fn answers(&mut self, job: Job, first: usize, rows: usize) -> Option<Vec<f64>> {
        let file = self.options.logs.join("bench-answers.f64");
        let request = json!({ "do": "answers", "job": job.name(), "first": first, "last": first + rows, "file": file });
        self.ask(job.name(), &request)?;
        let bytes = std::fs::read(&file).ok()?;
        let (words, _) = bytes.as_chunks::<8>();
        Some(words.iter().map(|word| f64::from_le_bytes(*word)).collect())
    }
}
