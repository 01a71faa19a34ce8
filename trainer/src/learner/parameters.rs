//! The learner's parameters.

use std::collections::BTreeMap;

use super::{SHAPES, library};
use crate::error::Error;

/// LightGBM parameters by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    values: BTreeMap<String, String>,
}

/// Chosen by cross-validation on 72,741 loan applications: shallow, strongly regularised trees that each see a handful of
/// the features. Depth at most 8 keeps exact explanations cheap.
const DEFAULTS: [(&str, &str); 16] = [
    ("bagging_fraction", "1"),
    ("bagging_freq", "1"),
    ("cat_l2", "50"),
    ("cat_smooth", "50"),
    ("deterministic", "true"),
    ("feature_fraction", "0.03"),
    ("force_col_wise", "true"),
    ("lambda_l2", "150"),
    ("learning_rate", "0.05"),
    ("max_bin", "511"),
    ("max_depth", "8"),
    ("min_data_in_leaf", "300"),
    ("min_data_per_group", "100"),
    ("num_leaves", "34"),
    ("objective", "binary"),
    ("path_smooth", "15"),
];

/// Rows of the table that the defaults were found on.
const FOUND_ON: f64 = 72_741.0;

/// What `--set` can change, under LightGBM's first name for it. The rest would change what Candor relies on (trees that
/// add up to log-odds, one file for one seed), or has no effect here.
const SETTABLE: [(&str, Values); 36] = [
    ("bagging_fraction", ABOVE_0_TO_1),
    ("bagging_freq", Values::Whole(0, MANY)),
    ("bagging_seed", Values::Whole(0, MANY)),
    ("bin_construct_sample_cnt", Values::Whole(1, MANY)),
    ("boost_from_average", Values::Switch),
    ("cat_l2", FROM_0),
    ("cat_smooth", FROM_0),
    ("data_random_seed", Values::Whole(0, MANY)),
    ("enable_bundle", Values::Switch),
    ("extra_seed", Values::Whole(0, MANY)),
    ("extra_trees", Values::Switch),
    ("feature_fraction", ABOVE_0_TO_1),
    ("feature_fraction_bynode", ABOVE_0_TO_1),
    ("feature_fraction_seed", Values::Whole(0, MANY)),
    ("feature_pre_filter", Values::Switch),
    ("is_unbalance", Values::Switch),
    ("lambda_l1", FROM_0),
    ("lambda_l2", FROM_0),
    ("learning_rate", ABOVE_0_TO_1),
    ("max_bin", Values::Whole(2, 65_535)),
    ("max_cat_threshold", Values::Whole(1, MANY)),
    ("max_cat_to_onehot", Values::Whole(1, MANY)),
    ("max_delta_step", FROM_0),
    ("max_depth", Values::Whole(1, 64)),
    ("min_data_in_bin", Values::Whole(1, MANY)),
    ("min_data_in_leaf", Values::Whole(0, MANY)),
    ("min_data_per_group", Values::Whole(1, MANY)),
    ("min_gain_to_split", FROM_0),
    ("min_sum_hessian_in_leaf", FROM_0),
    ("neg_bagging_fraction", ABOVE_0_TO_1),
    ("num_leaves", Values::Whole(2, 131_072)),
    ("path_smooth", FROM_0),
    ("pos_bagging_fraction", ABOVE_0_TO_1),
    ("scale_pos_weight", Values::Above0(f64::MAX)),
    ("use_missing", Values::Switch),
    ("zero_as_missing", Values::Switch),
];
const MANY: i64 = 0x7fff_ffff;
const FROM_0: Values = Values::From0;
const ABOVE_0_TO_1: Values = Values::Above0(1.0);

/// The values that a parameter takes. LightGBM checks them, too, but only once all data is read, and reports on
/// standard error by itself.
#[derive(Debug, Clone, Copy)]
enum Values {
    /// Whole numbers from and to.
    Whole(i64, i64),
    /// Numbers from 0 on.
    From0,
    /// Numbers above 0, up to this one.
    Above0(f64),
    /// true or false.
    Switch,
}

