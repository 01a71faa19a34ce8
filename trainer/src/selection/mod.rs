//! Choosing the few fields that matter, and telling what the others are worth.
//!
//! Fields are left out step by step, the least important first; a feature goes with the first of its fields. In every
//! fold the order comes from models that have not seen the outcomes of the fold, so the curve tells what the whole
//! procedure is worth on new clients, not what hindsight would have chosen.

mod columns;
mod importance;

use std::collections::BTreeSet;

use candor_core::ensemble::Compiled;
use candor_core::stats::Ranking;
use candor_definition::{Definition, PolicyFile};
use columns::Columns;
use importance::importance;

use crate::error::Error;
use crate::learner::{Parameters, Rounds, fit_average, side_by_side};
use crate::training::{FeatureTable, Growth, Lesson, calibrate};
use candor_portfolio::Data;

/// What is asked of a selection.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Clients and what became of them.
    pub data: &'a Data,
    /// All fields and features.
    pub definition: &'a Definition,
    /// What the definition was compiled with.
    pub policy: &'a PolicyFile,
    /// The learner's parameters.
    pub parameters: &'a Parameters,
    /// How trees are grown.
    pub growth: Growth,
    /// Folds.
    pub folds: usize,
    /// Seed of the folds.
    pub seed: u64,
    /// Most fields of the result.
    pub most: usize,
}

/// A number of fields, and how good the models with as many are.
#[derive(Debug, Clone)]
pub struct Step {
    /// Fields.
    pub fields: usize,
    /// Out-of-fold area under the ROC curve.
    pub auc: f64,
    /// Calibrated out-of-fold probability of each row.
    pub probabilities: Vec<f64>,
}

/// What was chosen.
#[derive(Debug, Clone)]
pub struct Selection {
    /// From all fields to the fewest.
    pub curve: Vec<Step>,
    /// The fields that are kept, the most important first.
    pub kept: Vec<String>,
    /// The definition with those fields only.
    pub definition: Definition,
}

impl Selection {
    /// What the model card says.
    pub fn notes(&self) -> Vec<String> {
        let curve = self
            .curve
            .iter()
            .map(|step| format!("{} fields {:.4}", step.fields, step.auc));
        vec![
            format!("Chosen fields, the most important first: {}.", self.kept.join(", ")),
            format!(
                "Out-of-fold AUC of single models by number of fields, chosen in each fold without its outcomes: {}.",
                curve.collect::<Vec<_>>().join("; ")
            ),
        ]
    }

    /// The curve, for the figures of the model card: a name and probabilities.
    pub fn into_parts(self) -> Vec<(String, Vec<f64>)> {
        let steps = self.curve.into_iter();
        steps
            .map(|step| (format!("{} fields", step.fields), step.probabilities))
            .collect()
    }
}

/// Points of the curve below the number of all fields.
const SIZES: [usize; 11] = [120, 90, 70, 50, 40, 30, 20, 15, 10, 7, 5];

/// A fold, and what it goes on with from step to step.
struct Fold {
    learning: Vec<usize>,
    scoring: Vec<usize>,
    features: FeatureTable,
    rounds: Vec<Rounds<'static>>,
    /// Fields that are left, the most important first.
    order: Vec<usize>,
}

