//! CatBoost's JSON model, held to what CatBoost itself answers (`fixtures/import/make_catboost_onnx.py`).
#![cfg(feature = "import")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "fixtures/import/rows.rs"]
mod rows;
mod support;

use candor_core::ensemble::{Child, Levels, Missing, Test, Tree};
use candor_core::import::catboost::from_bytes;
use candor_core::import::{FeatureKind, ImportError, Output};
use candor_core::shap::Explainer;
use rows::expected;
use support::Random;

macro_rules! fixture {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("fixtures/import/catboost_", $name, ".json")),
            include_str!(concat!("fixtures/import/catboost_", $name, ".txt")),
        )
    };
}

const FIXTURES: [(&str, &str, &str); 5] = [
    fixture!("symmetric"),
    fixture!("one_hot"),
    fixture!("missing_above"),
    fixture!("depthwise"),
    fixture!("lossguide"),
];
const ONE_HOT: &str = FIXTURES[1].1;
const DEPTHWISE: &str = FIXTURES[3].1;

/// The leaf that a row reaches.
fn leaf(tree: &Tree, row: &[f64]) -> usize {
    let mut child = tree.root();
    loop {
        match child {
            Child::Leaf(leaf) => return leaf as usize,
            Child::Node(index) => {
                let node = &tree.nodes[index as usize];
                child = if tree.goes_left(node, row) {
                    node.left
                } else {
                    node.right
                };
            }
        }
    }
}

#[test]
fn every_row_reaches_the_leaves_and_the_score_that_catboost_says() {
    for (name, model, answers) in FIXTURES {
        let imported = from_bytes(model.as_bytes()).unwrap();
        let expected = expected(answers);
        expected.check_head(&imported, name);
        assert!(imported.has_covers, "{name}");
        for parts in &expected.rows {
            let (row, raw, leaves) = (&parts[0], parts[1][0], &parts[2]);
            let reached: Vec<f64> = imported
                .ensemble
                .trees
                .iter()
                .map(|tree| leaf(tree, row) as f64)
                .collect();
            assert_eq!(&reached, leaves, "{name}: {row:?}");
            // CatBoost adds the same 64-bit numbers in the same order.
            assert_eq!(
                imported.ensemble.raw_score(row).to_bits(),
                raw.to_bits(),
                "{name}: {row:?}"
            );
        }
    }
}

#[test]
fn contributions_are_the_shap_values_of_catboost() {
    for (name, model, answers) in FIXTURES {
        let imported = from_bytes(model.as_bytes()).unwrap();
        let explainer = Explainer::new(&imported.ensemble);
        let mut compared = 0;
        for parts in expected(answers).rows.iter().filter(|parts| parts.len() > 3) {
            let mut contributions = vec![0.0; imported.features.len()];
            explainer.contributions(&parts[0], &mut contributions);
            contributions.push(explainer.base_value());
            for (ours, theirs) in contributions.iter().zip(&parts[3]) {
                assert!(
                    (ours - theirs).abs() < 1e-12 * theirs.abs().max(1.0),
                    "{name}: {ours} and {theirs}"
                );
                compared += 1;
            }
        }
        assert!(compared >= 100, "{name}");
    }
}

