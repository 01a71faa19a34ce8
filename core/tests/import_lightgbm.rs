//! LightGBM's text model, its parts and its errors. That it predicts as the library does is the matter of
//! `import_same_as_libraries.rs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, Levels, Missing, Test};
use candor_core::import::lightgbm::from_text;
use candor_core::import::{Format, ImportError, Output, from_bytes};
use support::Random;

/// A tree of four leaves with a categorical split, one of two leaves that no row reached, one of a single leaf.
const MODEL: &str = include_str!("fixtures/lightgbm.txt");

#[test]
fn a_model_is_taken_over_number_by_number() {
    let imported = from_text(MODEL).unwrap();
    let names: Vec<&str> = imported.features.iter().map(|feature| &feature.name[..]).collect();
    assert_eq!(names, ["AMT_CREDIT", "EXT_SOURCE", "REGION"]);
    let [first, second, third] = &imported.ensemble.trees[..] else {
        panic!("three trees")
    };
    let tests: Vec<Test> = first.nodes.iter().map(|node| node.test).collect();
    assert_eq!(
        tests,
        [
            Test::AtMost(1000.5, Missing::Left),
            Test::InSet {
                start: 0,
                length: 2,
                levels: Levels::Truncated,
                missing_left: false
            },
            Test::AtMost(-0.25, Missing::ZeroRight),
        ]
    );
    assert_eq!(first.covers, [10.0, 30.0, 15.0, 45.0]);
    assert_eq!(first.nodes[0].right, Child::Node(2));
    assert_eq!(first.nodes[2].right, Child::Leaf(3));
    // A node that no row reached weighs both sides alike, and NaN is 0 where no missing values were seen.
    assert_eq!(second.covers, [0.0, 0.0]);
    assert_eq!(second.nodes[0].test, Test::AtMost(0.5, Missing::AsZero));
    assert_eq!((third.nodes.len(), &third.leaves[..]), (0, &[-0.75][..]));

    let nan = f64::NAN;
    for (row, expected) in [
        ([1000.5, 0.5, 1.0], 0.125 + 1.0 - 0.75),
        ([1000.5, 0.6, 40.0], 0.125 + 2.0 - 0.75),
        ([nan, nan, nan], -0.25 + 1.0 - 0.75),
        ([1000.6, -0.25, 0.0], 0.5 + 1.0 - 0.75),
        ([1000.6, nan, 0.0], -1.5e-3 + 1.0 - 0.75),
        ([0.0, 1.0, 3.0], -0.25 + 2.0 - 0.75),
    ] {
        assert_eq!(imported.ensemble.raw_score(&row), expected, "{row:?}");
    }
}

#[test]
fn every_decision_type_says_where_missing_values_go() {
    // Bit 1: default left; bits 2 and 3: nothing, zero or NaN is missing.
    for (decision_type, expected) in [
        (0, Missing::AsZero),
        (2, Missing::AsZero),
        (4, Missing::ZeroRight),
        (6, Missing::ZeroLeft),
        (8, Missing::Right),
        (10, Missing::Left),
    ] {
        let (text, _) = with_line(2, "decision_type", &format!("decision_type={decision_type}"));
        let test = from_text(&text).unwrap().ensemble.trees[1].nodes[0].test;
        assert_eq!(test, Test::AtMost(0.5, expected), "decision type {decision_type}");
    }
}

