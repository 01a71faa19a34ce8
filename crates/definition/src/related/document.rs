//! The definition file of a related table: what its columns mean, and the families of features made of its records.

use candor_core::records::Aggregate;
use candor_core::schema::{Group, Level};
use candor_core::text::Text;
use serde::Deserialize;
use toml::Spanned;

use crate::entries::{FeatureEntry, Kind};

/// A file as it is written. One without a table holds features of the client's fields and records together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) table: Option<TableEntry>,
    #[serde(rename = "group", default)]
    pub(super) groups: Vec<Spanned<Group>>,
    #[serde(rename = "column", default)]
    pub(super) columns: Vec<ColumnEntry>,
    #[serde(rename = "derived", default)]
    pub(super) derived: Vec<DerivedEntry>,
    #[serde(rename = "nested", default)]
    pub(super) nested: Vec<NestedEntry>,
    #[serde(rename = "status", default)]
    pub(super) statuses: Vec<FilterEntry>,
    #[serde(rename = "window", default)]
    pub(super) windows: Vec<FilterEntry>,
    #[serde(rename = "family", default)]
    pub(super) families: Vec<FamilyEntry>,
    #[serde(rename = "feature", default)]
    pub(super) features: Vec<FeatureEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEntry {
    pub(super) name: Spanned<String>,
    /// What its records are called, in the plural.
    pub(super) label: Text,
    /// First word of its features' names.
    pub(super) prefix: String,
    pub(super) parent: Option<Spanned<String>>,
    pub(super) key: Option<String>,
    pub(super) client_key: Option<String>,
    pub(super) parent_key: Option<String>,
    #[serde(default)]
    pub(super) once_a_time: bool,
    /// Column that tells when a record is from, before (negative) the application.
    pub(super) time: Spanned<String>,
    pub(super) time_unit: Text,
    /// Reason group of what says no other.
    pub(super) group: Option<Spanned<String>>,
    /// Where the records come from, for families that say no other.
    pub(super) source: Option<Text>,
    #[serde(default)]
    pub(super) unused: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnEntry {
    pub(super) name: Spanned<String>,
    pub(super) kind: Kind,
    pub(super) label: Text,
    pub(super) unit: Option<Text>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    #[serde(default)]
    pub(super) integer: bool,
    #[serde(default)]
    pub(super) sentinels: Vec<f64>,
    pub(super) no: Option<String>,
    pub(super) yes: Option<String>,
    #[serde(default)]
    pub(super) levels: Vec<Level>,
    #[serde(default)]
    pub(super) missing_levels: Vec<String>,
}

/// A column computed for each record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DerivedEntry {
    pub(super) name: Spanned<String>,
    pub(super) value: Spanned<String>,
}

/// A column of the parent, made of this table's records of each of the parent's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NestedEntry {
    pub(super) name: Spanned<String>,
    pub(super) value: Option<Spanned<String>>,
    #[serde(rename = "where")]
    pub(super) condition: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) latest: u16,
    pub(super) aggregate: Spanned<AggregateName>,
}

/// Which records: by what became of them (status), or by when they are from (window).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilterEntry {
    pub(super) key: Spanned<String>,
    pub(super) label: Text,
    #[serde(rename = "where")]
    pub(super) condition: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) latest: u16,
}

/// Features that differ in which records they read and how these are aggregated. One feature for each combination.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilyEntry {
    pub(super) name: Spanned<String>,
    pub(super) value: Option<Spanned<String>>,
    #[serde(rename = "where")]
    pub(super) condition: Option<Spanned<String>>,
    pub(super) meaning: Spanned<Text>,
    pub(super) unit: Spanned<Text>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) source: Option<Text>,
    /// Keys of statuses; an empty one stands for all records, and so does an empty list.
    #[serde(default)]
    pub(super) statuses: Vec<Spanned<String>>,
    /// Keys of windows, likewise.
    #[serde(default)]
    pub(super) windows: Vec<Spanned<String>>,
    pub(super) aggregates: Vec<Spanned<AggregateName>>,
    #[serde(default)]
    pub(super) decimals: u8,
}

/// An aggregate as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AggregateName {
    Count,
    Any,
    Sum,
    Mean,
    Min,
    Max,
    Range,
    Std,
    First,
    Last,
    Trend,
    Distinct,
    /// The mean of a condition.
    Share,
}

impl AggregateName {
    pub(super) fn aggregate(self) -> Aggregate {
        match self {
            Self::Count => Aggregate::Count,
            Self::Any => Aggregate::Any,
            Self::Sum => Aggregate::Sum,
            Self::Mean | Self::Share => Aggregate::Mean,
            Self::Min => Aggregate::Minimum,
            Self::Max => Aggregate::Maximum,
            Self::Range => Aggregate::Range,
            Self::Std => Aggregate::Deviation,
            Self::First => Aggregate::First,
            Self::Last => Aggregate::Last,
            Self::Trend => Aggregate::Trend,
            Self::Distinct => Aggregate::Distinct,
        }
    }

    /// Last word of a feature's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Any => "ANY",
            Self::Sum => "SUM",
            Self::Mean => "MEAN",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Range => "RANGE",
            Self::Std => "STD",
            Self::First => "FIRST",
            Self::Last => "LAST",
            Self::Trend => "TREND",
            Self::Distinct => "DISTINCT",
            Self::Share => "SHARE",
        }
    }

    /// What it is called, in English and French.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Count => ("number", "nombre"),
            Self::Any => ("whether there is any", "présence"),
            Self::Sum => ("total", "total"),
            Self::Mean => ("mean", "moyenne"),
            Self::Min => ("least", "minimum"),
            Self::Max => ("largest", "maximum"),
            Self::Range => ("spread", "étendue"),
            Self::Std => ("standard deviation", "écart-type"),
            Self::First => ("earliest", "valeur la plus ancienne"),
            Self::Last => ("latest", "valeur la plus récente"),
            Self::Trend => ("trend", "tendance"),
            Self::Distinct => ("number of different ones", "nombre de valeurs différentes"),
            Self::Share => ("share", "part"),
        }
    }
}
