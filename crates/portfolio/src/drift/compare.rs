//! Figures of a table of clients against a reference.

use std::collections::{BTreeMap, BTreeSet};

use candor_core::artifact::{FieldValues, Population, ScorePopulation};
use candor_core::stats::population::{count_of, scores};
use candor_core::stats::{Sketch, Stability, bin_of, homogeneity, population_stability_index};
use candor_core::{Field, FieldKind, Scorer, Text, Workers};

use super::clients::{Clients, Unfit};
use super::evidently::{self, Numbers, Scores};
use super::figures::{Bin, Change, FORMAT, FieldFigures, Figures, NewLevel, ScoreFigures};
use super::verdict::{mark, verdict};
use crate::values::{Values, levels_of, name_of_field};

/// Whom current clients are compared with.
#[derive(Debug)]
pub struct Reference {
    /// Name of their file; `None` for what the model file keeps of its training.
    pub file: Option<String>,
    /// What is kept of them field by field.
    pub population: Population,
    /// They themselves, where they are at hand: then Evidently's figures are exact.
    pub clients: Option<Clients>,
}

/// Fewest clients on either side for a sentence of warning not to be due.
const FEW: u64 = 100;

/// Compares the `current` clients, of a file of this name, with a reference. `digest` is that of the model file.
pub fn compare(
    scorer: &Scorer,
    digest: &str,
    reference: &Reference,
    current: &Clients,
    file: &str,
    workers: &impl Workers,
) -> Figures {
    let model = scorer.model();
    let importance: f64 = model.reference.fields.iter().map(|field| field.importance).sum();
    let of_field = |index: usize| {
        let absent = |clients: &Clients| clients.unfit.get(index).is_none_or(|unfit| unfit.absent);
        if absent(current) || reference.clients.as_ref().is_some_and(absent) {
            return None;
        }
        let share = match model.reference.fields.get(index) {
            Some(of_field) if importance > 0.0 => of_field.importance / importance,
            _ => 0.0,
        };
        field_figures(reference, current, index, model.schema.fields.get(index)?, share)
    };
    let fields = workers.map(model.schema.fields.len(), of_field);
    let mut fields: Vec<FieldFigures> = fields.into_iter().flatten().collect();
    let mut score = reference
        .population
        .scores
        .as_ref()
        .and_then(|before| score_figures(scorer, reference, before, current, workers));
    mark(score.as_mut().map(|score| &mut score.change), &mut fields);
    let rank = |field: &FieldFigures| (field.change.drifted, field.weight, field.change.index);
    fields.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(b.2.total_cmp(&a.2))
    });
    let rows_now = current.applications.len() as u64;
    let gaps = gaps(scorer, reference, current, score.as_ref(), &fields);
    Figures {
        format: FORMAT,
        candor_version: env!("CARGO_PKG_VERSION").into(),
        model: model.card.name.clone(),
        model_digest: digest.to_owned(),
        reference: reference.file.clone(),
        current: file.to_owned(),
        rows_before: reference.population.rows,
        rows_now,
        verdict: verdict(score.as_ref(), &fields),
        score,
        fields,
        gaps,
    }
}

fn field_figures(
    reference: &Reference,
    current: &Clients,
    index: usize,
    field: &Field,
    importance: f64,
) -> Option<FieldFigures> {
    let before = reference.population.fields.get(index)?;
    let unfit = current.unfit.get(index)?;
    let rows_now = current.applications.len() as u64;
    let values = current.numbers(index);
    let (bins, decision, scores, missing_now) = match &before.values {
        FieldValues::Numbers(sketch) => {
            let known = reference.clients.as_ref().map(|clients| clients.numbers(index));
            let numbers = match (&known, sketch) {
                (Some(known), _) => Some(Numbers::Values(known)),
                (None, Some(sketch)) => Some(Numbers::Sketch(sketch)),
                (None, None) => None,
            };
            let missing_now = rows_now - values.len() as u64;
            let scores = numbers.map_or(NO_SCORES, |numbers| evidently::number_scores(numbers, &values));
            let decision = numbers.and_then(|numbers| evidently::numbers(numbers, &values));
            (number_bins(sketch.as_ref(), &values), decision, scores, missing_now)
        }
        FieldValues::Levels(counts) => {
            let unknown_before = reference.clients.as_ref().and_then(|clients| clients.unfit.get(index));
            let bins = level_bins(field, counts, &values, unknown_before, unfit);
            let (before, now): (Vec<u64>, Vec<u64>) = bins.iter().map(|bin| (bin.before, bin.now)).unzip();
            let missing_now = rows_now - now.iter().sum::<u64>();
            let decision = evidently::levels(&before, &now);
            (bins, decision, evidently::level_scores(&before, &now), missing_now)
        }
    };
    let rows_before = reference.population.rows;
    let missing_before = rows_before - bins.iter().map(|bin| bin.before).sum::<u64>().min(rows_before);
    let change = change(bins, missing_before, missing_now);
    let mut new_levels: Vec<NewLevel> = unfit
        .levels
        .iter()
        .map(|(level, &rows)| NewLevel {
            level: level.clone(),
            rows,
        })
        .collect();
    new_levels.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.level.cmp(&b.level)));
    Some(FieldFigures {
        input: name_of_field(field),
        importance,
        weight: importance * change.index,
        missing_before: share(missing_before, rows_before),
        missing_now: share(missing_now, rows_now),
        change,
        new_levels,
        unfit_cells: unfit.cells,
        evidently: decision,
        evidently_scores: scores,
    })
}

