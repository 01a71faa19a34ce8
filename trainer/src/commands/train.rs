//! `candor train`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::flat::Flat;
use super::inspect::part_lines;
use super::print;
use super::progress::bar;
use super::related::{RelatedOptions, read_data};
use crate::definition;
use crate::error::Error;
use crate::learner::{self, Parameters};
use crate::output::{Cell, Column, ColumnType, OutputFile, TableWriter, destination};
use crate::policy::{self, PolicyFile};
use crate::related::Quality;
use crate::table::{self, ColumnRules, Format};
use crate::training::{Data, OutOfFold, Stage, TrainOptions, train};

/// Train and validate a model on a table of applications.
///
/// Splits the applications 60/20/20 before anything is fitted, grows trees on the first part, stops growing, calibrates
/// and sets the threshold on the second, and measures on the third.
///
/// Protected attributes (gender, age, family status, children) are no inputs unless a policy file says so.
///
/// Related tables in the folder (bureau, bureau_balance, previous_application, POS_CASH_balance, installments_payments,
/// credit_card_balance) are read, too; those that are missing are named, and their features are missing values.
///
/// With --table, any flat table will do: its columns are looked at, and the output says what became of each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor train --data data --output model.candor
  candor train --table clients.csv --target defaulted --id client
  candor train --table loans.csv.gz --target status --bad late --cv 5 --oof oof.csv
  candor train --table loans.csv.gz --target status --bad late --save-definition loans.toml
  candor train --table loans.csv.gz --features loans.toml --output loans.candor
  candor train --data applications.csv --cv 5 --oof oof.csv --output model.candor
  candor train --data data --output model.candor --parameters tuned.toml
  candor train --data data --output model.candor --set num_leaves=16 --set learning_rate=0.05")]
