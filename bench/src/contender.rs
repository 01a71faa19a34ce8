//! Candor itself as a contender, native. The protocol is in [`crate::protocol`].

use crate::candor::{Engine, Loaded};
use crate::machine;
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Threads of the batch of contributions, as every contender's.
const THREADS: usize = 2;
const MODEL: &str = "main.candor";

/// Answers requests until told to quit.
pub fn serve(models: &Path) -> Result<(), Box<dyn Error>> {
    let about: Value = serde_json::from_slice(&std::fs::read(models.join("about.json"))?)?;
    let width = about["features"].as_u64().ok_or("about.json: no number of features")?;
    let mut contender = Contender {
        models: models.to_path_buf(),
        width: usize::try_from(width)?,
        engine: None,
        rows: (String::new(), Vec::new()),
        out: Vec::new(),
    };
    let mut answers = std::io::stdout().lock();
    writeln!(answers, "{}", json!({ "version": env!("CARGO_PKG_VERSION") }))?;
    answers.flush()?;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        if request["do"] == "quit" {
            break;
        }
        let answer = contender
            .answer(&request)
            .unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

struct Contender {
    models: PathBuf,
    width: usize,
    engine: Option<Engine>,
    /// The rows at hand, and the name of their file.
    rows: (String, Vec<f64>),
    out: Vec<f64>,
}

impl Contender {
    fn answer(&mut self, request: &Value) -> Result<Value, Box<dyn Error>> {
        let number = |name: &str| {
            let number = request[name].as_u64().and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| format!("the request has no number `{name}`"))
        };
        let text = |name: &str| {
            request[name]
                .as_str()
                .ok_or_else(|| format!("the request has no `{name}`"))
        };
        match text("do")? {
            "open" => Ok(json!({ "nanoseconds": [self.open(request["model"].as_str().unwrap_or(MODEL))?] })),
            "cold" => self.cold(),
            "run" => {
                let (job, rows) = (text("job")?, request["rows"].as_str().unwrap_or("rows"));
                self.prepare(rows, None)?;
                let times = self.run(job, number("first")?, number("last")?, number("warm")?)?;
                Ok(json!({ "nanoseconds": times }))
            }
            "answers" => {
                self.prepare("rows", None)?;
                let (job, first, last) = (text("job")?, number("first")?, number("last")?);
                let mut bytes = Vec::new();
                let single = job.ends_with("_one");
                for row in (first..last).step_by(if single { 1 } else { last.max(1) }) {
                    self.call(job, row, if single { row + 1 } else { last })?;
                    bytes.extend(self.out.iter().flat_map(|value| value.to_le_bytes()));
                }
                std::fs::write(text("file")?, bytes)?;
                Ok(json!({}))
            }
            other => Err(format!("there is no request `{other}`").into()),
        }
    }

    fn open(&mut self, model: &str) -> Result<u64, Box<dyn Error>> {
        self.engine = None;
        let begun = Instant::now();
        let loaded = Loaded::open(&self.models.join(model))?;
        let took = nanoseconds(begun);
        self.engine = Some(loaded.into());
        Ok(took)
    }

    /// From the model file to the first score and the first reasons, and the memory that it took.
    fn cold(&mut self) -> Result<Value, Box<dyn Error>> {
        self.prepare("rows", Some(1))?;
        let before = machine::memory("VmRSS");
        let begun = Instant::now();
        let loaded = Loaded::open(&self.models.join(MODEL))?;
        black_box(loaded.answer(&self.rows.1)?);
        let took = nanoseconds(begun);
        let peak = machine::memory("VmHWM");
        let grown = peak.zip(before).map(|(peak, before)| peak.saturating_sub(before));
        Ok(json!({ "nanoseconds": [took], "peak_bytes": peak, "grown_bytes": grown }))
    }

    /// Has the rows of a file at hand, or the first `count` of them.
    fn prepare(&mut self, name: &str, count: Option<usize>) -> Result<(), Box<dyn Error>> {
        if self.rows.0 == name && count.is_none() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(self.models.join(format!("{name}.f64")))?;
        let most = count.map_or(u64::MAX, |count| (count * self.width * 8) as u64);
        file.take(most).read_to_end(&mut bytes)?;
        let (words, _) = bytes.as_chunks::<8>();
        let values = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
        self.rows = (count.map_or_else(|| name.to_owned(), |_| String::new()), values);
        Ok(())
    }

    fn run(&mut self, job: &str, first: usize, last: usize, warm: usize) -> Result<Vec<u64>, Box<dyn Error>> {
        if !job.ends_with("_one") {
            self.call(job, first, last.min(first + warm.max(1)))?;
            self.out.clear();
            self.out.resize((last - first) * (self.width + 1), 0.0);
            let begun = Instant::now();
            self.call(job, first, last)?;
            return Ok(vec![nanoseconds(begun)]);
        }
        for row in first..last.min(first + warm) {
            self.call(job, row, row + 1)?;
        }
        let mut times = Vec::with_capacity(last - first);
        for row in first..last {
            let begun = Instant::now();
            self.call(job, row, row + 1)?;
            times.push(nanoseconds(begun));
        }
        Ok(times)
    }

    /// Does a job; the answers are then in `out`.
    fn call(&mut self, job: &str, first: usize, last: usize) -> Result<(), Box<dyn Error>> {
        let engine = self.engine.as_ref().ok_or("no model is open")?;
        let width = self.width;
        let rows = self.rows.1.get(first * width..last * width);
        let rows = rows.ok_or_else(|| format!("there are no rows {first} to {last}"))?;
        let numbers = if job.starts_with("score") { 1 } else { width + 1 };
        self.out.resize((last - first) * numbers, 0.0);
        match job {
            "score_one" => self.out.fill(engine.score(rows)),
            "score_batch" => engine.scores(rows, width, &mut self.out),
            "explain_one" => engine.explain(rows, &mut self.out),
            "explain_batch" => engine.explain_all(rows, width, &mut self.out, THREADS),
            _ => return Err(format!("Candor has no job `{job}`").into()),
        }
        black_box(&self.out);
        Ok(())
    }
}

fn nanoseconds(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
