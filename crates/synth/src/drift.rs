//! Clients who are no longer those of before: cases for `candor drift` to find.
//!
//! A strength of 1 is a hard year for a lender. Sudden: all clients earn a third less, have been in their jobs for half
//! as long, and their external scores are lower by half a standard deviation, with the defaults that follow. Gradual: the
//! same, from nothing for the first client to twice as much for the last. Feature: the second external score comes from a
//! feed that has gone wrong and shows lower values; clients and defaults are as before.

use super::applicant::Applicant;
use super::random::{sigmoid, snap};
use super::request::Request;

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum DriftKind {
    /// Incomes, jobs and external scores worsen from client to client.
    Gradual,
    /// Incomes, jobs and external scores are worse for all clients.
    Sudden,
    /// `EXT_SOURCE_2` alone shows lower values.
    Feature,
}

/// A change and its strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// What changes.
    pub kind: DriftKind,
    /// 0 changes nothing, 1 is a hard year.
    pub strength: f64,
}

impl Drift {
    /// Changes the client at `place`, from 0 for the first to 1 for the last.
    pub(super) fn apply(self, place: f64, person: &mut Applicant, request: &mut Request) {
        let weight = match self.kind {
            DriftKind::Gradual => 2.0 * place * self.strength,
            DriftKind::Sudden => self.strength,
            DriftKind::Feature => {
                request.scores[1] = request.scores[1].map(|score| lowered(score, self.strength));
                return;
            }
        };
        // People round what they say they earn.
        person.income = snap(person.income * libm::exp(-0.4 * weight), 4500.0).max(4500.0);
        person.days_employed = person
            .days_employed
            .map(|days| (days as f64 * libm::exp(-0.7 * weight)) as i64);
        for (shown, z) in request.scores.iter_mut().zip(&mut request.score_z) {
            *z -= 0.5 * weight;
            *shown = shown.map(|score| lowered(score, 0.5 * weight));
        }
    }
}

/// A score between 0 and 1, lowered by a step in log-odds.
fn lowered(score: f64, step: f64) -> f64 {
    let score = score.clamp(1e-6, 1.0 - 1e-6);
    sigmoid(libm::log(score / (1.0 - score)) - step)
}
