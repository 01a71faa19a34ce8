//! `candor train --table`: what the analyst says of a flat table, and the definition and policy that follow.

use std::io::Write;
use std::path::{Path, PathBuf};

use candor_definition::{Definition, PolicyFile};
use candor_native::OutputFile;
use candor_portfolio::Data;
use candor_portfolio::table::ColumnRules;
use candor_trainer::flat::{FlatOptions, FlatTable, protected_among, suspects};
use clap::Args;

use crate::error::Error;

/// A flat table and its columns.
#[derive(Debug, Args)]
pub(super) struct Flat {
    /// Any table with one row per application (.csv, .csv.gz, .parquet); its columns are looked at and described.
    ///
    /// Numbers, yes and no, and categories become inputs. Identifiers, dates, free text and columns that never change are
    /// left out, and so are attributes that credit law protects, told by their names (sex, marital status, origin …); age
    /// and dependants, which it lets a score use under conditions, stay inputs. The output names each with the reason. Empty cells, NA, NaN, null, ? and the like are missing values, and so are values such
    /// as -999 that lie far from all others.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(super) table: Option<PathBuf>,
    /// Column of the table that tells who defaulted: 1 and 0, yes and no, or two words.
    #[arg(long, value_name = "COLUMN", requires = "table")]
    target: Option<String>,
    /// Column that identifies a client; all rows of a client stand on the same side of every split.
    #[arg(long, value_name = "COLUMN", requires = "table", conflicts_with = "features")]
    id: Option<String>,
    /// The target's value for a default, where it is neither 1 nor yes.
    #[arg(long, value_name = "VALUE", requires = "table", conflicts_with = "features")]
    bad: Option<String>,
    /// Make this column an input although it looks protected, or like an identifier; may be given more than once.
    #[arg(long, value_name = "COLUMN", requires = "table")]
    keep: Vec<String>,
    /// Make this column no input; may be given more than once.
    #[arg(long, value_name = "COLUMN", requires = "table", conflicts_with = "features")]
    drop: Vec<String>,
    /// Write what was found in the columns as a definition file to be edited, which --features reads.
    #[arg(long, value_name = "FILE", requires = "table", conflicts_with = "features")]
    pub(super) save_definition: Option<PathBuf>,
}

/// A table described.
pub(super) struct Described {
    pub(super) definition: Definition,
    /// What the analyst should know, line by line.
    pub(super) notes: Vec<String>,
    /// The definition file, where it was drafted.
    draft: Option<String>,
}

impl Flat {
    /// The definition of the table: drafted, or `given` as name and text of a file. Without a policy file of the analyst,
    /// `policy` gets the protected attributes of this table in place of those of Home Credit's.
    pub(super) fn describe(
        &self,
        table: &Path,
        given: Option<(String, String)>,
        policy: &mut PolicyFile,
        own_policy: bool,
        rules: ColumnRules,
    ) -> Result<Described, Error> {
        let Some((name, text)) = given else {
            let Some(target) = self.target.clone() else {
                let problem = "--table needs --target COLUMN, the column that tells who defaulted, or --features FILE";
                return Err(Error::Usage {
                    problem: problem.into(),
                });
            };
            let options = FlatOptions {
                target,
                id: self.id.clone(),
                bad: self.bad.clone(),
                keep: self.keep.clone(),
                drop: self.drop.clone(),
                guards: !own_policy,
            };
            let found = FlatTable::infer(table, &options, rules.notation)?;
            if !own_policy {
                policy.excluded = found.excluded;
            }
            let name = self.save_definition.as_ref().map_or_else(
                || format!("the definition drafted from {}", table.display()),
                |path| path.display().to_string(),
            );
            return Ok(Described {
                definition: Definition::compile(&name, &found.definition, policy)?,
                notes: found.notes,
                draft: Some(found.definition),
            });
        };
        let mut notes = Vec::new();
        if !own_policy {
            policy.excluded.clear();
            let fields = Definition::compile(&name, &text, policy)?.schema.fields;
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            if let Some(unknown) = self.keep.iter().find(|kept| !names.contains(&kept.as_str())) {
                let problem = format!("--keep {unknown}: {name} has no field of this name");
                return Err(Error::Usage { problem });
            }
            (policy.excluded, notes) = protected_among(&names, &self.keep);
        }
        let definition = Definition::compile(&name, &text, policy)?;
        if let Some(target) = self
            .target
            .as_ref()
            .filter(|target| definition.schema.target.as_ref() != Some(target))
        {
            let problem = format!("--target {target}: {name} names another target; change it there");
            return Err(Error::Usage { problem });
        }
        Ok(Described {
            definition,
            notes,
            draft: None,
        })
    }
}

impl Described {
    /// Adds what can only be told from the values: rows of one client, columns that tell the outcome by themselves.
    pub(super) fn look_at(&mut self, data: &Data) {
        let clients = data.client_count();
        if clients < data.outcomes.len() {
            self.notes.push(format!(
                "{} rows are of {clients} clients; all rows of a client stand on the same side of every split.",
                data.outcomes.len()
            ));
        }
        let found = suspects(&self.definition.schema, &data.applications, &data.outcomes);
        self.notes.extend(found.into_iter().map(|(field, auc)| {
            format!(
                "Warning: {field} alone tells who defaulted (AUC {auc:.4}). It was probably written down afterwards; if so, \
                 leave it out with --drop '{field}'."
            )
        }));
    }

    /// Begins the file that `--save-definition` asks for.
    pub(super) fn write_draft(&self, path: Option<&PathBuf>, force: bool) -> Result<Option<OutputFile>, Error> {
        let (Some(path), Some(draft)) = (path, &self.draft) else {
            return Ok(None);
        };
        let mut file = OutputFile::create(path, force)?;
        file.write_all(draft.as_bytes()).map_err(Error::write(path))?;
        Ok(Some(file))
    }
}
