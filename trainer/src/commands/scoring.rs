//! What `score` and `explain` share: loading a model, reading applications in chunks, writing a row for each.

use std::path::{Path, PathBuf};

use candor_core::{Application, Scorer};
use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::progress::bar;
use crate::error::{Error, describe};
use crate::output::{Cell, Column, ColumnType, TableWriter, destination};
use crate::table::{ColumnRules, Format, Record, read_records};

/// Applications in, a row for each out.
#[derive(Debug, Args)]
pub(super) struct Scoring {
    /// Model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Table of applications (.csv, .csv.gz, .jsonl, .parquet), or - for standard input.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where results go (.csv, .csv.gz, .jsonl, .parquet), or - for standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Format of the input, when its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    /// Format of the output, when its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// When a row cannot be scored: stop, or write its row with the reason in the column `error`.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    bad_rows: BadRows,
    #[command(flatten)]
    columns: ColumnRules,
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

/// Loads a model file.
///
/// # Errors
/// [`Error::Read`], [`Error::Model`].
pub(super) fn load(path: &Path) -> Result<Scorer, Error> {
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    scorer(path, &bytes)
}

/// The scorer in the `bytes` of a model file.
pub(super) fn scorer(path: &Path, bytes: &[u8]) -> Result<Scorer, Error> {
    Scorer::from_bytes(bytes).map_err(|source| Error::Model {
        path: path.to_owned(),
        source,
    })
}

impl Scoring {
    pub(super) fn load(&self) -> Result<Scorer, Error> {
        load(&self.model)
    }

    /// Where the model is from.
    pub(super) fn model_path(&self) -> &Path {
        &self.model
    }

    /// All applications of another table that is read by the same rules.
    pub(super) fn applications(&self, scorer: &Scorer, path: &Path) -> Result<Vec<Application>, Error> {
        let mut applications = Vec::new();
        read_records(path, None, scorer.schema(), self.columns, false, &mut |record| {
            let application = record.application;
            applications.push(application.map_err(|errors| Error::fields(path, record.line, &errors))?);
            Ok(())
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
        self.run_long(scorer, columns, CHUNK, |application| vec![row(application)])
    }

    /// As [`run`](Self::run), with any number of rows for each application; `at_once` applications are held in memory.
    pub(super) fn run_long(
        self,
        scorer: &Scorer,
        columns: Vec<Column>,
        at_once: usize,
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
                Err(errors) => Err(match Error::fields(&self.input, record.line, errors) {
                    Error::Row { file, line, problem } => {
                        let problem =
                            format!("{problem}; correct the row, or pass --bad-rows report to score the others");
                        Error::Row { file, line, problem }
                    }
                    other => other,
                }),
            }
        };
        let bar = bar(None, "Rows");
        let mut write_chunk = |chunk: &mut Vec<Record>| -> Result<(), Error> {
            let rows: Vec<Result<Vec<Vec<Cell>>, Error>> = chunk.par_iter().map(lines).collect();
            // The first row at fault is named, whichever thread came upon one first.
            let rows = rows.into_iter().collect::<Result<Vec<_>, Error>>()?;
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
        read_records(
            &self.input,
            self.input_format,
            scorer.schema(),
            self.columns,
            false,
            &mut |record| {
                chunk.push(record);
                if chunk.len() == at_once {
                    write_chunk(&mut chunk)
                } else {
                    Ok(())
                }
            },
        )?;
        write_chunk(&mut chunk)?;
        bar.finish_and_clear();
        writer.map_or(Ok(()), TableWriter::finish)
    }
}
