//! Groups, reasons and the waterfall: what people read has to add up. Single answers are cases of `tests/suite/reasons.toml`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::decision::Calibration;
use candor_core::ensemble::{Child, Missing, Node, Test, Tree};
use candor_core::preprocessing::Source;
use candor_core::schema::NumberKind;
use candor_core::{Application, Explanation, FieldKind, Model, Raw, Scorer};
use support::{Random, small_model};

/// A model of one number field and one feature per group number given, without trees.
fn model_with_groups(groups: &[u16]) -> Model {
    let mut model = small_model::without_parity();
    let (group, field, feature) = (
        model.schema.groups[0].clone(),
        model.schema.fields[0].clone(),
        model.preprocessing.features[0].clone(),
    );
    model.schema.groups = vec![group; usize::from(groups.iter().max().copied().unwrap_or(0)) + 1];
    model.schema.fields.clear();
    model.preprocessing.features.clear();
    for (index, &group) in groups.iter().enumerate() {
        let mut field = field.clone();
        field.name = format!("F{index}");
        field.kind = FieldKind::Number(NumberKind::default());
        field.group = group;
        model.schema.fields.push(field);
        let mut feature = feature.clone();
        feature.group = group;
        feature.source = Source::Field(index as u16);
        model.preprocessing.features.push(feature);
    }
    model.reference.fields = vec![model.reference.fields[6].clone(); groups.len()];
    model.background = None;
    model.reference.importance = vec![0.0; groups.len()];
    model.ensemble.trees.clear();
    model
}

/// A single split of a feature at 0, half the cover on either side.
fn stump(feature: u16, left: f64, right: f64) -> Tree {
    Tree {
        nodes: vec![Node {
            feature,
            test: Test::AtMost(0.0, Missing::Right),
            left: Child::Leaf(0),
            right: Child::Leaf(1),
        }],
        leaves: vec![left, right],
        covers: vec![1.0, 1.0],
        category_words: vec![],
    }
}

fn explain(scorer: &Scorer, values: &[f64]) -> Explanation {
    let mut application = Application::empty(scorer.schema());
    for (index, &value) in values.iter().enumerate() {
        application.set(scorer.schema(), index, Raw::Number(value)).unwrap();
    }
    scorer.explain(&application)
}

#[test]
fn whole_points_add_up_and_no_step_is_off_by_more_than_one() {
    let mut random = Random::new(81);
    let (mut explanations, mut largest) = (0, 0.0_f64);
    for _ in 0..150 {
        let features = 1 + random.below(12);
        let groups: Vec<u16> = (0..features).map(|_| random.below(features) as u16).collect();
        let mut model = model_with_groups(&groups);
        let size = *random.pick(&[0.001, 0.02, 0.3, 2.0]);
        for _ in 0..random.below(30) {
            let feature = random.below(features) as u16;
            model
                .ensemble
                .trees
                .push(stump(feature, random.between(-size, size), random.between(-size, size)));
        }
        model.calibration = Calibration {
            slope: random.between(0.5, 2.0),
            intercept: random.between(-4.0, 0.0),
        };
        model.policy.scaling.pdo = *random.pick(&[1.0, 20.0, 50.0, 200.0]);
        let scorer = Scorer::from_model(model).unwrap();
        for _ in 0..30 {
            let row: Vec<f64> = (0..features).map(|_| *random.pick(&[-1.0, 1.0, f64::NAN])).collect();
            let found = explain(&scorer, &row);
            let scaling = scorer.model().policy.scaling;
            let waterfall = &found.waterfall;
            assert_eq!(
                waterfall.base + waterfall.steps.iter().map(|step| step.points).sum::<i64>(),
                waterfall.total
            );
            assert_eq!(waterfall.total, found.score.points.round() as i64, "{found:?}");
            assert_eq!(
                waterfall.base,
                scaling.points(found.base_value).round() as i64,
                "{found:?}"
            );
            assert_eq!(waterfall.steps.len(), found.groups.len());
            for (step, group) in waterfall.steps.iter().zip(&found.groups) {
                assert_eq!(step.group, group.group);
                let off = (step.points as f64 - group.points).abs();
                largest = largest.max(off);
                assert!(off <= 1.0, "{step:?} {group:?}");
                // A step never says the contrary of what the group does.
                assert!(step.points as f64 * group.points >= 0.0, "{step:?} {group:?}");
            }
            explanations += 1;
        }
    }
    assert!(
        explanations == 4500 && largest > 0.5,
        "{explanations}, at most {largest} points off"
    );
}

#[test]
fn a_model_without_trees_has_nothing_to_explain() {
    let found = explain(&Scorer::from_model(model_with_groups(&[0, 1])).unwrap(), &[1.0, 1.0]);
    assert_eq!(found.base_value.to_bits(), found.score.log_odds.to_bits());
    assert_eq!(found.waterfall.base, found.waterfall.total);
    assert!(found.reasons.is_empty());
    assert!(found.groups.iter().all(|group| group.log_odds == 0.0));
}

#[test]
fn contributions_are_calibrated_and_add_up_to_the_log_odds() {
    let scorer = Scorer::from_model(small_model::model()).unwrap();
    for values in &small_model::APPLICATIONS {
        let mut application = Application::empty(scorer.schema());
        for (index, text) in values.iter().enumerate() {
            application.set(scorer.schema(), index, Raw::Text(text)).unwrap();
        }
        let found = scorer.explain(&application);
        let sum = found.base_value + found.contributions.iter().sum::<f64>();
        assert!(
            (sum - found.score.log_odds).abs() < 1e-12,
            "{sum} is not {}",
            found.score.log_odds
        );
        let groups = found.base_value + found.groups.iter().map(|group| group.log_odds).sum::<f64>();
        assert!((groups - found.score.log_odds).abs() < 1e-12);
        let points = scorer.model().policy.scaling.points(found.base_value)
            + found.groups.iter().map(|group| group.points).sum::<f64>();
        assert!((points - found.score.points).abs() < 1e-9);
    }
}

#[test]
fn a_derived_feature_leads_back_to_its_fields() {
    let model = small_model::model();
    let names = |feature: &str| -> Vec<&str> {
        let index = model
            .preprocessing
            .features
            .iter()
            .position(|known| known.name == feature)
            .unwrap();
        let fields = model.preprocessing.fields_behind(index);
        fields
            .into_iter()
            .map(|field| model.schema.fields[field].name.as_str())
            .collect()
    };
    assert_eq!(names("REGION"), ["REGION"]);
    assert_eq!(names("CREDIT_TO_ANNUITY"), ["AMT_CREDIT", "AMT_ANNUITY"]);
    // Through another feature.
    assert_eq!(
        names("SPREAD"),
        ["AMT_CREDIT", "AMT_ANNUITY", "EXT_SOURCE_2", "FLAG_OWN_CAR"]
    );
    assert!(model.preprocessing.fields_behind(99).is_empty());
    assert_eq!(model.preprocessing.level_count(&model.schema, 6), Some(40));
    assert_eq!(model.preprocessing.level_count(&model.schema, 0), None);
    assert_eq!(model.preprocessing.level_count(&model.schema, 11), None);
}
