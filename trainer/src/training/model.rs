//! Training: split, grow, calibrate, set the threshold, measure, put together.

use std::collections::BTreeMap;

use candor_core::artifact::{Model, ModelCard, Part};
use candor_core::decision::{Calibration, probability_of};
use candor_core::stats::best_threshold;
use candor_core::stats::evaluate;
use candor_core::stats::population::population;
use candor_core::{Application, Scorer};
use candor_definition::{Definition, PolicyFile};
use candor_native::AllCores;
use candor_portfolio::{Data, Split};
use rayon::prelude::*;

use super::cross_validation::{OutOfFold, cross_validate};
use super::growth::{Growth, Lesson, best_share};
use super::prototypes::{GROUP, background, prototypes};
use super::reference::{IMPORTANCE_ROWS, describe};
use crate::baselines::{self, Baseline};
use crate::error::Error;
use crate::learner::Parameters;
use crate::monotone;

/// What training is told.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Name of the model.
    pub name: String,
    /// Seed of everything random.
    pub seed: u64,
    /// A fixed number of trees of each model; `None` stops early.
    pub trees: Option<usize>,
    /// Models that differ in their seeds, and are averaged.
    pub models: usize,
    /// Folds of the cross-validation; `None` does without.
    pub folds: Option<usize>,
    /// Whether simpler models are measured on the same folds.
    pub baselines: bool,
    /// The definition without directions, measured on the same folds to tell what they cost.
    pub free: Option<Definition>,
    /// Out-of-fold probabilities of other models, with their names.
    pub compared: Vec<(String, Vec<f64>)>,
    /// Rows that stand in the test part whatever the seed, in increasing order: see [`Data::split_keeping_out`].
    pub kept_out: Vec<usize>,
}

/// What training is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A tree of the model has grown.
    Growing,
    /// A tree of a fold's model has grown.
    Folds,
    /// A tree of a fold's model without directions has grown.
    Free,
    /// Fitting this simpler model in a fold.
    Baseline(Baseline),
    /// Measuring and putting together.
    Measuring,
}

/// A trained model and its evidence.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// Predictions for rows that the scoring model had not seen.
    pub out_of_fold: Option<OutOfFold>,
    /// The rows of each part.
    pub split: Split,
}

/// Name of the part with the figures of the model that is held to no direction.
pub const WITHOUT_DIRECTIONS: &str = "without directions";

