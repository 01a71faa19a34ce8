//! What `score` and `explain` share: loading a model, reading applications in chunks, writing a row for each.

use std::path::{Path, PathBuf};

use candor_core::records::application_schema;
use candor_core::{Application, Model, Records, Scorer};
use candor_native::destination;
use candor_portfolio::Error as ReadError;
use candor_portfolio::error::describe;
use candor_portfolio::table::{ColumnRules, Format, Record, Request};
use candor_tables::Error as TableError;
use candor_tables::{Cell, Column, ColumnType, Quality, RelatedTables, TableWriter, any_table};
use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::model::{Loaded, Trust};
use super::progress::bar;
use super::related::{has_results, tell};
use crate::error::Error;

/// Where applications come from.
#[derive(Debug, Args)]
pub(super) struct Applications {
    /// Table of applications (.csv, .csv.gz, .jsonl, .parquet), a folder with their tables, or - for standard input.
    ///
    /// JSON lines may nest related records: {"AMT_CREDIT": 450000, "bureau": [{"DAYS_CREDIT": -300, …}], …}.
    #[arg(long, value_name = "FILE")]
    pub(super) input: PathBuf,
    /// Folder with the tables of related records, for a model that reads them; the input's own folder unless said
    /// otherwise. Not needed for a client table as candor features writes it.
    #[arg(long, value_name = "DIR")]
    pub(super) records: Option<PathBuf>,
    /// Format of the input, when its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    pub(super) input_format: Option<Format>,
    #[command(flatten)]
    pub(super) columns: ColumnRules,
}

/// Applications in, a row for each out.
#[derive(Debug, Args)]
pub(super) struct Scoring {
    /// Model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    applications: Applications,
    /// Where results go (.csv, .csv.gz, .jsonl, .parquet), or - for standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Format of the output, when its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// When a row cannot be scored: stop, or write its row with the reason in the column `error`.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    bad_rows: BadRows,
    /// Replace the output file if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BadRows {
    /// Stop with an error that names the line and the field; no file is written.
    Fail,
    /// Write the reason, and score the others.
    Report,
}

/// Rows scored at once, on all cores.
const CHUNK: usize = 4096;

impl Applications {
    /// Tells `visit` of every application, with what its related records say.
    pub(super) fn read(
        &self,
        scorer: &Scorer,
        visit: &mut dyn FnMut(Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Model { schema, records, .. } = scorer.model();
        let input = match records {
            Some(_) => application_table(&self.input, &schema.table)?,
            None => self.input.clone(),
        };
        let Some((records, folder)) = self.related(&input, scorer)? else {
            let request = Request::of_applications(schema, records.as_ref(), self.columns);
            return candor_tables::read(&input, self.input_format, &request, visit);
        };
        let own = application_schema(schema, Some(records));
        let mut read = Vec::new();
        let request = Request::of_applications(&own, None, self.columns);
        candor_tables::read(&input, self.input_format, &request, &mut |record| {
            read.push(record);
            Ok::<(), Error>(())
        })?;
        let ids: Vec<String> = read.iter().map(|record| record.id.clone()).collect();
        let rows = bar(None, "Reading");
        let mut tables = RelatedTables::read(&folder, records, &ids, self.columns.notation, &|table, count| {
            tell(&rows, table, count);
        })?;
        rows.finish_and_clear();
        let positions: Vec<usize> = (0..ids.len()).collect();
        let mut read = read.into_iter();
        for chunk in positions.chunks(CHUNK) {
            let values = tables.run(chunk, &|_| {});
            for values in values.chunks_exact(records.output_count().max(1)) {
                let Some(mut record) = read.next() else { break };
                if let Ok(application) = &mut record.application {
                    extend(application, values);
                }
                visit(record)?;
            }
        }
        // The scores may go to standard output.
        for line in tables.quality.iter().flat_map(Quality::remarks) {
            eprintln!("{line}");
        }
        Ok(())
    }

    /// The records that the model reads and the folder of their tables; `None` where the input has what they say already.
    fn related<'a>(&self, input: &Path, scorer: &'a Scorer) -> Result<Option<(&'a Records, PathBuf)>, Error> {
        let model = scorer.model();
        let Some(records) = &model.records else {
            return match &self.records {
                None => Ok(None),
                Some(_) => Err(Error::Usage {
                    problem: "--records: the model reads no related records; leave it out".into(),
                }),
            };
        };
        if let Some(folder) = &self.records {
            if any_table(folder, records) {
                return Ok(Some((records, folder.clone())));
            }
            let first = records.tables.first().map_or("", |table| &table.name);
            return Err(TableError::NoTable {
                folder: folder.clone(),
                table: first.to_owned(),
            }
            .into());
        }
        let beside = match input.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let plain = input == Path::new("-") || Format::of(input, self.input_format)? == Format::Jsonl;
        if plain || !any_table(beside, records) || has_results(input, records, &model.schema, self.columns)? {
            return Ok(None);
        }
        Ok(Some((records, beside.to_owned())))
    }
}

/// What is done before the results of some applications are written, such as putting the decisions on record.
pub(super) type BeforeWriting<'a> = dyn FnMut(&[Record]) -> Result<(), Error> + 'a;

impl Scoring {
    pub(super) fn load(&self) -> Result<Loaded, Error> {
        self.trust.load(&self.model)
    }

    /// Where the model is from.
    pub(super) fn model_path(&self) -> &Path {
        &self.model
    }

