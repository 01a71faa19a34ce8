//! `candor train`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::inspect::part_lines;
use super::print;
use super::progress::bar;
use crate::definition::{self, Definition};
use crate::error::Error;
use crate::learner::{self, Parameters};
use crate::output::{Cell, Column, ColumnType, OutputFile, TableWriter, destination};
use crate::policy::{self, PolicyFile};
use crate::table::{self, ColumnRules, Format};
use crate::training::{Data, OutOfFold, Stage, TrainOptions, train};

/// Train and validate a model on a table of applications.
///
/// Splits the applications 60/20/20 before anything is fitted, grows trees on the first part, stops growing, calibrates
/// and sets the threshold on the second, and measures on the third.
///
/// Protected attributes (gender, age, family status, children) are no inputs unless a policy file says so.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor train --data data --output model.candor
  candor train --data applications.csv --cv 5 --oof oof.csv --output model.candor
  candor train --data data --output model.candor --parameters tuned.toml
  candor train --data data --output model.candor --set num_leaves=16 --set learning_rate=0.05")]
pub(super) struct Train {
    /// Folder with application_train (.csv, .csv.gz or .parquet), or the table itself.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Model file to write.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Also score every client with a model that has not seen them, in this many folds.
    #[arg(long, value_name = "FOLDS", value_parser = clap::value_parser!(u16).range(2..=100))]
    cv: Option<u16>,
    /// Write the out-of-fold probabilities: id, fold, target, probability. Needs --cv.
    #[arg(long, value_name = "FILE", requires = "cv")]
    oof: Option<PathBuf>,
    /// Definition of fields and features instead of the built-in one for Home Credit applications.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Policy (costs, scale, excluded fields) instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Name of the model; the file's name unless said otherwise.
    #[arg(long)]
    name: Option<String>,
    /// Seed of splits, folds, bootstrap and trees. The same seed and data give the same file.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Grow exactly this many trees instead of stopping early.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trees: Option<u32>,
    /// Parameter file, as candor tune writes it.
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Set a LightGBM parameter, as in num_leaves=16; may be given more than once. Goes before a parameter file.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Threads to train with; all cores unless said otherwise.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    columns: ColumnRules,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Replace output files that are there.
    #[arg(long)]
    force: bool,
}

/// The table that training reads.
pub(super) const TABLE: &str = "application_train";

