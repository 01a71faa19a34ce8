//! LightGBM's text model (`Booster.save_model`), formats v3 and v4, read as LightGBM 4 reads them.
//!
//! Taken over: boosting `gbdt`, `goss` and `dart` (the text holds the leaves as they are after scaling) and `rf`; numbers
//! and categories; all three ways to treat missing values; every tree of the file, as `Booster.predict` does without
//! `num_iteration`.
//!
//! The ensemble's raw score is what the objective's last step is applied to. That is LightGBM's `raw_score=True` but for
//! two kinds of model, where it is that times [`Ensemble::scale`]: of a random forest LightGBM tells the sum of the trees
//! and averages it afterwards (scale 1 / number of trees), and `sigmoid:s` multiplies by s on the way to the probability
//! (scale s). Contributions are on the same scale.
//!
//! What follows `end of trees` (importances, parameters, pandas' categories, which do not say what columns they belong
//! to) is not read. Categories are numbers here, as they are to the trees.

mod block;
mod tree;

use super::{FeatureKind, ImportError, Imported, ImportedFeature, Output};
use crate::ensemble::{Ensemble, Tree};
use block::{Block, malformed, unsupported};

/// Reads a text model.
///
/// # Errors
/// As [`from_text`]; [`ImportError::Damaged`] where the bytes are no text in UTF-8.
pub fn from_bytes(bytes: &[u8]) -> Result<Imported, ImportError> {
    match str::from_utf8(bytes) {
        Ok(text) => from_text(text),
        Err(error) => Err(ImportError::Damaged {
            offset: error.valid_up_to(),
            problem: "this is not a LightGBM text model: it is not text in UTF-8".to_owned(),
        }),
    }
}

/// Reads a text model.
///
/// # Errors
/// [`ImportError::Malformed`] with the line at fault; [`ImportError::Unsupported`] for linear trees, several classes,
/// formats and objectives that are not known or whose raw score is neither log-odds nor a value nor its logarithm.
pub fn from_text(text: &str) -> Result<Imported, ImportError> {
    let mut lines = (1..).zip(text.lines().map(str::trim_end));
    if lines.next().is_none_or(|(_, line)| line != "tree") {
        return Err(malformed(
            1,
            "this is not a LightGBM text model: it does not begin with 'tree'",
        ));
    }
    let mut block = Block::new("", 1);
    let mut header = None;
    let mut trees = Vec::new();
    for (number, line) in lines {
        let next = line.strip_prefix("Tree=");
        let is_end = line == "end of trees";
        if next.is_none() && !is_end {
            block.add(number, line)?;
            continue;
        }
        // A block is over when the next begins.
        let read = match header {
            None => Header::read(&block)?,
            Some(header) => {
                trees.push(numbered_tree(&block, trees.len(), &header)?);
                header
            }
        };
        if is_end {
            return read.model(trees);
        }
        header = Some(read);
        block = Block::new(next.unwrap_or_default(), number);
    }
    // Whatever stands behind the trees, a text that ends before has lost some.
    Err(malformed(
        text.lines().count(),
        "the text stops before 'end of trees'; export or copy the model again",
    ))
}

fn numbered_tree(block: &Block<'_>, place: usize, header: &Header) -> Result<Tree, ImportError> {
    if block.name.parse() != Ok(place) {
        return Err(malformed(
            block.line,
            &format!("tree '{}' stands where tree {place} should", block.name),
        ));
    }
    tree::tree(block, header.features.len())
}

/// What the header says of the trees.
struct Header {
    features: Vec<ImportedFeature>,
    output: Output,
    /// What the raw score is multiplied with before the logistic function.
    sigmoid: f64,
    /// Whether trees are averaged.
    is_forest: bool,
    /// Line and number of trees, where the header tells it.
    trees: Option<(usize, usize)>,
}

