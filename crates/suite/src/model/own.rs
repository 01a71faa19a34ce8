//! What a model file of the suite says beside its definition and its policy.

use std::collections::BTreeMap;

use candor_core::decision::Calibration;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Own {
    #[serde(default)]
    pub(super) model: Settings,
    #[serde(default)]
    pub(super) scorecard: Vec<Characteristic>,
    #[serde(default)]
    pub(super) tree: Vec<toml::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// `application`: the definition and the policy that Candor ships, instead of the file's own.
    pub(super) definition: Option<String>,
    /// Points that everybody begins with.
    pub(super) start: Option<f64>,
    /// From the trees' sum to log-odds.
    pub(super) calibration: Option<Calibration>,
    /// Declined from this probability on; as the costs say where there is none.
    pub(super) threshold: Option<f64>,
}

/// Points for the values of one feature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Characteristic {
    pub(super) feature: String,
    /// Of a number: ranges in rising order.
    #[serde(default)]
    pub(super) ranges: Vec<Range>,
    /// Of a category: its levels. Of a flag: `yes` and `no`.
    #[serde(default)]
    pub(super) levels: BTreeMap<String, Worth>,
    /// Levels that are not named.
    #[serde(default)]
    pub(super) others: Worth,
    /// Where there is no value.
    #[serde(default)]
    pub(super) missing: Worth,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    /// Largest value of the range; the last range has none.
    pub(super) up_to: Option<f64>,
    pub(super) points: f64,
    #[serde(default = "one")]
    pub(super) share: f64,
}

/// `-20`, or `{ points = -20, share = 0.1 }`: points, and how many clients get them, for the mean that reasons start from.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "points should be a number, or { points = …, share = … }")]
pub(super) enum Worth {
    Points(f64),
    Shared { points: f64, share: f64 },
}

fn one() -> f64 {
    1.0
}

impl Default for Worth {
    /// What nobody is, and what is worth nothing.
    fn default() -> Self {
        Self::Shared {
            points: 0.0,
            share: 0.0,
        }
    }
}

impl Worth {
    /// Points and share.
    pub(super) fn parts(self) -> (f64, f64) {
        match self {
            Self::Points(points) => (points, 1.0),
            Self::Shared { points, share } => (points, share),
        }
    }
}
