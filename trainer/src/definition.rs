//! The definition file: raw fields, reason groups and features as data, compiled into a schema and a preprocessing.

use std::collections::{BTreeSet, HashMap};

use candor_core::Text;
use candor_core::preprocessing::expression::{self, Binding, Scope};
use candor_core::preprocessing::{Feature, Preprocessing, Source, ValueType};
use candor_core::schema::{Change, Field, FieldKind, Group, Level, NumberKind, Schema};
use serde::Deserialize;
use toml::Spanned;

use crate::error::{Error, position};
use crate::policy::PolicyFile;
use crate::table::OutcomeWords;

/// The definition of the Home Credit application table, which is used when no file is given.
pub const APPLICATION: &str = include_str!("../features/application.toml");

/// A compiled definition.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The fields that are inputs.
    pub schema: Schema,
    /// The features made from them.
    pub preprocessing: Preprocessing,
    /// What to put in for a missing value, per feature that asks for it; fitted on the training part.
    pub imputations: Vec<(usize, Impute)>,
    /// What the target column writes, where it is not 1 for a default and 0 for none.
    pub outcomes: Option<OutcomeWords>,
    /// Features left out because they read an excluded field.
    pub dropped_features: Vec<String>,
    /// The direction of each feature that a model is held to: 1 where the probability of default may not fall as the
    /// feature rises, −1 where it may not rise, 0 where it may do both. Empty where there is none.
    pub directions: Vec<i8>,
    /// Fields and features that were left out because they were asked to be.
    pub left_out: BTreeSet<String>,
    /// Name of the file, for errors.
    pub(crate) file: String,
    /// The file's text.
    text: String,
    /// Line and column of the names of fields and features.
    places: HashMap<String, (usize, usize)>,
}

/// What to put in for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged, expecting = "impute should be \"median\", \"mean\" or a number")]
pub enum Impute {
    /// A statistic of the training part.
    Fitted(Statistic),
    /// A given number.
    Constant(f64),
}

