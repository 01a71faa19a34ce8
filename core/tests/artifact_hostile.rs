//! Documents with a right digest that no trainer wrote: each is refused with words that say what is wrong, or scores
//! without a panic.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::artifact::FORMAT_VERSION;
use candor_core::ensemble::{Child, Levels, Missing, Test, Tree};
use candor_core::preprocessing::Source;
use candor_core::schema::NumberKind;
use candor_core::{Application, FieldKind, Interactions, LoadError, Model, Scorer};
use support::small_model::{self, APPLICATIONS};
use support::{Random, cbor, file_around, file_of, tiny_model};

type Change = fn(&mut Model);

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn chain(length: u32) -> Tree {
    let mut tree = small_model::without_parity().ensemble.trees[0].clone();
    let node = tree.nodes[0].clone();
    tree.nodes = (0..length)
        .map(|index| {
            let mut node = node.clone();
            node.left = Child::Leaf(index);
            node.right = if index + 1 == length {
                Child::Leaf(length)
            } else {
                Child::Node(index + 1)
            };
            node
        })
        .collect();
    tree.leaves = vec![0.0; length as usize + 1];
    tree.covers = vec![1.0; length as usize + 1];
    tree
}

fn set(start: u32, length: u32) -> Test {
    Test::InSet {
        start,
        length,
        levels: Levels::Truncated,
        missing_left: false,
    }
}

