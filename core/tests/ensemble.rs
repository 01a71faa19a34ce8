//! Which way a row goes at a test: the traps that importers and re-implementations fall into.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::ensemble::{Child, DEPTH_LIMIT, Ensemble, Levels, Missing, Node, Test, Tree};
use support::{Random, trees};

/// 1 when a value goes left at the test, else 0.
fn goes_left(test: Test, words: &[u32], value: f64) -> bool {
    let tree = Tree {
        nodes: vec![Node {
            feature: 0,
            test,
            left: Child::Leaf(0),
            right: Child::Leaf(1),
        }],
        leaves: vec![1.0, 0.0],
        covers: vec![1.0, 1.0],
        category_words: words.to_vec(),
    };
    tree.value(&[value]) == 1.0
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn numbers_are_compared_in_full_precision_and_missing_goes_where_it_should() {
    use Missing::{AsZero, Left, Right, ZeroLeft, ZeroRight};
    const ALL: [Missing; 5] = [AsZero, Left, Right, ZeroLeft, ZeroRight];
    // LightGBM's kZeroThreshold is the float nearest to 1e-35, which lies above the double.
    let zero_edge = f64::from(1e-35_f32);
    assert!(zero_edge > 1e-35);
    let third = 1.0_f64 / 3.0;
    for (threshold, value, kinds, left) in [
        // The threshold itself goes left; one unit in the last place decides.
        (third, third, &ALL[..], true),
        (third, third.next_up(), &ALL, false),
        (third, third.next_down(), &ALL, true),
        // A value that only a 32-bit float would put on the threshold.
        (third, f64::from(third as f32), &ALL, false),
        (-1e300, -1e300, &ALL, true),
        (-1e300, (-1e300_f64).next_up(), &ALL, false),
        // Both zeros are the same number.
        (0.0, 0.0, &[AsZero, Left, Right], true),
        (0.0, -0.0, &[AsZero, Left, Right], true),
        (-0.0, 0.0, &[AsZero, Left, Right], true),
        (-1.0, 0.0, &[ZeroLeft], true),
        (-1.0, -0.0, &[ZeroLeft], true),
        (1.0, 0.0, &[ZeroRight], false),
        (1.0, -0.0, &[ZeroRight], false),
        // Infinite values and infinite thresholds.
        (third, INF, &ALL, false),
        (third, -INF, &ALL, true),
        (INF, INF, &ALL, true),
        (-INF, -INF, &ALL, true),
        (-INF, f64::MIN, &ALL, false),
        // NaN.
        (0.0, NAN, &[AsZero, Left, ZeroLeft], true),
        (0.0, NAN, &[Right, ZeroRight], false),
        (f64::MIN_POSITIVE, NAN, &[AsZero], true),
        (-f64::MIN_POSITIVE, NAN, &[AsZero], false),
        (-0.0, NAN, &[AsZero], true),
        (-9.0, NAN, &[Left, ZeroLeft], true),
        (9.0, NAN, &[Right, ZeroRight], false),
        // What counts as zero ends at the edge, on both sides.
        (-1.0, zero_edge, &[ZeroLeft], true),
        (-1.0, zero_edge.next_up(), &[ZeroLeft], false),
        (-1.0, -zero_edge, &[ZeroLeft], true),
        (-1.0, (-zero_edge).next_down(), &[ZeroLeft], false),
        (1.0, zero_edge, &[ZeroRight], false),
        (1.0, zero_edge.next_up(), &[ZeroRight], true),
        (1.0, -zero_edge, &[ZeroRight], false),
        (1.0, (-zero_edge).next_down(), &[ZeroRight], true),
        (1.0, 1e-35, &[ZeroRight], false),
        // Without zero_as_missing a tiny number is just a number.
        (0.0, 1e-36, &[AsZero, Left, Right], false),
    ] {
        for &missing in kinds {
            assert_eq!(
                goes_left(Test::AtMost(threshold, missing), &[], value),
                left,
                "{value:e} <= {threshold:e} with {missing:?}"
            );
        }
    }
}

#[test]
fn categories_are_looked_up_in_their_own_words_only() {
    // Levels 1, 31 | 32, 63 | 64 in the set of three words; words of other sets before and after, full of ones.
    let words = [u32::MAX, 1 << 31 | 2, 1 << 31 | 1, 1, u32::MAX];
    let set = |start, length| Test::InSet {
        start,
        length,
        levels: Levels::Truncated,
        missing_left: false,
    };
    let three = set(1, 3);
    for (value, left) in [
        (1.0, true),
        (0.0, false),
        (31.0, true),
        (32.0, true),
        (33.0, false),
        (63.0, true),
        (64.0, true),
        (65.0, false),
        (95.0, false),
        (96.0, false), // the next word belongs to another set
        (1.9, true),   // truncated, as LightGBM does
        (0.9, false),
        (-1.0, false),
        (-0.5, false), // truncated to level 0, which is not in the set
        (-31.0, false),
        (NAN, false),
        (INF, false),
        (-INF, false),
        (4_294_967_296.0, false), // 0 in 32 bits
        (4_294_967_297.0, false), // 1 in 32 bits
        (1e300, false),
    ] {
        assert_eq!(goes_left(three, &words, value), left, "level {value}");
    }
    let first = set(0, 1);
    for (value, left) in [
        (-0.5, true),
        (-0.0, true),
        ((-1.0_f64).next_up(), true),
        (-1.0, false),
        (32.0, false),
    ] {
        assert_eq!(
            goes_left(first, &words, value),
            left,
            "level {value} of a set that holds level 0"
        );
    }
}

#[test]
fn each_library_reads_levels_in_its_own_way() {
    use Levels::{ExactSingle, Truncated, TruncatedSingle};
    let almost_three = 3.0_f64.next_down();
    for (value, truncated, truncated_single, exact_single) in [
        (2.0, Some(2), Some(2), Some(2)),
        (2.5, Some(2), Some(2), None),
        (almost_three, Some(2), Some(3), Some(3)), // 3 as a 32-bit float
        (-0.0, Some(0), Some(0), Some(0)),
        (-0.5, Some(0), None, None),
        (-1e-50, Some(0), Some(0), Some(0)), // −0 as a 32-bit float
        (-1.0, None, None, None),
        (16_777_215.0, Some(16_777_215), Some(16_777_215), Some(16_777_215)),
        (16_777_216.0, Some(16_777_216), None, None),
        (INF, Some(u32::MAX), None, None),
        (-INF, None, None, None),
        (NAN, None, None, None),
    ] {
        assert_eq!(Truncated.level(value), truncated, "{value}");
        assert_eq!(TruncatedSingle.level(value), truncated_single, "{value}");
        assert_eq!(ExactSingle.level(value), exact_single, "{value}");
    }
}

#[test]
fn nothing_is_in_an_empty_set_even_at_the_end_of_the_words() {
    for start in [0, 1] {
        for value in [0.0, -0.5, -0.0, 1.0, NAN, INF] {
            let empty = Test::InSet {
                start,
                length: 0,
                levels: Levels::Truncated,
                missing_left: false,
            };
            assert!(!goes_left(empty, &[u32::MAX], value), "{value} from {start}");
        }
    }
}

#[test]
fn a_row_reaches_the_leaf_that_an_independent_walk_finds() {
    let mut random = Random::new(11);
    let shape = trees::Shape {
        features: 5,
        depth: 9,
        leaf: 0.2,
        no_cover: 0.0,
    };
    for _ in 0..300 {
        let ensemble = trees::ensemble(&mut random, shape, 3);
        let row = trees::row(&mut random, 5);
        let mut expected = 0.0;
        for tree in &ensemble.trees {
            let mut child = tree.root();
            while let Child::Node(index) = child {
                let node = &tree.nodes[index as usize];
                assert_eq!(
                    tree.goes_left(node, &row),
                    trees::goes_left(tree, node, &row),
                    "{node:?} {row:?}"
                );
                child = if trees::goes_left(tree, node, &row) {
                    node.left
                } else {
                    node.right
                };
            }
            let Child::Leaf(leaf) = child else { unreachable!() };
            expected += tree.leaves[leaf as usize];
        }
        assert_eq!(ensemble.raw_score(&row).to_bits(), expected.to_bits());
    }
}

#[test]
fn trees_are_added_in_their_order() {
    let leaf = |value| Tree {
        nodes: vec![],
        leaves: vec![value],
        covers: vec![1.0],
        category_words: vec![],
    };
    // In any other order the small terms would not be lost in the same way.
    let ensemble = Ensemble::new([1e16, 1.0, -1e16, 1.0].map(leaf).to_vec());
    assert_eq!(ensemble.raw_score(&[]), 1.0);
    assert_eq!(ensemble.leaf_count(), 4);
    assert_eq!(Ensemble::new(vec![]).raw_score(&[]).to_bits(), 0);
    let scaled = Ensemble {
        trees: [1.0, 2.0].map(leaf).to_vec(),
        scale: 0.5,
        offset: -4.0,
    };
    assert_eq!((scaled.raw_score(&[]), scaled.largest_score()), (-2.5, 5.5));
    assert_eq!(DEPTH_LIMIT, 128);
}
