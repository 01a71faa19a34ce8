//! ONNX's tree ensembles, held to what ONNX Runtime answers (`fixtures/import/make_catboost_onnx.py`) and to the
//! specification's words.
#![cfg(feature = "import")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "fixtures/import/message.rs"]
mod message;
#[path = "fixtures/import/rows.rs"]
mod rows;
mod support;

use candor_core::import::onnx::from_bytes;
use candor_core::import::{ImportError, Imported, Output};
use message::{DOUBLE, FLOAT, INT64, Model, Value, node};
use rows::expected;
use support::Random;

macro_rules! fixtures {
    ($($name:literal),*) => {
        [$((
            $name,
            include_bytes!(concat!("fixtures/import/onnx_", $name, ".onnx")).as_slice(),
            include_str!(concat!("fixtures/import/onnx_", $name, ".txt")),
        )),*]
    };
}

const FIXTURES: [(&str, &[u8], &str); 21] = fixtures![
    "mode_leq",
    "mode_lt",
    "mode_gte",
    "mode_gt",
    "mode_eq",
    "mode_neq",
    "average",
    "double",
    "double_tensors",
    "cast_to_double",
    "cast_to_float",
    "integers",
    "second_class",
    "two_classes",
    "sklearn_forest",
    "sklearn_extra_trees_double",
    "sklearn_boosting",
    "sklearn_histogram",
    "lightgbm",
    "xgboost",
    "catboost"
];

#[test]
fn every_row_gets_the_sum_of_the_leaves_that_onnx_runtime_reaches() {
    for (name, model, answers) in FIXTURES {
        let imported = from_bytes(model).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = expected(answers);
        expected.check_head(&imported, name);
        assert!(!imported.has_covers, "{name}");
        for parts in &expected.rows {
            let [row, sum, score] = &parts[..] else {
                panic!("{name}")
            };
            let raw = imported.ensemble.raw_score(row);
            assert_eq!(raw, sum[0], "{name}: {row:?}");
            // The runtime adds 32-bit floats.
            let probability = 1.0 / (1.0 + libm::exp(-raw));
            let shown = if imported.output == Output::LogOdds {
                probability
            } else {
                raw
            };
            assert!(
                (shown - score[0]).abs() <= 1e-6 * score[0].abs().max(1.0),
                "{name}: {shown}, {}",
                score[0]
            );
        }
    }
}

fn score(imported: &Imported, value: f64) -> f64 {
    imported.ensemble.raw_score(&[value])
}

