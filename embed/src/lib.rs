//! The engine for JavaScript: a thin layer over [`candor_core`] that converts and computes nothing.
//!
//! JavaScript values become core's types in `input`, core's answers become plain objects in `output`, and core's
//! errors become JavaScript errors in `error`. The TypeScript package in `npm/` stands on [`Scorer`] and documents the
//! shapes of the objects. Keys are core's names in camel case; contributions are a `Float64Array`, so that every bit
//! survives the way.

mod error;
mod input;
mod output;

use std::cell::OnceCell;
use std::rc::Rc;

use candor_core::{Application, BackgroundExplainer, Interactions, Model};
use js_sys::{Error, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is said of a model without a background.
const NO_BACKGROUND: &str =
    "the model has no background to compare with; explain without a method, or train the model again";
/// What is said of a model whose matrix of interactions would not fit into memory.
const TOO_MANY_FEATURES: &str = "the model has too many features for interactions; use explain instead";

/// A model, ready to score applications.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scorer {
    engine: Rc<candor_core::Scorer>,
    digest: Option<String>,
    /// Made on first use, as they take megabytes.
    background: OnceCell<Option<BackgroundExplainer<Rc<candor_core::Scorer>>>>,
    interactions: OnceCell<Option<Interactions<Rc<candor_core::Scorer>>>>,
}

#[wasm_bindgen]
impl Scorer {
    /// Loads the bytes of a model file.
    ///
    /// # Errors
    /// An `Error` whose `name` is `LoadError` and whose `code` names the variant of [`candor_core::LoadError`], such as
    /// `DAMAGED`.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Scorer, JsValue> {
        let engine = candor_core::Scorer::from_bytes(bytes).map_err(|error| error::load(&error))?;
        Ok(Self {
            engine: Rc::new(engine),
            digest: Model::digest_of(bytes),
            background: OnceCell::new(),
            interactions: OnceCell::new(),
        })
    }

    /// The raw fields that an application has, the groups they belong to, and the features computed from them.
    pub fn schema(&self) -> Object {
        output::schema(self.engine.model())
    }

    /// Where the model comes from, how good it is, and the policy it decides by.
    pub fn card(&self) -> Object {
        output::card(self.engine.model(), self.digest.as_deref())
    }

    /// Scores a plain object of raw values by field name.
    ///
    /// # Errors
    /// An `Error` whose `name` is `ApplicationError` and whose `fields` lists every value that does not fit, as
    /// `{ field, message }`; a `TypeError` when `application` is not a plain object.
    pub fn score(&self, application: &JsValue) -> Result<Object, JsValue> {
        Ok(output::score(&self.engine.score(&self.read(application)?)))
    }

    /// Scores a plain object of raw values by field name, and says why.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn explain(&self, application: &JsValue) -> Result<Object, JsValue> {
        let explanation = self.engine.explain(&self.read(application)?);
        Ok(output::explanation(&explanation, self.engine.schema()))
    }

    /// Log-odds of rows of features, one row after the other, in the order of `schema.features`; NaN is missing.
    ///
    /// # Errors
    /// A `RangeError` when the numbers are not whole rows.
    #[wasm_bindgen(js_name = logOddsOfFeatures)]
    pub fn log_odds_of_features(&self, rows: &[f64]) -> Result<Vec<f64>, JsValue> {
        let width = self.width_of(rows)?;
        Ok(rows
            .chunks_exact(width)
            .map(|row| self.engine.log_odds_of(row))
            .collect())
    }

    /// Contributions of every feature to the log-odds of rows of features, laid out as the rows are.
    ///
    /// # Errors
    /// A `RangeError` when the numbers are not whole rows.
    #[wasm_bindgen(js_name = contributionsOfFeatures)]
    pub fn contributions_of_features(&self, rows: &[f64]) -> Result<Vec<f64>, JsValue> {
        let width = self.width_of(rows)?;
        let mut contributions = vec![0.0; rows.len()];
        for (row, contributions) in rows.chunks_exact(width).zip(contributions.chunks_exact_mut(width)) {
            self.engine.contributions_of(row, contributions);
        }
        Ok(contributions)
    }

    fn width_of(&self, rows: &[f64]) -> Result<usize, JsValue> {
        let width = self.engine.model().preprocessing.features.len();
        if width > 0 && rows.len().is_multiple_of(width) {
            Ok(width)
        } else {
            Err(error::rows())
        }
    }

    /// As [`explain`](Self::explain), compared with the model's background instead of the training population.
    ///
    /// # Errors
    /// As [`score`](Self::score); an `Error` when the model has no background.
    #[wasm_bindgen(js_name = explainAgainstBackground)]
    pub fn explain_against_background(&self, application: &JsValue) -> Result<Object, JsValue> {
        let application = self.read(application)?;
        let explainer = self
            .background
            .get_or_init(|| BackgroundExplainer::of_model(Rc::clone(&self.engine)))
            .as_ref()
            .ok_or_else(|| Error::new(NO_BACKGROUND))?;
        Ok(output::explanation(
            &explainer.explain(&application),
            self.engine.schema(),
        ))
    }

    /// What each two features add together: `{ size, values }`, row after row.
    ///
    /// # Errors
    /// As [`score`](Self::score); an `Error` when the model has too many features.
    pub fn interactions(&self, application: &JsValue) -> Result<Object, JsValue> {
        let application = self.read(application)?;
        let interactions = self
            .interactions
            .get_or_init(|| Interactions::new(Rc::clone(&self.engine)).ok())
            .as_ref()
            .ok_or_else(|| Error::new(TOO_MANY_FEATURES))?;
        Ok(output::matrix(&interactions.of(&application)))
    }

    fn read(&self, application: &JsValue) -> Result<Application, JsValue> {
        input::application(self.engine.schema(), application)
    }
}
