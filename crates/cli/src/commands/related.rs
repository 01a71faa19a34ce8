//! Where a command finds related tables, and how it reads clients with them.

use std::path::Path;

use candor_core::records::application_schema;
use candor_core::{Records, Schema};
use candor_portfolio::Data;
use candor_portfolio::table::{ColumnRules, OutcomeWords};
use candor_tables::{Quality, add_records, any_table};
use indicatif::ProgressBar;

use super::progress::bar;
use crate::error::Error;

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
