//! The answer beside the form: decision, figures, scale, reasons, waterfall.

mod decision;
mod reasons;
mod scale;
mod table;
mod waterfall;
mod withheld;

use std::sync::Arc;

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

pub use decision::icon as decision_icon;

use crate::form::{Answer, Form, Outcome};
use crate::page::Page;
use crate::text::announcement;

/// How many milliseconds typing must pause before a screen reader hears the new answer.
const PAUSE: u32 = 900;

/// The answer being shown; the parts of the panel follow it one by one, so that a keystroke changes texts and attributes
/// and builds nothing anew.
type Shown = Signal<Option<Arc<Answer>>>;

/// The panel.
pub fn view(page: Page, form: Form) -> impl IntoView {
    let outcome = form.outcome;
    let answer: Shown = Signal::derive(move || {
        outcome.with(|outcome| match outcome {
            Outcome::Answer(answer) => Some(answer.clone()),
            Outcome::NothingKnown | Outcome::Wrong(_) => None,
        })
    });
    let has_answer = Memo::new(move |_| answer.with(Option::is_some));
    let body = {
        let form = form.clone();
        move || {
            if has_answer.get() {
                view! {
                    {decision::view(page, form.clone(), answer)} {scale::view(page, form.clone(), answer)}
                    {reasons::view(page, form.clone(), answer)} {waterfall::view(page, form.clone(), answer)}
                }
                .into_any()
            } else {
                withheld::view(page, form.clone()).into_any()
            }
        }
    };
    view! {
        <section class="result" id="result" aria-labelledby="result-title" tabindex="-1">
            <h2 class="visually-hidden" id="result-title">
                {move || page.words().result}
            </h2>
            {body}
            {live_region(page, form.clone())}
        </section>
        {decision::summary_bar(page, form, answer)}
    }
}

/// The decision for screen readers, once typing pauses.
fn live_region(page: Page, form: Form) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let outcome = form.outcome;
    // What an effect returns is kept until it runs again: a timer that is let go before its time tells nothing.
    Effect::new(move |before: Option<Option<Timeout>>| {
        let language = page.language.get();
        let words = page.words();
        let said = outcome.with(|outcome| match outcome {
            Outcome::NothingKnown => words.nothing_known.to_owned(),
            Outcome::Wrong(_) => words.withheld.to_owned(),
            Outcome::Answer(answer) => announcement(
                decision::word(words, answer.explanation.score.decision),
                answer.explanation.waterfall.total,
                answer.explanation.score.probability,
                language,
            ),
        });
        // The first answer is on the page when it is read; only changes need to be told.
        before.map(|unheard| {
            drop(unheard);
            Timeout::new(PAUSE, move || {
                let _ = text.try_set(said);
            })
        })
    });
    view! {
        <p class="live-region visually-hidden" role="status" aria-live="polite">
            {move || text.get()}
        </p>
    }
}
