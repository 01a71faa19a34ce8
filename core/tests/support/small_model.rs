//! A small complete model with every kind of field, feature and test, and a dozen applications for it.
//!
//! It uses nothing but candor-core, so that the tests of other crates can include it by path.
#![allow(
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::collections::BTreeMap;
use std::fmt::Write;

use candor_core::artifact::{
    Background, DataFingerprint, FieldReference, Interval, Metrics, Model, ModelCard, Part, Reference,
};
use candor_core::decision::{Calibration, Costs, Excluded, Policy, Scaling};
use candor_core::ensemble::{Child, Ensemble, Levels, Missing, Node, Test, Tree};
use candor_core::preprocessing::expression::{Binding, Scope, ValueType, compile};
use candor_core::preprocessing::{Feature, Preprocessing, Source};
use candor_core::schema::{Change, Group, Level, NumberKind};
use candor_core::{Application, Field, FieldKind, Raw, Schema, Scorer, Text};

/// Raw texts in schema order: credit, annuity, days employed, external score, car, walls, region.
pub const APPLICATIONS: [[&str; 7]; 12] = [
    ["406597.5", "24700.5", "-637", "0.2629", "N", "Stone, brick", "R0"],
    ["1293502.5", "35698.5", "-1188", "0.6222", "N", "Block", "R7"],
    ["135000", "6750", "-225", "0.5559", "Y", "", "R31"],
    ["312682.5", "29686.5", "-3039", "0.6504", "N", "", "R32"],
    ["513000", "21865.5", "-3038", "0.3227", "N", "", "R33"],
    ["490495.5", "27517.5", "365243", "", "", "Panel", "R39"],
    ["", "", "", "", "", "", ""],
    ["0", "0", "0", "0", "Y", "XNA", ""],
    ["100000000", "1e-9", "-20000", "1", "Y", "Wooden", "R1"],
    ["250000", "250000", "365243", "0.5", "N", "Panel", "R5"],
    [
        "249999.99999999997",
        "12345.678901234567",
        "-1",
        "0.50000000000000011",
        "Y",
        "Block",
        "R34",
    ],
    ["17", "3", "-365.25", "0.1", "", "Stone, brick", "R38"],
];

/// The model, with its applications as parity cases.
pub fn model() -> Model {
    let mut model = without_parity();
    let scorer = Scorer::from_model(model.clone()).expect("the model is sound");
    model.parity = APPLICATIONS
        .iter()
        .map(|values| {
            scorer
                .parity_case(values.map(str::to_owned).to_vec())
                .expect("the values fit")
        })
        .collect();
    model
}

