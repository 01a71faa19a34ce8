//! `cargo xtask suite`: the named cases of `tests/suite`.

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use clap::Args;
use std::process::ExitCode;

/// Run the named cases of tests/suite, or write into them what came.
///
/// A case is an application to a model, and what must come out: tests/suite/README.md says how to read and to add one.
/// `cargo xtask test` runs them all, each as a test of its own.
///
/// Examples:
///   cargo xtask suite                          all cases
///   cargo xtask suite decisions "high debt"    those of which the file or the name holds one of these
///   cargo xtask suite "my new case" --accept   write what came of them
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// Only cases of which the file or the name holds one of these.
    names: Vec<String>,
    /// Write what came in place of what is expected.
    #[arg(long)]
    accept: bool,
}

/// Runs `cargo xtask suite`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode, Error> {
    let mut suite = process::cargo(&workspace.root);
    // Not optimised: the cases take a second, and whoever writes one waits for the compiler.
    suite.args(["run", "--quiet", "--package", "candor-suite", "--"]);
    if options.accept {
        suite.arg("--accept");
    }
    suite.arg("--").args(&options.names);
    let status = suite.status().map_err(process::start(&suite))?;
    Ok(ExitCode::from(
        status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2),
    ))
}
