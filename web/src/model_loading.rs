//! Where model files come from: beside the page, from a button, or dropped anywhere on the page.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::file::{File, FileReadError, futures::read_as_bytes};
use gloo::net::http::Request;
use gloo::utils::window;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, HtmlInputElement};

use crate::page::{Outcome, Page};
use crate::text::{load_problem, model_loaded, still_working, unreadable};

/// Name of the model file beside the page; relative, so that the page works below any path.
const BESIDE: &str = "model.candor";

/// Looks for a model beside the page. None there is no error: the page then asks for one.
pub fn load_beside(page: Page) {
    spawn_local(async move {
        if let Ok(Some(bytes)) = fetch(BESIDE).await {
            page.take_file(BESIDE.to_owned(), &bytes, true);
        }
        page.loading.set(false);
    });
}

/// The bytes at a relative address; `None` when there is nothing, or a host answers with its start page instead.
async fn fetch(address: &str) -> Result<Option<Vec<u8>>, gloo::net::Error> {
    let response = Request::get(address).send().await?;
    let content_type = response.headers().get("content-type").unwrap_or_default();
    if !response.ok() || content_type.starts_with("text/html") {
        return Ok(None);
    }
    response.binary().await.map(Some)
}

/// Reads the first of the files that were chosen or dropped.
fn read(page: Page, files: Option<FileList>) {
    let Some(file) = files.and_then(|files| files.get(0)).map(File::from) else {
        return;
    };
    spawn_local(async move {
        match read_as_bytes(&file).await {
            Ok(bytes) => page.take_file(file.name(), &bytes, false),
            Err(error) => page.could_not_read(file.name(), in_the_browsers_words(error)),
        }
    });
}

fn in_the_browsers_words(error: FileReadError) -> String {
    match error {
        FileReadError::AbortedEarly => String::new(),
        FileReadError::NotFound(words) | FileReadError::NotReadable(words) | FileReadError::Security(words) => words,
    }
}

/// A button that opens a file.
pub fn open_button(page: Page, id: &'static str, class: &'static str) -> impl IntoView {
    let choose = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        read(page, input.files());
        // The same file can be chosen again after it was changed.
        input.set_value("");
    };
    view! {
        <span class="open-file">
            <input id=id class="visually-hidden" type="file" accept=".candor" on:change=choose />
            <label class=class for=id>
                {icon_open()}
                <span>{move || page.words().open_model}</span>
            </label>
        </span>
    }
}

fn icon_open() -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M10 13V3.5M6 7l4-4 4 4M3.5 12.5V16h13v-3.5" />
        </svg>
    }
}

/// Takes files dropped anywhere, and shows where they would go while they are dragged over the page.
pub fn drop_area(page: Page) -> impl IntoView {
    let dragging = RwSignal::new(false);
    on_drag("dragover", move |event| {
        event.prevent_default();
        let files = event
            .data_transfer()
            .is_some_and(|data| data.types().includes(&"Files".into(), 0));
        if files && !dragging.get_untracked() {
            dragging.set(true);
        }
    });
    on_drag("dragleave", move |event| {
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    on_drag("drop", move |event| {
        event.prevent_default();
        dragging.set(false);
        read(page, event.data_transfer().and_then(|data| data.files()));
    });
    move || {
        dragging.get().then(|| {
            view! {
                <div class="drop-area">
                    <p class="drop-area__text">{move || page.words().drop_here}</p>
                </div>
            }
        })
    }
}

/// Listens to what is dragged over the page, for as long as there is a page.
fn on_drag(event: &'static str, react: impl Fn(&DragEvent) + 'static) {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window(), event, options, move |event| {
        if let Some(event) = event.dyn_ref() {
            react(event);
        }
    })
    .forget();
}

/// What there is to say about the last file, read out by screen readers when it appears.
pub fn notices(page: Page) -> impl IntoView {
    let close = move |_| page.notice.set(None);
    let notice = move || {
        let notice = page.notice.get()?;
        let language = page.language.get();
        let words = page.words();
        let loaded = matches!(notice.outcome, Outcome::Loaded);
        let name = page
            .model
            .with(|model| model.as_ref().map(|model| model.name().to_owned()));
        let message = match &notice.outcome {
            Outcome::Loaded => model_loaded(&name.clone().unwrap_or_default(), &notice.file, language),
            Outcome::Refused(error) => load_problem(error, language),
            Outcome::Unreadable(detail) => unreadable(detail, language),
        };
        let title = (!loaded).then(|| {
            view! {
                <p class="notice__title">
                    {words.file_not_loaded} ": " <strong class="notice__file">{notice.file.clone()}</strong>
                </p>
            }
        });
        let consequence = name
            .filter(|_| !loaded)
            .map(|name| view! { <p>{still_working(&name, language)}</p> });
        Some(view! {
            <div class="notice" class:notice--error=!loaded>
                <div class="notice__body">{title} <p>{message}</p> {consequence}</div>
                <button type="button" class="button button--quiet" on:click=close>
                    {words.close}
                </button>
            </div>
        })
    };
    view! {
        <div class="notices" role="alert">
            {notice}
        </div>
    }
}

/// What stands in for the form and the result while there is no model.
pub fn invitation(page: Page) -> impl IntoView {
    move || {
        if page.loading.get() {
            return view! {
                <p class="loading" role="status">
                    {page.words().loading}
                </p>
            }
            .into_any();
        }
        view! {
            <section class="invitation">
                <h2>{move || page.words().no_model_title}</h2>
                <p>{move || page.words().no_model_body}</p>
                {open_button(page, "open-first-model", "button button--main")}
            </section>
        }
        .into_any()
    }
}
