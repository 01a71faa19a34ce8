//! CatBoost's JSON model (`save_model(…, format="json", pool=…)`): one output, number features and one-hot tests of
//! categories.
//!
//! CatBoost rounds numbers to 32-bit floats and asks `value > border`. A category is known by the hash of its name, a
//! one-hot test asks for one hash, and a level with any other hash, like a missing one, answers no to all of them. Two
//! names in one model with the hash of a tested level are refused: CatBoost would take one for the other.

mod document;
mod features;
mod trees;

use document::{Document, Values};
use features::Features;

use super::{ImportError, Imported, Output};
use crate::ensemble::Ensemble;

/// Reads a model; its features are numbered as the columns of the training data. The leaves of a symmetric tree keep
/// CatBoost's numbers.
///
/// # Errors
/// [`ImportError::Malformed`] with the line where the JSON is not a model of CatBoost's, [`ImportError::Inconsistent`]
/// where parts of it contradict each other, [`ImportError::Unsupported`] for target statistics of categories, texts,
/// embeddings, several outputs, losses whose raw score is not known to mean anything, and level names that the file does
/// not hold.
pub fn from_bytes(bytes: &[u8]) -> Result<Imported, ImportError> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let output = output(&document)?;
    let (scale, offset) = scale_and_bias(&document)?;
    let features = Features::new(document.features_info)?;
    let (trees, has_covers) = match (document.oblivious_trees, document.trees) {
        (Some(trees), None) => trees::symmetric(trees, &features)?,
        (None, Some(trees)) => trees::branching(trees, &features)?,
        (Some(_), Some(_)) => return Err(inconsistent("the model", "it has both 'oblivious_trees' and 'trees'")),
        (None, None) => {
            return Err(inconsistent(
                "the model",
                "it has neither 'oblivious_trees' nor 'trees'",
            ));
        }
    };
    let ensemble = Ensemble { trees, scale, offset };
    if let Some(problem) = ensemble.problem(features.imported.len()) {
        return Err(inconsistent("the model", &problem));
    }
    Ok(Imported {
        ensemble,
        features: features.imported,
        output,
        has_covers,
    })
}

fn malformed(error: &serde_json::Error) -> ImportError {
    let (line, text) = (error.line(), error.to_string());
    let position = format!(" at line {line} column {}", error.column());
    ImportError::Malformed {
        line,
        problem: text.strip_suffix(&position).unwrap_or(&text).to_owned(),
    }
}

/// What the raw score is, by the loss function that the model was trained with.
fn output(document: &Document) -> Result<Output, ImportError> {
    let parameters = document.model_info.params.as_ref();
    let Some(loss) = parameters.and_then(|parameters| parameters.loss_function.as_ref()) else {
        return Err(inconsistent(
            "'model_info'",
            "'params' does not name the loss function, so nothing says what the raw score is",
        ));
    };
    match &loss.name[..] {
        "Logloss" | "CrossEntropy" => Ok(Output::LogOdds),
        "RMSE" | "MAE" | "Quantile" | "MultiQuantile" | "MAPE" | "Huber" | "Expectile" | "Lq" | "LogCosh" => {
            Ok(Output::Value)
        }
        "Poisson" | "Tweedie" | "LogLinQuantile" => Ok(Output::LogValue),
        name => Err(unsupported(
            &format!("the loss function {name}"),
            "its raw score is not known to be log-odds, a predicted value or its logarithm; train with Logloss, \
             CrossEntropy or a regression loss such as RMSE",
        )),
    }
}

fn scale_and_bias(document: &Document) -> Result<(f64, f64), ImportError> {
    match document.scale_and_bias {
        None => Ok((1.0, 0.0)),
        Some((scale, None | Some(Values::None))) => Ok((scale, 0.0)),
        Some((scale, Some(Values::One(bias)))) => Ok((scale, bias)),
        Some((_, Some(Values::Several(count)))) => Err(several_outputs(count)),
    }
}

fn several_outputs(count: usize) -> ImportError {
    unsupported(
        &format!("a model with {count} outputs"),
        "a raw score is one number; train a binary classifier or a regression",
    )
}

fn inconsistent(part: &str, problem: &str) -> ImportError {
    ImportError::Inconsistent {
        part: part.to_owned(),
        problem: problem.to_owned(),
    }
}

fn unsupported(what: &str, why: &str) -> ImportError {
    ImportError::Unsupported {
        line: None,
        what: what.to_owned(),
        why: why.to_owned(),
    }
}
