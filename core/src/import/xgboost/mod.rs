//! XGBoost's model (`Booster.save_model`), as JSON or UBJSON, of XGBoost 1, 2 and 3, read as XGBoost 3 reads it.
//!
//! Taken over: boosters `gbtree` (with `num_parallel_tree`, whose trees are added as well) and `dart` (a tree's leaves
//! times the tree's weight); numbers and categories, one-hot or in sets; NaN as the missing value; every tree of the model,
//! as `Booster.predict` does. What early stopping found best (`best_iteration`) is a note to the Python wrappers
//! `XGBClassifier` and `XGBRegressor`, which then leave out the trees behind it: save `booster[: best_iteration + 1]` to do
//! the same here.
//!
//! The ensemble's raw score is XGBoost's margin: `base_score`, brought to the margin's scale, plus the leaves. XGBoost adds
//! 32-bit floats; here the same floats are added in 64 bits, which differs by XGBoost's rounding (and by the last bit of its
//! platform's logarithm, where `base_score` is a probability). Values are compared as
//! XGBoost compares them, rounded to 32 bits. Leaves stand in the order of XGBoost's node numbers.

mod json;
mod model;
mod tree;
mod ubjson;

use serde::Deserialize;

use super::{FeatureKind, ImportError, Imported, ImportedFeature, Output};
use crate::ensemble::Ensemble;
use model::{Categories, Document, Encoding, Learner};

/// Reads a model from JSON or UBJSON.
///
/// # Errors
/// [`ImportError::Malformed`] (JSON, with the line) or [`ImportError::Damaged`] (UBJSON, with the byte) where the document
/// cannot be read; [`ImportError::Inconsistent`] where its parts do not fit together; [`ImportError::Unsupported`] for
/// linear models, models without trees, several outputs, and objectives whose raw score is neither log-odds nor a value nor its logarithm.
pub fn from_bytes(bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = document(bytes)?;
    let major = document.version.first().copied().unwrap_or_default();
    if !(1..=3).contains(&major) {
        return unsupported(
            &format!("a model of XGBoost {major}"),
            "only versions 1 to 3 are known; load the model with XGBoost 3 and save it again",
        );
    }
    imported(document.learner, bytes.len())
}

fn document(bytes: &[u8]) -> Result<Document, ImportError> {
    // Behind the first bracket of UBJSON stands the length of a name, behind that of JSON a name or a space.
    if let [b'{', b'i' | b'U' | b'I' | b'l' | b'L' | b'#' | b'$', ..] = bytes {
        let mut reader = ubjson::Reader::new(bytes);
        return Document::deserialize(&mut reader).map_err(|error| ImportError::Damaged {
            offset: reader.offset(),
            problem: error.to_string(),
        });
    }
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(ImportError::Damaged {
            offset: 0,
            problem: "this is not an XGBoost model in JSON or UBJSON: it does not begin with '{'; save it with \
                      save_model(\"model.json\")"
                .to_owned(),
        });
    }
    json::read(bytes)
}

