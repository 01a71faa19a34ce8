//! `cargo xtask`: everything that a checkout of Candor needs done, in commands that set up what they need themselves.
//!
//! A command is a [`plan::Plan`] of named steps; [`setup`] contributes the steps that find or install tools, [`products`]
//! those that build something, [`demo`], [`mod@test`], [`gates`] and [`mod@bench`] put them together.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod bench;
mod demo;
mod error;
mod fingerprint;
mod fuzz;
mod gates;
mod house;
mod imports;
mod io;
mod mlflow;
mod modules;
mod paths;
mod peers;
mod plan;
mod process;
mod products;
mod report;
mod setup;
mod source;
mod suite;
mod test;
mod tools;
mod walls;
mod workspace;

use error::Error;
use workspace::Workspace;

/// Candor's chores: set up, show, test, gate, fuzz, measure.
///
/// Each command first finds the tools it needs and installs the missing ones, pinned, into a cache folder outside the
/// checkout ($CANDOR_CACHE, or candor/ in the user's cache folder). Nothing is installed into the system.
/// What must be there already: rustup, a C++ compiler with make, Python 3 with pip, Node 20 or newer with npm;
/// for the browser tests Chromium and chromedriver, for counting instructions valgrind (Linux on x86-64 only).
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Show the output of every step as it comes, not only that of steps that fail.
    #[arg(long, short, global = true)]
    verbose: bool,
}

// What the help says about each stands at its options.
#[derive(Subcommand)]
enum Command {
    Demo(demo::Options),
    Test(test::Options),
    Suite(suite::Options),
    Fuzz(fuzz::Options),
    Gates(gates::Options),
    Setup(setup::Options),
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Error> {
    let workspace = Workspace::find()?;
    match &cli.command {
        Command::Demo(options) => demo::run(&workspace, options, cli.verbose),
        Command::Test(options) => test::run(&workspace, options, cli.verbose),
        Command::Suite(options) => suite::run(&workspace, options),
        Command::Fuzz(options) => fuzz::run(&workspace, options, cli.verbose),
        Command::Gates(options) => gates::run(&workspace, options, cli.verbose),
        Command::Setup(options) => setup::run(&workspace, options, cli.verbose),
        Command::Bench(options) => bench::run(&workspace, options, cli.verbose),
    }
}
