//! All that a report says, as figures. The page and the JSON file are drawn from these and from nothing else, so they
//! cannot differ, and [`check`](super::check) sees all that a reader will see.

use candor_core::Text;
use candor_core::artifact::{DataFingerprint, Interval, Metrics, ModelCard};
use candor_core::decision::{Calibration, Policy};
use serde::{Deserialize, Serialize};

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

/// Whether probabilities mean what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Bins of equal mass by increasing probability.
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error (20 bins of equal mass).
    pub calibration_error: f64,
    /// Slope of observed on predicted log-odds; `None` when it cannot be fitted.
    pub slope: Option<Interval>,
    /// Intercept of the same line.
    pub intercept: Option<Interval>,
    /// Brier score.
    pub brier: f64,
    /// Brier score of giving everybody the bad rate.
    pub brier_of_bad_rate: f64,
    /// 1 − Brier score / Brier score of the bad rate.
    pub brier_skill: f64,
}

/// Clients of similar probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Mean probability of default.
    pub mean_probability: f64,
    /// Share who defaulted, with its Wilson interval.
    pub bad_rate: Interval,
}

/// Clients whose points lie in one band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreBand {
    /// Lowest points of the band, included; `None` for the lowest band.
    pub from: Option<f64>,
    /// Where the next band begins; `None` for the highest band.
    pub to: Option<f64>,
    /// Clients.
    pub rows: u64,
    /// Clients who defaulted.
    pub bad: u64,
    /// Share who defaulted; `None` without clients.
    pub bad_rate: Option<f64>,
    /// Mean probability of default; `None` without clients.
    pub mean_probability: Option<f64>,
    /// What would be if this band and those above it were approved.
    pub cut_off: CutOff,
}

/// What approving from some points on means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CutOff {
    /// Share of clients approved.
    pub approval_rate: f64,
    /// Share of defaults among the approved; `None` when nobody is.
    pub bad_rate_approved: Option<f64>,
    /// Share of the defaults that are declined.
    pub recall: f64,
    /// Share of defaults among the declined; `None` when nobody is.
    pub precision: Option<f64>,
    /// Cost per client at the policy's costs.
    pub cost: f64,
}

/// Costs per client when approving a default costs `ratio` and declining a good client costs 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CostAtRatio {
    /// Cost of a default that was approved.
    pub ratio: f64,
    /// Break-even threshold 1 / (1 + ratio).
    pub threshold: f64,
    /// Cost with the model at this threshold, with the 95 % interval of a mean.
    pub model: Interval,
    /// Share approved at this threshold.
    pub approval_rate: f64,
    /// Cost with the model at the policy's threshold, whatever the ratio.
    pub at_policy_threshold: f64,
    /// Cost when everybody is approved.
    pub approve_all: f64,
    /// Cost when everybody is declined.
    pub decline_all: f64,
}

/// How an input is called and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputName {
    /// Name of the feature.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// Unit of the shown value.
    pub unit: Option<Text>,
    /// shown = value / scale.
    pub scale: f64,
}

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

/// A set of values of an input or a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Above `above` and up to `to`, in raw units; without bound where `None`.
    Range {
        /// Lower bound, excluded.
        above: Option<f64>,
        /// Upper bound, included.
        to: Option<f64>,
    },
    /// A level.
    Level(Text),
    /// Levels with few clients.
    Others,
    /// No value.
    Missing,
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
