//! `candor train`.

mod files;
mod learning;
mod record;

use std::io::Write;
use std::path::{Path, PathBuf};

use candor_definition::{Definition, PolicyFile};
use candor_native::OutputFile;
use candor_portfolio::table::ColumnRules;
use candor_store::registry::{Recording, shown};
use candor_tables::{Quality, TableWriter};
use candor_trainer::learner::Method;
use candor_trainer::selection::Selection;
use candor_trainer::training::{Stage, TrainOptions, train};
use clap::Args;
use files::write_out_of_fold;

use super::definitions::{TABLE, read_or, read_text};
use super::flat::Flat;
use super::inspect::part_lines;
use super::print;
use super::progress::bar;
use super::related::read_data;
use super::training_options::{RelatedOptions, use_threads};
use crate::error::Error;

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
  candor train --data data --output model.candor --cv 5 --baselines
  candor train --data data --output model.candor --cv 5 --monotone
  candor train --data data --output model.candor --cv 5 --select 20
  candor train --data data --output model.candor --parameters tuned.toml
  candor train --data data --output model.candor --store runs
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
    /// Average the scores of this many models that differ in their seeds and, in turn, in the size of their trees; 2 unless
    /// said otherwise, and 1 with --trees. Beside several stands a scorecard (a logistic regression on weights of
    /// evidence), with the share that suits unseen clients best.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=100))]
    average: Option<u16>,
    /// Hold the model to the directions of the policy, as in "a better external score never counts against a client". With
    /// --cv, says what that costs.
    #[arg(
        long,
        value_name = "METHOD",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "intermediate"
    )]
    monotone: Option<Method>,
    /// Keep at most this many fields, those that move the scores of unseen clients most, and say how the AUC falls with
    /// their number. Needs --cv.
    #[arg(long, value_name = "FIELDS", requires = "cv", value_parser = clap::value_parser!(u16).range(1..))]
    select: Option<u16>,
    /// Also measure simpler models on the same folds: the default rate, logistic regression on weights of evidence, a
    /// random forest, LightGBM as it is by itself. Needs --cv.
    #[arg(long, requires = "cv")]
    baselines: bool,
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
    /// Put the run on record in this folder (see candor registry): model, parameters, figures, fingerprint of the data, and
    /// the clients of the test part (personal data). The champion's test clients that the data has are not learned from;
    /// they become the test part.
    #[arg(long, value_name = "DIR", env = "CANDOR_STORE", hide_env_values = true)]
    store: Option<PathBuf>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Replace output files that are there.
    #[arg(long)]
    force: bool,
}

