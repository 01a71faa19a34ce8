//! XGBoost's models in JSON and UBJSON, their parts and their errors. That they predict as the library does is the matter
//! of `import_same_as_libraries.rs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, Levels, Missing, Test};
use candor_core::import::{Format, ImportError, Imported, Output, from_bytes};
use support::Random;

/// A tree of a numeric and a categorical split with a deleted node (5), and one of a single leaf.
const MODEL: &str = r#"{
"learner": {"attributes": {"best_iteration": "0"}, "feature_names": ["amount", "score", "region"],
 "feature_types": ["q", "q", "c"],
 "gradient_booster": {"model": {
  "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2"}, "iteration_indptr": [0, 1, 2], "tree_info": [0, 0],
  "trees": [
  {"base_weights": [0, 0, 0, 0, 0, 0, 0], "categories": [1, 40], "categories_nodes": [2], "categories_segments": [0],
   "categories_sizes": [2], "default_left": [1, 0, 0, 0, 0, 0, 0], "id": 0,
   "left_children": [1, -1, 3, -1, -1, -1, -1], "loss_changes": [NaN, 0, 0, 0, 0, 0, 0],
   "parents": [2147483647, 0, 0, 2, 2, 0, 0], "right_children": [2, -1, 4, -1, -1, -1, -1],
   "split_conditions": [1.5E0, -2.5E-1, NaN, 5E-1, 1E0, 0, 0], "split_indices": [0, 0, 2, 0, 0, 0, 0],
   "split_type": [0, 0, 1, 0, 0, 0, 0], "sum_hessian": [1E1, 4E0, 6E0, 4.5E0, 1.5E0, 0, 0],
   "tree_param": {"num_deleted": "2", "num_feature": "3", "num_nodes": "7", "size_leaf_vector": "1"}},
  {"base_weights": [0], "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
   "default_left": [0], "id": 1, "left_children": [-1], "loss_changes": [0], "parents": [2147483647],
   "right_children": [-1], "split_conditions": [1.25E-1], "split_indices": [0], "split_type": [0],
   "sum_hessian": [1E1], "tree_param": {"num_deleted": "0", "num_feature": "3", "num_nodes": "1", "size_leaf_vector": "1"}}
  ]}, "name": "gbtree"},
 "learner_model_param": {"base_score": "[5E-1]", "boost_from_average": "1", "num_class": "0", "num_feature": "3",
  "num_target": "1"},
 "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}}},
"version": [3, 1, 0]}"#;
const PRUNED: &[u8] = include_bytes!("fixtures/import/xgboost3_pruned.ubj");
const GBTREE: &[u8] = include_bytes!("fixtures/import/xgboost3_gbtree.ubj");
const SETS: &[u8] = include_bytes!("fixtures/import/xgboost3_sets.ubj");
const DART: &[u8] = include_bytes!("fixtures/import/xgboost2_dart.ubj");
const FRAME: &[u8] = include_bytes!("fixtures/import/xgboost3_data_frame.ubj");

fn read(text: &str) -> Result<Imported, ImportError> {
    from_bytes(text.as_bytes(), Format::XgBoost)
}

/// The model with a piece of its text replaced wherever it stands.
fn with(piece: &str, replacement: &str) -> String {
    assert!(MODEL.contains(piece), "{piece}");
    MODEL.replace(piece, replacement)
}