impl Header {
    fn read(block: &Block<'_>) -> Result<Self, ImportError> {
        let (line, version) = block.text("version")?;
        if !matches!(version, "v3" | "v4") {
            return unsupported(
                line,
                &format!("format '{version}'"),
                "only v3 and v4 are known; load the model with LightGBM 4 and save it again",
            );
        }
        for key in ["num_class", "num_tree_per_iteration"] {
            if block.number::<usize>(key)? != 1 {
                let (line, _) = block.text(key)?;
                return unsupported(
                    line,
                    "a model of several classes",
                    "Candor scores one probability; train a binary model",
                );
            }
        }
        let (output, sigmoid) = objective(block)?;
        Ok(Self {
            features: features(block)?,
            output,
            sigmoid,
            is_forest: block.get("average_output").is_some(),
            trees: block
                .get("tree_sizes")
                .map(|(line, sizes)| (line, sizes.split(' ').filter(|size| !size.is_empty()).count())),
        })
    }

    fn model(self, trees: Vec<Tree>) -> Result<Imported, ImportError> {
        if let Some((line, count)) = self.trees
            && count != trees.len()
        {
            return Err(malformed(
                line,
                &format!(
                    "'tree_sizes=' announces {count} trees, and there are {}; export or copy the model again",
                    trees.len()
                ),
            ));
        }
        let averaged = if self.is_forest { trees.len().max(1) } else { 1 };
        Ok(Imported {
            ensemble: Ensemble {
                trees,
                scale: self.sigmoid / averaged as f64,
                offset: 0.0,
            },
            features: self.features,
            output: self.output,
            has_covers: true,
        })
    }
}

fn features(block: &Block<'_>) -> Result<Vec<ImportedFeature>, ImportError> {
    let (line, names) = block.text("feature_names")?;
    let count = names.split(' ').count();
    let last = block.number::<usize>("max_feature_idx")?;
    if count - 1 != last {
        return Err(malformed(
            line,
            &format!(
                "'feature_names=' holds {count} names, and 'max_feature_idx=' says that the last is number {last}"
            ),
        ));
    }
    // The room is taken once: a name of one letter must not cost what a growing list does.
    let mut features = Vec::with_capacity(count);
    features.extend(names.split(' ').map(|name| ImportedFeature {
        name: name.to_owned(),
        kind: FeatureKind::Number,
    }));
    Ok(features)
}

/// What the raw score is, and what it is multiplied with before the logistic function.
fn objective(block: &Block<'_>) -> Result<(Output, f64), ImportError> {
    let Some((line, objective)) = block.get("objective") else {
        return unsupported(
            block.line,
            "an objective of one's own",
            "the model does not say what its raw score is; train with objective=binary",
        );
    };
    let (name, parameter) = objective.split_once(' ').unwrap_or((objective, ""));
    let why = match (name, parameter) {
        ("binary", sigmoid) => {
            let sigmoid = sigmoid
                .strip_prefix("sigmoid:")
                .and_then(|text| text.parse::<f64>().ok());
            return match sigmoid.filter(|sigmoid| sigmoid.is_finite() && *sigmoid > 0.0) {
                Some(sigmoid) => Ok((Output::LogOdds, sigmoid)),
                None => Err(malformed(
                    line,
                    "'objective=binary' needs 'sigmoid:' and a number above 0",
                )),
            };
        }
        ("cross_entropy", "") => return Ok((Output::LogOdds, 1.0)),
        (
            "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank" | "rank_xendcg",
            "",
        ) => {
            return Ok((Output::Value, 1.0));
        }
        ("poisson" | "gamma" | "tweedie", "") => return Ok((Output::LogValue, 1.0)),
        ("regression", "sqrt") => "its prediction is the square of the raw score; train with reg_sqrt=false",
        ("cross_entropy_lambda", _) => {
            "its prediction is an intensity, which becomes a probability by a row's weight; train with \
             objective=cross_entropy"
        }
        _ => "what its raw score means is not known; train with objective=binary",
    };
    unsupported(line, &format!("objective '{objective}'"), why)
}
