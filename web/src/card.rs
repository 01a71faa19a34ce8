//! The model card: what the model is, what it was made from, how good it is, what it deliberately does not know.

use candor_core::Language;
use candor_core::artifact::{Interval, Metrics, Part};
use leptos::html::Dialog;
use leptos::prelude::*;

use crate::format;
use crate::page::{LoadedModel, Page};
use crate::text::{Dictionary, costs_of, dictionary, inputs_of, rows_of, scale_of};

/// The dialog; its content exists only while it is open.
pub fn dialog(page: Page) -> impl IntoView {
    let node = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let open = page.card_open.get();
        if let Some(dialog) = node.get() {
            match (open, dialog.open()) {
                (true, false) => {
                    let _ = dialog.show_modal();
                }
                (false, true) => dialog.close(),
                (true, true) | (false, false) => {}
            }
        }
    });
    let content = move || {
        let model = page.model.get().filter(|_| page.card_open.get())?;
        Some(view! {
            <div class="card__head">
                <h2 id="card-title">{model.name().to_owned()}</h2>
                <button type="button" class="button" on:click=move |_| page.card_open.set(false)>
                    {page.words().close}
                </button>
            </div>
            {content(&model, page.language.get())}
        })
    };
    view! {
        <dialog class="card" node_ref=node aria-labelledby="card-title" on:close=move |_| page.card_open.set(false)>
            {content}
        </dialog>
    }
}

fn content(loaded: &LoadedModel, language: Language) -> impl IntoView + use<> {
    let words = dictionary(language);
    let model = loaded.scorer.model();
    let (card, policy) = (&model.card, &model.policy);
    let typed = |value: f64| format::number_as_typed(value, language);
    let inputs = inputs_of(
        model.schema.fields.len(),
        model.preprocessing.features.len(),
        model.ensemble.trees.len(),
        language,
    );
    let facts = [
        (words.card_file, loaded.file.clone()),
        (
            words.card_made_with,
            format!("{}, Candor {}", card.algorithm, card.candor_version),
        ),
        (words.card_data, rows_of(card.data.rows, &card.data.file, language)),
        (words.card_features, inputs),
        (words.card_threshold, format::percent(policy.threshold, 2, language)),
        (
            words.card_costs,
            costs_of(
                &typed(policy.costs.false_negative),
                &typed(policy.costs.false_positive),
                language,
            ),
        ),
        (
            words.card_scale,
            scale_of(
                &typed(policy.scaling.points),
                &typed(policy.scaling.odds),
                &typed(policy.scaling.pdo),
                language,
            ),
        ),
    ];
    // The part that nothing was fitted on tells how good the model is.
    let judged = ["test", "out-of-fold", "validation"].iter().find_map(|name| {
        card.parts
            .iter()
            .find(|part| part.name == *name && part.metrics.is_some())
    });
    view! {
        <dl class="facts">
            {facts.into_iter().map(|(name, value)| fact(name, value)).collect::<Vec<_>>()}
        </dl>
        {judged.and_then(|part| part.metrics.as_ref().map(|metrics| quality(part, metrics, words, language)))}
        {parts(&card.parts, words, language)} {excluded(loaded, words, language)} {small_print(loaded, words)}
    }
}

