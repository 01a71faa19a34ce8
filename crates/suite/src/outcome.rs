//! What comes of a case: the model that is built for it, the application as it is read, and the answer.

use candor_core::application::FieldProblem;
use candor_core::{Application, Explanation, FieldError, Raw, Scorer, ValueError};

use crate::case::Case;
use crate::model::Blueprint;
use crate::problem::meant;

/// What the checks look at.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its model as text, with what the case changes.
    pub blueprint: Blueprint,
    /// The model, loaded from its bytes, or why it is refused.
    pub model: Result<Loaded, String>,
}

/// A model that was loaded, and what it says of the application.
#[derive(Debug)]
pub struct Loaded {
    /// The model behind its door.
    pub scorer: Scorer,
    /// The application, or what is wrong with it.
    pub application: Result<Application, Vec<FieldError>>,
}

impl<'a> Outcome<'a> {
    /// Builds the model, reads the application.
    pub fn of(case: &'a Case, blueprint: Blueprint) -> Self {
        let model = blueprint.scorer().and_then(|scorer| Loaded::of(case, scorer));
        Self { case, blueprint, model }
    }

    /// What is wrong with the case itself: it asks for what cannot be told.
    pub fn problem(&self) -> Option<String> {
        let fields = &self.loaded()?.scorer.schema().fields;
        let names = || fields.iter().map(|field| field.name.as_str());
        match &self.case.field {
            Some(field) if !names().any(|name| name == field) => {
                Some(format!("the model has no field {field}{}", meant(field, names())))
            }
            None if self.case.expect.get("reads").is_some() => {
                Some("reads needs the field that it is about: field = \"…\"".to_owned())
            }
            _ => None,
        }
    }

    /// The model, where there is one.
    pub fn loaded(&self) -> Option<&Loaded> {
        self.model.as_ref().ok()
    }

    /// The answer, where there is one.
    pub fn explanation(&self) -> Option<Explanation> {
        let Loaded { scorer, application } = self.loaded()?;
        Some(scorer.explain(application.as_ref().ok()?))
    }
}

impl Loaded {
    /// The application is the model's parity case as well: its text as a model file keeps it must score to the same bits.
    fn of(case: &Case, scorer: Scorer) -> Result<Self, String> {
        let application = match read(case, &scorer) {
            Err(errors) => {
                let application = Err(errors);
                return Ok(Self { scorer, application });
            }
            Ok(application) => application,
        };
        let fields = scorer.schema().fields.iter().zip(application.values());
        let texts = fields.map(|(field, &value)| field.format(value)).collect();
        let mut model = scorer.model().clone();
        model.parity = vec![scorer.parity_case(texts).map_err(|error| error.to_string())?];
        let bytes = model.to_bytes().map_err(|error| error.to_string())?;
        Ok(Self {
            scorer: Scorer::from_bytes(&bytes).map_err(|error| error.to_string())?,
            application: Ok(application),
        })
    }
}

/// The values of a case, as a program hands them over or as a person types them.
fn read(case: &Case, scorer: &Scorer) -> Result<Application, Vec<FieldError>> {
    let schema = scorer.schema();
    let Some(language) = case.typed else {
        let pairs = case.application.iter();
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_raw().unwrap_or(Raw::Missing)));
        return Application::from_pairs(schema, pairs);
    };
    let mut application = Application::empty(schema);
    let mut errors = Vec::new();
    for (name, value) in &case.application {
        let stored = match schema.field_index(name).map(|index| (index, &schema.fields[index])) {
            None => Err(FieldProblem::Unknown),
            Some((index, field)) => {
                let stored: Result<f64, ValueError> = match value.as_raw().unwrap_or(Raw::Missing) {
                    // A number without quotes is one that a person typed with these digits.
                    Raw::Number(_) => field.parse_shown(&value.to_string(), language),
                    Raw::Text(text) => field.parse_shown(text, language),
                    other => other.stored(field),
                };
                stored.map(|stored| (index, stored)).map_err(FieldProblem::from)
            }
        };
        match stored {
            Ok((index, stored)) => application.set_stored(index, stored),
            Err(problem) => errors.push(FieldError {
                field: name.clone(),
                problem,
            }),
        }
    }
    if errors.is_empty() {
        Ok(application)
    } else {
        Err(errors)
    }
}
