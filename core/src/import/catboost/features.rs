//! The features of a CatBoost model, and the questions that its trees may ask of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::document::{CategoricalFeature, FeaturesInfo, FloatFeature, HashedName, NanTreatment, Split, SplitType};
use super::{inconsistent, unsupported};
use crate::ensemble::{Levels, Missing, Test};
use crate::import::{FeatureKind, ImportError, ImportedFeature, single};

/// Most levels of a feature that trees test: each test holds a set of that many bits.
const MOST_LEVELS: usize = 4096;

pub(super) struct Features {
    /// All features, in the order of the columns.
    pub(super) imported: Vec<ImportedFeature>,
    numbers: HashMap<usize, Number>,
    categories: HashMap<usize, Category>,
}

struct Number {
    column: u16,
    borders: Vec<f32>,
    missing: Missing,
    /// Where its borders stand among all questions.
    first_split: usize,
}

struct Category {
    column: u16,
    /// Hashes of its levels.
    hashes: Vec<i32>,
    first_split: usize,
}

/// A question as a test of ours.
pub(super) struct Question {
    pub(super) column: u16,
    pub(super) test: Test,
    /// The words of the test's set, which come first in the tree's words; `start` is left to the tree.
    pub(super) words: Vec<u32>,
    /// Whether rows go left where the answer is yes.
    pub(super) yes_is_left: bool,
}

impl Features {
    pub(super) fn new(info: FeaturesInfo) -> Result<Self, ImportError> {
        let names = names(info.cat_features_hash.unwrap_or_default());
        let floats = info.float_features.unwrap_or_default();
        let categorical = info.categorical_features.unwrap_or_default();
        let mut columns = Columns::new(floats.len() + categorical.len())?;
        let mut features = Self {
            imported: Vec::new(),
            numbers: HashMap::with_capacity(floats.len()),
            categories: HashMap::with_capacity(categorical.len()),
        };
        let mut first_split = 0;
        for feature in floats {
            let name = name(
                feature.feature_name.as_ref(),
                feature.feature_id.as_ref(),
                feature.flat_feature_index,
            );
            let column = columns.put(feature.flat_feature_index, name, FeatureKind::Number)?;
            let index = feature.feature_index;
            let number = number(feature, column, first_split)?;
            first_split += number.borders.len();
            if features.numbers.insert(index, number).is_some() {
                return Err(inconsistent(
                    "'float_features'",
                    &format!("feature_index {index} stands there twice"),
                ));
            }
        }
        for feature in categorical {
            let name = name(
                feature.feature_name.as_ref(),
                feature.feature_id.as_ref(),
                feature.flat_feature_index,
            );
            let levels = levels(&feature, &name, &names)?;
            let column = columns.put(feature.flat_feature_index, name, FeatureKind::Category { levels })?;
            let category = Category {
                column,
                hashes: feature.values.unwrap_or_default(),
                first_split,
            };
            first_split += category.hashes.len();
            if features.categories.insert(feature.feature_index, category).is_some() {
                let problem = format!("feature_index {} stands there twice", feature.feature_index);
                return Err(inconsistent("'categorical_features'", &problem));
            }
        }
        features.imported = columns.finish()?;
        Ok(features)
    }

    /// The test that a split stands for.
    pub(super) fn question(&self, split: &Split, place: &str) -> Result<Question, ImportError> {
        match split.split_type {
            SplitType::FloatFeature => self.border(split, place),
            SplitType::OneHotFeature => self.one_hot(split, place),
            SplitType::OnlineCtr => Err(unsupported(
                &format!("{place}: a split on target statistics of categories (CTR)"),
                "they come from tables of hashes of the training data; train with one_hot_max_size at least as large \
                 as the number of levels, or encode categories before training",
            )),
            SplitType::Estimated => Err(unsupported(
                &format!("{place}: a split on a feature computed from texts or embeddings"),
                "only numbers and categories are known; compute such features before training",
            )),
        }
    }

    /// `value > border`, asked the other way round: what is at most the border goes left.
    fn border(&self, split: &Split, place: &str) -> Result<Question, ImportError> {
        let (Some(index), Some(border)) = (split.float_feature_index, split.border) else {
            return Err(inconsistent(
                place,
                "a split on a number needs 'float_feature_index' and 'border'",
            ));
        };
        let Some(number) = self.numbers.get(&index) else {
            return Err(inconsistent(place, &format!("float feature {index} does not exist")));
        };
        let position = split.split_index.checked_sub(number.first_split);
        if position.and_then(|position| number.borders.get(position)) != Some(&border) {
            let index = split.split_index;
            let problem = format!("the border {border} is not the one that 'features_info' holds as split {index}");
            return Err(inconsistent(place, &problem));
        }
        Ok(Question {
            column: number.column,
            test: Test::AtMost(single::at_most(border), number.missing),
            words: Vec::new(),
            yes_is_left: false,
        })
    }

