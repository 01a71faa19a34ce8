//! Where the client stands on the scale of risk, between the bounds of the risk levels and beside the threshold. The
//! axis is linear in points (log-odds), as the waterfall is.

use candor_core::RiskLevel;
use candor_core::decision::log_odds_of;
use leptos::prelude::*;

use super::Shown;
use super::decision::level_word;
use crate::form::Form;
use crate::format;
use crate::page::Page;
use crate::text::scale_takeaway;

/// Part of the width that the outer bands have at least, however the population lies.
const LEAST_BAND: f64 = 0.9;

/// Closer than this to the threshold's line, in per cent of the width, the text of a bound would be struck through.
const CROWDED: f64 = 5.0;

/// The axis: from log-odds to per cent of the width.
#[derive(Debug, Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// From the safest to the riskiest percent of the population, or a little beyond the bounds.
    fn new(quantiles: &[f64], bounds: &[f64; 3]) -> Self {
        let [first, _, last] = bounds.map(log_odds_of);
        let at = |position: usize| quantiles.get(position).copied();
        Self {
            low: at(1).unwrap_or(f64::INFINITY).min(first - LEAST_BAND),
            high: at(99).unwrap_or(f64::NEG_INFINITY).max(last + LEAST_BAND),
        }
    }

    /// Clients beyond an end stand at it.
    fn percent(self, log_odds: f64) -> f64 {
        ((log_odds - self.low) / (self.high - self.low) * 100.0).clamp(0.0, 100.0)
    }
}

/// The scale.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let policy = form.scorer().model().policy.clone();
    let axis = Axis::new(&form.scorer().model().reference.score_quantiles, &policy.risk_bounds);
    let score = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.score)));
    let client = move || score.get().map_or(0.0, |score| axis.percent(score.log_odds));
    let threshold_at = axis.percent(log_odds_of(policy.threshold));
    let threshold = policy.threshold;
    let probability = move || {
        score
            .get()
            .map(|score| format::probability(score.probability, page.language.get()))
    };
    let takeaway = move || {
        let score = score.get()?;
        let level = level_word(page.words(), score.risk_level);
        Some(scale_takeaway(score.probability, threshold, level, page.language.get()))
    };
    view! {
        <figure class="scale">
            <svg class="scale__drawing" width="100%" height="92" role="img" aria-label=takeaway>
                <g aria-hidden="true">
                    {bands(page, axis, &policy.risk_bounds)} {ticks(page, axis, &policy.risk_bounds, threshold_at)}
                    <line class="scale__threshold" x1=percent(threshold_at) x2=percent(threshold_at) y1="24" y2="73" />
                    <text class="scale__threshold-label" x=percent(threshold_at) y="86" text-anchor=anchor(threshold_at)>
                        {move || {
                            format!("{} {}", page.words().threshold, format::probability(threshold, page.language.get()))
                        }}
                    </text>
                    <text
                        class="scale__client-label"
                        x=move || percent(client())
                        y="13"
                        text-anchor=move || anchor(client())
                    >
                        {move || page.words().this_client} " " {probability}
                    </text>
                    <svg class="scale__client" x=move || percent(client()) y="18" overflow="visible">
                        <path d="M-7 0h14l-7 10z" />
                    </svg>
                </g>
            </svg>
        </figure>
    }
}

/// The four bands with their names.
fn bands(page: Page, axis: Axis, bounds: &[f64; 3]) -> impl IntoView + use<> {
    let edges: Vec<f64> = std::iter::once(0.0)
        .chain(bounds.iter().map(|&bound| axis.percent(log_odds_of(bound))))
        .chain([100.0])
        .collect();
    let bands = RiskLevel::ALL.into_iter().zip(edges.windows(2)).map(|(level, edge)| {
        let (start, width) = (edge[0], edge[1] - edge[0]);
        let class = match level {
            RiskLevel::Low => "band band--low",
            RiskLevel::Medium => "band band--medium",
            RiskLevel::High => "band band--high",
            RiskLevel::Critical => "band band--critical",
        };
        view! {
            <rect class=class x=percent(start) width=percent(width) y="29" height="20" />
            <text class="band__name" x=percent(start + width / 2.0) y="43" text-anchor="middle">
                {move || level_word(page.words(), level)}
            </text>
        }
    });
    view! { {bands.collect::<Vec<_>>()} }
}

/// The probabilities at the bounds. One that is close to the threshold's line steps aside; one that is the threshold is
/// told by its label.
fn ticks(page: Page, axis: Axis, bounds: &[f64; 3], threshold_at: f64) -> impl IntoView + use<> {
    let ticks = bounds.map(|bound| {
        let at = axis.percent(log_odds_of(bound));
        let (anchor, aside) = match at - threshold_at {
            distance if distance.abs() < 0.05 => return None,
            distance if distance.abs() > CROWDED => ("middle", "0"),
            distance if distance > 0.0 => ("start", "4"),
            _ => ("end", "-4"),
        };
        Some(view! {
            <text class="scale__tick" x=percent(at) dx=aside y="64" text-anchor=anchor>
                {move || format::round_percent(bound, page.language.get())}
            </text>
        })
    });
    ticks.into_iter().collect::<Vec<_>>()
}

/// Text near an end of the scale is kept inside.
fn anchor(at: f64) -> &'static str {
    match at {
        _ if at < 15.0 => "start",
        _ if at > 85.0 => "end",
        _ => "middle",
    }
}

fn percent(at: f64) -> String {
    format!("{at:.2}%")
}
