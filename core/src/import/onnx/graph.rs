//! The graph around the one ensemble: what leads from the model's input to it, and from its scores on.

use std::collections::HashSet;

use prost::bytes::Bytes;

use super::message::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, ValueInfo, ValueType, decode,
    element,
};
use super::{inconsistent, unsupported};
use crate::import::ImportError;

/// The domain of the operators of classical machine learning.
const DOMAIN: &str = "ai.onnx.ml";
/// Its newest version in which the operators read here mean what they mean in version 3.
const NEWEST: i64 = 4;

/// The ensemble's operator and what the graph says of its input.
pub(super) struct Found {
    pub(super) is_classifier: bool,
    pub(super) attributes: Vec<Bytes>,
    /// Number of columns of the input, if the graph says it.
    pub(super) columns: Option<usize>,
    pub(super) compares: Compares,
}

/// What is compared with thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compares {
    /// The value rounded to a 32-bit float.
    Single,
    /// The value as it is.
    Double,
}

pub(super) fn read(bytes: Bytes) -> Result<Found, ImportError> {
    let model: Model = decode(bytes, "the model")?;
    let bytes = model
        .graph
        .ok_or_else(|| inconsistent("the model", "it has no graph: this is not an ONNX model"))?;
    let graph: Graph = decode(bytes, "the graph")?;
    let (position, ensemble) = ensemble(&graph)?;
    check_version(model.opset_import)?;
    let [input] = &ensemble.input[..] else {
        return Err(inconsistent(&ensemble.op_type, "it does not have one input"));
    };
    let (input, mut types) = source(&graph, position, input)?;
    let (element_type, columns) = input_type(&graph, &input)?;
    types.push(element_type);
    // The types from the ensemble's back to the input's: one that is a float rounds, and an ensemble of whole numbers
    // compares them as floats.
    let rounds = types.contains(&element::FLOAT) || types[0] != element::DOUBLE;
    let is_classifier = ensemble.op_type == "TreeEnsembleClassifier";
    check_rest(&graph, position, &ensemble, is_classifier)?;
    Ok(Found {
        is_classifier,
        attributes: ensemble.attribute,
        columns,
        compares: if rounds { Compares::Single } else { Compares::Double },
    })
}

/// A node of the graph: decoded when its turn comes, and the ensemble's once only, since it can be nearly all of the file.
fn node(graph: &Graph, index: usize) -> Result<Node, ImportError> {
    let bytes = graph.node.get(index).cloned().unwrap_or_default();
    decode(bytes, &format!("node {index} of the graph"))
}

fn ensemble(graph: &Graph) -> Result<(usize, Node), ImportError> {
    let mut found = None;
    for index in 0..graph.node.len() {
        let node = node(graph, index)?;
        if node.domain != DOMAIN || !node.op_type.starts_with("TreeEnsemble") {
            continue;
        }
        if !["TreeEnsembleClassifier", "TreeEnsembleRegressor"].contains(&&node.op_type[..]) {
            return Err(unsupported(
                &format!("the operator {}", node.op_type),
                "only TreeEnsembleClassifier and TreeEnsembleRegressor are read; convert with target_opset \
                 {'ai.onnx.ml': 3}",
            ));
        }
        if found.replace((index, node)).is_some() {
            return Err(unsupported(
                "a graph with several tree ensembles",
                "only one that is alone says what the scores are; convert one model without splitting it",
            ));
        }
    }
    found.ok_or_else(|| {
        unsupported(
            "a graph without a tree ensemble",
            "only the operators TreeEnsembleClassifier and TreeEnsembleRegressor are read",
        )
    })
}

fn check_version(operator_sets: Vec<Bytes>) -> Result<(), ImportError> {
    for bytes in operator_sets {
        let set: OperatorSet = decode(bytes, "'opset_import'")?;
        if set.domain != DOMAIN {
            continue;
        }
        if (1..=NEWEST).contains(&set.version) {
            return Ok(());
        }
        return Err(unsupported(
            &format!("version {} of {DOMAIN}", set.version),
            &format!("its operators are known up to version {NEWEST}; convert with target_opset {{'{DOMAIN}': 3}}"),
        ));
    }
    Err(inconsistent(
        "'opset_import'",
        &format!("it does not say which version of {DOMAIN} is meant"),
    ))
}

/// The name of what the ensemble reads before anything changed it, and the element types it was cast to, last first.
/// Nodes stand after those whose outputs they read, so one pass backwards finds them all.
fn source(graph: &Graph, ensemble: usize, input: &str) -> Result<(String, Vec<i32>), ImportError> {
    let (mut name, mut types) = (input.to_owned(), Vec::new());
    for index in (0..ensemble).rev() {
        let node = node(graph, index)?;
        if !node.output.contains(&name) {
            continue;
        }
        match &node.op_type[..] {
            "Identity" => {}
            "Cast" => match cast_target(&node)? {
                target @ (element::FLOAT | element::DOUBLE) => types.push(target),
                target => {
                    return Err(unsupported(
                        &format!("a cast of the features to the element type {target}"),
                        "only casts to float and double leave thresholds that can be said exactly",
                    ));
                }
            },
            _ => return Err(changes(&node, "the features")),
        }
        name = node.input.into_iter().next().unwrap_or_default();
    }
    Ok((name, types))
}

