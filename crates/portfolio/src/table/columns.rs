//! Which column of a file is which field.

use std::collections::HashSet;

use candor_core::Schema;

use super::notation::NotationRules;

/// How a table is read: what to do with columns that are missing or unknown, and how cells are written.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct ColumnRules {
    /// When a field of the model has no column: stop, or read it as missing in every row.
    #[cfg_attr(feature = "clap", arg(long, value_name = "WHAT", default_value = "fail"))]
    pub missing_columns: Leniency,
    /// When a column is unknown to the model: stop (it may be a misspelt field), or leave it out.
    #[cfg_attr(feature = "clap", arg(long, value_name = "WHAT", default_value = "fail"))]
    pub extra_columns: Leniency,
    /// How a CSV file writes its cells.
    #[cfg_attr(feature = "clap", command(flatten))]
    pub notation: NotationRules,
}

/// Stop or go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Leniency {
    /// Stop with an error.
    Fail,
    /// Go on without it.
    Ignore,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The field at this position.
    Field(usize),
    /// The client's id.
    Id,
    /// What became of the client.
    Target,
    /// Something that the table is known to have and that nobody reads.
    Unread,
    /// A column of the request's `kept`, by its place there.
    Kept(usize),
}

/// What the column called `name` holds; `None` when neither the schema nor `kept` knows it.
pub(super) fn role_of(name: &str, schema: &Schema, kept: &[String]) -> Option<Role> {
    if let Some(index) = schema.field_index(name) {
        Some(Role::Field(index))
    } else if let Some(place) = kept.iter().position(|column| column == name) {
        Some(Role::Kept(place))
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
/// Every column that is there twice, unknown or missing, and what to do about it.
pub fn roles(
    names: &[String],
    schema: &Schema,
    rules: ColumnRules,
    needs_target: bool,
    kept: &[String],
) -> Result<Vec<Role>, String> {
    let found: Vec<Option<Role>> = names.iter().map(|name| role_of(name, schema, kept)).collect();
    // Columns that are known and not read may have what names they like.
    let mut seen = HashSet::new();
    let mut read = names
        .iter()
        .zip(&found)
        .filter(|(_, role)| **role != Some(Role::Unread));
    if let Some((twice, _)) = read.find(|(name, _)| !seen.insert(name.as_str())) {
        return Err(format!("the column {} is there twice; remove one", named(twice)));
    }
    let missing: Vec<&str> = schema
        .fields
        .iter()
        .enumerate()
        .filter(|(index, _)| !found.contains(&Some(Role::Field(*index))))
        .map(|(_, field)| field.name.as_str())
        .collect();
    if missing.len() == schema.fields.len() {
        let what =
            "no column is a field of the model; choose the table that the model was made for, with a header as its \
                    first line (--separator says what stands between cells)"
                .into();
        return Err(what);
    }
    if !missing.is_empty() && rules.missing_columns == Leniency::Fail {
        let what = format!(
            "{} missing; add {}, or pass --missing-columns ignore to read {} as missing values",
            listed(&missing, "column"),
            them(missing.len()),
            them(missing.len())
        );
        return Err(what);
    }
    if let Some(column) = (0..kept.len()).find(|&place| !found.contains(&Some(Role::Kept(place)))) {
        return Err(format!(
            "the column {} is missing; correct its name, or leave it out",
            kept[column]
        ));
    }
    if needs_target && !found.contains(&Some(Role::Target)) {
        let target = schema.target.as_deref().unwrap_or("target");
        return Err(format!(
            "the column {target} is missing; it tells what became of each client: 1 for a default, 0 for none"
        ));
    }
    let extra: Vec<&str> = names
        .iter()
        .zip(&found)
        .filter(|(_, role)| role.is_none())
        .map(|(n, _)| named(n))
        .collect();
    if !extra.is_empty() && rules.extra_columns == Leniency::Fail {
        let what = format!(
            "{} unknown to the model; correct or remove {}, or pass --extra-columns ignore",
            listed(&extra, "column"),
            them(extra.len())
        );
        return Err(what);
    }
    Ok(found.into_iter().map(|role| role.unwrap_or(Role::Unread)).collect())
}

fn named(column: &str) -> &str {
    if column.is_empty() { "without a name" } else { column }
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
