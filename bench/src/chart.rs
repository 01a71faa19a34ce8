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

const STYLE: &str = "<style>
  svg { font: 13px system-ui, sans-serif; color-scheme: light dark; }
  .paper { fill: #ffffff; } text { fill: #1f2328; } .quiet { fill: #59636e; } .grid { stroke: #d1d9e0; }
  .ours { fill: #0a5fb4; stroke: #0a5fb4; } .theirs { fill: #ffffff; stroke: #59636e; }
  line.ours, line.theirs, polyline { stroke-width: 2; fill: none; } circle { stroke-width: 2; } .rival { stroke-dasharray: 5 4; }
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
        let bottom = y + ROW * rows.len() as f64;
        for tick in axis.ticks() {
            let x = axis.at(tick);
            let _ = writeln!(
                body,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{y:.1}" y2="{bottom:.1}"/><text class="quiet" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                bottom + 14.0,
                decade(tick)
            );
        }
        for (seat, figure) in &rows {
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

/// Time per row against the number of leaves of the model.
pub fn growth(measured: &Measured) -> String {
    let series = [
        ("Candor, score", Job::ScoreOne, "candor", "ours"),
        ("LightGBM, score", Job::ScoreOne, "lightgbm", "theirs rival"),
        ("Candor, contributions", Job::ExplainOne, "candor", "ours"),
        ("LightGBM, contributions", Job::ExplainOne, "lightgbm", "theirs rival"),
    ]
    .map(|(name, job, contender, class)| {
        let mut points = table::grown(measured, job, contender)
            .into_iter()
            .map(|(trees, leaves, row)| ((trees * leaves) as f64, row))
            .collect::<Vec<_>>();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        (name, class, points)
    });
    let all = || series.iter().flat_map(|(.., points)| points);
    let across = Axis::over(all().map(|(leaves, _)| *leaves), 80.0..640.0);
    let up = Axis::over(all().map(|(_, row)| *row), 380.0..20.0);
    let (Some(across), Some(up)) = (across, up) else {
        return svg("Nothing was measured", 40.0, "");
    };
    let mut body = String::new();
    for tick in across.ticks() {
        let x = across.at(tick);
        let _ = writeln!(
            body,
            r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="20" y2="380"/><text class="quiet" x="{x:.1}" y="398" text-anchor="middle">{tick:.0}</text>"#
        );
    }
    for tick in up.ticks() {
        let y = up.at(tick);
        let _ = writeln!(
            body,
            r#"<line class="grid" x1="80" x2="640" y1="{y:.1}" y2="{y:.1}"/><text class="quiet" x="72" y="{:.1}" text-anchor="end">{}</text>"#,
            y + 4.5,
            decade(tick)
        );
    }
    for (name, class, points) in &series {
        let Some((last_x, last_y)) = points.last().map(|(x, y)| (across.at(*x), up.at(*y))) else {
            continue;
        };
        let line: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{:.1},{:.1}", across.at(*x), up.at(*y)))
            .collect();
        // A polyline is not to be filled, whatever the class says of circles.
        let _ = writeln!(
            body,
            r#"<polyline class="{class}" style="fill:none" points="{}"/><text x="{:.1}" y="{:.1}">{}</text>"#,
            line.join(" "),
            last_x + 10.0,
            last_y + 4.5,
            escaped(name)
        );
        let kind = class.split(' ').next().unwrap_or_default();
        for (x, y) in points {
            let _ = writeln!(
                body,
                r#"<circle class="{kind}" cx="{:.1}" cy="{:.1}" r="4"/>"#,
                across.at(*x),
                up.at(*y)
            );
        }
    }
    body.push_str(
        r#"<text class="quiet" x="80" y="424">Time per row against trees × leaves, both logarithmic; along a line of equal growth time is linear.</text>"#,
    );
    svg("Time per row against the size of the model", 440.0, &body)
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
        assert!(drawn.contains("Candor, score") && !drawn.contains("LightGBM, score"));
        assert!(growth(&Measured::default()).contains("Nothing was measured"));
    }
}
