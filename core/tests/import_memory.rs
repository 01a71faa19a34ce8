//! A foreign model cannot make its reader take more memory than its bytes justify. A test binary of its own, because the
//! allocator that counts is global.
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

use candor_core::import::{Format, from_bytes};
use memory::peak_of;
use message::{Model, Value, bytes};

/// What reading may take for each byte, and beside that: names of features that the model only counts, and what serde
/// reserves for an announced list, at most a megabyte each and a few deep.
const FACTOR: usize = 64;
const CONSTANT: usize = 8 << 20;

/// Reads a model, and holds the memory taken meanwhile to what its bytes justify.
fn check(name: &str, bytes: &[u8], format: Format, is_model: bool) {
    let (read, peak) = peak_of(|| from_bytes(bytes, format).map(drop));
    println!(
        "{name}: {:.1} bytes for each of {}",
        peak as f64 / bytes.len() as f64,
        bytes.len()
    );
    assert_eq!(read.is_ok(), is_model, "{name}: {:?}", read.err());
    assert!(
        peak <= FACTOR * bytes.len() + CONSTANT,
        "{name}: {peak} bytes for {}",
        bytes.len()
    );
}

/// Enough that the constant hides little, and just more than a growing list has room for, which is when it takes most.
const MANY: usize = (1 << 18) + 1;

fn list(element: &str, separator: &str, count: usize) -> String {
    let mut text = format!("{element}{separator}").repeat(count);
    text.truncate(text.len() - separator.len());
    text
}

const LIGHTGBM: &str = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nobjective=binary sigmoid:1\n";
const ONE_FEATURE: &str = "max_feature_idx=0\nfeature_names=a\n";

fn lightgbm() {
    let check = |name: &str, text: String, is_model| check(name, text.as_bytes(), Format::LightGbm, is_model);
    let end = "\nend of trees\n";
    check(
        "trees without content",
        format!("{LIGHTGBM}{ONE_FEATURE}{}", "Tree=0\n".repeat(MANY)),
        false,
    );
    let single = |number: usize| format!("Tree={number}\nnum_leaves=1\nleaf_value=1\n");
    let trees: String = (0..MANY).map(single).collect();
    check(
        "trees of one leaf",
        format!("{LIGHTGBM}{ONE_FEATURE}{trees}{end}"),
        true,
    );
    let keys: String = (0..MANY).map(|number| format!("{number:x}\n")).collect();
    check(
        "keys that mean nothing",
        format!("{LIGHTGBM}{ONE_FEATURE}{keys}Tree=0\n{keys}{end}"),
        false,
    );
    let names = |count: usize| format!("max_feature_idx={}\nfeature_names={}", count - 1, list("a", " ", count));
    check("many features", format!("{LIGHTGBM}{}{end}", names(MANY)), true);
    check(
        "names of no length",
        format!(
            "{LIGHTGBM}max_feature_idx={MANY}\nfeature_names={}{end}",
            " ".repeat(MANY)
        ),
        false,
    );
    let sizes = list("1", " ", MANY);
    check(
        "sizes of trees",
        format!("{LIGHTGBM}{ONE_FEATURE}tree_sizes={sizes}{end}"),
        false,
    );
    let lists = |nodes: usize, left: &str| {
        let zeros = list("0", " ", nodes);
        format!(
            "Tree=0\nnum_leaves={}\nnum_cat=1\nsplit_feature={zeros}\nthreshold={zeros}\ndecision_type={zeros}\n\
             left_child={left}\nright_child={zeros}\nleaf_value={zeros} 0\nleaf_count={zeros} 0\ninternal_count={zeros}\n\
             cat_boundaries={zeros}\ncat_threshold={zeros}\n",
            nodes + 1,
        )
    };
    // A path as deep as the lists are long is built up to the end, and refused then.
    let path = |count: usize| {
        (0..count)
            .map(|node| format!("-{}", node + 1))
            .collect::<Vec<_>>()
            .join(" ")
    };
    check(
        "a large tree",
        format!("{LIGHTGBM}{ONE_FEATURE}{}{end}", lists(MANY, &path(MANY))),
        false,
    );
    check(
        "a tree in a circle",
        format!("{LIGHTGBM}{ONE_FEATURE}{}{end}", lists(MANY, &list("0", " ", MANY))),
        false,
    );
    let huge = format!("{LIGHTGBM}{ONE_FEATURE}Tree=0\nnum_leaves=18446744073709551615\nleaf_value=1\n{end}");
    check("a number of leaves that is a lie", huge, false);
}

