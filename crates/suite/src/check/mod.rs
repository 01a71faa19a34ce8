//! The kinds of expectations: a file for each. A new one is a file beside these and a line in [`CHECKS`].

mod errors;
mod expressions;
mod features;
mod reads;
mod reasons;
mod score;
mod values;
mod waterfall;

use crate::outcome::Outcome;
use crate::value::Value;

/// What came of the case, as the expectation writes it. `asked` is what the case expects, whose names may be questions
/// (texts to read, expressions to compute); `None` where there is nothing to say, such as points of an application that
/// was refused. Of a table, only what the case names is compared.
pub type Check = fn(&Outcome<'_>, asked: &Value) -> Option<Value>;

/// Keys of `[case.expect]`, in the order in which `--accept` writes them.
pub const CHECKS: [(&str, Check); 13] = [
    ("decision", score::decision),
    ("risk_level", score::risk_level),
    ("points", score::points),
    ("probability", score::probability),
    ("reasons", reasons::reasons),
    ("groups", reasons::groups),
    ("waterfall", waterfall::waterfall),
    ("errors", errors::errors),
    ("refused", errors::refused),
    ("values", values::values),
    ("features", features::features),
    ("reads", reads::reads),
    ("expressions", expressions::expressions),
];

/// What `--accept` writes into a case that expects nothing yet, as far as it came.
pub const USUAL: [&str; 7] = [
    "decision",
    "risk_level",
    "points",
    "probability",
    "reasons",
    "errors",
    "refused",
];

/// What may not happen unexpected.
pub const NEVER_SILENT: [&str; 2] = ["errors", "refused"];

/// What came of an expectation.
pub fn came(key: &str, outcome: &Outcome<'_>, asked: &Value) -> Option<Value> {
    let (_, check) = CHECKS.iter().find(|(known, _)| *known == key)?;
    check(outcome, asked)
}
