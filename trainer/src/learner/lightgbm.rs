//! The part of LightGBM's C interface that training needs, behind safe types.
//!
//! The safe wrapper crate `lightgbm3` was weighed: its data sets take no parameters, so categorical features and bin
//! settings cannot be passed, and it trains without telling progress. The bindings below it are used directly.
#![expect(
    unsafe_code,
    reason = "LightGBM is a C library; every call is in this file and in library.rs"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::{PoisonError, RwLock};

use lightgbm3_sys as sys;

use super::library::{c_string, check, text_of};
use super::{Grown, Matrix, Parameters, Rounds, Sample};

/// LightGBM keeps the number of threads in one place for the whole process, and sizes buffers by it. So who uses several
/// threads is alone, while any number may train with one thread each.
static THREADS: RwLock<()> = RwLock::new(());

/// Trains and returns the text model.
pub(super) fn train(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: Rounds<'_>,
    parameters: &Parameters,
    progress: Grown<'_>,
) -> Result<String, String> {
    let (_shared, _alone) = match parameters.seed_and_threads() {
        (_, 1) => (Some(THREADS.read().unwrap_or_else(PoisonError::into_inner)), None),
        _ => (None, Some(THREADS.write().unwrap_or_else(PoisonError::into_inner))),
    };
    silence();
    let categorical: Vec<String> = matrix.categorical.iter().map(ToString::to_string).collect();
    let mut text = format!("{} metric=binary_logloss verbosity=-1", parameters.as_text());
    if !categorical.is_empty() {
        text.push_str(&format!(" categorical_feature={}", categorical.join(",")));
    }
    if matrix.directions.iter().any(|&direction| direction != 0) {
        let directions: Vec<String> = matrix.directions.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" monotone_constraints={}", directions.join(",")));
    }
    let text = c_string(&text)?;
    let data = Dataset::new(matrix, training, &text, None)?;
    let validation = match rounds {
        Rounds::UntilBest { validation, .. } => Some(Dataset::new(matrix, validation, &text, Some(&data))?),
        Rounds::Exactly(_) => None,
    };
    let booster = Booster::new(&data, &text)?;
    if let Some(validation) = &validation {
        check(unsafe { sys::LGBM_BoosterAddValidData(booster.handle, validation.handle) })?;
    }
    let (most, patience) = match rounds {
        Rounds::Exactly(count) => (count, usize::MAX),
        Rounds::UntilBest { patience, most, .. } => (most, patience),
    };
    let mut best = (f64::INFINITY, 0);
    let mut grown = 0;
    while grown < most && grown - best.1.min(grown) < patience {
        let finished = booster.grow()?;
        if finished {
            break; // no split left that is worth making
        }
        grown += 1;
        progress();
        if validation.is_none() {
            best.1 = grown;
        } else {
            let loss = booster.validation_loss()?;
            if loss < best.0 {
                best = (loss, grown);
            }
        }
    }
    if grown == 0 {
        return Err("no tree could be grown: no feature separates the classes on so few rows".to_owned());
    }
    booster.text(best.1.max(1))
}

/// LightGBM reports to standard output, which belongs to results.
fn silence() {
    unsafe extern "C" fn ignore(_: *const c_char) {}
    // SAFETY: the callback is a plain function that lives as long as the program.
    unsafe { sys::LGBM_RegisterLogCallback(Some(ignore)) };
}

struct Dataset {
    handle: sys::DatasetHandle,
}

impl Dataset {
    fn new(matrix: &Matrix<'_>, sample: &Sample, parameters: &CStr, reference: Option<&Self>) -> Result<Self, String> {
        let rows = c_int::try_from(sample.labels.len()).map_err(|_| "too many rows for one machine".to_owned())?;
        let columns = c_int::try_from(matrix.names.len()).map_err(|_| "too many features".to_owned())?;
        if sample.values.len() != sample.labels.len() * matrix.names.len() {
            return Err("rows and features do not fit together".to_owned());
        }
        let mut handle = ptr::null_mut();
        // SAFETY: `values` holds rows × columns doubles, checked above; LightGBM copies them.
        check(unsafe {
            sys::LGBM_DatasetCreateFromMat(
                sample.values.as_ptr().cast::<c_void>(),
                sys::C_API_DTYPE_FLOAT64 as c_int,
                rows,
                columns,
                1,
                parameters.as_ptr(),
                reference.map_or(ptr::null_mut(), |reference| reference.handle),
                &raw mut handle,
            )
        })?;
        let dataset = Self { handle };
        // SAFETY: `labels` holds `rows` floats; LightGBM copies them.
        check(unsafe {
            sys::LGBM_DatasetSetField(
                handle,
                c"label".as_ptr(),
                sample.labels.as_ptr().cast::<c_void>(),
                rows,
                sys::C_API_DTYPE_FLOAT32 as c_int,
            )
        })?;
        // The features go without their names: LightGBM refuses commas and brackets in them, and nothing reads them.
        Ok(dataset)
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        // SAFETY: the handle came from LightGBM and is freed once.
        unsafe { sys::LGBM_DatasetFree(self.handle) };
    }
}

