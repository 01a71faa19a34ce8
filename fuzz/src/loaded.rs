//! What must hold of a model file that was accepted.

use candor_core::{Application, FieldKind, LoadError, Model, Raw, Scorer};

use crate::{HOSTILE, assert_close, memory};

/// Reads a model file; what is accepted is written and read again, and scores and explains a few applications.
pub fn check_file(bytes: &[u8]) {
    let Ok(scorer) = memory::bounded(bytes, Scorer::from_bytes) else {
        return;
    };
    let written = match scorer.model().to_bytes() {
        Ok(written) => written,
        Err(error) => panic!("a model that was read cannot be written: {error}"),
    };
    let again = match Scorer::from_bytes(&written) {
        Ok(again) => again,
        Err(error) => panic!("a model that was written cannot be read: {error}"),
    };
    assert!(
        again.model().to_bytes() == Ok::<_, LoadError>(written),
        "the bytes of a model are not those of the same model read again"
    );
    check_signatures(bytes);
    for shift in 0..4 {
        let application = application(&scorer, shift);
        check_explanation(&scorer, &application);
        assert_eq!(
            scorer.score(&application),
            again.score(&application),
            "the model read again scores otherwise"
        );
    }
}

/// The signatures of a file that was accepted are written as they were read.
fn check_signatures(bytes: &[u8]) {
    let again = Model::signatures(bytes).and_then(|signatures| Model::with_signatures(bytes, &signatures));
    assert!(
        again.as_deref() == Ok(bytes),
        "signatures that were read are written otherwise"
    );
}

/// An application of whatever its fields take: hostile numbers where they are in range, levels and flags.
fn application(scorer: &Scorer, shift: usize) -> Application {
    let schema = scorer.schema();
    let mut application = Application::empty(schema);
    for (index, field) in schema.fields.iter().enumerate() {
        // What a field refuses stays missing.
        let _ = match &field.kind {
            FieldKind::Number(number) => {
                let hostile = HOSTILE[(index * 5 + shift) % HOSTILE.len()];
                let value = match shift {
                    0 => number.min.unwrap_or(hostile),
                    1 => number.max.unwrap_or(hostile),
                    _ => hostile,
                };
                application.set(schema, index, Raw::Number(value))
            }
            FieldKind::Flag { .. } => application.set(schema, index, Raw::Flag(shift % 2 == 0)),
            FieldKind::Category { levels, .. } => match levels.get((index + shift) % (levels.len() + 1)) {
                Some(level) => application.set(schema, index, Raw::Text(&level.value)),
                None => Ok(()),
            },
        };
    }
    application
}

/// Scores and explains: both say the same, a probability is one, and the contributions add up.
pub fn check_explanation(scorer: &Scorer, application: &Application) {
    let explanation = scorer.explain(application);
    let score = explanation.score;
    assert_eq!(
        score,
        scorer.score(application),
        "explaining scores otherwise than scoring"
    );
    assert!(score.log_odds.is_finite(), "log-odds {}", score.log_odds);
    assert!(
        (0.0..=1.0).contains(&score.probability),
        "probability {}",
        score.probability
    );

    let model = scorer.model();
    let largest = model.calibration.slope * model.ensemble.largest_score() + model.calibration.intercept.abs();
    let sum = explanation
        .contributions
        .iter()
        .fold(explanation.base_value, |sum, contribution| sum + contribution);
    assert_close("base + contributions, log-odds", sum, score.log_odds, largest);

    let waterfall = &explanation.waterfall;
    let points = waterfall
        .steps
        .iter()
        .fold(i128::from(waterfall.base), |sum, step| sum + i128::from(step.points));
    assert_eq!(points, i128::from(waterfall.total), "the waterfall does not add up");
}
