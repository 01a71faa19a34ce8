//! A challenger before the champion's clients.

use candor_core::decision::probability_of;
use candor_core::{Application, Scorer};
use rayon::prelude::*;
use serde::Serialize;

use super::contest::{Contender, Verdict, contest};
use super::ledger::{SHOWN, shorten};
use super::run::{Clients, Run};
use super::store::Store;
use super::{clients, test_part};
use crate::error::Error;

/// What is known of a challenger beside the champion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The challenger's run.
    pub challenger: String,
    /// The champion's run.
    pub champion: String,
    /// Clients of the champion's test part that the challenger has learned from; `None` where that is not known.
    pub seen: Option<u64>,
    /// How they compare on the champion's test part; `None` where they cannot be compared.
    pub verdict: Option<Verdict>,
    /// What speaks against the challenger, if anything.
    pub objection: Option<String>,
}

/// Compares a challenger with the champion on the champion's frozen test part. Where the challenger has learned from those
/// clients, or nobody knows whether, figures are made only if they are asked for `anyway`.
///
/// # Errors
/// What reading the store can end with.
pub fn compare(store: &Store, champion: &str, challenger: &str, anyway: bool) -> Result<Comparison, Error> {
    let (old, new) = (store.run(champion)?, store.run(challenger)?);
    let mut comparison = Comparison {
        challenger: challenger.to_owned(),
        champion: champion.to_owned(),
        seen: None,
        verdict: None,
        objection: None,
    };
    let Some(of_champion) = &old.clients else {
        comparison.objection = Some(
            "the champion has no frozen test clients, since it was not trained into this store: there is nothing to \
             compare on"
                .into(),
        );
        return Ok(comparison);
    };
    match overlap(store, of_champion, new.clients.as_ref())? {
        Ok(0) => comparison.seen = Some(0),
        Ok(seen) => {
            comparison.seen = Some(seen);
            comparison.objection = Some(format!(
                "the challenger has learned from {seen} of the champion's {} test clients; train it with --store, which \
                 keeps them out",
                of_champion.test_rows
            ));
        }
        Err(unknown) => comparison.objection = Some(unknown),
    }
    if comparison.objection.is_some() && !anyway {
        return Ok(comparison);
    }
    match measure(store, (&old, of_champion), &new)? {
        Ok(verdict) => {
            if !verdict.better && comparison.objection.is_none() {
                comparison.objection = Some(shortfall(&verdict));
            }
            comparison.verdict = Some(verdict);
        }
        Err(problem) => {
            comparison.objection.get_or_insert(problem);
        }
    }
    Ok(comparison)
}

/// How many rows of the champion's test part are of clients whom the challenger has learned from, or why nobody knows.
fn overlap(store: &Store, champion: &Clients, challenger: Option<&Clients>) -> Result<Result<u64, String>, Error> {
    let Some(challenger) = challenger else {
        return Ok(Err(
            "whom the challenger has learned from is not known, since it was not trained into this store; it may have \
             seen the champion's test clients"
                .into(),
        ));
    };
    if challenger.identity != champion.identity {
        return Ok(Err(format!(
            "whether the challenger has learned from the champion's test clients is not known: it tells clients apart by \
             {}, and the champion by {}",
            challenger.identity, champion.identity
        )));
    }
    let learned = clients::read(&store.objects.get(&challenger.learned)?)?;
    let tested = test_part::keys(&store.objects.get(&champion.test)?)?;
    Ok(Ok(tested.iter().filter(|key| learned.contains(key)).count() as u64))
}

/// The contest on the champion's test part, or why it cannot be held.
fn measure(store: &Store, champion: (&Run, &Clients), challenger: &Run) -> Result<Result<Verdict, String>, Error> {
    let (champion, of_champion) = champion;
    let (old, new) = (load(store, champion)?, load(store, challenger)?);
    let frozen = store.objects.get(&of_champion.test)?;
    let known = test_part::read(&frozen, old.schema())?;
    let mut asked = match test_part::read(&frozen, new.schema()) {
        Ok(asked) => asked,
        Err(Error::Refused { problem }) => return Ok(Err(problem)),
        Err(error) => return Err(error),
    };
    if let Some(&first) = asked.absent.first() {
        let name = &new.schema().fields[first].name;
        let lacks = format!(
            "the challenger reads {} fields that the champion's frozen test part does not have ({name} is the first)",
            asked.absent.len()
        );
        let Some(own) = &challenger.clients else {
            return Ok(Err(lacks));
        };
        let own = test_part::read(&store.objects.get(&own.test)?, new.schema())?;
        if let Err(unknown) = asked.complete_from(&own) {
            return Ok(Err(format!(
                "{lacks}, and {unknown} of its clients were not in the challenger's data; train it with --store on data \
                 that has them"
            )));
        }
    }
    let (old_policy, new_policy) = (&old.model().policy, &new.model().policy);
    let (old_scores, new_scores) = (
        probabilities(&old, &known.applications),
        probabilities(&new, &asked.applications),
    );
    Ok(Ok(contest(
        Contender {
            probabilities: &old_scores,
            threshold: old_policy.threshold,
        },
        Contender {
            probabilities: &new_scores,
            threshold: new_policy.threshold,
        },
        &known.outcomes,
        old_policy.costs,
    )))
}

/// The model of a run.
///
/// # Errors
/// [`Error::Read`], [`Error::Model`].
pub fn load(store: &Store, run: &Run) -> Result<Scorer, Error> {
    let bytes = store.objects.get(&run.model.object)?;
    Scorer::from_bytes(&bytes).map_err(|source| Error::Model {
        path: store.objects.path(&run.model.object),
        source,
    })
}

/// Probability of default of each application.
pub fn probabilities(scorer: &Scorer, applications: &[Application]) -> Vec<f64> {
    let score = |application: &Application| probability_of(scorer.score(application).log_odds);
    applications.par_iter().map(score).collect()
}

/// What a challenger lacks.
fn shortfall(verdict: &Verdict) -> String {
    if verdict.difference.value < 0.0 {
        format!(
            "the challenger's cost is lower, but that may be chance: around the policy it is lower in {:.1} % of the \
             resamples, and {:.1} % are needed",
            100.0 * verdict.lower_in,
            100.0 * verdict.level
        )
    } else {
        "the challenger's cost is not lower than the champion's".into()
    }
}

/// A run's digest as it is shown.
pub fn shown(digest: &str) -> &str {
    shorten(digest, SHOWN)
}
