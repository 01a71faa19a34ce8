//! Populations compared: over time, by group, and with another model.

use candor_core::Text;
use candor_core::artifact::Interval;
use candor_portfolio::{InputName, Values};
use serde::{Deserialize, Serialize};

/// Whether the population stays what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Population stability index of the scores against the training part; `None` when the model keeps no distribution.
    pub score_index: Option<f64>,
    /// By part, then by month, then by fold of the cross-validation.
    pub periods: Vec<Period>,
    /// Stability index of each field against the training part, the largest first.
    pub fields: Vec<FieldStability>,
}

/// Clients of a part, a month or a fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// What the clients have in common.
    pub by: PeriodKind,
    /// Which.
    pub name: String,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share who defaulted.
    pub bad_rate: f64,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// Share approved at the policy's threshold.
    pub approval_rate: f64,
    /// AUC; `None` with too few clients of one kind.
    pub auc: Option<f64>,
    /// Population stability index of the scores: against the training part, for folds against all folds.
    pub index: Option<f64>,
}

/// What clients of a [`Period`] have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// The part of the split.
    Part,
    /// The value of the month column.
    Month,
    /// The fold of the cross-validation, scored by the model that had not seen it.
    Fold,
}

/// Whether a field's values stay what they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldStability {
    /// Which field.
    pub input: InputName,
    /// Stability index over its bins, missing values being one of them.
    pub index: f64,
    /// Share of clients without a value at training.
    pub missing_before: f64,
    /// Share of clients without a value now.
    pub missing_now: f64,
}

/// Decisions by the groups of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupColumn {
    /// Name of the column.
    pub column: String,
    /// What it is called, where the model knows.
    pub label: Option<Text>,
    /// Whether the model reads it.
    pub is_input: bool,
    /// Groups.
    pub groups: Vec<GroupFigures>,
    /// Lowest approval rate over the highest, among groups with enough clients; `None` with fewer than two of them.
    pub approval_ratio: Option<f64>,
    /// Largest difference of false-positive rates among groups with enough clients.
    pub false_positive_gap: Option<f64>,
    /// Largest difference of false-negative rates among groups with enough clients.
    pub false_negative_gap: Option<f64>,
}

/// Decisions on a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupFigures {
    /// Which values of the column.
    pub values: Values,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Rates; `None` with too few clients of either kind.
    pub rates: Option<GroupRates>,
}

/// Rates of a group, with Wilson intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GroupRates {
    /// Share approved.
    pub approval: Interval,
    /// Share of the good clients who are declined.
    pub false_positive: Interval,
    /// Share of the defaults that are approved.
    pub false_negative: Interval,
    /// Share who defaulted.
    pub bad: Interval,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// AUC.
    pub auc: f64,
    /// Approval rate relative to the highest of all groups.
    pub approval_ratio: f64,
}

/// What leaving fields out costs, against a model that reads them, on the same clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Name of the model that reads them.
    pub model: String,
    /// Digest of its file.
    pub model_digest: String,
    /// Fields that it reads and this one does not.
    pub fields: Vec<String>,
    /// AUC of this model.
    pub auc: f64,
    /// AUC of the other.
    pub auc_with: f64,
    /// AUC given up: other − this, with a paired bootstrap interval.
    pub auc_cost: Interval,
    /// Cost per client at break-even of this model.
    pub cost: f64,
    /// Cost per client at break-even of the other.
    pub cost_with: f64,
    /// Cost added: this − other, with a paired bootstrap interval.
    pub added_cost: Interval,
}
