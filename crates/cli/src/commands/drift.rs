//! `candor drift`.

use std::path::{Path, PathBuf};

use candor_core::artifact::Population;
use candor_core::records::application_schema;
use candor_core::{Language, Scorer};
use candor_native::{AllCores, destination, folder_of, write_files};
use candor_portfolio::drift::figures::{Change, FieldFigures, Figures};
use candor_portfolio::drift::{Clients, Reference, compare};
use candor_portfolio::table::ColumnRules;
use candor_report::drift_page;
use candor_tables::{RelatedTables, any_table, read_clients};
use clap::{Args, ValueEnum};

use super::model::{Loaded, Trust};
use super::progress::bar;
use super::related::{has_results, tell};
use super::scoring::application_table;
use super::{Answer, json_file, print, print_json};
use crate::error::Error;

/// Compare clients with those that the model was trained on: which fields, and do the scores, drift?
///
/// The model file keeps what is needed of its training, field by field and without any client's row, so that no training
/// table has to be at hand. Every field is compared by its stability index (PSI of the score, CSI of fields: below 0.1
/// stable, up to 0.25 to watch, above to act on) and tested; fields are ordered by importance for the score times index.
///
/// Three systems of verdicts stand side by side. Candor: changed by more than chance, corrected for the number of fields
/// (at most 5 % of tables that have not changed raise an alarm), and by an index of 0.1 or more. Bank: the index as it
/// stands. Evidently 0.7: what it would decide with its defaults, under its own names; from the model file alone its
/// distances of numbers are known up to bounds, which are shown, and with --reference they are its own figures.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor drift --model model.candor --current 2026-10.csv
  candor drift --model model.candor --current 2026-10.csv --output drift.html --output drift.json
  candor drift --model model.candor --current 2026-10.csv --reference 2026-09.csv
  candor drift --model model.candor --current 2026-10.csv --json | jq .verdict
  candor synth --clients 2000 --drift sudden --output shifted  (a case to try it with)

Scores of the clients that the model was trained on are more extreme than any new clients': do not make their table the
reference; the model file keeps scores of clients that it had not seen.

