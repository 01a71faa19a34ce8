//! Groups, reasons and the waterfall: what people read has to add up.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod support;

use candor_core::decision::{Calibration, Scaling};
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

/// Points are the log-odds with the other sign: whole numbers and halves can be made at will.
const PLAIN: Scaling = Scaling {
    points: 0.0,
    odds: 1.0,
    pdo: std::f64::consts::LN_2,
};

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
fn halves_on_both_sides_cost_one_whole_point_and_not_more() {
    for (base, total, step) in [
        // Points: base 0.5 is shown as 1 and total -0.5 as -1, so the step of exactly -1 has to be shown as -2 …
        (0.5, -0.5, -2),
        // … and the other way round.
        (-0.5, 0.5, 2),
        (0.4, 1.4, 1),
        (0.5, 1.5, 1),
        (0.5, 0.5, 0),
        (-0.5, -0.5, 0),
        (0.4, 0.6, 1),
        (0.4, -0.4, 0),
    ] {
        let mut model = model_with_groups(&[0]);
        model.calibration = Calibration::IDENTITY;
        model.policy.scaling = PLAIN;
        // The row goes left; the mean of both leaves is the base.
        model.ensemble.trees = vec![stump(0, -total, total - 2.0 * base)];
        let found = explain(&Scorer::from_model(model).unwrap(), &[-1.0]).waterfall;
        assert_eq!(found.steps[0].points, step, "from {base} to {total}: {found:?}");
        assert_eq!(found.total, f64::round(total) as i64);
    }
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
fn features_of_one_group_are_one_reason() {
    // Groups: 0 gets +0.6 − 0.1, 1 gets +0.3, 2 gets −0.9, 3 gets +0.2 − 0.2, 4 gets +0.05; group 5 has no feature.
    let mut model = model_with_groups(&[0, 0, 1, 2, 3, 3, 4, 6]);
    model.calibration = Calibration::IDENTITY;
    for (feature, contribution) in [(0, 0.6), (1, -0.1), (2, 0.3), (3, -0.9), (4, 0.2), (5, -0.2), (6, 0.05)] {
        model.ensemble.trees.push(stump(feature, contribution, -contribution));
    }
    for most in [1, 2, 4, 255] {
        model.policy.most_reasons = most;
        let found = explain(&Scorer::from_model(model.clone()).unwrap(), &[-1.0; 8]);
        let order: Vec<usize> = found.groups.iter().map(|group| group.group).collect();
        assert_eq!(
            order,
            [2, 0, 1, 4, 3, 6],
            "largest effect first, ties in the order of the schema"
        );
        assert!((found.groups[1].log_odds - 0.5).abs() < 1e-12);
        let reasons: Vec<usize> = found.reasons.iter().map(|reason| reason.group).collect();
        assert_eq!(
            reasons,
            [0, 1, 4][..usize::from(most).min(3)],
            "only what raises the risk"
        );
        // Behind a reason stand the fields that raise the risk, not the one that lowers it.
        assert_eq!(found.reasons[0].fields, [0]);
        for reason in &found.reasons {
            assert!(reason.log_odds > 0.0 && reason.points < 0.0, "{reason:?}");
        }
    }
    // The other way round, group 2 is the only reason.
    let found = explain(&Scorer::from_model(model).unwrap(), &[1.0; 8]);
    assert_eq!(found.reasons.iter().map(|reason| reason.group).collect::<Vec<_>>(), [2]);
}

#[test]
fn numerical_dust_is_no_reason() {
    for (contribution, expected) in [(1e-8, 1), (2e-9, 1), (0.5e-9, 0), (1e-15, 0), (0.0, 0), (-1e-8, 0)] {
        let mut model = model_with_groups(&[0]);
        model.calibration = Calibration::IDENTITY;
        model.ensemble.trees = vec![stump(0, contribution, -contribution)];
        let found = explain(&Scorer::from_model(model).unwrap(), &[-1.0]);
        assert_eq!(found.reasons.len(), expected, "{contribution}");
    }
}

#[test]
fn a_reason_names_three_fields_at_most_each_once_and_the_strongest_first() {
    let mut model = model_with_groups(&[0; 6]);
    model.calibration = Calibration::IDENTITY;
    // Two features read field 2.
    model.preprocessing.features[5].source = Source::Field(2);
    for (feature, contribution) in [(0, 0.1), (1, 0.4), (2, 0.2), (3, -0.5), (4, 0.3), (5, 0.6)] {
        model.ensemble.trees.push(stump(feature, contribution, -contribution));
    }
    let found = explain(&Scorer::from_model(model).unwrap(), &[-1.0; 6]);
    assert_eq!(found.reasons[0].fields, [2, 1, 4]);
}

#[test]
fn a_reason_names_fields_of_its_own_group_and_others_only_where_it_has_none() {
    // Feature 1 counts in group 0 but reads the field of group 1.
    for (own_rises, expected) in [(true, vec![0]), (false, vec![1])] {
        let mut model = model_with_groups(&[0, 1]);
        model.calibration = Calibration::IDENTITY;
        model.preprocessing.features[1].group = 0;
        let own = if own_rises { 0.1 } else { -0.1 };
        model.ensemble.trees = vec![stump(0, own, -own), stump(1, 0.4, -0.4)];
        let found = explain(&Scorer::from_model(model).unwrap(), &[-1.0; 2]);
        assert_eq!(found.reasons[0].fields, expected, "own rises: {own_rises}");
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
