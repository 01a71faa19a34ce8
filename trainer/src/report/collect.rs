//! Figures by subject, put together.

use std::collections::BTreeMap;

use candor_core::decision::probability_of;
use candor_core::{Scorer, Text};

use super::fairness::{self, Unrestricted};
use super::figures::{FORMAT, Figures, Gap, Lineage, Period, PeriodKind, Section};
use super::sample::{FoldScores, Sample};
use super::stability::{self, ScoreBins};
use super::{calibration, costs, discrimination, importance, inputs};

/// What a report is asked to hold, besides the model and the data.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Columns whose groups are compared.
    pub groups: Vec<String>,
    /// Column that tells the month of an application.
    pub month: Option<String>,
    /// The columns of the data that are no fields, in the order in which the data keeps them.
    pub kept: Vec<String>,
    /// Out-of-fold probabilities of the same clients.
    pub folds: Option<FoldScores>,
    /// A model that reads the fields that this one leaves out.
    pub unrestricted: Option<Unrestricted<'a>>,
    /// Name of the model file.
    pub model_file: String,
    /// Digest of the model file.
    pub model_digest: String,
    /// Column that says who defaulted.
    pub target: String,
}

/// What collecting is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Resampling this part, of so many.
    Resampling(u64, u64),
    /// Binning the inputs.
    Inputs,
    /// So many clients are explained, of so many.
    Explaining(u64, u64),
    /// Comparing groups and periods.
    Comparing,
}

/// Most months that are told apart.
const MOST_MONTHS: usize = 60;

/// Place of a column among the kept ones; past the end when it is not there.
pub(super) fn column_place(kept: &[String], name: &str) -> usize {
    kept.iter().position(|column| column == name).unwrap_or(usize::MAX)
}

/// Measures everything that `request` asks for.
pub fn collect(sample: &Sample<'_>, request: &Request<'_>, progress: &(dyn Fn(Step) + Sync)) -> Figures {
    let model = sample.scorer.model();
    let policy = &model.policy;
    let count = sample.parts.len() as u64;
    let parts: Vec<_> = sample
        .parts
        .iter()
        .zip(1..)
        .map(|((name, rows), number)| {
            progress(Step::Resampling(number, count));
            discrimination::part(sample, name, rows, request.seed)
        })
        .collect();
    let generalisation = match &parts[..] {
        [train, .., test] => Some(discrimination::generalisation(train, test)),
        _ => None,
    };
    let ((measured_on, rows), (developed_on, developed)) = (sample.measured(), sample.developed());
    let (log_odds, probabilities, outcomes) = (
        sample.log_odds_of(rows),
        sample.probabilities_of(rows),
        sample.outcomes_of(rows),
    );
    progress(Step::Inputs);
    let inputs = inputs::inputs(sample, developed);
    let importance = importance::importance(sample, rows, &|done, of| progress(Step::Explaining(done, of)));
    progress(Step::Comparing);
    let mut gaps = Vec::new();
    let stability = stability(sample, rows, request, &mut gaps);
    let fairness: Vec<_> = request
        .groups
        .iter()
        .map(|name| fairness::column(sample, rows, name, &request.kept))
        .collect();
    let exclusion = request
        .unrestricted
        .as_ref()
        .map(|other| fairness::exclusion(sample, rows, other, request.seed));
    let figures = Figures {
        format: FORMAT,
        candor_version: env!("CARGO_PKG_VERSION").into(),
        lineage: lineage(sample, request),
        policy: policy.clone(),
        measured_on: measured_on.to_owned(),
        developed_on: developed_on.to_owned(),
        parts,
        generalisation,
        gains: discrimination::gains(&probabilities, &outcomes),
        reliability: calibration::reliability(&log_odds, &probabilities, &outcomes),
        bands: calibration::bands(&log_odds, &probabilities, &outcomes, policy),
        costs: costs::curve(&probabilities, &outcomes, policy.threshold),
        inputs,
        importance,
        stability,
        fairness,
        exclusion,
        gaps,
    };
    with_gaps(figures, sample, request)
}

