//! What is written: the page with the tables, the charts, and every single time.

use crate::agreement::Finding;
use crate::chart;
use crate::lineup::{Contender, Job, Place};
use crate::machine;
use crate::measure::{Measured, Stage, Turn};
use crate::options::Options;
use crate::seat::Seat;
use crate::table;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The page around the results.
const PAGE: &str = include_str!("page.md");

/// All that is reported.
pub struct Report<'a> {
    pub about: Value,
    pub options: &'a Options,
    pub seats: &'a [Seat<'a>],
    pub findings: Vec<Finding>,
    pub measured: &'a Measured,
    /// How busy the machine was before and after.
    pub load: (Option<f64>, Option<f64>),
}

impl Report<'_> {
    /// Writes all files.
    pub fn write(&self) -> Result<(), Box<dyn Error>> {
        let folder = &self.options.output;
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("raw.jsonl"), self.raw())?;
        std::fs::write(folder.join("jobs.svg"), chart::jobs(self.seats, self.measured))?;
        std::fs::write(folder.join("growth.svg"), chart::growth(self.measured))?;
        let results = self.results();
        std::fs::write(folder.join("README.md"), PAGE.replace("{{results}}", results.trim()))?;
        println!("{results}\nWritten to {}", folder.display());
        Ok(())
    }

    fn results(&self) -> String {
        let mut text = self.machine();
        text.push_str(&self.model());
        text.push_str(&table::jobs(self.seats, self.measured));
        text.push_str("\n![The same as bars](jobs.svg)\n");
        text.push_str("\n### Loading, memory and size\n");
        let sizes = Sizes::find(self.options, self.seats);
        text.push_str(&table::loading(self.seats, self.measured, &sizes));
        text.push_str("\n### Time against the size of the model\n\nA row, and in brackets a row per tree × leaf; random trees up to 16 deep.\n");
        text.push_str(&table::growth(self.measured));
        text.push_str("\n![The same as lines](growth.svg)\n");
        let whole = table::whole(self.measured);
        if !whole.is_empty() {
            let _ = write!(text, "\n### All rows at once, Candor native\n\n{whole}");
        }
        text.push_str(&self.agreement());
        text
    }

    fn machine(&self) -> String {
        let mut text = "\n### Machine and versions\n\n".to_owned();
        for (name, value) in machine::describe(&self.options.python, &self.options.node) {
            let _ = writeln!(text, "- {name}: {value}");
        }
        if let (Some(before), Some(after)) = self.load {
            let _ = writeln!(
                text,
                "- Load of the machine: {before} before, {after} after (quiet is below 1)"
            );
        }
        for seat in self.seats {
            let (name, place) = (seat.contender.shown, seat.contender.place.shown());
            let _ = match &seat.absent {
                None => writeln!(text, "- {name}, {place}: {}", seat.version),
                Some(reason) => writeln!(text, "- {name}, {place}: **left out**: {reason}"),
            };
            for (what, reason) in seat.failures.iter().filter(|_| seat.absent.is_none()) {
                let _ = writeln!(text, "  - failed at {what}: {reason}");
            }
        }
        text
    }

    fn model(&self) -> String {
        let about = |name: &str| self.about[name].to_string();
        let rounds = self.options.rounds;
        let mut batches = BTreeMap::new();
        for seat in self.seats {
            for job in [Job::ScoreBatch, Job::ExplainBatch] {
                if let Some(rows) = seat.turns.get(job.name()) {
                    batches
                        .entry(*rows)
                        .or_insert_with(Vec::new)
                        .push((seat.contender.name, job));
                }
            }
        }
        let most = batches.keys().max().copied().unwrap_or(0);
        let smaller = batches
            .iter()
            .filter(|(rows, _)| **rows < most)
            .flat_map(|(rows, who)| {
                who.iter()
                    .map(move |(name, job)| format!("{rows} for {} of {name}", job.name()))
            });
        let smaller = smaller.collect::<Vec<_>>().join(", ");
        format!(
            "\n### What was measured\n\n\
             {} trees of at most {} leaves and depth {}, {} features of which a share of {} is missing. {rounds} rounds; \
             p50 / p99 of all calls, per row; then how many times as long as Candor in the same place (median of the \
             ratios within each round, and its 95 % interval). Batches have {most} rows{}.\n",
            about("trees"),
            about("leaves"),
            about("depth"),
            about("features"),
            about("missing"),
            if smaller.is_empty() {
                String::new()
            } else {
                format!("; fewer where a turn would take too long: {smaller}")
            }
        )
    }

    fn agreement(&self) -> String {
        let mut text = "\n### Agreement, checked before time counted\n\n".to_owned();
        let heads = Job::ALL.map(Job::shown).join(" | ");
        let _ = writeln!(text, "| | with | {heads} |\n|---|---|---|---|---|---|");
        for seat in self.seats {
            let of = |job| {
                let of = |finding: &&Finding| finding.contender == seat.contender && finding.job == job;
                self.findings.iter().find(of)
            };
            let Some(other) = Job::ALL.into_iter().find_map(of).map(|finding| finding.other) else {
                continue;
            };
            let cells = Job::ALL.map(|job| of(job).map_or("", |finding| finding.what.as_str()));
            let _ = writeln!(
                text,
                "| {}, {} | {}, {} | {} |",
                seat.contender.shown,
                seat.contender.place.shown(),
                other.shown,
                other.place.shown(),
                cells.join(" | ")
            );
        }
        text
    }

    /// Every time, a line of JSON per turn.
    fn raw(&self) -> String {
        let mut text = String::new();
        for turn in &self.measured.turns {
            let Turn {
                stage,
                round,
                contender,
                rows,
                nanoseconds,
            } = turn;
            let (stage, job, model) = match stage {
                Stage::Round(job) => ("round", job.name(), "main".to_owned()),
                Stage::Load => ("round", "load", "main".to_owned()),
                Stage::Cold => ("cold", "first", "main".to_owned()),
                Stage::Grown(job, trees, leaves) => ("grown", job.name(), format!("{trees}x{leaves}")),
                Stage::Whole(job) => ("whole", job.name(), "main".to_owned()),
            };
            #[expect(clippy::cast_possible_truncation, reason = "times are below three centuries")]
            let times: Vec<i64> = nanoseconds.iter().map(|time| time.round() as i64).collect();
            let line = json!({
                "stage": stage, "job": job, "model": model, "round": round, "contender": contender, "rows": rows,
                "nanoseconds": times,
            });
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

/// Sizes of files: as they are, with gzip and with Brotli.
pub struct Sizes {
    sizes: BTreeMap<PathBuf, [u64; 3]>,
    models: PathBuf,
    packages: PathBuf,
    npm: PathBuf,
}

impl Sizes {
    fn find(options: &Options, seats: &[Seat]) -> Self {
        let mut found = Self {
            sizes: BTreeMap::new(),
            models: options.models.clone(),
            packages: options.packages.clone(),
            npm: options.npm.clone(),
        };
        let mut files: Vec<PathBuf> = Vec::new();
        for seat in seats {
            files.push(options.models.join(seat.contender.model));
            files.extend(found.engine_files(&seat.contender));
        }
        files.sort();
        files.dedup();
        files.retain(|file| file.is_file());
        let mut node = Command::new(&options.node);
        let output = node.arg(options.scripts.join("sizes.mjs")).args(&files).output();
        let sizes = output
            .ok()
            .and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok());
        for file in files {
            let three = sizes
                .as_ref()
                .and_then(|sizes| sizes[&*file.to_string_lossy()].as_array());
            let three: Option<Vec<u64>> = three.and_then(|three| three.iter().map(Value::as_u64).collect());
            if let Some([raw, gzip, brotli]) = three.as_deref() {
                found.sizes.insert(file, [*raw, *gzip, *brotli]);
            }
        }
        found
    }

    /// A contender's model: raw, gzip, Brotli.
    pub fn model(&self, contender: &Contender) -> Option<[u64; 3]> {
        self.sizes.get(&self.models.join(contender.model)).copied()
    }

    /// What a page downloads to have the engine: WebAssembly and JavaScript, with gzip.
    pub fn engine(&self, contender: &Contender) -> Option<[u64; 2]> {
        let files = self.engine_files(contender);
        let gzip = |file: &PathBuf| self.sizes.get(file).map(|[_, gzip, _]| *gzip);
        let (wasm, scripts) = files.split_first()?;
        Some([gzip(wasm)?, scripts.iter().map(gzip).sum::<Option<u64>>()?])
    }

    /// The WebAssembly file, then the scripts.
    fn engine_files(&self, contender: &Contender) -> Vec<PathBuf> {
        let within = |folder: &Path, names: &[&str]| names.iter().map(|name| folder.join(name)).collect();
        match contender.library {
            _ if contender.place == Place::Native => Vec::new(),
            "onnxruntime-web" => within(
                &self.packages.join("onnxruntime-web/dist"),
                &[
                    "ort-wasm-simd-threaded.wasm",
                    "ort-wasm-simd-threaded.mjs",
                    "ort.wasm.min.mjs",
                ],
            ),
            "ydf-inference" => within(
                &self.packages,
                &[
                    "ydf-inference/dist/inference.wasm",
                    "ydf-inference/dist/inference.js",
                    "jszip/dist/jszip.min.js",
                ],
            ),
            _ => within(&self.npm.join("dist"), &["wasm/candor_embed_simd_bg.wasm", "index.js"]),
        }
    }
}
