//! Measures Candor beside other engines on the same trees and rows; `cargo xtask bench` prepares all it needs and runs
//! it.
//!
//! `candor-bench measure` is the coordinator, `candor-bench contender` is Candor's own contender, and
//! `candor-bench model FROM TO` puts LightGBM's trees into a model file.

mod agreement;
mod bare;
mod candor;
mod chart;
mod contender;
mod grow;
mod lineup;
mod machine;
mod measure;
mod options;
mod progress;
mod protocol;
mod report;
mod seat;
mod sizes;
mod statistics;
mod summary;
mod table;

use measure::Measured;
use options::Options;
use progress::Progress;
use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let done = match words.next().as_deref() {
        Some("measure") => Options::read(words)
            .map_err(Into::into)
            .and_then(|options| measure(&options)),
        Some("contender") => Options::read(words)
            .map_err(Into::into)
            .and_then(|options| contender::serve(&options.models)),
        Some("model") => match (words.next(), words.next()) {
            (Some(from), Some(to)) => model(Path::new(&from), Path::new(&to)),
            _ => Err("candor-bench model FROM.txt TO.candor".into()),
        },
        _ => Err("start it with: cargo xtask bench".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes LightGBM's trees as a model file.
fn model(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let about: Value = serde_json::from_slice(&std::fs::read(from.with_file_name("about.json"))?)?;
    let width = about["features"]
        .as_u64()
        .and_then(|width| u16::try_from(width).ok())
        .ok_or("about.json: no number of features")?;
    std::fs::write(to, bare::model_file(candor::ensemble_of(from)?, width)?)?;
    Ok(())
}

/// Measures everything and writes what came of it.
fn measure(options: &Options) -> Result<(), Box<dyn Error>> {
    let about: Value = serde_json::from_slice(&std::fs::read(options.models.join("about.json"))?)?;
    let number = |name: &str| {
        let number = about[name].as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| format!("about.json: no number `{name}`"))
    };
    let (rows, more, features) = (number("rows")?, number("more_rows")?, number("features")?);
    std::fs::create_dir_all(&options.logs)?;
    let progress = Progress::new();
    let load = machine::load();
    let mut seats = measure::seat_everyone(options, &progress);
    let findings = agreement::check(&mut seats, &|what| progress.say(what));
    let mut measured = Measured::default();
    measure::cold(
        &mut seats,
        if options.quick { 1 } else { options.rounds.min(5) },
        &progress,
        &mut measured,
    );
    measure::size_turns(&mut seats, rows, options.quick, &progress);
    measure::rounds(&mut seats, options, rows, &progress, &mut measured);
    measure::growth(&mut seats, options, features, &progress, &mut measured);
    measure::whole(&mut seats, more, &progress, &mut measured);
    progress.end();
    let report = report::Report {
        about,
        options,
        seats: &seats,
        findings,
        measured: &measured,
        load: (load, machine::load()),
    };
    report.write()
}
