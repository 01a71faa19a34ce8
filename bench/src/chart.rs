//! The charts, as SVG that is read in light and in dark.
//!
//! Times lie between microseconds and milliseconds, so all axes are logarithmic, and what is shown are points: the
//! length of a bar would mean nothing. Candor is filled and its rivals are hollow, so that colour is not needed.

use crate::lineup::Job;
use crate::measure::{Measured, Stage};
use crate::seat::Seat;
use crate::summary::{self, Figure};
use crate::table::{self, time};
use std::fmt::Write;
use std::ops::Range;

const WIDTH: f64 = 860.0;
/// Where names end and the axis begins, and where it ends.
const AXIS: Range<f64> = 230.0..740.0;
const ROW: f64 = 22.0;
/// Between those in one place and those in the next.
const GAP: f64 = 10.0;

const STYLE: &str = "<style>
  svg { font: 13px system-ui, sans-serif; color-scheme: light dark; }
  .paper { fill: #ffffff; } text { fill: #1f2328; } .quiet { fill: #59636e; } .grid { stroke: #d1d9e0; }
  .ours { fill: #0a5fb4; stroke: #0a5fb4; } .theirs { fill: #ffffff; stroke: #59636e; }
  line.ours, line.theirs, polyline, circle { stroke-width: 2; } polyline.theirs { stroke-dasharray: 5 4; }
  .head { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; } text { fill: #f0f6fc; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; }
    .ours { fill: #58a6ff; stroke: #58a6ff; } .theirs { fill: #0d1117; stroke: #9198a1; }
  }
</style>";

/// A logarithmic axis: whole decades that hold all values.
struct Axis {
    decades: Range<f64>,
    place: Range<f64>,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, place: Range<f64>) -> Option<Self> {
        let (low, high) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .map(libm::log10)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        // An empty axis has no decades; one value has one.
        let decades = low.floor()..high.ceil().max(low.floor() + 1.0);
        (low <= high).then_some(Self { decades, place })
    }

    fn at(&self, value: f64) -> f64 {
        let share = (libm::log10(value) - self.decades.start) / (self.decades.end - self.decades.start);
        self.place.start + share * (self.place.end - self.place.start)
    }

    /// The values at whole decades.
    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut decade = self.decades.start;
        while decade <= self.decades.end {
            ticks.push(libm::pow(10.0, decade));
            decade += 1.0;
        }
        ticks
    }
}

/// A decade of a time: `10 µs`.
fn decade(nanoseconds: f64) -> String {
    match nanoseconds {
        _ if nanoseconds < 999.0 => format!("{nanoseconds:.0} ns"),
        _ if nanoseconds < 999e3 => format!("{:.0} µs", nanoseconds / 1e3),
        _ if nanoseconds < 999e6 => format!("{:.0} ms", nanoseconds / 1e6),
        _ => format!("{:.0} s", nanoseconds / 1e9),
    }
}

/// A panel for each job, a row for each contender.
pub fn jobs(seats: &[Seat], measured: &Measured) -> String {
    let mut body = String::new();
    let mut y = 30.0;
    for job in Job::ALL {
        let rows: Vec<(&Seat, Figure)> = seats
            .iter()
            .filter_map(|seat| {
                let figure = summary::figure(measured, Stage::Round(job), &seat.contender)?;
                Some((seat, figure))
            })
            .collect();
        let values = rows.iter().flat_map(|(_, figure)| [figure.p50, figure.p99]);
        let Some(axis) = Axis::over(values, AXIS) else { continue };
        let _ = writeln!(body, r#"<text class="head" x="20" y="{y}">{}</text>"#, job.shown());
        y += 14.0;
        let bottom = y + ROW * rows.len() as f64 + GAP * gaps(&rows) as f64;
        for tick in axis.ticks() {
            let x = axis.at(tick);
            let _ = writeln!(
                body,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{y:.1}" y2="{bottom:.1}"/><text class="quiet" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                bottom + 14.0,
                decade(tick)
            );
        }
        for (index, (seat, figure)) in rows.iter().enumerate() {
            if index > 0 && rows[index - 1].0.contender.place != seat.contender.place {
                y += GAP;
            }
            let middle = y + ROW / 2.0;
            let (kind, radius) = if seat.contender.is_candor() {
                ("ours", 5.5)
            } else {
                ("theirs", 4.5)
            };
            let name = format!("{}, {}", seat.contender.shown, seat.contender.place.shown());
            let _ = writeln!(
                body,
                r#"<text x="{:.1}" y="{:.1}" text-anchor="end"{}>{}</text><line class="{kind}" x1="{:.1}" x2="{:.1}" y1="{middle:.1}" y2="{middle:.1}"/><circle class="{kind}" cx="{:.1}" cy="{middle:.1}" r="{radius}"/><text class="quiet" x="{:.1}" y="{:.1}">{}</text>"#,
                AXIS.start - 12.0,
                middle + 4.5,
                if seat.contender.is_candor() {
                    r#" class="head""#
                } else {
                    ""
                },
                escaped(&name),
                axis.at(figure.p50),
                axis.at(figure.p99),
                axis.at(figure.p50),
                AXIS.end + 14.0,
                middle + 4.5,
                time(figure.p50)
            );
            y += ROW;
        }
        y = bottom + 44.0;
    }
    let _ = writeln!(
        body,
        r#"<text class="quiet" x="20" y="{y:.1}">Time per row, logarithmic. The point is the median (p50), the line reaches to p99. † runs trees of its own.</text>"#
    );
    svg("Time per row of each engine, by job", y + 16.0, &body)
}

/// How often the place changes from row to row.
fn gaps(rows: &[(&Seat, Figure)]) -> usize {
    rows.windows(2)
        .filter(|pair| pair[0].0.contender.place != pair[1].0.contender.place)
        .count()
}

/// Time per row against the number of trees, a panel for each number of leaves.
pub fn growth(measured: &Measured) -> String {
    let points = |job, contender| table::grown(measured, job, contender);
    let series = [Job::ScoreOne, Job::ExplainOne].map(|job| {
        [("candor", "ours"), ("lightgbm", "theirs")].map(|(contender, class)| (class, points(job, contender)))
    });
    let all = || series.iter().flatten().flat_map(|(_, points)| points);
    let mut panels: Vec<usize> = all().map(|(_, leaves, _)| *leaves).collect();
    panels.sort_unstable();
    panels.dedup();
    let Some(up) = Axis::over(all().map(|(.., row)| *row), 380.0..50.0) else {
        return svg("Nothing was measured", 40.0, "");
    };
    let mut body = String::new();
    for (leaves, left) in panels.iter().zip([80.0, 325.0, 570.0]) {
        let right = left + 180.0;
        let trees = all().map(|(trees, ..)| *trees as f64);
        let Some(across) = Axis::over(trees, left..right) else {
            continue;
        };
        let _ = writeln!(body, r#"<text class="head" x="{left}" y="34">{leaves} leaves</text>"#);
        grid(&mut body, &across, &up, left == 80.0);
        for (job, pair) in [Job::ScoreOne, Job::ExplainOne].into_iter().zip(&series) {
            let mut end = Vec::new();
            for (class, points) in pair {
                let here: Vec<(f64, f64)> = points
                    .iter()
                    .filter(|(_, of, _)| of == leaves)
                    .map(|(trees, _, row)| (across.at(*trees as f64), up.at(*row)))
                    .collect();
                end.extend(here.last().map(|(_, y)| *y));
                curve(&mut body, class, &here);
            }
            if *leaves == *panels.last().unwrap_or(leaves) && !end.is_empty() {
                let y = end.iter().sum::<f64>() / end.len() as f64 + 4.5;
                let name = if job.explains() { "contributions" } else { "score" };
                let _ = writeln!(body, r#"<text x="{:.1}" y="{y:.1}">{name}</text>"#, right + 8.0);
            }
        }
    }
    body.push_str(
        r#"<text class="quiet" x="80" y="424">Time of one row against the number of trees, both logarithmic. Filled: Candor; hollow and dashed: LightGBM.</text>"#,
    );
    svg("Time per row against the size of the model", 440.0, &body)
}

/// The lines of both axes, with the times written where `times` says so.
fn grid(body: &mut String, across: &Axis, up: &Axis, times: bool) {
    let (place, height) = (&across.place, &up.place);
    for tick in across.ticks() {
        let x = across.at(tick);
        let _ = writeln!(
            body,
            r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{}" y2="{}"/><text class="quiet" x="{x:.1}" y="398" text-anchor="middle">{tick:.0}</text>"#,
            height.start, height.end
        );
    }
    for tick in up.ticks() {
        let y = up.at(tick);
        let _ = writeln!(
            body,
            r#"<line class="grid" x1="{}" x2="{}" y1="{y:.1}" y2="{y:.1}"/>"#,
            place.start, place.end
        );
        if times {
            let _ = writeln!(
                body,
                r#"<text class="quiet" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
                place.start - 8.0,
                y + 4.5,
                decade(tick)
            );
        }
    }
}

/// Points and the line through them.
fn curve(body: &mut String, class: &str, points: &[(f64, f64)]) {
    let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    // A class fills its circles, and the line is not to be filled.
    let _ = writeln!(
        body,
        r#"<polyline class="{class}" style="fill:none" points="{}"/>"#,
        line.join(" ")
    );
    for (x, y) in points {
        let _ = writeln!(body, r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="4"/>"#);
    }
}

fn svg(title: &str, height: f64, body: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img" aria-label="{title}">
<title>{title}</title>
{STYLE}
<rect class="paper" width="100%" height="100%"/>
{body}
</svg>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Turn;

    #[test]
    fn an_axis_holds_its_values_in_whole_decades() {
        let axis = Axis::over([20.0, 4000.0].into_iter(), 0.0..300.0).unwrap();
        assert_eq!(axis.decades, 1.0..4.0);
        assert_eq!((axis.at(10.0), axis.at(10_000.0)), (0.0, 300.0));
        assert_eq!(axis.ticks().len(), 4);
        assert!(Axis::over([f64::NAN, 0.0].into_iter(), 0.0..1.0).is_none());
    }

    #[test]
    fn the_growth_of_what_was_measured_is_drawn() {
        let turn = |trees, leaves, time| Turn {
            stage: Stage::Grown(Job::ScoreOne, trees, leaves),
            round: 0,
            contender: "candor",
            rows: 1,
            nanoseconds: vec![time],
        };
        let turns = vec![turn(100, 8, 1000.0), turn(1000, 8, 9000.0)];
        let drawn = growth(&Measured { turns, memory: vec![] });
        assert_eq!(drawn.matches("<circle").count(), 2);
        assert!(drawn.contains("8 leaves") && drawn.contains(">score<") && !drawn.contains(">contributions<"));
        assert!(growth(&Measured::default()).contains("Nothing was measured"));
    }
}