#[test]
fn a_model_is_taken_over_number_by_number() {
    let imported = read(MODEL).unwrap();
    let names: Vec<&str> = imported.features.iter().map(|feature| &feature.name[..]).collect();
    assert_eq!(names, ["amount", "score", "region"]);
    assert_eq!((imported.output, imported.has_covers), (Output::LogOdds, true));
    let [first, second] = &imported.ensemble.trees[..] else {
        panic!("two trees")
    };
    // Just below 1.5 as a 32-bit float: half-way to the float before, which is even and takes the tie.
    let end = (f64::from(1.5_f32) + f64::from(1.5_f32.next_down())) / 2.0;
    assert_eq!(first.nodes[0].test, Test::AtMost(end.next_down(), Missing::Left));
    let set = Test::InSet {
        start: 0,
        length: 2,
        levels: Levels::TruncatedSingle,
        missing_left: true,
    };
    assert_eq!(first.nodes[1].test, set);
    // The levels of the set go right there, and left here.
    assert_eq!(
        (first.nodes[1].left, first.nodes[1].right),
        (Child::Leaf(2), Child::Leaf(1))
    );
    assert_eq!(
        (&first.leaves[..], &first.covers[..]),
        (&[-0.25, 0.5, 1.0][..], &[4.0, 4.5, 1.5][..])
    );
    assert_eq!((second.nodes.len(), &second.leaves[..]), (0, &[0.125][..]));
    let nan = f64::NAN;
    for (row, leaf) in [
        ([1.0, nan, 1.0], 0),
        ([nan, nan, 1.0], 0),
        ([f64::NEG_INFINITY, nan, 1.0], 0),
        ([1.5 - 1e-8, 0.0, 1.9], 2),
        ([1.5, 0.0, 0.0], 1),
        ([1.5, 0.0, 40.0], 2),
        ([1.5, 0.0, 41.0], 1),
        ([1.5, 0.0, 4e9], 1),
        ([1.5, 0.0, -1.0], 1),
        // Missing goes right there, where the set goes.
        ([f64::INFINITY, 0.0, nan], 2),
    ] {
        assert_eq!(first.leaf(&row), leaf, "{row:?}");
        assert_eq!(imported.ensemble.raw_score(&row), first.leaves[leaf] + 0.125, "{row:?}");
    }
}

