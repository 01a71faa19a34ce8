//! Trees made by other libraries, brought in exactly or refused with a reason.

pub mod catboost;
pub mod lightgbm;
mod model;
pub mod onnx;
mod single;
pub mod xgboost;

pub use model::Origin;
use thiserror::Error;

use crate::ensemble::Ensemble;

/// A file format of another library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// LightGBM's text model (`Booster.save_model`).
    LightGbm,
    /// XGBoost's JSON or UBJSON model (`Booster.save_model`); the bytes say which.
    XgBoost,
    /// CatBoost's JSON model (`save_model(format="json")`).
    CatBoost,
    /// A tree ensemble of scikit-learn and others as ONNX.
    Onnx,
}

/// Reads a model of another library.
///
/// # Errors
/// [`ImportError`] with the place at fault, or with what cannot be represented exactly.
pub fn from_bytes(bytes: &[u8], format: Format) -> Result<Imported, ImportError> {
    match format {
        Format::LightGbm => lightgbm::from_bytes(bytes),
        Format::XgBoost => xgboost::from_bytes(bytes),
        Format::CatBoost => catboost::from_bytes(bytes),
        Format::Onnx => onnx::from_bytes(bytes),
    }
}

/// A model brought in from another library.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The trees; [`Ensemble::raw_score`] is what the library's last step (logistic function, exponential, none) is
    /// applied to. Mostly that is the library's own raw score; where it is not, the importer's page says so.
    pub ensemble: Ensemble,
    /// The features, in the order in which the trees number them.
    pub features: Vec<ImportedFeature>,
    /// What the raw score is.
    pub output: Output,
    /// Whether the model says how much training data each leaf holds. Without it every leaf counts alike, and only
    /// interventional contributions mean anything.
    pub has_covers: bool,
}

/// A feature of an imported model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFeature {
    /// Its name in the model, or `feature_0`, `feature_1` … where the model holds no names.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
}

/// What the values of an imported feature are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureKind {
    /// A number. Categories that a model knows by number only are numbers, too.
    Number,
    /// One of these levels; the trees know a level by its position.
    Category {
        /// Names of the levels.
        levels: Vec<String>,
    },
}

/// What the raw score of an imported model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Log-odds of the positive class.
    LogOdds,
    /// Probability of the positive class.
    Probability,
    /// A predicted value, or a score to order by.
    Value,
    /// The logarithm of a predicted value (Poisson, gamma, Tweedie).
    LogValue,
}

/// Why a foreign model was not brought in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The text does not follow the format.
    #[error("line {line}: {problem}")]
    Malformed {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The bytes do not follow the format.
    #[error("byte {offset}: {problem}")]
    Damaged {
        /// Where reading stopped, from 0.
        offset: usize,
        /// What is wrong.
        problem: String,
    },
    /// Every part can be read, and one of them cannot be.
    #[error("{part}: {problem}")]
    Inconsistent {
        /// Which part of the model.
        part: String,
        /// What is wrong.
        problem: String,
    },
    /// The model holds something that Candor cannot represent exactly.
    #[error("{}{what} cannot be represented exactly: {why}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Unsupported {
        /// Line of the file, from 1, where the part stands on one.
        line: Option<usize>,
        /// The part of the model.
        what: String,
        /// Why not, and what to do instead.
        why: String,
    },
}
