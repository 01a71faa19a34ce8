//! The bar at the top: name, model, what can be opened, language.

use candor_core::Language;
use gloo::utils::window;
use leptos::prelude::*;

use crate::language;
use crate::model_loading::open_button;
use crate::page::Page;

/// The header.
pub fn header(page: Page) -> impl IntoView {
    let model_name = move || {
        page.model
            .with(|model| model.as_ref().map(|model| model.name().to_owned()))
    };
    let with_model = move || {
        page.model.with(Option::is_some).then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| page.card_open.set(true)>
                    {move || page.words().about_model}
                </button>
                <button
                    type="button"
                    class="button button--print"
                    on:click=move |_| {
                        let _ = window().print();
                    }
                >
                    {move || page.words().print}
                </button>
            }
        })
    };
    view! {
        <header class="header">
            <div class="header__inner">
                <h1 class="brand">
                    <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
                        <path class="brand__ring" d="M25.2 9.4A11 11 0 1 0 25.2 22.6" />
                        <path class="brand__line" d="M9.5 16.4l4.6 4.6L27 8.6" />
                    </svg>
                    <span>"Candor"</span>
                </h1>
                <p class="header__model">{model_name}</p>
                <div class="header__tools" role="group" aria-label=move || page.words().toolbar>
                    {open_button(page, "open-model", "button")} {with_model}
                </div>
                {language_switch(page)}
            </div>
        </header>
    }
}

fn language_switch(page: Page) -> impl IntoView {
    let option = move |language: Language| {
        view! {
            <button
                type="button"
                class="switch__option"
                lang=language.code()
                aria-pressed=move || if page.language.get() == language { "true" } else { "false" }
                on:click=move |_| {
                    page.language.set(language);
                    language::remember(language);
                }
            >
                {language.own_name()}
            </button>
        }
    };
    view! {
        <div class="switch" role="group" aria-label=move || page.words().language>
            {Language::ALL.map(option)}
        </div>
    }
}
