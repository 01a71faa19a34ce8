//! Every case of `tests/suite` as a test of its own, by its name.

use std::process::ExitCode;
use std::sync::Arc;

use candor_suite::{Suite, failure, folder};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = match Suite::read(&folder()) {
        Ok(suite) => Arc::new(suite),
        Err(error) => {
            eprintln!("{} cannot be read: {error}", folder().display());
            return ExitCode::FAILURE;
        }
    };
    // A file that is wrong fails as a test: the tests of other crates are to be listed and run all the same.
    let mut trials: Vec<Trial> = Vec::new();
    for file in &suite.files {
        let problem = file
            .cases
            .as_ref()
            .err()
            .map(|problem| format!("tests/suite/{problem}"));
        trials.push(Trial::test(format!("{} is well-formed", file.name), move || {
            problem.map_or(Ok(()), |problem| Err(Failed::from(problem)))
        }));
    }
    for (index, named) in suite.cases().enumerate() {
        let suite = Arc::clone(&suite);
        trials.push(Trial::test(named.to_string(), move || {
            let failed = suite.cases().nth(index).and_then(|named| failure(&suite, named));
            failed.map_or(Ok(()), |shown| Err(Failed::from(shown)))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
