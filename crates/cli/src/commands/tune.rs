//! `candor tune`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use candor_core::hexadecimal;
use candor_definition::PolicyFile;
use candor_native::{OutputFile, destination};
use candor_portfolio::table::ColumnRules;
use candor_trainer::Error as TrainError;
use candor_trainer::learner::{self, Parameters};
use candor_trainer::tuning::{
    Figures, Header, Journal, Moment, Objective, RANDOM_TRIALS, Search, Space, Trial, best, ranked,
};
use clap::Args;
use sha2::{Digest, Sha256};

use super::definitions::{TABLE, read_or};
use super::progress::bar;
use super::related::read_data;
use super::training_options::{RelatedOptions, use_threads};
use super::{print, print_json};
use crate::error::Error;

/// Search the learner's parameters for better ones.
///
/// Every trial is judged out of fold, with the folds and the figures of `candor train --cv --average 1`. The first trial is the
/// parameters as they are, so the result is never worse; the next ones are tried at random; then a tree-structured
/// Parzen estimator tries what resembles the good trials. A trial that is worse than half of the others after its first
/// fold, or its second, is given up. The best figure of many trials is a little too good: believe the test part that
/// `candor train` holds back.
///
/// Every trial is kept in a journal. A search that was stopped, by a power cut or by Ctrl-C, goes on when the same
/// command is given again, and ends as if it had never stopped. To go on after the end, ask for more trials.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor tune  --data data --output tuned.toml
  candor train --data data --parameters tuned.toml --cv 5 --output model.candor

  candor tune --data data --objective cost --trials 100 --output cheap.toml
  candor tune --data data --set learning_rate=0.05 --set max_depth=4 --output fast.toml")]
pub(super) struct Tune {
    /// Folder with application_train (.csv, .csv.gz or .parquet), or the table itself.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Parameter file to write, for candor train --parameters.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Journal of the trials, which is continued if it is there; OUTPUT with the ending .trials.jsonl unless said
    /// otherwise.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// What to improve: the area under the ROC curve, or the cost per client at the policy's break-even threshold.
    #[arg(long, value_enum, default_value = "auc")]
    objective: Objective,
    /// Trials, those in the journal included.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trials: u32,
    /// Folds of the cross-validation.
    #[arg(long, value_name = "FOLDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    cv: u16,
    /// Definition of fields and features instead of the built-in one for Home Credit applications.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Policy (costs, excluded fields) instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Seed of folds, trees and search; give the same one to candor train to see the same figures.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Grow exactly this many trees instead of stopping early.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trees: Option<u32>,
    /// Parameter file to start from.
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Fix a LightGBM parameter instead of searching it, as in max_depth=4; may be given more than once.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Threads to train with; all cores unless said otherwise. The result is the same.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    related: RelatedOptions,
    #[command(flatten)]
    columns: ColumnRules,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    /// Replace the parameter file if it is there. The journal is never replaced.
    #[arg(long)]
    force: bool,
}

/// Trials shown at the end.
const SHOWN: usize = 5;

impl Tune {
    pub(super) fn run(self) -> Result<(), Error> {
        let journal_path = self.check_outputs()?;
        use_threads(self.threads)?;
        let (policy_name, policy_text) = read_or(self.policy.as_ref(), "policy.toml", candor_definition::POLICY)?;
        let policy = PolicyFile::parse(&policy_name, &policy_text)?;
        let (features_name, features_text) = read_or(
            self.features.as_ref(),
            "features/application.toml",
            candor_definition::APPLICATION,
        )?;
        let named = (features_name.as_str(), features_text.as_str());
        let definition = self.related.compile(named, &policy, &self.data, self.columns)?;
        if definition.schema.target.is_none() {
            let problem =
                format!("{features_name}: the [table] names no target; add target = \"COLUMN\" to tune with it");
            return Err(Error::Usage { problem });
        }
        // What is wrong with them should be said before a large table is read.
        self.parameters(0)?;
        let table = candor_tables::find(&self.data, TABLE)?;
        let described = (&definition.schema, definition.records.as_ref());
        let (data, _) = read_data("training", (&self.data, &table), described, None, self.columns, &[])?;
        let (parameters, fixed) = self.parameters(data.outcomes.len())?;
        let search = Search {
            data: &data,
            definition: &definition,
            policy: &policy,
            parameters: &parameters,
            space: Space::without(&fixed),
            objective: self.objective,
            folds: usize::from(self.cv),
            seed: self.seed,
            trees: self.trees.map(|count| count as usize),
        };
        if search.space.dimensions.is_empty() {
            let problem = "every parameter that is searched is fixed by --set; take one away".to_owned();
            return Err(Error::Usage { problem });
        }
        let texts = Sha256::new()
            .chain_update(&features_text)
            .chain_update([0])
            .chain_update(&policy_text);
        let texts = definition
            .related_texts()
            .fold(texts, |texts, text| texts.chain_update([0]).chain_update(text));
        let header = Header {
            candor_tune: env!("CARGO_PKG_VERSION").to_owned(),
            data: data.fingerprint.sha256.clone(),
            definition: hexadecimal(&texts.finalize()),
            objective: self.objective,
            folds: search.folds,
            seed: self.seed,
            trees: search.trees,
            parameters: parameters.for_card(),
            fixed: fixed.into_keys().collect(),
        };
        let (mut journal, known) = Journal::open(&journal_path, &header)?;
        let continued = known.len();
        let trials = self.search(&search, &journal_path, &mut journal, known)?;
        let Some((winner, figures)) = best(&trials, self.objective) else {
            let problem = "no trial went to its end; ask for more trials".to_owned();
            return Err(TrainError::Training { problem }.into());
        };
        self.write(&parameters, winner, figures, trials.len())?;
        if self.json {
            let object = serde_json::json!({ "trials": trials.len(), "continued": continued, "best": winner });
            return print_json(&object);
        }
        print(&self.report(&trials, continued, &journal_path))
    }

