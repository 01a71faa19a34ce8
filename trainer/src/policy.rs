//! The policy file: costs, scale, bands, and what is deliberately not an input.

use candor_core::decision::{Costs, Excluded, Policy, Scaling, log_odds_of, probability_of};
use serde::Deserialize;

use crate::error::Error;

/// The policy that is used when no file is given.
pub const DEFAULT: &str = include_str!("../policy.toml");

/// A policy file, before training finds the threshold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// What wrong decisions cost.
    pub costs: Costs,
    /// The scale of the points.
    pub scaling: Scaling,
    /// Bands around the threshold.
    pub risk_levels: RiskLevels,
    /// How decisions are explained.
    pub reasons: Reasons,
    /// Fields kept out of the model, and why.
    #[serde(default)]
    pub excluded: Vec<Excluded>,
}

/// Lower bounds of the risk levels, as multiples of the odds at the threshold.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskLevels {
    /// From here on MEDIUM.
    pub medium: f64,
    /// From here on HIGH.
    pub high: f64,
    /// From here on CRITICAL.
    pub critical: f64,
}

/// How decisions are explained.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// Most reasons given for one decision.
    pub most: u8,
}

impl PolicyFile {
    /// Reads a policy file's text; `file` names it in errors.
    ///
    /// # Errors
    /// [`Error::Definition`] with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let policy: Self = toml::from_str(text).map_err(|error| {
            Error::definition(
                file,
                text,
                error.span().map_or(0, |span| span.start),
                error.message().replace('\n', " "),
            )
        })?;
        match policy.with_threshold(policy.costs.break_even()).problem() {
            Some(problem) => Err(Error::definition(file, text, 0, problem)),
            None => Ok(policy),
        }
    }

    /// The policy with a threshold, and the bands that follow from it. Multiples are of odds, not of probabilities, so
    /// that every bound stays below 1 and doubling the odds is worth the same points everywhere.
    pub fn with_threshold(&self, threshold: f64) -> Policy {
        let at = |multiple: f64| {
            if multiple == 1.0 {
                threshold
            } else {
                probability_of(log_odds_of(threshold) + libm::log(multiple))
            }
        };
        let RiskLevels { medium, high, critical } = self.risk_levels;
        Policy {
            costs: self.costs,
            threshold,
            risk_bounds: [at(medium), at(high), at(critical)],
            scaling: self.scaling,
            most_reasons: self.reasons.most,
            excluded: self.excluded.clone(),
        }
    }
}
