//! What the form holds: one signal per field, and the answer that follows from all of them.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use candor_core::{Application, Explanation, Field, FieldKind, Language, Schema, Scorer};
use leptos::prelude::*;

use super::FieldIndex;
use super::focus::focus_when_drawn;
use super::measure::measured;
use super::searchable::haystack;
use super::start::{Entry, Start, empty, entries, entry, start};
use crate::page::{LoadedModel, Page};

/// Fields shown first when the model's maker named none.
const MAIN_FIELDS: usize = 12;

/// What the form as a whole amounts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Every field is empty.
    NothingKnown,
    /// Some values cannot be right, and nothing was scored.
    Wrong(Vec<FieldIndex>),
    /// The answer.
    Answer(Arc<Answer>),
}

/// An answer and the application that it is for.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// The decision and its reasons.
    pub explanation: Explanation,
    /// What was scored.
    pub application: Application,
    /// Fields with a value.
    pub known: usize,
}

/// The fields of a reason group that are not among the important ones.
#[derive(Debug)]
pub struct Section {
    /// Position of the group in the schema.
    pub group: usize,
    /// Its fields, the more important first.
    pub fields: Vec<FieldIndex>,
    /// Whether the section is open.
    pub open: RwSignal<bool>,
}

/// The form's state. Copies share it.
#[derive(Debug, Clone)]
pub struct Form(Arc<State>);

/// See [`Form`].
#[derive(Debug)]
pub struct State {
    model: Arc<LoadedModel>,
    /// One entry per field of the schema.
    pub entries: Vec<RwSignal<Entry>>,
    /// What the form was filled with.
    pub start: RwSignal<Start>,
    /// What follows from the entries.
    pub outcome: Memo<Outcome>,
    /// The important fields.
    pub main: Vec<FieldIndex>,
    /// The others.
    pub sections: Vec<Section>,
    /// What is searched for.
    pub query: RwSignal<String>,
    /// Groups of the waterfall whose features are shown.
    pub open_groups: RwSignal<BTreeSet<usize>>,
    /// Whether the waterfall's table is shown.
    pub table_open: RwSignal<bool>,
    /// Searchable text of each field.
    pub haystacks: Vec<String>,
}

impl Deref for Form {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Form {
    /// A form for the model, filled with what is given, or with the first sample client.
    pub fn new(page: Page, model: Arc<LoadedModel>, filling: Option<(Start, Vec<Entry>)>) -> Self {
        let language = page.language.get_untracked();
        let schema = model.scorer.schema();
        let (start, entries) = filling.unwrap_or_else(|| {
            let start = start(&model.scorer, Some(0)).unwrap_or_else(|| empty(&model.scorer));
            let entries = entries(schema, &start.application, language);
            (start, entries)
        });
        let entries: Vec<_> = entries.into_iter().map(RwSignal::new).collect();
        let (main, sections) = order(&model);
        let outcome = Memo::new({
            let (model, entries) = (model.clone(), entries.clone());
            move |_| outcome(&model.scorer, &entries)
        });
        let haystacks = schema.fields.iter().map(haystack).collect();
        let form = Self(Arc::new(State {
            model,
            entries,
            start: RwSignal::new(start),
            outcome,
            main,
            sections,
            query: RwSignal::new(String::new()),
            open_groups: RwSignal::new(BTreeSet::new()),
            table_open: RwSignal::new(false),
            haystacks,
        }));
        // Numbers are written differently in the other language; their values stay.
        Effect::new({
            let form = form.clone();
            move |before: Option<Language>| {
                let language = page.language.get();
                if before.is_some_and(|before| before != language) {
                    form.rewrite(language);
                }
                language
            }
        });
        form
    }

    /// The engine.
    pub fn scorer(&self) -> &Scorer {
        &self.model.scorer
    }

    /// The model's schema.
    pub fn schema(&self) -> &Schema {
        self.model.scorer.schema()
    }

    /// A field of the schema.
    pub fn field(&self, index: FieldIndex) -> Option<&Field> {
        self.schema().fields.get(index)
    }

    /// Takes what was typed or chosen for a field.
    pub fn enter(&self, index: FieldIndex, text: String, language: Language) {
        if let (Some(field), Some(entry)) = (self.field(index), self.entries.get(index)) {
            let value = field.parse_shown(&text, language);
            entry.set(Entry { text, value });
        }
    }