/// A statistic that imputation can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// The middle value.
    Median,
    /// The mean.
    Mean,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    table: TableEntry,
    #[serde(rename = "group")]
    groups: Vec<Group>,
    #[serde(rename = "field")]
    fields: Vec<Spanned<FieldEntry>>,
    #[serde(rename = "feature", default)]
    features: Vec<FeatureEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableEntry {
    name: String,
    id: Option<String>,
    target: Option<String>,
    outcomes: Option<OutcomeWords>,
    /// Known columns that are not read.
    #[serde(default)]
    unused: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    name: Spanned<String>,
    kind: Kind,
    group: Spanned<String>,
    label: Text,
    help: Text,
    unit: Option<Text>,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    decimals: u8,
    #[serde(default)]
    integer: bool,
    #[serde(default = "one")]
    scale: f64,
    #[serde(default)]
    sentinels: Vec<f64>,
    no: Option<String>,
    yes: Option<String>,
    #[serde(default)]
    levels: Vec<Level>,
    #[serde(default)]
    missing_levels: Vec<String>,
    change: Change,
    #[serde(default)]
    primary: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Number,
    Flag,
    Category,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeatureEntry {
    name: Spanned<String>,
    value: Spanned<String>,
    group: Spanned<String>,
    label: Text,
    unit: Option<Text>,
    impute: Option<Spanned<Impute>>,
}

fn one() -> f64 {
    1.0
}

impl Definition {
    /// Compiles a definition file's text without the fields that the policy excludes and everything that reads them;
    /// `file` names it in errors.
    ///
    /// # Errors
    /// [`Error::Definition`] with line and column: TOML that does not parse, an unknown group, a name used twice, a
    /// wrong expression, a field excluded that is none.
    pub fn compile(file: &str, text: &str, policy: &PolicyFile) -> Result<Self, Error> {
        Self::compile_without(file, text, policy, &BTreeSet::new())
    }

    /// The same definition without these fields and features, and without what reads them. Directions are not kept.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn without(&self, left_out: &BTreeSet<String>, policy: &PolicyFile) -> Result<Self, Error> {
        let left_out = self.left_out.union(left_out).cloned().collect();
        Self::compile_without(&self.file, &self.text, policy, &left_out)
    }

    fn compile_without(
        file: &str,
        text: &str,
        policy: &PolicyFile,
        left_out: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let excluded = &policy.excluded;
        let document: Document = toml::from_str(text).map_err(|error| {
            Error::definition(
                file,
                text,
                error.span().map_or(0, |span| span.start),
                error.message().replace('\n', " "),
            )
        })?;
        let compiler = Compiler {
            file,
            text,
            groups: &document.groups,
        };
        let mut names = BTreeSet::new();
        let mut fields = Vec::new();
        for entry in &document.fields {
            let field = compiler.field(entry)?;
            if !names.insert(field.name.clone()) {
                let problem = format!("field {} is defined twice", field.name);
                let name = &entry.get_ref().name;
                return Err(Error::definition(file, text, name.span().start, problem));
            }
            fields.push(field);
        }
        policy.check_fields(|field| names.contains(field))?;
        let is_excluded = |name: &str| excluded.iter().any(|excluded| excluded.field == name);
        let is_out = |name: &str| is_excluded(name) || left_out.contains(name);

        // Everything is compiled once with all fields, so that a mistake is found even in a feature that is left out.
        let all = compiler.features(&fields, &document.features, &mut names)?;
        let (mut dropped, mut dropped_features) = (BTreeSet::new(), Vec::new());
        for (index, feature) in all.features.iter().enumerate() {
            let behind = all.fields_behind(index);
            let reads_out = match &feature.source {
                Source::Field(_) => false,
                Source::Expression { program, .. } => {
                    let mut read = program.features();
                    read.any(|earlier| dropped.contains(&all.features[earlier].name))
                }
            };
            if reads_out || is_out(&feature.name) || behind.iter().any(|&field| is_out(&fields[field].name)) {
                dropped.insert(feature.name.clone());
            }
            let is_field = matches!(feature.source, Source::Field(_));
            if !is_field && behind.iter().any(|&field| is_excluded(&fields[field].name)) {
                dropped_features.push(feature.name.clone());
            }
        }
        dropped_features.sort_unstable();
        let mut unused_columns = document.table.unused;
        let left = fields.iter().map(|field| &field.name).filter(|name| is_out(name));
        unused_columns.extend(left.cloned());
        fields.retain(|field| !is_out(&field.name));
        let kept: Vec<&FeatureEntry> = document
            .features
            .iter()
            .filter(|entry| !dropped.contains(entry.name.get_ref()))
            .collect();
        let mut scope = Names::of_fields(&fields);
        let mut preprocessing = Preprocessing {
            features: raw_features(&fields),
        };
        let mut imputations = Vec::new();
        for entry in kept {
            let feature = compiler.feature(entry, &scope)?;
            scope.add_feature(&feature.name, preprocessing.features.len());
            imputations.extend(
                entry
                    .impute
                    .as_ref()
                    .map(|impute| (preprocessing.features.len(), *impute.get_ref())),
            );
            preprocessing.features.push(feature);
        }
        let (table, id, target) = (document.table.name, document.table.id, document.table.target);
        let groups = document.groups;
        let schema = Schema {
            table,
            id,
            target,
            groups,
            fields,
            unused_columns,
        };
        let names = document.fields.iter().map(|entry| &entry.get_ref().name);
        let places = names
            .chain(document.features.iter().map(|entry| &entry.name))
            .map(|name| (name.get_ref().clone(), position(text, name.span().start)))
            .collect();
        Ok(Self {
            schema,
            preprocessing,
            imputations,
            outcomes: document.table.outcomes,
            dropped_features,
            directions: Vec::new(),
            left_out: left_out.clone(),
            file: file.to_owned(),
            text: text.to_owned(),
            places,
        })
    }

    /// What is wrong with the field or feature called `name`, with the place of its entry.
    pub(crate) fn problem(&self, name: &str, problem: &str) -> Error {
        let (line, column) = self.places.get(name).copied().unwrap_or((1, 1));
        Error::Definition {
            file: self.file.clone(),
            line,
            column,
            problem: format!("{name}: {problem}"),
        }
    }
}

