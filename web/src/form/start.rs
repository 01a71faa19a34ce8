//! What the form is filled with before anything is typed: a sample client, or nothing.

use candor_core::{Application, Field, FieldKind, Language, Schema, Score, Scorer, ValueError};

use crate::format;

/// What stands in a field.
#[derive(Debug, Clone)]
pub struct Entry {
    /// As it is shown in the control: typed text for a number, the raw text otherwise.
    pub text: String,
    /// The stored value (NaN is missing), or why the text cannot be one. A sample's value keeps all its digits, though
    /// fewer are shown.
    pub value: Result<f64, ValueError>,
}

/// What the form was filled with before anything was typed.
#[derive(Debug, Clone)]
pub struct Start {
    /// Position among the sample clients; `None` for a new application.
    pub sample: Option<usize>,
    /// The application.
    pub application: Application,
    /// Its score; `None` where nothing is known.
    pub score: Option<Score>,
}

/// A sample client: the model's parity cases are typical clients. `None` if there is no such case.
pub fn start(scorer: &Scorer, sample: Option<usize>) -> Option<Start> {
    let case = scorer.model().parity.get(sample?)?;
    let mut application = Application::empty(scorer.schema());
    for (index, (field, text)) in scorer.schema().fields.iter().zip(&case.values).enumerate() {
        // The model was loaded, so its cases fit their fields.
        application.set_stored(index, field.parse(text).unwrap_or(f64::NAN));
    }
    let score = scorer.score(&application);
    Some(Start {
        sample,
        application,
        score: Some(score),
    })
}

/// An application of which nothing is known.
pub fn empty(scorer: &Scorer) -> Start {
    Start {
        sample: None,
        application: Application::empty(scorer.schema()),
        score: None,
    }
}

/// The entries of an application.
pub fn entries(schema: &Schema, application: &Application, language: Language) -> Vec<Entry> {
    let values = schema.fields.iter().zip(application.values());
    values.map(|(field, &value)| entry(field, value, language)).collect()
}

/// The entry of a stored value.
pub fn entry(field: &Field, value: f64, language: Language) -> Entry {
    let text = match &field.kind {
        _ if value.is_nan() => String::new(),
        FieldKind::Number(kind) => format::shown_number(field, kind, value, language),
        FieldKind::Flag { .. } | FieldKind::Category { .. } => field.format(value),
    };
    Entry { text, value: Ok(value) }
}
