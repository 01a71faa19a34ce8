//! `candor report`.

use std::path::{Path, PathBuf};

use candor_core::{Language, Schema, Scorer};
use candor_native::{destination, write_files};
use candor_portfolio::table::{self, ColumnRules, Leniency, NotationRules};
use candor_portfolio::{Data, Error as ReadError};
use candor_report::figures::FORMAT;
use candor_report::{
    Figures, FoldReader, FoldScores, Request, Sample, Step, Unrestricted, check, collect, fold_schema, page,
};
use clap::Args;

use super::model::{Loaded, Trust};
use super::progress::bar;
use super::related::read_data;
use super::{json_file, print};
use crate::error::Error;

/// Validate a model on labelled clients: one HTML page, and the same figures as JSON.
///
/// The page needs no network and no script; it prints, and follows the reader's light or dark setting. On the table that
/// the model was trained on, the training, validation and test parts are told apart again, and everything is measured on
/// the test part. On any other table all rows are measured. What cannot be known is named in the report, never guessed.
///
/// Before anything is written, the figures are checked against each other, and against those recorded in the model: a
/// report whose figures cannot all be right is refused (exit code 2), with the figures named.
#[derive(Debug, Args)]
#[command(after_help = "\
What it holds: population and policy; AUC, Gini, KS, log-loss, Brier with bootstrap intervals by part, and the gap from
training to test; ROC, precision-recall, gains; reliability, slope and intercept; points, score bands and cut-offs; costs
for ratios from 1 to 20; weights of evidence and information value of every input; importance (exact Shapley values, gain)
and dependence; stability of scores and fields (PSI) by part, month and fold; approval and error rates by group; lineage.

Examples:
  candor report --model model.candor --data data
  candor report --model model.candor --data data --group CODE_GENDER --group DAYS_BIRTH --language fr
  candor report --model model.candor --data 2024.csv --month MONTH --output 2024.html
  candor report --model model.candor --data data --oof oof.csv --unrestricted with-protected.candor
  candor report --from report.json --language fr --output rapport.html    (draws and checks the figures again)")]
pub(super) struct Report {
    /// Model file.
    #[arg(long, value_name = "FILE", required_unless_present = "from")]
    model: Option<PathBuf>,
    /// Labelled table (.csv, .csv.gz, .jsonl, .parquet), or the folder with application_train.
    #[arg(long, value_name = "FILE", required_unless_present = "from")]
    data: Option<PathBuf>,
    /// HTML file to write.
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// JSON file to write; beside the page under the same name unless said otherwise.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    json: Option<PathBuf>,
    /// Compare the groups of this column (also one that the model does not read); may be given more than once.
    #[arg(long, value_name = "COL", conflicts_with = "from")]
    group: Vec<String>,
    /// Column with the month or the date of the application.
    #[arg(long, value_name = "COL", conflicts_with = "from")]
    month: Option<String>,
    /// Out-of-fold probabilities of the same table, as `candor train --cv --oof` writes them: stability by fold.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    oof: Option<PathBuf>,
    /// A model of the same data that also reads the fields that this one leaves out: what leaving them out costs.
    #[arg(long, value_name = "MODEL", conflicts_with = "from")]
    unrestricted: Option<PathBuf>,
    /// Column that is 1 for a default and 0 for none; the model knows it unless it was imported.
    #[arg(long, value_name = "COL", conflicts_with = "from")]
    target: Option<String>,
    /// Language of the page.
    #[arg(long, value_name = "LANGUAGE", value_parser = super::languages(), default_value = Language::En.code())]
    language: Language,
    /// Seed of the bootstrap. The same seed, model and data give the same files.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Draw the page again from a report's JSON file, without model and data.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "data"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    columns: ColumnRules,
    /// Replace output files that are there.
    #[arg(long)]
    force: bool,
}

impl Report {
    pub(super) fn run(self) -> Result<(), Error> {
        let json = match (&self.from, &self.json) {
            (Some(_), _) => None,
            (None, Some(path)) => Some(path.clone()),
            (None, None) => Some(self.output.with_extension("json")),
        };
        self.check_outputs(json.as_deref())?;
        let figures = match (&self.from, &self.model, &self.data) {
            (Some(from), ..) => read_figures(from)?,
            (None, Some(model), Some(data)) => self.measure(model, data)?,
            _ => {
                let problem = "name --model and --data, or --from".into();
                return Err(Error::Usage { problem });
            }
        };
        let contradictions = check(&figures);
        if let Some(first) = contradictions.first() {
            return Err(Error::Contradiction {
                first: first.clone(),
                more: contradictions.len() - 1,
            });
        }
        let html = page(&figures, self.language);
        let mut files = vec![(self.output.clone(), html.into_bytes())];
        if let Some(path) = json {
            let text = json_file(&path, &figures)?;
            files.push((path, text));
        }
        write_files(&files, self.force)?;
        let mut lines: Vec<String> = figures.parts.iter().map(part_line).collect();
        lines.push(match figures.gaps.len() {
            0 => "Nothing is missing from the report.".to_owned(),
            gaps => format!("The report names {gaps} things that it cannot say."),
        });
        for (path, bytes) in &files {
            lines.push(format!(
                "Written: {} ({} KB).",
                path.display(),
                bytes.len().div_ceil(1000)
            ));
        }
        print(&lines.join("\n"))
    }

