//! What README, guides and the map say, held to what is there: their commands run, and the paths that they name exist.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Folder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(paper: &str) -> String {
    std::fs::read_to_string(root().join(paper)).unwrap()
}

/// The shell blocks of a paper: what stands between a line of three backticks and `sh`, and the next of three backticks.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (&mut open, line) {
            (None, "```sh") => open = Some(String::new()),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some(block), line) => block.extend([line, "\n"]),
            (None, _) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Runs the blocks of a paper one after the other, in one empty folder, as a reader would who begins at its top.
fn run(paper: &str) {
    let folder = Folder::empty();
    let binary = Path::new(env!("CARGO_BIN_EXE_candor")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(binary.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap();
    let blocks = blocks(&text(paper));
    assert!(!blocks.is_empty(), "{paper} has no block of shell commands");
    for block in blocks {
        let mut shell = Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", &block])
            .current_dir(folder.path(""));
        let ended = shell.env("PATH", &path).output().unwrap();
        assert!(
            ended.status.success(),
            "{paper}: a block ends with {}\n{block}\n{}\n{}",
            ended.status,
            String::from_utf8_lossy(&ended.stdout),
            String::from_utf8_lossy(&ended.stderr)
        );
    }
}

#[test]
fn the_commands_of_the_readme_run() {
    run("README.md");
}

#[test]
fn the_commands_of_the_analysts_guide_run() {
    run("docs/guide/analyst.md");
}

#[test]
fn the_commands_of_the_integrators_guide_run() {
    run("docs/guide/integrator.md");
}

#[test]
fn the_commands_of_the_operators_guide_run() {
    run("docs/guide/operator.md");
}

#[test]
fn the_commands_of_the_advisors_guide_run() {
    run("docs/guide/advisor.md");
}

/// A map that names what is not there misleads more than none.
#[test]
fn the_paths_that_the_map_names_exist() {
    let map = text("ARCHITECTURE.md");
    let is_path = |word: &&str| {
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        plain && word.contains('/') && !word.starts_with(['/', '.'])
    };
    let named: Vec<&str> = map.split('`').skip(1).step_by(2).filter(is_path).collect();
    assert!(named.len() > 100, "{} paths are few for a map", named.len());
    let gone: Vec<&&str> = named.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md names what is not there: {gone:?}");
}

#[test]
fn links_between_papers_lead_somewhere() {
    let mut papers = vec!["README.md".to_owned(), "ARCHITECTURE.md".to_owned()];
    for folder in ["docs/guide", "docs/decisions"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        let names = entries.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        papers.extend(names.filter(|name| name.ends_with(".md")));
    }
    for paper in &papers {
        let text = text(paper);
        let beside = root().join(paper).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.contains(char::is_whitespace) {
                continue;
            }
            assert!(
                beside.join(file).exists(),
                "{paper} links to {link}, which is not there"
            );
        }
    }
}

#[test]
fn papers_for_a_minute_stay_short() {
    for (paper, most) in [("README.md", 150), ("ARCHITECTURE.md", 220)] {
        let lines = text(paper).lines().count();
        assert!(
            lines <= most,
            "{paper} has {lines} lines, and {most} are what a reader has time for"
        );
    }
}
