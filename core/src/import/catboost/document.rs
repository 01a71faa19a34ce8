//! The parts of CatBoost's JSON model that are read. Absent, `null` and empty are the same to CatBoost, which writes
//! `null` for a list without elements.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

/// The whole model. Keys that no version of CatBoost is known to write are refused: they could change its meaning.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) features_info: FeaturesInfo,
    pub(super) model_info: ModelInfo,
    pub(super) oblivious_trees: Option<Vec<ObliviousTree>>,
    pub(super) trees: Option<Vec<Branch>>,
    pub(super) scale_and_bias: Option<(f64, Option<Values>)>,
    /// Tables of target statistics; what uses them is refused where it uses them.
    #[serde(rename = "ctr_data")]
    pub(super) _ctr_data: Option<IgnoredAny>,
}

/// What is known of the training; nearly all of it says nothing about the trees.
#[derive(Debug, Deserialize)]
pub(super) struct ModelInfo {
    pub(super) params: Option<Parameters>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    pub(super) loss_function: Option<LossFunction>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LossFunction {
    #[serde(rename = "type")]
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct FeaturesInfo {
    pub(super) float_features: Option<Vec<FloatFeature>>,
    pub(super) categorical_features: Option<Vec<CategoricalFeature>>,
    pub(super) cat_features_hash: Option<Vec<HashedName>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FloatFeature {
    /// Position among the float features.
    pub(super) feature_index: usize,
    /// Position among all features.
    pub(super) flat_feature_index: usize,
    pub(super) feature_id: Option<String>,
    pub(super) feature_name: Option<String>,
    pub(super) borders: Option<Vec<f32>>,
    pub(super) has_nans: bool,
    pub(super) nan_value_treatment: NanTreatment,
}

/// What NaN is replaced with, if the feature had missing values in training: nothing, −∞, +∞.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum NanTreatment {
    #[serde(rename = "AsIs")]
    Nothing,
    #[serde(rename = "AsFalse")]
    BelowAll,
    #[serde(rename = "AsTrue")]
    AboveAll,
}

#[derive(Debug, Deserialize)]
pub(super) struct CategoricalFeature {
    pub(super) feature_index: usize,
    pub(super) flat_feature_index: usize,
    pub(super) feature_id: Option<String>,
    pub(super) feature_name: Option<String>,
    /// Hashes of the levels that trees test for equality.
    pub(super) values: Option<Vec<i32>>,
    /// Their names, in some versions.
    pub(super) string_values: Option<Vec<String>>,
}

/// The name of a level and its hash; written where `save_model` was given the pool.
#[derive(Debug, Deserialize)]
pub(super) struct HashedName {
    pub(super) hash: u32,
    pub(super) value: String,
}

/// A tree that asks the same at all nodes of a depth.
#[derive(Debug, Deserialize)]
pub(super) struct ObliviousTree {
    /// Bit i of a leaf's position is the answer to split i.
    pub(super) splits: Option<Vec<Split>>,
    pub(super) leaf_values: Vec<f64>,
    pub(super) leaf_weights: Option<Vec<f64>>,
}

/// A node or leaf of any other tree.
#[derive(Debug, Deserialize)]
#[serde(try_from = "AnyBranch")]
pub(super) enum Branch {
    Leaf { value: Values, weight: Option<f64> },
    Node(Box<BranchNode>),
}

#[derive(Debug)]
pub(super) struct BranchNode {
    pub(super) split: Split,
    /// Where the answer is no.
    pub(super) left: Branch,
    /// Where the answer is yes.
    pub(super) right: Branch,
}

/// What a branch may hold as it is written.
#[derive(Deserialize)]
struct AnyBranch {
    split: Option<Split>,
    left: Option<Branch>,
    right: Option<Branch>,
    value: Option<Values>,
    weight: Option<f64>,
}

impl TryFrom<AnyBranch> for Branch {
    type Error = &'static str;

    fn try_from(branch: AnyBranch) -> Result<Self, Self::Error> {
        let weight = branch.weight;
        match (branch.split, branch.left, branch.right, branch.value) {
            (None, None, None, Some(value)) => Ok(Self::Leaf { value, weight }),
            (Some(split), Some(left), Some(right), None) => Ok(Self::Node(Box::new(BranchNode { split, left, right }))),
            _ => Err("a branch needs either 'split', 'left' and 'right' or a 'value', and nothing else"),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Split {
    pub(super) split_type: SplitType,
    /// Position among the questions that `features_info` allows.
    pub(super) split_index: usize,
    pub(super) float_feature_index: Option<usize>,
    pub(super) border: Option<f32>,
    pub(super) cat_feature_index: Option<usize>,
    pub(super) value: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum SplitType {
    FloatFeature,
    OneHotFeature,
    OnlineCtr,
    /// Texts and embeddings.
    #[serde(other)]
    Estimated,
}

/// A number, or a list of numbers of which only the number is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Values {
    None,
    One(f64),
    Several(usize),
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

#[expect(clippy::cast_precision_loss, reason = "JSON knows no difference between 1 and 1.0")]
impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a list of numbers")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Values, E> {
        Ok(Values::One(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Values, E> {
        Ok(Values::One(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Values, E> {
        Ok(Values::One(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Values, A::Error> {
        let Some(first) = values.next_element()? else {
            return Ok(Values::None);
        };
        let mut count = 1;
        while values.next_element::<f64>()?.is_some() {
            count += 1;
        }
        Ok(if count == 1 {
            Values::One(first)
        } else {
            Values::Several(count)
        })
    }
}
