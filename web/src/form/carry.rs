//! What was typed for one model is carried over to the next: fields are told by their names.

use candor_core::{Application, Language, Scorer};
use leptos::prelude::*;

use super::start::{Entry, Start, entry};
use super::state::Form;

/// What the advisor had entered.
#[derive(Debug, Clone)]
pub struct Carried {
    fields: Vec<CarriedField>,
}

#[derive(Debug, Clone)]
struct CarriedField {
    name: String,
    /// The raw text of a sound value, or what was typed if it was none.
    content: Result<String, String>,
}

impl Carried {
    /// Everything in the form, if the advisor has changed anything in it; a sample client is not carried over, for the
    /// next model brings its own.
    pub fn from_form(form: &Form) -> Option<Self> {
        if !(0..form.entries.len()).any(|index| untrack(|| form.is_changed(index))) {
            return None;
        }
        let fields = form
            .schema()
            .fields
            .iter()
            .zip(&form.entries)
            .map(|(field, signal)| CarriedField {
                name: field.name.clone(),
                content: signal.with_untracked(|entry| match &entry.value {
                    Ok(value) => Ok(field.format(*value)),
                    Err(_) => Err(entry.text.clone()),
                }),
            });
        Some(Self {
            fields: fields.collect(),
        })
    }

    /// The entries of a form for another model. A value that its field refuses stays there, marked as wrong.
    pub fn into_form(self, scorer: &Scorer, language: Language) -> (Start, Vec<Entry>) {
        let mut application = Application::empty(scorer.schema());
        let mut entries = Vec::with_capacity(scorer.schema().fields.len());
        for (index, field) in scorer.schema().fields.iter().enumerate() {
            let carried = self.fields.iter().find(|carried| carried.name == field.name);
            entries.push(match carried.map(|carried| &carried.content) {
                None => entry(field, f64::NAN, language),
                Some(Ok(raw)) => match field.parse(raw) {
                    Ok(value) => {
                        application.set_stored(index, value);
                        entry(field, value, language)
                    }
                    Err(error) => Entry {
                        text: raw.clone(),
                        value: Err(error),
                    },
                },
                Some(Err(typed)) => Entry {
                    text: typed.clone(),
                    value: field.parse_shown(typed, language),
                },
            });
        }
        let score = Some(scorer.score(&application));
        (
            Start {
                sample: None,
                application,
                score,
            },
            entries,
        )
    }
}