/// The model with the line that begins with `key` in the given tree (0 for the header, then 1 for Tree=0 …) replaced.
fn with_line(block: usize, key: &str, replacement: &str) -> (String, usize) {
    let mut at_block = 0;
    let mut lines: Vec<&str> = MODEL.lines().collect();
    let line = lines
        .iter()
        .position(|line| {
            at_block += usize::from(line.starts_with("Tree="));
            at_block == block && line.starts_with(key)
        })
        .unwrap();
    lines[line] = replacement;
    (lines.join("\n"), line + 1)
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let first = MODEL.lines().position(|line| line == "Tree=0").unwrap() + 1;
    for (block, key, replacement, at, words) in [
        (0, "tree", "forest", Some(1), "does not begin with 'tree'"),
        (0, "feature_names", "", Some(1), "'feature_names=' is missing"),
        (0, "version", "", Some(1), "'version=' is missing"),
        (0, "max_feature_idx", "", Some(1), "'max_feature_idx=' is missing"),
        (0, "objective", "objective=binary", None, "needs 'sigmoid:'"),
        (0, "objective", "objective=binary sigmoid:0", None, "needs 'sigmoid:'"),
        (0, "objective", "objective=binary sigmoid:nan", None, "needs 'sigmoid:'"),
        (
            0,
            "tree_sizes",
            "tree_sizes=1 2",
            None,
            "announces 2 trees, and there are 3",
        ),
        (
            0,
            "tree_sizes",
            "tree_sizes=",
            None,
            "announces 0 trees, and there are 3",
        ),
        (2, "Tree=", "Tree=0", None, "tree '0' stands where tree 1 should"),
        (2, "Tree=", "Tree=2", None, "tree '2' stands where tree 1 should"),
        (2, "Tree=", "Tree=one", None, "tree 'one' stands where tree 1 should"),
        (
            1,
            "split_gain",
            "leaf_value=1 2 3 4",
            Some(first + 9),
            "stood already on line",
        ),
        (
            0,
            "num_tree_per_iteration",
            "num_tree_per_iteration=one",
            None,
            "'one' in",
        ),
        (
            0,
            "num_tree_per_iteration",
            "num_tree_per_iteration=",
            None,
            "should hold one number",
        ),
        (0, "feature_names", "feature_names=A B", None, "holds 2 names"),
        (1, "num_leaves", "num_leaves=4 4", None, "should hold one number"),
        (1, "num_leaves", "num_leaves=-4", None, "'-4'"),
        (
            1,
            "num_leaves",
            "num_leaves=18446744073709551615",
            Some(first + 9),
            "18446744073709551615 are needed",
        ),
        (1, "num_leaves", "num_leaves=5", Some(first + 9), "5 are needed"),
        (1, "leaf_value", "leaf_value=1 2 x 4", None, "'x' in 'leaf_value='"),
        (1, "leaf_value", "leaf_value=1 2 3", None, "holds 3 numbers where 4"),
        (
            1,
            "leaf_value",
            "leaf_value=1 2 3 inf",
            Some(first),
            "leaf 3 is not a finite number",
        ),
        (
            1,
            "leaf_value",
            "leaf_value=1 nan 3 4",
            Some(first),
            "leaf 1 is not a finite number",
        ),
        (
            1,
            "leaf_count",
            "leaf_count=10 300 15 45",
            Some(first),
            "its children 310 together",
        ),
        (
            1,
            "leaf_count",
            "leaf_count=10 -30 15 45",
            Some(first),
            "the cover of leaf 1 is not a number",
        ),
        (
            1,
            "leaf_count",
            "leaf_count=10 nan 15 45",
            Some(first),
            "the cover of leaf 1 is not a number",
        ),
        (
            1,
            "internal_count",
            "internal_count=100 40",
            None,
            "holds 2 numbers where 3",
        ),
        (
            1,
            "split_feature",
            "split_feature=0 2 3",
            Some(first),
            "tests feature 3",
        ),
        (1, "split_feature", "split_feature=0 2 -1", None, "'-1'"),
        (1, "split_feature", "split_feature=0 2 65536", None, "'65536'"),
        (
            1,
            "threshold",
            "threshold=nan 0 1",
            Some(first),
            "threshold that is not a number",
        ),
        (
            1,
            "threshold",
            "threshold=1 1 1",
            Some(first),
            "category set that does not exist",
        ),
        (
            1,
            "threshold",
            "threshold=1 1e300 1",
            Some(first),
            "category set that does not exist",
        ),
        (
            1,
            "decision_type",
            "decision_type=14 1 4",
            Some(first),
            "unknown missing type",
        ),
        (
            1,
            "left_child",
            "left_child=1 -1 -5",
            Some(first),
            "child that does not exist",
        ),
        (
            1,
            "left_child",
            "left_child=1 -1 9223372036854775807",
            Some(first),
            "out of range",
        ),
        (
            1,
            "left_child",
            "left_child=1 -1 -9223372036854775808",
            Some(first),
            "out of range",
        ),
        (1, "left_child", "left_child=1 -1 -2", Some(first), "two parents"),
        (
            1,
            "left_child",
            "left_child=0 -1 -3",
            Some(first),
            "child that cannot be",
        ),
        (1, "right_child", "right_child=1 -2 -4", Some(first), "two parents"),
        (
            1,
            "cat_boundaries",
            "cat_boundaries=0 3",
            Some(first),
            "outside the tree's words",
        ),
        (
            1,
            "cat_boundaries",
            "cat_boundaries=2 0",
            Some(first),
            "category set that does not exist",
        ),
        (1, "cat_boundaries", "", Some(first), "'cat_boundaries=' is missing"),
        (1, "cat_threshold", "cat_threshold=6 4294967296", None, "'4294967296'"),
        (3, "end of trees", "", None, "end of trees"),
    ] {
        let (text, line) = with_line(block, key, replacement);
        let error = from_text(&text).expect_err(replacement);
        let ImportError::Malformed { line: found, .. } = error else {
            panic!("{replacement}: {error}")
        };
        // What is missing altogether has no line but the last.
        let expected = if replacement.is_empty() && key == "end of trees" {
            MODEL.lines().count()
        } else {
            at.unwrap_or(line)
        };
        assert_eq!(found, expected, "{key} -> '{replacement}': {error}");
        assert!(error.to_string().contains(words), "{key} -> '{replacement}': {error}");
        assert!(error.to_string().starts_with(&format!("line {found}: ")), "{error}");
    }
}

