//! Up to four reasons in plain sentences, each with the client's values behind it.

use candor_core::Reason;
use leptos::prelude::*;

use super::Shown;
use crate::form::{Answer, FieldIndex, Form};
use crate::format;
use crate::page::Page;
use crate::text::dictionary;

/// The reasons.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let none = Memo::new(move |_| {
        answer.with(|answer| {
            answer
                .as_ref()
                .is_none_or(|answer| answer.explanation.reasons.is_empty())
        })
    });
    let list = move || {
        answer.with(|answer| {
            let answer = answer.as_ref()?;
            Some(
                answer
                    .explanation
                    .reasons
                    .iter()
                    .map(|why| reason(page, &form, answer, why))
                    .collect::<Vec<_>>(),
            )
        })
    };
    view! {
        <section class="reasons" aria-labelledby="reasons-title">
            <h3 id="reasons-title">{move || page.words().reasons}</h3>
            {move || none.get().then(|| view! { <p>{move || page.words().no_reasons}</p> })}
            <ol class="reasons__list">{list}</ol>
        </section>
    }
}

fn reason(page: Page, form: &Form, answer: &Answer, reason: &Reason) -> impl IntoView + use<> {
    let language = page.language.get();
    let group = form.schema().groups.get(reason.group);
    let step = answer
        .explanation
        .waterfall
        .steps
        .iter()
        .find(|step| step.group == reason.group);
    let points = step.map(|step| format::signed(step.points, language));
    view! {
        <li class="reason">
            <p class="reason__head">
                <strong class="reason__label">{group.map(|group| group.label.in_language(language).to_owned())}</strong>
                <span class="reason__points">{points}</span>
            </p>
            <p class="reason__sentence">{group.map(|group| group.reason.in_language(language).to_owned())}</p>
            <ul class="reason__fields">
                {reason.fields.iter().map(|&index| field(page, form, answer, index)).collect::<Vec<_>>()}
            </ul>
        </li>
    }
}

/// A field behind the reason with the client's value; it leads to the field in the form.
fn field(page: Page, form: &Form, answer: &Answer, index: FieldIndex) -> impl IntoView + use<> {
    let language = page.language.get();
    let words = dictionary(language);
    let (field, value) = form.field(index).zip(answer.application.values().get(index).copied())?;
    let (text, unit) = format::field_value_and_unit(field, value, language)
        .unwrap_or_else(|| (words.unknown.to_owned(), String::new()));
    let label = field.label.in_language(language).to_owned();
    let form = form.clone();
    Some(view! {
        <li>
            <button type="button" class="value-button" title=words.change_field on:click=move |_| form.reveal(index)>
                <span class="value-button__label">{label}</span>
                " "
                <span class="value-button__value">{text}</span>
                {(!unit.is_empty()).then(|| view! { " " <span class="value-button__label">{unit}</span> })}
            </button>
        </li>
    })
}
