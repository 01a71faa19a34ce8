//! The page from top to bottom.

use std::sync::Arc;

use leptos::prelude::*;

use crate::form::{Carried, Form};
use crate::page::{LoadedModel, Page};
use crate::{browser, card, clients, form, header, model_loading, result};

/// Where the time of printing goes.
const PRINTED_AT: &str = "printed-at";

/// The whole page.
pub fn app() -> impl IntoView {
    let page = Page::new();
    model_loading::load_beside(page);
    view! {
        <a class="skip-link" href="#application">
            {move || page.words().skip_to_form}
        </a>
        <a class="skip-link" href="#result">
            {move || page.words().skip_to_result}
        </a>
        {header::header(page)}
        <main class="main">
            {model_loading::notices(page)}
            {move || match page.model.get() {
                Some(model) => workspace(page, model).into_any(),
                None => model_loading::invitation(page).into_any(),
            }}
        </main>
        {footer(page)}
        {card::dialog(page)}
        {model_loading::drop_area(page)}
    }
}

/// Clients, form and result of one model. A new model gets new ones.
fn workspace(page: Page, model: Arc<LoadedModel>) -> impl IntoView {
    let form = Form::new(page, model);
    on_cleanup({
        let form = form.clone();
        move || page.carried.set_value(Carried::from_form(&form))
    });
    view! {
        <div class="workspace">
            <div class="workspace__form">
                {clients::clients(page, form.clone())} {form::view(page, form.clone())}
            </div>
            {result::view(page, form)}
        </div>
    }
}

/// The promise of privacy; in print, which model answered and when.
fn footer(page: Page) -> impl IntoView {
    let before = window_event_listener(leptos::ev::beforeprint, move |_| {
        if let Some(place) = browser::element(PRINTED_AT) {
            place.set_text_content(Some(&browser::now_in_words(page.language.get_untracked())));
        }
    });
    on_cleanup(move || before.remove());
    let model = move || {
        page.model.with(|model| {
            model.as_ref().map(|model| {
                view! {
                    <p class="footer__print">
                        {model.name().to_owned()} " · SHA-256 " {model.digest.clone()} " · "
                        <span id=PRINTED_AT></span>
                    </p>
                }
            })
        })
    };
    view! {
        <footer class="footer">
            <p>{move || page.words().private}</p>
            {model}
        </footer>
    }
}
