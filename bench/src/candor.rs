//! The one place that calls the engine: when its interface changes, this file changes and no other.

use candor_core::ensemble::Ensemble;
use candor_core::import::lightgbm;
use candor_core::shap::Explainer;
use candor_core::{Application, Explanation, Raw, Score, Scorer};
use std::path::Path;
use std::thread;

/// A model as it has been loaded.
pub enum Loaded {
    /// A model file.
    Whole(Box<Scorer>),
    /// The trees of a LightGBM model.
    Trees(Ensemble),
}

impl Loaded {
    /// Loads a model file, or the trees of a LightGBM model where the name ends with `.txt`.
    pub fn open(path: &Path) -> Result<Self, String> {
        if path.extension().is_some_and(|extension| extension == "txt") {
            return ensemble_of(path).map(Self::Trees);
        }
        let scorer = Scorer::from_bytes(&read(path)?).map_err(|error| error.to_string())?;
        Ok(Self::Whole(Box::new(scorer)))
    }

    /// The score and the reasons of an application with these values, as the engine answers whoever embeds it.
    pub fn answer(&self, values: &[f64]) -> Result<(Score, Explanation), String> {
        let Self::Whole(scorer) = self else {
            return Err("bare trees give no reasons".to_owned());
        };
        let mut application = Application::empty(scorer.schema());
        for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let set = application.set(scorer.schema(), place, Raw::Number(*value));
            set.map_err(|error| error.to_string())?;
        }
        Ok((scorer.score(&application), scorer.explain(&application)))
    }
}

/// A model, ready to score and to explain rows of features.
pub struct Engine(Explainer);

impl From<Loaded> for Engine {
    fn from(loaded: Loaded) -> Self {
        Self(match loaded {
            Loaded::Whole(scorer) => Explainer::new(&scorer.model().ensemble),
            Loaded::Trees(ensemble) => Explainer::new(&ensemble),
        })
    }
}

impl Engine {
    /// The raw score of one row.
    pub fn score(&self, row: &[f64]) -> f64 {
        self.0.compiled().raw_score(row)
    }

    /// The raw scores of rows of `width` features, on one thread.
    pub fn scores(&self, rows: &[f64], width: usize, scores: &mut [f64]) {
        self.0.compiled().raw_scores(rows, width, scores);
    }

    /// The contributions of one row, and the base value behind them.
    pub fn explain(&self, row: &[f64], contributions: &mut [f64]) {
        contributions.fill(0.0);
        let Some((base, contributions)) = contributions.split_last_mut() else {
            return;
        };
        *base = self.0.base_value();
        self.0.contributions(row, contributions);
    }

    /// The contributions of rows of `width` features, each with the base value behind them, shared out to threads.
    pub fn explain_all(&self, rows: &[f64], width: usize, contributions: &mut [f64], threads: usize) {
        let share = (rows.len() / width).div_ceil(threads).max(1);
        thread::scope(|scope| {
            let parts = rows
                .chunks(share * width)
                .zip(contributions.chunks_mut(share * (width + 1)));
            for (rows, contributions) in parts {
                scope.spawn(move || {
                    let mut together = vec![0.0; rows.len()];
                    self.0.contributions_of_rows(rows, width, &mut together);
                    let alone = together
                        .chunks_exact(width)
                        .zip(contributions.chunks_exact_mut(width + 1));
                    for (from, to) in alone {
                        to[..width].copy_from_slice(from);
                        to[width] = self.0.base_value();
                    }
                });
            }
        });
    }
}

/// The trees of a LightGBM model.
pub fn ensemble_of(path: &Path) -> Result<Ensemble, String> {
    let text = String::from_utf8(read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let imported = lightgbm::from_text(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(imported.ensemble)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
