//! What the inputs say on their own, and what the model makes of them.

use candor_core::Text;
use candor_core::artifact::Interval;
use candor_portfolio::{InputName, Values};
use serde::{Deserialize, Serialize};

/// What an input says of the outcome on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Which input.
    pub input: InputName,
    /// Reason group.
    pub group: Text,
    /// Share of clients without a value.
    pub missing_share: f64,
    /// Information value; `None` when all clients are in one bin.
    pub information_value: Option<f64>,
    /// Where the bad rate goes as a number grows; `None` for what is not a number.
    pub trend: Option<Trend>,
    /// Bins that hold clients.
    pub bins: Vec<EvidenceBin>,
}

/// Where the bad rate goes from bin to bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// It never falls.
    Rising,
    /// It never rises.
    Falling,
    /// It does both.
    Mixed,
}

/// Clients with similar values of an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceBin {
    /// Which values.
    pub values: Values,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share who defaulted.
    pub bad_rate: f64,
    /// Weight of evidence: above 0 where clients are better than on average.
    pub weight: f64,
    /// What the bin adds to the information value.
    pub information: f64,
}

/// What the features add to the scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// Clients whose contributions were averaged.
    pub rows: u64,
    /// Features by importance, the largest first.
    pub features: Vec<FeatureImportance>,
    /// Reason groups by importance, the largest first.
    pub groups: Vec<GroupImportance>,
    /// How the contribution depends on the value, for the most important features.
    pub dependence: Vec<Dependence>,
}

/// What one feature adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureImportance {
    /// Which feature.
    pub input: InputName,
    /// Mean absolute contribution, in log-odds.
    pub mean_contribution: f64,
    /// The same in points.
    pub mean_points: f64,
    /// Its share of the spread of the trees' values that all splits bring about.
    pub gain_share: f64,
    /// Splits on it.
    pub splits: u64,
}

/// What the features of a reason group add together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupImportance {
    /// What the group is called.
    pub label: Text,
    /// Mean absolute value of the sum of its contributions, in log-odds.
    pub mean_contribution: f64,
    /// The same in points.
    pub mean_points: f64,
}

/// How a feature's contribution depends on its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// Which feature.
    pub input: InputName,
    /// Bins that hold twenty clients or more: a curve must not tell of single clients.
    pub bins: Vec<DependenceBin>,
}

/// Contributions of clients with similar values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependenceBin {
    /// Which values.
    pub values: Values,
    /// Clients.
    pub rows: u64,
    /// Mean value of a number, in raw units.
    pub mean_value: Option<f64>,
    /// Mean contribution in log-odds, with the quantiles at 10 % and 90 %.
    pub contribution: Interval,
}
