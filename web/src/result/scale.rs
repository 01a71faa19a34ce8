//! Where the client stands on the scale of risk, between the bounds of the risk levels and beside the threshold. The
//! axis is linear in points (log-odds), as the waterfall is.

use candor_charts::{RiskScale, anchor, position};
use candor_core::RiskLevel;
use leptos::prelude::*;

use super::Shown;
use super::decision::level_word;
use crate::form::Form;
use crate::format;
use crate::page::Page;
use crate::text::scale_takeaway;

/// The scale.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let model = form.scorer().model();
    let threshold = model.policy.threshold;
    let scale = RiskScale::new(&model.reference.score_quantiles, model.policy.risk_bounds, threshold);
    let score = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.score)));
    let client = move || score.get().map_or(0.0, |score| scale.at(score.log_odds));
    let threshold_at = scale.threshold();
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
                    {bands(page, scale)} {ticks(page, scale)}
                    <line class="scale__threshold" x1=position(threshold_at) x2=position(threshold_at) y1="24" y2="73" />
                    <text class="scale__threshold-label" x=position(threshold_at) y="86" text-anchor=anchor(threshold_at)>
                        {move || {
                            format!("{} {}", page.words().threshold, format::probability(threshold, page.language.get()))
                        }}
                    </text>
                    <text
                        class="scale__client-label"
                        x=move || position(client())
                        y="13"
                        text-anchor=move || anchor(client())
                    >
                        {move || page.words().this_client} " " {probability}
                    </text>
                    <svg class="scale__client" x=move || position(client()) y="18" overflow="visible">
                        <path d="M-7 0h14l-7 10z" />
                    </svg>
                </g>
            </svg>
        </figure>
    }
}

/// The four bands with their names.
fn bands(page: Page, scale: RiskScale) -> impl IntoView {
    let bands = scale.bands().map(|band| {
        let level = band.level;
        let class = match level {
            RiskLevel::Low => "band band--low",
            RiskLevel::Medium => "band band--medium",
            RiskLevel::High => "band band--high",
            RiskLevel::Critical => "band band--critical",
        };
        view! {
            <rect class=class x=position(band.left) width=position(band.width) y="29" height="20" />
            <text class="band__name" x=position(band.middle()) y="43" text-anchor="middle">
                {move || level_word(page.words(), level)}
            </text>
        }
    });
    view! { {bands.into_iter().collect::<Vec<_>>()} }
}

/// The probabilities at the bounds.
fn ticks(page: Page, scale: RiskScale) -> impl IntoView {
    let ticks = scale.ticks().into_iter().map(|tick| {
        view! {
            <text class="scale__tick" x=position(tick.at) dx=tick.aside y="64" text-anchor=tick.anchor>
                {move || format::round_percent(tick.bound, page.language.get())}
            </text>
        }
    });
    ticks.collect::<Vec<_>>()
}
