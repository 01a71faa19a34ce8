//! The command line, as `cargo xtask bench` writes it: pairs of a name and a value.

use crate::lineup::EVERYONE;
use std::path::PathBuf;

/// What the measuring is told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The models and rows, as `prepare.py` made them.
    pub models: PathBuf,
    /// Where table, charts and raw data go.
    pub output: PathBuf,
    /// Where contenders' standard errors go.
    pub logs: PathBuf,
    /// The programs of the contenders.
    pub scripts: PathBuf,
    /// Where NAME.failed says why a library could not be installed.
    pub failures: PathBuf,
    pub python: PathBuf,
    pub node: PathBuf,
    /// `node_modules` with the peers' packages.
    pub packages: PathBuf,
    /// The npm package of Candor.
    pub npm: PathBuf,
    /// Rounds in which everyone has a turn.
    pub rounds: usize,
    /// A smoke test: everything once or twice.
    pub quick: bool,
    /// Only these contenders and Candor; empty means everyone.
    pub only: Vec<String>,
}

impl Options {
    /// Reads `--name value` pairs; `--quick` stands alone.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            rounds: 40,
            ..Self::default()
        };
        while let Some(name) = words.next() {
            if name == "--quick" {
                options.quick = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{name} wants a value"))?;
            let path = PathBuf::from(&value);
            match name.as_str() {
                "--models" => options.models = path,
                "--output" => options.output = path,
                "--logs" => options.logs = path,
                "--scripts" => options.scripts = path,
                "--failures" => options.failures = path,
                "--python" => options.python = path,
                "--node" => options.node = path,
                "--packages" => options.packages = path,
                "--npm" => options.npm = path,
                "--rounds" => {
                    let rounds = value.parse().ok().filter(|rounds| *rounds > 0);
                    options.rounds = rounds.ok_or_else(|| format!("--rounds wants a number above 0, not `{value}`"))?;
                }
                "--only" => {
                    options.only = value.split(',').map(str::to_owned).collect();
                    let unknown = |name: &&String| !EVERYONE.iter().any(|contender| contender.name == **name);
                    if let Some(name) = options.only.iter().find(unknown) {
                        let known = EVERYONE.map(|contender| contender.name).join(", ");
                        return Err(format!("there is no contender `{name}`; there are: {known}"));
                    }
                }
                _ => return Err(format!("there is no option {name}")),
            }
        }
        Ok(options)
    }
}
