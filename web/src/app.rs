//! The page from top to bottom.

use std::sync::Arc;

use gloo::events::EventListener;
use gloo::utils::{document, window};
use leptos::prelude::*;

use crate::form::{Carried, Form};
use crate::page::{LoadedModel, Page};
use crate::{card, clients, form, header, language, model_loading, result};

/// Where the time of printing goes.
const PRINTED_AT: &str = "printed-at";

/// The whole page.
pub fn app() -> impl IntoView {
    let page = Page::new();
    // What was typed for the model before the one in use, until its form takes it over.
    let carried = StoredValue::new(None::<Carried>);
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
                Some(model) => workspace(page, model, carried).into_any(),
                None => model_loading::invitation(page).into_any(),
            }}
        </main>
        {footer(page)}
        {card::dialog(page)}
        {model_loading::drop_area(page)}
    }
}

/// Clients, form and result of one model. A new model gets new ones.
fn workspace(page: Page, model: Arc<LoadedModel>, carried: StoredValue<Option<Carried>>) -> impl IntoView {
    let before = carried.try_update_value(Option::take).flatten();
    let filling = before.map(|before| before.into_form(&model.scorer, page.language.get_untracked()));
    let form = Form::new(page, model, filling);
    on_cleanup({
        let form = form.clone();
        move || carried.set_value(Carried::from_form(&form))
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
    EventListener::new(&window(), "beforeprint", move |_| {
        if let Some(place) = document().get_element_by_id(PRINTED_AT) {
            place.set_text_content(Some(&language::now_in_words(page.language.get_untracked())));
        }
    })
    .forget();
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
