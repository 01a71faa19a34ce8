//! How often a table that has not changed raises an alarm, and one that has is found. Two thousand tables
//! take too long for one thread.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use candor_core::stats::{Sketch, bin_of, holm, homogeneity, population_stability_index};
use candor_portfolio::drift::verdict::{RATE, drifts};
use rayon::prelude::*;

const FIELDS: usize = 200;
const SIMULATIONS: u64 = 1000;

/// Splitmix64.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A value of a field: a third of them are continuous, of few values with rare ones, and mostly zero.
    fn value(&mut self, field: usize) -> f64 {
        let u = self.unit();
        match field % 3 {
            0 => u + self.unit() * self.unit(),
            1 => (u * u * u * 14.0).floor(),
            _ if u < 0.8 => 0.0,
            _ => 1000.0 * u * u,
        }
    }
}

/// Corrected p-values and indices of all fields, of `rows` clients then and now; those now are `moved`.
fn compared(seed: u64, rows: (usize, usize), moved: f64) -> Vec<(f64, f64)> {
    let mut random = Random(seed);
    let (p_values, indices): (Vec<f64>, Vec<f64>) = (0..FIELDS)
        .map(|field| {
            let mut before: Vec<f64> = (0..rows.0).map(|_| random.value(field)).collect();
            before.sort_unstable_by(f64::total_cmp);
            let (bounds, before) = Sketch::of(&before).unwrap().tenths();
            let mut now = vec![0_u64; bounds.len() + 1];
            let step = if field == 0 { moved } else { 0.0 };
            for _ in 0..rows.1 {
                now[bin_of(&bounds, random.value(field) + step)] += 1;
            }
            let shares = |counts: &[u64]| -> Vec<f64> {
                let all: u64 = counts.iter().sum();
                counts.iter().map(|&count| count as f64 / all as f64).collect()
            };
            let index = population_stability_index(&shares(&before), &shares(&now));
            (homogeneity(&before, &now).map_or(1.0, |tested| tested.p_value), index)
        })
        .unzip();
    holm(&p_values).into_iter().zip(indices).collect()
}

fn alarms(rows: (usize, usize), moved: f64) -> f64 {
    let count = (0..SIMULATIONS)
        .into_par_iter()
        .filter(|&seed| {
            compared(seed << 20, rows, moved)
                .into_iter()
                .any(|(p_value, index)| drifts(p_value, index))
        })
        .count();
    count as f64 / SIMULATIONS as f64
}

#[test]
fn two_hundred_undrifted_fields_raise_an_alarm_as_rarely_as_stated() {
    let rate = alarms((300, 200), 0.0);
    println!("false alarms: {rate}");
    assert!(rate <= RATE, "{rate} of the tables raise a false alarm");
    // A rule that never speaks would pass, too.
    assert!(rate > 0.001, "the rule is so strict that it says nothing: {rate}");
}

#[test]
fn one_drifted_field_of_two_hundred_is_found() {
    let found = alarms((300, 200), 0.3);
    assert!(found > 0.95, "{found}");
}
