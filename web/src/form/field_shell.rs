//! What surrounds every control: label, help, usual and allowed values, and what is to be said of the value in it.

use candor_core::artifact::{FieldReference, Reference};
use candor_core::schema::NumberKind;
use candor_core::{Field, FieldKind, Language};
use leptos::prelude::*;

use super::FieldIndex;
use super::focus::focus_when_drawn;
use super::state::{Form, control_id};
use crate::format;
use crate::page::Page;
use crate::text::{
    allowed_range, dictionary, typical_level, typical_range, unusual_value, value_before, value_problem,
};

/// How a field's value is to be looked at, from calm to wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to say.
    Plain,
    /// Not known.
    Missing,
    /// Outside the middle 98 % of the training population.
    Unusual,
    /// Not a value that the field can have.
    Wrong,
}

/// Signals and ids that a control and its shell share.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The page.
    pub page: Page,
    /// The form.
    pub form: Form,
    /// The field.
    pub index: FieldIndex,
    /// How the value stands.
    pub standing: Memo<Standing>,
}

impl Shell {
    /// A shell for the field.
    pub fn new(page: Page, form: Form, index: FieldIndex) -> Self {
        let standing = Memo::new({
            let form = form.clone();
            move |_| standing(&form, index)
        });
        Self {
            page,
            form,
            index,
            standing,
        }
    }

    /// Id of the control.
    pub fn control(&self) -> String {
        control_id(self.index)
    }

    /// Ids of the texts that describe the control, for `aria-describedby`.
    pub fn described_by(&self) -> impl Fn() -> String + Clone + Send + Sync + 'static {
        let (index, standing) = (self.index, self.standing);
        move || {
            let note = if matches!(standing.get(), Standing::Wrong | Standing::Unusual) {
                format!("note-{index} ")
            } else {
                String::new()
            };
            format!("{note}help-{index} range-{index}")
        }
    }

    /// Value of `aria-invalid`; `false` would be the same as none.
    pub fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + 'static {
        let standing = self.standing;
        move || (standing.get() == Standing::Wrong).then_some("true")
    }

    /// The label in the page's language.
    pub fn label(&self) -> impl Fn() -> String + Clone + Send + Sync + 'static {
        let Self { page, form, index, .. } = self.clone();
        move || {
            let language = page.language.get();
            form.field(index)
                .map(|field| field.label.in_language(language).to_owned())
                .unwrap_or_default()
        }
    }

    /// Help, usual and allowed values, and the note below the control.
    pub fn around(&self, control: AnyView) -> impl IntoView + use<> {
        let Self {
            page,
            form,
            index,
            standing,
        } = self.clone();
        let help = {
            let form = form.clone();
            move || {
                let language = page.language.get();
                form.field(index)
                    .map(|field| field.help.in_language(language).to_owned())
            }
        };
        let range = {
            let form = form.clone();
            move || {
                let reference = form.scorer().model().reference.fields.get(index)?;
                Some(range_text(form.field(index)?, reference, page.language.get()))
            }
        };
        let changed = Memo::new({
            let form = form.clone();
            move |_| form.is_changed(index)
        });
        view! {
            <p class="field__help">
                <span id=format!("help-{index}")>{help}</span>
                " "
                {column(&form, index)}
            </p>
            {control}
            <div class="field__foot">
                <p class="field__range" id=format!("range-{index}")>
                    {range}
                </p>
                {note(page, form.clone(), index, standing)}
                {move || changed.get().then(|| undo(page, form.clone(), index))}
            </div>
        }
    }

    /// Classes of the field's box.
    pub fn class(&self) -> impl Fn() -> &'static str + Clone + Send + Sync + 'static {
        let standing = self.standing;
        move || match standing.get() {
            Standing::Plain => "field",
            Standing::Missing => "field field--missing",
            Standing::Unusual => "field field--unusual",
            Standing::Wrong => "field field--wrong",
        }
    }
}

/// The column's name, small.
fn column(form: &Form, index: FieldIndex) -> impl IntoView + use<> {
    form.field(index)
        .map(|field| view! { <code class="field__column">{field.name.clone()}</code> })
}

fn note(page: Page, form: Form, index: FieldIndex, standing: Memo<Standing>) -> impl IntoView {
    move || {
        let text = match standing.get() {
            Standing::Plain | Standing::Missing => return None,
            Standing::Unusual => unusual(&form, index, page.language.get())?,
            Standing::Wrong => problem(&form, index, page.language.get())?,
        };
        Some(view! {
            <p class="field__note" id=format!("note-{index}")>
                <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
                    <path d="M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.3" />
                </svg>
                <span>{text}</span>
            </p>
        })
    }
}

