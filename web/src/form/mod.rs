//! The application form: the important fields first, the rest in sections that open, all of it searchable.

mod carry;
mod category_field;
mod field_shell;
mod flag_field;
mod focus;
mod measure;
mod number_field;
mod search;
mod searchable;
mod start;
mod state;

use candor_core::FieldKind;
use leptos::prelude::*;

pub use carry::Carried;
pub use field_shell::problem;
pub use start::{Start, start};
pub use state::{Answer, Form, Outcome};

use crate::page::Page;
use crate::text::section_known;

/// Position of a field in the schema.
pub type FieldIndex = usize;

/// The form.
pub fn view(page: Page, form: Form) -> impl IntoView {
    let body = {
        let form = form.clone();
        let searching = Memo::new({
            let form = form.clone();
            move |_| form.query.with(|query| !query.trim().is_empty())
        });
        move || {
            if searching.get() {
                search::matches(page, form.clone()).into_any()
            } else {
                sections(page, form.clone()).into_any()
            }
        }
    };
    view! {
        <section class="form" id="application" aria-labelledby="application-title" tabindex="-1">
            <div class="form__head">
                <div class="form__title">
                    <h2 id="application-title">{move || page.words().application}</h2>
                    <p class="form__help">{move || page.words().application_help}</p>
                </div>
                {search::search_box(page, form)}
            </div>
            {body}
        </section>
    }
}

/// The important fields, then a section for each reason group.
fn sections(page: Page, form: Form) -> impl IntoView {
    let others = form
        .sections
        .iter()
        .enumerate()
        .map(|(section, _)| group_section(page, form.clone(), section))
        .collect::<Vec<_>>();
    let has_others = !others.is_empty();
    view! {
        <section class="form__main" aria-labelledby="main-fields">
            <h3 id="main-fields">{move || page.words().main_fields}</h3>
            <div class="fields">
                {form.main.iter().map(|&index| field(page, form.clone(), index)).collect::<Vec<_>>()}
            </div>
        </section>
        {has_others.then(|| {
            view! {
                <section class="form__others" aria-labelledby="other-fields">
                    <h3 id="other-fields">{move || page.words().other_fields}</h3>
                    {others}
                </section>
            }
        })}
    }
}

/// One section; its fields exist only while it is open.
fn group_section(page: Page, form: Form, section: usize) -> impl IntoView {
    let Some(fields) = form.sections.get(section) else {
        return ().into_any();
    };
    let (open, indices) = (fields.open, fields.fields.clone());
    let id = format!("section-{section}");
    let controls = id.clone();
    let label = {
        let (form, group) = (form.clone(), fields.group);
        move || {
            let language = page.language.get();
            form.schema()
                .groups
                .get(group)
                .map(|group| group.label.in_language(language).to_owned())
        }
    };
    let known = {
        let (form, indices) = (form.clone(), indices.clone());
        move || section_known(form.known(&indices), indices.len(), page.language.get())
    };
    let content = move || {
        open.get().then(|| {
            view! {
                <div class="fields" id=id.clone()>
                    {indices.iter().map(|&index| field(page, form.clone(), index)).collect::<Vec<_>>()}
                </div>
            }
        })
    };
    view! {
        <div class="section">
            <h4 class="section__title">
                <button
                    type="button"
                    class="section__toggle"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls=move || open.get().then(|| controls.clone())
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <svg class="chevron" viewBox="0 0 12 12" aria-hidden="true">
                        <path d="M4 2l4 4-4 4" />
                    </svg>
                    <span class="section__label">{label}</span>
                    <span class="section__known">{known}</span>
                </button>
            </h4>
            {content}
        </div>
    }
    .into_any()
}

/// The control for a field, by its kind.
fn field(page: Page, form: Form, index: FieldIndex) -> AnyView {
    match form.field(index).map(|field| &field.kind) {
        Some(FieldKind::Number(_)) => number_field::view(page, form, index).into_any(),
        Some(FieldKind::Flag { .. }) => flag_field::view(page, form, index).into_any(),
        Some(FieldKind::Category { .. }) => category_field::view(page, form, index).into_any(),
        None => ().into_any(),
    }
}
