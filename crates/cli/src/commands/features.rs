//! `candor features`.

use std::path::{Path, PathBuf};

use candor_core::Text;
use candor_core::schema::{Field, FieldKind};
use candor_core::text::Language;
use candor_definition::{Definition, DefinitionFiles, PolicyFile};
use candor_native::destination;
use candor_portfolio::table::{ColumnRules, Format};
use candor_tables::{Cell, Column, ColumnType, RelatedTables, TableWriter, read_applications};
use clap::Args;

use super::definitions::{TABLE, read_or};
use super::print;
use super::progress::bar;
use crate::error::Error;

/// Make the client table: each application with what its related records say.
///
/// Reads the applications and the tables of related records (bureau, bureau_balance, previous_application,
/// POS_CASH_balance, installments_payments, credit_card_balance) of a folder, and writes a row per client: id, target
/// where it is known, the fields of the application, and the features made of the records. The table can be scored like
/// any other, to the same bits as the folder itself. Tables that are missing are named, and their features are missing
/// values; whatever is odd about the records is counted and told, table by table.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor features --data data --output clients.parquet
  candor features --data data --applications application_test --output clients.csv
  candor features --describe --language fr")]
pub(super) struct Features {
    /// Folder with the tables (.csv, .csv.gz or .parquet).
    #[arg(long, value_name = "DIR", required_unless_present = "describe")]
    data: Option<PathBuf>,
    /// Name of the table of applications in the folder.
    #[arg(long, value_name = "NAME", default_value = TABLE)]
    applications: String,
    /// Client table to write (.csv, .csv.gz, .jsonl, .parquet).
    #[arg(long, value_name = "FILE", required_unless_present = "describe")]
    output: Option<PathBuf>,
    /// Format of the output, when its name does not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Say what each feature of the related records means, instead of making them.
    #[arg(long, conflicts_with_all = ["data", "output"])]
    describe: bool,
    /// Language of the description.
    #[arg(long, value_name = "LANGUAGE", value_parser = super::languages(), default_value = Language::En.code(), requires = "describe")]
    language: Language,
    /// Definition of the application's fields and features instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Folder with definitions of related tables (a .toml file each) instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    tables: Option<PathBuf>,
    /// Policy (excluded fields) instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnRules,
    /// Replace the output file if it is there.
    #[arg(long)]
    force: bool,
}

/// Clients whose features are in memory at once.
const CHUNK: usize = 8192;

impl Features {
    pub(super) fn run(self) -> Result<(), Error> {
        let (policy_name, policy_text) = read_or(self.policy.as_ref(), "policy.toml", candor_definition::POLICY)?;
        let policy = PolicyFile::parse(&policy_name, &policy_text)?;
        let name = "features/application.toml";
        let (name, text) = read_or(self.features.as_ref(), name, candor_definition::APPLICATION)?;
        let files = match &self.tables {
            Some(folder) => DefinitionFiles::of_folder(folder)?,
            None => DefinitionFiles::built_in(),
        };
        let definition = Definition::compile_with(&name, &text, Some(&files), &policy)?;
        match (&self.data, &self.output) {
            (Some(data), Some(output)) => self.write(&definition, data, output),
            _ => print(&describe(&definition, self.language)),
        }
    }

