//! A file cannot make the loader take more memory than the file justifies. A test binary of its own, because the
//! allocator that counts is global.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "support/memory.rs"]
mod memory;
mod support;

use candor_core::artifact::FORMAT_VERSION;
use candor_core::ensemble::{Child, Levels, Missing, Node, Test, Tree};
use candor_core::preprocessing::Program;
use candor_core::preprocessing::expression::Operation;
use candor_core::records::{Selection, Table};
use candor_core::{Model, Records, Scorer, Text};
use support::{HEADER, cbor, file_around, file_of, tiny_model};

/// Beside a multiple of the file: the rules of quadrature, the scorer itself, messages.
const CONSTANT: usize = 64 << 10;
/// Most bytes per byte of a file, of those taken while it is read, and of all with what a scorer makes of its trees.
const FACTOR: usize = 64;
/// The same for files that are refused before any tree is compiled: that is reading alone.
const READING: usize = 32;

/// Most bytes taken at once while loading, beyond those in use before, and whether it was loaded.
fn peak_of(bytes: &[u8]) -> (usize, bool) {
    let (loaded, peak) = memory::peak_of(|| Scorer::from_bytes(bytes).is_ok());
    (peak, loaded)
}

/// A model with a table of related records, of which nothing is made.
fn with_records(mut model: Model) -> Model {
    let field = model.schema.fields[0].clone();
    let selection = Selection {
        per_parent: false,
        condition: None,
        latest: 0,
        value: None,
        results: vec![],
    };
    let table = Table {
        name: "loans".into(),
        label: Text::new("loans", "crédits"),
        parent: None,
        key: Some("LOAN".into()),
        client_key: Some("CLIENT".into()),
        parent_key: None,
        once_a_time: false,
        time: 0,
        fields: vec![field],
        unused_columns: vec!["NOTE".into()],
        nested: 0,
        derived: vec![Program::new(vec![Operation::Field(0)])],
        selections: vec![selection],
    };
    model.records = Some(Records { tables: vec![table] });
    model
}