#[test]
fn what_a_document_says_about_itself_is_not_believed() {
    let cases: [(&str, Change); 54] = [
        // Schema.
        ("schema: field 3 has no name", |m| m.schema.fields[3].name.clear()),
        ("names reason group 5, which does not exist", |m| {
            m.schema.fields[3].group = 5
        }),
        ("scale 0 is not", |m| set_number(m, |kind| kind.scale = 0.0)),
        ("scale NaN is not", |m| set_number(m, |kind| kind.scale = NAN)),
        ("scale inf is not", |m| set_number(m, |kind| kind.scale = INF)),
        ("min 5 is above max 4", |m| {
            set_number(m, |kind| (kind.min, kind.max) = (Some(5.0), Some(4.0)))
        }),
        ("min or max is not a number", |m| {
            set_number(m, |kind| kind.min = Some(NAN))
        }),
        ("min or max is not a number", |m| {
            set_number(m, |kind| kind.max = Some(NAN))
        }),
        ("yes and no are the same text", |m| {
            m.schema.fields[4].kind = FieldKind::Flag {
                no: "x".into(),
                yes: "x".into(),
            };
        }),
        ("level 'Panel' is listed twice", |m| {
            if let FieldKind::Category { levels, .. } = &mut m.schema.fields[5].kind {
                levels[3].value = "Panel".into();
            }
        }),
        // Preprocessing.
        ("feature EXT_SOURCE_2 (3): its field does not exist", |m| {
            m.preprocessing.features[3].source = Source::Field(7)
        }),
        ("its field does not exist", |m| {
            m.preprocessing.features[3].source = Source::Field(u16::MAX)
        }),
        ("its reason group does not exist", |m| {
            m.preprocessing.features[3].group = 5
        }),
        ("its imputed value is not finite", |m| {
            m.preprocessing.features[3].imputed = Some(NAN)
        }),
        ("its imputed value is not finite", |m| {
            m.preprocessing.features[3].imputed = Some(-INF)
        }),
        ("reads feature 7, which does not come before it", |m| {
            m.preprocessing.features.swap(7, 10)
        }),
        ("ensemble: tree 0: node 5 tests feature 9, and there are 8", |m| {
            m.preprocessing.features.truncate(8);
            m.reference.importance.truncate(8);
        }),
        // Trees.
        ("leaf 2 is not a finite number", |m| m.ensemble.trees[3].leaves[2] = NAN),
        ("leaf 2 is not a finite number", |m| {
            m.ensemble.trees[3].leaves[2] = -INF
        }),
        ("node 4 tests feature 12, and there are 12", |m| {
            m.ensemble.trees[3].nodes[4].feature = 12
        }),
        ("node 0 has a threshold that is not a number", |m| {
            m.ensemble.trees[3].nodes[0].test = Test::AtMost(NAN, Missing::Left)
        }),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = NAN),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = -0.1),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = INF),
        ("the scale is not", |m| m.ensemble.scale = NAN),
        ("the offset is not", |m| m.ensemble.offset = INF),
        ("deeper than 128", |m| m.ensemble.trees[3] = chain(129)),
        // Calibration and policy.
        ("calibration: slope 0 must be above 0", |m| m.calibration.slope = 0.0),
        ("calibration: slope -1 must be above 0", |m| m.calibration.slope = -1.0),
        ("calibration: slope NaN must be above 0", |m| m.calibration.slope = NAN),
        ("intercept inf finite", |m| m.calibration.intercept = INF),
        ("policy: costs must be finite and above 0", |m| {
            m.policy.costs.false_negative = NAN
        }),
        ("policy: the threshold 1 is not between 0 and 1", |m| {
            m.policy.threshold = 1.0
        }),
        ("policy: risk bounds 0.05, 0.05, 0.2 do not increase", |m| {
            m.policy.risk_bounds[1] = 0.05
        }),
        ("policy: scaling needs", |m| m.policy.scaling.odds = 0.0),
        ("policy: most_reasons must be at least 1", |m| m.policy.most_reasons = 0),
        // Reference.
        ("reference: 6 fields described, 7 exist", |m| {
            m.reference.fields.truncate(6)
        }),
        ("field FLAG_OWN_CAR has the wrong number of quantiles or shares", |m| {
            m.reference.fields[4].shares = vec![1.0; 3]
        }),
        ("score quantiles must be finite and increasing", |m| {
            m.reference.score_quantiles[0] = 0.0
        }),
        ("all other numbers finite", |m| {
            m.reference.fields[0].missing_share = NAN
        }),
        ("all other numbers finite", |m| m.reference.importance[0] = INF),
        // Background.
        ("background: 0 rows, and there may be 1 to 64", |m| rows(m).clear()),
        ("background: 65 rows, and there may be 1 to 64", |m| {
            let row = rows(m)[0].clone();
            rows(m).resize(65, row);
        }),
        ("background: row 1 has 6 values for 7 fields", |m| {
            rows(m)[1].truncate(6)
        }),
        ("background: row 0 has 8 values for 7 fields", |m| rows(m)[0].push(0.0)),
        ("row 2 has 0 values for 7 fields", |m| rows(m)[2].clear()),
        ("row 0 has a value of AMT_CREDIT that the field cannot store", |m| {
            rows(m)[0][0] = INF
        }),
        ("row 0 has a value of AMT_CREDIT that", |m| rows(m)[0][0] = -0.5),
        ("row 1 has a value of DAYS_EMPLOYED that", |m| rows(m)[1][2] = 365_243.0),
        ("row 1 has a value of FLAG_OWN_CAR that", |m| rows(m)[1][4] = 0.5),
        ("row 2 has a value of WALLSMATERIAL_MODE that", |m| rows(m)[2][5] = 4.0),
        ("row 2 has a value of WALLSMATERIAL_MODE that", |m| rows(m)[2][5] = -1.0),
        ("row 2 has a value of REGION that", |m| rows(m)[2][6] = 1.5),
        // Each leaf is finite, their sum is not.
        ("scores with intercept", |m| {
            for tree in &mut m.ensemble.trees {
                tree.leaves.fill(f64::MAX);
            }
        }),
    ];
    assert!(Scorer::from_bytes(&file_of(&small_model::model())).is_ok());
    for (words, change) in cases {
        let mut model = small_model::model();
        change(&mut model);
        for error in [Scorer::from_bytes(&file_of(&model)).err(), model.to_bytes().err()] {
            let Some(LoadError::Invalid { problem }) = &error else {
                panic!("{words}: {error:?}")
            };
            assert!(problem.contains(words), "'{problem}' does not say '{words}'");
        }
    }
}

