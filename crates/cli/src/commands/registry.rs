//! `candor registry`.

mod champion;
mod figures;
mod files;
mod list;

use std::path::PathBuf;

use candor_store::registry::Store;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::model::Trust;
use super::{Answer, print, print_json};
use crate::error::Error;

/// Look after the runs on record: which there are, which is the champion, and whether a challenger may take its place.
///
/// A store is a folder, without a server. `candor train --store DIR` puts runs into it: model, parameters, figures,
/// fingerprint of the data, and the clients of the test part (raw values and outcomes: personal data, readable by the
/// owner only). Runs are named by the beginning of their digest, or by `champion`.
///
/// A challenger is promoted when it is better than the champion on the champion's test clients, from whom it has not
/// learned. Better means: its cost, each model at its own threshold, is lower; and its cost around the policy (the mean
/// over ratios of the costs from a quarter to four times the policy's) is lower in at least 99 % of 1000 samples of
/// the same clients. Two models that differ by chance only pass in one of 100 cases; one whose AUC is higher by 0.01 (0.76 after 0.75) in 94,
/// on 15,000 clients.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor train --data data --output first.candor --store runs
  candor registry promote 3f9a --store runs               (the first champion)
  candor train --data data --output second.candor --store runs --seed 8
  candor registry compare 81c2 --store runs               (exit code 1: not better than the champion)
  candor registry promote 81c2 --store runs --force --reason 'new policy, agreed on 3 May'
  candor registry rollback --store runs --reason 'complaints'
  candor registry export champion --store runs --output champion.candor
  CANDOR_STORE=runs candor registry list")]
pub(super) struct Registry {
    #[command(subcommand)]
    action: Action,
}

/// Which store, and how to answer.
#[derive(Debug, Args)]
struct Place {
    /// Folder of the store.
    #[arg(long, value_name = "DIR", env = "CANDOR_STORE", hide_env_values = true)]
    store: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the runs: when they were recorded, how good they are, which is the champion and which were.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show a run: figures, parameters, data, clients, and what happened to it.
    Show {
        /// Beginning of its digest, or champion.
        run: String,
        #[command(flatten)]
        place: Place,
    },
    /// Compare a run with the champion on the champion's test clients. Exit code 1 when it would not be promoted.
    Compare {
        /// Beginning of the challenger's digest.
        run: String,
        /// Compare with this run instead of the champion.
        #[arg(long, value_name = "RUN", default_value = "champion")]
        with: String,
        /// Show figures even if the challenger has learned from these clients, or nobody knows whether.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Make a run the champion, if it is better than the present one. Exit code 1 when it is not.
    Promote {
        /// Beginning of its digest.
        run: String,
        /// Promote it whatever speaks against it; that, and the reason, go on record.
        #[arg(long, requires = "reason")]
        force: bool,
        /// Why it is promoted all the same.
        #[arg(long, value_name = "TEXT", requires = "force")]
        reason: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Make the champion before the champion again.
    Rollback {
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Put a model file that was trained elsewhere on record.
    ///
    /// Whom it has learned from is not known, so as a challenger it is promoted with --force only; and as a champion it has
    /// no test clients, so its challengers are, too.
    Add {
        /// Model file.
        #[arg(value_name = "FILE")]
        model: PathBuf,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        place: Place,
    },
    /// Write the model file of a run.
    Export {
        /// Beginning of its digest, or champion.
        #[arg(default_value = "champion")]
        run: String,
        /// Model file to write.
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        /// Replace the file if it is there.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Read everything in the store, and say what is not as it was written, and where. Exit code 1 when something is not.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

impl Registry {
    pub(super) fn run(self) -> Result<Answer, Error> {
        match self.action {
            Action::List { place } => list::list(&place.open(), place.json),
            Action::Show { run, place } => list::show(&place.open(), &run, place.json),
            Action::Compare {
                run,
                with,
                force,
                place,
            } => place.compare(&run, &with, force),
            Action::Promote { run, reason, place, .. } => place.promote(&run, reason),
            Action::Rollback { reason, place } => place.rollback(reason),
            Action::Add { model, trust, place } => place.add(&model, &trust),
            Action::Export {
                run,
                output,
                force,
                place,
            } => place.export(&run, &output, force),
            Action::Verify { place } => place.verify(),
        }
    }
}

impl Place {
    fn open(&self) -> Store {
        Store::new(&self.store)
    }

    /// Prints what there is to say, as text or as JSON.
    fn tell(&self, lines: &[String], value: &impl Serialize) -> Result<(), Error> {
        if self.json {
            print_json(value)
        } else {
            print(&lines.join("\n"))
        }
    }
}