    fn write(&self, definition: &Definition, data: &Path, output: &Path) -> Result<(), Error> {
        Format::of(output, self.format)?;
        destination(output, self.force)?;
        let schema = &definition.schema;
        let Some(records) = &definition.records else {
            let problem = "the definition has no related tables".into();
            return Err(Error::Usage { problem });
        };
        let path = candor_tables::find(data, &self.applications)?;
        let own = definition.application_schema();
        let rows = bar(None, "Reading");
        let read = read_applications(&path, &own, self.columns, &mut |_| rows.inc(1))?;
        let ids: Vec<String> = read.iter().map(|record| record.id.clone()).collect();
        let mut tables = RelatedTables::read(data, records, &ids, self.columns.notation, &|table, count| {
            rows.set_message(format!("Reading {table}"));
            rows.inc(count);
        })?;
        rows.finish_and_clear();

        let target = schema
            .target
            .clone()
            .filter(|_| read.iter().any(|record| record.target.is_some()));
        let mut columns = vec![Column::new(
            schema.id.clone().unwrap_or_else(|| "id".into()),
            ColumnType::Text,
        )];
        columns.extend(target.as_ref().map(|target| Column::new(target, ColumnType::Integer)));
        columns.extend(
            schema
                .fields
                .iter()
                .map(|field| Column::new(&field.name, column_type(field))),
        );
        let mut writer = TableWriter::create(output, self.format, self.force, columns)?;
        let done = bar(Some(ids.len() as u64), "Making features");
        let positions: Vec<usize> = (0..ids.len()).collect();
        let width = records.output_count();
        for chunk in positions.chunks(CHUNK) {
            let values = tables.run(chunk, &|clients| done.inc(clients));
            for (place, &position) in chunk.iter().enumerate() {
                let record = &read[position];
                let of_records = &values[place * width..(place + 1) * width];
                let application = record
                    .application
                    .as_ref()
                    .map_or(&[][..], |application| application.values());
                let mut row = vec![Cell::Text(record.id.clone())];
                row.extend(
                    target
                        .iter()
                        .map(|_| record.target.map_or(Cell::Empty, |bad| Cell::Integer(i64::from(bad)))),
                );
                let values = application.iter().chain(of_records);
                row.extend(
                    schema
                        .fields
                        .iter()
                        .zip(values)
                        .map(|(field, &value)| cell(field, value)),
                );
                writer.write(&row)?;
            }
        }
        done.finish_and_clear();
        writer.finish()?;
        let mut lines: Vec<String> = tables.quality.iter().flat_map(|quality| quality.lines()).collect();
        lines.push(format!(
            "Written: {} ({} clients, {} features of related records).",
            output.display(),
            ids.len(),
            width
        ));
        if output == Path::new("-") {
            // Standard output has the table.
            eprintln!("{}", lines.join("\n"));
            return Ok(());
        }
        print(&lines.join("\n"))
    }
}

fn column_type(field: &Field) -> ColumnType {
    match field.kind {
        FieldKind::Number(_) => ColumnType::Number,
        FieldKind::Flag { .. } | FieldKind::Category { .. } => ColumnType::Text,
    }
}

/// A stored value as it is written in a table.
fn cell(field: &Field, value: f64) -> Cell {
    match field.kind {
        _ if value.is_nan() => Cell::Empty,
        FieldKind::Number(_) => Cell::Number(value),
        FieldKind::Flag { .. } | FieldKind::Category { .. } => Cell::Text(field.format(value)),
    }
}

/// What each feature of the related records means, by reason group, as Markdown.
fn describe(definition: &Definition, language: Language) -> String {
    let say = |text: &Text| text.in_language(language).to_owned();
    let schema = &definition.schema;
    let first = schema.fields.len() - definition.records.as_ref().map_or(0, |records| records.output_count());
    let mut lines = Vec::new();
    for (position, group) in schema.groups.iter().enumerate() {
        let of_group = |field: &&Field| usize::from(field.group) == position;
        let fields: Vec<&Field> = schema.fields[first..].iter().filter(of_group).collect();
        if fields.is_empty() {
            continue;
        }
        lines.push(format!(
            "{}## {}\n",
            if lines.is_empty() { "" } else { "\n" },
            say(&group.label)
        ));
        for field in fields {
            let unit = field
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!(" [{}]", say(unit)));
            lines.push(format!("- `{}`{unit}: {}", field.name, say(&field.help)));
        }
    }
    let count = schema.fields.len() - first;
    lines.push(match language {
        Language::En => format!("\n{count} features of related records."),
        Language::Fr => format!("\n{count} variables tirées des dossiers liés."),
    });
    lines.join("\n")
}