/// Trains a model.
///
/// # Errors
/// [`Error::Training`] when the learner fails or finds nothing.
pub fn train(
    data: &Data,
    definition: &Definition,
    policy: &PolicyFile,
    parameters: &Parameters,
    options: &TrainOptions,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<Trained, Error> {
    let growth = Growth::new(options.trees).averaging(options.models);
    let split = data.split_keeping_out(&options.kept_out, options.seed)?;
    let lesson = Lesson {
        data,
        definition,
        rows: &split.train,
    };
    let features = lesson.features();
    let validation = features.matrix().sample(&split.validation, &data.outcomes);
    let rounds = growth.until_best(&validation);
    let grown = || progress(Stage::Growing);
    let pair = growth.grow(lesson, &features, &[rounds], parameters, &grown)?;
    let share = best_share(&pair.scores(&features, &split.validation, &data.outcomes));
    let average = pair.blended(share);
    let ensemble = average.ensemble;
    monotone::check(&ensemble, definition)?;
    let validate = |definition: &Definition, stage: Stage| match options.folds {
        Some(folds) => {
            let seed = options.seed;
            cross_validate(data, definition, parameters, growth, folds, seed, &|| progress(stage)).map(Some)
        }
        None => Ok(None),
    };
    let out_of_fold = validate(definition, Stage::Folds)?;
    let free = match &options.free {
        Some(free) => validate(free, Stage::Free)?,
        None => None,
    };
    let mut compared = options.compared.clone();
    if let (Some(folds), true) = (options.folds, options.baselines) {
        for baseline in Baseline::ALL {
            let heard = || progress(Stage::Baseline(baseline));
            let probabilities =
                baselines::out_of_fold(baseline, data, definition, parameters, folds, options.seed, &heard)?;
            compared.push((baseline.name().to_owned(), probabilities));
        }
    }
    compared.extend(free.map(|free| (WITHOUT_DIRECTIONS.to_owned(), free.probabilities)));
    progress(Stage::Measuring);

    let everybody: Vec<usize> = (0..data.outcomes.len()).collect();
    let raw = features.raw_scores(&ensemble, &everybody);
    let of = |rows: &[usize], values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
    let outcomes_of = |rows: &[usize]| -> Vec<bool> { rows.iter().map(|&row| data.outcomes[row]).collect() };
    let calibration = Calibration::fit(&of(&split.validation, &raw), &outcomes_of(&split.validation)).ok_or_else(|| {
        let problem = "the trees do not rank the clients of the validation part; is the target right, and are there enough rows?";
        Error::Training { problem: problem.into() }
    })?;
    let log_odds: Vec<f64> = raw.iter().map(|&raw| calibration.apply(raw)).collect();
    let probabilities: Vec<f64> = log_odds.iter().map(|&log_odds| probability_of(log_odds)).collect();
    let threshold = best_threshold(
        &of(&split.validation, &probabilities),
        &outcomes_of(&split.validation),
        &policy.costs,
    )
    .unwrap_or(policy.costs.break_even());
    let final_policy = policy.with_threshold(threshold);

    let mut parts: Vec<Part> = [
        ("train", &split.train),
        ("validation", &split.validation),
        ("test", &split.test),
    ]
    .into_iter()
    .map(|(name, rows)| {
        evaluate(
            name,
            &of(rows, &probabilities),
            &outcomes_of(rows),
            &final_policy,
            options.seed,
            &AllCores,
        )
    })
    .collect();
    let own = out_of_fold.iter().map(|own| ("out-of-fold", &own.probabilities));
    let others = compared
        .iter()
        .map(|(name, probabilities)| (name.as_str(), probabilities));
    parts.extend(own.chain(others).map(|(name, probabilities)| {
        evaluate(
            name,
            probabilities,
            &data.outcomes,
            &final_policy,
            options.seed,
            &AllCores,
        )
    }));
    let card = card(data, definition, parameters, options, (&average.trees, share), parts);
    let applications: Vec<&Application> = split.train.iter().map(|&row| &data.applications[row]).collect();
    let scores = of(&split.train, &log_odds);
    let reference = describe(
        &definition.schema,
        &applications,
        &scores,
        features.preprocessing.features.len(),
    );
    let mut model = Model {
        schema: definition.schema.clone(),
        preprocessing: features.preprocessing.clone(),
        ensemble,
        calibration,
        policy: final_policy,
        reference,
        card,
        parity: Vec::new(),
        background: None,
        records: definition.records.clone(),
        population: None,
    };
    // Scores of clients that neither trees nor calibration have seen: those of the training part are more extreme.
    let unseen = of(&split.test, &log_odds);
    model.population = Some(population(&model.schema, &applications, &unseen, &model.policy, &AllCores).pack());
    add_explanations(&mut model, &applications, &scores)?;
    Ok(Trained {
        model,
        out_of_fold,
        split,
    })
}

/// Fills in the importances, the background and the parity cases, which need a model that can explain.
fn add_explanations(model: &mut Model, applications: &[&Application], log_odds: &[f64]) -> Result<(), Error> {
    let unsound = |error: candor_core::LoadError| Error::Training {
        problem: error.to_string(),
    };
    let scorer = Scorer::from_model(model.clone()).map_err(unsound)?;
    model.reference.importance = importance(&scorer, applications);
    for (feature, &value) in model.reference.importance.iter().enumerate() {
        let behind = model.preprocessing.fields_behind(feature);
        for &field in &behind {
            #[expect(clippy::cast_precision_loss, reason = "a handful of fields")]
            let share = value / behind.len() as f64;
            model.reference.fields[field].importance += share;
        }
    }
    let field_importance: Vec<f64> = model.reference.fields.iter().map(|field| field.importance).collect();
    model.background = background(&scorer, applications, log_odds, &field_importance);
    model.card.notes.push(match &model.background {
        Some(background) => format!(
            "Where an explanation is asked for by the interventional method, an application is compared with {} typical \
             approved applicants near the cut-off, each the middle of {GROUP} similar clients.",
            background.rows.len()
        ),
        None => "The model has no background: too few applicants were approved to describe typical ones.".into(),
    });
    let prototypes = prototypes(&model.schema, applications, log_odds, &field_importance);
    let cases: Result<Vec<_>, _> = prototypes
        .into_iter()
        .map(|values| scorer.parity_case(values))
        .collect();
    model.parity = cases.map_err(unsound)?;
    // The middle of a group does not score like the group: put in order what a page shows in a row.
    model
        .parity
        .sort_by(|a, b| f64::from_bits(a.log_odds_bits).total_cmp(&f64::from_bits(b.log_odds_bits)));
    Ok(())
}

/// Mean absolute contribution of each feature over an even sample of the rows.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn importance(scorer: &Scorer, applications: &[&Application]) -> Vec<f64> {
    let step = applications.len().div_ceil(IMPORTANCE_ROWS).max(1);
    let sample: Vec<&Application> = applications.iter().step_by(step).copied().collect();
    let contributions: Vec<Vec<f64>> = sample
        .par_iter()
        .map(|application| scorer.explain(application).contributions)
        .collect();
    let features = scorer.model().preprocessing.features.len();
    // Summed in row order, whatever the threads did, so that the same data gives the same file.
    let mean = |feature: usize| {
        contributions.iter().fold(0.0, |sum, row| sum + row[feature].abs()) / contributions.len() as f64
    };
    (0..features).map(mean).collect()
}

