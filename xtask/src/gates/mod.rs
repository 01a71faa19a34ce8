//! `cargo xtask gates`, and the step of the same name: what ships does not grow and the kernels do not slow down unseen.

pub mod instructions;
mod record;
mod size;

use crate::error::Error;
use crate::plan::{Done, Lane, Plan};
use crate::report::Log;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{process, products};
use clap::Args;
use record::Record;
use std::fs;
use std::process::ExitCode;

/// Compare the size of what ships, and the instructions of the kernels, with what is recorded.
///
/// Growth of more than 2 % fails, and so does a shipped file without a recorded figure. The figures stand in
/// tests/gates.txt; this builds what it measures.
#[derive(Args)]
pub struct Options {
    /// Record the figures as they are now.
    #[arg(long)]
    accept: bool,
}

/// Runs `cargo xtask gates`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    let mut plan = Plan::default();
    setup::steps(&mut plan, workspace, Purpose::Test);
    products::npm_step(&mut plan, workspace);
    products::app_step(&mut plan, workspace);
    step(&mut plan, workspace, options.accept);
    let outcome = plan
        .only(&["gates".to_owned()])?
        .run(&workspace.state(), verbose, false)?;
    Ok(if outcome.done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Adds the step to a plan; with `accept` it records the figures.
pub fn step<'a>(plan: &mut Plan<'a>, workspace: &'a Workspace, accept: bool) {
    plan.step(
        "gates",
        "size of what ships and instructions of the kernels, against what is recorded",
        Lane::Native,
        &["npm", "app", "valgrind"],
        move |log| gates(workspace, accept, log),
    );
}

fn gates(workspace: &Workspace, accept: bool, log: &Log) -> Result<Done, Error> {
    let file = workspace.root.join(record::FILE);
    let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
    let recorded = Record::parse(&text).map_err(|line| Error::Unread {
        what: format!("the line `{line}` of {}", record::FILE),
        wanted: "one of the forms that its head names".to_owned(),
    })?;
    let mut measured = Record {
        rustc: rustc(workspace),
        limits: recorded.limits.clone(),
        ..Record::default()
    };
    size::measure(workspace, &mut measured)?;
    let mut word = "ok";
    if let Some(why) = instructions::skipped() {
        measured.keep_instructions(&recorded);
        word = why;
    } else {
        instructions::measure(workspace, log, &mut measured)?;
        if !recorded.vectors.is_empty() && measured.vectors != recorded.vectors {
            log.line(&format!(
                "recorded with {}, here {}",
                recorded.vectors, measured.vectors
            ));
            measured.keep_instructions(&recorded);
            word = "sizes ok; instructions skipped: this processor lacks the vectors of the record";
        }
    }
    for ((kind, of), figure) in &measured.figures {
        log.line(&format!("{kind} {of} {figure}"));
    }
    if accept {
        fs::write(&file, measured.text()).map_err(Error::io("write", &file))?;
    }
    let (changes, over) = (recorded.compare(&measured), recorded.passed_limits(&measured));
    let changes = if accept { Vec::new() } else { changes };
    if changes.is_empty() && over.is_empty() {
        return Ok(if word == "ok" {
            Done::Worked
        } else {
            Done::Nothing(word)
        });
    }
    let advice = (!changes.is_empty()).then(|| recorded.advice(&measured.rustc));
    let lines = over.into_iter().chain(changes).map(|line| format!("\n  {line}"));
    Err(Error::Grown {
        file: record::FILE,
        figures: lines.chain(advice).collect(),
    })
}

/// The compiler's version: `1.95.0`.
fn rustc(workspace: &Workspace) -> String {
    let said = process::output(process::command("rustc", &workspace.root).arg("--version"));
    let version = said.as_deref().and_then(|said| said.split_whitespace().nth(1));
    version.unwrap_or("unknown").to_owned()
}