/// A model of XGBoost around its trees, and around what else stands in the model.
fn json(names: &str, features: usize, model: &str) -> String {
    format!(
        "{{\"version\":[3,1,0],\"learner\":{{\"feature_names\":[{names}],\"learner_model_param\":{{\"base_score\":\"0.5\",\
         \"num_class\":\"0\",\"num_feature\":\"{features}\"}},\"objective\":{{\"name\":\"binary:logistic\"}},\
         \"gradient_booster\":{{\"name\":\"gbtree\",\"model\":{{{model}}}}}}}}}"
    )
}

/// The lists of a tree of `nodes` entries, without categories.
fn tree(id: usize, nodes: usize, left: &str, right: &str) -> String {
    let zeros = list("0", ",", nodes);
    format!(
        "{{\"id\":{id},\"tree_param\":{{\"num_nodes\":\"{nodes}\"}},\"left_children\":[{left}],\"right_children\":[{right}],\
         \"split_indices\":[{zeros}],\"split_conditions\":[{zeros}],\"default_left\":[{zeros}],\"sum_hessian\":[{zeros}]"
    )
}

/// The trees of the smallest model that is one.
fn one_leaf() -> String {
    format!("\"tree_info\":[0],\"trees\":[{}}}]", tree(0, 1, "-1", "-1"))
}

fn xgboost_json() {
    let check = |name: &str, text: String, is_model| check(name, text.as_bytes(), Format::XgBoost, is_model);
    let forest = |trees: &str, count: usize| {
        json(
            "",
            1,
            &format!("\"tree_info\":[{}],\"trees\":[{trees}]", list("0", ",", count)),
        )
    };
    check(
        "trees without content",
        json("", 1, &format!("\"trees\":[{}]", list("{}", ",", MANY))),
        false,
    );
    check(
        "trees as lists",
        json("", 1, &format!("\"trees\":[{}]", list("[]", ",", MANY))),
        false,
    );
    let short = "[0,[\"1\"],[],[],[],[],[],[],[],[],[],[],[]]";
    check(
        "short trees as lists",
        json("", 1, &format!("\"trees\":[{}]", list(short, ",", MANY / 4 + 1))),
        false,
    );
    let leaves: Vec<String> = (0..MANY / 8 + 1).map(|id| tree(id, 1, "-1", "-1") + "}").collect();
    check("trees of one leaf", forest(&leaves.join(","), leaves.len()), true);
    check("many features", json("", 65_536, &one_leaf()), true);
    check(
        "names of no length",
        json(&list("\"\"", ",", MANY), 1, &one_leaf()),
        false,
    );
    check(
        "names of features",
        json(&list("\"\"", ",", 65_536), 65_536, &one_leaf()),
        true,
    );
    // A tree of as many nodes as fit: full, so that it is not deep.
    let nodes = (1 << 18) - 1;
    let child = |plus: usize| -> String {
        let of = |node: usize| {
            if 2 * node + 2 < nodes {
                (2 * node + plus).to_string()
            } else {
                "-1".to_owned()
            }
        };
        (0..nodes).map(of).collect::<Vec<_>>().join(",")
    };
    check(
        "a large tree",
        forest(&(tree(0, nodes, &child(1), &child(2)) + "}"), 1),
        true,
    );
    let none = list("-1", ",", MANY);
    check(
        "a tree of deleted nodes",
        forest(&(tree(0, MANY, &none, &none) + "}"), 1),
        true,
    );
    // Each node tests one category of many, or the last one that there is.
    for category in [9_999_999, 16_777_215] {
        let sets = format!(
            ",\"split_type\":[{}],\"categories\":[{category}],\"categories_nodes\":[0],\"categories_segments\":[0],\
             \"categories_sizes\":[1]}}",
            "1,0,0"
        );
        let trees: Vec<String> = (0..2000).map(|id| tree(id, 3, "1,-1,-1", "2,-1,-1") + &sets).collect();
        check(
            "one category of very many",
            forest(&trees.join(","), trees.len()),
            false,
        );
    }
    let frame = |encoding: &str| json("", 1, &format!("{},\"cats\":{{\"enc\":[{encoding}]}}", one_leaf()));
    check(
        "levels of no length",
        frame(&format!("{{\"offsets\":[{}],\"values\":[]}}", list("0", ",", MANY))),
        true,
    );
    check(
        "levels that are numbers",
        frame(&format!("{{\"type\":9,\"values\":[{}]}}", list("0", ",", MANY))),
        true,
    );
    check("features without levels", frame(&list("{}", ",", MANY)), false);
    check(
        "words for numbers",
        json("", 1, &format!("\"loss\":[{}]", list("NaN", ",", MANY))),
        false,
    );
    check("nesting", "{\"a\":".repeat(MANY), false);
    check(
        "a long text",
        json("", 1, &format!("\"a\":\"{}\"", "\\u00e9".repeat(MANY))),
        false,
    );
}

