//! The definition file: raw fields, reason groups and features as data, compiled into a schema and a preprocessing.

use std::collections::{BTreeSet, HashMap};

use candor_core::preprocessing::{Feature, Preprocessing, Source, expression};
use candor_core::records::application_schema;
use candor_core::schema::{Change, Field, Group, Level, Schema};
use candor_core::{Records, Text};
use candor_portfolio::table::OutcomeWords;
use serde::Deserialize;
use toml::Spanned;

use crate::entries::{FeatureEntry, Impute, Kind, KindEntry, group_of};
use crate::error::Error;
use crate::names::Names;
use crate::places::{offset_as_written, position};
use crate::policy::PolicyFile;
use crate::related::{self, DefinitionFiles};

/// The definition of the Home Credit application table, which is used when no file is given.
pub const APPLICATION: &str = include_str!("../features/application.toml");

/// A compiled definition.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The fields that are inputs.
    pub schema: Schema,
    /// The features made from them.
    pub preprocessing: Preprocessing,
    /// Related records and what is made of them: the last fields of the schema.
    pub records: Option<Records>,
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
    file: String,
    /// The file's text.
    text: String,
    /// The definition files of related tables.
    related: Option<DefinitionFiles>,
    /// Line and column of the names of fields and features.
    places: HashMap<String, (usize, usize)>,
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
        Self::compile_with(file, text, None, policy)
    }

    /// As [`compile`](Self::compile), with related records: what is made of them are fields like others, behind those of
    /// the application.
    ///
    /// # Errors
    /// As [`compile`](Self::compile); the file that is wrong is named.
    pub fn compile_with(
        file: &str,
        text: &str,
        related: Option<&DefinitionFiles>,
        policy: &PolicyFile,
    ) -> Result<Self, Error> {
        Self::compile_without(file, text, related, policy, &BTreeSet::new())
    }

    /// The same definition without these fields and features, and without what reads them. Directions are not kept.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn without(&self, left_out: &BTreeSet<String>, policy: &PolicyFile) -> Result<Self, Error> {
        let left_out = self.left_out.union(left_out).cloned().collect();
        Self::compile_without(&self.file, &self.text, self.related.as_ref(), policy, &left_out)
    }

    fn compile_without(
        file: &str,
        text: &str,
        related: Option<&DefinitionFiles>,
        policy: &PolicyFile,
        left_out: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let excluded = &policy.excluded;
        let mut document: Document = toml::from_str(text).map_err(|error| {
            Error::at(
                file,
                text,
                error.span().map_or(0, |span| span.start),
                error.message().replace('\n', " "),
            )
        })?;
        let target = document.table.target.as_deref();
        let mut groups = std::mem::take(&mut document.groups);
        let compiled = related.map(|files| related::compile(files, &mut groups, policy, target));
        let compiled = compiled.transpose()?;
        let compiler = |file, text| Compiler {
            file,
            text,
            groups: &groups,
        };
        let own = compiler(file, text);
        let mut names = BTreeSet::new();
        let mut fields = Vec::new();
        for entry in &document.fields {
            let field = own.field(entry)?;
            if !names.insert(field.name.clone()) {
                let problem = format!("field {} is defined twice", field.name);
                let name = &entry.get_ref().name;
                return Err(Error::at(file, text, name.span().start, problem));
            }
            fields.push(field);
        }
        policy.check_fields(|field| names.contains(field))?;
        let is_excluded = |name: &str| excluded.iter().any(|excluded| excluded.field == name);
        let is_out = |name: &str| is_excluded(name) || left_out.contains(name);
        let mut entries: Vec<(Compiler<'_>, &FeatureEntry)> =
            document.features.iter().map(|entry| (own, entry)).collect();
        if let Some(related) = &compiled {
            for field in &related.fields {
                if !names.insert(field.name.clone()) {
                    let problem = format!("field {} is made of related records as well; rename one", field.name);
                    return Err(Error::at(file, text, 0, problem));
                }
            }
            fields.extend(related.fields.iter().cloned());
            let features = related.features.iter();
            entries.extend(features.map(|(file, text, entry)| (compiler(file, text), entry)));
        }

        // Everything is compiled once with all fields, so that a mistake is found even in a feature that is left out.
        let all = features(&fields, &entries, &mut names)?;
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
        let kept = entries
            .iter()
            .filter(|(_, entry)| !dropped.contains(entry.name.get_ref()));
        let mut scope = Names::of_fields(&fields);
        let mut preprocessing = Preprocessing {
            features: raw_features(&fields),
        };
        let mut imputations = Vec::new();
        for (compiler, entry) in kept {
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
        let names = document.fields.iter().map(|entry| &entry.get_ref().name);
        let places = names
            .chain(document.features.iter().map(|entry| &entry.name))
            .map(|name| (name.get_ref().clone(), position(text, name.span().start)))
            .collect();
        let records = compiled.map(|related| related.records_without(&is_out));
        let schema = Schema {
            table,
            id,
            target,
            groups,
            fields,
            unused_columns,
        };
        Ok(Self {
            schema,
            preprocessing,
            records,
            imputations,
            outcomes: document.table.outcomes,
            dropped_features,
            directions: Vec::new(),
            left_out: left_out.clone(),
            file: file.to_owned(),
            text: text.to_owned(),
            related: related.cloned(),
            places,
        })
    }

    /// The texts of the definition files of related tables.
    pub fn related_texts(&self) -> impl Iterator<Item = &str> {
        let files = self.related.iter().flat_map(|related| &related.files);
        files.map(|(_, text)| text.as_str())
    }

    /// The schema of the applications alone, without the fields that related records fill.
    pub fn application_schema(&self) -> Schema {
        application_schema(&self.schema, self.records.as_ref())
    }

    /// Name of the file, for errors.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is wrong with the field or feature called `name`, with the place of its entry.
    pub fn problem(&self, name: &str, problem: &str) -> Error {
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

/// Features in the order of their entries, each compiled with the file that it stands in.
fn features(
    fields: &[Field],
    entries: &[(Compiler<'_>, &FeatureEntry)],
    names: &mut BTreeSet<String>,
) -> Result<Preprocessing, Error> {
    let mut features = raw_features(fields);
    let mut scope = Names::of_fields(fields);
    for (compiler, entry) in entries {
        let feature = compiler.feature(entry, &scope)?;
        if !names.insert(feature.name.clone()) {
            let problem = format!("the name {} is used twice", feature.name);
            let start = entry.name.span().start;
            return Err(Error::at(compiler.file, compiler.text, start, problem));
        }
        scope.add_feature(&feature.name, features.len());
        features.push(feature);
    }
    Ok(Preprocessing { features })
}

#[derive(Clone, Copy)]
struct Compiler<'a> {
    file: &'a str,
    text: &'a str,
    groups: &'a [Group],
}

impl Compiler<'_> {
    fn field(&self, spanned: &Spanned<FieldEntry>) -> Result<Field, Error> {
        let entry = spanned.get_ref();
        let problem = |problem: &str| {
            Error::at(
                self.file,
                self.text,
                spanned.span().start,
                format!("field {}: {problem}", entry.name.get_ref()),
            )
        };
        let kind = KindEntry {
            kind: entry.kind,
            min: entry.min,
            max: entry.max,
            decimals: entry.decimals,
            integer: entry.integer,
            scale: entry.scale,
            sentinels: &entry.sentinels,
            no: entry.no.as_deref(),
            yes: entry.yes.as_deref(),
            levels: &entry.levels,
            missing_levels: &entry.missing_levels,
        };
        let kind = kind.compile().map_err(|found| problem(&found))?;
        Ok(Field {
            name: entry.name.get_ref().clone(),
            kind,
            group: group_of(self.groups, &entry.group, self.file, self.text)?,
            label: entry.label.clone(),
            help: entry.help.clone(),
            unit: entry.unit.clone(),
            change: entry.change,
            primary: entry.primary,
        })
    }

    fn feature(&self, entry: &FeatureEntry, scope: &Names<'_>) -> Result<Feature, Error> {
        let text = entry.value.get_ref();
        let problem = |at: usize, problem: &str| {
            let problem = format!("feature {}: {problem}", entry.name.get_ref());
            Error::at(self.file, self.text, at, problem)
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
            group: group_of(self.groups, &entry.group, self.file, self.text)?,
            source: Source::Expression {
                text: text.clone(),
                program,
            },
            imputed: None,
        })
    }
}