/// Every field is a feature under its own name.
fn raw_features(fields: &[Field]) -> Vec<Feature> {
    let feature = |(index, field): (u16, &Field)| Feature {
        name: field.name.clone(),
        label: field.label.clone(),
        unit: field.unit.clone(),
        group: field.group,
        source: Source::Field(index),
        imputed: None,
    };
    (0..).zip(fields).map(feature).collect()
}

struct Compiler<'a> {
    file: &'a str,
    text: &'a str,
    groups: &'a [Group],
}

impl Compiler<'_> {
    fn group(&self, key: &Spanned<String>) -> Result<u16, Error> {
        (0..)
            .zip(self.groups)
            .find(|(_, group)| group.key == *key.get_ref())
            .map(|(index, _)| index)
            .ok_or_else(|| {
                let known: Vec<&str> = self.groups.iter().map(|group| group.key.as_str()).collect();
                let problem = format!(
                    "there is no group '{}'; the groups are {}",
                    key.get_ref(),
                    known.join(", ")
                );
                Error::definition(self.file, self.text, key.span().start, problem)
            })
    }

    fn field(&self, spanned: &Spanned<FieldEntry>) -> Result<Field, Error> {
        let entry = spanned.get_ref();
        let problem = |problem: &str| {
            Error::definition(
                self.file,
                self.text,
                spanned.span().start,
                format!("field {}: {problem}", entry.name.get_ref()),
            )
        };
        let kind = match entry.kind {
            Kind::Number => FieldKind::Number(NumberKind {
                min: entry.min,
                max: entry.max,
                decimals: entry.decimals,
                integer: entry.integer,
                scale: entry.scale,
                sentinels: entry.sentinels.clone(),
            }),
            Kind::Flag => FieldKind::Flag {
                no: entry.no.clone().unwrap_or_else(|| "0".into()),
                yes: entry.yes.clone().unwrap_or_else(|| "1".into()),
            },
            Kind::Category if entry.levels.is_empty() => return Err(problem("a category needs its levels")),
            Kind::Category => FieldKind::Category {
                levels: entry.levels.clone(),
                missing_levels: entry.missing_levels.clone(),
            },
        };
        let field = Field {
            name: entry.name.get_ref().clone(),
            kind,
            group: self.group(&entry.group)?,
            label: entry.label.clone(),
            help: entry.help.clone(),
            unit: entry.unit.clone(),
            change: entry.change,
            primary: entry.primary,
        };
        match field.kind.problem() {
            Some(found) => Err(problem(&found)),
            None => Ok(field),
        }
    }

    fn features(
        &self,
        fields: &[Field],
        entries: &[FeatureEntry],
        names: &mut BTreeSet<String>,
    ) -> Result<Preprocessing, Error> {
        let mut features = raw_features(fields);
        let mut scope = Names::of_fields(fields);
        for entry in entries {
            let feature = self.feature(entry, &scope)?;
            if !names.insert(feature.name.clone()) {
                let problem = format!("the name {} is used twice", feature.name);
                return Err(Error::definition(
                    self.file,
                    self.text,
                    entry.name.span().start,
                    problem,
                ));
            }
            scope.add_feature(&feature.name, features.len());
            features.push(feature);
        }
        Ok(Preprocessing { features })
    }

    fn feature(&self, entry: &FeatureEntry, scope: &Names<'_>) -> Result<Feature, Error> {
        let text = entry.value.get_ref();
        let problem = |at: usize, problem: &str| {
            let problem = format!("feature {}: {problem}", entry.name.get_ref());
            Error::definition(self.file, self.text, at, problem)
        };
        let (program, _) = expression::compile(text, scope).map_err(|error| {
            let span = entry.value.span();
            problem(
                span.start + offset_as_written(&self.text[span.clone()], error.offset),
                &error.message,
            )
        })?;
        if let Some(impute) = &entry.impute
            && let Impute::Constant(value) = impute.get_ref()
            && !value.is_finite()
        {
            return Err(problem(
                impute.span().start,
                "the number put in for a missing value must be finite",
            ));
        }
        Ok(Feature {
            name: entry.name.get_ref().clone(),
            label: entry.label.clone(),
            unit: entry.unit.clone(),
            group: self.group(&entry.group)?,
            source: Source::Expression {
                text: text.clone(),
                program,
            },
            imputed: None,
        })
    }
}