    /// Whether the level is the one tested.
    fn one_hot(&self, split: &Split, place: &str) -> Result<Question, ImportError> {
        let (Some(index), Some(hash)) = (split.cat_feature_index, split.value) else {
            return Err(inconsistent(
                place,
                "a one-hot split needs 'cat_feature_index' and 'value'",
            ));
        };
        let Some(category) = self.categories.get(&index) else {
            return Err(inconsistent(
                place,
                &format!("categorical feature {index} does not exist"),
            ));
        };
        let position = split.split_index.checked_sub(category.first_split);
        let Some(level) = position.filter(|&level| category.hashes.get(level) == Some(&hash)) else {
            let index = split.split_index;
            let problem = format!("the value {hash} is not the one that 'features_info' holds as split {index}");
            return Err(inconsistent(place, &problem));
        };
        let mut words = vec![0; level / 32 + 1];
        if let Some(word) = words.last_mut() {
            *word = 1 << (level % 32);
        }
        Ok(Question {
            column: category.column,
            test: Test::InSet {
                start: 0,
                length: u32::try_from(words.len()).unwrap_or(u32::MAX),
                levels: Levels::ExactSingle,
                missing_left: false,
            },
            words,
            yes_is_left: true,
        })
    }
}

fn number(feature: FloatFeature, column: u16, first_split: usize) -> Result<Number, ImportError> {
    let borders = feature.borders.unwrap_or_default();
    // CatBoost counts the borders below a value, which says which of them are below it only if they ascend.
    let ascend = borders.windows(2).all(|pair| pair[0] < pair[1]);
    if !ascend || !borders.iter().all(|border| border.is_finite()) {
        let place = format!("float feature {}", feature.feature_index);
        return Err(inconsistent(&place, "its borders do not ascend"));
    }
    // NaN is above nothing, and the value that stands for it where it has one is beyond all borders.
    let above = feature.has_nans && feature.nan_value_treatment == NanTreatment::AboveAll;
    Ok(Number {
        column,
        borders,
        missing: if above { Missing::Right } else { Missing::Left },
        first_split,
    })
}

/// The names of all levels by their hashes; `None` where two have the same.
fn names(hashed: Vec<HashedName>) -> HashMap<i32, Option<String>> {
    let mut names = HashMap::with_capacity(hashed.len());
    for HashedName { hash, value } in hashed {
        match names.entry(hash.cast_signed()) {
            Entry::Vacant(place) => {
                place.insert(Some(value));
            }
            Entry::Occupied(mut place) if place.get().as_ref() != Some(&value) => {
                place.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }
    names
}

/// The names of the levels that trees test, in the order of their hashes.
fn levels(
    feature: &CategoricalFeature,
    name: &str,
    names: &HashMap<i32, Option<String>>,
) -> Result<Vec<String>, ImportError> {
    let place = format!("the categorical feature '{name}'");
    let hashes = feature.values.as_deref().unwrap_or_default();
    if hashes.len() > MOST_LEVELS {
        let what = format!("{place} with one-hot tests of {} levels", hashes.len());
        return Err(unsupported(
            &what,
            &format!("at most {MOST_LEVELS} are held; lower one_hot_max_size"),
        ));
    }
    if let Some(levels) = feature.string_values.as_ref().filter(|levels| !levels.is_empty()) {
        if levels.len() != hashes.len() {
            let problem = format!("{} names stand for {} levels", levels.len(), hashes.len());
            return Err(inconsistent(&place, &problem));
        }
        return Ok(levels.clone());
    }
    let named = hashes.iter().map(|hash| match names.get(hash) {
        Some(Some(level)) => Ok(level.clone()),
        Some(None) => Err(unsupported(
            &format!("{place}: its level of hash {hash}"),
            "two names have this hash, and CatBoost takes one for the other; rename one of them",
        )),
        None => Err(unsupported(
            &format!("{place}: its level of hash {hash}"),
            "the file does not hold the names of levels; save it with save_model(…, format=\"json\", pool=…)",
        )),
    });
    named.collect()
}

/// The name of a feature, which CatBoost makes from the column's number if it is given none.
fn name(name: Option<&String>, id: Option<&String>, column: usize) -> String {
    let given = name
        .or(id)
        .filter(|name| !name.is_empty() && **name != column.to_string());
    given.cloned().unwrap_or_else(|| format!("feature_{column}"))
}

/// Features by their columns, of which each has exactly one.
struct Columns(Vec<Option<ImportedFeature>>);

impl Columns {
    fn new(count: usize) -> Result<Self, ImportError> {
        if count > usize::from(u16::MAX) {
            return Err(unsupported(
                &format!("a model of {count} features"),
                &format!("at most {} are held; train without those that no tree uses", u16::MAX),
            ));
        }
        Ok(Self(vec![None; count]))
    }

    fn put(&mut self, column: usize, name: String, kind: FeatureKind) -> Result<u16, ImportError> {
        let count = self.0.len();
        let Some(place) = self.0.get_mut(column) else {
            return Err(unsupported(
                &format!("the feature '{name}' in column {column} of a model that describes {count} features"),
                "columns of texts or embeddings stand before it; put them last or leave them out",
            ));
        };
        if place.replace(ImportedFeature { name, kind }).is_some() {
            return Err(inconsistent(
                "'features_info'",
                &format!("flat_feature_index {column} stands there twice"),
            ));
        }
        // There are no more columns than fit.
        Ok(u16::try_from(column).unwrap_or(u16::MAX))
    }

    fn finish(self) -> Result<Vec<ImportedFeature>, ImportError> {
        let features: Option<Vec<ImportedFeature>> = self.0.into_iter().collect();
        features.ok_or_else(|| inconsistent("'features_info'", "a column has no feature"))
    }
}
