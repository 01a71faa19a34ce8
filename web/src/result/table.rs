//! The waterfall's table twin, and the features behind a group.

use leptos::prelude::*;

use super::Shown;
use crate::form::{Answer, Form};
use crate::format;
use crate::page::Page;
use crate::text::dictionary;

/// A feature that would be shown as 0.0 points is left out.
const LEAST_POINTS: f64 = 0.05;

/// The same figures as a table, with the running total.
pub fn twin(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let open = form.table_open;
    let rows = move || {
        // Built only while it is open: a keystroke should not pay for what nobody sees.
        open.get()
            .then(|| answer.with(|answer| answer.as_ref().map(|answer| rows(page, &form, answer))))
    };
    view! {
        <details
            class="twin"
            prop:open=move || open.get()
            on:toggle=move |event| {
                let details: web_sys::Element = event_target(&event);
                open.set(details.has_attribute("open"));
            }
        >
            <summary>{move || page.words().as_table}</summary>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{move || page.words().item}</th>
                        <th scope="col" class="table__number">
                            {move || page.words().points}
                        </th>
                        <th scope="col" class="table__number">
                            {move || page.words().running_total}
                        </th>
                    </tr>
                </thead>
                {rows}
            </table>
        </details>
    }
}

fn rows(page: Page, form: &Form, answer: &Answer) -> impl IntoView + use<> {
    let language = page.language.get();
    let words = dictionary(language);
    let waterfall = &answer.explanation.waterfall;
    let mut running = waterfall.base;
    let steps = waterfall
        .steps
        .iter()
        .map(|step| {
            running += step.points;
            let label = form
                .schema()
                .groups
                .get(step.group)
                .map(|group| group.label.in_language(language).to_owned());
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    <td class="table__number" data-points=step.points.to_string()>
                        {format::signed(step.points, language)}
                    </td>
                    <td class="table__number">{format::whole(running, language)}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <tbody>
            <tr>
                <th scope="row">{words.average_client}</th>
                <td class="table__number" data-base=waterfall.base.to_string()>
                    {format::whole(waterfall.base, language)}
                </td>
                <td class="table__number">{format::whole(waterfall.base, language)}</td>
            </tr>
            {steps}
        </tbody>
        <tfoot>
            <tr>
                <th scope="row">{words.score}</th>
                <td class="table__number" data-total=waterfall.total.to_string()>
                    {format::whole(waterfall.total, language)}
                </td>
                <td class="table__number">{format::whole(waterfall.total, language)}</td>
            </tr>
        </tfoot>
    }
}

/// The features of a group with their values and contributions, the largest first.
pub fn features(page: Page, form: Form, answer: Shown, group: usize) -> impl IntoView {
    let rows = move || answer.with(|answer| answer.as_ref().map(|answer| feature_rows(page, &form, answer, group)));
    view! {
        <div class="features">
            <table class="table table--small">
                <thead>
                    <tr>
                        <th scope="col">{move || page.words().feature}</th>
                        <th scope="col" class="table__number">
                            {move || page.words().value}
                        </th>
                        <th scope="col" class="table__number">
                            {move || page.words().points}
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="features__note">{move || page.words().features_note}</p>
        </div>
    }
}

fn feature_rows(page: Page, form: &Form, answer: &Answer, group: usize) -> Vec<impl IntoView + use<>> {
    let language = page.language.get();
    let model = form.scorer().model();
    let values = form.scorer().features(&answer.application);
    let mut shown: Vec<(usize, f64)> = answer
        .explanation
        .contributions
        .iter()
        .enumerate()
        .filter(|(index, _)| {
            model
                .preprocessing
                .features
                .get(*index)
                .is_some_and(|feature| usize::from(feature.group) == group)
        })
        .map(|(index, &log_odds)| (index, model.policy.scaling.difference(log_odds)))
        .filter(|(_, points)| points.abs() >= LEAST_POINTS)
        .collect();
    shown.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    shown
        .into_iter()
        .filter_map(|(index, points)| {
            let feature = model.preprocessing.features.get(index)?;
            let value = values.get(index).copied().unwrap_or(f64::NAN);
            let text = match &feature.source {
                candor_core::preprocessing::Source::Field(field) => form
                    .field(usize::from(*field))
                    .and_then(|field| format::field_value(field, value, language)),
                candor_core::preprocessing::Source::Expression { .. } => format::feature_value(value, language),
            };
            Some(view! {
                <tr>
                    <th scope="row">{feature.label.in_language(language).to_owned()}</th>
                    <td class="table__number">{text.unwrap_or_else(|| dictionary(language).unknown.into())}</td>
                    <td class="table__number">{format::signed_parts(points, language)}</td>
                </tr>
            })
        })
        .collect()
}
