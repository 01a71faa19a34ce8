//! What explainers against a model's background and of interactions may take: the worst that trees can be, counted. A test
//! binary of its own, because the allocator that counts is global.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "support/memory.rs"]
mod memory;
mod support;

use candor_core::artifact::{Background, Model};
use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::preprocessing::Source;
use candor_core::schema::NumberKind;
use candor_core::shap::BackgroundError;
use candor_core::{Application, Interactions, Scorer};
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

/// A model of so many features, with as many background rows as there may be, no two of which fail the same tests.
fn model(features: usize, trees: Vec<Tree>) -> Model {
    let mut model = small_model::without_parity();
    let (field, feature) = (
        fields::number(NumberKind::default()),
        model.preprocessing.features[0].clone(),
    );
    let (reference, importance) = (model.reference.fields[0].clone(), model.reference.importance[0]);
    model.schema.fields = (0..features)
        .map(|place| {
            let name = format!("F{place}");
            let mut field = field.clone();
            field.name = name;
            field
        })
        .collect();
    model.preprocessing.features = (0..features)
        .map(|place| {
            let mut feature = feature.clone();
            feature.name = format!("F{place}");
            feature.source = Source::Field(place as u16);
            feature
        })
        .collect();
    model.reference.fields = vec![reference; features];
    model.reference.importance = vec![importance; features];
    let mut random = Random::new(5);
    let mut row = || {
        (0..features)
            .map(|_| if random.chance(0.5) { 1.0 } else { -1.0 })
            .collect()
    };
    model.background = Some(Background {
        rows: (0..Background::MOST_ROWS).map(|_| row()).collect(),
    });
    model.ensemble = Ensemble::new(trees);
    model
}

/// Beside a multiple of the file: the rules of quadrature, the weights of long paths, trees that are few.
const CONSTANT: usize = 1 << 20;
/// Most bytes at once for each byte of the file.
const FACTOR: usize = 64;

/// What came of `prepare` and of asking it once, if it took no more memory than the model's file justifies.
fn bounded<T>(what: &str, file: &[u8], prepare: impl FnOnce(&Scorer) -> T) -> T {
    let scorer = Scorer::from_bytes(file).unwrap();
    let (result, peak) = peak_of(|| prepare(&scorer));
    let factor = peak.saturating_sub(CONSTANT) as f64 / file.len() as f64;
    println!(
        "{what}: {peak} bytes, a megabyte and {factor:.1} for each of the file's {}",
        file.len()
    );
    assert!(
        peak <= FACTOR * file.len() + CONSTANT,
        "{what}: {peak} for {}",
        file.len()
    );
    result
}

/// One test only: others would allocate at the same time. ARCHITECTURE.md says these figures.
#[test]
fn explainers_take_no_more_than_the_file_justifies_and_refuse_first() {
    let leaf = Tree {
        nodes: vec![],
        leaves: vec![0.5],
        covers: vec![1.0],
        category_words: vec![],
    };
    // (name, features, trees, whether the groups of rows fit)
    for (name, features, trees, fits) in [
        ("leaves", 1, vec![leaf; 20_000], true),
        ("stumps", 1, vec![deep(1, 1); 10_000], true),
        ("many features", 2000, vec![deep(1, 1)], true),
        ("8 deep", 8, vec![deep(8, 8); 50], true),
        ("16 deep", 16, vec![deep(16, 13)], true),
        ("32 deep", 32, vec![deep(32, 13)], true),
        ("33 deep", 33, vec![deep(33, 13)], false),
        ("128 deep", 128, vec![deep(128, 13)], false),
        ("chains", 128, vec![deep(128, 1); 40], false),
    ] {
        let model = model(features, trees);
        let file = model.to_bytes().unwrap();
        let error = bounded(&format!("{name}, background"), &file, |scorer| {
            let nobody = Application::empty(scorer.schema());
            scorer
                .background()
                .map(|explainer| drop(explainer.explain(&nobody)))
                .err()
        });
        let most = (128 + 8 * 64) * model.ensemble.leaf_count() + (1 << 19);
        let expected = (!fits).then_some(BackgroundError::TooLarge { rows: 64, most });
        assert_eq!(error, expected, "{name}");
        if let Some(error) = error {
            let words =
                format!("64 background rows would take more than {most} bytes of memory; compare with fewer rows");
            assert!(error.to_string().contains(&words), "{error}");
            // With fewer rows it fits, and so it does where the caller brings as many.
            let scorer = Scorer::from_bytes(&file).unwrap();
            let rows = vec![Application::empty(scorer.schema()); 300];
            assert!(
                scorer.against(&rows[..10]).is_ok() && scorer.against(&rows).is_ok(),
                "{name}"
            );
        }
        bounded(&format!("{name}, interactions"), &file, |scorer| {
            let interactions = Interactions::new(scorer).unwrap();
            // The matrix is a number for each pair of features, whatever the trees are.
            if features <= 8 {
                interactions.of(&Application::empty(scorer.schema()));
            }
        });
    }
}
