//! From a table of applications to a validated model.

mod cross_validation;
mod data;
mod evaluation;
mod features;
mod growth;
mod model;
pub(crate) mod population;
mod prototypes;
pub(crate) mod random;
mod reference;
mod split;

pub(crate) use cross_validation::calibrate;
pub use cross_validation::{CrossValidation, OutOfFold, cross_validate};
pub use data::{Data, read_applications};
pub(crate) use evaluation::quantile;
pub use evaluation::{CALIBRATION_BINS, bootstrap, evaluate};
pub use features::FeatureTable;
pub use growth::Growth;
pub(crate) use growth::Lesson;
pub use model::{Stage, TrainOptions, Trained, train};
pub use split::{Split, stratified_folds, stratified_split};
