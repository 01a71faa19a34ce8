//! The `candor` command line from outside: what it reads, writes, refuses and answers.
//!
//! One program for all of it, since each links the readers of tables and LightGBM.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bad_input;
mod baselines;
mod command_line;
mod decisions;
mod definitions;
mod drift;
mod explanations;
mod flat_tables;
mod help;
mod import;
mod import_schema;
mod kills;
mod mlflow;
mod monotone;
mod papers;
mod registry;
mod related;
mod report;
mod selection;
mod shared_data;
mod signing;
mod support;
mod tune;