    /// What would end a long search in a refusal is found before it begins. Returns the place of the journal.
    fn check_outputs(&self) -> Result<PathBuf, Error> {
        let usage = |problem: &str| {
            let problem = problem.to_owned();
            Err(Error::Usage { problem })
        };
        if self.output == Path::new("-") {
            return usage("--output -: standard output takes the figures; name a file for the parameters");
        }
        let journal = match &self.journal {
            Some(journal) => journal.clone(),
            None => self.output.with_extension("trials.jsonl"),
        };
        if journal == Path::new("-") {
            return usage("--journal -: a journal is read again; name a file");
        }
        if journal == self.output {
            return usage("--output and --journal name the same file; choose two");
        }
        destination(&self.output, self.force)?;
        Ok(journal)
    }

    /// Where the search starts, and what of it is fixed.
    fn parameters(&self, rows: usize) -> Result<(Parameters, BTreeMap<String, String>), Error> {
        let mut parameters = Parameters::with_seed(self.seed, rayon::current_num_threads());
        parameters.suit(rows, None);
        if let Some(path) = &self.parameters {
            let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
            learner::apply(&mut parameters, &path.display().to_string(), &text)?;
        }
        let mut fixed = BTreeMap::new();
        for assignment in &self.set {
            let (name, value) = parameters.set(assignment)?;
            fixed.insert(name, value);
        }
        Ok((parameters, fixed))
    }

    fn search(
        &self,
        search: &Search<'_>,
        path: &Path,
        journal: &mut Journal,
        known: Vec<Trial>,
    ) -> Result<Vec<Trial>, Error> {
        let bar = bar(None, "Growing trees");
        let known_count = known.len();
        let best_so_far = Mutex::new(String::new());
        let so_far = || best_so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let trials = search.run(path, journal, known, self.trials as usize, &|moment| match moment {
            Moment::Fold(trial, fold) => {
                let message = format!("Trial {trial} of {}, fold {}{}: trees", self.trials, fold + 1, so_far());
                bar.set_message(message);
                bar.set_position(0);
            }
            Moment::Grown => bar.inc(1),
            Moment::Ended(trials) => {
                if let Some((winner, figures)) = best(trials, self.objective) {
                    *so_far() = format!(", best {:.5} (trial {})", self.objective.of(figures), winner.trial);
                }
                if let Some(trial) = trials.last().filter(|_| trials.len() > known_count) {
                    bar.println(line(trial, self.objective));
                }
            }
        })?;
        bar.finish_and_clear();
        Ok(trials)
    }

    fn write(&self, parameters: &Parameters, winner: &Trial, figures: &Figures, trials: usize) -> Result<(), Error> {
        let mut parameters = parameters.clone();
        for (name, value) in &winner.parameters {
            parameters.set(&format!("{name}={value}"))?;
        }
        let growth = self
            .trees
            .map_or(" --average 1".to_owned(), |count| format!(" --trees {count}"));
        let comment = [
            format!(
                "Trial {} of {trials}, found by candor tune {}: AUC {:.5}, cost {:.4}, calibration error {:.4}, out of fold.",
                winner.trial,
                env!("CARGO_PKG_VERSION"),
                figures.auc,
                figures.cost,
                figures.calibration_error
            ),
            format!(
                "The same figures again: candor train --data DIR --parameters FILE --cv {} --seed {}{growth} --output MODEL",
                self.cv, self.seed
            ),
        ];
        let mut file = OutputFile::create(&self.output, self.force)?;
        file.write_all(learner::render(&parameters, &comment).as_bytes())
            .map_err(Error::write(&self.output))?;
        Ok(file.finish()?)
    }

    fn report(&self, trials: &[Trial], continued: usize, journal: &Path) -> String {
        let given_up = trials.iter().filter(|trial| trial.figures.is_none()).count();
        let mut lines = vec![format!(
            "Trials: {}, {given_up} of them given up early; {continued} were in the journal. The first {} are not guided by others.",
            trials.len(),
            RANDOM_TRIALS.min(trials.len()),
        )];
        let order = ranked(trials, self.objective);
        let ended = order.iter().filter(|trial| trial.figures.is_some()).take(SHOWN);
        lines.extend(ended.map(|trial| line(trial, self.objective)));
        if let Some(figures) = trials.first().and_then(|first| first.figures.as_ref()) {
            lines.push(format!(
                "Trial 1 is the search's start: AUC {:.5}, cost {:.4}.",
                figures.auc, figures.cost
            ));
        }
        lines.push(format!(
            "\nWritten: {}. Journal: {}.",
            self.output.display(),
            journal.display()
        ));
        lines.join("\n")
    }
}

/// A trial in one line.
fn line(trial: &Trial, objective: Objective) -> String {
    let mut line = match (&trial.figures, &trial.failed, trial.after.last()) {
        (Some(figures), ..) => format!(
            "trial {:>4}  AUC {:.5}  cost {:.4}  calibration error {:.4} ",
            trial.trial, figures.auc, figures.cost, figures.calibration_error
        ),
        (None, Some(problem), _) => format!("trial {:>4}  failed: {problem} ", trial.trial),
        (None, None, last) => format!(
            "trial {:>4}  given up after {} of its folds, {} {:.5} ",
            trial.trial,
            trial.after.len(),
            match objective {
                Objective::Auc => "AUC",
                Objective::Cost => "cost",
            },
            last.copied().unwrap_or(f64::NAN)
        ),
    };
    for (name, value) in &trial.parameters {
        // Writing to a String does not fail.
        let _ = write!(line, " {name}={value}");
    }
    line
}