/// Where in a TOML string, as written with its quotes, the byte at `offset` of its value stands.
fn offset_as_written(written: &str, offset: usize) -> usize {
    let quote = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
    let (mut at, long) = if written.starts_with(quote) {
        (3, true)
    } else {
        (1, false)
    };
    if long {
        // A line break right behind the quotes is no part of the value.
        at += ["\r\n", "\n"]
            .iter()
            .find(|ending| written[at..].starts_with(**ending))
            .map_or(0, |ending| ending.len());
    }
    if quote.starts_with('\'') {
        return at + offset;
    }
    let mut value = 0;
    loop {
        let rest = &written[at..];
        let Some(first) = rest.chars().next() else { break };
        let (read, stands_for) = if first == '\\' {
            escape(&rest[1..])
        } else {
            (first.len_utf8(), first.len_utf8())
        };
        // What stands for nothing is passed over: the byte comes behind it.
        if value >= offset && stands_for > 0 {
            break;
        }
        at += read;
        value += stands_for;
    }
    at
}

/// Length of a TOML escape, backslash included, and of what it stands for; `rest` is what follows the backslash.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.chars().next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) if c.is_whitespace() => {
            // A backslash at the end of a line joins it with the next.
            return (1 + rest.len() - rest.trim_start().len(), 0);
        }
        _ => return (2, 1),
    };
    let character = rest
        .get(1..1 + digits)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32);
    (2 + digits, character.map_or(1, char::len_utf8))
}

/// What names mean while features are compiled.
pub(crate) struct Names<'a> {
    fields: &'a [Field],
    bindings: HashMap<String, Binding>,
}

impl<'a> Names<'a> {
    pub(crate) fn of_fields(fields: &'a [Field]) -> Self {
        let binding = |(index, field): (u16, &Field)| {
            let value_type = match field.kind {
                FieldKind::Number(_) => ValueType::Number,
                FieldKind::Flag { .. } => ValueType::Boolean,
                FieldKind::Category { .. } => ValueType::Category(index),
            };
            (field.name.clone(), Binding::Field(index, value_type))
        };
        Self {
            fields,
            bindings: (0..).zip(fields).map(binding).collect(),
        }
    }

    pub(crate) fn add_feature(&mut self, name: &str, index: usize) {
        if let Ok(index) = u16::try_from(index) {
            self.bindings.insert(name.to_owned(), Binding::Feature(index));
        }
    }
}

impl Scope for Names<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).copied()
    }

    fn level(&self, field: u16, level: &str) -> Option<u16> {
        let FieldKind::Category { levels, .. } = &self.fields.get(usize::from(field))?.kind else {
            return None;
        };
        (0..)
            .zip(levels)
            .find(|(_, known)| known.value == level)
            .map(|(position, _)| position)
    }

    fn similar(&self, name: &str) -> Option<String> {
        let mut near: Vec<(usize, &String)> = self
            .bindings
            .keys()
            .map(|known| (edit_distance(name, known), known))
            .collect();
        near.sort();
        near.first()
            .filter(|(distance, _)| *distance <= (name.chars().count() / 2).min(3))
            .map(|(_, known)| (*known).clone())
    }
}

/// Levenshtein distance: insertions, deletions and replacements that turn one name into the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
