//! From the average client to this score, group by group, in whole points that add up.

use std::sync::Arc;

use candor_charts::{WaterfallBar, WaterfallBars, position};
use candor_core::Waterfall;
use leptos::prelude::*;

use super::{Shown, table};
use crate::form::{Answer, Form};
use crate::format;
use crate::page::Page;
use crate::text::waterfall_takeaway;

/// The chart, its sentence and its table.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let bars = Memo::new(move |_| {
        answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| Arc::new(WaterfallBars::new(&answer.explanation.waterfall)))
        })
    });
    let takeaway = {
        let form = form.clone();
        move || answer.with(|answer| takeaway(page, &form, answer.as_ref()?))
    };
    let twin = table::twin(page, form.clone(), answer);
    let groups = move || {
        bars.with(|bars| {
            bars.as_ref()
                .map(|bars| bars.groups.iter().map(|(group, _)| *group).collect::<Vec<_>>())
        })
    };
    let whole = move |pick: fn(&Waterfall) -> i64| {
        answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| format::whole(pick(&answer.explanation.waterfall), page.language.get()))
        })
    };
    let at = move |pick: fn(&WaterfallBars) -> f64| bars.with(|bars| bars.as_ref().map(|bars| position(pick(bars))));
    let (base, total) = (move || at(|bars| bars.base), move || at(|bars| bars.total));
    view! {
        <figure class="waterfall" aria-labelledby="waterfall-title">
            <h3 id="waterfall-title">{move || page.words().waterfall}</h3>
            <figcaption class="waterfall__takeaway">{takeaway}</figcaption>
            <div class="waterfall__rows">
                <div class="waterfall__row waterfall__row--end">
                    <span class="waterfall__label">{move || page.words().average_client}</span>
                    <svg class="waterfall__bar" width="100%" height="28" aria-hidden="true">
                        <line class="waterfall__link" x1=base x2=base y1="14" y2="28" />
                        <circle class="waterfall__mark" cx=base cy="14" r="5" />
                    </svg>
                    <span class="waterfall__points">{move || whole(|waterfall| waterfall.base)}</span>
                </div>
                <For each=move || groups().unwrap_or_default() key=|group| *group let:group>
                    {row(page, form.clone(), answer, bars, group)}
                </For>
                <div class="waterfall__row waterfall__row--end">
                    <span class="waterfall__label">{move || page.words().score}</span>
                    <svg class="waterfall__bar" width="100%" height="28" aria-hidden="true">
                        <line class="waterfall__link" x1=total x2=total y1="0" y2="14" />
                        <circle class="waterfall__mark waterfall__mark--total" cx=total cy="14" r="6" />
                    </svg>
                    <span class="waterfall__points">{move || whole(|waterfall| waterfall.total)}</span>
                </div>
            </div>
            {twin}
        </figure>
    }
}

/// A group's bar; its label opens the features behind it.
fn row(page: Page, form: Form, answer: Shown, bars: Memo<Option<Arc<WaterfallBars>>>, group: usize) -> impl IntoView {
    let bar = Memo::new(move |_| bars.with(|bars| bars.as_ref().and_then(|bars| bars.bar(group))));
    let open_groups = form.open_groups;
    let open = Memo::new(move |_| open_groups.with(|open| open.contains(&group)));
    let toggle = move |_| {
        open_groups.update(|open| {
            if !open.remove(&group) {
                open.insert(group);
            }
        });
    };
    let label = {
        let form = form.clone();
        move || {
            let language = page.language.get();
            form.schema()
                .groups
                .get(group)
                .map(|group| group.label.in_language(language).to_owned())
        }
    };
    let class = move || match bar.get().map(|bar| bar.points.signum()) {
        Some(1) => "waterfall__step waterfall__step--gain",
        Some(-1) => "waterfall__step waterfall__step--loss",
        Some(_) | None => "waterfall__step",
    };
    let points = move || bar.get().map(|bar| format::signed(bar.points, page.language.get()));
    let at = move |pick: fn(WaterfallBar) -> f64| bar.get().map(|bar| position(pick(bar)));
    let (left, width, end) = (
        move || at(|bar| bar.left),
        move || at(|bar| bar.width),
        move || at(|bar| bar.end),
    );
    let details = move || open.get().then(|| table::features(page, form.clone(), answer, group));
    view! {
        <div class=class>
            <div class="waterfall__row">
                <button
                    type="button"
                    class="waterfall__label waterfall__toggle"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=toggle
                >
                    <svg class="chevron" viewBox="0 0 12 12" aria-hidden="true">
                        <path d="M4 2l4 4-4 4" />
                    </svg>
                    <span>{label}</span>
                </button>
                <svg class="waterfall__bar" width="100%" height="28" aria-hidden="true">
                    <rect class="waterfall__rect" x=left width=width y="6" height="16" />
                    <line class="waterfall__link" x1=end x2=end y1="6" y2="28" />
                </svg>
                <span class="waterfall__points">{points}</span>
            </div>
            {details}
        </div>
    }
}

fn takeaway(page: Page, form: &Form, answer: &Answer) -> Option<String> {
    let language = page.language.get();
    let waterfall = &answer.explanation.waterfall;
    let strongest = waterfall.steps.first()?;
    let label = form.schema().groups.get(strongest.group)?.label.in_language(language);
    Some(waterfall_takeaway(
        waterfall.base,
        waterfall.total,
        label,
        strongest.points,
        language,
    ))
}
