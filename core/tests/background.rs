//! Explanations against a background, and interactions, through the scorer: they add up, by feature and by group.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use std::rc::Rc;

use candor_core::artifact::Background;
use candor_core::shap::{BackgroundError, InterventionalExplainer};
use candor_core::{Application, BackgroundExplainer, Explanation, Interactions, Scorer};
use support::cbor;
use support::file_around;
use support::small_model::{self, APPLICATIONS};

fn scorer() -> Scorer {
    Scorer::from_model(small_model::model()).unwrap()
}

fn applications(scorer: &Scorer) -> Vec<Application> {
    let of = |values: &[&str; 7]| {
        let mut application = Application::empty(scorer.schema());
        for (index, (field, text)) in scorer.schema().fields.iter().zip(values).enumerate() {
            application.set_stored(index, field.parse(text).unwrap());
        }
        application
    };
    APPLICATIONS.iter().map(of).collect()
}

/// Base and contributions, by feature and by group, add up to the score, and the waterfall ends at its points.
fn adds_up(explanation: &Explanation) {
    let Explanation { score, base_value, .. } = explanation;
    let sum = base_value + explanation.contributions.iter().sum::<f64>();
    assert!((sum - score.log_odds).abs() < 1e-12, "{sum} {score:?}");
    let groups: f64 = explanation.groups.iter().map(|group| group.log_odds).sum();
    assert!(
        (base_value + groups - score.log_odds).abs() < 1e-12,
        "{groups} {score:?}"
    );
    assert!((explanation.waterfall.total as f64 - score.points).abs() <= 1.0);
    let steps: i64 = explanation.waterfall.steps.iter().map(|step| step.points).sum();
    assert_eq!(explanation.waterfall.base + steps, explanation.waterfall.total);
}

#[test]
fn contributions_against_the_models_background_add_up_and_are_those_of_the_trees() {
    let scorer = scorer();
    let model = scorer.model();
    let applications = applications(&scorer);
    let explainer = scorer.background().unwrap();
    let background: Vec<&Application> = applications.iter().step_by(2).collect();
    let rows = background.iter().map(|application| scorer.features(application));
    let direct = InterventionalExplainer::new(&model.ensemble, rows).unwrap();
    let mean = background.iter().map(|row| scorer.score(row).log_odds).sum::<f64>() / background.len() as f64;
    assert!(
        (explainer.base_value() - mean).abs() < 1e-12,
        "the mean of those compared with"
    );
    let mut differ = 0;
    for application in &applications {
        let found = explainer.explain(application);
        adds_up(&found);
        assert_eq!(found.base_value.to_bits(), explainer.base_value().to_bits());
        let plain = scorer.explain(application);
        assert_eq!(found.score, plain.score, "the score does not depend on the comparison");
        differ += usize::from(found.contributions != plain.contributions);
        let features = scorer.features(application);
        let mut contributions = vec![0.0; features.len()];
        direct.contributions(&model.ensemble, &features, &mut contributions);
        for (found, raw) in found.contributions.iter().zip(&contributions) {
            assert_eq!(found.to_bits(), (raw * model.calibration.slope).to_bits());
        }
        for group in &found.groups {
            let of_group = |feature: &usize| usize::from(model.preprocessing.features[*feature].group) == group.group;
            let members = (0..features.len()).filter(of_group);
            let sum: f64 = members.map(|feature| found.contributions[feature]).sum();
            assert!((sum - group.log_odds).abs() < 1e-12);
            assert!((model.policy.scaling.difference(sum) - group.points).abs() < 1e-9);
        }
    }
    assert_eq!(differ, applications.len(), "another question has another answer");
}

#[test]
fn the_caller_may_say_whom_to_compare_with() {
    let scorer = scorer();
    let applications = applications(&scorer);
    let own = scorer.background().unwrap();
    let same = scorer.against(applications.iter().step_by(2)).unwrap();
    let shared = BackgroundExplainer::of_model(Rc::new(scorer.clone())).unwrap();
    for application in &applications {
        assert_eq!(own.explain(application), same.explain(application));
        assert_eq!(own.explain(application), shared.explain(application));
        // Compared with itself, nothing about an application is remarkable.
        let itself = scorer.against([application]).unwrap().explain(application);
        assert_eq!(itself.contributions, vec![0.0; itself.contributions.len()]);
        assert!(itself.reasons.is_empty());
        assert!((itself.base_value - itself.score.log_odds).abs() < 1e-12);
    }
    assert_eq!(scorer.against([]).err(), Some(BackgroundError::Empty));
}

