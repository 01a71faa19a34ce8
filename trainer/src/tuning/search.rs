//! The search: trial by trial, fold by fold.

use std::collections::BTreeMap;
use std::path::Path;

use candor_core::stats::Random;
use candor_definition::{Definition, PolicyFile};

use super::journal::Journal;
use super::pruning::is_hopeless;
use super::sampler::next_point;
use super::space::Space;
use super::trial::{Figures, Objective, Trial, ranked};
use crate::error::Error;
use crate::learner::Parameters;
use crate::training::{CrossValidation, Growth};
use candor_portfolio::{Data, Error as ReadError};

const TUNING: u64 = 4;
const TRIAL: u64 = 5;

/// What a search works with.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Clients and what became of them.
    pub data: &'a Data,
    /// Fields and features.
    pub definition: &'a Definition,
    /// Costs.
    pub policy: &'a PolicyFile,
    /// Where the search starts; what it does not search stays as it is here.
    pub parameters: &'a Parameters,
    /// What is searched.
    pub space: Space,
    /// What is improved.
    pub objective: Objective,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Seed of the folds and of the search.
    pub seed: u64,
    /// A fixed number of trees; `None` stops early.
    pub trees: Option<usize>,
}

/// What a search is doing.
#[derive(Debug, Clone, Copy)]
pub enum Moment<'a> {
    /// The models of this fold, from 0, and perhaps the next ones begin to grow: trial, fold.
    Fold(usize, usize),
    /// A tree has grown.
    Grown,
    /// A trial has ended; all trials so far.
    Ended(&'a [Trial]),
}

impl Search<'_> {
    /// Goes on from the `trials` of the journal at `path` until there are `most`.
    ///
    /// # Errors [`Error::Write`] when the journal takes no more; [`Error::Row`] when it holds other trials than this
    /// search makes; [`Error::Training`] when the learner fails with the parameters that the search starts from.
    pub fn run(
        &self,
        path: &Path,
        journal: &mut Journal,
        trials: Vec<Trial>,
        most: usize,
        progress: &(dyn Fn(Moment<'_>) + Sync),
    ) -> Result<Vec<Trial>, Error> {
        let known = trials;
        let mut trials: Vec<Trial> = Vec::new();
        for number in 1..=most.max(known.len()) {
            let proposed = self.space.texts(&self.propose(number, &trials));
            let trial = match known.get(number - 1) {
                Some(trial) if trial.parameters == proposed => trial.clone(),
                Some(_) => {
                    let problem = format!("trial {number} is not what this search tries; name another --journal");
                    return Err(ReadError::row(path, number as u64 + 1, problem).into());
                }
                None => {
                    let trial = self.evaluate(number, proposed, &trials, progress)?;
                    journal.append(&trial)?;
                    trial
                }
            };
            trials.push(trial);
            progress(Moment::Ended(&trials));
        }
        Ok(trials)
    }

    /// The point of a trial, from the seed, its number and the trials before it.
    fn propose(&self, number: usize, earlier: &[Trial]) -> Vec<f64> {
        if number == 1 {
            return self.space.point_of(self.parameters);
        }
        let seed = Random::new(self.seed, TUNING).next() ^ Random::new(number as u64, TRIAL).next();
        let mut random = Random::new(seed, TRIAL);
        let best_first: Vec<Vec<f64>> = ranked(earlier, self.objective)
            .into_iter()
            .filter_map(|trial| self.space.point(&trial.parameters))
            .collect();
        next_point(&self.space, &best_first, &mut random)
    }

    fn evaluate(
        &self,
        number: usize,
        tried: BTreeMap<String, String>,
        earlier: &[Trial],
        progress: &(dyn Fn(Moment<'_>) + Sync),
    ) -> Result<Trial, Error> {
        let mut trial = Trial {
            trial: number,
            parameters: tried,
            after: Vec::new(),
            figures: None,
            failed: None,
        };
        match self.cross_validate(&mut trial, earlier, progress) {
            // What the learner refuses is known only by asking it; but it must take what the search starts from.
            Err(Error::Training { problem }) if number > 1 => trial.failed = Some(problem),
            outcome => outcome?,
        }
        Ok(trial)
    }

    fn cross_validate(
        &self,
        trial: &mut Trial,
        earlier: &[Trial],
        progress: &(dyn Fn(Moment<'_>) + Sync),
    ) -> Result<(), Error> {
        let mut parameters = self.parameters.clone();
        for (name, value) in &trial.parameters {
            parameters.set(&format!("{name}={value}"))?;
        }
        let (data, costs) = (self.data, &self.policy.costs);
        let growth = Growth::new(self.trees);
        let mut validation = CrossValidation::new(data, self.definition, growth, self.folds, self.seed);
        let no_ranking = || Error::Training {
            problem: "the trees do not rank the clients; there are too few rows".to_owned(),
        };
        // As many folds at a time as there are threads: some are grown in vain, where a trial is given up.
        while trial.after.len() < self.folds {
            progress(Moment::Fold(trial.trial, trial.after.len()));
            for fold in validation.score_next(rayon::current_num_threads(), &parameters, &|| progress(Moment::Grown)) {
                validation.take(fold?);
                let (raw, outcomes) = validation.scored();
                let figure = self.objective.so_far(&raw, &outcomes, costs);
                trial.after.push(figure.ok_or_else(no_ranking)?);
                if trial.after.len() < self.folds && is_hopeless(self.objective, &trial.after, earlier) {
                    return Ok(());
                }
            }
        }
        trial.figures = Some(Figures::of(&validation.finish()?, &data.outcomes, costs).ok_or_else(no_ranking)?);
        Ok(())
    }
}
