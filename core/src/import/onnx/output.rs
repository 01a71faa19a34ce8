//! What the ensemble makes of the weights of the leaves that a row reaches.

use super::attributes::Attributes;
use super::{inconsistent, unsupported};
use crate::ensemble::{Ensemble, Tree};
use crate::import::{ImportError, Output};

/// How the raw score comes from the weights.
pub(super) struct Scores {
    pub(super) leaf: Leaf,
    averages: bool,
    offset: f64,
    /// `None` where the range of the scores decides.
    output: Option<Output>,
}

/// The value of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Its only weight, which counts for this target.
    Only(i64),
    /// The second of two.
    Second,
    /// The second less the first.
    Difference,
}

pub(super) fn scores(attributes: &Attributes) -> Result<Scores, ImportError> {
    if attributes.is_classifier {
        classifier(attributes)
    } else {
        regressor(attributes)
    }
}

fn regressor(attributes: &Attributes) -> Result<Scores, ImportError> {
    if attributes.targets != 1 {
        return Err(several(attributes.targets, "targets"));
    }
    if attributes.transform != "NONE" {
        return Err(transform(
            attributes,
            "runtimes do not agree that a regressor transforms its sum",
        ));
    }
    let averages = match &attributes.aggregate[..] {
        "SUM" => false,
        "AVERAGE" => true,
        other => {
            return Err(unsupported(
                &format!("the aggregate function {other}"),
                "a raw score is a sum or a mean over the trees",
            ));
        }
    };
    Ok(Scores {
        leaf: only(attributes, 0)?,
        averages,
        offset: base_value(attributes)?,
        output: Some(Output::Value),
    })
}

/// A binary classifier has one weight a leaf, which counts for the positive class whatever class it names, or two. Two
/// weights with base values, or one weight for the second class with a base value, are added differently by different
/// runtimes.
fn classifier(attributes: &Attributes) -> Result<Scores, ImportError> {
    if attributes.labels != 2 {
        return Err(several(i64::try_from(attributes.labels).unwrap_or(i64::MAX), "classes"));
    }
    let names_class = |class: i64| attributes.weight_targets.contains(&class);
    let (leaf, may_have_base) = match (names_class(0), names_class(1)) {
        (true, true) if attributes.transform == "SOFTMAX" => (Leaf::Difference, false),
        (true, true) => (Leaf::Second, false),
        (false, true) => (only(attributes, 1)?, false),
        _ => (only(attributes, 0)?, true),
    };
    if !may_have_base && !attributes.base_values.is_empty() {
        return Err(unsupported(
            "base values of a classifier whose weights name the second class",
            "runtimes do not agree on what they are added to",
        ));
    }
    let output = match (&attributes.transform[..], leaf) {
        ("NONE", _) => None,
        ("LOGISTIC", _) | ("SOFTMAX", Leaf::Difference) => Some(Output::LogOdds),
        ("SOFTMAX", _) => {
            return Err(transform(
                attributes,
                "runtimes do not agree on it where leaves have one weight",
            ));
        }
        _ => return Err(transform(attributes, "it does not make a probability from log-odds")),
    };
    Ok(Scores {
        leaf,
        averages: false,
        offset: base_value(attributes)?,
        output,
    })
}

fn only(attributes: &Attributes, target: i64) -> Result<Leaf, ImportError> {
    if attributes.weight_targets.iter().any(|&other| other != target) {
        let name = if attributes.is_classifier {
            "class_ids"
        } else {
            "target_ids"
        };
        let place = format!("the attribute '{name}'");
        return Err(inconsistent(&place, "it names a class or target that does not exist"));
    }
    Ok(Leaf::Only(target))
}

fn base_value(attributes: &Attributes) -> Result<f64, ImportError> {
    match attributes.base_values[..] {
        [] => Ok(0.0),
        [base] => Ok(base),
        _ => Err(unsupported(
            &format!("{} base values for one raw score", attributes.base_values.len()),
            "runtimes do not agree on which is added",
        )),
    }
}

fn several(count: i64, of: &str) -> ImportError {
    unsupported(
        &format!("an ensemble of {count} {of}"),
        "a raw score is one number; train a binary classifier or a regression of one target",
    )
}

fn transform(attributes: &Attributes, why: &str) -> ImportError {
    unsupported(&format!("the transform {}", attributes.transform), why)
}

impl Scores {
    pub(super) fn ensemble(&self, trees: Vec<Tree>) -> Ensemble {
        #[expect(clippy::cast_precision_loss, reason = "there are fewer trees than bytes")]
        let scale = if self.averages { 1.0 / trees.len() as f64 } else { 1.0 };
        Ensemble {
            trees,
            scale,
            offset: self.offset,
        }
    }

    /// What the raw score is. A class's score that is not transformed is a probability if no row can take it out of the
    /// range from 0 to 1, but for rounding.
    pub(super) fn output(&self, ensemble: &Ensemble) -> Output {
        const ROUNDING: f64 = 1e-5;
        let (mut least, mut most) = (ensemble.offset, ensemble.offset);
        for tree in &ensemble.trees {
            least += tree.leaves.iter().copied().fold(f64::INFINITY, f64::min);
            most += tree.leaves.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        }
        match self.output {
            Some(output) => output,
            None if least >= -ROUNDING && most <= 1.0 + ROUNDING => Output::Probability,
            None => Output::Value,
        }
    }
}
