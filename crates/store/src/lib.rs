//! What has to be kept: runs and models on record ([`registry`]), who signed a model ([`signing`]), decisions as a file that
//! is only added to ([`decision_log`]), and the way to a team's MLflow server ([`mlflow`]).

pub mod decision_log;
mod error;
pub mod mlflow;
pub mod registry;
pub mod signing;

pub use decision_log::DecisionLog;
pub use error::Error;