/// A key or a text of UBJSON.
fn text(text: &str) -> Vec<u8> {
    [&[b'l'][..], &(text.len() as u32).to_be_bytes(), text.as_bytes()].concat()
}

/// The beginning of a model, up to the value of a key of its tree model.
fn ubjson(key: &str) -> Vec<u8> {
    let mut bytes = b"{".to_vec();
    for key in ["learner", "gradient_booster", "model"] {
        bytes.extend([&text(key)[..], b"{"].concat());
    }
    bytes.extend(text(key));
    bytes
}

/// An array of elements of a byte: the least that anything takes.
fn bytes_array(count: usize, value: u8) -> Vec<u8> {
    [&b"[$U#l"[..], &(count as u32).to_be_bytes(), &vec![value; count]].concat()
}

fn xgboost_ubjson() {
    let check = |name: &str, parts: &[&[u8]]| check(name, &parts.concat(), Format::XgBoost, false);
    // What is announced and is not there.
    let huge = i64::MAX.to_be_bytes();
    for element in *b"iUIlLdDZTFNCSH[{" {
        check(
            "announced elements",
            &[&ubjson("trees"), b"[$", &[element], b"#L", &huge],
        );
        check("announced fields", &[&ubjson("trees"), b"{$", &[element], b"#L", &huge]);
    }
    check("announced trees", &[&ubjson("trees"), b"[#L", &huge]);
    check("an announced text", &[&ubjson("trees"), b"SL", &huge]);
    check("an announced key", &[&ubjson("trees"), b"{L", &huge]);
    let many = (MANY as u32).to_be_bytes();
    check(
        "as many trees as there are bytes",
        &[&ubjson("trees"), b"[#l", &many, &vec![b'{'; MANY]],
    );
    // The shortest elements of everything that a list can hold.
    check("tree_info", &[&ubjson("tree_info"), &bytes_array(MANY, 0)]);
    check("weight_drop", &[&ubjson("weight_drop"), &bytes_array(MANY, 1)]);
    check("trees without content", &[&ubjson("trees"), b"[", &b"{}".repeat(MANY)]);
    check("trees as lists", &[&ubjson("trees"), b"[", &b"[]".repeat(MANY)]);
    let short = [&b"[U\x01[SU\x011]"[..], &b"[]".repeat(11), b"]"].concat();
    check(
        "short trees as lists",
        &[&ubjson("trees"), b"[", &short.repeat(MANY / 4 + 1)],
    );
    for key in [
        "left_children",
        "split_conditions",
        "default_left",
        "split_type",
        "categories_segments",
    ] {
        check(key, &[&ubjson("trees"), b"[{", &text(key), &bytes_array(MANY, 1)]);
    }
    let frame = [&ubjson("cats")[..], b"{", &text("enc"), b"["].concat();
    check("features without fields", &[&frame, &b"{}".repeat(MANY)]);
    check("features without levels", &[&frame, &b"[ZZ[]]".repeat(MANY)]);
    let values = [&text("values")[..], b"[]}"].concat();
    let offsets = [&b"{"[..], &text("offsets"), &bytes_array(MANY, 0), &values].concat();
    check("levels of no length", &[&frame, &offsets]);
    check("nesting", &[&ubjson("a"), &vec![b'['; MANY]]);
    let name = b"SU\0".repeat(MANY);
    check(
        "names of no length",
        &[b"{", &text("learner"), b"{", &text("feature_names"), b"[", &name],
    );
    // A whole model, whose levels have no length.
    let mut whole = [&frame[..], &offsets, b"]}"].concat();
    whole.extend([&text("tree_info")[..], b"[U\0]", &text("trees"), b"[{"].concat());
    for (key, value) in [
        ("id", &b"U\0"[..]),
        (
            "tree_param",
            &[&b"{"[..], &text("num_nodes"), b"S", &text("1"), b"}"].concat(),
        ),
        ("left_children", b"[i\xff]"),
        ("right_children", b"[i\xff]"),
        ("split_indices", b"[U\0]"),
        ("split_conditions", b"[d\0\0\0\0]"),
        ("default_left", b"[U\0]"),
        ("sum_hessian", b"[d\0\0\0\0]"),
    ] {
        whole.extend([&text(key)[..], value].concat());
    }
    whole.extend(b"}]");
    whole.extend([&b"}"[..], &text("name"), b"S", &text("gbtree"), b"}"].concat());
    whole.extend(
        [
            &text("objective")[..],
            b"{",
            &text("name"),
            b"S",
            &text("binary:logistic"),
            b"}",
        ]
        .concat(),
    );
    whole.extend([&text("learner_model_param")[..], b"{"].concat());
    for (key, value) in [("base_score", "0.5"), ("num_class", "0"), ("num_feature", "1")] {
        whole.extend([&text(key)[..], b"S", &text(value)].concat());
    }
    whole.extend([&b"}}"[..], &text("version"), b"[U\x03]}"].concat());
    check_model("levels of no length in a whole model", &whole);
}