fn card(
    data: &Data,
    definition: &Definition,
    parameters: &Parameters,
    options: &TrainOptions,
    (trees, share): (&[usize], f64),
    parts: Vec<Part>,
) -> ModelCard {
    let mut parameters: BTreeMap<String, String> = parameters.for_card();
    // As LightGBM counts them: of each model.
    let iterations: Vec<String> = trees.iter().map(ToString::to_string).collect();
    parameters.insert("num_iterations".into(), iterations.join(","));
    let held = definition.preprocessing.features.iter().zip(&definition.directions);
    let held: Vec<String> = held
        .filter(|(_, direction)| **direction != 0)
        .map(|(feature, direction)| format!("{}:{direction:+}", feature.name))
        .collect();
    if !held.is_empty() {
        parameters.insert("monotone_constraints".into(), held.join(","));
    }
    if trees.len() > 1 {
        parameters.insert("averaged_models".into(), trees.len().to_string());
    }
    let mut notes = vec![
        "Probabilities are calibrated on the validation part by a map that is linear in log-odds (Platt).".into(),
        "The threshold minimises the cost on the validation part; it was not tuned on the test part.".into(),
    ];
    let mut algorithm = "LightGBM 4.7.0, gradient-boosted trees".to_owned();
    if share > 0.0 {
        algorithm.push_str(", beside a scorecard");
        parameters.insert("scorecard_share".into(), share.to_string());
        notes.push(format!(
            "{:.0} % of the score are a scorecard's, a logistic regression on weights of evidence, written as trees of one feature \
             each; the rest is the boosted trees'. The share had the least log-loss on the validation part.",
            100.0 * share
        ));
    }
    notes.extend(directions_note(&parts));
    ModelCard {
        name: options.name.clone(),
        candor_version: env!("CARGO_PKG_VERSION").into(),
        algorithm,
        parameters: parameters.into(),
        data: data.fingerprint.clone(),
        parts,
        dropped_features: definition.dropped_features.clone(),
        notes,
    }
}

/// What the directions cost, where both was measured.
fn directions_note(parts: &[Part]) -> Option<String> {
    let auc = |name: &str| {
        let part = parts.iter().find(|part| part.name == name)?;
        Some(part.metrics.as_ref()?.auc.value)
    };
    let (held, free) = (auc("out-of-fold")?, auc(WITHOUT_DIRECTIONS)?);
    Some(format!(
        "Out of fold, the model has an AUC of {held:.4} and, held to no direction, {free:.4}: the directions cost {:.4}.",
        free - held
    ))
}
