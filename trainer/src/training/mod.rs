//! From a table of applications to a validated model.

mod cross_validation;
mod features;
mod growth;
mod model;
mod prototypes;
mod reference;

pub(crate) use cross_validation::calibrate;
pub use cross_validation::{CrossValidation, OutOfFold, cross_validate};
pub use features::FeatureTable;
pub use growth::Growth;
pub(crate) use growth::Lesson;
pub use model::{Stage, TrainOptions, Trained, train};