#[test]
fn interactions_add_up_to_contributions_by_feature_and_by_group() {
    let scorer = scorer();
    let model = scorer.model();
    let interactions = Interactions::new(&scorer).unwrap();
    let mut together = 0.0_f64;
    for application in &applications(&scorer) {
        let plain = scorer.explain(application);
        let by_feature = interactions.of(application);
        assert_eq!(Ok(&by_feature), scorer.interactions(application).as_ref());
        assert_eq!(by_feature.size, plain.contributions.len());
        for (row, contribution) in by_feature.rows().zip(&plain.contributions) {
            assert!((row.iter().sum::<f64>() - contribution).abs() < 1e-10);
        }
        let by_group = interactions.of_groups(application);
        assert_eq!(by_group.size, model.schema.groups.len());
        for group in &plain.groups {
            let row = by_group.rows().nth(group.group).unwrap();
            assert!((row.iter().sum::<f64>() - group.log_odds).abs() < 1e-10);
        }
        for matrix in [&by_feature, &by_group] {
            assert_eq!(matrix.rows().count(), matrix.size);
            for a in 0..matrix.size {
                for b in 0..matrix.size {
                    assert_eq!(matrix.at(a, b), matrix.at(b, a));
                    if a != b {
                        together = together.max(matrix.at(a, b).unwrap().abs());
                    }
                }
            }
            assert_eq!((matrix.at(0, matrix.size), matrix.at(matrix.size, 0)), (None, None));
        }
        // What a pair of groups adds together is what the pairs of their features do.
        let group_of = |feature: usize| usize::from(model.preprocessing.features[feature].group);
        let mut sum = 0.0;
        for a in (0..by_feature.size).filter(|&a| group_of(a) == 0) {
            for b in (0..by_feature.size).filter(|&b| group_of(b) == 2) {
                sum += by_feature.at(a, b).unwrap();
            }
        }
        assert!((sum - by_group.at(0, 2).unwrap()).abs() < 1e-12);
    }
    assert!(together > 1e-3, "the features do act together: {together}");
}

#[test]
fn a_matrix_that_no_memory_holds_is_refused() {
    let mut model = small_model::without_parity();
    let feature = model.preprocessing.features[0].clone();
    model.preprocessing.features.resize(4097, feature);
    model.reference.importance.resize(4097, 0.0);
    let scorer = Scorer::from_model(model).unwrap();
    let nothing = Application::empty(scorer.schema());
    let error = scorer.interactions(&nothing).unwrap_err();
    assert_eq!(error.found, 4097);
    assert!(
        error
            .to_string()
            .contains("4097 features, and interactions are computed for up to 4096")
    );
}

#[test]
fn a_background_survives_its_file_and_older_files_have_none() {
    let model = small_model::model();
    let background = model.background.clone().unwrap();
    let values = || background.rows.iter().flatten();
    assert!(values().any(|value| value.is_nan()) && values().any(|value| value.fract() != 0.0));
    let scorer = Scorer::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert_eq!(scorer.model().background.as_ref(), Some(&background));
    let rebuilt: Vec<Application> = background.applications(scorer.schema()).collect();
    assert_eq!(Background::of(&rebuilt), background);

    // A file without the key is one of before.
    let document = model.document();
    let (last, key, value) = *cbor::entries(&document, 0).last().unwrap();
    assert_eq!(last, 8);
    let older = [&[document[0] - 1], &document[1..key], &document[value.end..]].concat();
    let mut without = model.clone();
    without.background = None;
    assert_eq!(older, without.document());
    let older = Scorer::from_bytes(&file_around(candor_core::artifact::FORMAT_VERSION, &older)).unwrap();
    assert_eq!(older.model().background, None);
    assert_eq!(older.background().err(), Some(BackgroundError::Absent));
    assert_ne!(older.model(), scorer.model());
}