impl Values {
    /// What would be right, if `value` is not.
    fn problem(self, value: &str) -> Option<String> {
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        let (fits, wanted) = match self {
            Self::Whole(least, most) => (
                value
                    .parse::<i64>()
                    .is_ok_and(|number| (least..=most).contains(&number)),
                if most == MANY {
                    format!("a whole number from {least} on")
                } else {
                    format!("a whole number from {least} to {most}")
                },
            ),
            Self::From0 => (number.is_some_and(|number| number >= 0.0), "a number from 0 on".into()),
            Self::Above0(most) => (
                number.is_some_and(|number| number > 0.0 && number <= most),
                if most == f64::MAX {
                    "a number above 0".into()
                } else {
                    format!("a number above 0, at most {most}")
                },
            ),
            Self::Switch => (["true", "false"].contains(&value), "true or false".into()),
        };
        (!fits).then_some(wanted)
    }
}

/// How LightGBM keeps a tree to the directions of its features. All keep to them; the later ones cost less accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Method {
    /// Children are kept apart by the middle between them.
    Basic,
    /// Leaves are compared with those that they touch.
    Intermediate,
    /// As intermediate, threshold by threshold; slower.
    Advanced,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
        }
    }
}

/// Why a parameter was not set.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Its name is at fault.
    Name(String),
    /// Its value is at fault.
    Value(String),
    /// LightGBM could not be asked.
    Learner(Error),
}

