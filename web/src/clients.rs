//! The sample clients: typical applications that come with the model, to start from.

use candor_core::{Application, Decision, FieldKind};
use leptos::prelude::*;

use crate::form::{FieldIndex, Form, Start, start};
use crate::format;
use crate::page::Page;
use crate::result::decision_icon;
use crate::text::client_name;

/// The row of clients, with a new application at its end.
pub fn clients(page: Page, form: Form) -> impl IntoView {
    let samples: Vec<Start> = (0..form.scorer().model().parity.len())
        .filter_map(|sample| start(form.scorer(), Some(sample)))
        .collect();
    let telling = telling_fields(&form, &samples);
    let buttons = samples
        .into_iter()
        .enumerate()
        .map(|(sample, start)| client(page, form.clone(), sample, start, telling.clone()))
        .collect::<Vec<_>>();
    let is_new = {
        let form = form.clone();
        move || form.start.with(|start| start.sample.is_none())
    };
    let empty = move |_| form.fill(None, page.language.get_untracked());
    view! {
        <section class="clients" aria-labelledby="clients-title">
            <h2 id="clients-title">{move || page.words().clients}</h2>
            <p class="clients__help">{move || page.words().clients_help}</p>
            <div class="clients__list">
                {buttons}
                <button
                    type="button"
                    class="client client--new"
                    aria-pressed=move || if is_new() { "true" } else { "false" }
                    on:click=empty
                >
                    <span class="client__name">{move || page.words().new_application}</span>
                    <span class="client__values">{move || page.words().all_unknown}</span>
                </button>
            </div>
        </section>
    }
}

/// One client: its number, the values that tell it from the others, and its decision.
fn client(page: Page, form: Form, sample: usize, start: Start, telling: Vec<FieldIndex>) -> impl IntoView {
    let Start { application, score, .. } = start;
    let is_chosen = {
        let form = form.clone();
        move || form.start.with(|start| start.sample == Some(sample))
    };
    let values = {
        let form = form.clone();
        move || telling_values(page, &form, &application, &telling)
    };
    let decision = score.map(|score| {
        let class = match score.decision {
            Decision::Approve => "client__decision client__decision--approve",
            Decision::Decline => "client__decision client__decision--decline",
        };
        let word = move || {
            let words = page.words();
            match score.decision {
                Decision::Approve => words.approve,
                Decision::Decline => words.decline,
            }
        };
        view! {
            <span class=class>
                {decision_icon(score.decision)} {word} " · "
                {move || format::probability(score.probability, page.language.get())}
            </span>
        }
    });
    let choose = move |_| form.fill(Some(sample), page.language.get_untracked());
    view! {
        <button
            type="button"
            class="client"
            aria-pressed=move || if is_chosen() { "true" } else { "false" }
            on:click=choose
        >
            <span class="client__name">{move || client_name(sample + 1, page.language.get())}</span>
            <span class="client__values">{values}</span>
            {decision}
        </button>
    }
}

/// The important category and the important number that differ most between the clients. What a client lacks is left out.
fn telling_fields(form: &Form, samples: &[Start]) -> Vec<FieldIndex> {
    let distinct = |index: FieldIndex| {
        let values = samples.iter().filter_map(|start| start.application.values().get(index));
        values
            .filter(|value| !value.is_nan())
            .map(|value| value.to_bits())
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    let most_telling = |wanted: fn(&FieldKind) -> bool| {
        let of_kind = form
            .schema()
            .fields
            .iter()
            .enumerate()
            .filter(|(index, field)| form.main.contains(index) && wanted(&field.kind));
        // The first of equals, in the order of the schema.
        of_kind
            .map(|(index, _)| (distinct(index), index))
            .max_by_key(|&(count, index)| (count, std::cmp::Reverse(index)))
    };
    let category = most_telling(|kind| matches!(kind, FieldKind::Category { .. }));
    let number = most_telling(|kind| matches!(kind, FieldKind::Number(_)));
    [category, number]
        .into_iter()
        .flatten()
        .map(|(_, index)| index)
        .collect()
}

fn telling_values(page: Page, form: &Form, application: &Application, telling: &[FieldIndex]) -> String {
    let language = page.language.get();
    let text = |&index: &FieldIndex| {
        let (field, &value) = form.field(index).zip(application.values().get(index))?;
        format::field_value_and_unit(field, value, language).map(|(text, _)| text)
    };
    telling.iter().filter_map(text).collect::<Vec<_>>().join(" · ")
}
