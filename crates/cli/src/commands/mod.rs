//! The commands of `candor`, one module each.

mod audit;
mod definitions;
mod drift;
mod explain;
mod features;
#[cfg(feature = "train")]
mod flat;
mod import;
mod inspect;
mod keygen;
mod mlflow;
mod model;
mod progress;
mod registry;
mod related;
mod replay;
mod report;
mod run_report;
mod score;
mod scoring;
mod serve;
mod sign;
mod synth;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "train")]
mod training_options;
#[cfg(feature = "train")]
mod tune;
mod verify;
#[cfg(not(feature = "train"))]
mod without_learning;

use std::io::Write;
use std::path::Path;

use candor_core::Language;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::error::Error;

/// Train, inspect and run credit-scoring models that explain themselves.
///
/// A model is one file, NAME.candor. It scores on this command line, in the browser and in other programs with the
/// same bits everywhere.
#[derive(Debug, Parser)]
#[command(name = "candor", version, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
A first model, from nothing:
  candor synth --clients 20000 --output data
  candor train --data data --output model.candor
  candor report --model model.candor --data data
  candor inspect model.candor
  candor score --model model.candor --input data/application_train.csv --output scores.csv
  candor explain --model model.candor --input data/application_train.csv --output reasons.parquet
  candor drift --model model.candor --current next-month.csv --output drift.html

A model of any table of your own:
  candor train --table clients.csv --target defaulted --id client

A model that LightGBM, XGBoost, CatBoost or scikit-learn (as ONNX) has trained:
  candor import model.txt --from lightgbm --output model.candor

A model that others can trust:
  candor keygen --output team.key --comment \"risk team\"
  candor sign model.candor --key team.key
  candor score --model model.candor --trusted-keys team.key.pub --input clients.csv

Decisions that can be answered for:
  candor score --model model.candor --input clients.csv --log decisions.jsonl --time 2026-11-21T09:30:00Z
  candor audit decisions.jsonl
  candor replay decisions.jsonl --model model.candor --input clients.csv

Every training on record, and a challenger held to the champion's test clients:
  candor train --data data --output challenger.candor --store runs
  candor registry promote RUN --store runs

Exit code: 0 done, 1 the answer is no, 2 could not run. Nothing is overwritten without --force.";

// What each is for stands at its arguments: the first paragraph in the list of commands, all of it in its own help.
#[derive(Debug, Subcommand)]
enum Command {
    Synth(synth::Synth),
    Features(features::Features),
    #[cfg(feature = "train")]
    Train(train::Train),
    #[cfg(not(feature = "train"))]
    Train(without_learning::WithoutLearning),
    Report(report::Report),
    #[cfg(feature = "train")]
    Tune(tune::Tune),
    #[cfg(not(feature = "train"))]
    Tune(without_learning::WithoutLearning),
    Registry(registry::Registry),
    Mlflow(mlflow::Mlflow),
    Import(import::Import),
    Inspect(inspect::Inspect),
    Score(score::ScoreCommand),
    Explain(explain::Explain),
    Drift(drift::Drift),
    Serve(serve::Serve),
    Keygen(keygen::Keygen),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Replay(replay::Replay),
    Audit(audit::AuditCommand),
}

/// Prints a result to standard output. Unlike `println!`, it does not panic when the reader has gone.
///
/// # Errors
/// [`Error::File`].
fn print(text: &str) -> Result<(), Error> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}")
        .and_then(|()| output.flush())
        .map_err(Error::write(Path::new("-")))
}

/// Prints a value as JSON.
///
/// # Errors
/// [`Error::File`].
fn print_json(value: &impl Serialize) -> Result<(), Error> {
    print(&serde_json::to_string_pretty(value).map_err(|error| Error::write(Path::new("-"))(error.into()))?)
}

/// A value as a file of JSON, for `path`.
///
/// # Errors
/// [`Error::File`].
fn json_file(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| Error::write(path)(error.into()))?;
    text.push(b'\n');
    Ok(text)
}

/// The languages, by their codes, as values of an option.
fn languages() -> impl TypedValueParser<Value = Language> {
    let value = |language: Language| PossibleValue::new(language.code()).help(language.own_name());
    PossibleValuesParser::new(Language::ALL.map(value)).try_map(|code| {
        let mut languages = Language::ALL.into_iter();
        languages.find(|language| language.code() == code).ok_or("no language")
    })
}

/// What a command that could run answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Done; exit code 0.
    Yes,
    /// The answer is no; exit code 1.
    No,
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever kept the command from running.
    pub fn run(self) -> Result<Answer, Error> {
        match self.command {
            Command::Synth(command) => command.run(),
            Command::Features(command) => command.run(),
            Command::Train(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Tune(command) => command.run(),
            Command::Registry(command) => return command.run(),
            Command::Mlflow(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Score(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Drift(command) => return command.run(),
            Command::Serve(command) => command.run(),
            Command::Keygen(command) => command.run(),
            Command::Sign(command) => command.run(),
            Command::Verify(command) => return command.run(),
            Command::Replay(command) => return command.run(),
            Command::Audit(command) => return command.run(),
        }?;
        Ok(Answer::Yes)
    }
}
