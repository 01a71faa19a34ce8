//! The advisor's page: one application, its decision, and the reasons, computed by `candor-core` as they are typed.
//!
//! The page holds no logic of its own: it turns what is typed into an [`Application`](candor_core::Application), asks the
//! [`Scorer`](candor_core::Scorer), and draws the answer. Nothing leaves the browser.

mod app;
mod browser;
mod card;
mod clients;
mod form;
mod format;
mod header;
mod model_loading;
mod page;
mod result;
mod text;

fn main() {
    browser::show_panics();
    if let Some(root) = browser::element("app") {
        root.set_text_content(None);
        leptos::mount::mount_to(root, app::app).forget();
    }
}
