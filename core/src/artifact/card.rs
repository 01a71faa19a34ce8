//! Where a model comes from and how good it is.

use std::collections::BTreeMap;
use std::slice;

/// The model card.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ModelCard {
    /// Name given to the model.
    pub name: String,
    /// Version of Candor that trained it.
    pub candor_version: String,
    /// The learner and its version.
    pub algorithm: String,
    /// The learner's parameters.
    pub parameters: Parameters,
    /// The data it was made from.
    pub data: DataFingerprint,
    /// How the rows were split, and how good the model is on each part.
    pub parts: Vec<Part>,
    /// Features that were left out because they read an excluded field.
    pub dropped_features: Vec<String>,
    /// What the reader should know before using it.
    pub notes: Vec<String>,
}

/// The learner's parameters by name, in the order of their names.
///
/// A plain list, because a map of the standard library would bring 5 KB of B-tree into the engine's WebAssembly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")
)]
pub struct Parameters(pub(super) Vec<(String, String)>);

impl Parameters {
    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Names and values.
    pub fn iter(&self) -> slice::Iter<'_, (String, String)> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Parameters {
    type Item = &'a (String, String);
    type IntoIter = slice::Iter<'a, (String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<BTreeMap<String, String>> for Parameters {
    fn from(values: BTreeMap<String, String>) -> Self {
        Self(values.into_iter().collect())
    }
}

impl From<Parameters> for BTreeMap<String, String> {
    fn from(parameters: Parameters) -> Self {
        parameters.0.into_iter().collect()
    }
}

/// Identifies the data without holding any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DataFingerprint {
    /// Name of the file.
    pub file: String,
    /// Rows read.
    pub rows: u64,
    /// SHA-256 over the values read, in hexadecimal: equal for equal data, however it was stored.
    pub sha256: String,
}

/// A part of the rows and the figures on it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Part {
    /// `train`, `validation`, `test` or `out-of-fold`.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Rows that defaulted.
    pub bad: u64,
    /// Figures; `None` where none were computed.
    pub metrics: Option<Metrics>,
}

/// Figures of a model on a part of the rows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Metrics {
    /// Area under the ROC curve.
    pub auc: Interval,
    /// 2·AUC − 1.
    pub gini: Interval,
    /// Kolmogorov–Smirnov distance.
    pub ks: Interval,
    /// Mean negative log-likelihood.
    pub log_loss: Interval,
    /// Brier score.
    pub brier: Interval,
    /// Expected calibration error, 20 bins of equal mass (no interval: resampling inflates it).
    pub calibration_error: f64,
    /// Cost per client at the policy's threshold.
    pub cost: Interval,
    /// Cost per client at the break-even threshold of the costs (1/11 for 10:1).
    pub cost_at_break_even: Interval,
    /// Cost per client when everybody is approved.
    pub cost_approve_all: f64,
    /// Cost per client when everybody is declined.
    pub cost_decline_all: f64,
    /// Share approved at the policy's threshold.
    pub approval_rate: f64,
}

/// A figure with the interval that holds 95 % of its bootstrap values.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interval {
    /// The figure itself.
    pub value: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}
