//! What a model's background may take once an explainer is made of it: the worst that trees can be, counted. A test binary
//! of its own, because the allocator that counts is global.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "support/memory.rs"]
mod memory;
mod support;

use candor_core::Scorer;
use candor_core::artifact::{Background, Model};
use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::preprocessing::Source;
use candor_core::schema::NumberKind;
use memory::peak_of;
use support::{Random, fields, small_model};

/// A path of `depth` nodes, each of a feature of its own, whose last `bushy` levels are a full tree: nearly all leaves are
/// as deep as can be, and no two nodes on the way to a leaf share a feature.
fn deep(depth: usize, bushy: u32) -> Tree {
    let chain = depth - bushy as usize;
    let full: usize = (1 << bushy) - 1;
    let node = |level: usize, left: Child, right: Child| Node {
        feature: level as u16,
        test: Test::AtMost(0.0, Missing::Left),
        left,
        right,
    };
    let leaf = |place: usize| Child::Leaf(place as u32);
    let mut nodes: Vec<Node> = (0..chain)
        .map(|level| node(level, leaf(level), Child::Node(level as u32 + 1)))
        .collect();
    for place in 0..full {
        let level = chain + (place + 1).ilog2() as usize;
        let below = |place: usize| match place {
            place if place < full => Child::Node((chain + place) as u32),
            place => leaf(chain + place - full),
        };
        nodes.push(node(level, below(2 * place + 1), below(2 * place + 2)));
    }
    let leaves = nodes.len() + 1;
    Tree {
        nodes,
        leaves: vec![0.5; leaves],
        covers: vec![1.0; leaves],
        category_words: Vec::new(),
    }
}

/// A model of such trees, with as many background rows as there may be, no two of which fail the same tests.
fn model(depth: usize, bushy: u32, trees: usize) -> Model {
    let mut model = small_model::without_parity();
    let (field, feature) = (
        fields::number(NumberKind::default()),
        model.preprocessing.features[0].clone(),
    );
    let (reference, importance) = (model.reference.fields[0].clone(), model.reference.importance[0]);
    model.schema.fields = (0..depth)
        .map(|place| {
            let name = format!("F{place}");
            let mut field = field.clone();
            field.name = name;
            field
        })
        .collect();
    model.preprocessing.features = (0..depth)
        .map(|place| {
            let mut feature = feature.clone();
            feature.name = format!("F{place}");
            feature.source = Source::Field(place as u16);
            feature
        })
        .collect();
    model.reference.fields = vec![reference; depth];
    model.reference.importance = vec![importance; depth];
    let mut random = Random::new(5);
    let mut row = || {
        (0..depth)
            .map(|_| if random.chance(0.5) { 1.0 } else { -1.0 })
            .collect()
    };
    model.background = Some(Background {
        rows: (0..Background::MOST_ROWS).map(|_| row()).collect(),
    });
    model.ensemble = Ensemble::new(vec![deep(depth, bushy); trees]);
    model
}

/// The most bytes a leaf that making an explainer takes.
fn per_leaf(depth: usize, bushy: u32, trees: usize) -> f64 {
    let model = model(depth, bushy, trees);
    let leaves = model.ensemble.leaf_count();
    let file = model.to_bytes().unwrap();
    let scorer = Scorer::from_bytes(&file).unwrap();
    let (explainer, peak) = peak_of(|| scorer.background().unwrap());
    assert!(explainer.base_value().is_finite());
    let found = peak as f64 / leaves as f64;
    println!(
        "{trees} trees, {depth} deep, {leaves} leaves: {found:.0} bytes a leaf, {:.1} for each of the file's {}",
        peak as f64 / file.len() as f64,
        file.len()
    );
    found
}

/// One test only: others would allocate at the same time. ARCHITECTURE.md says these figures.
#[test]
fn an_explainer_takes_no_more_a_leaf_than_is_said() {
    // A path of d features has min(64, 2^d) groups of 8 bytes, or of 20 past 32 features, and 8 bytes for each feature.
    // A list that grows has room for twice as many, and has held the half while it was copied.
    for (depth, bushy, trees, most) in [(8, 8, 20, 650.0), (32, 10, 1, 2_200.0), (128, 10, 1, 6_000.0)] {
        let found = per_leaf(depth, bushy, trees);
        assert!(found <= most, "{depth} deep: {found} bytes a leaf, and {most} are said");
    }
}
