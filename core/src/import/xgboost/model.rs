//! XGBoost's model document, as far as it says how to predict. The same types are read from JSON and from UBJSON.

use serde::{Deserialize, Deserializer, de};

use super::json::Floats;

/// The whole document.
#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) version: Vec<u32>,
    pub(super) learner: Learner,
}

#[derive(Deserialize)]
pub(super) struct Learner {
    #[serde(default)]
    pub(super) feature_names: Vec<String>,
    pub(super) gradient_booster: Booster,
    pub(super) learner_model_param: LearnerParameters,
    pub(super) objective: Objective,
}

/// Numbers as texts, as XGBoost writes its parameters.
#[derive(Deserialize)]
pub(super) struct LearnerParameters {
    pub(super) base_score: String,
    pub(super) num_class: String,
    pub(super) num_feature: String,
    /// Since 1.6.
    pub(super) num_target: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Objective {
    pub(super) name: String,
}

/// `gbtree` holds its model, `dart` holds a `gbtree` and the weights of its trees.
#[derive(Deserialize)]
pub(super) struct Booster {
    pub(super) name: String,
    pub(super) model: Option<Model>,
    pub(super) gbtree: Option<Inner>,
    pub(super) weight_drop: Option<Floats>,
}

#[derive(Deserialize)]
pub(super) struct Inner {
    pub(super) model: Model,
}

#[derive(Deserialize)]
pub(super) struct Model {
    /// Missing from a linear model.
    pub(super) trees: Option<Vec<RawTree>>,
    /// Which output each tree belongs to.
    pub(super) tree_info: Option<Vec<u32>>,
    /// From 3.5 on, where `dart` is a kind of `gbtree`.
    pub(super) weight_drop: Option<Floats>,
    /// Since 3.1.
    pub(super) cats: Option<Categories>,
}

/// One tree: a place in each list per node, leaves and deleted nodes included.
#[derive(Deserialize)]
pub(super) struct RawTree {
    pub(super) id: usize,
    pub(super) tree_param: TreeParameters,
    pub(super) left_children: Vec<i32>,
    pub(super) right_children: Vec<i32>,
    pub(super) split_indices: Vec<u32>,
    /// Thresholds (of a category nothing, or `NaN`), and the values of leaves.
    pub(super) split_conditions: Floats,
    /// Missing from a tree of several outputs, as is the next.
    #[serde(default)]
    pub(super) default_left: Vec<Flag>,
    #[serde(default)]
    pub(super) sum_hessian: Floats,
    /// Empty where no node of the model tests a category (before 1.3).
    #[serde(default)]
    pub(super) split_type: Vec<u8>,
    /// Nodes that test a category, in order; their sets stand one after the other in `categories`.
    #[serde(default)]
    pub(super) categories_nodes: Vec<u32>,
    #[serde(default)]
    pub(super) categories_segments: Vec<usize>,
    #[serde(default)]
    pub(super) categories_sizes: Vec<usize>,
    #[serde(default)]
    pub(super) categories: Vec<u32>,
}

#[derive(Deserialize)]
pub(super) struct TreeParameters {
    pub(super) num_nodes: String,
    #[serde(default)]
    pub(super) size_leaf_vector: Option<String>,
}

/// A truth value, which XGBoost wrote as such until 1.6 and writes as 0 or 1 now.
#[derive(Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Flag;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("true, false, 0 or 1")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Flag, E> {
                match value {
                    0 | 1 => Ok(Flag(value == 1)),
                    _ => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Flag, E> {
                match u64::try_from(value) {
                    Ok(value) => self.visit_u64(value),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(value), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The categories that a data frame named, one entry per feature.
#[derive(Deserialize)]
pub(super) struct Categories {
    #[serde(default)]
    pub(super) enc: Vec<Encoding>,
}

/// The categories of a feature, in the order of the trees' numbers: the bytes of texts, one after the other, with where
/// each begins; or whole numbers, which have a type and no offsets. A feature that is no category has no values.
#[derive(Deserialize)]
pub(super) struct Encoding {
    pub(super) offsets: Option<Vec<usize>>,
    #[serde(rename = "type")]
    pub(super) kind: Option<u8>,
    pub(super) values: Vec<i64>,
}
