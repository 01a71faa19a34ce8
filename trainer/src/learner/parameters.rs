//! The learner's parameters.

use std::collections::BTreeMap;

use crate::error::Error;

/// LightGBM parameters by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    values: BTreeMap<String, String>,
}

/// Chosen by cross-validation on loan applications: slow, shallow, strongly regularised trees that each see a small
/// part of the features. Depth at most 8 keeps exact explanations cheap.
const DEFAULTS: [(&str, &str); 16] = [
    ("bagging_fraction", "0.7"),
    ("bagging_freq", "1"),
    ("cat_l2", "50"),
    ("cat_smooth", "50"),
    ("deterministic", "true"),
    ("feature_fraction", "0.06"),
    ("force_col_wise", "true"),
    ("lambda_l2", "70"),
    ("learning_rate", "0.02"),
    ("max_bin", "511"),
    ("max_depth", "8"),
    ("min_data_in_leaf", "100"),
    ("min_data_per_group", "100"),
    ("num_leaves", "34"),
    ("objective", "binary"),
    ("path_smooth", "15"),
];

/// What the rest of Candor relies on; `--set` cannot change it.
const FIXED: [&str; 9] = [
    "objective",
    "linear_tree",
    "boosting",
    "num_iterations",
    "seed",
    "num_threads",
    "deterministic",
    "data",
    "output_model",
];

impl Default for Parameters {
    fn default() -> Self {
        Self {
            values: DEFAULTS
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }
}

impl Parameters {
    /// The defaults with a seed and a number of threads.
    pub fn with_seed(seed: u64, threads: usize) -> Self {
        let mut parameters = Self::default();
        // LightGBM's seeds are 32-bit signed integers.
        parameters.insert("seed", &(seed % 0x7fff_ffff).to_string());
        parameters.insert("num_threads", &threads.to_string());
        parameters
    }

    /// Applies `NAME=VALUE`.
    ///
    /// # Errors
    /// [`Error::Usage`] when it has no `=`, or names a parameter that Candor sets itself.
    pub fn set(&mut self, assignment: &str) -> Result<(), Error> {
        let usage = |problem: String| Error::Usage { problem };
        let (name, value) = assignment.split_once('=').ok_or_else(|| {
            usage(format!(
                "--set {assignment}: write NAME=VALUE, as in --set num_leaves=16"
            ))
        })?;
        let (name, value) = (name.trim(), value.trim());
        let is_word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_word(name) || !is_word(value) {
            return Err(usage(format!(
                "--set {assignment}: name and value must be single words"
            )));
        }
        if FIXED.contains(&name) {
            return Err(usage(format!(
                "--set {name}: Candor sets this itself; see 'candor train --help'"
            )));
        }
        self.insert(name, value);
        Ok(())
    }

    fn insert(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Names and values; the number of threads, which changes nothing in the model, is left out.
    pub fn for_card(&self) -> BTreeMap<String, String> {
        self.values
            .iter()
            .filter(|(name, _)| *name != "num_threads")
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect()
    }

    /// As LightGBM reads them: `name=value name=value …`.
    pub(super) fn as_text(&self) -> String {
        self.values
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
