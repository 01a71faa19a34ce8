//! A whole model around imported trees: what scoring needs and the other library's file does not hold.

use std::collections::BTreeSet;

use super::{FeatureKind, Format, ImportError, Imported, ImportedFeature, Output};
use crate::artifact::{DataFingerprint, FieldReference, Model, ModelCard, Parameters, Reference};
use crate::decision::{Calibration, Policy};
use crate::preprocessing::{Feature, Preprocessing, Source};
use crate::schema::{Change, Field, FieldKind, Group, Level, NumberKind, Schema};
use crate::text::Text;

/// What a model card says of where imported trees come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name for the model.
    pub name: String,
    /// The library that made it.
    pub format: Format,
    /// Name of its file.
    pub file: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// What stands for a level that no tree of CatBoost's asks for.
const OTHER: &str = "(other)";
/// What stands for a level without letters, which a table cannot tell from a missing value.
const EMPTY: &str = "(empty)";

impl Format {
    /// The library's name, as it writes it itself.
    pub fn library(self) -> &'static str {
        match self {
            Self::LightGbm => "LightGBM",
            Self::XgBoost => "XGBoost",
            Self::CatBoost => "CatBoost",
            Self::Onnx => "ONNX",
        }
    }
}

impl Output {
    /// What a reader should know of a raw score that is no log-odds.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::LogOdds => None,
            Self::Probability => Some(
                "The trees give a probability, which stands where log-odds are expected (log_odds): the probability, \
                 points, decision and risk level shown for it mean nothing.",
            ),
            Self::Value => Some(
                "The trees give a predicted value or a rank, not log-odds of default (log_odds holds it): the \
                 probability, points, decision and risk level shown for it mean nothing.",
            ),
            Self::LogValue => Some(
                "The trees give the logarithm of a predicted value, not log-odds of default (log_odds holds it): the \
                 probability, points, decision and risk level shown for it mean nothing.",
            ),
        }
    }
}

impl Imported {
    /// A model whose log-odds are the raw score of the trees: a field per feature and a reason group per field, nothing
    /// imputed, nothing calibrated, no reference population and no parity cases.
    ///
    /// A level that CatBoost has not seen, or does not ask for, is written as `(other)` and scored as CatBoost scores it. No
    /// such level is added for XGBoost, which itself refuses categories that it has not seen.
    ///
    /// # Errors
    /// [`ImportError::Inconsistent`] for features or levels that a table could not tell apart by their names.
    pub fn into_model(self, origin: Origin, policy: Policy) -> Result<Model, ImportError> {
        let mut notes = vec![format!(
            "Imported from {}; costs, scale and threshold are not fitted to it.",
            origin.format.library()
        )];
        notes.extend(self.output.note().map(str::to_owned));
        if !self.has_covers {
            notes.push(
                "The file does not say how much training data a leaf holds: contributions count every leaf alike."
                    .into(),
            );
        }
        let mut names = BTreeSet::new();
        let mut fields = Vec::with_capacity(self.features.len());
        for (place, feature) in self.features.into_iter().enumerate() {
            let field = field(place, feature, origin.format, &mut notes)?;
            if !names.insert(field.name.clone()) {
                let problem = format!("'{}' stands there twice; give every feature its own name", field.name);
                return Err(inconsistent("the names of the features", problem));
            }
            fields.push(field);
        }
        let fields_unknown = FieldReference {
            missing_share: 0.0,
            quantiles: Vec::new(),
            shares: Vec::new(),
            importance: 0.0,
        };
        Ok(Model {
            preprocessing: Preprocessing {
                features: fields.iter().map(feature).collect(),
            },
            ensemble: self.ensemble,
            calibration: Calibration {
                slope: 1.0,
                intercept: 0.0,
            },
            policy,
            reference: Reference {
                fields: vec![fields_unknown; fields.len()],
                score_quantiles: Vec::new(),
                importance: vec![0.0; fields.len()],
            },
            card: ModelCard {
                name: origin.name,
                candor_version: env!("CARGO_PKG_VERSION").into(),
                algorithm: format!("{} (imported)", origin.format.library()),
                parameters: Parameters::default(),
                data: DataFingerprint {
                    file: origin.file,
                    rows: 0,
                    sha256: origin.sha256,
                },
                parts: Vec::new(),
                dropped_features: Vec::new(),
                notes,
            },
            background: None,
            records: None,
            population: None,
            parity: Vec::new(),
            schema: Schema {
                table: "imported".into(),
                id: None,
                target: None,
                groups: fields.iter().map(group).collect(),
                fields,
                unused_columns: Vec::new(),
            },
        })
    }
}