/// The model before its parity cases were recorded.
pub fn without_parity() -> Model {
    let schema = schema();
    let preprocessing = preprocessing(&schema);
    Model {
        ensemble: Ensemble::new((0..24).map(tree).collect()),
        calibration: Calibration {
            slope: 1.0123,
            intercept: -0.3217,
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
        reference: reference(&schema, preprocessing.features.len()),
        card: card(),
        parity: vec![],
        background: Some(background(&schema)),
        records: None,
        population: None,
        schema,
        preprocessing,
    }
}

/// Half of the applications, with missing values among them.
fn background(schema: &Schema) -> Background {
    let applications: Vec<Application> = APPLICATIONS
        .iter()
        .step_by(2)
        .map(|values| {
            let pairs = schema.fields.iter().zip(values);
            let pairs = pairs.map(|(field, value)| (field.name.as_str(), Raw::Text(value)));
            Application::from_pairs(schema, pairs).expect("the values fit")
        })
        .collect();
    Background::of(&applications)
}

/// What `fixtures/bits.txt` holds: a line per application (log-odds, probability, points, base, then each contribution
/// and each feature), and a last one that folds those of a thousand more into one number.
pub fn bits(scorer: &Scorer) -> String {
    let mut text =
        String::from("# log_odds probability points base_value | contributions | features, as bits in hexadecimal\n");
    for values in &APPLICATIONS {
        let parts =
            numbers(scorer, values).map(|part| part.iter().map(|&value| bits_of(value)).collect::<Vec<_>>().join(" "));
        writeln!(text, "{}", parts.join(" | ")).expect("a String takes it");
    }
    let mut folded = 0xcbf2_9ce4_8422_2325_u64; // FNV-1a, a word at a time
    for index in 0..1000_u32 {
        let step = f64::from(index);
        let [credit, annuity, days, score] = [
            (step * 977.7 + 1.1).to_string(),
            (step * 31.3 + 0.7).to_string(),
            (-step * 19.9).to_string(),
            (step / 1009.0).to_string(),
        ];
        let region = format!("R{}", index % 40);
        let car = ["N", "Y", ""][index as usize % 3];
        for part in numbers(scorer, &[&credit, &annuity, &days, &score, car, "Block", &region]) {
            for value in part.into_iter().filter(|value| !value.is_nan()) {
                folded = (folded ^ value.to_bits()).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    }
    writeln!(text, "folded {folded:016x}").expect("a String takes it");
    text
}

/// A NaN is a missing value whatever its bits, which depend on the processor.
fn bits_of(value: f64) -> String {
    if value.is_nan() {
        "missing".into()
    } else {
        format!("{:016x}", value.to_bits())
    }
}

fn numbers(scorer: &Scorer, values: &[&str]) -> [Vec<f64>; 3] {
    let mut application = Application::empty(scorer.schema());
    for (index, value) in values.iter().enumerate() {
        application
            .set(scorer.schema(), index, Raw::Text(value))
            .expect("the value fits");
    }
    let explanation = scorer.explain(&application);
    let score = explanation.score;
    [
        vec![score.log_odds, score.probability, score.points, explanation.base_value],
        explanation.contributions,
        scorer.features(&application),
    ]
}

fn schema() -> Schema {
    let number = |min, max, scale, sentinels: &[f64]| {
        FieldKind::Number(NumberKind {
            min: Some(min),
            max: Some(max),
            decimals: 2,
            integer: false,
            scale,
            sentinels: sentinels.to_vec(),
        })
    };
    let category = |levels: Vec<String>, missing: &[&str]| FieldKind::Category {
        levels: levels
            .into_iter()
            .map(|value| Level {
                label: text(&value),
                value,
            })
            .collect(),
        missing_levels: missing.iter().map(|&level| level.to_owned()).collect(),
    };
    let walls = ["Panel", "Stone, brick", "Block", "Wooden"].map(str::to_owned).to_vec();
    let regions = (0..40).map(|region| format!("R{region}")).collect();
    let flag = FieldKind::Flag {
        no: "N".into(),
        yes: "Y".into(),
    };
    Schema {
        table: "application".into(),
        id: Some("SK_ID_CURR".into()),
        target: Some("TARGET".into()),
        groups: ["amounts", "employment", "external_scores", "possessions", "home"]
            .map(group)
            .to_vec(),
        fields: vec![
            field("AMT_CREDIT", 0, number(0.0, 1e8, 1.0, &[])),
            field("AMT_ANNUITY", 0, number(0.0, 1e7, 1.0, &[])),
            field("DAYS_EMPLOYED", 1, number(-20_000.0, 0.0, -365.25, &[365_243.0])),
            field("EXT_SOURCE_2", 2, number(0.0, 1.0, 1.0, &[])),
            field("FLAG_OWN_CAR", 3, flag),
            field("WALLSMATERIAL_MODE", 4, category(walls, &["XNA"])),
            field("REGION", 4, category(regions, &[])),
        ],
        unused_columns: vec!["CODE_GENDER".into()],
    }
}

/// The seven fields as they stand, then what is computed from them.
fn preprocessing(schema: &Schema) -> Preprocessing {
    let mut features: Vec<Feature> = schema
        .fields
        .iter()
        .zip(0_u16..)
        .map(|(field, index)| feature(&field.name, field.group, Source::Field(index), None))
        .collect();
    for (name, group, imputed, text) in [
        ("CREDIT_TO_ANNUITY", 0, None, "AMT_CREDIT / AMT_ANNUITY"),
        ("LOG_CREDIT", 0, Some(11.5), "log(AMT_CREDIT)"),
        (
            "NO_EMPLOYMENT",
            1,
            None,
            "is_missing(DAYS_EMPLOYED) or DAYS_EMPLOYED > -100",
        ),
        (
            "SPREAD",
            2,
            None,
            "std(EXT_SOURCE_2, CREDIT_TO_ANNUITY / 40, if(FLAG_OWN_CAR, 0.9, 0.1))",
        ),
        (
            "SOLID_HOME",
            4,
            Some(0.0),
            "WALLSMATERIAL_MODE == \"Stone, brick\" or WALLSMATERIAL_MODE == \"Block\"",
        ),
    ] {
        let scope = Names {
            schema,
            features: &features,
        };
        let (program, _) = compile(text, &scope).expect("the expression is right");
        let text = text.to_owned();
        features.push(feature(name, group, Source::Expression { text, program }, imputed));
    }
    Preprocessing { features }
}

/// Trees of six levels that split on nearly every feature with every kind of test, up to six features on a path; odd
/// ones repeat a feature on a path. The numbers are chosen to leave no result that is exact in few bits.
fn tree(index: u32) -> Tree {
    let step = f64::from(index);
    let kinds = [
        Missing::Left,
        Missing::Right,
        Missing::AsZero,
        Missing::ZeroLeft,
        Missing::ZeroRight,
    ];
    let missing = |offset: u32| kinds[((index + offset) % 5) as usize];
    let again = if index % 2 == 1 { 3 } else { 8 };
    let node = |feature, test, left, right| Node {
        feature,
        test,
        left,
        right,
    };
    let set = |start, length| Test::InSet {
        start,
        length,
        levels: Levels::Truncated,
        missing_left: false,
    };
    let (n, l) = (Child::Node, Child::Leaf);
    Tree {
        nodes: vec![
            node(3, Test::AtMost(0.037 * step, missing(0)), n(1), n(2)),
            node(0, Test::AtMost(31_000.0 * step, missing(1)), n(3), n(4)),
            node(7, Test::AtMost(1.7 * step, missing(2)), n(5), n(6)),
            node(5, set(0, 1), l(0), n(7)),
            node(6, set(1, 2), l(1), l(2)),
            node(9, Test::AtMost(0.5, Missing::AsZero), l(3), n(8)),
            node(10, Test::AtMost(0.013 * step, missing(3)), l(4), l(5)),
            node(again, Test::AtMost(0.019 * step, missing(4)), n(9), l(7)),
            node(11, Test::AtMost(0.0, missing(0)), l(8), l(9)),
            node(10, Test::AtMost(0.017 * step, missing(1)), l(6), n(10)),
            node(2, Test::AtMost(-101.0 * step, missing(2)), l(10), l(11)),
        ],
        leaves: vec![
            -0.11,
            0.13 / (step + 1.0),
            -0.17,
            0.019 * step,
            -0.23,
            0.07,
            0.29 / (step + 3.0),
            -0.031,
            0.011 * step,
            -0.19,
            0.041,
            -0.37 / (step + 2.0),
        ],
        covers: vec![
            310.0, 271.0, 113.0, 97.0, 59.0, 421.0, 37.0, 83.0, 17.0, 29.0, 211.0, 53.0,
        ],
        category_words: vec![0b0110, 0x8421_1248 ^ index, 0b1010_0101],
    }
}

fn reference(schema: &Schema, features: usize) -> Reference {
    let fields = schema.fields.iter().map(|field| {
        let (quantiles, shares) = match &field.kind {
            FieldKind::Number(_) => (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], vec![]),
            FieldKind::Flag { .. } => (vec![], vec![0.6, 0.4]),
            FieldKind::Category { .. } => (vec![], vec![]),
        };
        FieldReference {
            missing_share: 0.25,
            quantiles,
            shares,
            importance: 0.1,
        }
    });
    Reference {
        fields: fields.collect(),
        score_quantiles: vec![-5.0, -4.0, -3.0, -2.0, -1.0],
        importance: vec![0.1; features],
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
        name: "small".into(),
        candor_version: "0.1.0".into(),
        algorithm: "by hand".into(),
        parameters: BTreeMap::from([("learning_rate".into(), "0.05".into())]).into(),
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
        dropped_features: vec!["AGE".into()],
        notes: vec!["made for tests".into()],
    }
}

fn field(name: &str, group: u16, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        kind,
        group,
        label: text(name),
        help: text("help"),
        unit: None,
        change: Change::Actionable,
        primary: true,
    }
}

fn feature(name: &str, group: u16, source: Source, imputed: Option<f64>) -> Feature {
    Feature {
        name: name.into(),
        label: text(name),
        unit: None,
        group,
        source,
        imputed,
    }
}

fn group(key: &str) -> Group {
    Group {
        key: key.into(),
        label: text(key),
        reason: Text::new(format!("because of {key}"), format!("en raison de {key}")),
    }
}

fn text(text: &str) -> Text {
    Text::new(text, format!("{text} (fr)"))
}

struct Names<'a> {
    schema: &'a Schema,
    features: &'a [Feature],
}

impl Scope for Names<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        if let Some(index) = self.schema.field_index(name) {
            let position = u16::try_from(index).ok()?;
            let value_type = match self.schema.fields[index].kind {
                FieldKind::Number(_) => ValueType::Number,
                FieldKind::Flag { .. } => ValueType::Boolean,
                FieldKind::Category { .. } => ValueType::Category(position),
            };
            return Some(Binding::Field(position, value_type));
        }
        let index = self.features.iter().position(|feature| feature.name == name)?;
        Some(Binding::Feature(u16::try_from(index).ok()?))
    }

    fn level(&self, field: u16, level: &str) -> Option<u16> {
        let FieldKind::Category { levels, .. } = &self.schema.fields[usize::from(field)].kind else {
            return None;
        };
        let index = levels.iter().position(|known| known.value == level)?;
        u16::try_from(index).ok()
    }

    fn similar(&self, _: &str) -> Option<String> {
        None
    }
}
