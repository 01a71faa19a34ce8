//! A foreign model cannot make its reader take more memory than its length justifies. A test binary of its own, because
//! the allocator that counts is global.
#![cfg(feature = "import")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "support/memory.rs"]
mod memory;
#[path = "fixtures/import/message.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of this module")]
mod message;

use candor_core::import::{ImportError, Imported, catboost, onnx};
use memory::peak_of;
use message::{Model, Value, bytes};

/// What a reader may take for each byte, and beside that: the names of as many features as there can be.
const FACTOR: usize = 64;
const CONSTANT: usize = 8 << 20;
/// How often the smallest elements are repeated, so that they outweigh the constant.
const MANY: usize = 200_000;

/// Reads a model and holds the memory it takes to the limit. Says whether it was read.
fn check(name: &str, read: fn(&[u8]) -> Result<Imported, ImportError>, model: &[u8]) -> bool {
    let (result, peak) = peak_of(|| read(model).map(drop));
    println!(
        "{name}: {:.1} times {} bytes, {}",
        peak as f64 / model.len() as f64,
        model.len(),
        shown(&result)
    );
    assert!(
        peak <= FACTOR * model.len() + CONSTANT,
        "{name}: {peak} bytes for {}",
        model.len()
    );
    result.is_ok()
}

fn shown(result: &Result<(), ImportError>) -> String {
    let text = result.as_ref().map_or_else(ToString::to_string, |()| "read".to_owned());
    text.chars().take(80).collect()
}

fn list(element: &str) -> String {
    format!("[{}{element}]", format!("{element},").repeat(MANY))
}

fn of_catboost() {
    let document = |features: &str, trees: &str, bias: &str| {
        let info = "\"model_info\":{\"params\":{\"loss_function\":{\"type\":\"RMSE\"}}}";
        format!("{{\"features_info\":{{{features}}},{info},{trees},\"scale_and_bias\":[1,{bias}]}}")
    };
    let float = "\"feature_index\":0,\"flat_feature_index\":0,\"has_nans\":false,\"nan_value_treatment\":\"AsIs\"";
    let leaf = "{\"leaf_values\":[0]}";
    let trees = |trees: &str| format!("\"oblivious_trees\":{trees}");
    let tree = |key: &str, value: &str| trees(&format!("[{{\"leaf_values\":[0],\"{key}\":{value}}}]"));
    let split = "{\"split_type\":\"FloatFeature\",\"split_index\":0}";
    let full: String = {
        // A symmetric tree of 2¹⁸ leaves, each of two bytes.
        let splits =
            vec!["{\"split_type\":\"FloatFeature\",\"split_index\":0,\"float_feature_index\":0,\"border\":0}"; 18];
        let leaves = vec!["0"; 1 << 18].join(",");
        trees(&format!(
            "[{{\"leaf_values\":[{leaves}],\"splits\":[{}]}}]",
            splits.join(",")
        ))
    };
    let floats = |more: &str| format!("\"float_features\":[{{{float}{more}}}]");
    for (name, features, trees, bias, is_read) in [
        ("trees of a leaf", String::new(), trees(&list(leaf)), "0", true),
        ("empty trees", String::new(), trees(&list("{}")), "0", false),
        (
            "branches of a leaf",
            String::new(),
            format!("\"trees\":{}", list("{\"value\":0}")),
            "0",
            true,
        ),
        (
            "empty branches",
            String::new(),
            format!("\"trees\":{}", list("{}")),
            "0",
            false,
        ),
        ("a full tree", floats(",\"borders\":[0]"), full, "0", true),
        (
            "leaves",
            String::new(),
            trees(&format!("[{{\"leaf_values\":{}}}]", list("0"))),
            "0",
            false,
        ),
        ("weights", String::new(), tree("leaf_weights", &list("0")), "0", false),
        ("splits", String::new(), tree("splits", &list(split)), "0", false),
        (
            "outputs of a leaf",
            String::new(),
            format!("\"trees\":[{{\"value\":{}}}]", list("0")),
            "0",
            false,
        ),
        ("biases", String::new(), trees("[]"), &list("0"), false),
        (
            "floats",
            format!("\"float_features\":{}", list(&format!("{{{float}}}"))),
            trees("[]"),
            "0",
            false,
        ),
        (
            "borders",
            floats(&format!(",\"borders\":{}", list("0"))),
            trees("[]"),
            "0",
            false,
        ),
        (
            "names of levels",
            format!("\"cat_features_hash\":{}", list("{\"hash\":0,\"value\":\"\"}")),
            trees("[]"),
            "0",
            true,
        ),
        (
            "levels",
            format!(
                "\"categorical_features\":[{{\"feature_index\":0,\"flat_feature_index\":0,\
                 \"values\":{},\"string_values\":{}}}]",
                list("0"),
                list("\"\"")
            ),
            trees("[]"),
            "0",
            false,
        ),
        (
            "what is not read",
            format!("\"ctrs\":{}", list("{\"a\":[[]]}")),
            trees("[]"),
            "0",
            true,
        ),
    ] {
        let model = document(&features, &trees, bias);
        assert_eq!(check(name, catboost::from_bytes, model.as_bytes()), is_read, "{name}");
    }
}

