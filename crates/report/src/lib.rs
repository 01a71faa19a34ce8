//! The validation report: figures of a model on labelled clients, checked against each other, as a page and as JSON; and the
//! page of drift.
//!
//! The order is [`Sample`] (clients scored and told apart) → [`collect()`] (figures by subject, a file each) → [`check()`]
//! (figures that contradict each other are refused) → [`page()`] and JSON. What cannot be known from the model and the data
//! is a [`Gap`](figures::Gap) that the report names.

mod check;
mod collect;
mod discrimination;
mod drift_page;
mod fairness;
pub mod figures;
mod gaps;
mod importance;
mod inputs;
mod out_of_fold;
mod page;
mod request;
mod sample;
mod shown;
mod stability;

pub use check::{Contradiction, check};
pub use collect::{Step, collect};
pub use drift_page::page as drift_page;
pub use fairness::Unrestricted;
pub use figures::Figures;
pub use out_of_fold::{FoldReader, FoldScores, fold_schema};
pub use page::page;
pub use request::Request;
pub use sample::Sample;
