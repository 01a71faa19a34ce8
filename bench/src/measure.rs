//! The measuring: everyone in turn, round by round, so that whatever else the machine does hits all alike.

use crate::grow;
use crate::lineup::{Contender, EVERYONE, Job, Place};
use crate::options::Options;
use crate::progress::Progress;
use crate::protocol;
use crate::seat::Seat;
use crate::statistics::median;
use serde_json::json;
use std::thread;
use std::time::Duration;

/// Sizes of the grown models.
const GROWN_TREES: [usize; 4] = [100, 500, 1000, 5000];
const GROWN_LEAVES: [usize; 3] = [8, 34, 256];
/// Rows of the run over all rows there are.
const WHOLE: usize = 100_000;
/// Between two turns: threads that still spin after the last one must not slow the next.
const PAUSE: Duration = Duration::from_millis(10);
/// Rows before each turn that do not count: the caches hold what the contender before had in them.
const WARM: usize = 5;

/// What a time belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A job on the main model.
    Round(Job),
    /// Loading the main model.
    Load,
    /// From files to the first score and reasons, in a fresh process.
    Cold,
    /// A job on a grown model of so many trees and leaves.
    Grown(Job, usize, usize),
    /// A job on all rows at once.
    Whole(Job),
}

/// Times of one turn.
#[derive(Debug, Clone)]
pub struct Turn {
    pub stage: Stage,
    pub round: usize,
    pub contender: &'static str,
    /// Rows per time.
    pub rows: usize,
    pub nanoseconds: Vec<f64>,
}

/// The memory of a fresh process after its first score and reasons.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub contender: &'static str,
    pub peak: f64,
    pub grown: f64,
}

/// Everything measured.
#[derive(Debug, Default)]
pub struct Measured {
    pub turns: Vec<Turn>,
    pub memory: Vec<Memory>,
}

impl Measured {
    fn add(&mut self, stage: Stage, round: usize, contender: &Contender, rows: usize, nanoseconds: Vec<f64>) {
        let contender = contender.name;
        self.turns.push(Turn {
            stage,
            round,
            contender,
            rows,
            nanoseconds,
        });
    }
}

/// The contenders asked for, seated.
pub fn seat_everyone<'a>(options: &'a Options, progress: &Progress) -> Vec<Seat<'a>> {
    let named = |contender: &Contender| options.only.iter().any(|name| name == contender.name);
    let wanted = |contender: &Contender| {
        // Candor native is what all are checked against, and Candor in a place is what the others there are compared with.
        let beside = |place| EVERYONE.iter().any(|other| other.place == place && named(other));
        let candor = contender.is_candor() && (contender.place == Place::Native || beside(contender.place));
        options.only.is_empty() || named(contender) || candor
    };
    let wanted = EVERYONE.into_iter().filter(wanted);
    wanted
        .map(|contender| {
            progress.say(&format!("starts {}", contender.name));
            Seat::new(contender, options)
        })
        .collect()
}

/// Fresh processes: loading, the first answers, memory.
pub fn cold(seats: &mut [Seat], rounds: usize, progress: &Progress, measured: &mut Measured) {
    for round in 0..rounds {
        for place in turns(seats.len(), round) {
            let seat = &mut seats[place];
            if seat.absent.is_some() || seat.failures.contains_key("cold") {
                continue;
            }
            progress.say(&format!(
                "first answers {}/{rounds}: {}",
                round + 1,
                seat.contender.name
            ));
            let answer = seat
                .fresh()
                .and_then(|(mut process, _)| process.ask(&json!({ "do": "cold" })));
            match answer.and_then(|answer| Ok((protocol::nanoseconds(&answer)?, answer))) {
                Ok((times, answer)) => {
                    measured.add(Stage::Cold, round, &seat.contender, 1, times);
                    if let (Some(peak), Some(grown)) = (answer["peak_bytes"].as_f64(), answer["grown_bytes"].as_f64()) {
                        let contender = seat.contender.name;
                        measured.memory.push(Memory { contender, peak, grown });
                    }
                }
                Err(refusal) => {
                    seat.failures.insert("cold", refusal.to_string());
                }
            }
        }
    }
}

/// Finds for each contender and job how many rows make a turn of a fair length.
pub fn size_turns(seats: &mut [Seat], rows: usize, quick: bool, progress: &Progress) {
    for seat in seats {
        for job in Job::ALL {
            if !seat.does(job) {
                continue;
            }
            progress.say(&format!("tries {} of {}", job.name(), seat.contender.name));
            let sample = if job.single() { 5 } else { 50 };
            // The best of three: one that was held up would make its contender's turns too short.
            let tries = (0..3).filter_map(|_| seat.run(job, 0, sample, WARM));
            let best = tries.map(|times| median(&times)).fold(f64::INFINITY, f64::min);
            if best.is_infinite() {
                continue;
            }
            let per_row = best / if job.single() { 1.0 } else { sample as f64 };
            // Milliseconds of a turn, fewest and most rows. A batch of a slow contender is a smaller one.
            let (budget, fewest, most) = match job {
                Job::ScoreOne => (30.0, 5, 100),
                Job::ExplainOne => (80.0, 3, 100),
                Job::ScoreBatch | Job::ExplainBatch => (500.0, 20, rows / 2),
            };
            let budget = budget * if quick { 0.3e6 } else { 1e6 };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small and positive"
            )]
            let fitting = (budget / per_row) as usize;
            seat.turns.insert(job.name(), fitting.clamp(fewest, most));
        }
    }
}

