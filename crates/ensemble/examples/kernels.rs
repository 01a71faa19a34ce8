//! The two kernels and little else, for counting the instructions that they execute.
//!
//! `kernels score 3` scores each of some fixed rows three times, one row a call; `kernels contributions 3` explains them.
//! It prints how many rows a turn has and which vectors they are computed with. What a turn costs is the difference
//! between two runs: making the trees is the same in both. `cargo xtask gates` counts with valgrind.

use candor_ensemble::shap::Explainer;
use candor_ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use std::env;
use std::hint::black_box;
use std::process::ExitCode;

/// The size of a model that is trained on all seven tables of Home Credit.
const TREES: usize = 1000;
const LEAVES: usize = 34;
const FEATURES: u16 = 180;
const DEPTH: usize = 8;
const ROWS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (kernel, turns) = (
        arguments.next().unwrap_or_default(),
        arguments.next().and_then(|turns| turns.parse::<usize>().ok()),
    );
    let Some(turns) = turns.filter(|_| ["score", "contributions"].contains(&kernel.as_str())) else {
        eprintln!("usage: kernels score|contributions TURNS");
        return ExitCode::from(2);
    };
    let mut random = Random(7);
    let ensemble = Ensemble::new((0..TREES).map(|_| tree(&mut random)).collect());
    let explainer = Explainer::new(&ensemble);
    let rows: Vec<Vec<f64>> = (0..ROWS)
        .map(|_| (0..FEATURES).map(|_| value(&mut random)).collect())
        .collect();
    let mut contributions = vec![0.0; usize::from(FEATURES)];
    for row in (0..turns).flat_map(|_| &rows) {
        if kernel == "score" {
            black_box(explainer.compiled().raw_score(black_box(row)));
        } else {
            black_box(explainer.contributions(black_box(row), &mut contributions));
        }
    }
    println!("{ROWS} {}", vectors());
    ExitCode::SUCCESS
}

/// What the kernels choose when they run.
#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    match pulp::Arch::new() {
        pulp::Arch::V3(_) => "x86-64-v3",
        _ => "x86-64",
    }
}

/// What the kernels are compiled for.
#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    env::consts::ARCH
}

/// A tree that grows at random leaves.
fn tree(random: &mut Random) -> Tree {
    let mut tree = Tree {
        nodes: Vec::new(),
        leaves: vec![0.0],
        covers: vec![1e5],
        category_words: Vec::new(),
    };
    // Per leaf: the node above it, if there is one, on which side of that, and how deep it is.
    let mut places = vec![(None::<usize>, true, 0)];
    while tree.leaves.len() < LEAVES {
        let leaf = random.below(places.len());
        let (parent, is_left, depth) = places[leaf];
        if depth == DEPTH {
            continue;
        }
        let (node, other) = (tree.nodes.len(), places.len());
        if let Some(parent) = parent.and_then(|parent: usize| tree.nodes.get_mut(parent)) {
            *(if is_left { &mut parent.left } else { &mut parent.right }) = Child::Node(to_u32(node));
        }
        tree.nodes.push(Node {
            feature: u16::try_from(random.below(usize::from(FEATURES))).unwrap_or_default(),
            test: Test::AtMost(
                random.unit(),
                if node % 2 == 0 { Missing::Left } else { Missing::Right },
            ),
            left: Child::Leaf(to_u32(leaf)),
            right: Child::Leaf(to_u32(other)),
        });
        places[leaf] = (Some(node), true, depth + 1);
        places.push((Some(node), false, depth + 1));
        let share = 0.1 + 0.8 * random.unit();
        tree.covers.push(tree.covers[leaf] * (1.0 - share));
        tree.covers[leaf] *= share;
        tree.leaves.push(0.01 * (random.unit() - 0.5));
        tree.leaves[leaf] = 0.01 * (random.unit() - 0.5);
    }
    tree
}

/// A feature's value, missing one time in eight.
fn value(random: &mut Random) -> f64 {
    if random.below(8) == 0 { f64::NAN } else { random.unit() }
}

fn to_u32(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Numbers that look random and are the same every time (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end as u64)).unwrap_or_default()
    }

    /// From 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits, which a double holds")]
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