fn cast_target(node: &Node) -> Result<i32, ImportError> {
    for bytes in &node.attribute {
        let attribute: Attribute = decode(bytes.clone(), "an attribute of Cast")?;
        if attribute.name == "to" {
            return Ok(i32::try_from(attribute.i).unwrap_or(0));
        }
    }
    Err(inconsistent("Cast", "the attribute 'to' is missing"))
}

fn changes(node: &Node, what: &str) -> ImportError {
    unsupported(
        &format!("the operator {} on the way of {what}", node.op_type),
        "only what leaves values as they are may stand before and after the ensemble; convert the bare model",
    )
}

/// Element type and number of columns of the graph's input.
fn input_type(graph: &Graph, name: &str) -> Result<(i32, Option<usize>), ImportError> {
    for bytes in &graph.input {
        let info: ValueInfo = decode(bytes.clone(), "an input of the graph")?;
        if info.name != name {
            continue;
        }
        let place = format!("the input '{name}'");
        let value: ValueType = decode(info.r#type.unwrap_or_default(), &place)?;
        let tensor: TensorType = decode(value.tensor_type.unwrap_or_default(), &place)?;
        if ![element::FLOAT, element::DOUBLE, element::INT32, element::INT64].contains(&tensor.elem_type) {
            return Err(unsupported(
                &format!("{place} of the element type {}", tensor.elem_type),
                "the features are numbers: float, double, int32 or int64",
            ));
        }
        let shape: Shape = decode(tensor.shape.unwrap_or_default(), &place)?;
        let Some(columns) = shape.dim.get(1) else {
            return Ok((tensor.elem_type, None));
        };
        let columns: Dimension = decode(columns.clone(), &place)?;
        let limit = usize::from(u16::MAX) + 1;
        return match usize::try_from(columns.dim_value) {
            Ok(0) => Ok((tensor.elem_type, None)),
            Ok(columns) if columns <= limit => Ok((tensor.elem_type, Some(columns))),
            _ => Err(unsupported(
                &format!("{place} with {} columns", columns.dim_value),
                &format!("at most {limit} features are held"),
            )),
        };
    }
    Err(inconsistent(
        "the graph",
        &format!("the ensemble reads '{name}', which is no input"),
    ))
}

/// Refuses whatever else computes with the features, or makes something else of the scores. What becomes of the label
/// is of no interest.
fn check_rest(graph: &Graph, position: usize, ensemble: &Node, is_classifier: bool) -> Result<(), ImportError> {
    let mut features = HashSet::new();
    for bytes in &graph.input {
        features.insert(decode::<ValueInfo>(bytes.clone(), "an input of the graph")?.name);
    }
    let mut ones = HashSet::new();
    for (index, bytes) in graph.initializer.iter().enumerate() {
        let place = format!("initializer {index}");
        let tensor: Tensor = decode(bytes.clone(), &place)?;
        features.remove(&tensor.name);
        let name = tensor.name.clone();
        if is_one(tensor) {
            ones.insert(name);
        }
    }
    let mut scores = HashSet::new();
    scores.extend(ensemble.output.get(usize::from(is_classifier)).cloned());
    for index in (0..graph.node.len()).filter(|&index| index != position) {
        let node = node(graph, index)?;
        let reads = |names: &HashSet<String>| node.input.iter().any(|name| names.contains(name));
        if reads(&scores) {
            check_scores(&node, ensemble, &ones, &scores)?;
            scores.extend(node.output);
        } else if reads(&features) {
            if !["Cast", "Identity"].contains(&&node.op_type[..]) {
                return Err(changes(&node, "the features"));
            }
            features.extend(node.output);
        }
    }
    Ok(())
}

fn is_one(tensor: Tensor) -> bool {
    tensor.dims.iter().all(|&dim| dim == 1) && tensor.numbers("").is_ok_and(|numbers| numbers == [1.0])
}

/// Whether a node passes scores on as they are.
fn check_scores(
    node: &Node,
    ensemble: &Node,
    ones: &HashSet<String>,
    scores: &HashSet<String>,
) -> Result<(), ImportError> {
    let keeps = match (&node.op_type[..], &node.domain[..]) {
        ("Identity", _) => true,
        ("Cast", _) => matches!(cast_target(node)?, element::FLOAT | element::DOUBLE),
        // How onnxmltools renames an output.
        ("Mul", _) => {
            let ones = node.input.iter().filter(|name| ones.contains(*name)).count();
            ones == 1 && node.input.len() == 2 && node.input.iter().filter(|name| scores.contains(*name)).count() == 1
        }
        ("ZipMap", DOMAIN) => {
            let (own, others) = (labels(ensemble)?, labels(node)?);
            // Labels of one kind that were translated to the other cannot be compared, and their order remains.
            (own.0.is_empty() || others.0.is_empty() || own.0 == others.0)
                && (own.1.is_empty() || others.1.is_empty() || own.1 == others.1)
        }
        _ => false,
    };
    if keeps {
        Ok(())
    } else {
        Err(changes(node, "the scores"))
    }
}

fn labels(node: &Node) -> Result<(Vec<i64>, Vec<Bytes>), ImportError> {
    let mut labels = (Vec::new(), Vec::new());
    for bytes in &node.attribute {
        let attribute: Attribute = decode(bytes.clone(), &format!("an attribute of {}", node.op_type))?;
        match &attribute.name[..] {
            "classlabels_int64s" => labels.0 = attribute.ints,
            "classlabels_strings" => labels.1 = attribute.strings,
            _ => {}
        }
    }
    Ok(labels)
}