fn lineage(sample: &Sample<'_>, request: &Request<'_>) -> Lineage {
    let model = sample.scorer.model();
    Lineage {
        model_digest: request.model_digest.clone(),
        model_file: request.model_file.clone(),
        card: model.card.clone(),
        calibration: model.calibration,
        trees: model.ensemble.trees.len() as u64,
        leaves: model.ensemble.leaf_count() as u64,
        fields: model.schema.fields.len() as u64,
        features: model.preprocessing.features.len() as u64,
        data: sample.data.fingerprint.clone(),
        is_training_data: sample.is_training_data,
        target: request.target.clone(),
        seed: request.seed,
    }
}

fn stability(
    sample: &Sample<'_>,
    rows: &[usize],
    request: &Request<'_>,
    gaps: &mut Vec<Gap>,
) -> super::figures::Stability {
    let model = sample.scorer.model();
    let threshold = model.policy.threshold;
    let bins = ScoreBins::of_model(model);
    let index = |rows: &[usize]| bins.as_ref()?.index(&sample.log_odds_of(rows));
    let period = |by: PeriodKind, name: &str, rows: &[usize]| -> Period {
        let (probabilities, outcomes) = (sample.probabilities_of(rows), sample.outcomes_of(rows));
        stability::period(by, name, &probabilities, &outcomes, threshold, index(rows))
    };
    let mut periods: Vec<Period> = sample
        .parts
        .iter()
        .map(|(name, rows)| period(PeriodKind::Part, name, rows))
        .collect();
    if let Some(column) = &request.month {
        let mut months: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &row in rows {
            months
                .entry(month_of(sample, row, column, &request.kept))
                .or_default()
                .push(row);
        }
        if months.len() > MOST_MONTHS {
            gaps.push(Gap {
                section: Section::Stability,
                what: Text::new(
                    format!(
                        "The column {column} has {} different values, too many for months; give a column of months such \
                         as 2024-06, or of dates such as 2024-06-30.",
                        months.len()
                    ),
                    format!(
                        "La colonne {column} a {} valeurs différentes, trop pour des mois ; indiquez une colonne de mois \
                         comme 2024-06, ou de dates comme 2024-06-30.",
                        months.len()
                    ),
                ),
            });
        } else {
            periods.extend(months.iter().map(|(name, rows)| period(PeriodKind::Month, name, rows)));
        }
    }
    if let Some(folds) = &request.folds {
        periods.extend(stability::by_fold(
            &folds.folds,
            &folds.probabilities,
            &sample.data.outcomes,
            threshold,
        ));
    }
    super::figures::Stability {
        score_index: index(rows),
        periods,
        fields: stability::fields(sample, rows),
    }
}

/// The month of a client: what the column says, cut to year and month where it is a date. Empty where missing.
fn month_of(sample: &Sample<'_>, row: usize, column: &str, kept: &[String]) -> String {
    let schema = sample.scorer.schema();
    let text = match schema.field_index(column) {
        Some(index) => schema.fields[index].format(sample.data.applications[row].values()[index]),
        None => sample.data.kept[row]
            .get(column_place(kept, column))
            .cloned()
            .unwrap_or_default(),
    };
    let text = text.trim();
    let is_date = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_date {
        text.chars().take(7).collect()
    } else {
        text.to_owned()
    }
}