fn imported(learner: Learner, size: usize) -> Result<Imported, ImportError> {
    let parameters = &learner.learner_model_param;
    for (name, text) in [
        ("num_class", Some(&parameters.num_class)),
        ("num_target", parameters.num_target.as_ref()),
    ] {
        if text.is_some_and(|text| !matches!(&text[..], "0" | "1")) {
            return unsupported(
                &format!("a model with {name} {}", text.map_or("", |text| text)),
                "Candor scores one probability; train a binary model",
            );
        }
    }
    let (link, output) = objective(&learner.objective.name)?;
    let offset = link.margin(&parameters.base_score)?;
    let features = features(&learner)?;

    let booster = learner.gradient_booster;
    let (model, weights) = match (&booster.name[..], booster.model, booster.gbtree) {
        ("gbtree" | "dart", Some(model), _) => (model, booster.weight_drop),
        ("dart", None, Some(inner)) => (inner.model, booster.weight_drop),
        ("gbtree" | "dart", None, _) => return Err(inconsistent("gradient_booster", "'model' is missing")),
        (name, ..) => {
            return unsupported(
                &format!("booster '{name}'"),
                "only trees are read; train with booster=gbtree",
            );
        }
    };
    let weights = weights.or(model.weight_drop).unwrap_or_default().0;
    let raw_trees = model
        .trees
        .ok_or_else(|| inconsistent("gradient_booster", "'trees' is missing"))?;
    if raw_trees.is_empty() {
        // Before the first tree XGBoost has not worked out its own base_score, and from a file that says 0.5 it takes this
        // as probability in one version and as margin in another.
        return unsupported(
            "a model without trees",
            "it gives everybody one score, which is not the same in all versions of XGBoost; train at least one round",
        );
    }
    if weights.len() > raw_trees.len() {
        let problem = format!(
            "it has {} entries, and there are {} trees",
            weights.len(),
            raw_trees.len()
        );
        return Err(inconsistent("weight_drop", &problem));
    }
    let outputs = model.tree_info.unwrap_or_default();
    if outputs.len() != raw_trees.len() || outputs.iter().any(|output| *output != 0) {
        return Err(inconsistent("tree_info", "it should hold a 0 for each tree"));
    }
    // Bits of categories may take as much memory as the model's bytes, or a megabyte.
    let mut room = size / 4 + (1 << 18);
    let mut trees = Vec::with_capacity(raw_trees.len());
    for (place, raw) in raw_trees.into_iter().enumerate() {
        if raw.id != place {
            return Err(inconsistent(&format!("tree {place}"), &format!("its id is {}", raw.id)));
        }
        let weight = weights.get(place).copied().unwrap_or(1.0);
        trees.push(tree::tree(&raw, weight, features.len(), &mut room)?);
    }
    let features = match model.cats {
        Some(categories) => with_levels(features, &categories)?,
        None => features,
    };
    Ok(Imported {
        ensemble: Ensemble {
            trees,
            scale: 1.0,
            offset,
        },
        features,
        output,
        has_covers: true,
    })
}

/// How `base_score` becomes the margin that all rows begin with.
enum Link {
    Identity,
    Logit,
    Log,
}

/// What an objective makes of `base_score`, and what its margin is.
fn objective(name: &str) -> Result<(Link, Output), ImportError> {
    let why = match name {
        "binary:logistic" | "reg:logistic" => return Ok((Link::Logit, Output::LogOdds)),
        "binary:logitraw" => return Ok((Link::Identity, Output::LogOdds)),
        "reg:squarederror"
        | "reg:linear"
        | "reg:squaredlogerror"
        | "reg:pseudohubererror"
        | "reg:absoluteerror"
        | "reg:quantileerror"
        | "rank:pairwise"
        | "rank:ndcg"
        | "rank:map" => return Ok((Link::Identity, Output::Value)),
        "count:poisson" | "reg:gamma" | "reg:tweedie" => return Ok((Link::Log, Output::LogValue)),
        "binary:hinge" => "its margin says only which class, not how likely; train with objective=binary:logistic",
        "survival:cox" | "survival:aft" => {
            "its margin is a hazard or a time, not log-odds; train with objective=binary:logistic"
        }
        "multi:softmax" | "multi:softprob" => "Candor scores one probability; train with objective=binary:logistic",
        _ => "what its margin means is not known; train with objective=binary:logistic",
    };
    unsupported(&format!("objective '{name}'"), why)
}

