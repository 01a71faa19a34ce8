//! The commands that learn, in a build that does not: they say so, where no such command would be a riddle.

use clap::Args;

use crate::error::Error;

/// Not in this build: it was made without learning.
#[derive(Debug, Args)]
pub(super) struct WithoutLearning {
    /// Whatever follows: swallowed, so that no argument is said to be wrong before the command is.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<String>,
}

impl WithoutLearning {
    pub(super) fn run(self) -> Result<(), Error> {
        Err(Error::Usage {
            problem: "this candor was built without learning, to need no C++ compiler; use one that was built with its default \
                      features (cargo build --release -p candor-cli)"
                .into(),
        })
    }
}
