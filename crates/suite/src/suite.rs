//! The cases of a folder and its models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use toml_edit::{Document, DocumentMut};

use crate::accept::accept;
use crate::case::Case;
use crate::difference::{Difference, differences};
use crate::model::Blueprint;
use crate::outcome::Outcome;
use crate::problem::{Problem, Source, meant};

/// Where the models are, below the suite's folder.
const MODELS: &str = "models";

/// All cases and models.
#[derive(Debug, Clone)]
pub struct Suite {
    folder: PathBuf,
    /// The files of cases, by name.
    pub files: Vec<CaseFile>,
    /// The models' texts by their names.
    models: BTreeMap<String, String>,
}

/// A file of cases.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// Its name, such as `decisions.toml`.
    pub name: String,
    text: String,
    /// What it holds, or what is wrong with it.
    pub cases: Result<Vec<Case>, Problem>,
}

/// A case and the file that it is in.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The file.
    pub file: &'a CaseFile,
    /// Position in the file.
    pub index: usize,
    /// The case.
    pub case: &'a Case,
}

/// What happened to a file while what came was written.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    /// Cases that were changed.
    pub changed: Vec<String>,
    /// Cases that ask for what cannot be told; they are left as they are.
    pub problems: Vec<Problem>,
}

impl Suite {
    /// Reads a folder: its `*.toml` are cases, those in `models/` models. A file that is wrong is kept with its problem, so
    /// that the others can run.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut models = BTreeMap::new();
        for (name, text) in texts(&folder.join(MODELS))? {
            models.insert(name.trim_end_matches(".toml").to_owned(), text);
        }
        let mut seen = BTreeMap::new();
        let files = texts(folder)?.into_iter().map(|(name, text)| {
            let source = Source {
                file: &name,
                text: &text,
            };
            let cases = read_cases(source, &models, &mut seen);
            CaseFile { cases, name, text }
        });
        Ok(Self {
            files: files.collect(),
            folder: folder.to_owned(),
            models,
        })
    }

    /// Every case of a file that is right.
    pub fn cases(&self) -> impl Iterator<Item = Named<'_>> {
        self.files.iter().flat_map(|file| {
            let cases = file.cases.as_deref().unwrap_or_default();
            cases
                .iter()
                .enumerate()
                .map(move |(index, case)| Named { file, index, case })
        })
    }

    /// Runs a case; its differences, if there are any.
    ///
    /// # Errors
    /// What is wrong with the case itself.
    pub fn run(&self, named: Named<'_>) -> Result<Vec<Difference>, Problem> {
        if named.case.expect.names().next().is_none() {
            let name = &named.case.name;
            return Err(named.problem(format!(
                "\"{name}\" expects nothing; say what must come out under [case.expect], or write what comes with \
                 `cargo xtask suite \"{name}\" --accept`"
            )));
        }
        let outcome = self.outcome(named.case);
        match outcome.problem() {
            Some(problem) => Err(named.problem(format!("\"{}\": {problem}", named.case.name))),
            None => Ok(differences(&outcome)),
        }
    }

    /// Writes what came of the cases that `chosen` picks into their files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn accept(&self, chosen: impl Fn(Named<'_>) -> bool) -> io::Result<Accepted> {
        let mut accepted = Accepted::default();
        for file in &self.files {
            let Ok(mut document) = file.text.parse::<DocumentMut>() else {
                continue;
            };
            let before = accepted.changed.len();
            for named in self
                .cases()
                .filter(|named| named.file.name == file.name && chosen(*named))
            {
                let outcome = self.outcome(named.case);
                if let Some(problem) = outcome.problem() {
                    accepted
                        .problems
                        .push(named.problem(format!("\"{}\": {problem}", named.case.name)));
                } else if accept(&mut document, named.index, &outcome) {
                    accepted.changed.push(named.to_string());
                }
            }
            if accepted.changed.len() > before {
                fs::write(self.folder.join(&file.name), document.to_string())?;
            }
        }
        Ok(accepted)
    }

    fn outcome<'a>(&self, case: &'a Case) -> Outcome<'a> {
        let text = self.models.get(&case.model).map(String::as_str).unwrap_or_default();
        Outcome::of(case, Blueprint::new(&case.model, text, case.with.as_ref()))
    }
}

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = self.file.name.trim_end_matches(".toml");
        write!(formatter, "{file}: {}", self.case.name)
    }
}

impl Named<'_> {
    fn problem(&self, problem: String) -> Problem {
        Problem {
            file: self.file.name.clone(),
            line: self.case.line,
            problem,
        }
    }
}

/// Names and texts of the `*.toml` of a folder, by name.
fn texts(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|name| name.ends_with(".toml")) {
            texts.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(texts)
}

/// The cases of a file; `seen` are the names so far, with their places.
fn read_cases(
    source: Source<'_>,
    models: &BTreeMap<String, String>,
    seen: &mut BTreeMap<String, String>,
) -> Result<Vec<Case>, Problem> {
    let document = Document::parse(source.text)
        .map_err(|error| source.problem(error.span(), error.message().replace('\n', " ")))?;
    let tables = document.get("case").and_then(|item| item.as_array_of_tables());
    if let Some((key, item)) = document
        .iter()
        .find(|(key, item)| *key != "case" || !item.is_array_of_tables())
    {
        let span = document.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        return Err(source.problem(
            span,
            format!("a file of cases holds [[case]] and nothing else, not {key}"),
        ));
    }
    let mut cases = Vec::new();
    for table in tables.into_iter().flatten() {
        let case = Case::read(table, source)?;
        let here = format!("{}, line {}", source.file, case.line);
        let wrong = |problem: String| Problem {
            file: source.file.to_owned(),
            line: case.line,
            problem,
        };
        if !models.contains_key(&case.model) {
            let known = meant(&case.model, models.keys().map(String::as_str));
            return Err(wrong(format!("there is no {MODELS}/{}.toml{known}", case.model)));
        }
        if let Some(there) = seen.insert(case.name.clone(), here) {
            return Err(wrong(format!(
                "\"{}\" is the name of a case in {there}, too; give one another name",
                case.name
            )));
        }
        cases.push(case);
    }
    Ok(cases)
}
