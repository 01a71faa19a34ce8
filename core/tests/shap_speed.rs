//! What a row costs on a model of realistic shape. Run with
//! `cargo test --release -p candor-core --test shap_speed -- --ignored --nocapture`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use std::hint::black_box;
use std::time::Instant;

use candor_core::shap::{Explainer, InteractionExplainer, InterventionalExplainer};
use support::Random;
use support::grown::{grown, population};

/// The mean over all rows of the fastest of twenty runs each, in µs: a busy machine disturbs few of them.
fn microseconds(rows: &[Vec<f64>], mut explain: impl FnMut(&[f64])) -> f64 {
    let mut fastest = |row: &Vec<f64>| {
        let run = |_| {
            let start = Instant::now();
            explain(black_box(row));
            start.elapsed().as_secs_f64()
        };
        (0..20).map(run).fold(f64::INFINITY, f64::min)
    };
    1e6 * rows.iter().map(&mut fastest).sum::<f64>() / rows.len() as f64
}

#[test]
#[ignore = "measures time; correctness is tested elsewhere"]
fn a_row_of_a_thousand_trees() {
    let mut random = Random::new(1);
    let training = population(&mut random, 4096, 180);
    let ensemble = grown(&mut random, &training, 1000, 34);
    let rows = &training[..30];
    let mut contributions = vec![0.0; 180];
    let explainer = Explainer::new(&ensemble);
    println!(
        "path-dependent: {:.0} µs a row",
        microseconds(rows, |row| explainer.contributions(&ensemble, row, &mut contributions))
    );
    for background in [64, 128, 256, 1024] {
        let start = Instant::now();
        let explainer = InterventionalExplainer::new(&ensemble, &training[1000..1000 + background]).unwrap();
        println!(
            "interventional, {background} background rows: prepared in {:.0} ms, {:.0} µs a row",
            start.elapsed().as_secs_f64() * 1e3,
            microseconds(rows, |row| explainer.contributions(&ensemble, row, &mut contributions))
        );
    }
    let explainer = InteractionExplainer::new(&ensemble);
    let mut interactions = Vec::new();
    println!(
        "interactions: {:.0} µs a row",
        microseconds(rows, |row| explainer.interactions(&ensemble, row, &mut interactions))
    );
}