/// The field at `place`; its group has the same number.
fn field(
    place: usize,
    feature: ImportedFeature,
    format: Format,
    notes: &mut Vec<String>,
) -> Result<Field, ImportError> {
    // Readers of tables trim the names of columns.
    let name = feature.name.trim().to_owned();
    let number = u16::try_from(place).map_err(|_| {
        let problem = format!(
            "there are more than {}; train without those that no tree uses",
            u16::MAX
        );
        inconsistent("the features", problem)
    })?;
    if name.is_empty() {
        let problem = format!("feature {place} has none; name every feature and save the model again");
        return Err(inconsistent("the names of the features", problem));
    }
    let kind = match feature.kind {
        FeatureKind::Number => FieldKind::Number(NumberKind {
            decimals: 4,
            ..NumberKind::default()
        }),
        FeatureKind::Category { levels } => category(&name, levels, format, notes)?,
    };
    Ok(Field {
        kind,
        group: number,
        label: same(&name),
        help: Text::new(
            "As the imported model knows it.",
            "Telle que le modèle importé la connaît.",
        ),
        unit: None,
        change: Change::Fixed,
        primary: false,
        name,
    })
}

fn category(
    name: &str,
    levels: Vec<String>,
    format: Format,
    notes: &mut Vec<String>,
) -> Result<FieldKind, ImportError> {
    let mut seen = BTreeSet::new();
    let mut values: Vec<Level> = Vec::with_capacity(levels.len() + 1);
    let mut add = |level: &str, label: Text| {
        // Tables trim what their cells hold.
        if !seen.insert(level.trim().to_owned()) {
            let problem = format!("'{level}' is there twice, spaces aside; give every level its own name");
            return Err(inconsistent(&format!("the levels of the feature '{name}'"), problem));
        }
        values.push(Level {
            value: level.to_owned(),
            label,
        });
        Ok(())
    };
    for level in &levels {
        if level.trim().is_empty() {
            notes.push(format!(
                "{name}: write {EMPTY} for the level without letters; an empty cell is missing."
            ));
            add(EMPTY, Text::new(EMPTY, "(vide)"))?;
        } else {
            add(level, same(level))?;
        }
    }
    if format == Format::CatBoost {
        notes.push(format!(
            "{name}: write {OTHER} for a level that is not listed; CatBoost scores all of them alike."
        ));
        // One past the last level that a tree asks for.
        add(OTHER, Text::new(OTHER, "(autre)"))?;
    }
    Ok(FieldKind::Category {
        levels: values,
        missing_levels: Vec::new(),
    })
}

/// The feature that is a field as it stands; each field's group has the field's number.
fn feature(field: &Field) -> Feature {
    Feature {
        name: field.name.clone(),
        label: field.label.clone(),
        unit: None,
        group: field.group,
        source: Source::Field(field.group),
        imputed: None,
    }
}

fn group(field: &Field) -> Group {
    let name = &field.name;
    Group {
        key: name.clone(),
        label: field.label.clone(),
        reason: Text::new(
            format!("The value of {name} raises the risk."),
            format!("La valeur de {name} augmente le risque."),
        ),
    }
}

fn same(text: &str) -> Text {
    Text::new(text, text)
}

fn inconsistent(part: &str, problem: String) -> ImportError {
    ImportError::Inconsistent {
        part: part.to_owned(),
        problem,
    }
}