#[test]
fn what_cannot_be_represented_exactly_is_refused_with_a_way_out() {
    let same = usize::MAX;
    for (block, key, replacement, words, at) in [
        (0, "version", "version=v2", "save it again", same),
        (0, "version", "version=v5", "only v3 and v4", same),
        (0, "num_class", "num_class=3", "binary model", same),
        (
            0,
            "num_tree_per_iteration",
            "num_tree_per_iteration=3",
            "binary model",
            same,
        ),
        (
            0,
            "objective",
            "objective=regression sqrt",
            "square of the raw score",
            same,
        ),
        (
            0,
            "objective",
            "objective=multiclass num_class:3",
            "objective=binary",
            same,
        ),
        (0, "objective", "objective=cross_entropy_lambda", "an intensity", same),
        (0, "objective", "objective=", "objective=binary", same),
        (0, "objective", "", "an objective of one's own", 1),
        (2, "is_linear", "is_linear=1", "tree 1 with linear leaves", same),
    ] {
        let (text, line) = with_line(block, key, replacement);
        let error = from_text(&text).expect_err(replacement);
        let ImportError::Unsupported { line: found, .. } = error else {
            panic!("{replacement}: {error:?}")
        };
        let expected = if at == same { line } else { at };
        assert_eq!(found, Some(expected), "{replacement}");
        assert!(error.to_string().contains(words), "{replacement}: {error}");
        assert!(error.to_string().starts_with(&format!("line {expected}: ")), "{error}");
    }
}

#[test]
fn what_the_raw_score_is_depends_on_the_objective() {
    let row = [1000.5, 0.5, 1.0];
    let sum = from_text(MODEL).unwrap().ensemble.raw_score(&row);
    for (objective, output, scale) in [
        ("binary sigmoid:1", Output::LogOdds, 1.0),
        ("binary sigmoid:0.7", Output::LogOdds, 0.7),
        ("cross_entropy", Output::LogOdds, 1.0),
        ("regression", Output::Value, 1.0),
        ("regression_l1", Output::Value, 1.0),
        ("lambdarank", Output::Value, 1.0),
        ("poisson", Output::LogValue, 1.0),
        ("tweedie", Output::LogValue, 1.0),
    ] {
        let (text, _) = with_line(0, "objective", &format!("objective={objective}"));
        for forest in [false, true] {
            let text = if forest {
                text.replace("\nfeature_infos", "\naverage_output\nfeature_infos")
            } else {
                text.clone()
            };
            let imported = from_text(&text).unwrap();
            let scale = if forest { scale / 3.0 } else { scale };
            assert_eq!(
                (imported.output, imported.ensemble.scale),
                (output, scale),
                "{objective}"
            );
            assert_eq!(imported.ensemble.raw_score(&row), scale * sum, "{objective}");
        }
    }
}

