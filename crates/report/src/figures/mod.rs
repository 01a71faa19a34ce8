//! All that a report says, as figures. The page and the JSON file are drawn from these and from nothing else, so they
//! cannot differ, and [`check`](crate::check) sees all that a reader will see.

mod inputs;
mod performance;
mod population;

use candor_core::Text;
use candor_core::artifact::{DataFingerprint, ModelCard};
use candor_core::decision::{Calibration, Policy};
use candor_portfolio::scored::{CostAtRatio, Reliability, ScoreBand};
use serde::{Deserialize, Serialize};

pub use inputs::{
    Dependence, DependenceBin, EvidenceBin, FeatureImportance, GroupImportance, Importance, Input, Trend,
};
pub use performance::{CurvePoint, Decisions, GainBand, Generalisation, PartFigures};
pub use population::{Exclusion, FieldStability, GroupColumn, GroupFigures, GroupRates, Period, PeriodKind, Stability};

/// The version of the JSON file's form: it grows when a reader of older files would misread a newer one.
pub const FORMAT: u32 = 1;

/// A validation report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of Candor that measured.
    pub candor_version: String,
    /// The model and the data.
    pub lineage: Lineage,
    /// Costs, threshold, scale, and what is no input.
    pub policy: Policy,
    /// Name of the part that all sections are about which do not name another.
    pub measured_on: String,
    /// Name of the part that inputs are described on.
    pub developed_on: String,
    /// Figures by part.
    pub parts: Vec<PartFigures>,
    /// What is lost from the training part to the test part; `None` when they are not told apart.
    pub generalisation: Option<Generalisation>,
    /// Tenths of the clients, the riskiest first.
    pub gains: Vec<GainBand>,
    /// Predicted against observed.
    pub reliability: Reliability,
    /// Clients by band of points, the lowest (riskiest) first.
    pub bands: Vec<ScoreBand>,
    /// Costs for cost ratios from 1 to 20.
    pub costs: Vec<CostAtRatio>,
    /// What each input says of the outcome on its own, the most telling first.
    pub inputs: Vec<Input>,
    /// What each feature adds to the scores.
    pub importance: Importance,
    /// Whether the population and the scores stay what they were.
    pub stability: Stability,
    /// Decisions by group, one entry per column that was named.
    pub fairness: Vec<GroupColumn>,
    /// What leaving the excluded fields out costs; `None` when there is no model to compare with.
    pub exclusion: Option<Exclusion>,
    /// What the report cannot say, and why.
    pub gaps: Vec<Gap>,
}

/// Where the model and the data come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// Digest of the model file.
    pub model_digest: String,
    /// Name of the model file.
    pub model_file: String,
    /// The model card, with the figures recorded at training.
    pub card: ModelCard,
    /// Raw score to log-odds.
    pub calibration: Calibration,
    /// Trees.
    pub trees: u64,
    /// Leaves of all trees.
    pub leaves: u64,
    /// Raw fields that the model reads.
    pub fields: u64,
    /// Features made of them.
    pub features: u64,
    /// What identifies the data that the report measures on.
    pub data: DataFingerprint,
    /// Whether that is the data the model was trained on.
    pub is_training_data: bool,
    /// Column that says what became of a client.
    pub target: String,
    /// Seed of the bootstrap.
    pub seed: u64,
}

/// Something that the report cannot say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Anchor of the section that lacks it.
    pub section: Section,
    /// What is not known, why, and what would tell.
    pub what: Text,
}

/// A section of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Population and definition.
    Population,
    /// How well scores rank.
    Discrimination,
    /// Whether probabilities mean what they say.
    Calibration,
    /// Points and bands.
    Scaling,
    /// Costs.
    Costs,
    /// Inputs one by one.
    Inputs,
    /// Importance and dependence.
    Importance,
    /// Stability.
    Stability,
    /// Groups.
    Fairness,
    /// Where it all comes from.
    Lineage,
}