#[test]
fn features_without_names_are_numbered() {
    let imported = read(&with(r#"["amount", "score", "region"]"#, "[]")).unwrap();
    let names: Vec<&str> = imported.features.iter().map(|feature| &feature.name[..]).collect();
    assert_eq!(names, ["feature_0", "feature_1", "feature_2"]);
}

#[test]
fn what_older_versions_write_is_read() {
    for (piece, replacement) in [
        (
            "[1, 0, 0, 0, 0, 0, 0]",
            "[true, false, false, false, false, false, false]",
        ),
        ("[5E-1]", "5E-1"),
        ("[5E-1]", "[ 0.5 ]"),
        (",\n  \"num_target\": \"1\"", ""),
        ("[3, 1, 0]", "[1, 3, 0]"),
        ("NaN", "0"),
    ] {
        assert_eq!(read(&with(piece, replacement)), read(MODEL), "{replacement}");
    }
}

#[test]
fn weights_of_trees_multiply_their_leaves() {
    let leaves = |text: &str| -> Vec<f64> {
        read(text)
            .unwrap()
            .ensemble
            .trees
            .into_iter()
            .flat_map(|tree| tree.leaves)
            .collect()
    };
    let model = |text: &str| {
        text.replace("{\"model\": {\n", "{\"gbtree\": {\"model\": {\n").replace(
            "]}, \"name\": \"gbtree\"",
            "]}, \"name\": \"gbtree\"}, \"name\": \"dart\", \"weight_drop\": [0.5, 2]",
        )
    };
    assert_eq!(leaves(&model(MODEL)), [-0.125, 0.25, 0.5, 0.25]);
    // As 3.5 writes it, and with fewer weights than trees.
    assert_eq!(
        leaves(&with("\"tree_info\"", "\"weight_drop\": [0.5], \"tree_info\"")),
        [-0.125, 0.25, 0.5, 0.125]
    );
}

#[test]
fn the_objective_says_what_base_score_and_margin_are() {
    let logit = |p: f64| libm::log(p / (1.0 - p));
    for (objective, base, offset, output) in [
        ("binary:logistic", "[5E-1]", 0.0, Output::LogOdds),
        ("binary:logistic", "8E-2", logit(0.08), Output::LogOdds),
        ("reg:logistic", "[9.5E-1]", logit(0.95), Output::LogOdds),
        // XGBoost keeps probabilities off 0 and 1.
        ("binary:logistic", "0", -13.815_51, Output::LogOdds),
        // 1 − 1e-6 is a coarse 32-bit float, and so is what becomes of it: XGBoost's own margin.
        ("binary:logistic", "[1]", 13.745_16, Output::LogOdds),
        ("binary:logitraw", "[-1.25E0]", -1.25, Output::LogOdds),
        ("reg:squarederror", "[7E0]", 7.0, Output::Value),
        ("reg:absoluteerror", "7E0", 7.0, Output::Value),
        ("reg:quantileerror", "7E0", 7.0, Output::Value),
        ("rank:ndcg", "0", 0.0, Output::Value),
        ("count:poisson", "[3E0]", libm::log(3.0), Output::LogValue),
        ("reg:tweedie", "5E-1", libm::log(0.5), Output::LogValue),
    ] {
        let imported = read(&with("binary:logistic", objective).replace("[5E-1]", base)).unwrap();
        assert_eq!(imported.output, output, "{objective} {base}");
        let found = imported.ensemble.offset;
        assert!((found - offset).abs() <= 1e-6, "{objective} {base}: {found} ≠ {offset}");
    }
}

#[test]
fn what_cannot_be_represented_exactly_is_refused_with_a_way_out() {
    for (piece, replacement, words) in [
        ("[3, 1, 0]", "[4, 0, 0]", "a model of XGBoost 4"),
        ("[3, 1, 0]", "[0, 90]", "save it again"),
        ("[3, 1, 0]", "[]", "save it again"),
        ("\"num_class\": \"0\"", "\"num_class\": \"3\"", "train a binary model"),
        ("\"num_target\": \"1\"", "\"num_target\": \"2\"", "train a binary model"),
        ("\"name\": \"gbtree\"", "\"name\": \"gblinear\"", "booster=gbtree"),
        ("binary:logistic", "multi:softprob", "one probability"),
        ("binary:logistic", "binary:hinge", "not how likely"),
        ("binary:logistic", "survival:cox", "a hazard"),
        ("binary:logistic", "survival:aft", "a hazard"),
        ("binary:logistic", "reg:expectileerror", "not known"),
        ("binary:logistic", "", "not known"),
        (
            "\"size_leaf_vector\": \"1\"",
            "\"size_leaf_vector\": \"3\"",
            "hold 3 values",
        ),
        (
            "\"num_feature\": \"3\",\n",
            "\"num_feature\": \"65537\",\n",
            "there can be 65536",
        ),
    ] {
        let error = read(&with(piece, replacement)).expect_err(replacement);
        assert!(
            matches!(error, ImportError::Unsupported { line: None, .. }),
            "{replacement}: {error:?}"
        );
        assert!(error.to_string().contains(words), "{replacement}: {error}");
    }
    // A linear model has no trees to read.
    let linear = MODEL.find("{\"model\"").unwrap()..MODEL.find(", \"name\": \"gbtree\"").unwrap();
    let mut text = MODEL.to_owned();
    text.replace_range(linear, "{\"model\": {\"weights\": [1, 2, 3]}");
    let error = read(&text.replace("gbtree", "gblinear")).unwrap_err();
    assert!(error.to_string().starts_with("booster 'gblinear'"), "{error}");
    // XGBoost 3 answers a margin of 0.5 here, not the log-odds of 0.5.
    let trees = MODEL.find("\"trees\": [").unwrap()..MODEL.find("]}, \"name\": \"gbtree\"").unwrap();
    let mut text = with("\"tree_info\": [0, 0]", "\"tree_info\": []");
    text.replace_range(trees.start - 6..trees.end - 6, "\"trees\": [");
    let error = read(&text).unwrap_err();
    assert!(error.to_string().starts_with("a model without trees"), "{error}");
    // Sets of categories beyond what the size of the model justifies.
    let many = with("\"categories\": [1, 40]", "\"categories\": [16777215, 40]");
    let error = read(&many).unwrap_err();
    assert!(error.to_string().contains("number categories from 0"), "{error}");
}

#[test]
fn what_does_not_fit_together_is_named() {
    for (piece, replacement, part, words) in [
        ("[5E-1]", "[5E-1,5E-1]", "base_score", "not one number"),
        ("[5E-1]", "", "base_score", "not one number"),
        ("[5E-1]", "[1.5E0]", "base_score", "not a probability"),
        ("[5E-1]", "NaN", "base_score", "not a probability"),
        (
            "\"num_feature\": \"3\",\n",
            "\"num_feature\": \"x\",\n",
            "num_feature",
            "'x' is not a number",
        ),
        (
            "\"num_feature\": \"3\",\n",
            "\"num_feature\": \"4\",\n",
            "feature_names",
            "3 names for 4",
        ),
        ("[\"amount\", ", "[", "feature_names", "2 names for 3"),
        (
            "\"tree_info\": [0, 0]",
            "\"tree_info\": [0, 1]",
            "tree_info",
            "a 0 for each tree",
        ),
        (
            "\"tree_info\": [0, 0]",
            "\"tree_info\": [0]",
            "tree_info",
            "a 0 for each tree",
        ),
        ("\"id\": 1", "\"id\": 0", "tree 1", "its id is 0"),
        (
            "\"tree_info\"",
            "\"weight_drop\": [1, 1, 1], \"tree_info\"",
            "weight_drop",
            "3 entries, and there are 2",
        ),
        (
            "\"tree_info\"",
            "\"weight_drop\": [1, NaN], \"tree_info\"",
            "tree 1",
            "leaf 0 is not a finite",
        ),
        ("\"trees\"", "\"forest\"", "gradient_booster", "'trees' is missing"),
        ("{\"model\"", "{\"modal\"", "gradient_booster", "'model' is missing"),
        (
            "\"num_nodes\": \"7\"",
            "\"num_nodes\": \"8\"",
            "tree 0",
            "'num_nodes' is '8'",
        ),
        (
            "\"num_nodes\": \"1\"",
            "\"num_nodes\": \"-1\"",
            "tree 1",
            "'num_nodes' is '-1'",
        ),
        (
            "\"right_children\": [2, ",
            "\"right_children\": [",
            "tree 0",
            "'right_children' has 6",
        ),
        (
            "\"split_indices\": [0, ",
            "\"split_indices\": [",
            "tree 0",
            "'split_indices' has 6",
        ),
        (
            "\"sum_hessian\": [1E1]",
            "\"sum_hessian\": []",
            "tree 1",
            "'sum_hessian' has 0",
        ),
        (
            "\"default_left\": [0]",
            "\"default_left\": [0, 0]",
            "tree 1",
            "'default_left' has 2",
        ),
        (
            "\"split_type\": [0]",
            "\"split_type\": [0, 0]",
            "tree 1",
            "'split_type' has 2",
        ),
        (
            "\"right_children\": [2, ",
            "\"right_children\": [3, ",
            "tree 0",
            "1 and 3, do not stand side by side",
        ),
        (
            "\"left_children\": [1, -1, 3",
            "\"left_children\": [1, -1, 2147483647",
            "tree 0",
            "side by side",
        ),
        (
            "_children\": [2, -1, 4, -1",
            "_children\": [2, -1, -1, -1",
            "tree 0",
            "side by side",
        ),
        (
            "\"split_indices\": [0, 0, 2",
            "\"split_indices\": [0, 0, 3",
            "tree 0",
            "tests feature 3",
        ),
        (
            "\"split_indices\": [0, 0, 2",
            "\"split_indices\": [0, 0, 65536",
            "tree 0",
            "tests a feature that does not",
        ),
        (
            "\"split_conditions\": [1.5E0",
            "\"split_conditions\": [NaN",
            "tree 0",
            "threshold that is not a number",
        ),
        (
            "\"split_conditions\": [1.25E-1]",
            "\"split_conditions\": [NaN]",
            "tree 1",
            "leaf 0 is not a finite",
        ),
        (
            "\"split_conditions\": [1.25E-1]",
            "\"split_conditions\": [Infinity]",
            "tree 1",
            "leaf 0 is not a finite",
        ),
        ("6E0, 4.5E0", "6E0, NaN", "tree 0", "the cover of leaf 1"),
        ("6E0, 4.5E0", "6E0, -1", "tree 0", "the cover of leaf 1"),
        (
            "\"categories_nodes\": [2]",
            "\"categories_nodes\": [1]",
            "tree 0",
            "set of categories is missing",
        ),
        (
            "\"categories_sizes\": [2]",
            "\"categories_sizes\": [3]",
            "tree 0",
            "set of categories is missing",
        ),
        (
            "\"categories_sizes\": [2]",
            "\"categories_sizes\": [0]",
            "tree 0",
            "set of categories is missing",
        ),
        (
            "\"categories_segments\": [0]",
            "\"categories_segments\": [18446744073709551615]",
            "tree 0",
            "is missing",
        ),
        ("[1, 40]", "[1, 16777216]", "tree 0", "16777216 is the end"),
        (
            "\"tree_info\"",
            "\"cats\": {\"enc\": [{\"values\": []}]}, \"tree_info\"",
            "cats",
            "1 entries for 3",
        ),
    ] {
        let error = read(&with(piece, replacement)).expect_err(replacement);
        let ImportError::Inconsistent { part: found, .. } = &error else {
            panic!("{replacement}: {error:?}")
        };
        assert_eq!(found, part, "{replacement}: {error}");
        assert!(error.to_string().contains(words), "{replacement}: {error}");
    }
    // Nodes that are reached twice: in a circle, and from two parents.
    let circle = with("[1, -1, 3, -1, -1, -1, -1]", "[1, -1, 0, -1, -1, -1, -1]").replace("[2, -1, 4", "[2, -1, 1");
    let twice = with("[1, -1, 3, -1, -1, -1, -1]", "[1, -1, 1, -1, -1, -1, -1]").replace("[2, -1, 4", "[2, -1, 2");
    let outside = with("[1, -1, 3, -1, -1, -1, -1]", "[1, -1, 6, -1, -1, -1, -1]").replace("[2, -1, 4", "[2, -1, 7");
    let negative = with("[1, -1, 3, -1, -1, -1, -1]", "[1, -1, -3, -1, -1, -1, -1]").replace("[2, -1, 4", "[2, -1, -2");
    for (text, words) in [
        (circle, "has two parents"),
        (twice, "has two parents"),
        (outside, "a child that does not exist"),
        (negative, "a child that does not exist"),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (piece, replacement, line, words) in [
        ("\"version\"", "\"verzion\"", 22, "missing field `version`"),
        ("[3, 1, 0]", "[3, 1, ]", 22, "column "),
        (
            "\"id\": 0",
            "\"id\": \"0\"",
            8,
            "invalid type: string \"0\", expected usize",
        ),
        (
            "\"left_children\": [-1]",
            "\"left_children\": [-2147483649]",
            15,
            "invalid value",
        ),
        ("[1.25E-1]", "[1.25E99]", 16, "number out of range"),
        (
            "\"default_left\": [0]",
            "\"default_left\": [2]",
            15,
            "expected true, false, 0 or 1",
        ),
    ] {
        let error = read(&with(piece, replacement)).expect_err(replacement);
        let ImportError::Malformed { line: found, .. } = error else {
            panic!("{replacement}: {error:?}")
        };
        assert!(error.to_string().contains(words), "{replacement}: {error}");
        assert_eq!(found, line, "{replacement}: {error}");
    }
    for bytes in [&b""[..], b"binf\0\0\0\0", b"[1]", b"tree\nversion=v4\n", b"\xff"] {
        let error = from_bytes(bytes, Format::XgBoost).unwrap_err();
        assert!(matches!(error, ImportError::Damaged { offset: 0, .. }), "{error:?}");
        assert!(error.to_string().contains("save_model"), "{error}");
    }
    let error = from_bytes(&GBTREE[..100], Format::XgBoost).unwrap_err();
    assert!(
        matches!(error, ImportError::Damaged { offset: 92..=100, .. }),
        "{error:?}"
    );
}

/// A tree of `depth` nodes, each with a leaf to the left.
fn deep(depth: usize) -> String {
    let list = |of: &dyn Fn(usize) -> String| (0..=2 * depth).map(of).collect::<Vec<_>>().join(",");
    let tests = |node: usize| node < 2 * depth && node.is_multiple_of(2);
    let child = |plus: usize| {
        list(&|node| {
            if tests(node) {
                (node + plus).to_string()
            } else {
                "-1".to_owned()
            }
        })
    };
    let zeros = list(&|_| "0".to_owned());
    let start = MODEL.find("\"categories\": []").unwrap();
    let end = MODEL.find("\"num_feature\": \"3\", \"num_nodes\": \"1\"").unwrap();
    let tree = format!(
        "\"default_left\": [{zeros}], \"id\": 1, \"left_children\": [{}], \"right_children\": [{}], \"split_conditions\": \
         [{zeros}], \"split_indices\": [{zeros}], \"sum_hessian\": [{zeros}], \"tree_param\": {{",
        child(1),
        child(2)
    );
    let mut text = MODEL.to_owned();
    text.replace_range(start..end, &tree);
    text.replace("\"num_nodes\": \"1\"", &format!("\"num_nodes\": \"{}\"", 2 * depth + 1))
}

#[test]
fn trees_are_taken_as_deep_as_they_can_be_explained() {
    let imported = read(&deep(128)).unwrap();
    assert_eq!(imported.ensemble.trees[1].leaf(&[1.0; 3]), 128);
    let error = read(&deep(129)).unwrap_err();
    assert!(matches!(error, ImportError::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains("deeper than 128"), "{error}");
}

#[test]
fn nothing_is_below_the_least_threshold() {
    // The first threshold of the first tree, in UBJSON, where −∞ can stand.
    let name = b"split_conditions[$d#L\0\0\0\0\0\0\0";
    let at = PRUNED.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 1;
    for (threshold, lowest_goes_left) in [(f32::NEG_INFINITY, false), (f32::MIN, true), (f32::INFINITY, true)] {
        let mut bytes = PRUNED.to_vec();
        bytes[at..at + 4].copy_from_slice(&threshold.to_be_bytes());
        let imported = from_bytes(&bytes, Format::XgBoost).unwrap();
        let tree = &imported.ensemble.trees[0];
        let node = &tree.nodes[0];
        let row = |value: f64| vec![value; imported.features.len()];
        assert_eq!(
            tree.goes_left(node, &row(f64::NEG_INFINITY)),
            lowest_goes_left,
            "{threshold}"
        );
        assert_eq!(tree.goes_left(node, &row(f64::MIN)), lowest_goes_left, "{threshold}");
        assert_eq!(
            tree.goes_left(node, &row(0.0)),
            threshold == f32::INFINITY,
            "{threshold}"
        );
        assert!(!tree.goes_left(node, &row(f64::INFINITY)), "{threshold}");
    }
}

#[test]
fn a_model_cut_short_anywhere_is_refused() {
    for length in 0..MODEL.len() {
        assert!(read(&MODEL[..length]).is_err(), "cut after {length} bytes");
    }
    for model in [DART, FRAME] {
        for length in (0..model.len()).step_by(2) {
            assert!(
                from_bytes(&model[..length], Format::XgBoost).is_err(),
                "cut after {length} bytes"
            );
        }
    }
}

#[test]
fn a_length_is_held_to_the_bytes_that_are_left() {
    for (container, most) in [
        (&b"[$U#"[..], 4),
        (b"[$I#", 2),
        (b"[$d#", 1),
        (b"[$L#", 0),
        (b"[#", 4),
        (b"{#", 4),
        (b"S", 4),
    ] {
        for length in [i64::MAX, 5, -1] {
            let bytes = [b"{U\x01a", container, b"L", &length.to_be_bytes(), &[0; 4]].concat();
            let error = from_bytes(&bytes, Format::XgBoost).unwrap_err();
            let expected = format!("a length of {length} where at most {most} are left");
            assert!(error.to_string().contains(&expected), "{error}");
        }
    }
    // Types without a payload, and containers, are no types of a list.
    for element in *b"ZTFNCSH[{" {
        let bytes = [b"{U\x01a[$", &[element][..], b"#U\x01 "].concat();
        let error = from_bytes(&bytes, Format::XgBoost).unwrap_err();
        assert!(error.to_string().contains("is not a type of array"), "{error}");
    }
}

#[test]
fn nesting_is_limited() {
    let deep = 200_000;
    let arrays = format!("{{\"a\": {}", "[".repeat(deep));
    let objects = format!("{{\"a\": {}", "{\"a\":".repeat(deep));
    assert!(read(&arrays).is_err() && read(&objects).is_err());
    let binary_arrays = [b"{U\x01a".to_vec(), b"[".repeat(deep)].concat();
    let binary_objects = [b"{U\x01a".to_vec(), b"{U\x01a".repeat(deep)].concat();
    for bytes in [binary_arrays, binary_objects] {
        let error = from_bytes(&bytes, Format::XgBoost).unwrap_err();
        assert!(error.to_string().contains("nested deeper than 64"), "{error}");
    }
}

/// What was read can be walked: no index leads astray.
fn walk(imported: &Imported) {
    for value in [0.5, -3.0, f64::NAN, 64.0, f64::INFINITY] {
        let row = vec![value; imported.features.len()];
        assert!(!imported.ensemble.raw_score(&row).is_nan());
    }
}

#[test]
fn no_mutation_of_the_text_makes_the_reader_panic() {
    let mut random = Random::new(22);
    let spare = [
        "-1",
        "0",
        "4294967295",
        "9223372036854775807",
        "NaN",
        "-Infinity",
        "1e38",
        "\"\"",
        "null",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "é",
        "true",
        "[]",
        "{}",
        "",
    ];
    let (mut read_well, mut refused) = (0, 0);
    for _ in 0..6000 {
        let mut text = MODEL.to_owned();
        for _ in 0..=random.below(3) {
            let from = random.below(text.len() + 1);
            let to = (from + random.below(12)).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, random.pick::<&str>(&spare));
            }
        }
        match read(&text) {
            Ok(imported) => {
                read_well += 1;
                walk(&imported);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read_well > 100 && refused > 1000, "{read_well} read, {refused} refused");
}

#[test]
fn no_mutation_of_the_bytes_makes_the_reader_panic() {
    let mut random = Random::new(23);
    let markers = *b"ZNTFiUIlLdDCSH[]{}$#";
    let (mut read_well, mut refused) = (0, 0);
    for round in 0..6000 {
        let mut bytes = [GBTREE, SETS, DART, FRAME][round % 4].to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = *random.pick(&markers),
                2 => bytes[at] = random.bits() as u8,
                _ => {
                    let end = (at + random.below(9)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        match from_bytes(&bytes, Format::XgBoost) {
            Ok(imported) => {
                read_well += 1;
                walk(&imported);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read_well > 200 && refused > 1000, "{read_well} read, {refused} refused");
}