/// A tree of `depth` nodes, each with a leaf to the left.
fn deep(depth: usize) -> String {
    let list = |of: &dyn Fn(usize) -> String, count: usize| (0..count).map(of).collect::<Vec<_>>().join(" ");
    let (lines, _) = with_line(0, "tree_sizes", "");
    let header = &lines[..lines.find("Tree=0").unwrap()];
    let zeros = list(&|_| "0".to_owned(), depth);
    format!(
        "{header}Tree=0\nnum_leaves={}\nnum_cat=0\nsplit_feature={zeros}\nthreshold={zeros}\ndecision_type={zeros}\n\
         left_child={}\nright_child={}\nleaf_value={zeros} 1\nleaf_count={zeros} 0\ninternal_count={zeros}\n\n\n\
         end of trees\n",
        depth + 1,
        list(&|node| format!("-{}", node + 1), depth),
        list(
            &|node| if node + 1 < depth {
                (node + 1).to_string()
            } else {
                format!("-{}", depth + 1)
            },
            depth
        ),
    )
}

#[test]
fn trees_are_taken_as_deep_as_they_can_be_explained() {
    assert_eq!(from_text(&deep(128)).unwrap().ensemble.raw_score(&[1.0; 3]), 1.0);
    let error = from_text(&deep(129)).unwrap_err();
    assert!(matches!(error, ImportError::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains("deeper than 128"), "{error}");
}

#[test]
fn a_model_cut_short_anywhere_is_refused() {
    let end = MODEL.find("end of trees").unwrap() + "end of trees".len();
    for length in 0..end {
        assert!(
            from_text(&MODEL[..length]).is_err(),
            "cut after {length} bytes: {:?}",
            &MODEL[..length]
        );
    }
    // What follows is not read.
    for length in end..=MODEL.len() {
        assert_eq!(
            from_text(&MODEL[..length]),
            from_text(MODEL),
            "cut after {length} bytes"
        );
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    assert_eq!(from_text(&MODEL.replace('\n', "\r\n")), from_text(MODEL));
}

#[test]
fn garbage_is_refused() {
    let long = "tree\n".repeat(10_000);
    let wide = format!("tree\n{}", "=".repeat(100_000));
    for text in [
        "",
        "\n",
        "tree",
        "tree\n",
        "{\"version\": 3}",
        "\u{feff}tree\n",
        "Tree=0",
        "end of trees",
        &long,
        &wide,
    ] {
        assert!(from_text(text).is_err(), "{:?}", &text[..text.len().min(40)]);
    }
}

#[test]
fn bytes_are_read_as_text() {
    assert_eq!(from_bytes(MODEL.as_bytes(), Format::LightGbm), from_text(MODEL));
    let mut bytes = MODEL.as_bytes().to_vec();
    bytes[40] = 0xff;
    let error = from_bytes(&bytes, Format::LightGbm).unwrap_err();
    assert!(matches!(error, ImportError::Damaged { offset: 40, .. }), "{error}");
}

#[test]
fn no_mutation_makes_the_reader_panic() {
    let mut random = Random::new(21);
    let spare = [
        "-1",
        "0",
        "4294967295",
        "9223372036854775807",
        "nan",
        "-inf",
        "1e308",
        "=",
        " ",
        "\n",
        "é",
        "Tree=7\n",
        "",
    ];
    let (mut read, mut refused) = (0, 0);
    for _ in 0..6000 {
        let mut text = MODEL.to_owned();
        for _ in 0..=random.below(3) {
            let from = random.below(text.len() + 1);
            let to = (from + random.below(12)).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, random.pick::<&str>(&spare));
            }
        }
        match from_text(&text) {
            Ok(imported) => {
                read += 1;
                // What was read can be walked: no index leads astray.
                let row = vec![0.5; imported.features.len()];
                assert!(!imported.ensemble.raw_score(&row).is_nan(), "{text}");
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 300 && refused > 1000, "{read} read, {refused} refused");
}
