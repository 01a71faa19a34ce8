//! Figures as SVG and HTML text: what a report, a page and a letter draw with. Text in, text out.
//!
//! Two kinds of chart serve all: [`Plot`] (lines, areas and points over two axes) and [`Rows`] (bars with names). Each has
//! a title, a description for who cannot see it, and takes its colours from the style sheet, light, dark and in print.
//! Every text that comes from a model or a table goes through [`markup::escape`].
//!
//! Of the two charts of the advisor's page, [`WaterfallBars`] and [`RiskScale`] say where everything stands; the page makes
//! its elements of that.
//!
//! ```
//! use candor_charts::{Axis, Mark, Numbers, Plot, Series, Shows};
//! use candor_core::Language;
//!
//! let plot = Plot {
//!     title: "Cost by threshold".into(),
//!     description: "Cost per client falls, then rises again".into(),
//!     x: Axis::up_to("Threshold", 1.0, Shows::Percent),
//!     y: Axis::up_to("Cost", 1.0, Shows::Numbers),
//!     series: vec![Series { name: "Cost".into(), style: 0, mark: Mark::Line(vec![(0.0, 0.8), (0.1, 0.5), (1.0, 0.9)]) }],
//! };
//! let svg = plot.svg(1, Numbers { language: Language::En });
//! assert!(svg.starts_with("<svg") && svg.contains("Cost by threshold"));
//! ```

pub mod markup;
mod numbers;
mod plot;
mod risk_scale;
mod rows;
mod waterfall;

pub use numbers::{NONE, Numbers};
pub use plot::{Axis, GREY, Mark, Plot, Series, Shows, shorten, ticks};
pub use risk_scale::{Band, RiskScale, Tick, anchor};
pub use rows::{Row, Rows};
pub use waterfall::{WaterfallBar, WaterfallBars};

/// A place or a length in per cent of a chart's width, as an attribute of SVG takes it: `12.35%`.
pub fn position(at: f64) -> String {
    format!("{at:.2}%")
}