#[test]
fn a_tree_that_is_none_is_not_written() {
    let cases: [(&str, Change); 14] = [
        ("tree 3: 11 nodes need 12 leaves, not 11", |m| {
            m.ensemble.trees[3].leaves.truncate(11)
        }),
        ("tree 3: 10 nodes need 11 leaves, not 12", |m| {
            m.ensemble.trees[3].nodes.truncate(10)
        }),
        ("tree 3: 0 nodes need 1 leaves, not 0", |m| {
            m.ensemble.trees[3].nodes.clear();
            m.ensemble.trees[3].leaves.clear();
        }),
        ("node 3 has a category set outside the tree's words", |m| {
            m.ensemble.trees[3].nodes[3].test = set(3, 1);
        }),
        ("node 3 has a category set outside the tree's words", |m| {
            m.ensemble.trees[3].nodes[3].test = set(u32::MAX, u32::MAX);
        }),
        ("outside the tree's words", |m| {
            m.ensemble.trees[3].category_words.clear()
        }),
        ("12 leaves need as many covers, not 11", |m| {
            m.ensemble.trees[3].covers.truncate(11)
        }),
        ("node 2 has a child that cannot be", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Node(2)
        }),
        ("node 2 has a child that cannot be", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Node(0)
        }),
        ("node 2 has a child that cannot be", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Node(u32::MAX)
        }),
        ("node 2 has a child that cannot be", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Leaf(12)
        }),
        ("a child of node 2 has two parents", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Node(3)
        }),
        ("a child of node 6 has two parents", |m| {
            m.ensemble.trees[3].nodes[6].left = Child::Leaf(0)
        }),
        ("node 5 has no parent before it", |m| {
            m.ensemble.trees[3].nodes[2].left = Child::Leaf(4);
        }),
    ];
    for (words, change) in cases {
        let mut model = small_model::model();
        change(&mut model);
        let Some(LoadError::Invalid { problem }) = model.to_bytes().err() else {
            panic!("{words}")
        };
        assert!(problem.contains(words), "'{problem}' does not say '{words}'");
        // Columns cannot say it: what they say instead does not make anything panic.
        use_it(&model);
    }
}

fn rows(model: &mut Model) -> &mut Vec<Vec<f64>> {
    &mut model.background.as_mut().unwrap().rows
}

fn set_number(model: &mut Model, change: fn(&mut NumberKind)) {
    if let FieldKind::Number(kind) = &mut model.schema.fields[0].kind {
        change(kind);
    }
}

/// Loads a model and scores what it can: nothing must panic.
fn use_it(model: &Model) {
    if let Ok(scorer) = Scorer::from_bytes(&file_of(model)) {
        for values in &APPLICATIONS {
            let mut application = Application::empty(scorer.schema());
            for (index, (field, text)) in scorer.schema().fields.iter().zip(values).enumerate() {
                application.set_stored(index, field.parse(text).unwrap_or(NAN));
            }
            for extreme in [INF, -INF, -0.5, 1e300, -1e300] {
                scorer.explain(&application);
                application.set_stored(0, extreme);
                application.set_stored(5, extreme);
                application.set_stored(6, extreme);
            }
        }
    }
}

#[test]
fn extreme_but_valid_numbers_do_not_make_scoring_panic() {
    let cases: [Change; 12] = [
        |m| m.ensemble.trees[0].leaves.fill(f64::MAX),
        |m| m.ensemble.trees.iter_mut().for_each(|tree| tree.leaves.fill(f64::MIN)),
        |m| m.calibration.slope = f64::MAX,
        |m| m.calibration.intercept = f64::MAX,
        |m| m.policy.scaling.points = f64::MAX,
        |m| m.policy.scaling.pdo = f64::MAX,
        |m| m.policy.scaling.pdo = 1e18,
        |m| m.policy.scaling.odds = f64::MIN_POSITIVE,
        |m| m.ensemble.trees.clear(),
        |m| {
            m.ensemble.trees.clear();
            m.preprocessing.features.clear();
            m.reference.importance.clear();
        },
        |m| m.ensemble.trees[0] = chain(128),
        |m| {
            for tree in &mut m.ensemble.trees {
                tree.nodes[3].test = set(3, 0);
                tree.nodes[4].test = set(3, 0);
            }
        },
    ];
    for change in cases {
        let mut model = small_model::without_parity();
        change(&mut model);
        use_it(&model);
        if let Ok(scorer) = Scorer::from_model(model) {
            let nothing = Application::empty(scorer.schema());
            scorer.background().unwrap().explain(&nothing);
            Interactions::new(&scorer).unwrap().of_groups(&nothing);
        }
    }
}

