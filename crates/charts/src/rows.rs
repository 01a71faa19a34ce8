//! Charts of named rows: a bar, or a point with its interval, beside each name.

use std::fmt::Write;

use crate::markup::escape;
use crate::numbers::Numbers;
use crate::plot::{Axis, shorten};

/// A chart of named rows.
#[derive(Debug)]
pub struct Rows {
    /// What it shows.
    pub title: String,
    /// What can be read from it, for who does not see it.
    pub description: String,
    /// The axis of the values.
    pub axis: Axis,
    /// A vertical line to compare with.
    pub rule: Option<f64>,
    /// The rows, from above.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug)]
pub struct Row {
    /// What stands beside it.
    pub name: String,
    /// What is drawn.
    pub value: f64,
    /// Low and high: drawn as a point with its interval; a bar from 0 where there is none.
    pub interval: Option<(f64, f64)>,
    /// What is written at the end of the row.
    pub shown: String,
}

const WIDTH: f64 = 480.0;
const LEFT: f64 = 200.0;
const RIGHT: f64 = 58.0;
const TOP: f64 = 6.0;
/// Height of a row whose name takes one line, and two.
const STEPS: [f64; 2] = [21.0, 31.0];
/// Letters of a line.
const LETTERS: usize = 28;

impl Rows {
    /// The chart; `id` is like no other on the page.
    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    pub fn svg(&self, id: usize, numbers: Numbers) -> String {
        let names: Vec<Vec<String>> = self.rows.iter().map(|row| lines(&row.name)).collect();
        let step = STEPS[usize::from(names.iter().any(|name| name.len() > 1))];
        let bottom = TOP + self.rows.len() as f64 * step;
        let (right, height) = (WIDTH - RIGHT, bottom + 40.0);
        let axis = &self.axis;
        let x = |value: f64| {
            let place = LEFT + (value - axis.low) / (axis.high - axis.low) * (right - LEFT);
            place.clamp(LEFT, right)
        };
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t{id} d{id}\">\
             <title id=\"t{id}\">{}</title><desc id=\"d{id}\">{}</desc>\n",
            escape(&self.title),
            escape(&self.description)
        );
        // Writing into a text cannot fail.
        for (tick, shown) in axis.ticks(numbers, 4.0) {
            let place = x(tick);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
                 <text class=\"tick\" x=\"{place:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 15.0,
                escape(&shown)
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, right),
            height - 6.0,
            escape(&axis.label)
        );
        if let Some(rule) = self.rule {
            let place = x(rule);
            let _ = writeln!(
                svg,
                "<line class=\"rule s9\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>"
            );
        }
        let zero = x(0.0_f64.clamp(axis.low, axis.high));
        for ((index, row), name) in self.rows.iter().enumerate().zip(&names) {
            let middle = TOP + (index as f64 + 0.5) * step;
            let _ = write!(svg, "<g><title>{}</title>", escape(&row.name));
            let first = middle + 4.0 - 6.5 * (name.len() - 1) as f64;
            for (line, text) in name.iter().enumerate() {
                let _ = write!(
                    svg,
                    "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                    LEFT - 8.0,
                    first + 13.0 * line as f64,
                    escape(text)
                );
            }
            let place = x(row.value);
            let end = match row.interval {
                Some((low, high)) => {
                    let _ = write!(
                        svg,
                        "<line class=\"error s0\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>\
                         <circle class=\"point s0\" cx=\"{place:.1}\" cy=\"{middle:.1}\" r=\"4\"/>",
                        x(low),
                        x(high)
                    );
                    x(high)
                }
                None => {
                    let style = if row.value < 0.0 { 1 } else { 0 };
                    let _ = write!(
                        svg,
                        "<rect class=\"bar s{style}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                        zero.min(place),
                        middle - STEPS[0] * 0.33,
                        (place - zero).abs(),
                        STEPS[0] * 0.66
                    );
                    place.max(zero)
                }
            };
            let _ = writeln!(
                svg,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                end + 5.0,
                middle + 4.0,
                escape(&row.shown)
            );
        }
        svg.push_str("</svg>");
        svg
    }
}

/// A name in one line, or in two of which the second may be cut.
fn lines(name: &str) -> Vec<String> {
    let fits = |text: &str| text.chars().count() <= LETTERS;
    if fits(name) {
        return vec![name.to_owned()];
    }
    let cuts = name.match_indices(' ').map(|(place, _)| name.split_at(place));
    match cuts.rev().find(|(first, _)| fits(first)) {
        Some((first, rest)) => vec![first.to_owned(), shorten(rest.trim_start(), LETTERS)],
        None => vec![shorten(name, LETTERS)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn long_names_take_two_lines() {
        for (name, wanted) in [
            ("External score 3", vec!["External score 3"]),
            (
                "Weighted sum of the external scores, an unknown score being neutral",
                vec!["Weighted sum of the external", "scores, an unknown score be…"],
            ),
            (
                "Mean external score divided by credit term",
                vec!["Mean external score divided", "by credit term"],
            ),
            ("AWORDTHATISLONGERTHANALINECANBE", vec!["AWORDTHATISLONGERTHANALINEC…"]),
            ("", vec![""]),
        ] {
            assert_eq!(lines(name), wanted, "{name}");
        }
    }
}
