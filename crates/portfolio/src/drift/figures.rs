//! All that is said of drift, as figures.

use candor_core::Text;
use candor_core::stats::Stability;
use serde::{Deserialize, Serialize};

use super::evidently;
use crate::values::{InputName, Values};

/// The version of the JSON file's form: it grows when a reader of older files would misread a newer one.
pub const FORMAT: u32 = 1;

/// Drift of a table against a reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of Candor that compared.
    pub candor_version: String,
    /// Name of the model.
    pub model: String,
    /// Digest of the model file.
    pub model_digest: String,
    /// File of the reference; `None` when it is what the model file keeps of its training.
    pub reference: Option<String>,
    /// File of the current clients.
    pub current: String,
    /// Clients of the reference.
    pub rows_before: u64,
    /// Current clients.
    pub rows_now: u64,
    /// What follows.
    pub verdict: Verdict,
    /// Scores; `None` where either side has none.
    pub score: Option<ScoreFigures>,
    /// Fields, the most important drift first.
    pub fields: Vec<FieldFigures>,
    /// What cannot be said, and why.
    pub gaps: Vec<Text>,
}

/// What follows from the figures, in both systems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Candor's rule.
    pub candor: CandorVerdict,
    /// A bank's reading.
    pub bank: BankVerdict,
    /// Evidently's.
    pub evidently: EvidentlyVerdict,
}

/// By Candor's rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandorVerdict {
    /// Whether anything has drifted.
    pub drift: bool,
    /// Whether the scores have.
    pub score: bool,
    /// Fields that have.
    pub fields: u64,
    /// Fields that could be tested.
    pub tested: u64,
    /// The chance of a false alarm, at most.
    pub rate: f64,
}

/// By the stability index alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankVerdict {
    /// The reading of the scores' index.
    pub score: Option<Stability>,
    /// Fields to watch.
    pub watch: u64,
    /// Fields to act on.
    pub act: u64,
}

/// As Evidently would decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidentlyVerdict {
    /// Whether the data set has drifted.
    pub drift: bool,
    /// Columns that have.
    pub drifted_columns: u64,
    /// Columns that it would decide on.
    pub columns: u64,
    /// Their share.
    pub share: f64,
    /// The share from which the data set has drifted.
    pub threshold: f64,
    /// Whether the bounds on what the model file tells leave no other verdict on the data set.
    pub certain: bool,
}

/// How one distribution has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Population stability index over the reference's tenths or levels, and missing values.
    pub index: f64,
    /// How banks read it.
    pub reading: Stability,
    /// The index that chance alone brings about on average.
    pub expected_by_chance: f64,
    /// The chance of counts as different when nothing has changed; `None` with too few clients to tell.
    pub p_value: Option<f64>,
    /// The same after Holm's correction for the number of fields.
    pub adjusted_p_value: Option<f64>,
    /// Whether it has drifted by Candor's rule.
    pub drifted: bool,
    /// Bins, with their clients.
    pub bins: Vec<Bin>,
}

/// Clients of a bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Which values.
    pub values: Values,
    /// Clients of the reference.
    pub before: u64,
    /// Current clients.
    pub now: u64,
}

/// How a field has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldFigures {
    /// Which field.
    pub input: InputName,
    /// Its share of the model's importance: mean |contribution| of the features that read it.
    pub importance: f64,
    /// Importance times index: what fields are ordered by.
    pub weight: f64,
    /// The change.
    pub change: Change,
    /// Share without a value then.
    pub missing_before: f64,
    /// Share without a value now.
    pub missing_now: f64,
    /// Levels that the model does not know, and their current clients, most frequent first.
    pub new_levels: Vec<NewLevel>,
    /// Other cells that do not fit the field; they count as missing.
    pub unfit_cells: u64,
    /// What Evidently decides; `None` where it would refuse the column.
    pub evidently: Option<evidently::Decision>,
    /// The scores of its named tests.
    pub evidently_scores: evidently::Scores,
}

/// A level that the model does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLevel {
    /// As the table writes it.
    pub level: String,
    /// Current clients.
    pub rows: u64,
}

/// How the scores have changed. Points are a linear scale of log-odds: what is said of these is true of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreFigures {
    /// Clients of the reference with a score.
    pub rows_before: u64,
    /// Current clients with a score.
    pub rows_now: u64,
    /// The change of log-odds, over the reference's tenths. Probabilities and points have the same tenths.
    pub change: Change,
    /// Mean probability of default then.
    pub mean_probability_before: f64,
    /// Mean probability of default now.
    pub mean_probability_now: f64,
    /// Share approved then, at the model's threshold.
    pub approved_before: f64,
    /// Share approved now.
    pub approved_now: f64,
    /// What Evidently decides of the log-odds, or of the points.
    pub evidently_log_odds: Option<evidently::Decision>,
    /// What Evidently decides of the probabilities.
    pub evidently_probability: Option<evidently::Decision>,
}