Exit code: 0 no drift, 1 drift (by Candor's rule, or by the one of --decide), 2 could not run.")]
pub(super) struct Drift {
    /// Model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Table of current clients (.csv, .csv.gz, .parquet), or a folder with their tables.
    #[arg(long, value_name = "FILE")]
    current: PathBuf,
    /// Table of clients to compare with, instead of what the model file keeps of its training.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// File to write the figures to: .html for people, .json for machines; may be given once for each.
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Print the figures as JSON instead of the table.
    #[arg(long)]
    json: bool,
    /// Whose verdict on the whole table the exit code tells.
    #[arg(long, value_name = "RULE", default_value = "candor")]
    decide: Rule,
    /// Language of the page.
    #[arg(long, value_name = "LANGUAGE", value_parser = super::languages(), default_value = Language::En.code())]
    language: Language,
    /// Rows of the table on the terminal; 0 for all.
    #[arg(long, value_name = "ROWS", default_value_t = 15)]
    top: usize,
    #[command(flatten)]
    columns: ColumnRules,
    /// Replace output files that are there.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    /// Fields or scores that changed by more than chance and by an index of 0.1 or more.
    Candor,
    /// Half of the columns, by its own tests.
    Evidently,
}

impl Drift {
    pub(super) fn run(self) -> Result<Answer, Error> {
        self.check_outputs()?;
        let Loaded { scorer, digest, .. } = self.trust.load(&self.model)?;
        let reference = self.reference(&scorer)?;
        let current = self.clients(&scorer, &self.current)?;
        let figures = compare(
            &scorer,
            &digest,
            &reference,
            &current,
            &file_name(&self.current),
            &AllCores,
        );
        let mut files = Vec::new();
        for path in &self.output {
            let bytes = if is_html(path) {
                drift_page(&figures, self.language).into_bytes()
            } else {
                json_file(path, &figures)?
            };
            files.push((path.clone(), bytes));
        }
        write_files(&files, self.force)?;
        if self.json {
            print_json(&figures)?;
        } else {
            let mut lines = summary(&figures, if self.top == 0 { usize::MAX } else { self.top });
            let written = files
                .iter()
                .map(|(path, bytes)| (path.display(), bytes.len().div_ceil(1000)));
            lines.extend(written.map(|(path, size)| format!("Written: {path} ({size} KB).")));
            print(&lines.join("\n"))?;
        }
        let drift = match self.decide {
            Rule::Candor => figures.verdict.candor.drift,
            Rule::Evidently => figures.verdict.evidently.drift,
        };
        Ok(if drift { Answer::No } else { Answer::Yes })
    }

    /// What would end a long comparison in a refusal is found before it begins.
    fn check_outputs(&self) -> Result<(), Error> {
        for (place, path) in self.output.iter().enumerate() {
            let problem = if !is_html(path) && path.extension().is_none_or(|extension| extension != "json") {
                format!("--output {}: name it .html or .json", path.display())
            } else if self.output.iter().take(place).any(|other| other == path) {
                format!("--output {} is given twice; leave one out", path.display())
            } else {
                destination(path, self.force)?;
                continue;
            };
            return Err(Error::Usage { problem });
        }
        Ok(())
    }

    fn reference(&self, scorer: &Scorer) -> Result<Reference, Error> {
        if let Some(path) = &self.reference {
            let clients = self.clients(scorer, path)?;
            return Ok(Reference {
                file: Some(file_name(path)),
                population: clients.population(scorer, &AllCores),
                clients: Some(clients),
            });
        }
        let model = self.model.display();
        let Some(packed) = &scorer.model().population else {
            let problem = format!(
                "{model} keeps nothing of the clients it was trained on: it was imported, or made by an older Candor; name a \
                 table to compare with (--reference FILE), or train it again"
            );
            return Err(Error::Usage { problem });
        };
        let Some(population) = Population::unpack(packed, scorer.schema()) else {
            let problem = format!(
                "{model}: what it keeps of its training population cannot be read by this Candor; use the one that made it, or \
                 name a table to compare with (--reference FILE)"
            );
            return Err(Error::Usage { problem });
        };
        Ok(Reference {
            file: None,
            population,
            clients: None,
        })
    }

    /// The clients of a table, with what their related records say where they stand beside it.
    fn clients(&self, scorer: &Scorer, path: &Path) -> Result<Clients, Error> {
        let model = scorer.model();
        let Some(records) = &model.records else {
            return Ok(read_clients(path, &model.schema, self.columns)?);
        };
        let table = application_table(path, &model.schema.table)?;
        let folder = folder_of(&table);
        if table == Path::new("-")
            || !any_table(folder, records)
            || has_results(&table, records, &model.schema, self.columns)?
        {
            return Ok(read_clients(&table, &model.schema, self.columns)?);
        }
        let own = application_schema(&model.schema, Some(records));
        let mut clients = read_clients(&table, &own, self.columns)?;
        let rows = bar(None, "Reading");
        let notation = self.columns.notation;
        let mut tables = RelatedTables::read(folder, records, &clients.ids, notation, &|table, count| {
            tell(&rows, table, count);
        })?;
        let fields = model.schema.fields.len();
        tables.fill(&mut clients.applications, fields, &|_| {});
        clients.unfit.resize_with(fields, Default::default);
        rows.finish_and_clear();
        Ok(clients)
    }
}

fn is_html(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "html")
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The verdicts, and the first `top` fields.
fn summary(figures: &Figures, top: usize) -> Vec<String> {
    let drift = |is: bool| if is { "drift" } else { "no drift" };
    let (candor, evidently) = (&figures.verdict.candor, &figures.verdict.evidently);
    let mut lines = vec![
        format!(
            "{} clients of {} compared with {} of {}",
            figures.rows_now,
            figures.current,
            figures.rows_before,
            figures
                .reference
                .as_deref()
                .unwrap_or("training (kept in the model file)")
        ),
        format!(
            "  Candor       {:<9} {} of {} fields tested{}; chance of a false alarm at most {} %",
            drift(candor.drift),
            candor.fields,
            candor.tested,
            if candor.score { ", and the scores" } else { "" },
            100.0 * candor.rate
        ),
        format!(
            "  Bank         {:<9} {} fields to watch, {} to act on",
            figures.verdict.bank.score.map_or("–", reading),
            figures.verdict.bank.watch,
            figures.verdict.bank.act
        ),
        format!(
            "  Evidently    {:<9} {} of {} columns ({:.1} %, drift from {:.0} % on){}",
            drift(evidently.drift),
            evidently.drifted_columns,
            evidently.columns,
            100.0 * evidently.share,
            100.0 * evidently.threshold,
            if evidently.certain { "" } else { "; not certain" }
        ),
        String::new(),
        format!(
            "{:<32} {:>10} {:>8} {:<7} {:>9} {:<9} {:>13} Evidently",
            "", "importance", "index", "bank", "p (Holm)", "Candor", "missing"
        ),
    ];
    if let Some(score) = &figures.score {
        let decision = score.evidently_probability.as_ref();
        lines.push(format!(
            "{:<32} {:>10} {} {:>13} {}",
            "score",
            "",
            cells(&score.change),
            "",
            decision.map_or_else(String::new, evidently_cell)
        ));
    }
    lines.extend(figures.fields.iter().take(top).map(field_line));
    let left = figures.fields.len().saturating_sub(top);
    if left > 0 {
        lines.push(format!("and {left} more fields (--top 0 shows all)"));
    }
    if let Some(score) = &figures.score {
        lines.push(format!(
            "\nMean probability {:.2} % → {:.2} %, approved {:.1} % → {:.1} %",
            100.0 * score.mean_probability_before,
            100.0 * score.mean_probability_now,
            100.0 * score.approved_before,
            100.0 * score.approved_now
        ));
    }
    for field in figures.fields.iter().filter(|field| !field.new_levels.is_empty()) {
        let most: Vec<String> = field
            .new_levels
            .iter()
            .take(3)
            .map(|new| format!("'{}' ({})", new.level, new.rows))
            .collect();
        let more = field.new_levels.len().saturating_sub(most.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        lines.push(format!(
            "{}: levels unknown to the model: {}{more}",
            field.input.name,
            most.join(", ")
        ));
    }
    lines.extend(figures.gaps.iter().map(|gap| gap.en.clone()));
    lines
}

fn reading(stability: candor_core::stats::Stability) -> &'static str {
    use candor_core::stats::Stability;
    match stability {
        Stability::Stable => "stable",
        Stability::Watch => "watch",
        Stability::Act => "act",
    }
}

fn cells(change: &Change) -> String {
    let p_value = change
        .adjusted_p_value
        .map_or_else(|| "–".to_owned(), |p| format!("{p:.2e}"));
    format!(
        "{:>8.4} {:<7} {p_value:>9} {:<9}",
        change.index,
        reading(change.reading),
        if change.drifted { "drift" } else { "no drift" }
    )
}

fn evidently_cell(decision: &candor_portfolio::drift::evidently::Decision) -> String {
    let sure = if decision.certain { "" } else { "?" };
    let verdict = if decision.drifted { "drift" } else { "no drift" };
    format!(
        "{:<9} {} {:.4}",
        format!("{verdict}{sure}"),
        decision.test.name(),
        decision.score.value
    )
}

fn field_line(field: &FieldFigures) -> String {
    let missing = format!("{:.1}→{:.1} %", 100.0 * field.missing_before, 100.0 * field.missing_now);
    let decision = field.evidently.as_ref();
    format!(
        "{:<32} {:>8.1} % {} {missing:>13} {}",
        field.input.name,
        100.0 * field.importance,
        cells(&field.change),
        decision.map_or_else(String::new, evidently_cell)
    )
}
