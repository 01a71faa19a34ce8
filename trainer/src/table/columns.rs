//! Which column of a file is which field.

use std::path::Path;

use candor_core::Schema;
use clap::{Args, ValueEnum};

use crate::error::Error;

/// What to do with columns that are missing or unknown.
#[derive(Debug, Clone, Copy, Args)]
pub struct ColumnRules {
    /// When a field of the model has no column: stop, or read it as missing in every row.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub missing_columns: Leniency,
    /// When a column is unknown to the model: stop (it may be a misspelt field), or leave it out.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub extra_columns: Leniency,
}

/// Stop or go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Leniency {
    /// Stop with an error.
    Fail,
    /// Go on without it.
    Ignore,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Field(usize),
    Id,
    Target,
    Unread,
}

/// What the column called `name` holds; `None` when the schema does not know it.
pub(super) fn role_of(name: &str, schema: &Schema) -> Option<Role> {
    if let Some(index) = schema.field_index(name) {
        Some(Role::Field(index))
    } else if schema.id.as_deref() == Some(name) {
        Some(Role::Id)
    } else if schema.target.as_deref() == Some(name) {
        Some(Role::Target)
    } else {
        schema.knows_column(name).then_some(Role::Unread)
    }
}

/// Matches a file's header with the schema.
///
/// # Errors
/// [`Error::Table`] naming every column that is there twice, unknown or missing, and what to do about it.
pub(super) fn roles(
    names: &[String],
    schema: &Schema,
    rules: ColumnRules,
    needs_target: bool,
    file: &Path,
) -> Result<Vec<Role>, Error> {
    let error = |problem: String| Error::Table {
        file: file.to_owned(),
        problem,
    };
    if let Some(twice) = names
        .iter()
        .enumerate()
        .find(|(place, name)| names[..*place].contains(name))
    {
        return Err(error(format!(
            "line 1: the column {} is there twice; remove one",
            twice.1
        )));
    }
    let found: Vec<Option<Role>> = names.iter().map(|name| role_of(name, schema)).collect();
    let missing: Vec<&str> = schema
        .fields
        .iter()
        .enumerate()
        .filter(|(index, _)| !found.contains(&Some(Role::Field(*index))))
        .map(|(_, field)| field.name.as_str())
        .collect();
    if missing.len() == schema.fields.len() {
        let what =
            "line 1: no column is a field of the model; is this the right table, and does it begin with a header?";
        return Err(error(what.into()));
    }
    if !missing.is_empty() && rules.missing_columns == Leniency::Fail {
        let what = format!(
            "line 1: {} missing; add {}, or pass --missing-columns ignore to read {} as missing values",
            listed(&missing, "column"),
            them(missing.len()),
            them(missing.len())
        );
        return Err(error(what));
    }
    if needs_target && !found.contains(&Some(Role::Target)) {
        let target = schema.target.as_deref().unwrap_or("target");
        return Err(error(format!(
            "line 1: the column {target} is missing; training needs it: 1 for a default, 0 for none"
        )));
    }
    let extra: Vec<&str> = names
        .iter()
        .zip(&found)
        .filter(|(_, role)| role.is_none())
        .map(|(n, _)| n.as_str())
        .collect();
    if !extra.is_empty() && rules.extra_columns == Leniency::Fail {
        let what = format!(
            "line 1: {} unknown to the model; correct or remove {}, or pass --extra-columns ignore",
            listed(&extra, "column"),
            them(extra.len())
        );
        return Err(error(what));
    }
    Ok(found.into_iter().map(|role| role.unwrap_or(Role::Unread)).collect())
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// "the column A is", "the columns A, B and 3 more are".
fn listed(names: &[&str], what: &str) -> String {
    const MOST: usize = 8;
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        1 => format!("the {what} {shown} is"),
        count if count > MOST => format!("the {what}s {shown} and {} more are", count - MOST),
        _ => format!("the {what}s {shown} are"),
    }
}
