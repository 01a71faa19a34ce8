//! What the command line says to every command that learns: which related tables to read, and how many threads to use.

use std::path::{Path, PathBuf};

use candor_definition::{Definition, DefinitionFiles, Error as DefinitionError, PolicyFile};
use candor_portfolio::table::ColumnRules;
use candor_tables::{any_table, holds_any};
use clap::Args;

use super::related::has_results;
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

/// Has everything that this command does go with so many threads; with one for each core unless a number is given.
pub(super) fn use_threads(threads: Option<u16>) -> Result<(), Error> {
    let threads = threads.map_or(0, usize::from);
    let built = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    built.map_err(|error| Error::Usage {
        problem: format!("--threads {threads}: {error}"),
    })
}
