//! How well the model ranks, predicts and decides.

use candor_core::artifact::{Interval, Metrics};
use serde::{Deserialize, Serialize};

/// Figures on a part of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartFigures {
    /// `train`, `validation` or `test`; `data` for a file that is not told apart.
    pub name: String,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share of clients who defaulted.
    pub bad_rate: f64,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// Discrimination, calibration and cost, with intervals.
    pub metrics: Metrics,
    /// Area under the precision–recall curve.
    pub average_precision: Interval,
    /// Decisions at the policy's threshold.
    pub decisions: Decisions,
    /// Points of the ROC and the precision–recall curve, from declining nobody to declining everybody.
    pub curve: Vec<CurvePoint>,
}

/// Decisions at a threshold against what happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decisions {
    /// Declined from this probability on.
    pub threshold: f64,
    /// Declined, would have defaulted.
    pub true_positives: u64,
    /// Declined, would have paid.
    pub false_positives: u64,
    /// Approved, paid.
    pub true_negatives: u64,
    /// Approved, defaulted.
    pub false_negatives: u64,
    /// Share of defaults among the declined; `None` when nobody is.
    pub precision: Option<f64>,
    /// Share of the defaults that are declined.
    pub recall: f64,
    /// Share of the good clients who are declined.
    pub false_positive_rate: f64,
    /// Share of clients approved.
    pub approval_rate: f64,
    /// Share of defaults among the approved; `None` when nobody is.
    pub bad_rate_approved: Option<f64>,
    /// Cost per client at the policy's costs.
    pub cost: f64,
}

/// A point of the ROC and the precision–recall curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Share of clients declined.
    pub declined: f64,
    /// Share of the good clients who are declined.
    pub false_positive_rate: f64,
    /// Share of the defaults that are declined.
    pub recall: f64,
    /// Share of defaults among the declined; `None` when nobody is.
    pub precision: Option<f64>,
}

/// What is lost on clients that the model has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Generalisation {
    /// AUC on the training part.
    pub train_auc: f64,
    /// AUC on the test part.
    pub test_auc: f64,
    /// Their difference, with a 95 % interval for independent parts.
    pub gap: Interval,
}

/// A tenth of the clients by risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainBand {
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share of clients who defaulted.
    pub bad_rate: f64,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// Bad rate relative to that of all clients.
    pub lift: f64,
    /// Share of all clients in this band and those before it.
    pub cumulative_rows: f64,
    /// Share of all defaults in this band and those before it.
    pub cumulative_bad: f64,
}
