//! Entries that several kinds of definition file have: kinds of values, features, reason groups.

use candor_core::Text;
use candor_core::schema::{FieldKind, Group, Level, NumberKind};
use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;

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

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Number,
    Flag,
    Category,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeatureEntry {
    pub(crate) name: Spanned<String>,
    pub(crate) value: Spanned<String>,
    pub(crate) group: Spanned<String>,
    pub(crate) label: Text,
    pub(crate) unit: Option<Text>,
    pub(crate) impute: Option<Spanned<Impute>>,
}

/// The position of the reason group that is called so at a place of a file.
pub(crate) fn group_of(groups: &[Group], key: &Spanned<String>, file: &str, text: &str) -> Result<u16, Error> {
    let found = (0..).zip(groups).find(|(_, group)| group.key == *key.get_ref());
    found.map(|(index, _)| index).ok_or_else(|| {
        let known: Vec<&str> = groups.iter().map(|group| group.key.as_str()).collect();
        let problem = format!(
            "there is no group '{}'; the groups are {}",
            key.get_ref(),
            known.join(", ")
        );
        Error::at(file, text, key.span().start, problem)
    })
}

/// What a file says of the values of a field.
pub(crate) struct KindEntry<'a> {
    pub(crate) kind: Kind,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) decimals: u8,
    pub(crate) integer: bool,
    pub(crate) scale: f64,
    pub(crate) sentinels: &'a [f64],
    pub(crate) no: Option<&'a str>,
    pub(crate) yes: Option<&'a str>,
    pub(crate) levels: &'a [Level],
    pub(crate) missing_levels: &'a [String],
}

impl KindEntry<'_> {
    /// The kind of a field, or what is wrong with it.
    pub(crate) fn compile(&self) -> Result<FieldKind, String> {
        let kind = match self.kind {
            Kind::Number => FieldKind::Number(NumberKind {
                min: self.min,
                max: self.max,
                decimals: self.decimals,
                integer: self.integer,
                scale: self.scale,
                sentinels: self.sentinels.to_vec(),
            }),
            Kind::Flag => FieldKind::Flag {
                no: self.no.unwrap_or("0").to_owned(),
                yes: self.yes.unwrap_or("1").to_owned(),
            },
            Kind::Category if self.levels.is_empty() => return Err("a category needs its levels".into()),
            Kind::Category => FieldKind::Category {
                levels: self.levels.to_vec(),
                missing_levels: self.missing_levels.to_vec(),
            },
        };
        kind.problem().map_or(Ok(kind), Err)
    }
}
