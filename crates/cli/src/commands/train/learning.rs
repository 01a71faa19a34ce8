//! What training learns with: parameters, directions, and the fields that are kept.

use candor_definition::{Definition, PolicyFile};
use candor_portfolio::Data;
use candor_trainer::learner::{self, Parameters};
use candor_trainer::monotone::{constrain, describe};
use candor_trainer::selection::{Request, Selection, select};
use candor_trainer::training::Growth;

use super::Train;
use crate::commands::progress::bar;
use crate::error::Error;

/// Models that are averaged where growing stops early, one of either shape: others gain little, and make the file larger.
const AVERAGED: u16 = 2;

impl Train {
    /// The learner's parameters: the defaults, suited to a table of so many rows and, if it is a flat one, so many features,
    /// then those of the file and those that are set.
    pub(super) fn parameters(&self, rows: usize, flat: Option<usize>) -> Result<Parameters, Error> {
        let mut parameters = Parameters::with_seed(self.seed, rayon::current_num_threads());
        parameters.suit(rows, flat);
        if let Some(path) = &self.parameters {
            let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
            learner::apply(&mut parameters, &path.display().to_string(), &text)?;
        }
        for assignment in &self.set {
            parameters.set(assignment)?;
        }
        if let Some(method) = self.monotone {
            if parameters.get("zero_as_missing") == Some("true") {
                let problem = "--monotone does not go with zero_as_missing: zeros would have no place in the order";
                return Err(Error::Usage {
                    problem: problem.into(),
                });
            }
            parameters.hold(method);
        }
        Ok(parameters)
    }

    /// Gives the definition directions if that is asked for. Returns it with the free one, where both are measured, and
    /// with what the model card says.
    pub(super) fn hold(
        &self,
        definition: Definition,
        policy: &mut PolicyFile,
    ) -> Result<(Definition, Option<Definition>, Vec<String>), Error> {
        if self.monotone.is_none() {
            return Ok((definition, None, Vec::new()));
        }
        // The built-in directions are of Home Credit's fields.
        if self.policy.is_none() && self.flat.table.is_some() {
            policy.monotone.clear();
        }
        let constrained = constrain(&definition, policy)?;
        let mut notes: Vec<String> = policy.monotone.iter().map(describe).collect();
        if !constrained.left_out.is_empty() {
            notes.push(format!(
                "Left out, since they could undo a direction: {}.",
                constrained.left_out.join(", ")
            ));
        }
        Ok((constrained.definition, self.cv.map(|_| definition), notes))
    }

    /// Chooses at most as many fields as are asked for. The table is read again with those only, so that the model's
    /// fingerprint is that of the data it reads.
    pub(super) fn choose(
        &self,
        data: &Data,
        definition: &Definition,
        policy: &PolicyFile,
        parameters: &Parameters,
    ) -> Result<Option<Selection>, Error> {
        let (Some(most), Some(folds)) = (self.select, self.cv) else {
            return Ok(None);
        };
        let request = Request {
            data,
            definition,
            policy,
            parameters,
            growth: Growth::new(self.trees.map(|count| count as usize)),
            folds: usize::from(folds),
            seed: self.seed,
            most: usize::from(most),
        };
        let bar = bar(None, "Choosing fields");
        let selection = select(&request, &|fields| {
            bar.set_message(format!("Choosing fields: models of {fields}"));
        })?;
        bar.finish_and_clear();
        Ok(Some(selection))
    }

    /// Who names a number of trees means that number.
    pub(super) fn models(&self) -> usize {
        let usual = if self.trees.is_some() { 1 } else { AVERAGED };
        usize::from(self.average.unwrap_or(usual))
    }

    /// Every fold needs clients of both kinds.
    pub(super) fn check_folds(&self, data: &Data) -> Result<(), Error> {
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
