//! Named cases as text: an application goes to a model, and what must come out stands beside it.
//!
//! The cases are `tests/suite/*.toml`, their models `tests/suite/models/*.toml`; `tests/suite/README.md` says how they are
//! read and added. Each is a test by its name (`tests/cases.rs`), and `cargo xtask suite --accept` writes what came.
//!
//! A kind of expectation is a file in `check/`: from what came of a case ([`outcome`]) it makes a value, in the form in
//! which cases write it. Comparing, showing and writing are the same for all.

mod accept;
pub mod case;
pub mod check;
pub mod difference;
pub mod model;
pub mod outcome;
pub mod problem;
pub mod suite;
pub mod value;

use std::path::PathBuf;

pub use suite::{Named, Suite};

/// The folder of Candor's own suite.
pub fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "suite"]
        .iter()
        .collect()
}

/// What is not as a case expects, for people; `None` where all is.
pub fn failure(suite: &Suite, named: Named<'_>) -> Option<String> {
    match suite.run(named) {
        Err(problem) => Some(problem.to_string()),
        Ok(differences) if differences.is_empty() => None,
        Ok(differences) => {
            let shown: String = differences.iter().map(ToString::to_string).collect();
            let (file, line) = (&named.file.name, named.case.line);
            Some(format!("tests/suite/{file}, line {line}:\n{shown}"))
        }
    }
}
