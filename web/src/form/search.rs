//! Finding a field among more than a hundred: by its label in any language, or by its column name.

use leptos::prelude::*;

use super::FieldIndex;
use super::searchable::plain;
use super::state::Form;
use crate::page::Page;
use crate::text::matches_found;

/// The search box with the number of matches.
pub fn search_box(page: Page, form: Form) -> impl IntoView {
    let query = form.query;
    let found = move || {
        let searching = query.with(|query| !query.trim().is_empty());
        searching.then(|| matches_found(matching(&form).len(), page.language.get()))
    };
    view! {
        <div class="search" role="search">
            <label class="search__label" for="search">
                {move || page.words().search}
            </label>
            <div class="search__control">
                <svg class="icon search__icon" viewBox="0 0 20 20" aria-hidden="true">
                    <path d="M8.8 14.6a5.8 5.8 0 1 0 0-11.6 5.8 5.8 0 0 0 0 11.6zM13 13l4 4" />
                </svg>
                <input
                    id="search"
                    class="input"
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby="search-hint"
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            query.set(String::new());
                        }
                    }
                />
                <span class="search__found" role="status">
                    {found}
                </span>
            </div>
            <p class="search__hint" id="search-hint">
                {move || page.words().search_hint}
            </p>
        </div>
    }
}

/// The fields that match, in place of the sections.
pub fn matches(page: Page, form: Form) -> impl IntoView {
    let found = Memo::new({
        let form = form.clone();
        move |_| matching(&form)
    });
    let query = form.query;
    view! {
        <section class="form__main" aria-labelledby="application-title">
            {move || found.with(Vec::is_empty).then(|| view! { <p class="form__empty">{page.words().no_match}</p> })}
            <div class="fields">
                <For each=move || found.get() key=|index| *index let:index>
                    {super::field(page, form.clone(), index)}
                </For>
            </div>
            <button type="button" class="button" on:click=move |_| query.set(String::new())>
                {move || page.words().clear_search}
            </button>
        </section>
    }
}

/// The fields that hold every word of the query, the important ones first.
fn matching(form: &Form) -> Vec<FieldIndex> {
    let query = plain(&form.query.get());
    let words: Vec<&str> = query.split_whitespace().collect();
    let in_order = form
        .main
        .iter()
        .chain(form.sections.iter().flat_map(|section| &section.fields));
    in_order
        .copied()
        .filter(|&index| {
            form.haystacks
                .get(index)
                .is_some_and(|text| words.iter().all(|word| text.contains(word)))
        })
        .collect()
}
