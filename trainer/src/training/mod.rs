//! From a table of applications to a validated model.

mod cross_validation;
mod data;
mod evaluation;
mod features;
mod model;
pub(crate) mod population;
mod prototypes;
pub(crate) mod random;
mod reference;
mod split;

pub use cross_validation::{CrossValidation, Growth, OutOfFold, cross_validate};
pub(crate) use cross_validation::{calibrate, rounds_for};
pub use data::{Data, read_applications};
pub(crate) use evaluation::quantile;
pub use evaluation::{CALIBRATION_BINS, bootstrap, evaluate};
pub use features::FeatureTable;
pub use model::{Stage, TrainOptions, Trained, train};
pub use split::{Split, stratified_folds, stratified_split};
