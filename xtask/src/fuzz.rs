//! `cargo xtask fuzz`: libFuzzer on everything that reads what others wrote.

use crate::error::Error;
use crate::plan::Done;
use crate::process;
use crate::products;
use crate::report::Log;
use crate::workspace::Workspace;
use clap::Args;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A fuzz target: its name, its longest input, and which of core's fixtures are its seeds, by how their names begin and
/// end. The other seeds are made by the targets themselves.
struct Target {
    name: &'static str,
    longest: usize,
    fixtures: &'static [(&'static str, &'static str)],
}

const TARGETS: [Target; 9] = [
    target("model_file", 32_768, &[]),
    target("model_document", 32_768, &[]),
    target("lightgbm", 16_384, &[("lightgbm_", ".txt")]),
    target("xgboost", 16_384, &[("xgboost", ".json"), ("xgboost", ".ubj")]),
    target("catboost", 16_384, &[("catboost_", ".json")]),
    target("onnx", 16_384, &[("onnx_", ".onnx")]),
    target("application", 2_048, &[]),
    target("records", 2_048, &[]),
    target("expression", 1_024, &[]),
];

const fn target(name: &'static str, longest: usize, fixtures: &'static [(&'static str, &'static str)]) -> Target {
    Target {
        name,
        longest,
        fixtures,
    }
}

/// How long `cargo xtask test` fuzzes each target: all seeds, the corpus, and tens of thousands of variants.
pub const SECONDS_IN_TEST: u64 = 15;

/// Fuzz what reads model files, foreign models, applications, related records and feature expressions.
///
/// Every run begins with the inputs of fuzz/corpus/TARGET. Inputs that reach new code are kept in target/fuzz/corpus and
/// serve the next run; --keep adds to fuzz/corpus/TARGET what reaches code that nothing there does. An input that fails
/// is kept in target/fuzz/failures; once it is understood it belongs in fuzz/corpus/TARGET, too.
///
/// Examples:
///   cargo xtask fuzz                          each target for 20 s
///   cargo xtask fuzz onnx --seconds 14400     one for four hours
///   cargo xtask fuzz --seconds 600 --keep     each for ten minutes, and what they found into fuzz/corpus
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Options {
    /// Fuzz only this target.
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Add short inputs that reach new code to fuzz/corpus, from this run and those before.
    #[arg(long)]
    keep: bool,
}

