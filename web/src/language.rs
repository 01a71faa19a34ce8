//! The language of the page's reader: asked of the browser, remembered, and told to it.

use candor_core::Language;
use gloo::utils::{document, document_element, window};
use web_sys::Storage;

const LANGUAGE_KEY: &str = "candor-language";

/// The language chosen before, or the browser's.
pub fn preferred() -> Language {
    let chosen = storage().and_then(|storage| storage.get_item(LANGUAGE_KEY).ok()?);
    let tag = chosen.or_else(|| window().navigator().language()).unwrap_or_default();
    Language::ALL
        .into_iter()
        .find(|language| tag.starts_with(language.code()))
        .unwrap_or(Language::En)
}

/// Remembers the language for the next visit, where the browser has room for it and may keep it.
pub fn remember(language: Language) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(LANGUAGE_KEY, language.code());
    }
}

/// `None` where the browser keeps nothing for the page. There gloo's storage would throw, and end the page.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Tells the browser (and so screen readers) the page's language and title.
pub fn tell_browser(language: Language, title: &str) {
    document().set_title(title);
    let _ = document_element().set_attribute("lang", language.code());
}

/// The date and time of now, as people of the language write it: it is printed with an answer.
pub fn now_in_words(language: Language) -> String {
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"dateStyle".into(), &"long".into());
    let _ = js_sys::Reflect::set(&options, &"timeStyle".into(), &"short".into());
    js_sys::Date::new_0().to_locale_string(language.code(), &options).into()
}
