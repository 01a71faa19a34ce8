//! Compiles the definition files of related tables into core's [`Records`] and the fields that they fill.

use std::collections::BTreeSet;

use candor_core::Records;
use candor_core::records::Table;
use candor_core::schema::{Change, Field, Group};
use toml::Spanned;

use super::document::{ColumnEntry, Document, NestedEntry, TableEntry};
use super::expression::Columns;
use super::family::Families;
use super::files::DefinitionFiles;
use crate::entries::{FeatureEntry, KindEntry, group_of};
use crate::error::Error;
use crate::policy::PolicyFile;

/// What the definition files of related tables say.
pub(crate) struct Related<'a> {
    pub(crate) records: Records,
    /// The fields that the records fill, in order, at the end of the schema.
    pub(crate) fields: Vec<Field>,
    /// Features of all fields, with the name and the text of their file.
    pub(crate) features: Vec<(&'a str, &'a str, FeatureEntry)>,
}

impl Related<'_> {
    /// The records without results for the fields that are out.
    pub(crate) fn records_without(self, is_out: &dyn Fn(&str) -> bool) -> Records {
        let mut kept = 0;
        let places: Vec<Option<u16>> = self
            .fields
            .iter()
            .map(|field| {
                let place = (!is_out(&field.name)).then_some(kept);
                kept += u16::from(place.is_some());
                place
            })
            .collect();
        let mut records = self.records;
        let selections = records.tables.iter_mut().flat_map(|table| &mut table.selections);
        for selection in selections.filter(|selection| !selection.per_parent) {
            selection.results.retain_mut(|result| {
                let place = places.get(usize::from(result.output)).copied().flatten();
                place.is_some_and(|place| {
                    result.output = place;
                    true
                })
            });
        }
        for table in &mut records.tables {
            table.selections.retain(|selection| !selection.results.is_empty());
        }
        records
    }
}

/// A file with a table.
struct TableFile<'a> {
    file: &'a str,
    text: &'a str,
    document: Document,
    table: TableEntry,
    parent: Option<usize>,
}

/// Compiles the files; their reason groups are added to `groups`.
///
/// # Errors
/// [`Error::Definition`] with line and column: TOML that does not parse, a wrong expression, a family without its meaning,
/// a parent that is none or makes a circle, the target or a protected field as a column.
pub(crate) fn compile<'a>(
    files: &'a DefinitionFiles,
    groups: &mut Vec<Group>,
    policy: &PolicyFile,
    target: Option<&str>,
) -> Result<Related<'a>, Error> {
    let mut tables = Vec::new();
    let mut features = Vec::new();
    for (file, text) in &files.files {
        let mut document: Document = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Error::at(file, text, start, error.message().replace('\n', " "))
        })?;
        for group in std::mem::take(&mut document.groups) {
            if groups.iter().any(|known| known.key == group.get_ref().key) {
                let problem = format!("there is a reason group called {} already", group.get_ref().key);
                return Err(Error::at(file, text, group.span().start, problem));
            }
            groups.push(group.into_inner());
        }
        let entries = std::mem::take(&mut document.features);
        features.extend(entries.into_iter().map(|entry| (file.as_str(), text.as_str(), entry)));
        if let Some(table) = document.table.take() {
            tables.push(TableFile {
                file,
                text,
                document,
                table,
                parent: None,
            });
        }
    }
    let tables = parents_first(tables)?;
    let mut records = Records::default();
    let mut fields: Vec<(Spanned<String>, Field)> = Vec::new();
    for (index, file) in tables.iter().enumerate() {
        let first = fields.len();
        let table = file.compile(index, &tables, groups, policy, target, &mut fields)?;
        let mut names: BTreeSet<&str> = fields[..first].iter().map(|(_, field)| field.name.as_str()).collect();
        for (written, field) in &fields[first..] {
            if !names.insert(&field.name) {
                let problem = format!("the name {} comes about twice; rename the family", field.name);
                return Err(Error::at(file.file, file.text, written.span().start, problem));
            }
        }
        records.tables.push(table);
    }
    Ok(Related {
        records,
        fields: fields.into_iter().map(|(_, field)| field).collect(),
        features,
    })
}