impl Link {
    /// The margin of a `base_score`, in 32-bit floats as XGBoost works it out. It stands as a number, or from 3.1 on as a
    /// list of one.
    #[expect(clippy::cast_possible_truncation, reason = "XGBoost's margin is a 32-bit float")]
    fn margin(&self, text: &str) -> Result<f64, ImportError> {
        /// XGBoost keeps probabilities this far from 0 and 1.
        const LEAST: f32 = 1e-6;
        let number = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let number = number.unwrap_or(text).trim();
        let Ok(base) = number.parse::<f32>() else {
            return Err(inconsistent("base_score", &format!("'{text}' is not one number")));
        };
        let margin = match self {
            Self::Identity => base,
            Self::Logit if (0.0..=1.0).contains(&base) => {
                let probability = base.clamp(LEAST, 1.0 - LEAST);
                -libm::log(f64::from(1.0 / probability - 1.0)) as f32
            }
            Self::Log if base > 0.0 => libm::log(f64::from(base)) as f32,
            Self::Logit => return Err(inconsistent("base_score", &format!("'{text}' is not a probability"))),
            Self::Log => return Err(inconsistent("base_score", &format!("'{text}' is not above 0"))),
        };
        if margin.is_finite() {
            Ok(f64::from(margin))
        } else {
            Err(inconsistent("base_score", &format!("'{text}' is not a finite number")))
        }
    }
}

fn features(learner: &Learner) -> Result<Vec<ImportedFeature>, ImportError> {
    /// Features have 16-bit numbers.
    const MOST: usize = 1 << 16;
    let (text, names) = (&learner.learner_model_param.num_feature, &learner.feature_names);
    let Ok(count) = text.parse::<usize>() else {
        return Err(inconsistent("num_feature", &format!("'{text}' is not a number")));
    };
    if count > MOST {
        return unsupported(&format!("a model of {count} features"), &format!("there can be {MOST}"));
    }
    if !names.is_empty() && names.len() != count {
        let problem = format!("it holds {} names for {count} features", names.len());
        return Err(inconsistent("feature_names", &problem));
    }
    let name = |place: usize| names.get(place).cloned().unwrap_or_else(|| format!("feature_{place}"));
    let feature = |place| ImportedFeature {
        name: name(place),
        kind: FeatureKind::Number,
    };
    Ok((0..count).map(feature).collect())
}

/// Names the levels of features that were categories of a data frame.
fn with_levels(
    mut features: Vec<ImportedFeature>,
    categories: &Categories,
) -> Result<Vec<ImportedFeature>, ImportError> {
    if !categories.enc.is_empty() && categories.enc.len() != features.len() {
        let problem = format!(
            "it has {} entries for {} features",
            categories.enc.len(),
            features.len()
        );
        return Err(inconsistent("cats", &problem));
    }
    for (feature, encoding) in features.iter_mut().zip(&categories.enc) {
        let levels = levels(encoding)
            .ok_or_else(|| inconsistent("cats", &format!("the categories of '{}' cannot be read", feature.name)))?;
        if !levels.is_empty() {
            feature.kind = FeatureKind::Category { levels };
        }
    }
    Ok(features)
}

fn levels(encoding: &Encoding) -> Option<Vec<String>> {
    let Some(offsets) = &encoding.offsets else {
        // UBJSON has no types for wide unsigned numbers and holds their bits.
        let end: i64 = match encoding.kind {
            Some(12) => 1 << 16,
            Some(14) => 1 << 32,
            _ => 0,
        };
        let level = |value: &i64| if *value < 0 { value + end } else { *value }.to_string();
        return Some(encoding.values.iter().map(level).collect());
    };
    // The room is taken once: an empty text must not cost what a growing list does.
    let mut levels = Vec::with_capacity(offsets.len());
    for ends in offsets.windows(2) {
        let bytes = encoding.values.get(ends[0]..ends[1])?;
        // A byte is written as a signed number.
        let byte = |value: &i64| i8::try_from(*value).ok().map(i8::cast_unsigned);
        let bytes: Option<Vec<u8>> = bytes.iter().map(byte).collect();
        levels.push(String::from_utf8(bytes?).ok()?);
    }
    Some(levels)
}

fn inconsistent(part: &str, problem: &str) -> ImportError {
    ImportError::Inconsistent {
        part: part.to_owned(),
        problem: problem.to_owned(),
    }
}

/// Nothing of a model says more than which part of it is meant: its documents are one line.
fn unsupported<T>(what: &str, why: &str) -> Result<T, ImportError> {
    Err(ImportError::Unsupported {
        line: None,
        what: what.to_owned(),
        why: why.to_owned(),
    })
}