/// Names what the report cannot say.
fn with_gaps(mut figures: Figures, sample: &Sample<'_>, request: &Request<'_>) -> Figures {
    let mut gap = |section: Section, en: String, fr: String| {
        figures.gaps.push(Gap {
            section,
            what: Text::new(en, fr),
        });
    };
    if !sample.is_split() {
        let (en, fr) = if sample.is_training_data {
            (
                "These are the clients that the model was trained on, and how they were split cannot be found again: all \
                 figures are of clients that the model has seen, and flatter it.",
                "Ces clients sont ceux de l’entraînement, et leur répartition ne peut être retrouvée : tous les chiffres \
                 portent sur des clients que le modèle a vus, et le flattent.",
            )
        } else {
            (
                "The data is not the table that the model was trained on, so training, validation and test parts are not \
                 told apart here and the gap between them is the one recorded at training. Whether some of these \
                 clients were trained on cannot be known from the model file.",
                "Les données ne sont pas la table d’entraînement : les parties d’entraînement, de validation et de test \
                 n’y sont pas distinguées, et l’écart entre elles est celui qui fut enregistré à l’entraînement. Le \
                 fichier du modèle ne permet pas de savoir si certains de ces clients ont servi à l’entraînement.",
            )
        };
        gap(Section::Discrimination, en.into(), fr.into());
    }
    if figures.reliability.slope.is_none() {
        gap(
            Section::Calibration,
            "The line of observed on predicted log-odds cannot be fitted: the scores separate the classes, or rank them \
             the wrong way round."
                .into(),
            "La droite des log-cotes observées sur les log-cotes prédites ne peut être ajustée : les scores séparent les \
             classes, ou les classent à l’envers."
                .into(),
        );
    }
    gap(
        Section::Importance,
        "The gain that the learner maximised is not kept in a model file. The share of gain shown here is worked out from \
         the trees: how much of the spread of their values the splits on a feature bring about."
            .into(),
        "Le gain que l’apprentissage a maximisé n’est pas conservé dans un fichier de modèle. La part de gain affichée est \
         calculée à partir des arbres : la part de la dispersion de leurs valeurs due aux coupures sur une variable."
            .into(),
    );
    if figures.stability.score_index.is_none() {
        let few = figures.stability.fields.iter().any(|field| field.index.is_finite());
        let (en, fr) = if few {
            (
                "There are too few clients for a stability index of the scores (100 are needed).",
                "Il y a trop peu de clients pour un indice de stabilité des scores (il en faut 100).",
            )
        } else {
            (
                "The model keeps no distribution of the training part, as imported models do not, so neither scores nor fields can be compared with it.",
                "Le modèle ne garde aucune distribution de la partie d’entraînement, comme tout modèle importé : ni les scores ni les champs ne peuvent lui être comparés.",
            )
        };
        gap(Section::Stability, en.into(), fr.into());
    }
    if request.month.is_none() {
        gap(
            Section::Stability,
            "Stability by month is not known: no column of months was named (--month COL).".into(),
            "La stabilité par mois n’est pas connue : aucune colonne de mois n’a été indiquée (--month COL).".into(),
        );
    }
    if request.folds.is_none() {
        gap(
            Section::Stability,
            "Stability by fold is not known: no out-of-fold probabilities were given (candor train --cv 5 --oof FILE, then \
             --oof FILE here)."
                .into(),
            "La stabilité par pli n’est pas connue : aucune probabilité hors pli n’a été donnée (candor train --cv 5 --oof \
             FICHIER, puis --oof FICHIER ici)."
                .into(),
        );
    }
    if request.groups.is_empty() {
        gap(
            Section::Fairness,
            "Groups are not compared: no column was named (--group COL).".into(),
            "Les groupes ne sont pas comparés : aucune colonne n’a été indiquée (--group COL).".into(),
        );
    }
    match &request.unrestricted {
        None => gap(
            Section::Fairness,
            "What leaving protected fields out costs is not known from one model. Train another with a policy that excludes \
             nothing, on the same data with the same seed, and name it (--unrestricted MODEL)."
                .into(),
            "Le coût de l’exclusion des champs protégés ne peut être connu à partir d’un seul modèle. Entraînez-en un autre \
             avec une politique qui n’exclut rien, sur les mêmes données et avec la même graine, et indiquez-le \
             (--unrestricted MODÈLE)."
                .into(),
        ),
        Some(other) if sample.is_split() && !same_split(sample.scorer, other.scorer) => gap(
            Section::Fairness,
            "The model that reads the excluded fields was not trained with the same seed on as many clients: it may have \
             seen clients of the test part, which would flatter it."
                .into(),
            "Le modèle qui lit les champs exclus n’a pas été entraîné avec la même graine sur autant de clients : il peut \
             avoir vu des clients de la partie de test, ce qui le flatterait."
                .into(),
        ),
        Some(_) => {}
    }
    figures
}

/// Whether two models were trained on the same part of the same rows, as far as their cards tell: the split depends on
/// the outcomes and the seed only.
fn same_split(a: &Scorer, b: &Scorer) -> bool {
    let of = |scorer: &Scorer| {
        let card = &scorer.model().card;
        (card.parameters.get("seed").cloned(), card.data.rows)
    };
    of(a) == of(b)
}

impl Unrestricted<'_> {
    /// Scores all applications of a table.
    pub fn score<'a>(
        scorer: &'a Scorer,
        digest: String,
        applications: &[candor_core::Application],
    ) -> Unrestricted<'a> {
        let probability = |application| probability_of(scorer.score(application).log_odds);
        Unrestricted {
            scorer,
            digest,
            probabilities: applications.iter().map(probability).collect(),
        }
    }
}