/// What is wrong with a field's value, in words.
pub fn problem(form: &Form, index: FieldIndex, language: Language) -> Option<String> {
    let (field, entry) = (form.field(index)?, form.entries.get(index)?);
    entry.with(|entry| {
        entry
            .value
            .as_ref()
            .err()
            .map(|error| value_problem(field, error, language))
    })
}

/// The range of nearly all of the training population, which the value lies outside of.
fn unusual(form: &Form, index: FieldIndex, language: Language) -> Option<String> {
    let (field, reference) = (form.field(index)?, form.scorer().model().reference.fields.get(index)?);
    let (FieldKind::Number(kind), [lowest, .., highest]) = (&field.kind, &reference.quantiles[..]) else {
        return None;
    };
    let [low, high] =
        in_shown_order(kind, *lowest, *highest).map(|raw| format::shown_number(field, kind, raw, language));
    Some(unusual_value(&low, &high, language))
}

/// Where days before the application are shown as years ago, the smallest raw value is the largest shown one.
fn in_shown_order<T>(kind: &NumberKind, low: T, high: T) -> [T; 2] {
    if kind.scale < 0.0 { [high, low] } else { [low, high] }
}

fn undo(page: Page, form: Form, index: FieldIndex) -> impl IntoView {
    let before = {
        let form = form.clone();
        move || {
            let language = page.language.get();
            let value = form
                .start
                .with(|start| start.application.values().get(index).copied())
                .unwrap_or(f64::NAN);
            let text = form
                .field(index)
                .and_then(|field| format::field_value(field, value, language));
            value_before(text.as_deref().unwrap_or(dictionary(language).unknown), language)
        }
    };
    let put_back = move |_| {
        form.undo(index, page.language.get_untracked());
        focus_when_drawn(control_id(index));
    };
    view! {
        <p class="field__changed">
            <span>{before}</span>
            <button type="button" class="link-button" on:click=put_back>
                {move || page.words().undo}
            </button>
        </p>
    }
}

fn standing(form: &Form, index: FieldIndex) -> Standing {
    let Some(value) = form
        .entries
        .get(index)
        .map(|entry| entry.with(|entry| entry.value.clone()))
    else {
        return Standing::Plain;
    };
    let reference = form.scorer().model().reference.fields.get(index);
    match value {
        Err(_) => Standing::Wrong,
        Ok(value) if value.is_nan() => Standing::Missing,
        Ok(value) => match reference.map(|reference| &reference.quantiles[..]) {
            Some([lowest, .., highest]) if value < *lowest || value > *highest => Standing::Unusual,
            Some(_) | None => Standing::Plain,
        },
    }
}

/// Usual values, then the allowed ones.
fn range_text(field: &Field, reference: &FieldReference, language: Language) -> String {
    let words = dictionary(language);
    match &field.kind {
        FieldKind::Number(kind) => {
            let shown = |raw: f64| format::shown_number(field, kind, raw, language);
            let usual = quantile(reference, 5.0)
                .zip(quantile(reference, 95.0))
                .map(|(low, high)| {
                    let [low, high] = in_shown_order(kind, low, high);
                    typical_range(&shown(low), &shown(high), language)
                });
            let [low, high] = in_shown_order(kind, kind.min, kind.max);
            let allowed = allowed_range(low.map(shown).as_deref(), high.map(shown).as_deref(), language);
            [usual, allowed].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        FieldKind::Flag { .. } => most_frequent(reference)
            .map(|(level, share)| typical_level(if level == 0 { words.no } else { words.yes }, share, language))
            .unwrap_or_default(),
        FieldKind::Category { levels, .. } => most_frequent(reference)
            .and_then(|(level, share)| Some((levels.get(level)?, share)))
            .map(|(level, share)| typical_level(level.label.in_language(language), share, language))
            .unwrap_or_default(),
    }
}

fn quantile(reference: &FieldReference, percentage: f64) -> Option<f64> {
    let position = Reference::PERCENTAGES.iter().position(|&known| known == percentage)?;
    reference.quantiles.get(position).copied()
}

fn most_frequent(reference: &FieldReference) -> Option<(usize, f64)> {
    reference
        .shares
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|&(_, share)| share > 0.0)
}
