//! The `candor` command line.

mod commands;
mod error;

use std::process::ExitCode;

use clap::Parser;
use commands::Answer;

fn main() -> ExitCode {
    match commands::Arguments::parse().run() {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        // A reader that stops reading, such as `head`, is not an error.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
