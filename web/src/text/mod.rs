//! All words that the page itself says, in English and French. What the model says (labels, help, reasons) comes with
//! the model file.

mod dictionary;
mod problems;
mod sentences;

pub use dictionary::{Dictionary, dictionary};
pub use problems::{load_problem, value_problem};
pub use sentences::*;
