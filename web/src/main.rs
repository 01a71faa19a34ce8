//! The advisor's page: one application, its decision, and the reasons, computed by `candor-core` as they are typed.
//!
//! The page holds no logic of its own: it turns what is typed into an [`Application`](candor_core::Application), asks the
//! [`Scorer`](candor_core::Scorer), and draws the answer. Nothing leaves the browser.

mod app;
mod card;
mod clients;
mod form;
mod format;
mod header;
mod language;
mod model_loading;
mod page;
mod result;
mod text;

use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

fn main() {
    show_panics();
    let root = document().get_element_by_id("app");
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        root.set_text_content(None);
        leptos::mount::mount_to(root, app::app).forget();
    }
}

/// After a panic nothing on the page can be trusted to answer: says so instead of leaving it silently dead.
fn show_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        if let Some(message) = document().get_element_by_id("crash") {
            let _ = message.remove_attribute("hidden");
        }
    }));
}