/// One test only: others would allocate at the same time.
#[test]
fn loading_takes_no_more_memory_than_the_file_justifies() {
    let document = with_records(tiny_model()).document();
    let whole = file_around(FORMAT_VERSION, &document);
    let (peak, loaded) = peak_of(&whole);
    assert!(loaded && peak > whole.len(), "the allocator counts: {peak}");
    assert!(
        peak <= FACTOR * whole.len() + CONSTANT,
        "{peak} bytes for {}",
        whole.len()
    );

    // Everything that has a head in turn announces more than any memory has, or all that is left and a little.
    let items: Vec<cbor::Item> = cbor::items(&document);
    let headed = items.iter().filter(|item| item.major >= 2 && item.major <= 5);
    assert!(headed.clone().count() > 300, "{}", headed.count());
    for item in headed {
        let left = (document.len() - item.at - item.head) as u64;
        for major in [item.major, 2, 3, 4, 5] {
            for value in [
                u64::MAX,
                1 << 60,
                u64::from(u32::MAX),
                left,
                left / 2,
                left / 5,
                left / 24,
            ] {
                let head = cbor::head(major, value);
                let hostile = [&document[..item.at], &head, &document[item.at + item.head..]].concat();
                let bytes = file_around(FORMAT_VERSION, &hostile);
                let (peak, loaded) = peak_of(&bytes);
                assert!(!loaded || value == item.value, "{value} announced at {}", item.at);
                let most = if loaded { FACTOR } else { READING };
                assert!(
                    peak <= most * bytes.len() + CONSTANT,
                    "{peak} bytes for {} at {}",
                    bytes.len(),
                    item.at
                );
            }
        }
    }

    // Many small things: texts, levels, operations, numbers, each as short as it can be.
    let count = 100_000;
    let empty = cbor::text("");
    let none = cbor::array(&[]);
    let text = [&[0xa2, 0][..], &empty, &[1], &empty].concat();
    let level = [&[0xa2, 0][..], &empty, &[1], &text].concat();
    let group = [&[0xa3, 0][..], &empty, &[1], &text, &[2], &text].concat();
    let excluded = level.clone();
    let flag = [&[0x82, 1, 0xa2, 0][..], &empty, &[1], &empty].concat();
    let field = [
        &[0xa7, 0][..],
        &empty,
        &[1],
        &flag,
        &[2, 0, 3],
        &text,
        &[4],
        &text,
        &[6, 0, 7, 0xf5],
    ]
    .concat();
    let feature = [&[0xa4, 0][..], &empty, &[1], &text, &[3, 0, 4, 0x82, 0, 0]].concat();
    let part = [&[0xa3, 0][..], &empty, &[1, 0, 2, 0]].concat();
    let parity = [&[0xa3, 0][..], &none, &[1, 0, 2, 0]].concat();
    let program = [&[0xa1, 0][..], &none].concat();
    let selection = [&[0xa3, 0, 0xf4, 2, 0, 4][..], &none].concat();
    let table = [
        &[0xa9, 0][..],
        &empty,
        &[1],
        &text,
        &[6, 0xf4, 7, 0, 8],
        &none,
        &[9],
        &none,
        &[10, 0, 11],
        &none,
        &[12],
        &none,
    ]
    .concat();
    let mut worst = 0;
    for (path, element) in [
        (&[0, 5][..], &empty),
        (&[0, 3], &group),
        (&[0, 4], &field),
        (&[0, 4, 5, 1, 1, 0], &level),
        (&[0, 4, 5, 1, 1, 1], &empty),
        (&[1, 0], &feature),
        (&[1, 0, 7, 4, 1, 1, 0], &cbor::unsigned(0)),
        (&[4, 5], &excluded),
        (&[6, 5], &part),
        (&[6, 6], &empty),
        (&[6, 7], &empty),
        (&[7], &parity),
        (&[8, 0], &cbor::bytes(&[])),
        (&[9, 0], &table),
        (&[9, 0, 0, 8], &field),
        (&[9, 0, 0, 9], &empty),
        (&[9, 0, 0, 11], &program),
        (&[9, 0, 0, 11, 0, 0], &cbor::unsigned(0)),
        (&[9, 0, 0, 12], &selection),
        // Results of a selection take less memory than bytes.
    ] {
        let list = cbor::array(&vec![element.clone(); count]);
        let bytes = file_around(
            FORMAT_VERSION,
            &cbor::replaced(&document, cbor::value_at(&document, path), &list),
        );
        let (peak, loaded) = peak_of(&bytes);
        assert!(peak > bytes.len(), "{path:?}: {peak} bytes: the elements were not read");
        let most = if loaded { FACTOR } else { READING };
        assert!(
            peak <= most * bytes.len() + CONSTANT,
            "{path:?}: {peak} bytes for {}",
            bytes.len()
        );
        worst = worst.max(peak / bytes.len());
        // As long as it is, the list may also be cut short, or announce more than there is.
        let cut = &bytes[HEADER..bytes.len() - document.len()];
        let (peak, loaded) = peak_of(&file_around(FORMAT_VERSION, cut));
        assert!(
            !loaded && peak <= READING * cut.len() + CONSTANT,
            "{path:?}: {peak} bytes for {}",
            cut.len()
        );
    }
    assert!(worst >= 20, "the smallest elements are among those tried: {worst}");

    // Entries of a map that is kept as one.
    let parameters: Vec<u8> = (0..count as u32)
        .flat_map(|index| [cbor::text(&format!("{index:05}")), empty.clone()].concat())
        .collect();
    let map = [cbor::head(5, count as u64), parameters].concat();
    let bytes = file_around(
        FORMAT_VERSION,
        &cbor::replaced(&document, cbor::value_at(&document, &[6, 3]), &map),
    );
    let (peak, loaded) = peak_of(&bytes);
    assert!(
        loaded && peak <= READING * bytes.len() + CONSTANT,
        "{peak} bytes for {}",
        bytes.len()
    );

    // Trees: of one leaf, of one node, as deep as they may be, and of sets without words.
    let leaf = |value: f64| Tree {
        nodes: vec![],
        leaves: vec![value],
        covers: vec![0.0],
        category_words: vec![],
    };
    let chain = |depth: u32, test: Test| Tree {
        nodes: (0..depth)
            .map(|index| Node {
                feature: index as u16,
                test,
                left: Child::Leaf(index),
                right: if index + 1 == depth {
                    Child::Leaf(depth)
                } else {
                    Child::Node(index + 1)
                },
            })
            .collect(),
        leaves: vec![0.0; depth as usize + 1],
        covers: vec![1.0; depth as usize + 1],
        category_words: vec![],
    };
    let numeric = Test::AtMost(0.0, Missing::Left);
    let set = Test::InSet {
        start: 0,
        length: 0,
        levels: Levels::Truncated,
        missing_left: false,
    };
    for (name, tree, count) in [
        ("leaf", leaf(0.0), 50_000),
        ("node", chain(1, numeric), 20_000),
        ("set", chain(1, set), 20_000),
        ("eight", chain(8, numeric), 4_000),
        ("deep", chain(128, numeric), 500),
        ("deep sets", chain(128, set), 500),
    ] {
        let mut model = tiny_model();
        let feature = model.preprocessing.features[0].clone();
        model.preprocessing.features = vec![feature; 128];
        model.reference.importance = vec![0.0; 128];
        model.ensemble.trees = vec![tree; count];
        let bytes = file_of(&model);
        let (peak, loaded) = peak_of(&bytes);
        assert!(loaded, "{name}");
        println!("{name}: {:.1} times the file", peak as f64 / bytes.len() as f64);
        assert!(
            peak <= FACTOR * bytes.len() + CONSTANT,
            "{name}: {peak} bytes for {}",
            bytes.len()
        );
        // A leaf that is no number is found when all has been read and nothing is compiled yet.
        model.ensemble.trees[0].leaves[0] = f64::NAN;
        let (peak, loaded) = peak_of(&file_of(&model));
        println!(
            "{name}, reading alone: {:.1} times the file",
            peak as f64 / bytes.len() as f64
        );
        assert!(
            !loaded && peak <= READING * bytes.len() + CONSTANT,
            "{name}: {peak} bytes for {}",
            bytes.len()
        );
    }
}