/// Borrows its data sets: LightGBM keeps pointers to them.
struct Booster<'a> {
    handle: sys::BoosterHandle,
    _data: &'a Dataset,
}

impl<'a> Booster<'a> {
    fn new(data: &'a Dataset, parameters: &CStr) -> Result<Self, String> {
        let mut handle = ptr::null_mut();
        // SAFETY: the data set is alive and stays so, by the borrow.
        check(unsafe { sys::LGBM_BoosterCreate(data.handle, parameters.as_ptr(), &raw mut handle) })?;
        Ok(Self { handle, _data: data })
    }

    /// Adds a tree; true when there was nothing left to split.
    fn grow(&self) -> Result<bool, String> {
        let mut finished = 0;
        // SAFETY: the handle is alive.
        check(unsafe { sys::LGBM_BoosterUpdateOneIter(self.handle, &raw mut finished) })?;
        Ok(finished != 0)
    }

    fn validation_loss(&self) -> Result<f64, String> {
        let (mut count, mut losses) = (0, [f64::NAN; 8]);
        // SAFETY: one metric is configured, so one number is written.
        check(unsafe { sys::LGBM_BoosterGetEval(self.handle, 1, &raw mut count, losses.as_mut_ptr()) })?;
        Ok(losses[0])
    }

    fn text(&self, trees: usize) -> Result<String, String> {
        let trees = c_int::try_from(trees).map_err(|_| "too many trees".to_owned())?;
        text_of(|size, length, buffer| {
            // SAFETY: at most `size` bytes are written to the buffer; `length` tells how many are needed.
            unsafe {
                sys::LGBM_BoosterSaveModelToString(
                    self.handle,
                    0,
                    trees,
                    sys::C_API_FEATURE_IMPORTANCE_SPLIT as c_int,
                    size,
                    length,
                    buffer,
                )
            }
        })
    }
}