/// All modes, asked as the specification says, of values at and around thresholds.
#[test]
fn every_mode_asks_what_it_says() {
    let mut random = Random::new(3);
    let ends = [
        0.0,
        -0.0,
        1.0,
        7.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::from(f32::MAX),
        1e-45,
        4095.0,
    ];
    let mut asked = 0;
    for round in 0..600 {
        let wide = round % 2 == 1;
        let threshold = if random.chance(0.4) {
            *random.pick(&ends)
        } else {
            random.between(-3.0, 3.0)
        };
        let threshold = if wide { threshold } else { f64::from(threshold as f32) };
        let single = threshold as f32;
        let middle = (f64::from(single) + f64::from(single.next_up())) / 2.0;
        let mut values = vec![f64::NAN, -1.0, 1e300, -1e300, 3.402_823_567_797_336_6e38, 16_777_217.0];
        values.extend(ends);
        for value in [threshold, middle, -threshold, f64::from(single.next_down())] {
            values.extend([value, value.next_up(), value.next_down()]);
        }
        for mode in ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ"] {
            let passes = random.chance(0.5);
            let mut model = Model::regressor().with_mode(&format!("BRANCH_{mode}"), threshold, passes);
            model.element = if wide { DOUBLE } else { FLOAT };
            let imported = match from_bytes(&model.bytes()) {
                Ok(imported) => imported,
                Err(error) => {
                    // Equality needs a level that floats can say.
                    let is_level = !wide && (0.0..4096.0).contains(&threshold) && threshold.fract() == 0.0;
                    assert!(
                        mode.ends_with("EQ") && mode.len() < 4 && !is_level,
                        "{mode} {threshold}: {error}"
                    );
                    continue;
                }
            };
            for &value in &values {
                let (x, t) = if wide {
                    (value, threshold)
                } else {
                    (f64::from(value as f32), threshold)
                };
                let yes = match mode {
                    "LEQ" => x <= t,
                    "LT" => x < t,
                    "GTE" => x >= t,
                    "GT" => x > t,
                    "EQ" => x == t,
                    _ => x != t,
                };
                let yes = yes || (passes && value.is_nan());
                let expected = if yes { 1.0 } else { 2.0 };
                assert_eq!(
                    score(&imported, value),
                    expected,
                    "{value:e} {mode} {threshold:e}, {passes}, {wide}"
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 50_000, "{asked}");
}

/// Thresholds of doubles that are no floats, compared with values that were rounded to floats.
#[test]
fn a_cast_before_the_ensemble_rounds_what_it_compares() {
    let mut random = Random::new(4);
    for (element, casts) in [
        (FLOAT, &[DOUBLE][..]),
        (DOUBLE, &[FLOAT, DOUBLE]),
        (INT64, &[FLOAT, DOUBLE]),
    ] {
        for _ in 0..200 {
            let threshold = random.between(-1.0, 1.0);
            for mode in ["LEQ", "LT", "GTE", "GT"] {
                let mut model = Model::regressor().with_mode(&format!("BRANCH_{mode}"), threshold, false);
                model.element = element;
                model.before = casts.iter().map(|&to| ("Cast", to)).collect();
                let imported = from_bytes(&model.bytes()).unwrap();
                let single = threshold as f32;
                for float in [single.next_down(), single, single.next_up()] {
                    for value in [
                        f64::from(float),
                        f64::from(float).next_up(),
                        threshold,
                        threshold.next_up(),
                    ] {
                        let x = f64::from(value as f32);
                        let yes = match mode {
                            "LEQ" => x <= threshold,
                            "LT" => x < threshold,
                            "GTE" => x >= threshold,
                            _ => x > threshold,
                        };
                        let expected = if yes { 1.0 } else { 2.0 };
                        assert_eq!(score(&imported, value), expected, "{value:e} {mode} {threshold:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_chain_of_equalities_is_a_set() {
    // Trees of three nodes that ask for 3, 40 and 5 and share the leaf where one is found.
    let modes = ["BRANCH_EQ", "BRANCH_EQ", "BRANCH_EQ", "LEAF", "LEAF"];
    let model = |modes: [&str; 5]| {
        Model::regressor()
            .with("nodes_treeids", Value::Ints(vec![0; 5]))
            .with("nodes_nodeids", Value::Ints(vec![0, 1, 2, 3, 4]))
            .with("nodes_featureids", Value::Ints(vec![0; 5]))
            .with("nodes_modes", Value::Strings(modes.map(str::to_owned).to_vec()))
            .with("nodes_values", Value::Floats(vec![3.0, 40.0, 5.0, 0.0, 0.0]))
            .with("nodes_truenodeids", Value::Ints(vec![3, 3, 3, 0, 0]))
            .with("nodes_falsenodeids", Value::Ints(vec![1, 2, 4, 0, 0]))
            .with("nodes_missing_value_tracks_true", Value::Ints(vec![0, 1, 0, 0, 0]))
            .with("target_nodeids", Value::Ints(vec![3, 4]))
    };
    let imported = from_bytes(&model(modes).bytes()).unwrap();
    assert_eq!(imported.ensemble.trees[0].nodes.len(), 1);
    for (value, expected) in [
        (3.0, 1.0),
        (40.0, 1.0),
        (5.0, 1.0),
        (f64::NAN, 1.0),
        (4.0, 2.0),
        (40.5, 2.0),
        (-3.0, 2.0),
    ] {
        assert_eq!(score(&imported, value), expected, "{value}");
    }
    // Of two features it is none.
    let mixed = model(modes).with("nodes_featureids", Value::Ints(vec![0, 1, 0, 0, 0]));
    assert!(
        from_bytes(&mixed.bytes())
            .unwrap_err()
            .to_string()
            .contains("two parents")
    );
    // Any other node that two others lead to would have to be there twice.
    let error = from_bytes(&model(["BRANCH_EQ", "BRANCH_NEQ", "BRANCH_EQ", "LEAF", "LEAF"]).bytes()).unwrap_err();
    assert!(error.to_string().contains("node 3 has two parents"), "{error}");
}

#[test]
fn a_binary_classifier_says_what_runtimes_agree_on() {
    let model = |ids: &[i64], weights: &[f32], transform: &str, base: &[f32]| {
        let leaves = if ids.len() == 4 { vec![1, 1, 2, 2] } else { vec![1, 2] };
        let mut model = Model::classifier()
            .with("class_treeids", Value::Ints(vec![0; ids.len()]))
            .with("class_nodeids", Value::Ints(leaves))
            .with("class_ids", Value::Ints(ids.to_vec()))
            .with("class_weights", Value::Floats(weights.to_vec()))
            .with("post_transform", Value::Text(transform.to_owned()));
        if !base.is_empty() {
            model = model.with("base_values", Value::Floats(base.to_vec()));
        }
        from_bytes(&model.bytes())
    };
    let (one, first, two) = ([0.25, 0.75], [0_i64, 0], [0_i64, 1, 0, 1]);
    let both = [0.75, 0.25, 0.25, 0.75];
    for (ids, weights, transform, base, scores, output) in [
        (&first[..], &one[..], "NONE", &[][..], [0.25, 0.75], Output::Probability),
        (&first, &one, "NONE", &[0.25], [0.5, 1.0], Output::Probability),
        (&first, &one, "NONE", &[0.5], [0.75, 1.25], Output::Value),
        (&first, &[-0.25, 0.75], "NONE", &[], [-0.25, 0.75], Output::Value),
        (&first, &one, "LOGISTIC", &[0.5], [0.75, 1.25], Output::LogOdds),
        (&[1, 1], &one, "LOGISTIC", &[], [0.25, 0.75], Output::LogOdds),
        (&two, &both, "NONE", &[], [0.25, 0.75], Output::Probability),
        (&two, &both, "LOGISTIC", &[], [0.25, 0.75], Output::LogOdds),
        (&two, &both, "SOFTMAX", &[], [-0.5, 0.5], Output::LogOdds),
    ] {
        let imported = model(ids, weights, transform, base).unwrap_or_else(|error| panic!("{transform}: {error}"));
        assert_eq!(
            [score(&imported, 0.0), score(&imported, 1.0)],
            scores,
            "{ids:?} {transform}"
        );
        assert_eq!(imported.output, output, "{ids:?} {transform} {base:?}");
    }
    for (ids, weights, transform, base, words) in [
        (&first[..], &one[..], "SOFTMAX", &[][..], "the transform SOFTMAX"),
        (&first, &one, "PROBIT", &[], "the transform PROBIT"),
        (&two, &both, "SOFTMAX_ZERO", &[], "the transform SOFTMAX_ZERO"),
        (&first, &one, "NONE", &[0.25, 0.5], "2 base values"),
        (&[1, 1], &one, "NONE", &[0.25], "base values of a classifier"),
        (&two, &both, "NONE", &[0.25, 0.5], "base values of a classifier"),
        (
            &[0, 2],
            &one,
            "NONE",
            &[],
            "names a class or target that does not exist",
        ),
        (&[0, 1], &one, "NONE", &[], "leaf 1 does not have one weight"),
        (&[0, 0, 0, 1], &both, "NONE", &[], "leaf 1 does not have one weight"),
    ] {
        let error = model(ids, weights, transform, base).unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn what_stands_around_the_ensemble_must_leave_values_as_they_are() {
    let classifier = |after: Vec<Vec<u8>>| {
        let mut model = Model::classifier();
        model.after = after;
        from_bytes(&model.bytes())
    };
    let labels = |labels: &[i64]| vec![("classlabels_int64s", Value::Ints(labels.to_vec()))];
    let ml = "ai.onnx.ml";
    for after in [
        vec![node("", "Cast", &["label"], &["l"], &[("to", Value::Int(7))])],
        vec![node("", "Reshape", &["label", "shape"], &["l"], &[])],
        vec![
            node("", "Identity", &["scores"], &["s"], &[]),
            node(ml, "ZipMap", &["s"], &["z"], &labels(&[0, 1])),
        ],
        vec![node("", "Mul", &["scores", "one"], &["s"], &[])],
        vec![node("", "Cast", &["scores"], &["s"], &[("to", Value::Int(11))])],
    ] {
        classifier(after).unwrap();
    }
    for (after, words) in [
        (node(ml, "ZipMap", &["scores"], &["z"], &labels(&[1, 0])), "ZipMap"),
        (node(ml, "Normalizer", &["scores"], &["z"], &[]), "Normalizer"),
        (node("", "Mul", &["scores", "two"], &["z"], &[]), "Mul"),
        (node("", "Mul", &["scores", "scores"], &["z"], &[]), "Mul"),
        (node("", "Cast", &["scores"], &["z"], &[("to", Value::Int(7))]), "Cast"),
        (
            node("", "Add", &["X", "one"], &["z"], &[]),
            "Add on the way of the features",
        ),
        (
            node(ml, "TreeEnsembleRegressor", &["X"], &["z"], &[]),
            "several tree ensembles",
        ),
        (
            node(ml, "TreeEnsemble", &["X"], &["z"], &[]),
            "the operator TreeEnsemble",
        ),
    ] {
        let error = classifier(vec![after]).unwrap_err();
        assert!(
            matches!(error, ImportError::Unsupported { .. }) && error.to_string().contains(words),
            "{error}"
        );
    }
    for (before, words) in [
        (("Cast", 7), "a cast"),
        (("Cast", 10), "a cast"),
        (("Scaler", 0), "Scaler"),
        (("Identity", 0), ""),
    ] {
        let mut model = Model::regressor();
        model.before = vec![before];
        match from_bytes(&model.bytes()) {
            Ok(_) => assert_eq!(words, ""),
            Err(error) => assert!(!words.is_empty() && error.to_string().contains(words), "{error}"),
        }
    }
    let mut model = Model::regressor();
    model.element = 8;
    assert!(
        from_bytes(&model.bytes())
            .unwrap_err()
            .to_string()
            .contains("element type 8")
    );
    let mut model = Model::regressor();
    model.version = 5;
    assert!(
        from_bytes(&model.bytes())
            .unwrap_err()
            .to_string()
            .contains("version 5 of ai.onnx.ml")
    );
    let mut model = Model::regressor();
    model.columns = 70_000;
    assert!(
        from_bytes(&model.bytes())
            .unwrap_err()
            .to_string()
            .contains("70000 columns")
    );
}

#[test]
fn attributes_that_contradict_each_other_are_named() {
    let ints = |values: &[i64]| Value::Ints(values.to_vec());
    let text = |value: &str| Value::Text(value.to_owned());
    for (attribute, value, words) in [
        (
            "nodes_treeids",
            ints(&[0, 0]),
            "it has 3 elements, and 'nodes_treeids' has 2",
        ),
        ("nodes_treeids", ints(&[]), "'nodes_treeids' has 0"),
        ("nodes_treeids", ints(&[0, 1, 0]), "does not exist"),
        ("nodes_nodeids", ints(&[0, 1, 1]), "tree 0: node 1 stands there twice"),
        ("nodes_nodeids", ints(&[1, 0, 2]), "two parents"),
        ("nodes_truenodeids", ints(&[0, 0, 0]), "node 0 has two parents"),
        ("nodes_truenodeids", ints(&[2, 0, 0]), "node 2 has two parents"),
        ("nodes_truenodeids", ints(&[9, 0, 0]), "its node 9 does not exist"),
        ("nodes_truenodeids", ints(&[i64::MIN, 0, 0]), "does not exist"),
        ("nodes_featureids", ints(&[-1, 0, 0]), "feature -1 is out of range"),
        ("nodes_featureids", ints(&[1 << 40, 0, 0]), "is out of range"),
        ("nodes_featureids", ints(&[1, 0, 0]), "tests feature 1, and there are 1"),
        ("nodes_values", Value::Floats(vec![f32::NAN, 0.0, 0.0]), "it holds NaN"),
        ("nodes_missing_value_tracks_true", ints(&[1]), "it has 1 elements"),
        (
            "nodes_modes",
            Value::Strings(vec!["BRANCH".to_owned(); 3]),
            "'BRANCH' is no mode",
        ),
        (
            "nodes_modes",
            Value::Strings(vec!["LEAF".to_owned(); 3]),
            "leaf 0 does not have one weight",
        ),
        ("target_nodeids", ints(&[1, 1]), "leaf 1 does not have one weight"),
        ("target_nodeids", ints(&[1, 0]), "leaf 2 does not have one weight"),
        ("target_treeids", ints(&[0, 7]), "leaf 2 does not have one weight"),
        ("target_ids", ints(&[0, 1]), "that does not exist"),
        (
            "target_weights",
            Value::Floats(vec![1.0, f32::INFINITY]),
            "is not a finite number",
        ),
        ("target_weights", Value::Floats(vec![1.0]), "it has 1 elements"),
        ("n_targets", Value::Int(2), "an ensemble of 2 targets"),
        ("aggregate_function", text("MAX"), "the aggregate function MAX"),
        ("post_transform", text("LOGISTIC"), "the transform LOGISTIC"),
        ("base_values", Value::Floats(vec![1.0, 2.0]), "2 base values"),
        ("class_ids", ints(&[0]), "the attribute 'class_ids'"),
        ("nodes_unknown", ints(&[0]), "the attribute 'nodes_unknown'"),
        (
            "nodes_values_as_tensor",
            Value::Floats(vec![0.0; 3]),
            "it is given twice",
        ),
    ] {
        let model = Model::regressor().with(attribute, value);
        let error = from_bytes(&model.bytes()).expect_err(words);
        assert!(error.to_string().contains(words), "{attribute}: {error}");
    }
    let apart = Model::regressor()
        .with("nodes_treeids", ints(&[0, 0, 0, 1, 0]))
        .with("nodes_nodeids", ints(&[0, 1, 2, 0, 3]))
        .with("nodes_featureids", ints(&[0; 5]))
        .with(
            "nodes_modes",
            Value::Strings(
                ["BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "LEAF"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
        )
        .with("nodes_values", Value::Floats(vec![0.0; 5]))
        .with("nodes_truenodeids", ints(&[1, 0, 0, 0, 0]))
        .with("nodes_falsenodeids", ints(&[2, 0, 0, 0, 0]))
        .with("target_treeids", ints(&[0, 0, 1]))
        .with("target_nodeids", ints(&[1, 2, 0]))
        .with("target_ids", ints(&[0, 0, 0]))
        .with("target_weights", Value::Floats(vec![1.0, 2.0, 3.0]));
    let error = from_bytes(&apart.bytes()).unwrap_err();
    assert!(
        error.to_string().contains("tree 0: its nodes do not stand together"),
        "{error}"
    );
}

#[test]
fn trees_deeper_than_the_limit_are_refused() {
    let chain = |depth: i64| {
        let count = 2 * depth + 1;
        // Inner nodes 0 to depth − 1, each with a leaf of its own, and one leaf at the end.
        let modes = (0..count)
            .map(|id| if id < depth { "BRANCH_LEQ" } else { "LEAF" }.to_owned())
            .collect();
        let leaves: Vec<i64> = (depth..count).collect();
        let inner =
            |of: &dyn Fn(i64) -> i64| Value::Ints((0..count).map(|id| if id < depth { of(id) } else { 0 }).collect());
        let zeros = |count: usize| Value::Ints(vec![0; count]);
        let nodes = usize::try_from(count).unwrap();
        Model::regressor()
            .with("nodes_treeids", zeros(nodes))
            .with("nodes_nodeids", Value::Ints((0..count).collect()))
            .with("nodes_featureids", zeros(nodes))
            .with("nodes_modes", Value::Strings(modes))
            .with("nodes_values", Value::Floats(vec![0.0; nodes]))
            .with("nodes_truenodeids", inner(&|id| depth + id))
            .with(
                "nodes_falsenodeids",
                inner(&|id| if id + 1 < depth { id + 1 } else { count - 1 }),
            )
            .with("target_treeids", zeros(leaves.len()))
            .with("target_ids", zeros(leaves.len()))
            .with("target_weights", Value::Floats(vec![1.0; leaves.len()]))
            .with("target_nodeids", Value::Ints(leaves))
    };
    assert!(from_bytes(&chain(128).bytes()).is_ok());
    for depth in [129, 100_000] {
        assert!(
            from_bytes(&chain(depth).bytes())
                .unwrap_err()
                .to_string()
                .contains("deeper than 128")
        );
    }
}

/// Every message within another says which one it is, where it cannot be read, and what to do.
#[test]
fn what_cannot_be_read_is_told_in_plain_words() {
    let in_graph = |inside: &[u8]| message::bytes(7, inside);
    // A text that is none, a length past the end, a field of the wrong kind.
    let operator = message::bytes(1, &message::bytes(4, &[0xff, 0xfe]));
    for (bytes, part, read) in [
        (b"tree\nversion=v4\n".to_vec(), "the model", "of its 16;"),
        (in_graph(&[0x0a, 9, 0]), "the graph", "near byte 2 of its 3;"),
        (in_graph(&operator), "node 0 of the graph", "near byte 4 of its 4;"),
        (
            in_graph(&message::bytes(1, &[0x20, 1])),
            "node 0 of the graph",
            "of its 2;",
        ),
    ] {
        let Err(ImportError::Inconsistent { part: named, problem }) = from_bytes(&bytes) else {
            panic!("{part}: it was read, or refused otherwise")
        };
        assert_eq!(named, part, "{problem}");
        for wanted in [read, "byte", "onnx.save"] {
            assert!(problem.contains(wanted), "{part}: no '{wanted}' in {problem}");
        }
        assert!(
            !problem.to_lowercase().contains("protobuf") && !problem.contains("wire"),
            "{problem}"
        );
    }
}

#[test]
fn a_model_cut_short_anywhere_is_refused() {
    for (name, model, _) in FIXTURES {
        let whole = from_bytes(model).unwrap();
        let mut refused = 0;
        for length in 0..model.len() {
            // What may be missing is what stands after everything that is read.
            match from_bytes(&model[..length]) {
                Ok(imported) => assert!(imported == whole, "{name}: cut after {length} bytes"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > model.len() / 3, "{name}: {refused} of {}", model.len());
    }
}

#[test]
fn no_damage_makes_the_reader_panic() {
    let mut random = Random::new(9);
    let (mut read, mut refused) = (0, 0);
    for round in 0..8000 {
        let mut bytes = FIXTURES[round % FIXTURES.len()].1.to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = 0xff,
                2 => drop(bytes.drain(at..(at + random.below(9)).min(bytes.len()))),
                _ => {
                    let from = random.below(bytes.len());
                    let copied = bytes[from..(from + random.below(30)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, copied);
                }
            }
        }
        match from_bytes(&bytes) {
            Ok(imported) => {
                read += 1;
                let row = vec![0.5; imported.features.len()];
                assert!(!imported.ensemble.raw_score(&row).is_nan());
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 500 && refused > 2000, "{read} read, {refused} refused");
}