#[test]
fn a_tree_of_the_greatest_depth_and_all_features_fits_the_stack() {
    // The widest rule is used, whose recursion takes the most stack; a thread of a browser has one megabyte of it.
    let deep = || {
        let mut model = small_model::without_parity();
        let feature = model.preprocessing.features[0].clone();
        model.preprocessing.features = vec![feature; 128];
        model.reference.importance = vec![0.0; 128];
        let mut tree = chain(128);
        for (index, node) in tree.nodes.iter_mut().enumerate() {
            node.feature = index as u16;
            node.test = Test::AtMost(index as f64, Missing::Left);
        }
        model.ensemble.trees = vec![tree];
        use_it(&model);
    };
    // Without optimisation, frames are several times as large.
    let megabytes = if cfg!(debug_assertions) { 4 } else { 1 };
    let thread = std::thread::Builder::new()
        .stack_size(megabytes << 20)
        .spawn(deep)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn deep_nesting_is_refused_or_passed_over_and_never_followed() {
    let document = tiny_model().document();
    let whole = cbor::item(&document, 0);
    let extra = |value: &[u8]| {
        let mut entries: Vec<Vec<u8>> = cbor::entries(&document, 0)
            .iter()
            .map(|&(_, key, value)| document[key..value.end].to_vec())
            .collect();
        entries.push([&[0x18, 99], value].concat());
        cbor::with_entries(&document, 0, &entries)
    };
    let schema = cbor::value_at(&document, &[0]);
    for (open, close) in [
        (&[0x81][..], &[0xf6][..]),
        (&[0xa1, 0x00], &[0xf6]),
        (&[0xc1], &[0x00]),
        (&[0x9f], &[]),
        (&[0x9b, 0, 0, 0, 1, 0, 0, 0, 0], &[]),
    ] {
        for depth in [100, 1000, 1100, 20_000] {
            let nested = [open.repeat(depth).as_slice(), close].concat();
            // As the whole document, as an unknown key and in place of a known one.
            let passed_over = !close.is_empty();
            for (document, loads) in [
                (cbor::replaced(&document, whole, &nested), false),
                (extra(&nested), passed_over),
                (cbor::replaced(&document, schema, &nested), false),
            ] {
                let load = move || Scorer::from_bytes(&file_around(FORMAT_VERSION, &document)).err();
                let stack = if cfg!(debug_assertions) { 256 } else { 64 };
                let thread = std::thread::Builder::new().stack_size(stack << 10).spawn(load).unwrap();
                let error = thread.join().unwrap();
                match error {
                    None => assert!(loads, "{depth} {open:02x?}"),
                    Some(error) => assert!(!loads && matches!(error, LoadError::Invalid { .. }), "{depth}: {error}"),
                }
            }
        }
    }
}

#[test]
fn passing_over_a_value_ends_with_the_document() {
    // Arrays in arrays, each announcing nearly as many elements as bytes are left: half a million million in all.
    let most = 2 << 20;
    let mut nested = Vec::new();
    while nested.len() + 40 < most {
        nested.extend(cbor::head(4, (most - nested.len()) as u64 - 40));
    }
    nested.resize(most, 0x80);
    let document = tiny_model().document();
    let mut entries: Vec<Vec<u8>> = cbor::entries(&document, 0)
        .iter()
        .map(|&(_, key, value)| document[key..value.end].to_vec())
        .collect();
    entries.push([&[0x18, 99], &nested[..]].concat());
    let document = cbor::with_entries(&document, 0, &entries);
    let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &document))
        .err()
        .unwrap();
    let words = "the document ends before what it announces here";
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_document_cut_short_or_changed_at_any_byte_does_no_harm() {
    let document = tiny_model().document();
    for length in 0..document.len() {
        let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &document[..length])).err();
        assert!(matches!(error, Some(LoadError::Invalid { .. })), "{length}: {error:?}");
    }
    // Every bit of every head, and some bits of what is inside of strings.
    let mut heads = vec![false; document.len()];
    for item in cbor::items(&document) {
        heads[item.at..item.at + item.head].fill(true);
    }
    for (place, head) in heads.into_iter().enumerate() {
        for bit in (0..8).filter(|bit| head || (place + bit) % 8 == 0) {
            let mut changed = document.clone();
            changed[place] ^= 1 << bit;
            match Scorer::from_bytes(&file_around(FORMAT_VERSION, &changed)) {
                Ok(scorer) => {
                    scorer.explain(&Application::empty(scorer.schema()));
                }
                Err(error) => assert!(matches!(error, LoadError::Invalid { .. }), "byte {place}: {error}"),
            }
        }
    }
}

