//! One raw field: what it means, which values it may take, how it is shown.

use crate::decimal::Decimal;
use crate::ensemble::order::positions;
use crate::text::Text;

/// A raw field of an application.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Field {
    /// Column name, such as `AMT_CREDIT`.
    pub name: String,
    /// Which values the field takes.
    pub kind: FieldKind,
    /// Position of its reason group in [`Schema::groups`](crate::Schema::groups).
    pub group: u16,
    /// What the field is called on screen.
    pub label: Text,
    /// One sentence that helps a person to fill it in.
    pub help: Text,
    /// Unit of the shown value, if it has one.
    pub unit: Option<Text>,
    /// Whether the applicant can change the value.
    pub change: Change,
    /// Whether the field is one of the few that a form shows first.
    pub primary: bool,
}

/// The values that a field takes.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FieldKind {
    /// A number.
    Number(NumberKind),
    /// Yes or no; stored as 1 and 0.
    Flag {
        /// Raw text for no.
        no: String,
        /// Raw text for yes.
        yes: String,
    },
    /// One of a list of levels; stored as the level's position.
    Category {
        /// The known levels.
        levels: Vec<Level>,
        /// Raw texts that mean "missing", such as `XNA`; `*` stands for every text that is no level.
        missing_levels: Vec<String>,
    },
}

/// The range of a number and how it is shown.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NumberKind {
    /// Smallest raw value allowed.
    pub min: Option<f64>,
    /// Largest raw value allowed.
    pub max: Option<f64>,
    /// Digits shown after the decimal point.
    pub decimals: u8,
    /// Whether only whole raw values are allowed.
    pub integer: bool,
    /// shown = raw / scale; −365.25 shows "days before the application" as years ago.
    pub scale: f64,
    /// Raw values that mean "missing", such as 365243 in `DAYS_EMPLOYED`.
    pub sentinels: Vec<f64>,
}

/// A level of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Level {
    /// Raw text in the data.
    pub value: String,
    /// What the level is called on screen.
    pub label: Text,
}

/// Whether an applicant can change a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Change {
    /// The applicant or the advisor can change it, such as the amount asked for.
    Actionable,
    /// It is what it is, such as the history with other lenders.
    Fixed,
}

impl Default for NumberKind {
    fn default() -> Self {
        Self {
            min: None,
            max: None,
            decimals: 0,
            integer: false,
            scale: 1.0,
            sentinels: Vec::new(),
        }
    }
}

impl FieldKind {
    /// Number of levels of a category; `None` for other kinds.
    pub fn level_count(&self) -> Option<usize> {
        match self {
            Self::Category { levels, .. } => Some(levels.len()),
            Self::Number(_) | Self::Flag { .. } => None,
        }
    }

    /// What is wrong with the kind, if anything: a definition or a model file is checked with it.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Number(number) => number.problem(),
            Self::Flag { no, yes } => (no == yes).then(|| "yes and no are the same text".to_owned()),
            Self::Category { levels, .. } => {
                let value = |index: usize| levels[index].value.as_str();
                let order = positions(levels.len(), &|a, b| value(a).cmp(value(b)));
                let repeated = order.windows(2).find(|pair| value(pair[0]) == value(pair[1]))?;
                Some(format!("level '{}' is listed twice", value(repeated[0])))
            }
        }
    }
}

impl NumberKind {
    fn problem(&self) -> Option<String> {
        if !self.scale.is_finite() || self.scale == 0.0 {
            return Some(format!(
                "scale {} is not a finite number other than 0",
                Decimal(self.scale)
            ));
        }
        if self.min.is_some_and(f64::is_nan) || self.max.is_some_and(f64::is_nan) {
            return Some("min or max is not a number".to_owned());
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) if min > max => Some(format!("min {} is above max {}", Decimal(min), Decimal(max))),
            _ => None,
        }
    }
}