/// Runs `cargo xtask fuzz`.
pub fn run(workspace: &Workspace, options: &Options, verbose: bool) -> Result<ExitCode, Error> {
    let log = Log::create("fuzz", &workspace.state(), verbose)?;
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| options.target.as_deref().is_none_or(|name| name == target.name))
        .collect();
    if chosen.is_empty() {
        return Err(Error::UnknownTarget {
            target: options.target.clone().unwrap_or_default(),
            known: TARGETS.map(|target| target.name).join(", "),
        });
    }
    println!("compiling the targets");
    build(workspace, &log)?;
    for target in chosen {
        println!("{}", fuzz(workspace, target, options.seconds, &log)?);
        if options.keep {
            println!("{}", keep(workspace, target, &log)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the targets are made of, beside what everything is made of: the engine with its fixtures, and how they are run.
const SOURCES: [&str; 5] = ["crates/ensemble", "core", "embed/src", "fuzz", "xtask/src/fuzz.rs"];

/// The step of `cargo xtask test`: every target for a few seconds, unless all of them passed with the same sources.
pub fn step(workspace: &Workspace, log: &Log) -> Result<Done, Error> {
    products::built_from(workspace, "fuzz", &SOURCES, &folder(workspace), || {
        build(workspace, log)?;
        for target in &TARGETS {
            log.line(&fuzz(workspace, target, SECONDS_IN_TEST, log)?);
        }
        Ok(())
    })
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}

/// Compiles the targets. Their flags stand in fuzz/.cargo/config.toml, which cargo reads from the folder it runs in; flags
/// in the environment would replace them.
fn build(workspace: &Workspace, log: &Log) -> Result<(), Error> {
    let mut cargo = process::cargo(&workspace.root.join("fuzz"));
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.args(["build", "--release", "--locked", "--bins", "--target-dir"]);
    log.run(cargo.arg(folder(workspace)))
}

/// Where cargo put a target's program: in a folder named after this machine's kind.
fn program(workspace: &Workspace, name: &str) -> Result<PathBuf, Error> {
    let folder = folder(workspace);
    let entries = fs::read_dir(&folder).map_err(Error::io("read", &folder))?;
    entries
        .flatten()
        .map(|entry| entry.path().join("release").join(format!("{name}{EXE_SUFFIX}")))
        .find(|path| path.is_file())
        .ok_or_else(|| Error::Absent {
            path: folder.join(format!("*/release/{name}{EXE_SUFFIX}")),
            why: "cargo should have built it".to_owned(),
        })
}

/// Runs one target, and says how much it tried.
fn fuzz(workspace: &Workspace, target: &Target, seconds: u64, log: &Log) -> Result<String, Error> {
    let folder = folder(workspace);
    let [corpus, seeds, failures] = ["corpus", "seeds", "failures"].map(|kind| folder.join(kind).join(target.name));
    for path in [&corpus, &seeds, &failures] {
        fs::create_dir_all(path).map_err(Error::io("create", path))?;
    }
    copy_fixtures(workspace, target, &seeds)?;
    let known = known_corpus(workspace, target);
    let before = files(&corpus)?;

    let program = program(workspace, target.name)?;
    let mut command = process::command(&program, &workspace.root);
    command.env("CANDOR_FUZZ_SEEDS", &seeds).args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={}", target.longest),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
        "-print_final_stats=1".to_owned(),
        format!("-artifact_prefix={}/", failures.display()),
    ]);
    // What is new goes into the first folder; the others are read only.
    command.arg(&corpus).arg(&seeds);
    if known.is_dir() {
        command.arg(&known);
    }
    let lines = std::sync::Mutex::new(Vec::new());
    let outcome = process::run(&mut command, &|line| {
        log.line(line);
        if let Ok(mut lines) = lines.lock() {
            lines.push(line.to_owned());
        }
    });
    let lines = lines.into_inner().unwrap_or_default();
    match outcome {
        Ok(()) => Ok(format!(
            "{:<14} {:>9} executions, {} new inputs kept",
            target.name,
            value_after(&lines, "stat::number_of_executed_units:").unwrap_or("?"),
            files(&corpus)?.saturating_sub(before),
        )),
        Err(Error::Failed { status, .. }) => Err(Error::FoundByFuzzing {
            target: target.name,
            what: what_failed(&lines).unwrap_or(status),
            again: again(workspace, &program, &lines),
        }),
        Err(error) => Err(error),
    }
}

/// Inputs that the repository holds for every run.
fn known_corpus(workspace: &Workspace, target: &Target) -> PathBuf {
    workspace.root.join("fuzz").join("corpus").join(target.name)
}

/// Bytes of the inputs that the repository holds for a target, and of the longest of those that are added.
const MOST_KEPT: u64 = 60_000;
const LONGEST_KEPT: u64 = 2_048;

/// Adds to the repository's corpus those inputs of the cache that reach code which neither it nor the seeds reach, the
/// shortest first, while there is room.
fn keep(workspace: &Workspace, target: &Target, log: &Log) -> Result<String, Error> {
    let folder = folder(workspace);
    let [corpus, seeds, short, new] =
        ["corpus", "seeds", "short", "new"].map(|kind| folder.join(kind).join(target.name));
    let known = known_corpus(workspace, target);
    for path in [&short, &new] {
        if path.is_dir() {
            fs::remove_dir_all(path).map_err(Error::io("remove", path))?;
        }
    }
    for path in [&known, &short, &new] {
        fs::create_dir_all(path).map_err(Error::io("create", path))?;
    }
    for (length, path) in by_length(&corpus)? {
        if let (Some(name), true) = (path.file_name(), length <= LONGEST_KEPT) {
            fs::copy(&path, short.join(name)).map_err(Error::io("copy", &path))?;
        }
    }
    // What the seeds and the repository reach comes first, so that only what is new beside them is new.
    for path in [&known, &seeds] {
        for (_, input) in by_length(path)? {
            if let Some(name) = input.file_name() {
                fs::copy(&input, new.join(name)).map_err(Error::io("copy", &input))?;
            }
        }
    }
    let before: Vec<PathBuf> = by_length(&new)?.into_iter().map(|(_, path)| path).collect();
    let mut merge = process::command(&program(workspace, target.name)?, &workspace.root);
    merge.args(["-merge=1", "-timeout=10", "-rss_limit_mb=1024"]);
    log.run(merge.arg(format!("-max_len={}", target.longest)).arg(&new).arg(&short))?;

    let mut held: u64 = by_length(&known)?.iter().map(|(length, _)| length).sum();
    let mut added = 0;
    for (length, path) in by_length(&new)? {
        if before.contains(&path) {
            continue;
        }
        held += length;
        if held > MOST_KEPT {
            break;
        }
        if let Some(name) = path.file_name() {
            fs::copy(&path, known.join(name)).map_err(Error::io("copy", &path))?;
            added += 1;
        }
    }
    Ok(format!(
        "{:<14} {added:>9} inputs added to {}",
        target.name,
        workspace.shown(&known)
    ))
}

/// The files of a folder, the shortest first, with their lengths.
fn by_length(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let length = entry.metadata().map_err(Error::io("read", &entry.path()))?.len();
        files.push((length, entry.path()));
    }
    files.sort();
    Ok(files)
}

