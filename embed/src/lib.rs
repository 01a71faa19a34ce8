//! The engine for JavaScript: a thin layer over [`candor_core`] that converts and computes nothing.
//!
//! Only bytes, numbers and text cross the border between JavaScript and WebAssembly, a few of each per call: objects are
//! taken apart and put together by the TypeScript package in `npm/`, which is smaller and faster than building them
//! here property by property. An application comes as `input` describes it, an answer goes as `output` and what is wrong
//! as `problem` does. Floats go as their eight bytes, so that every bit survives the way.

mod answer;
mod input;
mod output;
mod problem;

use std::cell::{OnceCell, RefCell};
use std::hint::black_box;
use std::rc::Rc;

use candor_core::shap::BackgroundError;
use candor_core::{Application, BackgroundExplainer, Interactions, LoadError, Model};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::problem::Problem;

/// Half as large as the standard library's, and as fast at loading a model.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A model, ready to score applications, or what was wrong with its file: every answer says so then.
///
/// All answers are as `answer` describes them; applications are numbers and text as `input` does.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scorer(Result<Loaded, LoadError>);

#[derive(Debug)]
struct Loaded {
    engine: Rc<candor_core::Scorer>,
    digest: Option<String>,
    room: RefCell<input::Room>,
    /// Made on first use, as they take megabytes.
    background: OnceCell<Result<BackgroundExplainer<Rc<candor_core::Scorer>>, BackgroundError>>,
    interactions: OnceCell<Option<Interactions<Rc<candor_core::Scorer>>>>,
}

/// Bytes that a loaded model takes for each of its file.
const ROOM: usize = 11;

#[wasm_bindgen]
impl Scorer {
    /// Loads the bytes of a model file, with the digest that the host has computed of them, or none.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], digest: &[u8]) -> Scorer {
        // Memory for all of it at once: the host takes longer to add a page a hundred times than to add a hundred pages.
        // Where there is not as much, the model may need less.
        let mut room: Vec<u8> = Vec::new();
        black_box(room.try_reserve_exact(ROOM.saturating_mul(bytes.len()))).ok();
        drop(black_box(room));
        let engine = match digest.try_into() {
            Ok(digest) => candor_core::Scorer::from_digested_bytes(bytes, digest),
            Err(_) => candor_core::Scorer::from_bytes(bytes),
        };
        Self(engine.map(|engine| Loaded {
            engine: Rc::new(engine),
            digest: Model::digest_of(bytes),
            room: RefCell::default(),
            background: OnceCell::new(),
            interactions: OnceCell::new(),
        }))
    }

    /// The raw fields that an application has, the groups they belong to, and the features computed from them.
    pub fn schema(&self) -> Vec<u8> {
        bytes(self.loaded().map(|loaded| output::schema(loaded.engine.model())))
    }

    /// Where the model comes from, how good it is, and the policy it decides by.
    pub fn card(&self) -> Vec<u8> {
        bytes(
            self.loaded()
                .map(|loaded| output::card(loaded.engine.model(), loaded.digest.as_deref())),
        )
    }

    /// Scores an application.
    pub fn score(&self, numbers: &[f64], texts: &str) -> Vec<u8> {
        self.answer(numbers, texts, &|loaded, application| {
            Ok(output::score(&loaded.engine.score(application)))
        })
    }

    /// Scores an application, and says why.
    pub fn explain(&self, numbers: &[f64], texts: &str) -> Vec<u8> {
        self.answer(numbers, texts, &|loaded, application| {
            Ok(output::explanation(&loaded.engine.explain(application)))
        })
    }

    /// As [`explain`](Self::explain), compared with the model's background instead of the training population.
    #[wasm_bindgen(js_name = explainAgainstBackground)]
    pub fn explain_against_background(&self, numbers: &[f64], texts: &str) -> Vec<u8> {
        self.answer(numbers, texts, &|loaded, application| {
            let explainer = loaded
                .background
                .get_or_init(|| BackgroundExplainer::of_model(Rc::clone(&loaded.engine)))
                .as_ref()
                .map_err(|error| Problem::Background(*error))?;
            Ok(output::explanation(&explainer.explain(application)))
        })
    }

    /// What each two features add together, row after row.
    pub fn interactions(&self, numbers: &[f64], texts: &str) -> Vec<u8> {
        self.answer(numbers, texts, &|loaded, application| {
            let interactions = loaded
                .interactions
                .get_or_init(|| Interactions::new(Rc::clone(&loaded.engine)).ok())
                .as_ref()
                .ok_or(Problem::TooManyFeatures)?;
            Ok(output::matrix(&interactions.of(application)))
        })
    }

    /// Log-odds of whole rows of features, one row after the other, in the order of the schema; NaN is missing.
    #[wasm_bindgen(js_name = logOddsOfFeatures)]
    pub fn log_odds_of_features(&self, rows: &[f64]) -> Vec<f64> {
        let Ok(Loaded { engine, .. }) = &self.0 else {
            return Vec::new();
        };
        rows.chunks_exact(width(engine))
            .map(|row| engine.log_odds_of(row))
            .collect()
    }

    /// Contributions of every feature to the log-odds of whole rows of features, laid out as the rows are.
    #[wasm_bindgen(js_name = contributionsOfFeatures)]
    pub fn contributions_of_features(&self, rows: &[f64]) -> Vec<f64> {
        let mut contributions = vec![0.0; rows.len()];
        if let Ok(Loaded { engine, .. }) = &self.0 {
            let width = width(engine);
            for (row, contributions) in rows.chunks_exact(width).zip(contributions.chunks_exact_mut(width)) {
                engine.contributions_of(row, contributions);
            }
        }
        contributions
    }

    fn loaded(&self) -> Result<&Loaded, Problem<'_>> {
        self.0.as_ref().map_err(Problem::NotLoaded)
    }

    fn answer(&self, numbers: &[f64], texts: &str, question: &Question<'_>) -> Vec<u8> {
        bytes(self.loaded().and_then(|loaded| {
            let room = &mut *loaded.room.borrow_mut();
            let application = input::application(loaded.engine.model(), numbers, texts, room)?;
            question(loaded, &application)
        }))
    }
}

/// What is asked of a model and an application.
type Question<'a> = dyn Fn(&Loaded, &Application) -> Result<Answer, Problem<'static>> + 'a;

fn bytes(outcome: Result<Answer, Problem<'_>>) -> Vec<u8> {
    outcome.unwrap_or_else(|problem| problem.answer()).into_bytes()
}

/// Numbers in a row of features; a model without features has no rows.
fn width(engine: &candor_core::Scorer) -> usize {
    engine.model().preprocessing.features.len().max(1)
}
