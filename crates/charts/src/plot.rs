//! Charts with two axes, as SVG that takes its colours from the page.

use std::fmt::Write;

use crate::markup::escape;
use crate::numbers::Numbers;

/// A chart.
#[derive(Debug)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// What can be read from it, for who does not see it.
    pub description: String,
    /// The axis to the right.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// What is drawn, later ones above earlier ones.
    pub series: Vec<Series>,
}

/// An axis.
#[derive(Debug)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// What its ticks say.
    pub shows: Shows,
}

/// What the ticks of an axis say.
#[derive(Debug, Clone)]
pub enum Shows {
    /// The number itself.
    Numbers,
    /// The number as a share.
    Percent,
    /// A name at each of 0, 1, 2 …
    Names(Vec<String>),
}

/// What is drawn in one style.
#[derive(Debug)]
pub struct Series {
    /// Name in the legend; none when empty.
    pub name: String,
    /// 0 to 4; 9 is for what is only there to compare with.
    pub style: u8,
    /// How it is drawn, and where.
    pub mark: Mark,
}

/// How a series is drawn.
#[derive(Debug)]
pub enum Mark {
    /// A line through these points.
    Line(Vec<(f64, f64)>),
    /// x, low, high.
    Band(Vec<(f64, f64, f64)>),
    /// x, y, low, high.
    Points(Vec<(f64, f64, f64, f64)>),
    /// x in the middle, height; as wide as the distance of 1, nearly.
    Bars(Vec<(f64, f64)>),
    /// A vertical line.
    Rule(f64),
}

/// Style of what is only there to compare with.
pub const GREY: u8 = 9;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 22.0;
const BOTTOM: f64 = 46.0;
const LEGEND_LINE: f64 = 18.0;
/// About the width of a letter.
const LETTER: f64 = 6.8;

/// Round numbers between two others, about `wanted` of them, and the digits that they need.
pub fn ticks(low: f64, high: f64, wanted: f64) -> (Vec<f64>, usize) {
    let rough = (high - low) / wanted;
    if !(rough > 0.0 && rough.is_finite()) {
        return (vec![low], 2);
    }
    let power = libm::floor(libm::log10(rough));
    let unit = libm::exp10(power);
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * unit)
        .find(|&step| step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * unit);
    let mut ticks = Vec::new();
    let mut place = libm::ceil(low / step - 1e-9);
    while place * step <= high + step * 1e-9 && ticks.len() < 50 {
        ticks.push(place * step);
        place += 1.0;
    }
    let fits = |digits: i32| {
        let scaled = step * libm::exp10(f64::from(digits));
        (scaled - libm::round(scaled)).abs() < 1e-6 * scaled.abs()
    };
    let digits = (0..12).find(|&digits| fits(digits)).unwrap_or(2);
    (ticks, usize::try_from(digits).unwrap_or(2))
}

impl Axis {
    /// An axis of numbers from 0 to above `high`.
    pub fn up_to(label: &str, high: f64, shows: Shows) -> Self {
        Self {
            label: label.to_owned(),
            low: 0.0,
            high: if high > 0.0 { high * 1.05 } else { 1.0 },
            shows,
        }
    }

    /// An axis that holds all `values`.
    pub fn around(label: &str, values: impl IntoIterator<Item = f64>, shows: Shows) -> Self {
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let room = if high > low { 0.05 * (high - low) } else { 0.5 };
        Self {
            label: label.to_owned(),
            low: low - room,
            high: high + room,
            shows,
        }
    }

    /// An axis with a name at each of 0, 1, 2 …
    #[expect(clippy::cast_precision_loss, reason = "a handful of names")]
    pub fn named(label: &str, names: Vec<String>) -> Self {
        Self {
            label: label.to_owned(),
            low: -0.5,
            high: names.len() as f64 - 0.5,
            shows: Shows::Names(names),
        }
    }

