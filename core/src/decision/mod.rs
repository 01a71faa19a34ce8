//! From a raw score to an answer: calibrated probability, points, decision, risk level, reasons.

mod explanation;
mod policy;
mod scaling;

pub use explanation::{Explanation, GroupContribution, Reason, Waterfall, WaterfallStep};
pub use policy::{Costs, Excluded, Policy};
pub use scaling::{Calibration, Scaling, log_odds_of, probability_of};

/// What the model answers for one application.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Score {
    /// Calibrated log-odds of default: ln(p / (1 − p)).
    pub log_odds: f64,
    /// Calibrated probability of default.
    pub probability: f64,
    /// Points on the policy's scale; more points are less risk.
    pub points: f64,
    /// Approve or decline.
    pub decision: Decision,
    /// Band of the probability.
    pub risk_level: RiskLevel,
}

/// What the policy says of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "UPPERCASE"))]
pub enum Decision {
    /// The probability is below the threshold.
    Approve,
    /// The probability is at or above the threshold.
    Decline,
}

/// Bands of the probability of default, from the policy's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "UPPERCASE"))]
pub enum RiskLevel {
    /// Below the first bound.
    Low,
    /// From the first bound.
    Medium,
    /// From the second bound.
    High,
    /// From the third bound.
    Critical,
}

impl Decision {
    /// The word used in files: `APPROVE` or `DECLINE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Decline => "DECLINE",
        }
    }
}

impl RiskLevel {
    /// All levels, from the least risk to the most.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in files: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}