#[test]
fn every_value_of_another_type_is_refused() {
    let document = tiny_model().document();
    let values = [
        cbor::unsigned(3),
        vec![0x22],
        cbor::bytes(b"abc"),
        cbor::text("abc"),
        cbor::array(&[]),
        cbor::head(5, 0),
        vec![0xc1, 0x00],
        vec![0xf5],
        vec![0xf6],
        vec![0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
        vec![0xfa, 0x3f, 0x80, 0, 0],
    ];
    let mut refused = 0;
    for item in cbor::items(&document).into_iter().filter(|item| item.at > 0) {
        for value in &values {
            let first = document[item.at];
            let same_type = value[0] >> 5 == item.major && (item.major < 7 || first | 1 == value[0] | 1);
            if same_type {
                continue;
            }
            let other = cbor::replaced(&document, item, value);
            match Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)) {
                // A category of the one level that is left to it may be anything.
                Ok(_) => panic!("{value:02x?} at {}", item.at),
                Err(error) => {
                    assert!(matches!(error, LoadError::Invalid { .. }), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 5000, "{refused}");
}

#[test]
fn columns_that_do_not_fit_each_other_are_refused() {
    const LENGTHS: &str = "a column is missing or its length does not fit those of the others";
    const GOES_ON: &str = "a column goes on after the last tree";
    let document = tiny_model().document();
    let column = |key| {
        let item = cbor::value_at(&document, &[2, key]);
        (item, document[item.at + item.head..item.end].to_vec())
    };
    type Edit = fn(&mut Vec<u8>);
    // Two trees of 11 nodes and 12 leaves: 46 bits, and 2 to fill up.
    let cases: [(u64, &str, Edit); 27] = [
        (3, LENGTHS, |form| form.push(0)),
        (3, LENGTHS, |form| form.truncate(5)),
        (3, GOES_ON, |form| form[5] |= 0x80),
        (3, GOES_ON, |form| form[5] |= 0x40),
        (3, "tree 0 is not one", |form| form.fill(0xff)),
        (3, GOES_ON, |form| form.fill(0)),
        (3, "tree 1 is not one", |form| form[5] |= 0x30),
        (4, LENGTHS, |features| features.push(0)),
        (4, LENGTHS, |features| features.clear()),
        (4, "tree 0 is not one", |features| features[0] = 200),
        (5, LENGTHS, |kinds| kinds.push(0)),
        (5, LENGTHS, |kinds| kinds[0] = 5),
        (5, "tree 0 is not one", |kinds| kinds[3] = 11),
        (5, "tree 0 is not one", |kinds| kinds[3] = 255),
        (6, LENGTHS, |sizes| sizes[0] += 1),
        (6, LENGTHS, |sizes| sizes.push(0x80)),
        (7, LENGTHS, |thresholds| thresholds.push(0)),
        (7, "do not increase", |thresholds| {
            let count = thresholds.len() / 8;
            thresholds.chunks_exact_mut(count).for_each(|plane| plane.swap(0, 1));
        }),
        (7, "do not increase", |thresholds| {
            let count = thresholds.len() / 8;
            thresholds.chunks_exact_mut(count).for_each(|plane| plane[1] = plane[0]);
        }),
        (8, LENGTHS, |places| places.push(0)),
        (8, "tree 0 is not one", |places| places[0] = 255),
        (9, GOES_ON, |lengths| lengths.push(0)),
        (9, "tree 1 is not one", |lengths| lengths[3] = 3),
        (9, "tree 0 is not one", |lengths| lengths[0] = 0xff),
        (10, GOES_ON, |words| words.extend([0; 4])),
        (11, LENGTHS, |leaves| leaves.truncate(23 * 8)),
        (12, LENGTHS, |covers| covers.push(1)),
    ];
    for (key, words, edit) in cases {
        let (item, mut bytes) = column(key);
        edit(&mut bytes);
        let other = cbor::replaced(&document, item, &cbor::bytes(&bytes));
        let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)).err();
        let Some(LoadError::Invalid { problem }) = &error else {
            panic!("column {key}, '{words}': {error:?}")
        };
        assert!(
            problem.contains(words),
            "column {key}: '{problem}' does not say '{words}'"
        );
    }
    // Another number of trees, a column too few, and covers in two forms.
    let count = cbor::value_at(&document, &[2, 2]);
    for (number, words) in [
        (1, LENGTHS),
        (3, LENGTHS),
        (0, LENGTHS),
        (24, LENGTHS),
        (u64::MAX, LENGTHS),
    ] {
        let other = cbor::replaced(&document, count, &cbor::unsigned(number));
        let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)).err().unwrap();
        assert!(error.to_string().contains(words), "{number} trees: {error}");
    }
    let ensemble = cbor::value_at(&document, &[2]);
    let entries: Vec<Vec<u8>> = cbor::entries(&document, ensemble.at)
        .iter()
        .map(|&(_, key, value)| document[key..value.end].to_vec())
        .collect();
    for index in 0..entries.len() {
        let mut fewer = entries.clone();
        fewer.remove(index);
        let other = cbor::with_entries(&document, ensemble.at, &fewer);
        let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)).err().unwrap();
        let words = if index < 3 { "it is missing" } else { LENGTHS };
        assert!(error.to_string().contains(words), "without entry {index}: {error}");
    }
    let twice = [entries, vec![[cbor::unsigned(14), cbor::bytes(&[0; 24 * 8])].concat()]].concat();
    let other = cbor::with_entries(&document, ensemble.at, &twice);
    let error = Scorer::from_bytes(&file_around(FORMAT_VERSION, &other)).err().unwrap();
    assert!(error.to_string().contains(LENGTHS), "{error}");
}

