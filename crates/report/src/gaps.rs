//! What a report cannot say, and what would tell.

use candor_core::{Scorer, Text};

use crate::figures::{Figures, Gap, Section};
use crate::page::is_comparison;
use crate::request::Request;
use crate::sample::Sample;

/// Names what the report cannot say.
pub(crate) fn with_gaps(mut figures: Figures, sample: &Sample<'_>, request: &Request<'_>) -> Figures {
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
    if !figures.lineage.card.parts.iter().any(|part| is_comparison(&part.name)) {
        gap(
            Section::Discrimination,
            "What simpler models would reach is not known: they were not measured at training (candor train --cv 5 \
             --baselines)."
                .into(),
            "Ce qu’atteindraient des modèles plus simples n’est pas connu : ils n’ont pas été mesurés à l’entraînement \
             (candor train --cv 5 --baselines)."
                .into(),
        );
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
        (card.parameters.get("seed").map(str::to_owned), card.data.rows)
    };
    of(a) == of(b)
}
