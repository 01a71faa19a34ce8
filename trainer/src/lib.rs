//! The library behind the `candor` command line: reading tables, feature definitions, training and validation, writing
//! results. Scoring itself lives in `candor-core`; everything here brings it data and takes its answers.

pub mod baselines;
pub mod chain;
pub mod commands;
pub mod decisions;
pub mod definition;
pub mod drift;
pub mod error;
pub mod flat;
pub mod import_schema;
pub mod learner;
pub mod mlflow;
pub mod monotone;
pub mod output;
pub mod policy;
pub mod registry;
pub mod related;
pub mod report;
pub mod scorecard;
pub mod selection;
pub mod signing;
pub mod synth;
pub mod table;
pub mod training;
pub mod tuning;

pub use error::Error;
