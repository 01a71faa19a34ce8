//! What a line of the log says.

use candor_core::{Application, Decision, RiskLevel, Scorer, hexadecimal};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::input::{digest_of, inputs_of};

/// A decision, as it stands in a line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number of the decision in the log, from 1.
    pub sequence: u64,
    /// When it was made, as whoever made it says (RFC 3339).
    pub time: String,
    /// The applicant's id.
    pub id: String,
    /// SHA-256 of the application: see [`digest_of`].
    pub input: String,
    /// Bits of the calibrated log-odds, 16 hexadecimal digits.
    pub log_odds_bits: String,
    /// Probability of default.
    pub probability: f64,
    /// Points.
    pub points: f64,
    /// What was decided.
    pub decision: Decision,
    /// Band of the probability.
    pub risk_level: RiskLevel,
    /// Keys of the reason groups that raised the risk most, the first one most.
    pub reasons: Vec<String>,
    /// Digest of the model.
    pub model: String,
    /// SHA-256 of the policy that the model carries.
    pub policy: String,
    /// Which Candor.
    pub engine: String,
    /// The application itself, where that was asked for: personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Map<String, Value>>,
    /// Digest of the line before; empty in the first.
    pub before: String,
}

/// Makes entries of what a model decides at a stated time.
#[derive(Debug)]
pub struct Recorder<'a> {
    scorer: &'a Scorer,
    model: String,
    policy: String,
    time: String,
    with_inputs: bool,
}

impl<'a> Recorder<'a> {
    /// For the model with this digest.
    ///
    /// # Errors
    /// Where the policy cannot be written down, which no policy of a model file brings about.
    pub fn new(scorer: &'a Scorer, model: String, time: String, with_inputs: bool) -> Result<Self, serde_json::Error> {
        let policy = serde_json::to_vec(&scorer.model().policy)?;
        Ok(Self {
            scorer,
            model,
            policy: hexadecimal(&Sha256::digest(policy)),
            time,
            with_inputs,
        })
    }

    /// The decision on an application; its place in the log is not known yet.
    pub fn entry(&self, id: &str, application: &Application) -> Entry {
        let schema = self.scorer.schema();
        let explanation = self.scorer.explain(application);
        let score = explanation.score;
        let reasons = explanation.reasons.iter();
        Entry {
            sequence: 0,
            time: self.time.clone(),
            id: id.to_owned(),
            input: digest_of(schema, application),
            log_odds_bits: format!("{:016x}", score.log_odds.to_bits()),
            probability: score.probability,
            points: score.points,
            decision: score.decision,
            risk_level: score.risk_level,
            reasons: reasons.map(|reason| schema.groups[reason.group].key.clone()).collect(),
            model: self.model.clone(),
            policy: self.policy.clone(),
            engine: format!("candor {}", env!("CARGO_PKG_VERSION")),
            inputs: self.with_inputs.then(|| inputs_of(schema, application)),
            before: String::new(),
        }
    }
}

/// The instant that an RFC 3339 time stands for.
///
/// # Errors
/// What is wrong with it.
pub fn instant(time: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(time)
        .map_err(|error| format!("'{time}' is no time of RFC 3339, such as 2026-11-21T09:30:00Z ({error})"))
}
