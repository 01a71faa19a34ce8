//! From turns to figures.

use crate::lineup::{Contender, EVERYONE};
use crate::measure::{Measured, Stage};
use crate::statistics::{Median, median, percentile};

/// What is shown of a contender at one stage; times in nanoseconds per row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    pub p50: f64,
    pub p99: f64,
    /// Times behind it.
    pub calls: usize,
    /// Rows per time.
    pub rows: usize,
    /// How many times as long it takes as Candor in the same place: the median of the ratios within each round.
    pub ratio: Option<Median>,
}

/// Candor in the place of a contender.
pub fn base(contender: &Contender) -> Contender {
    let [first, ..] = EVERYONE;
    let base = EVERYONE
        .into_iter()
        .find(|other| other.is_candor() && other.place == contender.place);
    base.unwrap_or(first)
}

/// The figure of a contender at a stage, if it has been measured there.
pub fn figure(measured: &Measured, stage: Stage, contender: &Contender) -> Option<Figure> {
    let turns = |name: &'static str| {
        let of = move |turn: &&crate::measure::Turn| turn.stage == stage && turn.contender == name;
        measured.turns.iter().filter(of)
    };
    let per_row = |turn: &crate::measure::Turn| {
        let rows = turn.rows as f64;
        turn.nanoseconds.iter().map(|time| time / rows).collect::<Vec<_>>()
    };
    let times: Vec<f64> = turns(contender.name).flat_map(per_row).collect();
    let base = base(contender);
    let ratios: Vec<f64> = turns(contender.name)
        .filter_map(|turn| {
            let of_base = turns(base.name).find(|other| other.round == turn.round)?;
            Some(median(&per_row(turn)) / median(&per_row(of_base)))
        })
        .collect();
    Some(Figure {
        p50: percentile(&times, 0.5),
        p99: percentile(&times, 0.99),
        calls: times.len(),
        rows: turns(contender.name).map(|turn| turn.rows).next()?,
        ratio: Median::of(&ratios).filter(|_| *contender != base),
    })
}

/// Median peak memory of a contender's fresh processes, and by how much they grew, in bytes.
pub fn memory(measured: &Measured, contender: &Contender) -> Option<(f64, f64)> {
    let all = || {
        measured
            .memory
            .iter()
            .filter(|memory| memory.contender == contender.name)
    };
    all().next()?;
    let of = |value: fn(&crate::measure::Memory) -> f64| median(&all().map(value).collect::<Vec<_>>());
    Some((of(|memory| memory.peak), of(|memory| memory.grown)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineup::Job;
    use crate::measure::Turn;

    #[test]
    fn ratios_are_taken_within_a_round() {
        let stage = Stage::Round(Job::ScoreOne);
        let turn = |round, contender, time: f64| Turn {
            stage,
            round,
            contender,
            rows: 1,
            nanoseconds: vec![time, time, time * 9.0],
        };
        // The machine is three times slower in the second round: medians over rounds would hide that 2 holds in each.
        let turns = vec![
            turn(0, "candor", 10.0),
            turn(0, "lightgbm", 20.0),
            turn(1, "lightgbm", 60.0),
            turn(1, "candor", 30.0),
            turn(2, "lightgbm", 1000.0),
        ];
        let measured = Measured { turns, memory: vec![] };
        let figure = figure(&measured, stage, &EVERYONE[1]).unwrap();
        let ratio = figure.ratio.unwrap();
        assert_eq!((ratio.low, ratio.value, ratio.high), (2.0, 2.0, 2.0));
        assert_eq!(figure.calls, 9);
        assert_eq!(super::figure(&measured, stage, &EVERYONE[0]).unwrap().ratio, None);
        assert_eq!(super::figure(&measured, stage, &EVERYONE[4]), None);
    }
}