/// As [`check`], of a model that can be read.
fn check_model(name: &str, bytes: &[u8]) {
    check(name, bytes, Format::XgBoost, true);
}

/// An array of JSON with very many elements.
fn array(element: &str) -> String {
    format!("[{}]", list(element, ",", MANY))
}

fn catboost() {
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
        ("trees of a leaf", String::new(), trees(&array(leaf)), "0", true),
        ("empty trees", String::new(), trees(&array("{}")), "0", false),
        (
            "branches of a leaf",
            String::new(),
            format!("\"trees\":{}", array("{\"value\":0}")),
            "0",
            true,
        ),
        (
            "empty branches",
            String::new(),
            format!("\"trees\":{}", array("{}")),
            "0",
            false,
        ),
        ("a full tree", floats(",\"borders\":[0]"), full, "0", true),
        (
            "leaves",
            String::new(),
            trees(&format!("[{{\"leaf_values\":{}}}]", array("0"))),
            "0",
            false,
        ),
        ("weights", String::new(), tree("leaf_weights", &array("0")), "0", false),
        ("splits", String::new(), tree("splits", &array(split)), "0", false),
        (
            "outputs of a leaf",
            String::new(),
            format!("\"trees\":[{{\"value\":{}}}]", array("0")),
            "0",
            false,
        ),
        ("biases", String::new(), trees("[]"), &array("0"), false),
        (
            "floats",
            format!("\"float_features\":{}", array(&format!("{{{float}}}"))),
            trees("[]"),
            "0",
            false,
        ),
        (
            "borders",
            floats(&format!(",\"borders\":{}", array("0"))),
            trees("[]"),
            "0",
            false,
        ),
        (
            "names of levels",
            format!("\"cat_features_hash\":{}", array("{\"hash\":0,\"value\":\"\"}")),
            trees("[]"),
            "0",
            true,
        ),
        (
            "levels",
            format!(
                "\"categorical_features\":[{{\"feature_index\":0,\"flat_feature_index\":0,\
                 \"values\":{},\"string_values\":{}}}]",
                array("0"),
                array("\"\"")
            ),
            trees("[]"),
            "0",
            false,
        ),
        (
            "what is not read",
            format!("\"ctrs\":{}", array("{\"a\":[[]]}")),
            trees("[]"),
            "0",
            true,
        ),
    ] {
        let model = document(&features, &trees, bias);
        check(name, model.as_bytes(), Format::CatBoost, is_read);
    }
}

fn onnx() {
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
        check(name, &model, Format::Onnx, false);
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
    check("trees of a leaf", &leaves.bytes(), Format::Onnx, true);
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
    check("equalities", &levels.bytes(), Format::Onnx, true);
    levels.columns = 65_536;
    check("columns", &levels.bytes(), Format::Onnx, true);
    let mut wide = Model::regressor();
    wide.columns = 65_536;
    check("columns of a small model", &wide.bytes(), Format::Onnx, true);
    wide.columns = i64::MAX;
    check("too many columns", &wide.bytes(), Format::Onnx, false);
    let lengths: Vec<u8> = [&[0x0a][..], &[0xff; 9], &[1]].concat();
    for field in [7_u8, 8] {
        let huge = [&[field << 3 | 2][..], &lengths[1..]].concat();
        check("a huge length", &huge, Format::Onnx, false);
    }
}

/// One test only: others would allocate at the same time.
#[test]
fn reading_takes_no_more_memory_than_the_bytes_justify() {
    lightgbm();
    xgboost_json();
    xgboost_ubjson();
    catboost();
    onnx();
}