/// LightGBM's first name of a parameter: it ignores names that it does not know, and other names of what is set
/// already.
fn first_name(name: &str) -> Result<String, Refusal> {
    let names = library::parameter_names().map_err(|problem| {
        Refusal::Learner(Error::Training {
            problem: format!("LightGBM: {problem}"),
        })
    })?;
    names
        .into_iter()
        .find(|(first, others)| first == name || others.iter().any(|other| other == name))
        .map(|(first, _)| first)
        .ok_or_else(|| {
            Refusal::Name(
                "LightGBM has no parameter of that name; see lightgbm.readthedocs.io/en/stable/Parameters.html".into(),
            )
        })
}

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

    /// Those of the model at this position among those that are averaged: each has its seed, and every other one has
    /// small trees, which find less of what features do together and can do with a weaker penalty.
    pub(super) fn of_model(&self, number: usize) -> Self {
        const LIMIT: u64 = 0x7fff_ffff;
        let mut parameters = self.clone();
        let seed: u64 = self.get("seed").and_then(|seed| seed.parse().ok()).unwrap_or(0);
        // Far from the seeds that people give, so that models of neighbouring seeds share none.
        let other = (seed + (number as u64 % LIMIT) * 104_729) % LIMIT;
        parameters.insert("seed", &other.to_string());
        if number % SHAPES == 1 {
            let of = |name: &str, usual: f64| self.number(name).unwrap_or(usual);
            let small = [
                ("num_leaves", libm::round(of("num_leaves", 31.0) / 4.0).max(2.0)),
                ("max_depth", libm::ceil(of("max_depth", 8.0) / 2.0)),
                ("min_data_in_leaf", libm::ceil(of("min_data_in_leaf", 20.0) / 3.0)),
                ("lambda_l2", of("lambda_l2", 0.0) / 3.0),
                ("learning_rate", of("learning_rate", 0.1) * 0.8),
                ("feature_fraction", (of("feature_fraction", 1.0) * 4.0 / 3.0).min(1.0)),
            ];
            for (name, value) in small {
                parameters.insert(name, &value.to_string());
            }
        }
        parameters
    }

    /// The same for a single thread.
    pub(super) fn on_one_thread(&self) -> Self {
        let mut parameters = self.clone();
        parameters.insert("num_threads", "1");
        parameters
    }

    /// What the library does when it is told nothing.
    pub fn of_library(seed: u64, threads: usize) -> Self {
        let mut parameters = Self::with_seed(seed, threads);
        parameters.values.retain(|name, _| {
            ["objective", "deterministic", "force_col_wise", "seed", "num_threads"].contains(&name.as_str())
        });
        parameters
    }

    /// A random forest: deep trees, each grown on its own sample of rows, which sees a third of the features at a node.
    pub fn of_forest(seed: u64, threads: usize) -> Self {
        let mut parameters = Self::of_library(seed, threads);
        for (name, value) in [
            ("boosting", "rf"),
            ("bagging_fraction", "0.632"),
            ("bagging_freq", "1"),
            ("feature_fraction_bynode", "0.33"),
            ("min_data_in_leaf", "20"),
            ("num_leaves", "256"),
        ] {
            parameters.insert(name, value);
        }
        parameters
    }

    /// The same where only `after` of `before` features are left: a tree goes on seeing as many of them.
    pub fn for_fewer(&self, before: usize, after: usize) -> Self {
        let mut parameters = self.clone();
        let fraction = self.get("feature_fraction").and_then(|value| value.parse::<f64>().ok());
        if let Some(fraction) = fraction {
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            let fraction = (fraction * before as f64 / after.max(1) as f64).min(1.0);
            parameters.insert("feature_fraction", &fraction.to_string());
        }
        parameters
    }

    /// How trees are held to the directions of the features.
    pub fn hold(&mut self, method: Method) {
        self.insert("monotone_constraints_method", method.name());
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok()
    }

    /// The seed and the number of threads.
    pub fn seed_and_threads(&self) -> (u64, usize) {
        let whole = |name: &str| self.get(name).and_then(|value| value.parse::<u64>().ok());
        let threads = whole("num_threads").and_then(|threads| usize::try_from(threads).ok());
        (whole("seed").unwrap_or(0), threads.unwrap_or(1))
    }

    /// Suits the defaults to a table of fewer rows than that they were found on: leaves and their penalty may be smaller,
    /// and since fewer trees can be grown, each sees more of the features. `features` is the number of those of a table of
    /// its own.
    pub fn suit(&mut self, rows: usize, features: Option<usize>) {
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
        let size = libm::sqrt(rows.max(1) as f64 / FOUND_ON).min(1.0);
        self.insert("min_data_in_leaf", &libm::round((300.0 * size).max(5.0)).to_string());
        self.insert("lambda_l2", &libm::round((150.0 * size).max(5.0)).to_string());
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let fraction = features.map_or(0.03, |features| 6.0 / features.max(1) as f64);
        let fraction = (fraction / libm::sqrt(size)).clamp(0.03, 0.6);
        self.insert("feature_fraction", &format!("{fraction:.3}"));
    }

    /// Applies `NAME=VALUE` and returns LightGBM's first name of it with the value.
    ///
    /// # Errors
    /// [`Error::Unsuited`] when it has no `=`, names nothing that LightGBM knows, names what cannot be set, or gives it a
    /// value that it does not take.
    pub fn set(&mut self, assignment: &str) -> Result<(String, String), Error> {
        let usage = |place: &str, problem: &str| Error::Unsuited {
            problem: format!("--set {place}: {problem}"),
        };
        let (name, value) = assignment
            .split_once('=')
            .ok_or_else(|| usage(assignment, "write NAME=VALUE, as in --set num_leaves=16"))?;
        let (name, value) = (name.trim(), value.trim());
        let is_word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_word(name) || !is_word(value) {
            return Err(usage(assignment, "write NAME=VALUE, each a single word"));
        }
        match self.assign(name, value) {
            Ok(first_name) => Ok((first_name, value.to_owned())),
            Err(Refusal::Name(problem)) => Err(usage(name, &problem)),
            Err(Refusal::Value(problem)) => Err(usage(assignment, &problem)),
            Err(Refusal::Learner(error)) => Err(error),
        }
    }

    /// Gives a parameter, under any of its names, a value, and returns its first name.
    pub(super) fn assign(&mut self, name: &str, value: &str) -> Result<String, Refusal> {
        let first_name = first_name(name)?;
        let Some((_, values)) = SETTABLE.iter().find(|(settable, _)| *settable == first_name) else {
            let instead = match first_name.as_str() {
                "num_iterations" => "use --trees".to_owned(),
                "num_threads" => "use --threads".to_owned(),
                "seed" => "use --seed".to_owned(),
                _ => format!("these can: {}", SETTABLE.map(|(settable, _)| settable).join(", ")),
            };
            return Err(Refusal::Name(format!("this cannot be set; {instead}")));
        };
        if let Some(wanted) = values.problem(value) {
            return Err(Refusal::Value(format!("{name} should be {wanted}")));
        }
        self.insert(&first_name, value);
        Ok(first_name)
    }

    /// What can be set, with the values that hold now: the same parameters in any version, whatever its defaults.
    pub fn settable(&self) -> impl Iterator<Item = (&str, &str)> {
        let settable = |name: &str| SETTABLE.iter().any(|(settable, _)| *settable == name);
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(move |(name, _)| settable(name))
    }

    /// The value of a parameter; `None` where it is LightGBM's own.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
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