    /// Reads, scores and measures.
    fn measure(&self, model_path: &Path, data: &Path) -> Result<Figures, Error> {
        let load = |path: &Path| -> Result<(Scorer, String), Error> {
            let Loaded { scorer, digest, .. } = self.trust.load(path)?;
            Ok((scorer, digest))
        };
        let (model, model_digest) = load(model_path)?;
        let other = self.unrestricted.as_deref().map(load).transpose()?;
        let schema = self.schema(&model, model_path)?;
        let kept = self.kept(&schema)?;
        let table = candor_tables::find(data, "application_train")?;
        let read = |schema: &Schema, model: &Scorer, kept: &[String]| -> Result<Data, Error> {
            let described = (schema, model.model().records.as_ref());
            let read = read_data("a report", (data, &table), described, None, self.columns, kept)?;
            Ok(read.0)
        };
        let data = read(&schema, &model, &kept)?;
        let folds = self
            .oof
            .as_deref()
            .map(|path| read_out_of_fold(path, &data))
            .transpose()?;
        let unrestricted = match (&other, &self.unrestricted) {
            (Some((other, digest)), Some(path)) => {
                let data = read(&self.schema(other, path)?, other, &[])?;
                Some(Unrestricted::score(other, digest.clone(), &data.applications))
            }
            _ => None,
        };
        let request = Request {
            seed: self.seed,
            groups: self.group.clone(),
            month: self.month.clone(),
            kept,
            folds,
            unrestricted,
            model_file: model_path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            model_digest,
            target: schema.target.unwrap_or_default(),
        };
        let bar = bar(None, "Scoring");
        let sample = Sample::new(&model, data);
        let figures = collect(&sample, &request, &|step| match step {
            Step::Resampling(part, of) => {
                bar.set_message("Resampling part by part");
                bar.set_length(of);
                bar.set_position(part);
            }
            Step::Inputs => bar.set_message("Weighing the evidence of inputs"),
            Step::Explaining(done, of) => {
                bar.set_message("Explaining clients");
                bar.set_length(of);
                bar.set_position(done);
            }
            Step::Comparing => bar.set_message("Comparing groups and periods"),
        });
        bar.finish_and_clear();
        Ok(figures)
    }

    /// The schema to read the table with: the model's, with the target that was named.
    fn schema(&self, model: &Scorer, path: &Path) -> Result<Schema, Error> {
        let mut schema = model.schema().clone();
        if let Some(target) = &self.target {
            schema.target = Some(target.clone());
        }
        if schema.target.is_some() {
            return Ok(schema);
        }
        let problem = format!(
            "{} does not know which column says who defaulted; name it with --target COL",
            path.display()
        );
        Err(Error::Usage { problem })
    }

    /// Columns to keep that are no fields of the model.
    fn kept(&self, schema: &Schema) -> Result<Vec<String>, Error> {
        let mut kept: Vec<String> = Vec::new();
        for (place, name) in self.group.iter().chain(&self.month).enumerate() {
            let usage = |problem: String| Err(Error::Usage { problem });
            if schema.target.as_ref() == Some(name) || schema.id.as_ref() == Some(name) {
                return usage(format!(
                    "{name} is the target or the id; name a column that tells groups or months apart"
                ));
            }
            if self
                .group
                .iter()
                .take(place.min(self.group.len()))
                .any(|before| before == name)
                && place < self.group.len()
            {
                return usage(format!("--group {name} is given twice; leave one out"));
            }
            if schema.field_index(name).is_none() && !kept.contains(name) {
                kept.push(name.clone());
            }
        }
        Ok(kept)
    }

    /// What would end a long measurement in a refusal is found before it begins.
    fn check_outputs(&self, json: Option<&Path>) -> Result<(), Error> {
        let usage = |problem: &str| {
            let problem = problem.to_owned();
            Err(Error::Usage { problem })
        };
        if self.output == Path::new("-") || json == Some(Path::new("-")) {
            return usage("standard output takes the summary; name a file for the page and one for the figures");
        }
        if json == Some(&self.output) {
            return usage("the page and the figures name the same file; choose two");
        }
        destination(&self.output, self.force)?;
        Ok(json.map_or(Ok(()), |json| destination(json, self.force))?)
    }
}

fn part_line(part: &candor_report::figures::PartFigures) -> String {
    let auc = part.metrics.auc;
    format!(
        "{:<12} {} clients, {:.2} % bad: AUC {:.4} [{:.4}, {:.4}], calibration error {:.4}, cost {:.4} per client",
        part.name,
        part.rows,
        100.0 * part.bad_rate,
        auc.value,
        auc.low,
        auc.high,
        part.metrics.calibration_error,
        part.metrics.cost.value
    )
}

/// The out-of-fold probabilities of the clients of `data`.
fn read_out_of_fold(path: &Path, data: &Data) -> Result<FoldScores, Error> {
    let schema = fold_schema();
    let rules = ColumnRules {
        missing_columns: Leniency::Fail,
        extra_columns: Leniency::Ignore,
        notation: NotationRules::default(),
    };
    let request = table::Request {
        needs_target: true,
        ..table::Request::of_applications(&schema, None, rules)
    };
    let mut folds = FoldReader::new(path, data);
    candor_tables::read(path, None, &request, &mut |record| Ok::<(), Error>(folds.add(record)?))?;
    Ok(folds.finish()?)
}

/// The figures of a report's JSON file.
fn read_figures(path: &Path) -> Result<Figures, Error> {
    let problem = |problem: String| Error::from(ReadError::table(path, problem));
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    let figures: Figures = serde_json::from_slice(&bytes).map_err(|error| {
        problem(format!(
            "this is not the JSON file of a report ({error}); make it again"
        ))
    })?;
    if figures.format == FORMAT {
        return Ok(figures);
    }
    Err(problem(format!(
        "the report has format {}, and this Candor reads {FORMAT}; make it again",
        figures.format
    )))
}
