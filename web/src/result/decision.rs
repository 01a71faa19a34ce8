//! The decision in words, icon and colour, and the figures that stand beside it.

use candor_core::{Decision, RiskLevel};
use leptos::prelude::*;

use super::Shown;
use crate::form::Form;
use crate::format;
use crate::page::Page;
use crate::text::{
    Dictionary, before_changes, changed_client, client_name, known_fields, own_application, percentile, verdict,
};

/// The decision's word.
pub fn word(words: &Dictionary, decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => words.approve,
        Decision::Decline => words.decline,
    }
}

/// The level's word.
pub fn level_word(words: &Dictionary, level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => words.low,
        RiskLevel::Medium => words.medium,
        RiskLevel::High => words.high,
        RiskLevel::Critical => words.critical,
    }
}

/// A tick or a bar in a circle: two shapes, so that colour is not alone.
pub fn icon(decision: Decision) -> impl IntoView {
    view! {
        <svg class="decision-icon" viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="11" />
            <path d=icon_path(decision) />
        </svg>
    }
}

fn icon_path(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "M6.8 12.4l3.5 3.5 7-7.4",
        Decision::Decline => "M7 12h10",
    }
}

/// Decision and figures.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let score = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.score)));
    let decision = Memo::new(move |_| score.get().map(|score| score.decision));
    let policy = form.scorer().model().policy.clone();
    let threshold = policy.threshold;
    let class = move || match decision.get() {
        Some(Decision::Approve) | None => "verdict verdict--approve",
        Some(Decision::Decline) => "verdict verdict--decline",
    };
    let reason = move || {
        score
            .get()
            .map(|score| verdict(score.probability, threshold, page.language.get()))
    };
    let probability = move || {
        score
            .get()
            .map(|score| format::probability(score.probability, page.language.get()))
    };
    let points = move || {
        let total = answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.waterfall.total))?;
        Some(format::whole(total, page.language.get()))
    };
    let level = move || score.get().map(|score| level_word(page.words(), score.risk_level));
    let level_class = move || match score.get().map(|score| score.risk_level) {
        Some(RiskLevel::Low) | None => "level level--low",
        Some(RiskLevel::Medium) => "level level--medium",
        Some(RiskLevel::High) => "level level--high",
        Some(RiskLevel::Critical) => "level level--critical",
    };
    let compared = {
        let form = form.clone();
        move || {
            let share = form.scorer().model().reference.share_below(score.get()?.log_odds)?;
            Some(percentile(share, page.language.get()))
        }
    };
    view! {
        <div class=class>
            <p class="verdict__client">{client(page, form.clone())}</p>
            <p class="verdict__decision">
                {move || decision.get().map(icon)}
                <strong class="verdict__word">{move || decision.get().map(|decision| word(page.words(), decision))}</strong>
            </p>
            <p class="verdict__reason">{reason}</p>
        </div>
        <dl class="figures">
            <div class="figure">
                <dt>{move || page.words().probability}</dt>
                <dd class="figure__value" data-figure="probability">{probability}</dd>
            </div>
            <div class="figure">
                <dt>{move || page.words().points}</dt>
                <dd class="figure__value" data-figure="points">{points}</dd>
            </div>
            <div class="figure">
                <dt>{move || page.words().risk_level}</dt>
                <dd class="figure__value"><span class=level_class>{level}</span></dd>
            </div>
            <div class="figure">
                <dt>{move || page.words().compared}</dt>
                <dd class="figure__text">{compared}</dd>
            </div>
        </dl>
        {basis(page, form, answer)}
    }
}

/// Whose answer it is.
fn client(page: Page, form: Form) -> impl Fn() -> String {
    let changed = Memo::new({
        let form = form.clone();
        move |_| (0..form.entries.len()).any(|index| form.is_changed(index))
    });
    move || {
        let language = page.language.get();
        match form.start.with(|start| start.sample) {
            Some(sample) if changed.get() => changed_client(sample + 1, language),
            Some(sample) => client_name(sample + 1, language),
            None => own_application(language).to_owned(),
        }
    }
}

/// What the answer rests on, and what it was before the advisor's changes.
fn basis(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let fields = form.entries.len();
    let known = move || {
        answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| known_fields(answer.known, fields, page.language.get()))
        })
    };
    let before = move || {
        let start = form.start.with(|start| start.score)?;
        let now = answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.score.log_odds))?;
        #[expect(clippy::cast_possible_truncation, reason = "points are far below 2^63")]
        let points = start.points.round() as i64;
        (now.to_bits() != start.log_odds.to_bits()).then(|| {
            let before = before_changes(points, start.probability, page.language.get());
            view! { <span class="basis__before">{before}</span> }
        })
    };
    view! {
        <p class="basis">
            <span>{known}</span>
            <span>{move || page.words().points_note}</span>
            {before}
        </p>
    }
}

/// On narrow screens: the answer in one line that stays in sight, and leads to the details.
pub fn summary_bar(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let outcome = form.outcome;
    let decision =
        Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.explanation.score.decision)));
    let class = move || match decision.get() {
        Some(Decision::Approve) => "summary-bar summary-bar--approve",
        Some(Decision::Decline) => "summary-bar summary-bar--decline",
        None => "summary-bar",
    };
    let text = move || {
        let language = page.language.get();
        let words = page.words();
        answer.with(|answer| match answer {
            Some(answer) => {
                let explanation = &answer.explanation;
                let probability = format::probability(explanation.score.probability, language);
                let total = format::whole(explanation.waterfall.total, language);
                view! {
                    <strong>{word(words, explanation.score.decision)}</strong>
                    <span>{format!("{probability} {}", words.probability_short)}</span>
                    <span>{format!("{total} {}", words.points_short)}</span>
                }
                .into_any()
            }
            None => {
                let wrong = outcome.with(|outcome| matches!(outcome, crate::form::Outcome::Wrong(_)));
                view! { <strong>{if wrong { words.withheld } else { words.nothing_known }}</strong> }.into_any()
            }
        })
    };
    view! {
        <a class=class href="#result">
            {move || decision.get().map(icon)} {text}
            <span class="summary-bar__more">
                <span class="visually-hidden">{move || page.words().see_details}</span>
                <svg class="chevron" viewBox="0 0 12 12" aria-hidden="true">
                    <path d="M4 2l4 4-4 4" />
                </svg>
            </span>
        </a>
    }
}