fn fact(name: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// Figures on the part that was kept apart, and what decisions cost beside doing without a model.
fn quality(part: &Part, metrics: &Metrics, words: &'static Dictionary, language: Language) -> impl IntoView + use<> {
    let interval = |figure: &Interval, decimals: usize| {
        let [value, low, high] = [figure.value, figure.low, figure.high].map(|value| language.number(value, decimals));
        (value, Some(format!("{low} – {high}")))
    };
    let plain = |value: f64| (language.number(value, 4), None);
    let figures = [
        (words.auc, interval(&metrics.auc, 4)),
        (words.gini, interval(&metrics.gini, 4)),
        (words.ks, interval(&metrics.ks, 4)),
        (words.brier, interval(&metrics.brier, 4)),
        (words.log_loss, interval(&metrics.log_loss, 4)),
        (words.calibration_error, plain(metrics.calibration_error)),
        (
            words.approval_rate,
            (format::percent(metrics.approval_rate, 1, language), None),
        ),
    ];
    let costs = [
        (words.cost_model, metrics.cost.value, interval(&metrics.cost, 3).1),
        (words.cost_approve_all, metrics.cost_approve_all, None),
        (words.cost_decline_all, metrics.cost_decline_all, None),
    ];
    let dearest = costs.iter().map(|cost| cost.1).fold(f64::MIN_POSITIVE, f64::max);
    let cost_rows = costs
        .into_iter()
        .map(|(name, value, between)| {
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td class="cost__bar">
                        <svg width="100%" height="14" aria-hidden="true">
                            <rect x="0" y="2" height="10" width=format!("{:.1}%", value / dearest * 100.0) />
                        </svg>
                    </td>
                    <td class="table__number">{language.number(value, 3)}</td>
                    <td class="table__number table__interval">{between}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section>
            <h3>{words.card_quality} " (" {part_name(&part.name, words)} ")"</h3>
            <dl class="metrics">
                {figures
                    .into_iter()
                    .map(|(name, (value, between))| {
                        view! {
                            <div class="metric">
                                <dt>{name}</dt>
                                <dd class="metric__value">{value}</dd>
                                {between.map(|between| view! { <dd class="metric__interval">{between}</dd> })}
                            </div>
                        }
                    })
                    .collect::<Vec<_>>()}
            </dl>
            <p class="card__note">{words.card_quality_note}</p>
            <h3>{words.cost_title}</h3>
            <table class="table cost">
                <tbody>{cost_rows}</tbody>
            </table>
        </section>
    }
}

fn parts(parts: &[Part], words: &'static Dictionary, language: Language) -> impl IntoView + use<> {
    let count = |count: u64| format::whole(i64::try_from(count).unwrap_or(i64::MAX), language);
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    let share = |part: &Part| format::percent(part.bad as f64 / (part.rows.max(1)) as f64, 2, language);
    let rows = parts
        .iter()
        .map(|part| {
            let auc = part
                .metrics
                .as_ref()
                .map(|metrics| language.number(metrics.auc.value, 4));
            view! {
                <tr>
                    <th scope="row">{part_name(&part.name, words)}</th>
                    <td class="table__number">{count(part.rows)}</td>
                    <td class="table__number">{count(part.bad)} " (" {share(part)} ")"</td>
                    <td class="table__number">{auc.unwrap_or_else(|| "–".into())}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{words.card_part}</th>
                    <th scope="col" class="table__number">{words.card_clients}</th>
                    <th scope="col" class="table__number">{words.card_defaults}</th>
                    <th scope="col" class="table__number">{words.auc}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// Names of parts are words of the file format; one that is not known is shown as it is.
fn part_name(name: &str, words: &Dictionary) -> String {
    match name {
        "train" => words.part_train,
        "validation" => words.part_validation,
        "test" => words.part_test,
        "out-of-fold" => words.part_out_of_fold,
        other => other,
    }
    .to_owned()
}

fn excluded(loaded: &LoadedModel, words: &'static Dictionary, language: Language) -> impl IntoView + use<> {
    let model = loaded.scorer.model();
    let fields = &model.policy.excluded;
    let dropped = model.card.dropped_features.join(", ");
    (!fields.is_empty()).then(|| {
        view! {
            <section>
                <h3>{words.excluded}</h3>
                <ul class="excluded">
                    {fields
                        .iter()
                        .map(|excluded| {
                            view! {
                                <li>
                                    <code>{excluded.field.clone()}</code>
                                    " "
                                    {excluded.why.in_language(language).to_owned()}
                                </li>
                            }
                        })
                        .collect::<Vec<_>>()}
                </ul>
                {(!dropped.is_empty())
                    .then(|| view! { <p class="card__note">{words.dropped_features} ": " <code>{dropped}</code></p> })}
            </section>
        }
    })
}

fn small_print(loaded: &LoadedModel, words: &'static Dictionary) -> impl IntoView + use<> {
    let card = &loaded.scorer.model().card;
    let parameters: Vec<String> = card
        .parameters
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let notes = (!card.notes.is_empty()).then(|| {
        view! {
            <h3>{words.notes}</h3>
            <ul>{card.notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect::<Vec<_>>()}</ul>
        }
    });
    view! {
        <section class="small-print">
            {notes}
            <h3>{words.parameters}</h3>
            <p><code>{parameters.join(", ")}</code></p>
            <h3>{words.card_digest}</h3>
            <p><code>{loaded.digest.clone()}</code></p>
        </section>
    }
}
