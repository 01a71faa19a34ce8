//! From a client's related records to fields: credits that other lenders report, previous loans, their months.
//!
//! Tables, the expressions over their columns and the aggregates are data, compiled from definition files into the
//! model file. Their results are the last fields of the schema, numbers that may be missing, so that whatever reads an
//! application (features, reference statistics, parity cases, a form) needs to know nothing of records; and a table with
//! these fields as columns scores to the same bits as the raw records do.
//!
//! A table is a child of the client or of another table (months of a credit). Its columns are, in this order: raw
//! [`fields`](Table::fields), results of its children per record ([`nested`](Table::nested)), and
//! [`derived`](Table::derived) columns. Records stand in time order; those that are not known to be from before the
//! application (time ≤ 0) are left out before anything else, so that nothing can come from afterwards.

mod aggregate;
mod client;
mod order;
mod run;

pub use aggregate::Aggregate;
pub use client::{ClientRecords, Column, Rows, record_number};
pub use run::Workspace;

use crate::preprocessing::Program;
use crate::schema::{Field, Schema};
use crate::text::Text;

/// The related tables of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Records {
    /// The tables; a parent stands before its children.
    pub tables: Vec<Table>,
}

/// A table of related records.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Name, such as `bureau`; a file of the table and a list in a JSON document are called so.
    pub name: String,
    /// What its records are called.
    pub label: Text,
    /// Position of the table whose records these belong to; `None` when they belong to the client alone.
    pub parent: Option<u16>,
    /// Column with the number of a record, which children name.
    pub key: Option<String>,
    /// Column with the number of the client; `None` when only the parent tells.
    pub client_key: Option<String>,
    /// Column with the number of the parent's record.
    pub parent_key: Option<String>,
    /// Whether a parent has at most one record at a time, such as a month's balance.
    pub once_a_time: bool,
    /// Position of the field that tells when a record is from: 0 is the application, earlier is negative.
    pub time: u16,
    /// The columns that are read.
    pub fields: Vec<Field>,
    /// Columns that are known and not read.
    pub unused_columns: Vec<String>,
    /// Columns that children fill: a number for each record.
    pub nested: u16,
    /// Columns that are computed; a program reads fields and nested columns as fields, and earlier derived columns as
    /// features.
    pub derived: Vec<Program>,
    /// What is aggregated.
    pub selections: Vec<Selection>,
}

/// Some of the records of a client or of a parent, and what is made of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Whether results go to the parent's nested columns instead of to the client.
    pub per_parent: bool,
    /// Position of the column that is true for the records wanted; all are without.
    pub condition: Option<u16>,
    /// Only so many, the latest of those that meet the condition; 0 stands for all.
    pub latest: u16,
    /// Position of the column that is aggregated, where it is present; without, records are counted.
    pub value: Option<u16>,
    /// What is computed.
    pub results: Vec<SelectionResult>,
}

/// An aggregate and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectionResult {
    /// What is computed.
    pub aggregate: Aggregate,
    /// Position among the records' fields of the schema, or among the parent's nested columns.
    pub output: u16,
}

impl Table {
    /// Position of the field called `name`.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Whether the table is known to have a column called `name`.
    pub fn knows_column(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// Columns before the derived ones.
    fn given(&self) -> usize {
        self.fields.len() + usize::from(self.nested)
    }

    fn problem(&self, index: usize, tables: &[Self], outputs: usize, schema: &Schema) -> Option<String> {
        let parent = match self.parent.map(usize::from) {
            Some(parent) if parent >= index => return Some("its parent does not stand before it".into()),
            Some(parent) => tables.get(parent),
            None => None,
        };
        if usize::from(self.time) >= self.fields.len() {
            return Some("its time is no field".into());
        }
        for field in &self.fields {
            if usize::from(field.group) >= schema.groups.len() {
                return Some(format!("the reason group of {} does not exist", field.name));
            }
            if let Some(problem) = field.kind.problem() {
                return Some(format!("field {}: {problem}", field.name));
            }
        }
        for (position, program) in self.derived.iter().enumerate() {
            if let Some(problem) = program.problem(self.given(), position) {
                return Some(format!("derived column {position} {problem}"));
            }
        }
        let columns = self.given() + self.derived.len();
        for (position, selection) in self.selections.iter().enumerate() {
            let read = [selection.condition, selection.value];
            if read.iter().flatten().any(|&column| usize::from(column) >= columns) {
                return Some(format!("selection {position} reads a column that does not exist"));
            }
            let room = match (selection.per_parent, parent) {
                (false, _) => outputs,
                (true, Some(parent)) => usize::from(parent.nested),
                (true, None) => return Some(format!("selection {position} is for a parent, and there is none")),
            };
            for result in &selection.results {
                if usize::from(result.output) >= room {
                    return Some(format!("selection {position} has a result that goes nowhere"));
                }
                if selection.value.is_none() && !result.aggregate.counts() {
                    return Some(format!("selection {position} aggregates no column"));
                }
            }
        }
        None
    }
}

/// The schema of applications alone, without the fields that records fill.
pub fn application_schema(schema: &Schema, records: Option<&Records>) -> Schema {
    let of_records = records.map_or(0, Records::output_count);
    let mut own = schema.clone();
    own.fields.truncate(schema.fields.len().saturating_sub(of_records));
    own
}

impl Records {
    /// How many fields of the schema are results of the records: its last ones.
    pub fn output_count(&self) -> usize {
        let selections = self.tables.iter().flat_map(|table| &table.selections);
        selections
            .filter(|selection| !selection.per_parent)
            .map(|selection| selection.results.len())
            .sum()
    }

    /// Position of the table called `name`.
    pub fn table_index(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// What is wrong with the tables, if anything; a model file is checked with it at load.
    pub(crate) fn problem(&self, schema: &Schema) -> Option<String> {
        let outputs = self.output_count();
        if outputs > schema.fields.len() {
            return Some(format!(
                "there are {outputs} results for {} fields",
                schema.fields.len()
            ));
        }
        self.tables.iter().enumerate().find_map(|(index, table)| {
            let problem = table.problem(index, &self.tables, outputs, schema)?;
            Some(format!("table {}: {problem}", table.name))
        })
    }
}
