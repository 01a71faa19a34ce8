//! The few things that the page asks of the browser itself. What a browser refuses (a full or forbidden storage, an
//! element that is gone) is left undone: none of it changes an answer.

use candor_core::Language;
use leptos::prelude::{request_animation_frame, window};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

const LANGUAGE_KEY: &str = "candor-language";
const MEASURE: &str = "candor:explain";
const MEASURE_START: &str = "candor:explain-start";

/// The page's document.
pub fn document() -> Option<Document> {
    window().document()
}

/// The element with this id.
pub fn element(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the keyboard focus to the element with this id, once the page is drawn with it, and scrolls it into the middle.
pub fn focus_when_drawn(id: String) {
    request_animation_frame(move || {
        if let Some(element) = element(&id) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = element.focus();
        }
    });
}

/// The language chosen before, or the browser's.
pub fn preferred_language() -> Language {
    let chosen = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(LANGUAGE_KEY).ok()?);
    let tag = chosen.or_else(|| window().navigator().language()).unwrap_or_default();
    if tag.starts_with("fr") {
        Language::Fr
    } else {
        Language::En
    }
}

/// The language's tag, for `lang` attributes.
pub fn language_tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
    }
}

/// Remembers the language for the next visit.
pub fn remember_language(language: Language) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(LANGUAGE_KEY, language_tag(language));
    }
}

/// Tells the browser (and so screen readers) the page's language and title.
pub fn set_language_and_title(language: Language, title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute("lang", language_tag(language));
        }
    }
}

/// The date and time of now, as people of the language write it: it is printed with an answer.
pub fn now_in_words(language: Language) -> String {
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"dateStyle".into(), &"long".into());
    let _ = js_sys::Reflect::set(&options, &"timeStyle".into(), &"short".into());
    js_sys::Date::new_0()
        .to_locale_string(language_tag(language), &options)
        .into()
}

/// Runs `work` between two marks, so that `performance` (and the end-to-end test) can tell how long an explanation takes.
pub fn measured<T>(work: impl FnOnce() -> T) -> T {
    let Some(performance) = window().performance() else {
        return work();
    };
    performance.clear_measures_with_measure_name(MEASURE);
    let _ = performance.mark(MEASURE_START);
    let answer = work();
    let _ = performance.measure_with_start_mark(MEASURE, MEASURE_START);
    performance.clear_marks_with_mark_name(MEASURE_START);
    answer
}

/// After a panic nothing on the page can be trusted to answer: says so instead of leaving it silently dead.
pub fn show_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        if let Some(message) = element("crash") {
            message.set_hidden(false);
        }
    }));
}
