//! The suite by itself: `cargo xtask suite [NAME…] [--accept]`.

use std::process::ExitCode;

use candor_suite::{Named, Suite, failure, folder};
use clap::Parser;

/// Run the cases of tests/suite, or write what came into them.
#[derive(Parser)]
#[command(name = "cargo xtask suite")]
struct Options {
    /// Only cases whose file and name hold one of these; all where there is none.
    names: Vec<String>,
    /// Write what came in place of what is expected; a case that expects nothing yet gets all that is usual.
    #[arg(long)]
    accept: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let suite = match Suite::read(&folder()) {
        Ok(suite) => suite,
        Err(error) => {
            eprintln!("error: {} cannot be read: {error}", folder().display());
            return ExitCode::from(2);
        }
    };
    let chosen = |named: Named<'_>| {
        let name = named.to_string();
        options.names.is_empty() || options.names.iter().any(|part| name.contains(part.as_str()))
    };
    let (mut run, mut failed) = (0, 0);
    for problem in suite.files.iter().filter_map(|file| file.cases.as_ref().err()) {
        eprintln!("tests/suite/{problem}\n");
        failed += 1;
    }
    if options.accept {
        return match suite.accept(chosen) {
            Ok(accepted) => {
                accepted.changed.iter().for_each(|name| println!("written: {name}"));
                println!(
                    "{} cases written; look at them with `git diff tests/suite`",
                    accepted.changed.len()
                );
                for problem in &accepted.problems {
                    eprintln!("tests/suite/{problem}");
                }
                ExitCode::from(u8::from(failed + accepted.problems.len() > 0))
            }
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        };
    }
    for named in suite.cases().filter(|named| chosen(*named)) {
        run += 1;
        if let Some(shown) = failure(&suite, named) {
            println!("{named}\n{shown}");
            failed += 1;
        }
    }
    if run == 0 && failed == 0 {
        eprintln!("error: no case is called so; `cargo xtask suite` runs all");
        return ExitCode::from(2);
    }
    println!("{run} cases run, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}
