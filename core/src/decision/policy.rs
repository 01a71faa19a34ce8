//! What the lender decides, as opposed to what the model estimates.

use super::{Decision, RiskLevel, Scaling};
use crate::decimal::Decimal;
use crate::text::Text;

/// Costs, threshold, bands and scale.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Policy {
    /// What wrong decisions cost.
    pub costs: Costs,
    /// Applications with at least this probability of default are declined.
    pub threshold: f64,
    /// Lower bounds of the risk levels MEDIUM, HIGH and CRITICAL, as probabilities, increasing.
    pub risk_bounds: [f64; 3],
    /// The scale of the points.
    pub scaling: Scaling,
    /// Most reasons given for one decision.
    pub most_reasons: u8,
    /// Fields kept out of the model, and why.
    pub excluded: Vec<Excluded>,
}

/// What wrong decisions cost, relative to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Costs {
    /// Approving a client who defaults.
    pub false_negative: f64,
    /// Declining a client who would have paid.
    pub false_positive: f64,
}

/// A field that is deliberately not an input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Excluded {
    /// Column name.
    pub field: String,
    /// Why it is kept out.
    pub why: Text,
}

impl Costs {
    /// The threshold that minimises the expected cost when probabilities are calibrated: FP / (FP + FN) (Elkan 2001).
    pub fn break_even(&self) -> f64 {
        self.false_positive / (self.false_positive + self.false_negative)
    }
}

impl Policy {
    /// Approve below the threshold, decline from it on.
    pub fn decide(&self, probability: f64) -> Decision {
        if probability < self.threshold {
            Decision::Approve
        } else {
            Decision::Decline
        }
    }

    /// The band that a probability falls into.
    pub fn risk_level(&self, probability: f64) -> RiskLevel {
        let passed = self.risk_bounds.iter().filter(|&&bound| probability >= bound).count();
        RiskLevel::ALL[passed]
    }

    /// What is wrong with the policy, if anything.
    pub fn problem(&self) -> Option<String> {
        let Costs {
            false_negative,
            false_positive,
        } = self.costs;
        if !(false_negative > 0.0 && false_positive > 0.0 && false_negative.is_finite() && false_positive.is_finite()) {
            return Some("costs must be finite and above 0".into());
        }
        if !(self.threshold > 0.0 && self.threshold < 1.0) {
            return Some(format!(
                "the threshold {} is not between 0 and 1",
                Decimal(self.threshold)
            ));
        }
        let [medium, high, critical] = self.risk_bounds;
        if !(0.0 < medium && medium < high && high < critical && critical < 1.0) {
            return Some(format!(
                "risk bounds {}, {}, {} do not increase between 0 and 1",
                Decimal(medium),
                Decimal(high),
                Decimal(critical)
            ));
        }
        let Scaling { points, odds, pdo } = self.scaling;
        if !(points.is_finite() && odds.is_finite() && odds > 0.0 && pdo.is_finite() && pdo > 0.0) {
            return Some("scaling needs finite points, odds above 0 and pdo above 0".into());
        }
        (self.most_reasons == 0).then(|| "most_reasons must be at least 1".into())
    }
}
