//! Families of features: one entry of a definition file, and a field of the schema for each combination.

use candor_core::preprocessing::ValueType;
use candor_core::records::{Selection, SelectionResult};
use candor_core::schema::{Change, Field, FieldKind, NumberKind};
use candor_core::text::Text;
use toml::Spanned;

use super::document::{AggregateName, FamilyEntry, FilterEntry, NestedEntry, TableEntry};
use super::expression::Columns;
use crate::error::Error;

/// Compiles the families of a table.
pub(super) struct Families<'a> {
    pub(super) table: &'a TableEntry,
    pub(super) statuses: &'a [FilterEntry],
    pub(super) windows: &'a [FilterEntry],
    /// The position of a reason group, or what is wrong with its name.
    pub(super) group: &'a dyn Fn(&Spanned<String>) -> Result<u16, Error>,
}

impl Families<'_> {
    /// Adds the fields of a family, and the selections that fill them.
    pub(super) fn add(
        &self,
        entry: &FamilyEntry,
        columns: &mut Columns<'_>,
        selections: &mut Vec<Selection>,
        fields: &mut Vec<(Spanned<String>, Field)>,
    ) -> Result<(), Error> {
        for (text, what) in [(&entry.meaning, "meaning"), (&entry.unit, "unit")] {
            if text.get_ref().en.trim().is_empty() || text.get_ref().fr.trim().is_empty() {
                return Err(columns.wrong(
                    &text.span(),
                    format!("the {what} of a family is needed in both languages"),
                ));
            }
        }
        let Some(group) = entry.group.as_ref().or(self.table.group.as_ref()) else {
            let problem = "a family needs its reason group: add group = \"…\" here or to the [table]";
            return Err(columns.wrong(&entry.name.span(), problem));
        };
        let Some(source) = entry.source.as_ref().or(self.table.source.as_ref()) else {
            let problem = "a family needs its source: add source = { en = \"…\", fr = \"…\" } here or to the [table]";
            return Err(columns.wrong(&entry.name.span(), problem));
        };
        let group = (self.group)(group)?;
        let value = self.value(entry.value.as_ref(), &entry.aggregates, &entry.name, columns)?;
        for status in self.filters(&entry.statuses, self.statuses, "status", columns)? {
            for window in self.filters(&entry.windows, self.windows, "window", columns)? {
                let filters = [status, window];
                let written = filters.iter().flatten().filter_map(|filter| filter.condition.as_ref());
                let conditions: Vec<&Spanned<String>> = written.chain(&entry.condition).collect();
                let mut results = Vec::new();
                for aggregate in &entry.aggregates {
                    results.push(SelectionResult {
                        aggregate: aggregate.get_ref().aggregate(),
                        output: position(fields.len(), &entry.name, columns)?,
                    });
                    let field = self.field(entry, *aggregate.get_ref(), filters, group, source);
                    fields.push((entry.name.clone(), field));
                }
                selections.push(Selection {
                    per_parent: false,
                    condition: columns.conditions(&conditions)?,
                    latest: filters.iter().flatten().map(|filter| filter.latest).max().unwrap_or(0),
                    value,
                    results,
                });
            }
        }
        Ok(())
    }

    /// The selection of a column of the parent, the one at `output`.
    pub(super) fn nested(
        &self,
        entry: &NestedEntry,
        output: usize,
        columns: &mut Columns<'_>,
    ) -> Result<Selection, Error> {
        let aggregates = std::slice::from_ref(&entry.aggregate);
        Ok(Selection {
            per_parent: true,
            value: self.value(entry.value.as_ref(), aggregates, &entry.name, columns)?,
            condition: columns.conditions(&entry.condition.iter().collect::<Vec<_>>())?,
            latest: entry.latest,
            results: vec![SelectionResult {
                aggregate: entry.aggregate.get_ref().aggregate(),
                output: position(output, &entry.name, columns)?,
            }],
        })
    }

    /// The column that is aggregated, if its type suits all `aggregates`.
    fn value(
        &self,
        value: Option<&Spanned<String>>,
        aggregates: &[Spanned<AggregateName>],
        name: &Spanned<String>,
        columns: &mut Columns<'_>,
    ) -> Result<Option<u16>, Error> {
        let Some(value) = value else {
            return match aggregates
                .iter()
                .find(|aggregate| !aggregate.get_ref().aggregate().counts())
            {
                Some(aggregate) => {
                    let word = aggregate.get_ref().suffix().to_lowercase();
                    let problem = format!("{word} needs a value: add value = \"…\" to {}", name.get_ref());
                    Err(columns.wrong(&aggregate.span(), problem))
                }
                None => Ok(None),
            };
        };
        let (column, value_type) = columns.column(value)?;
        for aggregate in aggregates {
            let name = *aggregate.get_ref();
            let suits = match value_type {
                ValueType::Boolean => true,
                ValueType::Number => name != AggregateName::Share,
                ValueType::Category(_) => name.aggregate().counts() || name == AggregateName::Distinct,
            };
            if !suits {
                let problem = match value_type {
                    ValueType::Category(_) => format!(
                        "{} of a category has no meaning; count or distinct have, and so has the share of one level",
                        name.suffix().to_lowercase()
                    ),
                    _ => "a share is of a condition (true or false), and this is a number; write mean".into(),
                };
                return Err(columns.wrong(&aggregate.span(), problem));
            }
        }
        Ok(Some(column))
    }

    /// The filters of these keys; `None` stands for all records.
    fn filters<'b>(
        &self,
        keys: &[Spanned<String>],
        known: &'b [FilterEntry],
        what: &str,
        columns: &Columns<'_>,
    ) -> Result<Vec<Option<&'b FilterEntry>>, Error> {
        if keys.is_empty() {
            return Ok(vec![None]);
        }
        let find = |key: &Spanned<String>| {
            if key.get_ref().is_empty() {
                return Ok(None);
            }
            let found = known.iter().find(|filter| filter.key.get_ref() == key.get_ref());
            found.map(Some).ok_or_else(|| {
                let keys: Vec<&str> = known.iter().map(|filter| filter.key.get_ref().as_str()).collect();
                let problem = format!("there is no {what} '{}'; there are {}", key.get_ref(), keys.join(", "));
                columns.wrong(&key.span(), problem)
            })
        };
        keys.iter().map(find).collect()
    }

    fn field(
        &self,
        entry: &FamilyEntry,
        aggregate: AggregateName,
        [status, window]: [Option<&FilterEntry>; 2],
        group: u16,
        source: &Text,
    ) -> Field {
        let table = self.table;
        let key = |filter: Option<&FilterEntry>| filter.map_or("", |filter| filter.key.get_ref()).to_owned();
        let parts = [
            table.prefix.clone(),
            key(status),
            entry.name.get_ref().clone(),
            key(window),
            aggregate.suffix().to_owned(),
        ];
        let (meaning, unit) = (entry.meaning.get_ref(), entry.unit.get_ref());
        let words = aggregate.words();
        let filters = [status, window].into_iter().flatten();
        let mut label = Text::new(
            format!("{}: {}", meaning.en, words.0),
            format!("{} : {}", meaning.fr, words.1),
        );
        for filter in filters {
            label.en = format!("{}, {}", label.en, filter.label.en);
            label.fr = format!("{}, {}", label.fr, filter.label.fr);
        }
        let unit = match aggregate {
            AggregateName::Any | AggregateName::Share => None,
            AggregateName::Count | AggregateName::Distinct if entry.value.is_some() => None,
            AggregateName::Trend => Some(Text::new(
                format!("{} per {}", unit.en, table.time_unit.en),
                format!("{} par {}", unit.fr, table.time_unit.fr),
            )),
            _ => Some(unit.clone()),
        };
        let kind = match aggregate {
            AggregateName::Any => FieldKind::Flag {
                no: "0".into(),
                yes: "1".into(),
            },
            _ => FieldKind::Number(NumberKind {
                decimals: match aggregate {
                    AggregateName::Count | AggregateName::Distinct => 0,
                    AggregateName::Share | AggregateName::Trend => entry.decimals.max(2),
                    _ => entry.decimals,
                },
                ..NumberKind::default()
            }),
        };
        Field {
            name: parts
                .iter()
                .filter(|part| !part.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join("_"),
            kind,
            group,
            help: Text::new(
                format!("{}. Made of the records of {}. {}", label.en, table.label.en, source.en),
                format!("{}. Calculé à partir de : {}. {}", label.fr, table.label.fr, source.fr),
            ),
            label,
            unit,
            change: Change::Fixed,
            primary: false,
        }
    }
}

fn position(position: usize, name: &Spanned<String>, columns: &Columns<'_>) -> Result<u16, Error> {
    u16::try_from(position).map_err(|_| columns.wrong(&name.span(), "there are more than 65,535 features"))
}