fn of_onnx() {
    let empty = |field: u64| bytes(field, &[]).repeat(MANY);
    let graph = |inside: &[u8]| {
        [
            bytes(7, inside),
            bytes(8, &[bytes(1, b"ai.onnx.ml"), vec![16, 3]].concat()),
        ]
        .concat()
    };
    let ensemble = |inside: &[u8]| {
        let operator = [
            bytes(4, b"TreeEnsembleRegressor"),
            bytes(7, b"ai.onnx.ml"),
            bytes(1, b"X"),
        ]
        .concat();
        graph(&bytes(1, &[&operator, inside].concat()))
    };
    let attribute = |name: &str, inside: &[u8]| {
        let input = bytes(11, &[bytes(1, b"X"), bytes(2, &bytes(1, &[8, 1]))].concat());
        let operator = [
            bytes(4, b"TreeEnsembleRegressor"),
            bytes(7, b"ai.onnx.ml"),
            bytes(1, b"X"),
        ]
        .concat();
        let attribute = bytes(5, &[bytes(1, name.as_bytes()), inside.to_vec()].concat());
        graph(&[bytes(1, &[operator, attribute].concat()), input].concat())
    };
    for (name, model) in [
        ("nodes", graph(&empty(1))),
        ("initializers", graph(&[empty(5), bytes(1, &[])].concat())),
        ("inputs", graph(&empty(11))),
        ("inputs of a node", graph(&bytes(1, &empty(1)))),
        ("operator sets", empty(8)),
        ("attributes", ensemble(&empty(5))),
        ("texts", attribute("nodes_modes", &empty(9))),
        ("modes", attribute("nodes_modes", &bytes(9, b"LEAF").repeat(MANY))),
        ("whole numbers", attribute("nodes_nodeids", &bytes(8, &vec![0; MANY]))),
        (
            "whole numbers one by one",
            attribute("nodes_nodeids", &[64, 0].repeat(MANY)),
        ),
        ("floats", attribute("nodes_values", &bytes(7, &vec![0; 4 * MANY]))),
        (
            "a tensor",
            attribute(
                "nodes_values_as_tensor",
                &bytes(5, &message::tensor("", 1, MANY, &vec![0; 4 * MANY])),
            ),
        ),
        (
            "dimensions",
            attribute("nodes_values_as_tensor", &bytes(5, &bytes(1, &vec![0; MANY]))),
        ),
    ] {
        assert!(!check(name, onnx::from_bytes, &model), "{name}");
    }

    // Whole models of many trees: of a leaf each, and of an equality with the largest level that is held.
    let count = 20_000;
    let zeros = |count: usize| Value::Ints(vec![0; count]);
    let ids: Vec<i64> = (0..count).collect();
    let leaves = Model::regressor()
        .with("nodes_treeids", Value::Ints(ids.clone()))
        .with("nodes_nodeids", zeros(ids.len()))
        .with("nodes_featureids", zeros(ids.len()))
        .with("nodes_modes", Value::Strings(vec!["LEAF".to_owned(); ids.len()]))
        .with("nodes_values", Value::Floats(vec![0.0; ids.len()]))
        .with("nodes_truenodeids", zeros(ids.len()))
        .with("nodes_falsenodeids", zeros(ids.len()))
        .with("target_treeids", Value::Ints(ids.clone()))
        .with("target_nodeids", zeros(ids.len()))
        .with("target_ids", zeros(ids.len()))
        .with("target_weights", Value::Floats(vec![1.0; ids.len()]));
    assert!(check("trees of a leaf", onnx::from_bytes, &leaves.bytes()));
    let each = |of: [i64; 3]| Value::Ints(ids.iter().flat_map(|_| of).collect());
    let modes = ids
        .iter()
        .flat_map(|_| ["BRANCH_EQ", "LEAF", "LEAF"].map(str::to_owned))
        .collect();
    let mut levels = Model::regressor()
        .with(
            "nodes_treeids",
            Value::Ints(ids.iter().flat_map(|&id| [id; 3]).collect()),
        )
        .with("nodes_nodeids", each([0, 1, 2]))
        .with("nodes_featureids", each([0, 0, 0]))
        .with("nodes_modes", Value::Strings(modes))
        .with(
            "nodes_values",
            Value::Floats(ids.iter().flat_map(|_| [4095.0, 0.0, 0.0]).collect()),
        )
        .with("nodes_truenodeids", each([1, 0, 0]))
        .with("nodes_falsenodeids", each([2, 0, 0]))
        .with(
            "target_treeids",
            Value::Ints(ids.iter().flat_map(|&id| [id; 2]).collect()),
        )
        .with("target_nodeids", Value::Ints(ids.iter().flat_map(|_| [1, 2]).collect()))
        .with("target_ids", zeros(2 * ids.len()))
        .with("target_weights", Value::Floats(vec![1.0; 2 * ids.len()]));
    assert!(check("equalities", onnx::from_bytes, &levels.bytes()));
    levels.columns = 65_536;
    assert!(check("columns", onnx::from_bytes, &levels.bytes()));
    let mut wide = Model::regressor();
    wide.columns = 65_536;
    assert!(check("columns of a small model", onnx::from_bytes, &wide.bytes()));
    wide.columns = i64::MAX;
    assert!(!check("too many columns", onnx::from_bytes, &wide.bytes()));
    let lengths: Vec<u8> = [&[0x0a][..], &[0xff; 9], &[1]].concat();
    for field in [7_u8, 8] {
        let huge = [&[field << 3 | 2][..], &lengths[1..]].concat();
        assert!(!check("a huge length", onnx::from_bytes, &huge));
    }
}

/// One test only: others would allocate at the same time.
#[test]
fn reading_takes_no_more_memory_than_the_model_justifies() {
    of_catboost();
    of_onnx();
}
