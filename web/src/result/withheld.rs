//! What stands in place of the answer while there is none to give.

use leptos::prelude::*;

use crate::form::{FieldIndex, Form, Outcome, problem};
use crate::page::Page;

/// Which values stop the answer, or that none is known yet.
pub fn view(page: Page, form: Form) -> impl IntoView {
    let wrong = Memo::new({
        let outcome = form.outcome;
        move |_| {
            outcome.with(|outcome| match outcome {
                Outcome::Wrong(fields) => fields.clone(),
                Outcome::NothingKnown | Outcome::Answer(_) => Vec::new(),
            })
        }
    });
    let any_wrong = move || wrong.with(|wrong| !wrong.is_empty());
    view! {
        <div class="verdict verdict--withheld">
            <p class="verdict__decision">
                <svg class="decision-icon" viewBox="0 0 24 24" aria-hidden="true">
                    <circle cx="12" cy="12" r="11" />
                    <path d="M12 6.5v6.5M12 16.4v.4" />
                </svg>
                <strong class="verdict__word">
                    {move || if any_wrong() { page.words().withheld } else { page.words().nothing_known }}
                </strong>
            </p>
            <p class="verdict__reason">
                {move || if any_wrong() { page.words().withheld_body } else { page.words().nothing_known_body }}
            </p>
            <ul class="wrong-fields">
                <For each=move || wrong.get() key=|index| *index let:index>
                    {wrong_field(page, form.clone(), index)}
                </For>
            </ul>
        </div>
    }
}

fn wrong_field(page: Page, form: Form, index: FieldIndex) -> impl IntoView {
    let label = {
        let form = form.clone();
        move || {
            let language = page.language.get();
            form.field(index)
                .map(|field| field.label.in_language(language).to_owned())
        }
    };
    let what = {
        let form = form.clone();
        move || problem(&form, index, page.language.get())
    };
    view! {
        <li>
            <button type="button" class="link-button" on:click=move |_| form.reveal(index)>
                {label}
            </button>
            " " <span>{what}</span>
        </li>
    }
}
