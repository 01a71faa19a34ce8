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

use candor_core::import::{Format, from_bytes};
use memory::peak_of;

/// What reading may take beside a multiple of the bytes: names of features that the model only counts, and what serde
/// reserves for an announced list, at most a megabyte each and a few deep.
const CONSTANT: usize = 5 << 20;
const FACTOR: usize = 64;

/// Reads a model, and holds the memory taken meanwhile to what its bytes justify.
fn check(name: &str, bytes: &[u8], format: Format, is_model: bool) {
    let (read, peak) = peak_of(|| from_bytes(bytes, format));
    assert_eq!(read.is_ok(), is_model, "{name}: {:?}", read.err());
    assert!(
        peak <= FACTOR * bytes.len() + CONSTANT,
        "{name}: {peak} bytes for {}, {} times",
        bytes.len(),
        peak / bytes.len()
    );
    println!(
        "{name}: {:.1} bytes for each of {}",
        peak as f64 / bytes.len() as f64,
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
    check("many features", json("", 65_536, "\"tree_info\":[],\"trees\":[]"), true);
    check(
        "names of no length",
        json(&list("\"\"", ",", MANY), 1, "\"tree_info\":[],\"trees\":[]"),
        false,
    );
    check(
        "names of features",
        json(&list("\"\"", ",", 65_536), 65_536, "\"tree_info\":[],\"trees\":[]"),
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
    let frame = |encoding: &str| {
        json(
            "",
            1,
            &format!("\"tree_info\":[],\"trees\":[],\"cats\":{{\"enc\":[{encoding}]}}"),
        )
    };
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
    for (key, value) in [("trees", &b"[]"[..]), ("tree_info", b"[]")] {
        whole.extend([&text(key)[..], value].concat());
    }
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

/// One test only: others would allocate at the same time.
#[test]
fn reading_takes_no_more_memory_than_the_bytes_justify() {
    lightgbm();
    xgboost_json();
    xgboost_ubjson();
}