impl Drop for Booster<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle came from LightGBM and is freed once, before its data sets.
        unsafe { sys::LGBM_BoosterFree(self.handle) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use candor_core::ensemble::{Ensemble, Test};
    use candor_core::import;
    use candor_core::shap::Explainer;

    use super::*;

    /// A model that LightGBM itself predicts with.
    struct Loaded {
        handle: sys::BoosterHandle,
    }

    impl Loaded {
        fn new(text: &str) -> Self {
            silence();
            let text = c_string(text).unwrap();
            let (mut trees, mut handle) = (0, ptr::null_mut());
            // SAFETY: the text ends with NUL and outlives the call.
            check(unsafe { sys::LGBM_BoosterLoadModelFromString(text.as_ptr(), &raw mut trees, &raw mut handle) })
                .unwrap();
            Self { handle }
        }

        fn predict(&self, rows: &[Vec<f64>], kind: u32, per_row: usize) -> Vec<f64> {
            let values = rows.concat();
            let mut results = vec![f64::NAN; rows.len() * per_row];
            let mut length = 0_i64;
            // SAFETY: `values` holds rows × columns doubles, and `results` has room for all that is asked for.
            check(unsafe {
                sys::LGBM_BoosterPredictForMat(
                    self.handle,
                    values.as_ptr().cast::<c_void>(),
                    sys::C_API_DTYPE_FLOAT64 as c_int,
                    c_int::try_from(rows.len()).unwrap(),
                    c_int::try_from(rows[0].len()).unwrap(),
                    1,
                    kind as c_int,
                    0,
                    -1,
                    c"num_threads=1".as_ptr(),
                    &raw mut length,
                    results.as_mut_ptr(),
                )
            })
            .unwrap();
            assert_eq!(usize::try_from(length).unwrap(), results.len());
            results
        }
    }

    impl Drop for Loaded {
        fn drop(&mut self) {
            // SAFETY: the handle came from LightGBM and is freed once.
            unsafe { sys::LGBM_BoosterFree(self.handle) };
        }
    }

    /// SplitMix64.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % bound
        }

        fn share(&mut self) -> f64 {
            self.below(1 << 53) as f64 / (1_u64 << 53) as f64
        }
    }

    const WIDTH: usize = 10;
    /// A category of 5 levels, one of 70 (three words of 32), one of 3.
    const CATEGORICAL: [usize; 3] = [2, 3, 6];

    /// Rows with gaps, ties, exact and almost zeros, flags and categories; the outcome depends on most of them.
    fn population(rows: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<f32>) {
        let mut dice = Dice(seed);
        (0..rows)
            .map(|_| {
                let gap = |value: f64, dice: &mut Dice, percent: u64| {
                    if dice.below(100) < percent { f64::NAN } else { value }
                };
                let score = dice.share();
                let count = dice.below(7) as f64 - 3.0;
                let small = dice.below(5) as f64;
                let large = dice.below(70) as f64;
                let amount = match dice.below(6) {
                    0 => 0.0,
                    1 => 1e-36,
                    2 => -1e-36,
                    _ => 1000.0 * dice.share() * dice.share() - 100.0,
                };
                let flag = dice.below(2) as f64;
                let third = dice.below(3) as f64;
                let risk = 2.0 * score
                    + 0.3 * count
                    + if small == 3.0 { 1.0 } else { 0.0 }
                    + if large % 3.0 == 1.0 { 1.2 } else { 0.0 }
                    + amount / 500.0
                    - flag
                    + third / 3.0;
                let row = vec![
                    gap(score, &mut dice, 20),
                    count,
                    gap(small, &mut dice, 10),
                    gap(large, &mut dice, 5),
                    amount,
                    flag,
                    gap(third, &mut dice, 30),
                    dice.share(),
                    gap(dice.share(), &mut dice, 60),
                    gap(amount * score, &mut dice, 15),
                ];
                let label = f32::from(u8::from(dice.share() < 1.0 / (1.0 + libm::exp(3.0 - risk))));
                (row, label)
            })
            .unzip()
    }

    fn fitted(rows: usize, seed: u64, threads: usize, trees: usize, settings: &str) -> String {
        let (values, labels) = population(rows, seed);
        let sample = Sample {
            values: values.concat(),
            labels,
        };
        let names: Vec<String> = (0..WIDTH).map(|column| format!("feature, [{column}]")).collect();
        let matrix = Matrix {
            values: &[],
            names: &names,
            categorical: &CATEGORICAL,
            directions: &[],
        };
        let mut parameters = Parameters::with_seed(seed, threads);
        let base = "feature_fraction=0.7 min_data_in_leaf=15 learning_rate=0.1 lambda_l2=1 cat_smooth=2 cat_l2=1 \
                    min_data_per_group=5 path_smooth=0";
        for assignment in base.split_whitespace().chain(settings.split_whitespace()) {
            parameters.set(assignment).unwrap();
        }
        train(&matrix, &sample, Rounds::Exactly(trees), &parameters, &|| {})
            .unwrap_or_else(|problem| panic!("{settings}: {problem}"))
    }

    /// Rows like those learned from, and rows made to hit every threshold and every odd value.
    fn hostile_rows(ensemble: &Ensemble, seed: u64) -> Vec<Vec<f64>> {
        let (mut rows, _) = population(800, seed ^ 0xbad);
        let odd = [
            0.0,
            -0.0,
            f64::NAN,
            1e-36,
            -1e-36,
            1e-34,
            -1e-34,
            1e300,
            -1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        let levels = [
            -0.0,
            -0.5,
            -1.0,
            -7.0,
            0.5,
            2.7,
            4.0,
            5.0,
            30.0,
            31.0,
            31.9,
            32.0,
            33.0,
            63.0,
            64.0,
            69.0,
            70.0,
            95.0,
            96.0,
            1000.0,
            2e9,
            f64::NAN,
        ];
        let mut planted: Vec<(usize, f64)> = Vec::new();
        for feature in 0..WIDTH {
            let values: &[f64] = if CATEGORICAL.contains(&feature) { &levels } else { &odd };
            planted.extend(values.iter().map(|&value| (feature, value)));
        }
        for node in ensemble.trees.iter().flat_map(|tree| &tree.nodes) {
            if let Test::AtMost(threshold, _) = node.test {
                for value in [threshold, threshold.next_up(), threshold.next_down()] {
                    planted.push((usize::from(node.feature), value));
                }
            }
        }
        planted.truncate(2500);
        for (place, (feature, value)) in planted.into_iter().enumerate() {
            let mut row = rows[place % 800].clone();
            row[feature] = value;
            rows.push(row);
        }
        rows.push(vec![f64::NAN; WIDTH]);
        rows.push(vec![0.0; WIDTH]);
        rows.push(vec![-0.0; WIDTH]);
        rows
    }

    /// What core makes of a model is what LightGBM makes of it: scores to 1e-12, contributions to 1e-10.
    #[test]
    fn core_scores_and_explains_as_lightgbm_does() {
        for (seed, settings) in [
            (1, ""),
            (2, "zero_as_missing=true"),
            (3, "use_missing=false"),
            (4, "max_cat_to_onehot=100"),
            (5, "num_leaves=50 max_depth=30 min_data_in_leaf=3"),
            (6, "max_bin=7 path_smooth=20 extra_trees=true"),
            (7, "boost_from_average=false is_unbalance=true"),
            (8, "lambda_l1=0.5 max_delta_step=0.3 feature_fraction_bynode=0.5"),
            (9, "zero_as_missing=true use_missing=false max_cat_threshold=64"),
        ] {
            let text = fitted(1200, seed, 1, 25, settings);
            let ensemble = import::lightgbm::from_text(&text).unwrap().ensemble;
            assert_eq!(ensemble.trees.len(), 25, "{settings}");
            let sets = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
            let lengths: Vec<u32> = sets
                .filter_map(|node| match node.test {
                    Test::InSet { length, .. } => Some(length),
                    Test::AtMost(..) => None,
                })
                .collect();
            assert!(
                settings.contains("onehot") || lengths.iter().any(|&length| length > 1),
                "{settings}: no set past 32 levels"
            );
            let rows = hostile_rows(&ensemble, seed);
            let explainer = Explainer::new(&ensemble);
            let loaded = Loaded::new(&text);
            let scores = loaded.predict(&rows, sys::C_API_PREDICT_RAW_SCORE, 1);
            for (row, theirs) in rows.iter().zip(&scores) {
                let ours = explainer.compiled().raw_score(row);
                assert!(
                    (ours - theirs).abs() <= 1e-12,
                    "{settings}: {ours} ≠ {theirs} for {row:?}"
                );
            }
            let contributions = loaded.predict(&rows, sys::C_API_PREDICT_CONTRIB, WIDTH + 1);
            for (row, theirs) in rows.iter().zip(contributions.chunks(WIDTH + 1)) {
                let mut ours = vec![0.0; WIDTH];
                let score = explainer.contributions(row, &mut ours);
                ours.push(explainer.base_value());
                for (feature, (a, b)) in ours.iter().zip(theirs).enumerate() {
                    assert!(
                        (a - b).abs() <= 1e-10,
                        "{settings}: feature {feature}: {a} ≠ {b} for {row:?}"
                    );
                }
                let sum: f64 = ours.iter().sum();
                assert!((sum - score).abs() <= 1e-12, "{settings}: {sum} ≠ {score} for {row:?}");
            }
        }
    }

    #[test]
    fn the_trees_do_not_depend_on_the_number_of_threads_but_on_the_seed() {
        let trees = |seed: u64, threads: usize| {
            let text = fitted(3000, seed, threads, 20, "num_leaves=31 bagging_fraction=0.6");
            // Behind the trees stand the parameters, with the number of threads.
            text.split("end of trees").next().unwrap().to_owned()
        };
        let one = trees(11, 1);
        assert_eq!(one, trees(11, 2));
        assert_eq!(one, trees(11, 1));
        assert_ne!(one, trees(12, 1));
    }

    #[test]
    fn growing_stops_by_itself_and_keeps_the_best_number_of_trees() {
        let (values, labels) = population(900, 5);
        let sample = |range: std::ops::Range<usize>| Sample {
            values: values[range.clone()].concat(),
            labels: labels[range].to_vec(),
        };
        let (training, validation) = (sample(0..500), sample(500..900));
        let names: Vec<String> = (0..WIDTH).map(|column| column.to_string()).collect();
        let matrix = Matrix {
            values: &[],
            names: &names,
            categorical: &CATEGORICAL,
            directions: &[],
        };
        let mut parameters = Parameters::with_seed(3, 1);
        for assignment in [
            "learning_rate=0.3",
            "min_data_in_leaf=5",
            "lambda_l2=0",
            "feature_fraction=1",
        ] {
            parameters.set(assignment).unwrap();
        }
        let grown = AtomicUsize::new(0);
        let rounds = Rounds::UntilBest {
            validation: &validation,
            patience: 15,
            most: 400,
        };
        let text = train(&matrix, &training, rounds, &parameters, &|| {
            grown.fetch_add(1, Relaxed);
        })
        .unwrap();
        let ensemble = import::lightgbm::from_text(&text).unwrap().ensemble;
        let kept = ensemble.trees.len();
        assert_eq!(grown.into_inner(), kept + 15, "fifteen more were tried");
        // The kept trees have the least loss of all shorter prefixes.
        let outcomes: Vec<bool> = validation.labels.iter().map(|&label| label == 1.0).collect();
        let mut raw = vec![0.0; outcomes.len()];
        let mut losses = Vec::new();
        for tree in &ensemble.trees {
            for (score, row) in raw.iter_mut().zip(validation.values.chunks(WIDTH)) {
                *score += tree.value(row);
            }
            let probabilities: Vec<f64> = raw.iter().map(|&s| candor_core::decision::probability_of(s)).collect();
            losses.push(candor_core::stats::log_loss(&probabilities, &outcomes, None));
        }
        let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(losses[kept - 1] - best <= 1e-9, "{losses:?}");
    }

    #[test]
    fn what_cannot_be_learned_is_said() {
        let names = ["constant".to_owned()];
        let matrix = Matrix {
            values: &[],
            names: &names,
            categorical: &[],
            directions: &[],
        };
        let sample = Sample {
            values: vec![1.0; 300],
            labels: (0..300).map(|row| f32::from(u8::from(row % 5 == 0))).collect(),
        };
        let parameters = Parameters::with_seed(3, 1);
        let problem = train(&matrix, &sample, Rounds::Exactly(5), &parameters, &|| {}).unwrap_err();
        assert!(problem.contains("no tree could be grown"), "{problem}");
    }

    #[test]
    fn settings_are_checked_before_they_are_used() {
        for (assignment, wanted) in [
            ("num_leaves", "NAME=VALUE"),
            ("num_leaves=", "NAME=VALUE"),
            ("a b=1", "NAME=VALUE"),
            ("num_leavs=16", "no parameter of that name"),
            ("num_leaves=1", "a whole number from 2 to 131072"),
            ("num_leaves=16=17", "a whole number"),
            ("num_leaves=2.5", "a whole number"),
            ("feature_fraction=0", "a number above 0, at most 1"),
            ("feature_fraction=nan", "a number above 0, at most 1"),
            ("reg_lambda=-1", "reg_lambda should be a number from 0 on"),
            ("extra_trees=yes", "true or false"),
            ("n_estimators=5", "use --trees"),
            ("n_jobs=5", "use --threads"),
            ("random_state=5", "use --seed"),
            ("metric=auc", "cannot be set"),
            ("objective=regression", "cannot be set"),
            ("boosting_type=dart", "cannot be set"),
            ("linear_trees=true", "cannot be set"),
            ("categorical_column=1", "cannot be set"),
            ("train=file", "cannot be set"),
        ] {
            let error = Parameters::default().set(assignment).unwrap_err().to_string();
            assert!(error.starts_with("--set "), "{assignment}: {error}");
            assert!(error.contains(wanted), "{assignment}: {error}");
        }
        // Another name of a parameter that has a default replaces the default.
        let mut parameters = Parameters::default();
        parameters.set("min_child_samples=7").unwrap();
        assert_eq!(parameters.for_card()["min_data_in_leaf"], "7");
        assert!(!parameters.for_card().contains_key("min_child_samples"));
    }
}