    /// All applications of another table that is read by the same rules.
    pub(super) fn applications(&self, scorer: &Scorer, path: &Path) -> Result<Vec<Application>, Error> {
        let mut applications = Vec::new();
        let Model { schema, records, .. } = scorer.model();
        let request = Request::of_applications(schema, records.as_ref(), self.applications.columns);
        candor_tables::read(path, None, &request, &mut |record| {
            let application = record.application;
            applications.push(application.map_err(|errors| Error::fields(path, record.line, &errors))?);
            Ok::<(), Error>(())
        })?;
        Ok(applications)
    }

    /// Reads all applications and writes `id`, then the cells that `row` makes of each, under `columns`.
    pub(super) fn run(
        self,
        scorer: &Scorer,
        columns: Vec<Column>,
        row: impl Fn(&Application) -> Vec<Cell> + Sync,
    ) -> Result<(), Error> {
        self.run_long(scorer, columns, CHUNK, &mut |_| Ok(()), |application| {
            vec![row(application)]
        })
    }

    /// As [`run`](Self::run), with any number of rows for each application; `at_once` applications are held in memory, and
    /// `before_writing` hears of them first.
    pub(super) fn run_long(
        self,
        scorer: &Scorer,
        columns: Vec<Column>,
        at_once: usize,
        before_writing: &mut BeforeWriting<'_>,
        rows: impl Fn(&Application) -> Vec<Vec<Cell>> + Sync,
    ) -> Result<(), Error> {
        let width = columns.len();
        let reports = self.bad_rows == BadRows::Report;
        let mut all = vec![Column::new("id", ColumnType::Text)];
        all.extend(columns);
        all.extend(reports.then(|| Column::new("error", ColumnType::Text)));
        // A wrong destination is told before anything is read, and nothing is written, not even to standard output,
        // before the first rows are scored.
        Format::of(&self.output, self.format)?;
        if self.output != Path::new("-") {
            destination(&self.output, self.force)?;
        }
        let create = || TableWriter::create(&self.output, self.format, self.force, all.clone());
        let mut writer: Option<TableWriter> = None;

        let lines = |record: &Record| -> Result<Vec<Vec<Cell>>, Error> {
            let id = || Cell::Text(record.id.clone());
            match &record.application {
                Ok(application) => {
                    let lines = rows(application).into_iter();
                    let whole = |cells| {
                        [id()]
                            .into_iter()
                            .chain(cells)
                            .chain(reports.then_some(Cell::Empty))
                            .collect()
                    };
                    Ok(lines.map(whole).collect())
                }
                Err(errors) if reports => {
                    let mut cells = vec![id()];
                    cells.resize(1 + width, Cell::Empty);
                    cells.push(Cell::Text(describe(errors)));
                    Ok(vec![cells])
                }
                Err(errors) => {
                    let problem = format!(
                        "{}; correct the row, or pass --bad-rows report to score the others",
                        describe(errors)
                    );
                    Err(ReadError::row(&self.applications.input, record.line, problem).into())
                }
            }
        };
        let bar = bar(None, "Rows");
        let mut write_chunk = |chunk: &mut Vec<Record>| -> Result<(), Error> {
            let rows: Vec<Result<Vec<Vec<Cell>>, Error>> = chunk.par_iter().map(lines).collect();
            // The first row at fault is named, whichever thread came upon one first.
            let rows = rows.into_iter().collect::<Result<Vec<_>, Error>>()?;
            before_writing(chunk)?;
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(create()?),
            };
            for cells in rows.into_iter().flatten() {
                writer.write(&cells)?;
            }
            bar.inc(chunk.len() as u64);
            chunk.clear();
            Ok(())
        };
        let mut chunk = Vec::with_capacity(at_once);
        self.applications.read(scorer, &mut |record| {
            chunk.push(record);
            if chunk.len() == at_once {
                write_chunk(&mut chunk)
            } else {
                Ok(())
            }
        })?;
        write_chunk(&mut chunk)?;
        bar.finish_and_clear();
        Ok(writer.map_or(Ok(()), TableWriter::finish)?)
    }
}

/// What keeps a policy from being recorded, which no policy of a model file brings about.
pub(super) fn unrecordable(error: serde_json::Error) -> Error {
    Error::Usage {
        problem: format!("the model's policy cannot be recorded: {error}"),
    }
}

/// The table of applications in a folder; a file is one itself.
pub(super) fn application_table(input: &Path, table: &str) -> Result<PathBuf, Error> {
    if !input.is_dir() {
        return Ok(input.to_owned());
    }
    let names = [table.to_owned(), format!("{table}_test"), format!("{table}_train")];
    let mut found: Vec<PathBuf> = names
        .iter()
        .filter_map(|name| candor_tables::find(input, name).ok())
        .collect();
    match (found.pop(), found.pop()) {
        (Some(path), None) => Ok(path),
        (None, _) => Err(TableError::NoTable {
            folder: input.to_owned(),
            table: table.to_owned(),
        }
        .into()),
        (Some(one), Some(other)) => Err(Error::Usage {
            problem: format!(
                "{} holds {} and {}; name one of them as the input",
                input.display(),
                other.display(),
                one.display()
            ),
        }),
    }
}

/// Puts the fields that records fill behind those of the application.
fn extend(application: &mut Application, values: &[f64]) {
    let first = application.values().len();
    application.resize(first + values.len());
    for (position, &value) in values.iter().enumerate() {
        application.set_stored(first + position, value);
    }
}
