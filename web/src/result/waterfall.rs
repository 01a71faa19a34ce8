//! From the average client to this score, group by group, in whole points that add up.

use std::sync::Arc;

use candor_core::Waterfall;
use leptos::prelude::*;

use super::{Shown, table};
use crate::form::{Answer, Form};
use crate::format;
use crate::page::Page;
use crate::text::waterfall_takeaway;

/// A bar of the chart, in points and in per cent of its width.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bar {
    points: i64,
    left: f64,
    width: f64,
    /// Where the running total stands after the bar.
    end: f64,
}

/// All bars, in the order of the waterfall's steps.
#[derive(Debug, Clone, PartialEq)]
struct Bars {
    groups: Vec<(usize, Bar)>,
    base: f64,
    total: f64,
}

impl Bars {
    #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
    fn new(waterfall: &Waterfall) -> Self {
        let mut running = waterfall.base;
        let spans: Vec<(usize, i64, i64, i64)> = waterfall
            .steps
            .iter()
            .map(|step| {
                let start = running;
                running += step.points;
                (step.group, step.points, start, running)
            })
            .collect();
        let reached = || spans.iter().map(|span| span.3).chain([waterfall.base]);
        let (low, high) = (reached().min().unwrap_or(0), reached().max().unwrap_or(0));
        // A little room on both sides, so that the outermost marks are whole.
        let width = ((high - low) as f64).max(1.0) * 1.04;
        let percent = |points: i64| ((points - low) as f64 / width + 0.02 / 1.04) * 100.0;
        let groups = spans
            .iter()
            .map(|&(group, points, start, end)| {
                let (left, right) = (percent(start.min(end)), percent(start.max(end)));
                (
                    group,
                    Bar {
                        points,
                        left,
                        width: right - left,
                        end: percent(end),
                    },
                )
            })
            .collect();
        Self {
            groups,
            base: percent(waterfall.base),
            total: percent(waterfall.total),
        }
    }

    fn bar(&self, group: usize) -> Option<Bar> {
        self.groups
            .iter()
            .find(|(known, _)| *known == group)
            .map(|(_, bar)| *bar)
    }
}

/// The chart, its sentence and its table.
pub fn view(page: Page, form: Form, answer: Shown) -> impl IntoView {
    let bars = Memo::new(move |_| {
        answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| Arc::new(Bars::new(&answer.explanation.waterfall)))
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
    let at = move |pick: fn(&Bars) -> f64| bars.with(|bars| bars.as_ref().map(|bars| percent(pick(bars))));
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
fn row(page: Page, form: Form, answer: Shown, bars: Memo<Option<Arc<Bars>>>, group: usize) -> impl IntoView {
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
    let at = move |pick: fn(Bar) -> f64| bar.get().map(|bar| percent(pick(bar)));
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

fn percent(at: f64) -> String {
    format!("{at:.2}%")
}
