//! From a table of applications to a validated model.

mod cross_validation;
mod data;
mod evaluation;
mod features;
mod model;
mod prototypes;
mod random;
mod reference;
mod split;

pub use cross_validation::{Growth, OutOfFold, cross_validate};
pub use data::Data;
pub(crate) use evaluation::quantile;
pub use evaluation::{bootstrap, evaluate};
pub use features::FeatureTable;
pub use model::{Stage, TrainOptions, Trained, train};
pub use split::{Split, stratified_folds, stratified_split};
