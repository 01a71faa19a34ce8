//! One of a list of levels: a native select with translated labels.

use candor_core::FieldKind;
use leptos::prelude::*;

use super::FieldIndex;
use super::field_shell::Shell;
use super::state::Form;
use crate::page::Page;

/// The field.
pub fn view(page: Page, form: Form, index: FieldIndex) -> impl IntoView {
    let Some(entry) = form.entries.get(index).copied() else {
        return ().into_any();
    };
    let shell = Shell::new(page, form.clone(), index);
    let options = match form.field(index).map(|field| &field.kind) {
        Some(FieldKind::Category { levels, .. }) => levels
            .iter()
            .map(|level| {
                let (value, label) = (level.value.clone(), level.label.clone());
                let selected = value.clone();
                view! {
                    <option value=value selected=move || entry.with(|entry| entry.text == selected)>
                        {move || label.in_language(page.language.get()).to_owned()}
                    </option>
                }
            })
            .collect::<Vec<_>>(),
        Some(FieldKind::Number(_) | FieldKind::Flag { .. }) | None => Vec::new(),
    };
    let choose = move |event| form.enter(index, event_target_value(&event), page.language.get_untracked());
    let control = view! {
        <div class="field__control">
            <select
                id=shell.control()
                class="input input--select"
                prop:value=move || entry.with(|entry| entry.text.clone())
                aria-invalid=shell.invalid()
                aria-describedby=shell.described_by()
                on:change=choose
            >
                <option value="">{move || page.words().unknown}</option>
                {options}
            </select>
        </div>
    };
    view! {
        <div class=shell.class()>
            <div class="field__head">
                <label class="field__label" for=shell.control()>
                    {shell.label()}
                </label>
            </div>
            {shell.around(control.into_any())}
        </div>
    }
    .into_any()
}
