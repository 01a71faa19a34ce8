//! A model as text: a definition, a policy, and a score that people can read, built into a model file.

mod own;
mod scorecard;
mod sections;
mod tree;

use candor_core::artifact::{DataFingerprint, FieldReference, ModelCard, Reference};
use candor_core::decision::Calibration;
use candor_core::ensemble::Ensemble;
use candor_core::{Model, Scorer};
use candor_definition::{APPLICATION, Definition, Error, Impute, POLICY, PolicyFile};

use crate::value::Value;
use own::Own;

/// Name of the feature that an expression of a case is.
const EXPRESSION: &str = "EXPRESSION";

/// The text of a model, as a case changes it.
#[derive(Debug, Clone)]
pub struct Blueprint {
    name: String,
    text: Result<String, String>,
}

impl Blueprint {
    /// A model's text with what a case puts in place of parts of it.
    pub fn new(name: &str, text: &str, with: Option<&Value>) -> Self {
        let text = match with {
            None => Ok(text.to_owned()),
            Some(with) => sections::change(text, with).map_err(|problem| format!("models/{name}.toml: {problem}")),
        };
        Self {
            name: name.to_owned(),
            text,
        }
    }

    /// The model, written as a file and loaded from its bytes.
    ///
    /// # Errors
    /// What is wrong with the definition, the policy, the score, or what the engine refuses.
    pub fn scorer(&self) -> Result<Scorer, String> {
        let text = self.text.as_ref().map_err(Clone::clone)?;
        self.build(text).map_err(|error| error.to_string())
    }

    /// The model with one more feature, which comes last.
    ///
    /// # Errors
    /// What is wrong with the expression, and in which of its columns.
    pub fn with_expression(&self, expression: &str) -> Result<Scorer, String> {
        let text = self.text.as_ref().map_err(Clone::clone)?;
        let start = format!("{text}\n[[feature]]\nname = \"{EXPRESSION}\"\nvalue = ");
        let value = toml_edit::Value::from(expression).to_string();
        let rest = format!(
            "\ngroup = '{}'\nlabel = {{ en = '', fr = '' }}\n",
            sections::first_group(text)
        );
        // A quote, or three, stand before the first column of the expression.
        let quotes = value
            .chars()
            .take_while(|&character| character == value.chars().next().unwrap_or('"'))
            .count();
        let before = "value = ".len() + if quotes >= 3 { 3 } else { 1 };
        self.build(&format!("{start}{value}{rest}"))
            .map_err(|error| match error {
                Error::Definition { column, problem, .. } => {
                    let problem = problem.trim_start_matches(&format!("feature {EXPRESSION}: "));
                    format!("column {}: {problem}", column.saturating_sub(before))
                }
                other => other.to_string(),
            })
    }

    fn build(&self, text: &str) -> Result<Scorer, Error> {
        let file = format!("models/{}.toml", self.name);
        let other = |problem: String| Error::Mismatch {
            problem: format!("{file}: {problem}"),
        };
        let sections = sections::split(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Error::at(&file, text, start, error.message().replace('\n', " "))
        })?;
        let own: Own = toml::from_str(&sections.own).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Error::at(&file, &sections.own, start, error.message().replace('\n', " "))
        })?;
        let policy = match own.model.definition.as_deref() {
            Some("application") => PolicyFile::parse("policy.toml", POLICY)?,
            _ => PolicyFile::parse(&file, &sections.policy)?,
        };
        let mut definition = match own.model.definition.as_deref() {
            None => Definition::compile(&file, &sections.definition, &policy)?,
            // What a case adds stands behind the shipped text.
            Some("application") => {
                let text = format!("{APPLICATION}\n{}", sections.definition.trim_start_matches('\n'));
                Definition::compile("application.toml", &text, &policy)?
            }
            Some(name) => {
                return Err(other(format!(
                    "definition = \"{name}\" is not shipped; write \"application\""
                )));
            }
        };
        for (index, impute) in &definition.imputations {
            let feature = &mut definition.preprocessing.features[*index];
            feature.imputed = match impute {
                Impute::Constant(value) => Some(*value),
                Impute::Fitted(_) => {
                    let problem = format!("feature {}: there is no training part; impute a number", feature.name);
                    return Err(other(problem));
                }
            };
        }
        let threshold = own.model.threshold.unwrap_or(policy.costs.break_even());
        let policy = policy.with_threshold(threshold);
        let mut trees = Vec::new();
        for (number, entry) in (1..).zip(&own.scorecard) {
            let tree = scorecard::tree(entry, &definition, policy.scaling.pdo);
            trees.push(tree.map_err(|problem| other(format!("scorecard {number}, {}: {problem}", entry.feature)))?);
        }
        for (number, entry) in (1..).zip(&own.tree) {
            trees.push(tree::tree(entry, &definition).map_err(|problem| other(format!("tree {number}: {problem}")))?);
        }
        let calibration = match (own.model.calibration, own.model.start) {
            (Some(calibration), None) => calibration,
            (None, Some(start)) => Calibration {
                slope: 1.0,
                intercept: (policy.scaling.points(0.0) - start) * std::f64::consts::LN_2 / policy.scaling.pdo,
            },
            (None, None) => Calibration::IDENTITY,
            (Some(_), Some(_)) => return Err(other("write either start or calibration, not both".into())),
        };
        let reference = FieldReference {
            missing_share: 0.0,
            quantiles: vec![],
            shares: vec![],
            importance: 0.0,
        };
        let model = Model {
            reference: Reference {
                fields: vec![reference; definition.schema.fields.len()],
                score_quantiles: vec![],
                importance: vec![0.0; definition.preprocessing.features.len()],
            },
            schema: definition.schema,
            preprocessing: definition.preprocessing,
            ensemble: Ensemble::new(trees),
            calibration,
            policy,
            card: card(&self.name),
            parity: vec![],
            background: None,
            records: definition.records,
            population: None,
        };
        let bytes = model.to_bytes().map_err(|error| other(error.to_string()))?;
        Scorer::from_bytes(&bytes).map_err(|error| other(error.to_string()))
    }
}

fn card(name: &str) -> ModelCard {
    ModelCard {
        name: name.to_owned(),
        candor_version: env!("CARGO_PKG_VERSION").into(),
        algorithm: "by hand".into(),
        parameters: Default::default(),
        data: DataFingerprint {
            file: String::new(),
            rows: 0,
            sha256: String::new(),
        },
        parts: vec![],
        dropped_features: vec![],
        notes: vec![],
    }
}
