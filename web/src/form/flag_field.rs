//! Yes, no or unknown: three radio buttons that look like one switch.

use candor_core::FieldKind;
use leptos::prelude::*;

use super::FieldIndex;
use super::field_shell::Shell;
use super::state::Form;
use crate::page::Page;
use crate::text::Dictionary;

/// The field.
pub fn view(page: Page, form: Form, index: FieldIndex) -> impl IntoView {
    let Some(entry) = form.entries.get(index).copied() else {
        return ().into_any();
    };
    let Some(FieldKind::Flag { no, yes }) = form.field(index).map(|field| field.kind.clone()) else {
        return ().into_any();
    };
    let shell = Shell::new(page, form.clone(), index);
    let option = |position: usize, raw: String, word: fn(&Dictionary) -> &'static str| {
        let form = form.clone();
        // The first option carries the field's id, so that links to the field find it.
        let id = if position == 0 {
            shell.control()
        } else {
            format!("{}-{position}", shell.control())
        };
        let (is_chosen, text) = (raw.clone(), raw.clone());
        view! {
            <input
                class="visually-hidden segmented__input"
                type="radio"
                id=id.clone()
                name=format!("flag-{index}")
                value=raw
                prop:checked=move || entry.with(|entry| entry.text == is_chosen)
                on:change=move |_| form.enter(index, text.clone(), page.language.get_untracked())
            />
            <label class="segmented__option" for=id>
                {move || word(page.words())}
            </label>
        }
    };
    let label_id = format!("label-{index}");
    let labelled_by = label_id.clone();
    let control = view! {
        <div class="segmented">
            {option(0, yes, |words| words.yes)} {option(1, no, |words| words.no)}
            {option(2, String::new(), |words| words.unknown)}
        </div>
    };
    view! {
        <div class=shell.class() role="radiogroup" aria-labelledby=labelled_by aria-describedby=shell.described_by()>
            <div class="field__head">
                <span class="field__label" id=label_id>
                    {shell.label()}
                </span>
            </div>
            {shell.around(control.into_any())}
        </div>
    }
    .into_any()
}
