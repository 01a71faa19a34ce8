//! Tree ensembles of ONNX: `TreeEnsembleClassifier` and `TreeEnsembleRegressor` of ai.onnx.ml, versions 1 to 3, as
//! skl2onnx, onnxmltools and CatBoost write them.
//!
//! What a model means is what the specification and ONNX Runtime agree on; where they do not, it is refused. The
//! positive class is the one of the second label. ONNX has no place for the amount of training data in a leaf
//! (`nodes_hitrates` is written as a row of ones), so the leaves have no covers, and no names for the columns of its
//! input. Where that input is of whole numbers, a value that is none is not one that the model could have been given.

mod attributes;
mod graph;
mod message;
mod output;
mod test;
mod trees;

use prost::bytes::Bytes;

use super::{FeatureKind, ImportError, Imported, ImportedFeature};
use attributes::Attributes;

/// Reads a model.
///
/// # Errors
/// [`ImportError::Inconsistent`] with the message or attribute that is damaged or contradicts another,
/// [`ImportError::Unsupported`] for graphs that do more than evaluate one ensemble, several outputs, aggregates other
/// than sum and average, and tests or transforms that cannot be said exactly.
pub fn from_bytes(bytes: &[u8]) -> Result<Imported, ImportError> {
    let graph = graph::read(Bytes::copy_from_slice(bytes))?;
    let attributes = Attributes::read(graph.attributes, graph.is_classifier)?;
    let scores = output::scores(&attributes)?;
    let columns = graph.columns.unwrap_or_else(|| attributes.columns());
    let trees = trees::build(&attributes, &scores, graph.compares)?;
    let ensemble = scores.ensemble(trees);
    if let Some(problem) = ensemble.problem(columns) {
        return Err(inconsistent("the ensemble", &problem));
    }
    let output = scores.output(&ensemble);
    let features = (0..columns).map(|column| ImportedFeature {
        name: format!("feature_{column}"),
        kind: FeatureKind::Number,
    });
    Ok(Imported {
        features: features.collect(),
        ensemble,
        output,
        has_covers: false,
    })
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