/// Puts every table behind its parent, and otherwise leaves them as they are.
fn parents_first(mut waiting: Vec<TableFile<'_>>) -> Result<Vec<TableFile<'_>>, Error> {
    let all: Vec<String> = waiting.iter().map(|file| file.table.name.get_ref().clone()).collect();
    let mut tables: Vec<TableFile<'_>> = Vec::new();
    while !waiting.is_empty() {
        let name_of = |file: &TableFile<'_>| file.table.parent.as_ref().map(|parent| parent.get_ref().clone());
        let ready = |file: &TableFile<'_>| {
            name_of(file).is_none_or(|parent| tables.iter().any(|known| *known.table.name.get_ref() == parent))
        };
        let Some(next) = waiting.iter().position(ready) else {
            let file = &waiting[0];
            let parent = file.table.parent.as_ref().unwrap_or(&file.table.name);
            let problem = if all.contains(parent.get_ref()) {
                format!(
                    "{} and its parents belong to each other in a circle (a cycle)",
                    file.table.name.get_ref()
                )
            } else {
                format!(
                    "there is no table called {}; the tables are {}",
                    parent.get_ref(),
                    all.join(", ")
                )
            };
            return Err(Error::at(file.file, file.text, parent.span().start, problem));
        };
        let mut file = waiting.remove(next);
        if tables
            .iter()
            .any(|known| known.table.name.get_ref() == file.table.name.get_ref())
        {
            let problem = format!("there is a table called {} already", file.table.name.get_ref());
            return Err(Error::at(file.file, file.text, file.table.name.span().start, problem));
        }
        file.parent =
            name_of(&file).and_then(|parent| tables.iter().position(|known| *known.table.name.get_ref() == parent));
        tables.push(file);
    }
    Ok(tables)
}