/// Leaves fields out until few are left, and keeps at most as many as are asked for: of the steps with so few, the best.
/// `progress` hears the number of fields that models are
/// grown with.
///
/// # Errors
/// [`Error::Training`] where the learner fails or scores do not rank.
pub fn select(request: &Request<'_>, progress: &(dyn Fn(usize) + Sync)) -> Result<Selection, Error> {
    let Request {
        data, definition, most, ..
    } = *request;
    let fields = &definition.schema.fields;
    let folds = data.folds(request.folds, request.seed);
    progress(fields.len());
    let open = side_by_side(request.folds, request.parameters, |fold, parameters| {
        Fold::new(request, parameters, &folds, fold)
    });
    let mut open = open.into_iter().collect::<Result<Vec<Fold>, Error>>()?;
    let (mut curve, mut best): (Vec<Step>, Option<(f64, Vec<usize>)>) = (Vec::new(), None);
    // The order that all folds agree on, from the models of the step before.
    let mut agreed: Vec<usize> = (0..fields.len()).collect();
    for size in sizes(fields.len(), most) {
        agreed.truncate(size);
        let mut raw = vec![0.0; folds.len()];
        let mut total = vec![0.0; fields.len()];
        progress(size);
        let scored = side_by_side(open.len(), request.parameters, |fold, parameters| {
            open[fold].score(request, parameters, size)
        });
        for (fold, scored) in open.iter_mut().zip(scored) {
            let scored = scored?;
            fold.order = by_importance(&scored.importance);
            for (row, score) in fold.scoring.iter().zip(scored.raw) {
                raw[*row] = score;
            }
            for (sum, value) in total.iter_mut().zip(scored.importance) {
                *sum += value;
            }
        }
        let probabilities = calibrate(&folds, &raw, &data.outcomes, request.folds)?;
        let auc = Ranking::new(&probabilities, &data.outcomes).auc(None).unwrap_or(0.5);
        if size <= most && best.as_ref().is_none_or(|(least, _)| auc > *least) {
            best = Some((auc, agreed.clone()));
        }
        curve.push(Step {
            fields: size,
            auc,
            probabilities,
        });
        agreed = by_importance(&total);
    }
    let kept = best.map_or_else(|| agreed, |(_, kept)| kept);
    let kept: Vec<String> = kept.into_iter().map(|field| fields[field].name.clone()).collect();
    let names = fields.iter().map(|field| field.name.clone());
    let left_out: BTreeSet<String> = names.filter(|name| !kept.contains(name)).collect();
    let definition = definition.without(&left_out, request.policy)?;
    Ok(Selection {
        curve,
        kept,
        definition,
    })
}

/// What a model of some fields says of a fold.
struct Scored {
    /// Raw scores of the rows that are scored.
    raw: Vec<f64>,
    /// Importance of all fields.
    importance: Vec<f64>,
}

impl Fold {
    fn new(request: &Request<'_>, parameters: &Parameters, folds: &[usize], fold: usize) -> Result<Self, Error> {
        let Request { data, definition, .. } = *request;
        let rows = |inside: bool| {
            (0..folds.len())
                .filter(|&row| (folds[row] == fold) == inside)
                .collect::<Vec<_>>()
        };
        let learning = rows(false);
        let seed = request.seed.wrapping_add(fold as u64);
        let lesson = Lesson {
            data,
            definition,
            rows: &learning,
        };
        Ok(Self {
            rounds: request.growth.plan(lesson, parameters, seed, &|| {})?.rounds,
            features: lesson.features(),
            scoring: rows(true),
            learning,
            order: (0..definition.schema.fields.len()).collect(),
        })
    }

    /// Scores the rows of the fold by a model of its most important fields, as many as `size`.
    fn score(&self, request: &Request<'_>, parameters: &Parameters, size: usize) -> Result<Scored, Error> {
        let Request { data, definition, .. } = *request;
        let preprocessing = &definition.preprocessing;
        let columns = Columns::of(definition, &self.features, &self.order[..size.min(self.order.len())]);
        let parameters = parameters.for_fewer(preprocessing.features.len(), columns.features.len());
        let matrix = columns.matrix();
        let training = matrix.sample(&self.learning, &data.outcomes);
        let ensemble = fit_average(&matrix, &training, &self.rounds, &parameters, 1, &|| {})?.ensemble;
        let compiled = Compiled::new(&ensemble);
        let scores = self.scoring.iter().map(|&row| compiled.raw_score(columns.row(row)));
        Ok(Scored {
            raw: scores.collect(),
            importance: importance(
                &ensemble,
                &columns,
                &self.scoring,
                preprocessing,
                definition.schema.fields.len(),
            ),
        })
    }
}

/// Positions of the values, the largest first; of equals, the earlier.
fn by_importance(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order
}

/// All fields, then fewer and fewer; `most` is among them.
fn sizes(all: usize, most: usize) -> Vec<usize> {
    let mut sizes: BTreeSet<usize> = SIZES.into_iter().filter(|&size| size < all).collect();
    sizes.extend([all, most.min(all)]);
    sizes.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_from_all_fields_to_few_by_way_of_the_number_asked_for() {
        assert_eq!(sizes(87, 22), [87, 70, 50, 40, 30, 22, 20, 15, 10, 7, 5]);
        assert_eq!(sizes(6, 20), [6, 5]);
        assert_eq!(sizes(4, 2), [4, 2]);
    }

    #[test]
    fn the_most_important_come_first() {
        assert_eq!(by_importance(&[0.1, 0.5, 0.0, 0.5]), [1, 3, 0, 2]);
    }
}
