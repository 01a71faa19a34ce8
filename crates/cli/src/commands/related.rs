//! What the command line says of related tables, and where a command finds them.

use std::path::{Path, PathBuf};

use candor_core::records::application_schema;
use candor_core::{Records, Schema};
use candor_definition::Error as DefinitionError;
use candor_definition::{Definition, DefinitionFiles, PolicyFile};
use candor_portfolio::Data;
use candor_portfolio::table::{ColumnRules, OutcomeWords};
use candor_tables::{Quality, add_records, any_table, holds_any};
use clap::Args;
use indicatif::ProgressBar;

use super::progress::bar;
use crate::error::Error;

/// Which related tables training reads.
#[derive(Debug, Args)]
pub(super) struct RelatedOptions {
    /// Leave out the related tables (bureau, previous_application …), even where the folder has them.
    #[arg(long)]
    application_only: bool,
    /// Folder with definitions of related tables (a .toml file each) instead of the built-in ones.
    #[arg(long, value_name = "DIR", conflicts_with = "application_only")]
    tables: Option<PathBuf>,
}

impl RelatedOptions {
    /// The definition files, unless they are not asked for.
    pub(super) fn files(&self) -> Result<Option<DefinitionFiles>, Error> {
        match &self.tables {
            _ if self.application_only => Ok(None),
            Some(folder) => Ok(Some(DefinitionFiles::of_folder(folder)?)),
            None => Ok(Some(DefinitionFiles::built_in())),
        }
    }

    /// The definition for `data`: with related records where it is a folder that has their tables, or a client table
    /// that has their features as columns.
    pub(super) fn compile(
        &self,
        (file, text): (&str, &str),
        policy: &PolicyFile,
        data: &Path,
        rules: ColumnRules,
    ) -> Result<Definition, Error> {
        if let Some(files) = self.files()? {
            let with = Definition::compile_with(file, text, Some(&files), policy);
            let suits = with
                .as_ref()
                .ok()
                .and_then(|with| Some((with.records.as_ref()?, &with.schema)));
            let there = match suits {
                Some((records, schema)) => {
                    any_table(data, records) || data.is_file() && has_results(data, records, schema, rules)?
                }
                // What does not suit is told, unless there is nothing that it would be needed for.
                None => self.tables.is_some() || holds_any(data, files.tables()),
            };
            if there {
                return Ok(with.map_err(unsuitable)?);
            }
        }
        Ok(Definition::compile(file, text, policy)?)
    }
}

/// What to do about built-in definitions that do not suit the analyst's own.
fn unsuitable(error: DefinitionError) -> DefinitionError {
    match error {
        DefinitionError::Definition {
            file,
            line,
            column,
            problem,
        } if file.ends_with("(built in)") => DefinitionError::Definition {
            file,
            line,
            column,
            problem: format!(
                "{problem}; describe the related tables yourself (--tables DIR), or leave them out (--application-only)"
            ),
        },
        other => other,
    }
}

/// Whether a client table has features of related records as columns.
pub(super) fn has_results(path: &Path, records: &Records, schema: &Schema, rules: ColumnRules) -> Result<bool, Error> {
    let first = schema.fields.len().saturating_sub(records.output_count());
    let names = candor_tables::header(path, None, rules.notation)?;
    Ok(schema.fields[first..].iter().any(|field| names.contains(&field.name)))
}

/// Reads `table` of the folder or file `data` for a `purpose` that errors name, with what related records say.
pub(super) fn read_data(
    purpose: &str,
    (data, table): (&Path, &Path),
    (schema, records): (&Schema, Option<&Records>),
    words: Option<&OutcomeWords>,
    rules: ColumnRules,
    kept: &[String],
) -> Result<(Data, Vec<Quality>), Error> {
    let related = records.filter(|records| any_table(data, records));
    let own = application_schema(schema, related);
    let rows = bar(None, "Reading clients");
    let mut read = candor_tables::read_data(purpose, table, &own, words, rules, kept, &mut |count| {
        rows.set_position(count as u64);
    })?;
    let quality = match related {
        Some(records) => {
            let told = |table: &str, count| tell(&rows, table, count);
            add_records(&mut read, data, records, schema.fields.len(), rules, &told)?
        }
        None => Vec::new(),
    };
    rows.finish_and_clear();
    Ok((read, quality))
}

/// Shows which table is being read, or that features are made of what was read.
pub(super) fn tell(bar: &ProgressBar, table: &str, count: u64) {
    if table.is_empty() {
        bar.set_message("Making features");
    } else {
        bar.set_message(format!("Reading {table}"));
    }
    bar.inc(count);
}
