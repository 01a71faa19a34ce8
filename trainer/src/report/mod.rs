//! The validation report: figures of a model on labelled clients, checked against each other, as a page and as JSON.
//!
//! The order is [`Sample`] (clients read, scored and told apart) → [`collect`] (figures by subject, a file each) →
//! [`check`] (figures that contradict each other are refused) → [`page`] and JSON. What cannot be known from the model
//! and the data is a [`Gap`](figures::Gap) that the report names.

mod calibration;
mod check;
mod collect;
mod costs;
mod discrimination;
mod fairness;
pub mod figures;
mod gaps;
mod importance;
mod inputs;
pub(crate) mod page;
mod sample;
mod stability;
pub(crate) mod values;

pub use check::{Contradiction, check};
pub use collect::{Request, Step, collect};
pub use fairness::Unrestricted;
pub use figures::Figures;
pub use page::page;
pub use sample::{Sample, read_out_of_fold};