    /// Puts back the value that the field had at the start.
    pub fn undo(&self, index: FieldIndex, language: Language) {
        let value = self
            .start
            .try_with_untracked(|start| start.application.values().get(index).copied())
            .flatten();
        if let (Some(field), Some(signal), Some(value)) = (self.field(index), self.entries.get(index), value) {
            signal.set(entry(field, value, language));
        }
    }

    /// Fills the form with a sample client, or empties it.
    pub fn fill(&self, sample: Option<usize>, language: Language) {
        let start = start(self.scorer(), sample).unwrap_or_else(|| empty(self.scorer()));
        for (signal, entry) in self
            .entries
            .iter()
            .zip(entries(self.schema(), &start.application, language))
        {
            signal.set(entry);
        }
        self.start.set(start);
    }

    /// Whether a field holds something else than at the start.
    pub fn is_changed(&self, index: FieldIndex) -> bool {
        let now = self
            .entries
            .get(index)
            .map(|entry| entry.with(|entry| entry.value.clone().ok()));
        let before = self.start.with(|start| start.application.values().get(index).copied());
        // Bits, not numbers: missing equals missing.
        now.map(|now| now.map(f64::to_bits)) != Some(before.map(f64::to_bits))
    }

    /// How many of these fields have a value.
    pub fn known(&self, fields: &[FieldIndex]) -> usize {
        let known = |index: &&FieldIndex| {
            self.entries
                .get(**index)
                .is_some_and(|entry| entry.with(|entry| entry.value.as_ref().is_ok_and(|value| !value.is_nan())))
        };
        fields.iter().filter(known).count()
    }

    /// Brings a field before the advisor's eyes, with the focus in it.
    pub fn reveal(&self, index: FieldIndex) {
        self.query.set(String::new());
        if let Some(section) = self.sections.iter().find(|section| section.fields.contains(&index)) {
            section.open.set(true);
        }
        focus_when_drawn(control_id(index));
    }

    fn rewrite(&self, language: Language) {
        for (field, signal) in self.schema().fields.iter().zip(&self.entries) {
            let value = signal.with_untracked(|entry| entry.value.clone());
            if let (FieldKind::Number(_), Ok(value)) = (&field.kind, value) {
                signal.set(entry(field, value, language));
            }
        }
    }
}

/// Id of a field's control.
pub fn control_id(index: FieldIndex) -> String {
    format!("field-{index}")
}

fn outcome(scorer: &Scorer, entries: &[RwSignal<Entry>]) -> Outcome {
    let mut application = Application::empty(scorer.schema());
    let (mut wrong, mut known) = (Vec::new(), 0);
    for (index, entry) in entries.iter().enumerate() {
        match entry.with(|entry| entry.value.clone()) {
            Ok(value) => {
                known += usize::from(!value.is_nan());
                application.set_stored(index, value);
            }
            Err(_) => wrong.push(index),
        }
    }
    if !wrong.is_empty() {
        Outcome::Wrong(wrong)
    } else if known == 0 {
        Outcome::NothingKnown
    } else {
        let explanation = measured(|| scorer.explain(&application));
        Outcome::Answer(Arc::new(Answer {
            explanation,
            application,
            known,
        }))
    }
}

/// The important fields and the sections of the others, each by falling importance.
fn order(model: &LoadedModel) -> (Vec<FieldIndex>, Vec<Section>) {
    let schema = model.scorer.schema();
    let reference = &model.scorer.model().reference;
    let importance = |index: FieldIndex| reference.fields.get(index).map_or(0.0, |field| field.importance);
    let mut ranked: Vec<FieldIndex> = (0..schema.fields.len()).collect();
    ranked.sort_by(|&a, &b| importance(b).total_cmp(&importance(a)));
    let primary = |index: &FieldIndex| schema.fields.get(*index).is_some_and(|field| field.primary);
    let (mut main, mut others): (Vec<_>, Vec<_>) = ranked.into_iter().partition(primary);
    if main.is_empty() {
        let rest = others.split_off(others.len().min(MAIN_FIELDS));
        main = std::mem::replace(&mut others, rest);
    }
    let sections = (0..schema.groups.len())
        .map(|group| {
            let of_group = |index: &FieldIndex| {
                schema
                    .fields
                    .get(*index)
                    .is_some_and(|field| usize::from(field.group) == group)
            };
            let fields = others.iter().copied().filter(of_group).collect();
            Section {
                group,
                fields,
                open: RwSignal::new(false),
            }
        })
        .filter(|section| !section.fields.is_empty())
        .collect();
    (main, sections)
}
