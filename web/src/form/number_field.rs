//! A number: a text input that understands `1 250,5` and `1,250.5`.

use candor_core::FieldKind;
use leptos::prelude::*;

use super::FieldIndex;
use super::field_shell::Shell;
use super::state::Form;
use crate::format;
use crate::page::Page;

/// The field.
pub fn view(page: Page, form: Form, index: FieldIndex) -> impl IntoView {
    let Some(entry) = form.entries.get(index).copied() else {
        return ().into_any();
    };
    let shell = Shell::new(page, form.clone(), index);
    let unit = {
        let form = form.clone();
        move || {
            let language = page.language.get();
            form.field(index)
                .and_then(|field| field.unit.as_ref())
                .map(|unit| view! { <span class="field__unit">{unit.in_language(language).to_owned()}</span> })
        }
    };
    let enter = {
        let form = form.clone();
        move |event| form.enter(index, event_target_value(&event), page.language.get_untracked())
    };
    let leave = move |_| write_out(page, &form, index);
    let control = view! {
        <div class="field__control">
            <input
                id=shell.control()
                class="input"
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                placeholder=move || page.words().unknown
                prop:value=move || entry.with(|entry| entry.text.clone())
                aria-invalid=shell.invalid()
                aria-describedby=shell.described_by()
                on:input=enter
                on:change=leave
            />
        </div>
    };
    view! {
        <div class=shell.class()>
            <div class="field__head">
                <label class="field__label" for=shell.control()>
                    {shell.label()} {unit}
                </label>
            </div>
            {shell.around(control.into_any())}
        </div>
    }
    .into_any()
}

/// When the field is left, its number is written as the page writes numbers, so that the advisor sees how it was read.
/// Where a rounded unit would show another number than was typed (days as years), it stays as it is.
fn write_out(page: Page, form: &Form, index: FieldIndex) {
    let (Some(field), Some(signal)) = (form.field(index), form.entries.get(index)) else {
        return;
    };
    let FieldKind::Number(kind) = &field.kind else { return };
    if kind.scale != 1.0 {
        return;
    }
    // The browser tells an input that it is left even while it takes the whole form away, whose signals are gone then.
    let value = signal.try_with_untracked(|entry| entry.value.clone().ok()).flatten();
    if let Some(value) = value.filter(|value| !value.is_nan()) {
        let text = format::number_as_typed(value, page.language.get_untracked());
        signal.update(|entry| entry.text = text);
    }
}