pub(super) struct Train {
    /// Folder with application_train (.csv, .csv.gz or .parquet) and related tables, or a table of applications.
    #[arg(long, value_name = "DIR", required_unless_present = "table")]
    data: Option<PathBuf>,
    #[command(flatten)]
    flat: Flat,
    /// Model file to write; of a --table, TABLE.candor in this folder unless said otherwise.
    #[arg(long, value_name = "FILE", required_unless_present = "table")]
    output: Option<PathBuf>,
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
    related: RelatedOptions,
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
    /// The learner's parameters: the defaults, suited to a flat table of so many rows and features, then those of the file
    /// and those that are set.
    fn parameters(&self, flat: Option<(usize, usize)>) -> Result<Parameters, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut parameters = Parameters::with_seed(self.seed, self.threads.map_or(cores, usize::from));
        if let Some((rows, features)) = flat {
            parameters.suit(rows, features);
        }
        if let Some(path) = &self.parameters {
            let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
            learner::apply(&mut parameters, &path.display().to_string(), &text)?;
        }
        for assignment in &self.set {
            parameters.set(assignment)?;
        }
        Ok(parameters)
    }

    pub(super) fn run(self) -> Result<(), Error> {
        let output = self.output_path();
        self.check_outputs(&output)?;
        // What is wrong with them should be said before a large table is read.
        self.parameters(None)?;
        let (policy_name, policy_text) = read_or(self.policy.as_ref(), "policy.toml", policy::DEFAULT)?;
        let mut policy = PolicyFile::parse(&policy_name, &policy_text)?;
        let given = self.features.as_ref().map(read_text).transpose()?;
        let (table, mut described) = match (&self.flat.table, &self.data) {
            (Some(table), _) => {
                let described = self
                    .flat
                    .describe(table, given, &mut policy, self.policy.is_some(), self.columns)?;
                (table.clone(), Some(described))
            }
            (None, data) => (table::find(data.as_deref().unwrap_or(Path::new(".")), TABLE)?, None),
        };
        let definition = match &described {
            Some(described) => described.definition.clone(),
            None => {
                let (name, text) = read_or(
                    self.features.as_ref(),
                    "features/application.toml",
                    definition::APPLICATION,
                )?;
                let data = self.data.as_deref().unwrap_or(Path::new("."));
                self.related.compile((&name, &text), &policy, data, self.columns)?
            }
        };
        if definition.schema.target.is_none() {
            let problem = format!(
                "{}: the [table] names no target; add target = \"COLUMN\" to train with it",
                definition.file
            );
            return Err(Error::Usage { problem });
        }
        let (data, quality) = read_data(
            "training",
            (self.data.as_deref().unwrap_or(&table), &table),
            (&definition.schema, definition.records.as_ref()),
            definition.outcomes.as_ref(),
            self.columns,
            &[],
        )?;
        self.check_folds(&data)?;
        if let Some(described) = &mut described {
            described.look_at(&data);
        }
        let size = (data.outcomes.len(), definition.preprocessing.features.len());
        let parameters = self.parameters(described.is_some().then_some(size))?;
        let name = self
            .name
            .clone()
            .or_else(|| Some(output.file_stem()?.to_string_lossy().into_owned()));
        let options = TrainOptions {
            name: name.unwrap_or_else(|| "model".into()),
            seed: self.seed,
            trees: self.trees.map(|count| count as usize),
            folds: self.cv.map(usize::from),
        };
        let bar = bar(None, "Growing trees");
        let mut trained = train(
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

        let notes: Vec<String> = described.iter().flat_map(|described| described.notes.clone()).collect();
        trained.model.card.notes.extend(notes.iter().cloned());
        let bytes = trained.model.to_bytes().map_err(|source| Error::Model {
            path: output.clone(),
            source,
        })?;
        let mut file = OutputFile::create(&output, self.force)?;
        file.write_all(&bytes).map_err(Error::write(&output))?;
        let draft = match &described {
            Some(described) => described.write_draft(self.flat.save_definition.as_ref(), self.force)?,
            None => None,
        };
        let oof = match (&self.oof, &trained.out_of_fold) {
            (Some(path), Some(out_of_fold)) => Some(write_out_of_fold(path, self.force, &data, out_of_fold)?),
            _ => None,
        };
        // All are whole before any is put into its place.
        file.finish()?;
        draft.map_or(Ok(()), OutputFile::finish)?;
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
        lines.extend(quality.iter().flat_map(Quality::lines));
        lines.extend(notes);
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
        lines.push(format!("\nWritten: {} ({} KB).", output.display(), bytes.len() / 1000));
        print(&lines.join("\n"))
    }

    /// The model file: as it is named, or called like the flat table.
    fn output_path(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            let name = self.flat.table.as_ref().and_then(|table| table.file_name());
            let name = name.map_or_else(|| "model".into(), |name| name.to_string_lossy());
            let stem = name
                .split('.')
                .next()
                .filter(|stem| !stem.is_empty())
                .unwrap_or("model");
            PathBuf::from(format!("{stem}.candor"))
        })
    }

    /// What would end a long training in a refusal is found before it begins.
    fn check_outputs(&self, output: &Path) -> Result<(), Error> {
        let usage = |problem: String| Err(Error::Usage { problem });
        let mut outputs = vec![("--output", output)];
        outputs.extend(self.oof.as_deref().map(|path| ("--oof", path)));
        outputs.extend(
            self.flat
                .save_definition
                .as_deref()
                .map(|path| ("--save-definition", path)),
        );
        for (index, (option, path)) in outputs.iter().enumerate() {
            if *path == Path::new("-") {
                return usage(format!("{option} -: standard output takes the figures; name a file"));
            }
            if let Some((other, _)) = outputs[..index].iter().find(|(_, known)| known == path) {
                return usage(format!("{other} and {option} name the same file; choose two"));
            }
            if *option == "--oof" {
                Format::of(path, None)?;
            }
            destination(path, self.force)?;
        }
        Ok(())
    }

    /// Every fold needs clients of both kinds.
    fn check_folds(&self, data: &Data) -> Result<(), Error> {
        let bad = data.outcomes.iter().filter(|&&outcome| outcome).count();
        let rarer = bad.min(data.outcomes.len() - bad).min(data.client_count());
        match self.cv {
            Some(folds) if usize::from(folds) > rarer => Err(Error::Usage {
                problem: format!("--cv {folds}: only {rarer} rows are of the rarer outcome; use at most as many folds"),
            }),
            _ => Ok(()),
        }
    }
}

/// A file's name and text, or the built-in ones.
pub(super) fn read_or(path: Option<&PathBuf>, name: &str, text: &str) -> Result<(String, String), Error> {
    match path {
        None => Ok((format!("{name} (built in)"), text.to_owned())),
        Some(path) => read_text(path),
    }
}

/// A file's name and text.
fn read_text(path: &PathBuf) -> Result<(String, String), Error> {
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    Ok((path.display().to_string(), text))
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
