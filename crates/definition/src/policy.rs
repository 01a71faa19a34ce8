//! The policy file: costs, scale, bands, and what is deliberately not an input.

use candor_core::Text;
use candor_core::decision::{Costs, Excluded, Policy, Scaling, log_odds_of, probability_of};
use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::places::position;

/// The policy that is used when no file is given.
pub const DEFAULT: &str = include_str!("../policy.toml");

/// A policy file, before training finds the threshold.
#[derive(Debug, Clone)]
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
    pub excluded: Vec<Excluded>,
    /// Directions that the model can be held to, and why.
    pub monotone: Vec<Held>,
    /// Name of the file, for errors.
    file: String,
    /// Line and column of the field of each exclusion.
    places: Vec<(usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    costs: Spanned<Costs>,
    scaling: Spanned<Scaling>,
    risk_levels: Spanned<RiskLevels>,
    reasons: Spanned<Reasons>,
    #[serde(default)]
    excluded: Vec<ExcludedEntry>,
    #[serde(default)]
    monotone: Vec<Spanned<HeldEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExcludedEntry {
    field: Spanned<String>,
    why: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldEntry {
    field: Option<String>,
    feature: Option<String>,
    direction: i8,
    why: Text,
}

/// A field or a feature, and the direction that it is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Name of the field or feature.
    pub name: String,
    /// Whether it is a field, with every feature that is made from it, or a feature alone.
    pub is_field: bool,
    /// 1: a higher value never lowers the probability of default; −1: it never raises it.
    pub direction: i8,
    /// Why.
    pub why: Text,
    /// Line and column of the entry.
    place: (usize, usize),
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
        let wrong = |start: usize, problem: String| Error::at(file, text, start, problem);
        let document: Document = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            wrong(start, error.message().replace('\n', " "))
        })?;
        let RiskLevels { medium, high, critical } = *document.risk_levels.get_ref();
        if !(0.0 < medium && medium < high && high < critical && critical.is_finite()) {
            let problem = format!(
                "medium = {medium}, high = {high}, critical = {critical}: the risk levels must be above 0 and increase"
            );
            return Err(wrong(document.risk_levels.span().start, problem));
        }
        let mut monotone: Vec<Held> = Vec::new();
        for entry in &document.monotone {
            let held = held(text, entry).map_err(|problem| wrong(entry.span().start, problem))?;
            if monotone
                .iter()
                .any(|other| (&other.name, other.is_field) == (&held.name, held.is_field))
            {
                return Err(wrong(
                    entry.span().start,
                    format!("{} has a direction already", held.name),
                ));
            }
            monotone.push(held);
        }
        let entries = &document.excluded;
        let policy = Self {
            costs: *document.costs.get_ref(),
            scaling: *document.scaling.get_ref(),
            risk_levels: *document.risk_levels.get_ref(),
            reasons: *document.reasons.get_ref(),
            excluded: entries
                .iter()
                .map(|entry| Excluded {
                    field: entry.field.get_ref().clone(),
                    why: entry.why.clone(),
                })
                .collect(),
            monotone,
            file: file.to_owned(),
            places: entries
                .iter()
                .map(|entry| position(text, entry.field.span().start))
                .collect(),
        };
        // Sections are put into a policy that is right one after the other: the first that spoils it is at fault.
        let mut checked = Policy {
            costs: Costs {
                false_negative: 1.0,
                false_positive: 1.0,
            },
            threshold: 0.5,
            risk_bounds: [0.25, 0.5, 0.75],
            scaling: Scaling::default(),
            most_reasons: 1,
            excluded: Vec::new(),
        };
        checked.costs = policy.costs;
        let mut problem = checked.problem().map(|problem| (document.costs.span(), problem));
        checked.scaling = policy.scaling;
        problem = problem.or_else(|| Some((document.scaling.span(), checked.problem()?)));
        checked.most_reasons = policy.reasons.most;
        problem = problem.or_else(|| Some((document.reasons.span(), checked.problem()?)));
        let whole = || policy.with_threshold(policy.costs.break_even()).problem();
        problem = problem.or_else(|| Some((document.risk_levels.span(), whole()?)));
        match problem {
            Some((span, problem)) => Err(wrong(span.start, problem)),
            None => Ok(policy),
        }
    }

    /// Checks that every field kept out is a field at all: a misspelt one would stay in.
    ///
    /// # Errors
    /// [`Error::Definition`] with line and column in the policy file.
    pub fn check_fields(&self, is_field: impl Fn(&str) -> bool) -> Result<(), Error> {
        let Some(unknown) = self.excluded.iter().position(|excluded| !is_field(&excluded.field)) else {
            return Ok(());
        };
        let (line, column) = self.places.get(unknown).copied().unwrap_or((1, 1));
        let problem = format!(
            "{} is not a field of this table; correct or remove it here, or pass your own file with --policy",
            self.excluded[unknown].field
        );
        Err(Error::Definition {
            file: self.file.clone(),
            line,
            column,
            problem,
        })
    }

    /// What is wrong with a direction, with its place in the policy file.
    pub fn problem_of(&self, held: &Held, problem: &str) -> Error {
        let (line, column) = held.place;
        Error::Definition {
            file: self.file.clone(),
            line,
            column,
            problem: format!("{} {problem}", held.name),
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

fn held(text: &str, entry: &Spanned<HeldEntry>) -> Result<Held, String> {
    let HeldEntry {
        field,
        feature,
        direction,
        why,
    } = entry.get_ref();
    let (name, is_field) = match (field, feature) {
        (Some(name), None) => (name.clone(), true),
        (None, Some(name)) => (name.clone(), false),
        _ => return Err("name either a field or a feature".into()),
    };
    if ![-1, 1].contains(direction) {
        return Err(format!(
            "direction = {direction}: write 1 where a higher value of {name} never lowers the probability of default, -1 \
             where it never raises it"
        ));
    }
    Ok(Held {
        name,
        is_field,
        direction: *direction,
        why: why.clone(),
        place: position(text, entry.span().start),
    })
}
