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
use candor_core::{Application, FieldKind, LoadError, Model, Scorer};
use support::small_model::{self, APPLICATIONS};
use support::{Random, file_around, file_of, tiny_model};

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
    let cases: [(&str, Change); 56] = [
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
        ("node 3 has a category set outside the tree's words", |m| {
            m.ensemble.trees[3].nodes[3].test = set(3, 1);
        }),
        ("node 3 has a category set outside the tree's words", |m| {
            m.ensemble.trees[3].nodes[3].test = set(u32::MAX, u32::MAX);
        }),
        ("outside the tree's words", |m| {
            m.ensemble.trees[3].category_words.clear()
        }),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = NAN),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = -0.1),
        ("the cover of leaf 4 is not", |m| m.ensemble.trees[3].covers[4] = INF),
        ("12 leaves need as many covers, not 11", |m| {
            m.ensemble.trees[3].covers.truncate(11)
        }),
        ("the scale NaN is not", |m| m.ensemble.scale = NAN),
        ("the offset inf is not", |m| m.ensemble.offset = INF),
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
fn deep_nesting_is_refused_and_not_followed() {
    let document = rmp_serde::to_vec_named(&tiny_model()).unwrap();
    for (open, close) in [
        (&[0x91][..], &[0xc0][..]),
        (&[0x81, 0xc0], &[0xc0]),
        (&[0xdd, 0, 0, 0, 1], &[]),
    ] {
        for depth in [100, 1000, 1100, 20_000] {
            let nested = [open.repeat(depth).as_slice(), close].concat();
            // As the whole document, as an unknown key and in place of a known one.
            for document in [
                nested.clone(),
                [&[0x89][..], &document[1..], b"\xa5extra", &nested].concat(),
                [b"\x88\xa6schema".as_slice(), &nested].concat(),
            ] {
                let load = move || Scorer::from_bytes(&file_around(FORMAT_VERSION, &document)).err();
                let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(load).unwrap();
                let error = thread.join().unwrap();
                assert!(matches!(error, Some(LoadError::Invalid { .. })), "{depth}: {error:?}");
            }
        }
    }
}

#[test]
fn no_changed_byte_behind_a_right_digest_makes_loading_or_scoring_panic() {
    let document = rmp_serde::to_vec_named(&tiny_model()).unwrap();
    let mut random = Random::new(61);
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..6_000 {
        let mut document = document.clone();
        for _ in 0..=random.below(2) {
            let place = random.below(document.len());
            match random.below(4) {
                0 => document[place] = random.bits() as u8,
                1 => document[place] ^= 1 << random.below(8),
                2 => document.truncate(place),
                _ => document.insert(place, *random.pick(&[0xc0, 0x00, 0xff, 0x80, 0x90, 0xdf, 0xcb])),
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