#[test]
fn no_changed_byte_behind_a_right_digest_makes_loading_or_scoring_panic() {
    let document = tiny_model().document();
    let mut random = Random::new(61);
    let (mut loaded, mut refused) = (0, 0);
    for round in 0..8_000 {
        let mut document = document.clone();
        // Every other time within the trees, which are the smaller part of a model as small as this one.
        let trees = cbor::value_at(&document, &[2]);
        let places = if round % 2 == 0 {
            0..document.len()
        } else {
            trees.at..trees.end
        };
        for _ in 0..=random.below(2) {
            let place = (places.start + random.below(places.len())).min(document.len() - 1);
            match random.below(4) {
                0 => document[place] = random.bits() as u8,
                1 => document[place] ^= 1 << random.below(8),
                2 if round % 2 == 0 => document.truncate(place),
                _ => document.insert(place, *random.pick(&[0xf6, 0x00, 0xff, 0x80, 0xa0, 0x5f, 0xfb])),
            }
            if document.is_empty() {
                break;
            }
        }
        match Scorer::from_bytes(&file_around(FORMAT_VERSION, &document)) {
            Ok(scorer) => {
                loaded += 1;
                let application = Application::empty(scorer.schema());
                scorer.explain(&application);
            }
            Err(error) => {
                refused += 1;
                assert!(matches!(error, LoadError::Invalid { .. }), "{error}");
            }
        }
    }
    assert!(loaded > 200 && refused > 500, "{loaded} loaded, {refused} refused");
}
