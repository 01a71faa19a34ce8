//! The attributes of the ensemble's operator: parallel lists over nodes and over weights of leaves.

use std::collections::HashSet;

use prost::bytes::Bytes;

use super::message::{Attribute, Tensor, decode};
use super::{inconsistent, unsupported};
use crate::import::ImportError;

/// What a node asks of its feature's value and its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    NotEqual,
    Leaf,
}

/// The lists, checked for their lengths.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) is_classifier: bool,
    /// Per node: its tree and its number in the tree.
    pub(super) node_trees: Vec<i64>,
    pub(super) node_ids: Vec<i64>,
    pub(super) features: Vec<i64>,
    pub(super) modes: Vec<Mode>,
    pub(super) thresholds: Vec<f64>,
    /// Where rows go that pass the test, and where others go.
    pub(super) yes: Vec<i64>,
    pub(super) no: Vec<i64>,
    /// Whether NaN passes, too; may be empty.
    pub(super) missing_passes: Vec<i64>,
    /// Per weight: its leaf and what it counts for.
    pub(super) weight_trees: Vec<i64>,
    pub(super) weight_nodes: Vec<i64>,
    pub(super) weight_targets: Vec<i64>,
    pub(super) weights: Vec<f64>,
    pub(super) base_values: Vec<f64>,
    pub(super) aggregate: String,
    pub(super) transform: String,
    pub(super) targets: i64,
    pub(super) labels: usize,
}

impl Attributes {
    pub(super) fn read(attributes: Vec<Bytes>, is_classifier: bool) -> Result<Self, ImportError> {
        let mut read = Self {
            is_classifier,
            aggregate: "SUM".to_owned(),
            transform: "NONE".to_owned(),
            ..Self::default()
        };
        let mut seen = HashSet::new();
        for (index, bytes) in attributes.into_iter().enumerate() {
            let attribute: Attribute = decode(bytes, &format!("attribute {index} of the ensemble"))?;
            // The numbers of a list come as floats or as a tensor.
            let name = attribute
                .name
                .strip_suffix("_as_tensor")
                .unwrap_or(&attribute.name)
                .to_owned();
            read.take(attribute, &name)?;
            if !seen.insert(name.clone()) {
                return Err(inconsistent(&place(&name), "it is given twice"));
            }
        }
        read.check_lengths()?;
        Ok(read)
    }

    fn take(&mut self, attribute: Attribute, name: &str) -> Result<(), ImportError> {
        let (common, own) = match (name.split_once('_'), self.is_classifier) {
            (Some(("class", own)), true) | (Some(("target", own)), false) => ("", own),
            _ => (name, ""),
        };
        match (common, own) {
            ("nodes_treeids", _) => self.node_trees = attribute.ints,
            ("nodes_nodeids", _) => self.node_ids = attribute.ints,
            ("nodes_featureids", _) => self.features = attribute.ints,
            ("nodes_modes", _) => {
                let modes: Result<Vec<Mode>, ImportError> = attribute.strings.iter().map(|text| mode(text)).collect();
                self.modes = modes?;
            }
            ("nodes_values", _) => self.thresholds = numbers(attribute, name)?,
            ("nodes_truenodeids", _) => self.yes = attribute.ints,
            ("nodes_falsenodeids", _) => self.no = attribute.ints,
            ("nodes_missing_value_tracks_true", _) => self.missing_passes = attribute.ints,
            ("", "treeids") => self.weight_trees = attribute.ints,
            ("", "nodeids") => self.weight_nodes = attribute.ints,
            ("", "ids") => self.weight_targets = attribute.ints,
            ("", "weights") => self.weights = numbers(attribute, name)?,
            ("base_values", _) => self.base_values = numbers(attribute, name)?,
            ("post_transform", _) => self.transform = text(&attribute.s),
            ("aggregate_function", _) if !self.is_classifier => self.aggregate = text(&attribute.s),
            ("n_targets", _) if !self.is_classifier => self.targets = attribute.i,
            ("classlabels_int64s", _) if self.is_classifier => self.labels += attribute.ints.len(),
            ("classlabels_strings", _) if self.is_classifier => self.labels += attribute.strings.len(),
            // How often a node was reached, for speed only.
            ("nodes_hitrates", _) => {}
            _ => {
                return Err(unsupported(
                    &place(&attribute.name),
                    "it is not known, and could change what the ensemble means",
                ));
            }
        }
        Ok(())
    }

    fn check_lengths(&self) -> Result<(), ImportError> {
        let (nodes, weights) = (self.node_trees.len(), self.weight_trees.len());
        let tracks = match self.missing_passes.len() {
            0 => nodes,
            length => length,
        };
        let prefix = if self.is_classifier { "class" } else { "target" };
        for (name, length, expected) in [
            ("nodes_nodeids", self.node_ids.len(), nodes),
            ("nodes_featureids", self.features.len(), nodes),
            ("nodes_modes", self.modes.len(), nodes),
            ("nodes_values", self.thresholds.len(), nodes),
            ("nodes_truenodeids", self.yes.len(), nodes),
            ("nodes_falsenodeids", self.no.len(), nodes),
            ("nodes_missing_value_tracks_true", tracks, nodes),
            (&format!("{prefix}_nodeids"), self.weight_nodes.len(), weights),
            (&format!("{prefix}_ids"), self.weight_targets.len(), weights),
            (&format!("{prefix}_weights"), self.weights.len(), weights),
        ] {
            if length != expected {
                let of = if name.starts_with("nodes") { "nodes" } else { prefix };
                let problem = format!("it has {length} elements, and '{of}_treeids' has {expected}");
                return Err(inconsistent(&place(name), &problem));
            }
        }
        if nodes == 0 {
            return Err(inconsistent("the ensemble", "it has no nodes"));
        }
        Ok(())
    }

    /// Number of columns that the tests need.
    pub(super) fn columns(&self) -> usize {
        let tested = self
            .features
            .iter()
            .zip(&self.modes)
            .filter(|(_, mode)| **mode != Mode::Leaf);
        let last = tested.filter_map(|(&feature, _)| u16::try_from(feature).ok()).max();
        last.map_or(0, |last| usize::from(last) + 1)
    }
}

fn place(attribute: &str) -> String {
    format!("the attribute '{attribute}'")
}

fn numbers(attribute: Attribute, name: &str) -> Result<Vec<f64>, ImportError> {
    let place = place(name);
    let numbers = match attribute.t {
        Some(tensor) => decode::<Tensor>(tensor, &place)?.numbers(&place)?,
        None => attribute.floats.into_iter().map(f64::from).collect(),
    };
    if numbers.iter().any(|number| number.is_nan()) {
        return Err(inconsistent(&place, "it holds NaN"));
    }
    Ok(numbers)
}

fn mode(text: &[u8]) -> Result<Mode, ImportError> {
    Ok(match text {
        b"BRANCH_LEQ" => Mode::AtMost,
        b"BRANCH_LT" => Mode::Below,
        b"BRANCH_GTE" => Mode::AtLeast,
        b"BRANCH_GT" => Mode::Above,
        b"BRANCH_EQ" => Mode::Equal,
        b"BRANCH_NEQ" => Mode::NotEqual,
        b"LEAF" => Mode::Leaf,
        other => {
            return Err(inconsistent(
                &place("nodes_modes"),
                &format!("'{}' is no mode", self::text(other)),
            ));
        }
    })
}

/// At most the first 40 bytes, which is more than any word that is known.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned()
}