const NO_SCORES: Scores = Scores {
    ks: None,
    wasserstein: None,
    jensenshannon: None,
    psi: None,
};

/// Numbers in the reference's tenths; all in one bin where it has no numbers.
fn number_bins(sketch: Option<&Sketch>, sorted: &[f64]) -> Vec<Bin> {
    let (bounds, before) = sketch.map_or_else(|| (Vec::new(), vec![0]), Sketch::tenths);
    let mut now = vec![0_u64; bounds.len() + 1];
    for &value in sorted {
        if let Some(count) = now.get_mut(bin_of(&bounds, value)) {
            *count += 1;
        }
    }
    let above = |bin: usize| bin.checked_sub(1).and_then(|below| bounds.get(below)).copied();
    let counts = before.into_iter().zip(now).enumerate();
    counts
        .map(|(bin, (before, now))| Bin {
            values: Values::Range {
                above: above(bin),
                to: bounds.get(bin).copied(),
            },
            before,
            now,
        })
        .collect()
}

/// Levels of the schema, and those that either side has and the model does not know. Where the model reads any unknown
/// level as missing, so does this.
fn level_bins(
    field: &Field,
    before: &[u64],
    sorted: &[f64],
    unknown_before: Option<&Unfit>,
    unfit: &Unfit,
) -> Vec<Bin> {
    let known = levels_of(&field.kind).into_iter().zip(before).enumerate();
    let mut bins: Vec<Bin> = known
        .map(|(level, (label, &before))| Bin {
            values: Values::Level(label),
            before,
            now: count_of(sorted, level),
        })
        .collect();
    if matches!(&field.kind, FieldKind::Category { missing_levels, .. } if missing_levels.iter().any(|level| level == "*"))
    {
        return bins;
    }
    let none = BTreeMap::new();
    let before = unknown_before.map_or(&none, |unfit| &unfit.levels);
    let names: BTreeSet<&String> = before.keys().chain(unfit.levels.keys()).collect();
    let count = |levels: &BTreeMap<String, u64>, name: &str| levels.get(name).copied().unwrap_or(0);
    bins.extend(names.into_iter().map(|name| Bin {
        values: Values::Level(Text::new(name.as_str(), name.as_str())),
        before: count(before, name),
        now: count(&unfit.levels, name),
    }));
    bins
}

