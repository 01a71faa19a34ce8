//! A small model made in memory, with every kind of field.

use std::collections::BTreeMap;

use candor_core::artifact::{
    DataFingerprint, FieldReference, Interval, Metrics, Model, ModelCard, ParityCase, Part, Reference,
};
use candor_core::decision::{Calibration, Costs, Excluded, Policy, Scaling};
use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};
use candor_core::preprocessing::{Feature, Preprocessing, Source};
use candor_core::schema::{Change, Group, Level, NumberKind};
use candor_core::{Field, FieldKind, Schema, Scorer, Text};

/// The model; its one parity case is computed by core.
pub fn model() -> Model {
    let mut model = without_parity();
    let values = ["450000", "0.25", "Y", "Stone, brick"].map(str::to_owned).to_vec();
    let scorer = Scorer::from_model(model.clone()).expect("the model is sound");
    let case = scorer.parity_case(values).expect("the values fit");
    model.parity = vec![case];
    model
}

/// The model as the bytes of a file.
pub fn bytes() -> Vec<u8> {
    model().to_bytes().expect("the model is sound")
}

/// A file whose parity case claims another score: what a machine that computes differently would see.
pub fn bytes_with_wrong_parity() -> Vec<u8> {
    let mut model = model();
    let ParityCase { log_odds_bits, .. } = &mut model.parity[0];
    *log_odds_bits += 1;
    model.to_bytes().expect("the model is sound")
}

fn without_parity() -> Model {
    let fields = vec![
        field(
            "AMT_CREDIT",
            FieldKind::Number(NumberKind {
                min: Some(0.0),
                max: Some(1e8),
                ..NumberKind::default()
            }),
        ),
        field(
            "EXT_SOURCE_2",
            FieldKind::Number(NumberKind {
                decimals: 3,
                ..NumberKind::default()
            }),
        ),
        field(
            "FLAG_OWN_CAR",
            FieldKind::Flag {
                no: "N".into(),
                yes: "Y".into(),
            },
        ),
        field(
            "WALLSMATERIAL_MODE",
            FieldKind::Category {
                levels: ["Panel", "Stone, brick", "Wooden"].map(level).to_vec(),
                missing_levels: vec!["XNA".into()],
            },
        ),
    ];
    let features = fields
        .iter()
        .zip(0_u16..)
        .map(|(field, index)| feature(&field.name, index))
        .collect();
    let reference = Reference {
        fields: vec![
            FieldReference {
                missing_share: 0.5,
                quantiles: vec![],
                shares: vec![],
                importance: 0.1
            };
            fields.len()
        ],
        score_quantiles: vec![-3.0, -2.0, -1.0],
        importance: vec![0.1; fields.len()],
    };
    Model {
        schema: Schema {
            table: "application".into(),
            id: Some("SK_ID_CURR".into()),
            target: Some("TARGET".into()),
            groups: ["amounts", "external_scores", "possessions"].map(group).to_vec(),
            fields,
            unused_columns: vec!["CODE_GENDER".into()],
        },
        preprocessing: Preprocessing { features },
        ensemble: Ensemble {
            trees: (0..20).map(tree).collect(),
        },
        calibration: Calibration {
            slope: 1.01,
            intercept: -0.3,
        },
        policy: Policy {
            costs: Costs {
                false_negative: 10.0,
                false_positive: 1.0,
            },
            threshold: 1.0 / 11.0,
            risk_bounds: [0.05, 0.1, 0.2],
            scaling: Scaling::default(),
            most_reasons: 4,
            excluded: vec![Excluded {
                field: "CODE_GENDER".into(),
                why: text("protected"),
            }],
        },
        reference,
        card: card(),
        parity: vec![],
    }
}

/// Trees that split on every field; the numbers are chosen to leave no result that is exact in few bits.
fn tree(index: u32) -> Tree {
    let step = f64::from(index);
    let node = |feature, test, left, right| Node {
        feature,
        test,
        left,
        right,
        cover_left: 0.3,
        cover_right: 0.7,
    };
    Tree {
        nodes: vec![
            node(
                0,
                Test::AtMost(30_000.0 * step, Missing::Left),
                Child::Node(1),
                Child::Node(2),
            ),
            node(
                1,
                Test::AtMost(0.05 * step, Missing::Right),
                Child::Leaf(0),
                Child::Node(3),
            ),
            node(3, Test::InSet { start: 0, length: 1 }, Child::Leaf(1), Child::Leaf(2)),
            node(2, Test::AtMost(0.5, Missing::AsZero), Child::Leaf(3), Child::Leaf(4)),
        ],
        leaves: vec![-0.11, 0.13 / (step + 1.0), -0.17, 0.019 * step, -0.23],
        category_words: vec![0b010],
    }
}

fn card() -> ModelCard {
    let interval = Interval {
        value: 0.75,
        low: 0.74,
        high: 0.76,
    };
    let metrics = Metrics {
        auc: interval,
        gini: interval,
        ks: interval,
        log_loss: interval,
        brier: interval,
        calibration_error: 0.004,
        cost: interval,
        cost_at_break_even: interval,
        cost_approve_all: 0.8,
        cost_decline_all: 0.9,
        approval_rate: 0.7,
    };
    ModelCard {
        name: "test".into(),
        candor_version: env!("CARGO_PKG_VERSION").into(),
        algorithm: "by hand".into(),
        parameters: BTreeMap::from([("learning_rate".into(), "0.05".into())]),
        data: DataFingerprint {
            file: "none.csv".into(),
            rows: 1000,
            sha256: String::new(),
        },
        parts: vec![Part {
            name: "test".into(),
            rows: 200,
            bad: 16,
            metrics: Some(metrics),
        }],
        dropped_features: vec![],
        notes: vec![],
    }
}

fn field(name: &str, kind: FieldKind) -> Field {
    let group = match name {
        "AMT_CREDIT" => 0,
        "EXT_SOURCE_2" => 1,
        _ => 2,
    };
    let unit = (name == "AMT_CREDIT").then(|| Text::new("roubles", "roubles"));
    Field {
        name: name.into(),
        kind,
        group,
        label: text(name),
        help: text("help"),
        unit,
        change: Change::Actionable,
        primary: true,
    }
}

fn feature(name: &str, index: u16) -> Feature {
    Feature {
        name: name.into(),
        label: text(name),
        unit: None,
        group: index.min(2),
        source: Source::Field(index),
        imputed: None,
    }
}

fn group(key: &str) -> Group {
    Group {
        key: key.into(),
        label: text(key),
        reason: Text::new(format!("because of {key}"), format!("car {key}")),
    }
}

fn level(value: &str) -> Level {
    Level {
        value: value.into(),
        label: text(value),
    }
}

fn text(text: &str) -> Text {
    Text::new(text, format!("{text} (fr)"))
}