    /// Where its ticks are, and what they say.
    #[expect(clippy::cast_precision_loss, reason = "a handful of names")]
    pub fn ticks(&self, numbers: Numbers, wanted: f64) -> Vec<(f64, String)> {
        match &self.shows {
            Shows::Numbers => {
                let (ticks, digits) = ticks(self.low, self.high, wanted);
                ticks
                    .into_iter()
                    .map(|tick| (tick, numbers.text(tick, digits)))
                    .collect()
            }
            Shows::Percent => {
                let (ticks, digits) = ticks(100.0 * self.low, 100.0 * self.high, wanted);
                let shown = |tick: f64| (tick / 100.0, numbers.percent_text(tick / 100.0, digits));
                ticks.into_iter().map(shown).collect()
            }
            Shows::Names(names) => {
                // As many as there is room for.
                let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(1) as f64;
                let room = ((WIDTH - LEFT - RIGHT) / (longest.min(12.0) * LETTER + 8.0)).max(1.0);
                let every = libm::ceil(names.len() as f64 / room);
                let shown = names
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| libm::fmod(*place as f64, every) == 0.0);
                shown.map(|(place, name)| (place as f64, shorten(name, 12))).collect()
            }
        }
    }
}

/// At most `most` letters.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
    }
}

impl Plot {
    /// The chart; `id` is like no other on the page.
    pub fn svg(&self, id: usize, numbers: Numbers) -> String {
        let (legend, lines) = self.legend();
        let top = 10.0 + f64::from(lines) * LEGEND_LINE;
        let height = HEIGHT + f64::from(lines) * LEGEND_LINE;
        let (bottom, right) = (height - BOTTOM, WIDTH - RIGHT);
        let at = |axis: &Axis, value: f64, start: f64, end: f64| {
            let place = start + (value - axis.low) / (axis.high - axis.low) * (end - start);
            place.clamp(start.min(end) - 2.0, start.max(end) + 2.0)
        };
        let x = |value: f64| at(&self.x, value, LEFT, right);
        let y = |value: f64| at(&self.y, value, bottom, top);
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t{id} d{id}\">\
             <title id=\"t{id}\">{}</title><desc id=\"d{id}\">{}</desc>\n{legend}",
            escape(&self.title),
            escape(&self.description)
        );
        // Writing into a text cannot fail.
        for (tick, shown) in self.y.ticks(numbers, 5.0) {
            let place = y(tick);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                place + 4.0,
                escape(&shown)
            );
        }
        for (tick, shown) in self.x.ticks(numbers, 5.0) {
            let place = x(tick);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{bottom}\" y2=\"{:.1}\"/>\
                 <text class=\"tick\" x=\"{place:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 4.0,
                bottom + 17.0,
                escape(&shown)
            );
        }
        let (middle_x, middle_y) = (f64::midpoint(LEFT, right), f64::midpoint(top, bottom));
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\
             <text class=\"label\" x=\"{middle_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
             <text class=\"label\" transform=\"translate(12 {middle_y:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            height - 8.0,
            escape(&self.x.label),
            escape(&self.y.label)
        );
        for series in &self.series {
            let style = series.style;
            match &series.mark {
                Mark::Line(points) => {
                    let path = points.iter().map(|&(px, py)| format!("{:.1},{:.1}", x(px), y(py)));
                    let path = path.collect::<Vec<_>>().join(" ");
                    let _ = write!(svg, "<polyline class=\"line s{style}\" points=\"{path}\"/>");
                }
                Mark::Band(points) => {
                    let above = points.iter().map(|&(px, _, high)| (px, high));
                    let below = points.iter().rev().map(|&(px, low, _)| (px, low));
                    let path = above.chain(below).map(|(px, py)| format!("{:.1},{:.1}", x(px), y(py)));
                    let path = path.collect::<Vec<_>>().join(" ");
                    let _ = write!(svg, "<polygon class=\"band s{style}\" points=\"{path}\"/>");
                }
                Mark::Points(points) => {
                    for &(px, py, low, high) in points {
                        let (px, py) = (x(px), y(py));
                        let _ = write!(
                            svg,
                            "<line class=\"error s{style}\" x1=\"{px:.1}\" x2=\"{px:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
                             <circle class=\"point s{style}\" cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"3.5\"/>",
                            y(low),
                            y(high)
                        );
                    }
                }
                Mark::Bars(bars) => {
                    let wide = 0.8 * (x(1.0) - x(0.0));
                    for &(px, py) in bars {
                        let (left, up, down) = (x(px) - wide / 2.0, y(py.max(0.0)), y(py.min(0.0)));
                        let _ = write!(
                            svg,
                            "<rect class=\"bar s{style}\" x=\"{left:.1}\" y=\"{up:.1}\" width=\"{wide:.1}\" height=\"{:.1}\"/>",
                            down - up
                        );
                    }
                }
                Mark::Rule(px) => {
                    let px = x(*px);
                    let _ = write!(
                        svg,
                        "<line class=\"rule s{style}\" x1=\"{px:.1}\" x2=\"{px:.1}\" y1=\"{top}\" y2=\"{bottom}\"/>"
                    );
                }
            }
            svg.push('\n');
        }
        svg.push_str("</svg>");
        svg
    }

    /// The legend and its number of lines.
    #[expect(clippy::cast_precision_loss, reason = "letters of a name")]
    fn legend(&self) -> (String, u32) {
        let named: Vec<&Series> = self.series.iter().filter(|series| !series.name.is_empty()).collect();
        if named.is_empty() {
            return (String::new(), 0);
        }
        let (mut markup, mut x, mut line) = (String::new(), LEFT, 1);
        for series in named {
            let wide = 30.0 + series.name.chars().count() as f64 * LETTER + 12.0;
            if x > LEFT && x + wide > WIDTH {
                x = LEFT;
                line += 1;
            }
            let y = 4.0 + f64::from(line - 1) * LEGEND_LINE + 7.0;
            let style = series.style;
            let swatch = match series.mark {
                Mark::Line(_) => format!(
                    "<line class=\"line s{style}\" x1=\"{x}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>",
                    x + 24.0
                ),
                Mark::Rule(_) => format!(
                    "<line class=\"rule s{style}\" x1=\"{x}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>",
                    x + 24.0
                ),
                Mark::Points(_) => format!(
                    "<circle class=\"point s{style}\" cx=\"{}\" cy=\"{y}\" r=\"3.5\"/>",
                    x + 12.0
                ),
                Mark::Band(_) | Mark::Bars(_) => {
                    let class = if matches!(series.mark, Mark::Band(_)) {
                        "band"
                    } else {
                        "bar"
                    };
                    format!(
                        "<rect class=\"{class} s{style}\" x=\"{x}\" y=\"{}\" width=\"24\" height=\"10\"/>",
                        y - 5.0
                    )
                }
            };
            let _ = writeln!(
                markup,
                "{swatch}<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>",
                x + 30.0,
                y + 4.0,
                escape(&series.name)
            );
            x += wide;
        }
        (markup, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn ticks_are_round_and_lie_between_the_ends() {
        for (low, high, expected, digits) in [
            (0.0, 1.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0][..], 1),
            (0.0, 21.0, &[0.0, 5.0, 10.0, 15.0, 20.0], 0),
            (-0.11, 0.12, &[-0.1, -0.05, 0.0, 0.05, 0.1], 2),
            (430.0, 720.0, &[500.0, 600.0, 700.0], 0),
        ] {
            let (found, found_digits) = ticks(low, high, 5.0);
            assert_eq!(found.len(), expected.len(), "{low} to {high}: {found:?}");
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9),
                "{found:?}"
            );
            assert_eq!(found_digits, digits, "{low} to {high}");
        }
        assert_eq!(ticks(1.0, 1.0, 5.0).0, [1.0]);
        assert_eq!(ticks(f64::NAN, 1.0, 5.0).0.len(), 1);
    }
}