/// The change of counts, with missing values as one more bin.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn change(mut bins: Vec<Bin>, missing_before: u64, missing_now: u64) -> Change {
    if missing_before + missing_now > 0 {
        bins.push(Bin {
            values: Values::Missing,
            before: missing_before,
            now: missing_now,
        });
    }
    let (before, now): (Vec<u64>, Vec<u64>) = bins.iter().map(|bin| (bin.before, bin.now)).unzip();
    let (before_all, now_all): (u64, u64) = (before.iter().sum(), now.iter().sum());
    let shares = |counts: &[u64], all: u64| -> Vec<f64> { counts.iter().map(|&count| share(count, all)).collect() };
    let index = population_stability_index(&shares(&before, before_all), &shares(&now, now_all));
    let tested = homogeneity(&before, &now);
    let seen = bins
        .iter()
        .filter(|bin| bin.before + bin.now > 0)
        .count()
        .saturating_sub(1);
    Change {
        index,
        reading: Stability::of(index),
        expected_by_chance: seen as f64 * (1.0 / before_all.max(1) as f64 + 1.0 / now_all.max(1) as f64),
        p_value: tested.map(|tested| tested.p_value),
        adjusted_p_value: None,
        drifted: false,
        bins,
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn share(count: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { count as f64 / all as f64 }
}

fn score_figures(
    scorer: &Scorer,
    reference: &Reference,
    before: &ScorePopulation,
    current: &Clients,
    workers: &impl Workers,
) -> Option<ScoreFigures> {
    let mut log_odds = current.log_odds(scorer, workers);
    log_odds.sort_by(f64::total_cmp);
    let now = scores(&log_odds, &scorer.model().policy)?;
    let probability_of = |sorted: &[f64]| -> Vec<f64> {
        sorted
            .iter()
            .map(|&log_odds| candor_core::decision::probability_of(log_odds))
            .collect()
    };
    let known = reference.clients.as_ref().map(|clients| {
        let mut log_odds = clients.log_odds(scorer, workers);
        log_odds.sort_by(f64::total_cmp);
        (probability_of(&log_odds), log_odds)
    });
    let (of_log_odds, of_probability) = match &known {
        Some((probability, log_odds)) => (Numbers::Values(log_odds), Numbers::Values(probability)),
        None => (Numbers::Sketch(&before.log_odds), Numbers::Sketch(&before.probability)),
    };
    let (rows_before, rows_now) = (before.log_odds.count(), log_odds.len() as u64);
    Some(ScoreFigures {
        rows_before,
        rows_now,
        change: change(number_bins(Some(&before.log_odds), &log_odds), 0, 0),
        mean_probability_before: before.mean_probability,
        mean_probability_now: now.mean_probability,
        approved_before: share(before.approved, rows_before),
        approved_now: share(now.approved, rows_now),
        evidently_log_odds: evidently::numbers(of_log_odds, &log_odds),
        evidently_probability: evidently::numbers(of_probability, &probability_of(&log_odds)),
    })
}

/// What cannot be said, and what would tell.
fn gaps(
    scorer: &Scorer,
    reference: &Reference,
    current: &Clients,
    score: Option<&ScoreFigures>,
    fields: &[FieldFigures],
) -> Vec<Text> {
    let mut gaps = Vec::new();
    let mut say = |en: String, fr: String| gaps.push(Text::new(en, fr));
    let named = |clients: &Clients| -> Vec<String> {
        let schema = scorer.schema().fields.iter().zip(&clients.unfit);
        schema
            .filter(|(_, unfit)| unfit.absent)
            .map(|(field, _)| field.name.clone())
            .collect()
    };
    let mut absent = named(current);
    absent.extend(reference.clients.iter().flat_map(named));
    absent.sort();
    absent.dedup();
    if !absent.is_empty() {
        let names = absent.join(", ");
        say(
            format!(
                "Not compared, because a table has no such column: {names}. Scores are as if nobody had a value there."
            ),
            format!(
                "Non comparés, faute de colonne dans une table : {names}. Les scores sont calculés comme si personne n’y avait de valeur."
            ),
        );
    }
    let schema = scorer.schema().fields.iter().zip(&current.unfit);
    for (field, unfit) in schema {
        if let Some((line, problem)) = &unfit.first {
            let (name, cells) = (&field.name, unfit.cells);
            say(
                format!(
                    "{name}: {cells} cells do not fit the field and count as missing; the first, in line {line}: {problem}."
                ),
                format!(
                    "{name} : {cells} cellules ne conviennent pas au champ et comptent comme manquantes ; la première, ligne {line} : {problem}."
                ),
            );
        }
    }
    let (before, now) = (reference.population.rows, current.applications.len() as u64);
    if before.min(now) < FEW {
        say(
            format!(
                "Only {before} clients are compared with {now}: indices of so few are mostly chance, and drift may go unseen."
            ),
            format!(
                "Seuls {before} clients sont comparés à {now} : sur si peu, les indices relèvent surtout du hasard, et une dérive peut passer inaperçue."
            ),
        );
    }
    let untested = fields.iter().filter(|field| field.change.p_value.is_none()).count();
    if untested > 0 {
        say(
            format!("{untested} fields have too few clients in all bins but one to tell change from chance."),
            format!(
                "{untested} champs ont trop peu de clients hors d’une seule classe pour distinguer un changement du hasard."
            ),
        );
    }
    match score {
        None => say(
            "Scores are not compared: either side has none that a model could be asked for.".into(),
            "Les scores ne sont pas comparés : un des côtés n’en a pas.".into(),
        ),
        Some(score) if score.rows_now < now => say(
            format!(
                "{} current clients have values that the model refuses, and no score.",
                now - score.rows_now
            ),
            format!(
                "{} clients actuels ont des valeurs que le modèle refuse, et pas de score.",
                now - score.rows_now
            ),
        ),
        Some(_) => {}
    }
    let unsure = fields
        .iter()
        .filter_map(|field| field.evidently.as_ref())
        .filter(|decision| !decision.certain)
        .count();
    if unsure > 0 {
        say(
            format!(
                "What the model file keeps leaves Evidently's verdict open for {unsure} fields; --reference FILE decides them."
            ),
            format!(
                "Ce que garde le fichier du modèle laisse ouvert le verdict d’Evidently pour {unsure} champs ; --reference FICHIER en décide."
            ),
        );
    }
    gaps
}