#[test]
fn splits_become_the_tests_that_they_are() {
    let imported = from_bytes(ONE_HOT.as_bytes()).unwrap();
    let (mut numbers, mut sets) = (0, 0);
    for tree in &imported.ensemble.trees {
        for node in &tree.nodes {
            match (node.test, &imported.features[usize::from(node.feature)].kind) {
                // NaN is above no border, and where it had a place in training, that was below all.
                (Test::AtMost(_, Missing::Left), FeatureKind::Number) => numbers += 1,
                (
                    Test::InSet {
                        levels: Levels::ExactSingle,
                        missing_left: false,
                        ..
                    },
                    FeatureKind::Category { .. },
                ) => {
                    sets += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(numbers > 10 && sets > 10, "{numbers} and {sets}");

    let above = from_bytes(FIXTURES[2].1.as_bytes()).unwrap();
    let goes_right = |test: &Test| matches!(test, Test::AtMost(_, Missing::Right));
    let tests = above
        .ensemble
        .trees
        .iter()
        .flat_map(|tree| &tree.nodes)
        .map(|node| node.test);
    assert!(tests.filter(goes_right).count() > 3);
}

/// The model with the first `from` after the first `after` replaced.
fn with(model: &str, after: &str, from: &str, to: &str) -> String {
    let start = model.find(after).unwrap_or_else(|| panic!("{after}"));
    let at = start
        + model[start..]
            .find(from)
            .unwrap_or_else(|| panic!("{from} after {after}"));
    format!("{}{to}{}", &model[..at], &model[at + from.len()..])
}

#[test]
fn bias_and_scale_stand_as_numbers_or_lists() {
    let bias = |text: &str| {
        let start = ONE_HOT.rfind("\"scale_and_bias\":").unwrap();
        let model = format!("{}\"scale_and_bias\":{text}}}", &ONE_HOT[..start]);
        from_bytes(model.as_bytes()).map(|imported| (imported.ensemble.scale, imported.ensemble.offset))
    };
    for (text, expected) in [
        ("[2, [0.5]]", (2.0, 0.5)),
        ("[2, 0.5]", (2.0, 0.5)),
        ("[1, -3]", (1.0, -3.0)),
        ("[1, []]", (1.0, 0.0)),
        ("[1, null]", (1.0, 0.0)),
        ("null", (1.0, 0.0)),
    ] {
        assert_eq!(bias(text), Ok(expected), "{text}");
    }
    for text in ["[1, [0, 0]]", "[1]", "[1, \"0\"]", "[1, [0], 2]", "7", "[1e300, 1e999]"] {
        assert!(bias(text).is_err(), "{text}");
    }
}

#[test]
fn the_loss_function_says_what_the_score_is() {
    let start = ONE_HOT.find("\"loss_function\":\n").unwrap();
    let (before, after) = ONE_HOT.split_at(start);
    for (name, expected) in [
        ("CrossEntropy", Some(Output::LogOdds)),
        ("RMSE", Some(Output::Value)),
        ("Quantile", Some(Output::Value)),
        ("Poisson", Some(Output::LogValue)),
        ("MultiClass", None),
        ("YetiRank", None),
        ("", None),
    ] {
        let model = format!("{before}{}", after.replacen("\"Logloss\"", &format!("\"{name}\""), 1));
        match (from_bytes(model.as_bytes()), expected) {
            (Ok(imported), Some(output)) => assert_eq!(imported.output, output),
            (Err(ImportError::Unsupported { what, .. }), None) => assert_eq!(what, format!("the loss function {name}")),
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_represented_exactly_is_refused_with_what_and_why() {
    let hashes = "\"cat_features_hash\":";
    let end = ONE_HOT.find("\"categorical_features\"").unwrap();
    let nameless = format!("{}{}", &ONE_HOT[..ONE_HOT.find(hashes).unwrap()], &ONE_HOT[end..]);
    let before = &ONE_HOT[..ONE_HOT.find("\"value\":\"lé 1\"").unwrap()];
    let hash = before[before.rfind("\"hash\":").unwrap() + 7..]
        .split(',')
        .next()
        .unwrap();
    let other = with(
        ONE_HOT,
        hashes,
        "[",
        &format!("[{{\"hash\":{hash},\"value\":\"other\"}},"),
    );
    for (model, words) in [
        (
            with(ONE_HOT, "\"splits\"", "\"FloatFeature\"", "\"OnlineCtr\""),
            "one_hot_max_size",
        ),
        (
            with(ONE_HOT, "\"splits\"", "\"FloatFeature\"", "\"EstimatedFeature\""),
            "texts or embeddings",
        ),
        (nameless, "pool="),
        (
            with(ONE_HOT, "\"flat_feature_index\":4", "4", "5"),
            "column 5 of a model that describes 5",
        ),
        (
            with(DEPTHWISE, "\"trees\"", "\"value\":", "\"value\":[1,2],\"other\":"),
            "2 outputs",
        ),
        (other, "two names have this hash"),
    ] {
        match from_bytes(model.as_bytes()) {
            Err(error @ ImportError::Unsupported { .. }) => {
                assert!(error.to_string().contains(words), "{words}: {error}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
}

#[test]
fn what_contradicts_itself_is_named_with_its_place() {
    let bin = "\"split_index\":";
    for (model, place, words) in [
        (
            with(ONE_HOT, "\"splits\"", "\"border\":", "\"border\":0.5,\"x\":"),
            "tree 0",
            "is not the one",
        ),
        (
            with(ONE_HOT, "\"splits\"", bin, "\"split_index\":99,\"x\":"),
            "tree 0",
            "is not the one",
        ),
        (
            with(ONE_HOT, "\"OneHotFeature\"", "\"value\":", "\"value\":1,\"x\":"),
            "tree",
            "is not the one",
        ),
        (
            with(ONE_HOT, "\"leaf_values\"", "[", "[1,"),
            "tree 0",
            "splits do not have",
        ),
        (with(ONE_HOT, "\"leaf_weights\"", "[", "[1,"), "tree 0", "weights"),
        (with(ONE_HOT, "\"leaf_weights\"", "[\n", "[\n-"), "the model", "cover"),
        (
            with(ONE_HOT, "\"leaf_weights\"", "\"leaf_weights\"", "\"other\""),
            "the model",
            "some leaves have weights",
        ),
        (with(ONE_HOT, "\"borders\"", "[", "[1e30,"), "float feature 0", "ascend"),
        (
            with(
                ONE_HOT,
                "\"float_features\"",
                "\"feature_index\":0",
                "\"feature_index\":1",
            ),
            "'float_features'",
            "twice",
        ),
        (
            with(ONE_HOT, "\"splits\"", "\"float_feature_index\":", "\"x\":"),
            "tree 0",
            "needs 'float_feature_index'",
        ),
        (
            with(ONE_HOT, "\"loss_function\":\n", "\"loss_function\"", "\"other\""),
            "'model_info'",
            "loss function",
        ),
        (
            with(DEPTHWISE, "\"weight\"", "\"weight\"", "\"other\""),
            "the model",
            "some leaves have weights",
        ),
    ] {
        match from_bytes(model.as_bytes()) {
            Err(ImportError::Inconsistent { part, problem }) => {
                assert!(
                    part.starts_with(place) && problem.contains(words),
                    "{words}: {part}: {problem}"
                );
            }
            other => panic!("{words}: {other:?}"),
        }
    }
    let text = with(ONE_HOT, "\"oblivious_trees\"", "\"leaf_values\"", "\"leaf_values_\"");
    let Err(ImportError::Malformed { line, problem }) = from_bytes(text.as_bytes()) else {
        panic!("a tree without leaves")
    };
    assert!(
        line > 100 && problem.contains("missing field `leaf_values`"),
        "{line}: {problem}"
    );
    for text in [
        with(DEPTHWISE, "\"left\"", "\"left\"", "\"other\""),
        with(ONE_HOT, "\"oblivious_trees\"", "\"oblivious_trees\"", "\"trees\""),
    ] {
        let error = from_bytes(text.as_bytes()).unwrap_err();
        assert!(
            matches!(error, ImportError::Malformed { .. }) && error.to_string().contains("a branch needs"),
            "{error}"
        );
    }
    let text = with(ONE_HOT, "{", "{", "{\"new_key\":1,");
    assert!(from_bytes(text.as_bytes()).unwrap_err().to_string().contains("new_key"));
}

#[test]
fn a_model_without_weights_has_no_covers() {
    let imported = from_bytes(ONE_HOT.replace("\"leaf_weights\"", "\"other\"").as_bytes()).unwrap();
    assert!(!imported.has_covers);
    assert!(imported.ensemble.trees[0].covers.iter().all(|&cover| cover == 1.0));
}

#[test]
fn a_model_cut_short_anywhere_is_refused() {
    for model in [ONE_HOT, DEPTHWISE] {
        let end = model.trim_end().len();
        for length in (0..end).step_by(7).chain(end - 20..end) {
            assert!(
                from_bytes(&model.as_bytes()[..length]).is_err(),
                "cut after {length} bytes"
            );
        }
    }
}

#[test]
fn no_mutation_makes_the_reader_panic() {
    let spare = [
        "-1",
        "0",
        "18446744073709551615",
        "1e308",
        "null",
        "[",
        "]",
        "{}",
        ",",
        "\"\"",
        "é",
        "[0,0]",
        "",
    ];
    let mut random = Random::new(5);
    let (mut read, mut refused) = (0, 0);
    for round in 0..8000 {
        let model = [ONE_HOT, DEPTHWISE][round % 2];
        // What was trained how is of no interest, and most of the file.
        let end = model.find("\"model_info\"").unwrap();
        let trees = model.find("trees\":").unwrap();
        let mut bytes = model.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let from = if random.chance(0.5) {
                random.below(end)
            } else {
                trees + random.below(bytes.len() - trees)
            };
            if random.chance(0.5) {
                bytes[from] ^= 1 << random.below(8);
            } else {
                let to = (from + random.below(8)).min(bytes.len());
                bytes.splice(from..to, random.pick::<&str>(&spare).bytes());
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
    assert!(read > 200 && refused > 1000, "{read} read, {refused} refused");
}

#[test]
fn nested_without_end_is_refused() {
    let start = DEPTHWISE.find("\"trees\":").unwrap();
    let left = "{\"split\":{\"split_type\":\"FloatFeature\",\"split_index\":0},\"left\":";
    for depth in [100, 200, 100_000] {
        let model = format!("{}\"trees\":[{}", &DEPTHWISE[..start], left.repeat(depth));
        assert!(from_bytes(model.as_bytes()).is_err());
    }
}