/// Copies the fixtures that a target begins with, so that libFuzzer reads nothing else.
fn copy_fixtures(workspace: &Workspace, target: &Target, seeds: &Path) -> Result<(), Error> {
    let fixtures = workspace.root.join("core/tests/fixtures/import");
    for entry in fs::read_dir(&fixtures).map_err(Error::io("read", &fixtures))?.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if target
            .fixtures
            .iter()
            .any(|(start, end)| text.starts_with(start) && text.ends_with(end))
        {
            let copy = seeds.join(&name);
            fs::copy(entry.path(), &copy).map_err(Error::io("write", &copy))?;
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<usize, Error> {
    Ok(fs::read_dir(folder).map_err(Error::io("read", folder))?.count())
}

fn value_after<'a>(lines: &'a [String], start: &str) -> Option<&'a str> {
    lines
        .iter()
        .rev()
        .find_map(|line| line.strip_prefix(start))
        .map(str::trim)
}

/// What the target said: the panic's message, on the line after its place, or libFuzzer's own.
fn what_failed(lines: &[String]) -> Option<String> {
    let panicked = lines.iter().position(|line| line.contains("panicked at"));
    let message = panicked.and_then(|index| lines.get(index..(index + 4).min(lines.len())));
    message
        .map(|lines| lines.join(" "))
        .or_else(|| lines.iter().find(|line| line.contains("ERROR: libFuzzer")).cloned())
}

/// The command that runs the failing input alone, or says which input libFuzzer stopped at.
fn again(workspace: &Workspace, program: &Path, lines: &[String]) -> String {
    let input = lines
        .iter()
        .rev()
        .find_map(|line| line.split_once("Test unit written to "))
        .map(|(_, path)| path.trim());
    match input {
        Some(input) => format!("{} {}", workspace.shown(program), workspace.shown(Path::new(input))),
        None => workspace.shown(program).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_message_and_its_input() {
        let lines = [
            "#2 INITED cov: 20",
            "thread '<unnamed>' panicked at src/loaded.rs:20:9:",
            "log-odds NaN",
            "==7== ERROR: libFuzzer: deadly signal",
            "artifact_prefix='/x/'; Test unit written to /x/crash-1",
        ]
        .map(str::to_owned);
        let what = what_failed(&lines).unwrap();
        assert!(what.contains("loaded.rs:20:9: log-odds NaN"), "{what}");
        let workspace = Workspace {
            root: "/x".into(),
            target: "/x/target".into(),
            cache: "/c".into(),
        };
        assert_eq!(
            again(&workspace, Path::new("/x/target/onnx"), &lines),
            "target/onnx crash-1"
        );
        assert_eq!(what_failed(&lines[3..]).unwrap(), lines[3]);
        assert_eq!(value_after(&["stat::a: 12".to_owned()], "stat::a:"), Some("12"));
    }

    /// What is not there would change unseen.
    #[test]
    fn every_source_of_the_targets_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for source in SOURCES {
            assert!(root.join(source).exists(), "{source}");
        }
    }

    /// A target that is missing here would never run.
    #[test]
    fn every_program_of_the_crate_is_a_target() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/targets");
        let mut found: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        let mut known = TARGETS.map(|target| target.name.to_owned());
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }
}