/// The rounds on the main model.
pub fn rounds(seats: &mut [Seat], options: &Options, rows: usize, progress: &Progress, measured: &mut Measured) {
    for round in 0..options.rounds {
        let first = round * 97 % (rows / 2);
        for job in Job::ALL {
            for place in turns(seats.len(), round) {
                let seat = &mut seats[place];
                let Some(turn) = seat.turns.get(job.name()).copied().filter(|_| seat.does(job)) else {
                    continue;
                };
                let name = seat.contender.name;
                progress.say(&format!(
                    "round {}/{}: {name} {}",
                    round + 1,
                    options.rounds,
                    job.name()
                ));
                thread::sleep(PAUSE);
                if let Some(times) = seat.run(job, first, turn, WARM) {
                    let rows = if job.single() { 1 } else { turn };
                    measured.add(Stage::Round(job), round, &seat.contender, rows, times);
                }
            }
        }
        for place in turns(seats.len(), round) {
            let seat = &mut seats[place];
            if round % 4 != 0 || seat.absent.is_some() {
                continue;
            }
            progress.say(&format!(
                "round {}/{}: {} load",
                round + 1,
                options.rounds,
                seat.contender.name
            ));
            thread::sleep(PAUSE);
            if let Some(times) = seat.times("load", &json!({ "do": "open" })) {
                measured.add(Stage::Load, round, &seat.contender, 1, times);
            }
        }
    }
}

/// Time against the size of the model: grown trees, for Candor and for LightGBM.
pub fn growth(seats: &mut [Seat], options: &Options, features: usize, progress: &Progress, measured: &mut Measured) {
    let (rounds, most) = if options.quick { (1, 500) } else { (5, usize::MAX) };
    let grows = |seat: &Seat| matches!(seat.contender.name, "candor" | "lightgbm");
    let sizes = GROWN_LEAVES
        .into_iter()
        .flat_map(|leaves| GROWN_TREES.map(|trees| (trees, leaves)));
    for (trees, leaves) in sizes.filter(|(trees, _)| *trees <= most) {
        let file = grow::file_name(trees, leaves);
        progress.say(&format!("grows {trees} trees of {leaves} leaves"));
        if grow::write(&options.models, trees, leaves, features).is_err() {
            continue;
        }
        for seat in seats.iter_mut().filter(|seat| grows(seat)) {
            seat.ask("growth", &json!({ "do": "open", "model": file }));
        }
        for round in 0..rounds {
            for place in turns(seats.len(), round) {
                let seat = &mut seats[place];
                if !grows(seat) || seat.failures.contains_key("growth") {
                    continue;
                }
                for job in [Job::ScoreOne, Job::ExplainOne] {
                    if !seat.does(job) {
                        continue;
                    }
                    let name = seat.contender.name;
                    progress.say(&format!("{trees} trees of {leaves} leaves: {name} {}", job.name()));
                    thread::sleep(PAUSE);
                    // A row or two of the largest, which take LightGBM a second each.
                    let rows = (3_000_000 / (trees * leaves)).clamp(1, 30);
                    if let Some(times) = seat.run(job, round * 31, rows, 1) {
                        measured.add(Stage::Grown(job, trees, leaves), round, &seat.contender, 1, times);
                    }
                }
            }
        }
    }
    for seat in seats.iter_mut().filter(|seat| grows(seat)) {
        seat.ask("growth", &json!({ "do": "open" }));
    }
}

/// A hundred thousand rows at once, which only Candor is asked for: LightGBM's contributions would take minutes.
pub fn whole(seats: &mut [Seat], rows: usize, progress: &Progress, measured: &mut Measured) {
    let rows = rows.min(WHOLE);
    let Some(seat) = seats.iter_mut().find(|seat| seat.contender == EVERYONE[0]) else {
        return;
    };
    for job in [Job::ScoreBatch, Job::ExplainBatch] {
        progress.say(&format!("{} of {rows} rows", job.name()));
        let request = json!({ "do": "run", "job": job.name(), "rows": "more", "first": 0, "last": rows, "warm": WARM });
        if let Some(times) = seat.times("whole", &request) {
            measured.add(Stage::Whole(job), 0, &seat.contender, rows, times);
        }
    }
}

/// The order of a round: everyone moves up by one, and every other round goes the other way.
fn turns(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).map(|place| (place + round / 2) % count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    #[test]
    fn everyone_has_a_turn_and_nobody_is_always_first() {
        let orders: Vec<_> = (0..6).map(|round| super::turns(3, round)).collect();
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2]);
        }
        for place in 0..3 {
            assert_eq!(orders.iter().filter(|order| order[0] == place).count(), 2);
        }
    }
}