impl Train {
    pub(super) fn run(self) -> Result<(), Error> {
        self.check_outputs()?;
        let (policy_name, policy_text) = read_or(self.policy.as_ref(), "policy.toml", policy::DEFAULT)?;
        let policy = PolicyFile::parse(&policy_name, &policy_text)?;
        let (features_name, features_text) = read_or(
            self.features.as_ref(),
            "features/application.toml",
            definition::APPLICATION,
        )?;
        let definition = Definition::compile(&features_name, &features_text, &policy)?;
        if definition.schema.target.is_none() {
            let problem =
                format!("{features_name}: the [table] names no target; add target = \"COLUMN\" to train with it");
            return Err(Error::Usage { problem });
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut parameters = Parameters::with_seed(self.seed, self.threads.map_or(cores, usize::from));
        if let Some(path) = &self.parameters {
            let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
            learner::apply(&mut parameters, &path.display().to_string(), &text)?;
        }
        for assignment in &self.set {
            parameters.set(assignment)?;
        }
        let table = table::find(&self.data, TABLE)?;
        let data = Data::read(&table, &definition.schema, self.columns)?;

        let name = self
            .name
            .clone()
            .or_else(|| Some(self.output.file_stem()?.to_string_lossy().into_owned()));
        let options = TrainOptions {
            name: name.unwrap_or_else(|| "model".into()),
            seed: self.seed,
            trees: self.trees.map(|count| count as usize),
            folds: self.cv.map(usize::from),
        };
        let bar = bar(None, "Growing trees");
        let trained = train(
            &data,
            &definition,
            &policy,
            &parameters,
            &options,
            &mut |stage| match stage {
                Stage::Growing(tree) => bar.set_position(tree as u64),
                Stage::Fold(fold, tree) => {
                    bar.set_message(format!(
                        "Fold {} of {}: growing trees",
                        fold + 1,
                        options.folds.unwrap_or(0)
                    ));
                    bar.set_position(tree as u64);
                }
                Stage::Measuring => bar.set_message("Measuring"),
            },
        )?;
        bar.finish_and_clear();

        let bytes = trained.model.to_bytes().map_err(|source| Error::Model {
            path: self.output.clone(),
            source,
        })?;
        let mut file = OutputFile::create(&self.output, self.force)?;
        file.write_all(&bytes).map_err(Error::write(&self.output))?;
        let oof = match (&self.oof, &trained.out_of_fold) {
            (Some(path), Some(out_of_fold)) => Some(write_out_of_fold(path, self.force, &data, out_of_fold)?),
            _ => None,
        };
        // Both are whole before either is put into its place.
        file.finish()?;
        oof.map_or(Ok(()), TableWriter::finish)?;
        let card = &trained.model.card;
        if self.json {
            let json = serde_json::to_string_pretty(card).map_err(std::io::Error::from);
            return print(&json.map_err(Error::write(Path::new("-")))?);
        }
        let excluded: Vec<&str> = policy.excluded.iter().map(|excluded| excluded.field.as_str()).collect();
        let mut lines = vec![format!(
            "Read {} clients from {}.",
            data.outcomes.len(),
            table.display()
        )];
        lines.push(format!(
            "Inputs: {} fields, {} features. Not inputs: {}.",
            definition.schema.fields.len(),
            definition.preprocessing.features.len(),
            if excluded.is_empty() {
                "none excluded".to_owned()
            } else {
                excluded.join(", ")
            }
        ));
        lines.push(format!(
            "Model: {} trees, {} leaves.\n",
            trained.model.ensemble.trees.len(),
            trained.model.ensemble.leaf_count()
        ));
        lines.extend(part_lines(&trained.model));
        lines.push(format!(
            "\nWritten: {} ({} KB).",
            self.output.display(),
            bytes.len() / 1000
        ));
        print(&lines.join("\n"))
    }

    /// What would end a long training in a refusal is found before it begins.
    fn check_outputs(&self) -> Result<(), Error> {
        let usage = |problem: &str| {
            let problem = problem.to_owned();
            Err(Error::Usage { problem })
        };
        if self.output == Path::new("-") {
            return usage("--output -: standard output takes the figures; name a file for the model");
        }
        destination(&self.output, self.force)?;
        let Some(oof) = &self.oof else { return Ok(()) };
        if oof == Path::new("-") {
            return usage("--oof -: standard output takes the figures; name a file for the out-of-fold probabilities");
        }
        if *oof == self.output {
            return usage("--output and --oof name the same file; choose two");
        }
        Format::of(oof, None)?;
        destination(oof, self.force)
    }
}

/// A file's name and text, or the built-in ones.
pub(super) fn read_or(path: Option<&PathBuf>, name: &str, text: &str) -> Result<(String, String), Error> {
    match path {
        None => Ok((format!("{name} (built in)"), text.to_owned())),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
            Ok((path.display().to_string(), text))
        }
    }
}

fn write_out_of_fold(path: &Path, force: bool, data: &Data, oof: &OutOfFold) -> Result<TableWriter, Error> {
    let columns = vec![
        Column::new("id", ColumnType::Text),
        Column::new("fold", ColumnType::Integer),
        Column::new("target", ColumnType::Integer),
        Column::new("probability", ColumnType::Number),
    ];
    let mut writer = TableWriter::create(path, None, force, columns)?;
    for (row, id) in data.ids.iter().enumerate() {
        writer.write(&[
            Cell::Text(id.clone()),
            Cell::Integer(i64::try_from(oof.folds[row]).unwrap_or(i64::MAX)),
            Cell::Integer(i64::from(data.outcomes[row])),
            Cell::Number(oof.probabilities[row]),
        ])?;
    }
    Ok(writer)
}