impl Train {
    pub(super) fn run(self) -> Result<(), Error> {
        let output = self.output_path();
        self.check_outputs(&output)?;
        use_threads(self.threads)?;
        // What is wrong with them should be said before a large table is read.
        self.parameters(0, None)?;
        let (policy_name, policy_text) = read_or(self.policy.as_ref(), "policy.toml", candor_definition::POLICY)?;
        let mut policy = PolicyFile::parse(&policy_name, &policy_text)?;
        let given = self.features.as_ref().map(read_text).transpose()?;
        let (table, mut described) = match (&self.flat.table, &self.data) {
            (Some(table), _) => {
                let described = self
                    .flat
                    .describe(table, given, &mut policy, self.policy.is_some(), self.columns)?;
                (table.clone(), Some(described))
            }
            (None, data) => (
                candor_tables::find(data.as_deref().unwrap_or(Path::new(".")), TABLE)?,
                None,
            ),
        };
        let definition = match &described {
            Some(described) => described.definition.clone(),
            None => {
                let (name, text) = read_or(
                    self.features.as_ref(),
                    "features/application.toml",
                    candor_definition::APPLICATION,
                )?;
                let data = self.data.as_deref().unwrap_or(Path::new("."));
                self.related.compile((&name, &text), &policy, data, self.columns)?
            }
        };
        if definition.schema.target.is_none() {
            let problem = format!(
                "{}: the [table] names no target; add target = \"COLUMN\" to train with it",
                definition.file()
            );
            return Err(Error::Usage { problem });
        }
        // As with the parameters: what cannot be held should be known before.
        self.hold(definition.clone(), &mut policy)?;
        let read = |definition: &Definition| {
            read_data(
                "training",
                (self.data.as_deref().unwrap_or(&table), &table),
                (&definition.schema, definition.records.as_ref()),
                definition.outcomes.as_ref(),
                self.columns,
                &[],
            )
        };
        let (mut data, mut quality) = read(&definition)?;
        self.check_folds(&data)?;
        if let Some(described) = &mut described {
            described.look_at(&data);
        }
        let features = definition.preprocessing.features.len();
        let mut parameters = self.parameters(data.outcomes.len(), described.is_some().then_some(features))?;
        let recording = self.recording(&table, &data, &definition)?;
        let kept_out = recording
            .as_ref()
            .map_or_else(Vec::new, |recording| recording.kept_out.clone());
        let selection = match kept_out.as_slice() {
            [] => self.choose(&data, &definition, &policy, &parameters)?,
            // The choice of fields is learning, too.
            rows => self.choose(&data.without(rows), &definition, &policy, &parameters)?,
        };
        let mut notes: Vec<String> = described.iter().flat_map(|described| described.notes.clone()).collect();
        let mut definition = definition;
        if let Some(selection) = &selection {
            notes.extend(selection.notes());
            definition = selection.definition.clone();
            parameters = parameters.for_fewer(features, definition.preprocessing.features.len());
            (data, quality) = read(&definition)?;
        }
        let (definition, free, directions) = self.hold(definition, &mut policy)?;
        notes.extend(directions);
        let name = self
            .name
            .clone()
            .or_else(|| Some(output.file_stem()?.to_string_lossy().into_owned()));
        let options = TrainOptions {
            name: name.unwrap_or_else(|| "model".into()),
            seed: self.seed,
            trees: self.trees.map(|count| count as usize),
            models: self.models(),
            folds: self.cv.map(usize::from),
            baselines: self.baselines,
            free,
            // Without some rows, the folds are others, and there is nothing to compare with.
            compared: selection
                .filter(|_| kept_out.is_empty())
                .map_or_else(Vec::new, Selection::into_parts),
            kept_out,
        };
        let bar = bar(None, "Growing trees");
        let mut trained = train(
            &data,
            &definition,
            &policy,
            &parameters,
            &options,
            &|stage| match stage {
                Stage::Growing => bar.inc(1),
                Stage::Folds | Stage::Free => {
                    let free = if stage == Stage::Free { ", no directions" } else { "" };
                    let folds = options.folds.unwrap_or(0);
                    bar.set_message(format!("Cross-validating, {folds} folds{free}: trees"));
                    bar.inc(1);
                }
                Stage::Baseline(baseline) => bar.set_message(format!("Cross-validating: {}", baseline.name())),
                Stage::Measuring => bar.set_message("Measuring"),
            },
        )?;
        bar.finish_and_clear();

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
        let run = match &recording {
            Some(recording) => {
                Some(recording.finish(&bytes, &trained.model.card, &data, &definition.schema, &trained.split)?)
            }
            None => None,
        };
        // All are whole before any is put into its place.
        file.finish()?;
        draft.map_or(Ok(()), OutputFile::finish)?;
        oof.map_or(Ok(()), TableWriter::finish)?;
        let card = &trained.model.card;
        if self.json {
            return record::print_card(card, run.as_deref());
        }
        let excluded: Vec<&str> = policy.excluded.iter().map(|excluded| excluded.field.as_str()).collect();
        let mut lines = vec![format!(
            "Read {} clients from {}.",
            data.outcomes.len(),
            table.display()
        )];
        lines.extend(quality.iter().flat_map(Quality::lines));
        lines.extend(notes);
        lines.extend(recording.as_ref().and_then(Recording::line));
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
        if let (Some(run), Some(store)) = (&run, &self.store) {
            lines.push(format!("On record: run {} in {}.", shown(run), store.display()));
        }
        print(&lines.join("\n"))
    }
}