impl TableFile<'_> {
    fn wrong(&self, name: &Spanned<String>, problem: impl Into<String>) -> Error {
        Error::at(self.file, self.text, name.span().start, problem)
    }

    fn compile(
        &self,
        index: usize,
        tables: &[Self],
        groups: &[Group],
        policy: &PolicyFile,
        target: Option<&str>,
        fields: &mut Vec<(Spanned<String>, Field)>,
    ) -> Result<Table, Error> {
        let (entry, document) = (&self.table, &self.document);
        self.check_keys(tables)?;
        let group = |key: &Spanned<String>| group_of(groups, key, self.file, self.text);
        let mut columns_read = Vec::new();
        for column in &document.columns {
            columns_read.push(self.column(column, &group, policy, target)?);
        }
        let Some(time) = columns_read
            .iter()
            .position(|field| field.name == *entry.time.get_ref())
        else {
            return Err(self.wrong(
                &entry.time,
                format!("there is no column called {}", entry.time.get_ref()),
            ));
        };
        let children = || tables.iter().filter(|child| child.parent == Some(index));
        let nested: Vec<&NestedEntry> = children().flat_map(|child| &child.document.nested).collect();
        let nested_names: Vec<&str> = nested.iter().map(|nested| nested.name.get_ref().as_str()).collect();
        let mut columns = Columns::new(self.file, self.text, &columns_read, &nested_names);
        let later: Vec<&str> = document
            .derived
            .iter()
            .map(|derived| derived.name.get_ref().as_str())
            .collect();
        for (position, derived) in document.derived.iter().enumerate() {
            columns.no_cycle(&derived.value, &later[position..])?;
            columns.define(&derived.name, &derived.value)?;
        }
        let families = Families {
            table: entry,
            statuses: &document.statuses,
            windows: &document.windows,
            group: &group,
        };
        let mut selections = Vec::new();
        if let Some(parent) = self.parent {
            // Where this table's columns of the parent begin, behind those of the parent's other children.
            let siblings = tables.iter().take_while(|sibling| !std::ptr::eq(*sibling, self));
            let others = siblings.filter(|sibling| sibling.parent == Some(parent));
            let first: usize = others.map(|sibling| sibling.document.nested.len()).sum();
            for (position, nested) in document.nested.iter().enumerate() {
                let owner = &tables[parent];
                let mut known = owner.document.columns.iter().map(|column| &column.name);
                let twice = tables.iter().filter(|child| child.parent == Some(parent));
                let same = twice
                    .flat_map(|child| &child.document.nested)
                    .filter(|other| other.name == nested.name);
                if same.count() > 1 || known.any(|name| name == &nested.name) {
                    let problem = format!(
                        "{} has a column called {} already",
                        owner.table.name.get_ref(),
                        nested.name.get_ref()
                    );
                    return Err(self.wrong(&nested.name, problem));
                }
                selections.push(families.nested(nested, first + position, &mut columns)?);
            }
        } else if let Some(nested) = document.nested.first() {
            return Err(self.wrong(&nested.name, "the table has no parent that this could be a column of"));
        }
        for family in &document.families {
            families.add(family, &mut columns, &mut selections, fields)?;
        }
        let derived = std::mem::take(&mut columns.derived);
        let as_u16 = |number: usize| {
            u16::try_from(number).map_err(|_| self.wrong(&entry.name, "the table has more than 65,535 columns"))
        };
        Ok(Table {
            name: entry.name.get_ref().clone(),
            label: entry.label.clone(),
            parent: self.parent.map(as_u16).transpose()?,
            key: entry.key.clone(),
            client_key: entry.client_key.clone(),
            parent_key: entry.parent_key.clone(),
            once_a_time: entry.once_a_time,
            time: as_u16(time)?,
            nested: as_u16(nested.len())?,
            fields: columns_read,
            unused_columns: entry.unused.clone(),
            derived,
            selections,
        })
    }

    /// Something must tell whose a record is.
    fn check_keys(&self, tables: &[Self]) -> Result<(), Error> {
        let entry = &self.table;
        let parent = self.parent.map(|parent| &tables[parent].table);
        let problem = match parent {
            None if entry.client_key.is_none() => "client_key = \"COLUMN\" should tell whose a record is",
            Some(_) if entry.parent_key.is_none() => {
                "parent_key = \"COLUMN\" should tell which record of the parent is meant"
            }
            Some(parent) if parent.key.is_none() => "its parent has no key = \"COLUMN\" that its records could name",
            _ => return Ok(()),
        };
        Err(self.wrong(&entry.name, problem))
    }

    fn column(
        &self,
        entry: &ColumnEntry,
        group: &dyn Fn(&Spanned<String>) -> Result<u16, Error>,
        policy: &PolicyFile,
        target: Option<&str>,
    ) -> Result<Field, Error> {
        let name = entry.name.get_ref();
        if target == Some(name) {
            let problem = format!("{name} is the outcome that is to be predicted; no feature may read it");
            return Err(self.wrong(&entry.name, problem));
        }
        if policy.excluded.iter().any(|excluded| excluded.field == *name) {
            let problem = format!(
                "{name} is kept out by the policy; no feature may read it: take it out of a copy of these files \
                 (--tables), or leave related tables out (--application-only)"
            );
            return Err(self.wrong(&entry.name, problem));
        }
        if self
            .document
            .columns
            .iter()
            .filter(|column| column.name.get_ref() == name)
            .count()
            > 1
        {
            return Err(self.wrong(&entry.name, format!("column {name} is defined twice")));
        }
        let kind = KindEntry {
            kind: entry.kind,
            min: entry.min,
            max: entry.max,
            decimals: if entry.integer { 0 } else { 2 },
            integer: entry.integer,
            scale: 1.0,
            sentinels: &entry.sentinels,
            no: entry.no.as_deref(),
            yes: entry.yes.as_deref(),
            levels: &entry.levels,
            missing_levels: &entry.missing_levels,
        };
        let kind = kind
            .compile()
            .map_err(|problem| self.wrong(&entry.name, format!("column {name}: {problem}")))?;
        let group = self.table.group.as_ref().map_or(Ok(0), group)?;
        Ok(Field {
            name: name.clone(),
            kind,
            group,
            label: entry.label.clone(),
            help: entry.label.clone(),
            unit: entry.unit.clone(),
            change: Change::Fixed,
            primary: false,
        })
    }
}
