//! The tables, as Markdown.

use crate::lineup::{EVERYONE, Job, Place};
use crate::measure::{Measured, Stage};
use crate::seat::Seat;
use crate::sizes::Sizes;
use crate::statistics::Median;
use crate::summary::{self, Figure};
use std::fmt::Write;

/// A duration with three digits and a fitting unit.
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        _ if nanoseconds < 1e3 => format!("{} ns", digits(nanoseconds)),
        _ if nanoseconds < 1e6 => format!("{} µs", digits(nanoseconds / 1e3)),
        _ if nanoseconds < 1e9 => format!("{} ms", digits(nanoseconds / 1e6)),
        _ => format!("{} s", digits(nanoseconds / 1e9)),
    }
}

/// A number with three digits.
fn digits(value: f64) -> String {
    match value {
        _ if value < 9.995 => format!("{value:.2}"),
        _ if value < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn bytes(value: f64) -> String {
    if value < 1e6 {
        format!("{} kB", digits(value / 1e3))
    } else {
        format!("{} MB", digits(value / 1e6))
    }
}

fn ratio(ratio: Option<Median>) -> String {
    ratio.map_or_else(String::new, |Median { value, low, high }| {
        format!("<br>{}× ({}–{})", digits(value), digits(low), digits(high))
    })
}

fn figure(figure: Figure) -> String {
    format!("{} / {}{}", time(figure.p50), time(figure.p99), ratio(figure.ratio))
}

fn shown(seat: &Seat) -> String {
    let stress = if seat.contender.is_candor() { "**" } else { "" };
    format!("{stress}{}{stress}", seat.contender.shown)
}

/// Why there is no figure, in a cell of a table.
fn not_measured(seat: &Seat, what: &str) -> String {
    let reason = seat.failures.get(what).or(seat.absent.as_ref());
    reason.map_or_else(
        || "not measured".to_owned(),
        |reason| format!("none: {}", reason.replace('|', "/").replace('\n', " ")),
    )
}

/// A table of the jobs for each place.
pub fn jobs(seats: &[Seat], measured: &Measured) -> String {
    let mut text = String::new();
    for place in Place::ALL {
        let here = || seats.iter().filter(|seat| seat.contender.place == place);
        if here().next().is_none() {
            continue;
        }
        let heads = Job::ALL.map(Job::shown).join(" | ");
        let _ = writeln!(
            text,
            "\n### Time per row, {}\n\n| | {heads} |\n|---|---|---|---|---|",
            place.shown()
        );
        for seat in here() {
            let cells = Job::ALL.map(
                |job| match summary::figure(measured, Stage::Round(job), &seat.contender) {
                    Some(found) => figure(found),
                    None if !seat.contender.does(job) => "has none".to_owned(),
                    None => not_measured(seat, job.name()),
                },
            );
            let _ = writeln!(text, "| {} | {} |", shown(seat), cells.join(" | "));
        }
    }
    text
}

/// Loading, memory and sizes.
pub fn loading(seats: &[Seat], measured: &Measured, sizes: &Sizes) -> String {
    let mut text =
        "\n| | loads its model | first score and reasons | peak memory | of it for the model | model file: raw, gzip, \
         Brotli | engine: WebAssembly + JavaScript, gzip |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for seat in seats {
        let contender = &seat.contender;
        let found = |stage, what| {
            let found = summary::figure(measured, stage, contender);
            found.map_or_else(|| not_measured(seat, what), figure)
        };
        let memory = summary::memory(measured, contender);
        let [peak, grown] = match memory {
            Some((peak, grown)) => [bytes(peak), bytes(grown)],
            None => ["unknown".to_owned(), "unknown".to_owned()],
        };
        let model = sizes.model(contender).map_or("unknown".to_owned(), |sizes| {
            sizes.map(|size| bytes(size as f64)).join(", ")
        });
        let engine = sizes.engine(contender).map_or(String::new(), |[wasm, script]| {
            format!("{} + {}", bytes(wasm as f64), bytes(script as f64))
        });
        let _ = writeln!(
            text,
            "| {}, {} | {} | {} | {peak} | {grown} | {model} | {engine} |",
            shown(seat),
            contender.place.shown(),
            found(Stage::Load, "load"),
            found(Stage::Cold, "cold")
        );
    }
    text
}

/// A point of the growth: trees, leaves, and nanoseconds a row.
pub type Grown = (usize, usize, f64);

/// The growth of a job's time with the model, for a contender.
pub fn grown(measured: &Measured, job: Job, contender: &'static str) -> Vec<Grown> {
    let mut sizes: Vec<(usize, usize)> = Vec::new();
    for turn in &measured.turns {
        if let Stage::Grown(_, trees, leaves) = turn.stage
            && !sizes.contains(&(trees, leaves))
        {
            sizes.push((trees, leaves));
        }
    }
    let Some(contender) = EVERYONE.into_iter().find(|other| other.name == contender) else {
        return Vec::new();
    };
    sizes
        .into_iter()
        .filter_map(|(trees, leaves)| {
            let figure = summary::figure(measured, Stage::Grown(job, trees, leaves), &contender)?;
            Some((trees, leaves, figure.p50))
        })
        .collect()
}

/// Time per row against the size of the model.
pub fn growth(measured: &Measured) -> String {
    let mut text =
        "\n| trees × leaves | Candor, score | LightGBM, score | Candor, contributions | LightGBM, contributions |\n\
         |---|---|---|---|---|\n"
            .to_owned();
    let columns = [Job::ScoreOne, Job::ExplainOne]
        .map(|job| ["candor", "lightgbm"].map(|contender| grown(measured, job, contender)));
    for &(trees, leaves, _) in &columns[0][0] {
        let cells = columns.iter().flatten().map(|column| {
            let found = column.iter().find(|(t, l, _)| (*t, *l) == (trees, leaves));
            found.map_or("not measured".to_owned(), |(.., row)| {
                format!("{} ({})", time(*row), time(row / (trees * leaves) as f64))
            })
        });
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let _ = writeln!(text, "| {trees} × {leaves} | {cells} |");
    }
    text
}

/// The runs over all rows at once.
pub fn whole(measured: &Measured) -> String {
    let mut text = String::new();
    for (job, what) in [
        (Job::ScoreBatch, "scores, one thread"),
        (Job::ExplainBatch, "contributions, two threads"),
    ] {
        if let Some(figure) = summary::figure(measured, Stage::Whole(job), &EVERYONE[0]) {
            let all = time(figure.p50 * figure.rows as f64);
            let _ = writeln!(
                text,
                "- {} rows, {what}: {all} ({} a row)",
                figure.rows,
                time(figure.p50)
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_fitting_unit() {
        let cases = [
            (0.5, "0.50 ns"),
            (12.34, "12.3 ns"),
            (99.97, "100 ns"),
            (1234.0, "1.23 µs"),
            (229_000.0, "229 µs"),
            (7.4e6, "7.40 ms"),
            (12.3e9, "12.3 s"),
        ];
        for (nanoseconds, expected) in cases {
            assert_eq!(time(nanoseconds), expected);
        }
    }
}
