//! The JavaScript face of the engine, seen from JavaScript's side: in Node, and in a browser when the test runner is
//! told so by `WASM_BINDGEN_USE_BROWSER=1`.
#![cfg(target_family = "wasm")]
#![allow(
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

#[path = "../../core/tests/support/small_model.rs"]
mod small_model;

use candor_core::artifact::ParityCase;
use candor_core::{Application, Raw, Text};
use candor_embed::Scorer;
use js_sys::{Array, Float64Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

/// The table that core's own tests hold the native build to.
const BITS: &str = include_str!("../../core/tests/fixtures/bits.txt");

/// Applications as a program writes them in JavaScript, and as core takes them.
const APPLICATIONS: [(&str, [Raw<'static>; 5]); 5] = [
    ("{}", [Raw::Missing; 5]),
    (
        r#"{
            "AMT_CREDIT": 450000.1, "AMT_ANNUITY": 24700.7, "EXT_SOURCE_2": 0.1, "FLAG_OWN_CAR": true,
            "WALLSMATERIAL_MODE": "Stone, brick"
        }"#,
        [
            Raw::Number(450_000.1),
            Raw::Number(24_700.7),
            Raw::Number(0.1),
            Raw::Flag(true),
            Raw::Text("Stone, brick"),
        ],
    ),
    (
        r#"{
            "AMT_CREDIT": "90000", "AMT_ANNUITY": "1e-9", "EXT_SOURCE_2": "0.7", "FLAG_OWN_CAR": "N",
            "WALLSMATERIAL_MODE": null
        }"#,
        [
            Raw::Number(90_000.0),
            Raw::Number(1e-9),
            Raw::Number(0.7),
            Raw::Flag(false),
            Raw::Missing,
        ],
    ),
    (
        r#"{ "AMT_CREDIT": "", "AMT_ANNUITY": 1e7, "FLAG_OWN_CAR": null, "WALLSMATERIAL_MODE": "XNA" }"#,
        [Raw::Missing, Raw::Number(1e7), Raw::Missing, Raw::Missing, Raw::Missing],
    ),
    (
        r#"{ "AMT_CREDIT": -0, "AMT_ANNUITY": 1e-308, "EXT_SOURCE_2": 5e-324, "WALLSMATERIAL_MODE": "Panel" }"#,
        [
            Raw::Number(-0.0),
            Raw::Number(1e-308),
            Raw::Number(5e-324),
            Raw::Missing,
            Raw::Text("Panel"),
        ],
    ),
];
const FIELDS: [&str; 5] = [
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "EXT_SOURCE_2",
    "FLAG_OWN_CAR",
    "WALLSMATERIAL_MODE",
];

#[wasm_bindgen_test]
fn core_computes_the_bits_that_it_computes_natively() {
    let found = small_model::bits(&core());
    assert_eq!(BITS.lines().count(), 1 + small_model::APPLICATIONS.len() + 1);
    assert_eq!(found.lines().count(), BITS.lines().count());
    for (line, (found, expected)) in found.lines().zip(BITS.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of bits.txt", line + 1);
    }
}

#[wasm_bindgen_test]
fn answers_have_the_bits_that_core_computes() {
    let core = core();
    let embedded = scorer();
    for (json, values) in APPLICATIONS {
        let application = Application::from_pairs(core.schema(), FIELDS.into_iter().zip(values)).expect("fits");
        let expected = core.explain(&application);
        let score = embedded.score(&parse(json)).expect("fits");
        let found = embedded.explain(&parse(json)).expect("fits");
        for answer in [&score, &found] {
            for (key, expected) in [
                ("probability", expected.score.probability),
                ("logOdds", expected.score.log_odds),
                ("points", expected.score.points),
            ] {
                assert_eq!(number(answer, key).to_bits(), expected.to_bits(), "{key} of {json}");
            }
            assert_eq!(string(answer, "decision"), expected.score.decision.as_str());
            assert_eq!(string(answer, "riskLevel"), expected.score.risk_level.as_str());
        }
        assert_eq!(number(&found, "baseValue").to_bits(), expected.base_value.to_bits());
        let contributions: Float64Array = get(&found, "contributions").dyn_into().expect("a Float64Array");
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(
            bits(&contributions.to_vec()),
            bits(&expected.contributions),
            "contributions of {json}"
        );
        let groups = list(&found, "groups");
        assert_eq!(groups.length() as usize, expected.groups.len());
        for (group, expected) in groups.iter().zip(&expected.groups) {
            assert_eq!(string(&group, "group"), core.schema().groups[expected.group].key);
            assert_eq!(number(&group, "logOdds").to_bits(), expected.log_odds.to_bits());
        }
    }
}

#[wasm_bindgen_test]
fn an_explanation_adds_up_and_gives_its_reasons_in_both_languages() {
    let found = scorer().explain(&parse(APPLICATIONS[2].0)).expect("fits");
    let contributions: Float64Array = get(&found, "contributions").dyn_into().expect("a Float64Array");
    let sum = contributions
        .to_vec()
        .iter()
        .fold(number(&found, "baseValue"), |sum, value| sum + value);
    assert!((sum - number(&found, "logOdds")).abs() < 1e-12);

    let waterfall = get(&found, "waterfall");
    let steps = list(&waterfall, "steps")
        .iter()
        .fold(0.0, |sum, step| sum + number(&step, "points"));
    assert_eq!(number(&waterfall, "base") + steps, number(&waterfall, "total"));

    let reasons = list(&found, "reasons");
    assert!(reasons.length() > 0, "{}", json(&found));
    for reason in reasons.iter() {
        let group = string(&reason, "group");
        assert_eq!(string(&get(&reason, "text"), "en"), format!("because of {group}"));
        assert_eq!(string(&get(&reason, "text"), "fr"), format!("en raison de {group}"));
        assert!(number(&reason, "logOdds") > 0.0 && list(&reason, "fields").length() > 0);
    }
}

#[wasm_bindgen_test]
fn every_way_in_which_a_file_can_be_wrong_has_its_code() {
    let bytes = bytes();
    let changed = |place: usize, value: u8| {
        let mut changed = bytes.clone();
        changed[place] = value;
        changed
    };
    for (code, bytes) in [
        ("NOT_A_MODEL", Vec::new()),
        ("NOT_A_MODEL", b"PK\x03\x04 a foreign file".to_vec()),
        ("WRONG_LENGTH", bytes[..bytes.len() - 1].to_vec()),
        ("WRONG_LENGTH", bytes[..20].to_vec()),
        ("TOO_NEW", [&changed(8, 9)[..], b"longer"].concat()),
        ("DAMAGED", changed(bytes.len() - 1, bytes[bytes.len() - 1] ^ 1)),
        ("PARITY", bytes_with_wrong_parity()),
    ] {
        let error = Scorer::new(&bytes).expect_err(code);
        assert!(error.is_instance_of::<js_sys::Error>());
        assert_eq!(string(&error, "name"), "LoadError");
        assert_eq!(string(&error, "code"), code, "{}", string(&error, "message"));
        let expected = candor_core::Scorer::from_bytes(&bytes).expect_err(code);
        assert_eq!(string(&error, "message"), expected.to_string());
    }
}

#[wasm_bindgen_test]
fn all_wrong_values_are_listed_and_nothing_is_scored() {
    let application = r#"{
        "AMT_CREDIT": -5, "EXT_SOURCE_2": "much", "FLAG_OWN_CAR": "perhaps",
        "WALLSMATERIAL_MODE": ["Panel"], "SHOE_SIZE": 43
    }"#;
    for outcome in [
        scorer().score(&parse(application)),
        scorer().explain(&parse(application)),
    ] {
        let error = outcome.expect_err("five wrong values");
        assert_eq!(string(&error, "name"), "ApplicationError");
        let mut fields: Vec<String> = list(&error, "fields")
            .iter()
            .map(|field| string(&field, "field"))
            .collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "AMT_CREDIT",
                "EXT_SOURCE_2",
                "FLAG_OWN_CAR",
                "SHOE_SIZE",
                "WALLSMATERIAL_MODE"
            ]
        );
        for field in list(&error, "fields").iter() {
            assert!(!string(&field, "message").is_empty());
            let line = format!("{}: {}", string(&field, "field"), string(&field, "message"));
            assert!(string(&error, "message").contains(&line), "{line}");
        }
    }
}

#[wasm_bindgen_test]
fn explanations_against_the_background_have_the_bits_that_core_computes() {
    let core = core();
    let background = core.background().expect("the model has one");
    let embedded = scorer();
    for (json, values) in APPLICATIONS {
        let application = Application::from_pairs(core.schema(), FIELDS.into_iter().zip(values)).expect("fits");
        let expected = background.explain(&application);
        let found = embedded.explain_against_background(&parse(json)).expect("fits");
        assert_eq!(number(&found, "baseValue").to_bits(), expected.base_value.to_bits());
        assert_eq!(number(&found, "logOdds").to_bits(), expected.score.log_odds.to_bits());
        let contributions: Float64Array = get(&found, "contributions").dyn_into().expect("a Float64Array");
        assert_eq!(contributions.to_vec(), expected.contributions, "{json}");
    }
    let mut model = small_model::model();
    model.background = None;
    let without = Scorer::new(&model.to_bytes().expect("sound")).expect("sound");
    let error = without
        .explain_against_background(&parse("{}"))
        .expect_err("no background");
    assert!(string(&error, "message").contains("no background"));
}

#[wasm_bindgen_test]
fn interactions_are_those_that_core_computes() {
    let (core, embedded) = (core(), scorer());
    for (json, values) in APPLICATIONS {
        let application = Application::from_pairs(core.schema(), FIELDS.into_iter().zip(values)).expect("fits");
        let expected = core.interactions(&application).expect("few features");
        let found = embedded.interactions(&parse(json)).expect("fits");
        assert_eq!(number(&found, "size"), 12.0);
        let values: Float64Array = get(&found, "values").dyn_into().expect("a Float64Array");
        assert_eq!(values.to_vec(), expected.values, "{json}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_plain_object_is_refused_and_not_scored_as_missing() {
    let refused = [
        "[]",
        "'AMT_CREDIT'",
        "1",
        "null",
        "undefined",
        "new Map([['AMT_CREDIT', 1]])",
        "() => 1",
    ];
    for code in refused
        .into_iter()
        .chain(["new Date()", "Promise.resolve({})", "new (class A {})()"])
    {
        let error = scorer().score(&evaluate(code)).expect_err(code);
        assert!(error.is_instance_of::<js_sys::TypeError>(), "{code}");
    }
    for code in [
        "{}",
        "Object.create(null)",
        "{ AMT_CREDIT: undefined }",
        "{ AMT_CREDIT: NaN }",
    ] {
        assert!(scorer().score(&evaluate(code)).is_ok(), "{code}");
    }
}

#[wasm_bindgen_test]
fn an_error_thrown_while_reading_leaves_the_scorer_usable() {
    let embedded = scorer();
    let error = embedded.score(&evaluate("{ get AMT_CREDIT() { throw new RangeError('mine'); } }"));
    assert_eq!(string(&error.expect_err("thrown"), "message"), "mine");
    assert!(embedded.score(&parse("{}")).is_ok());
}

#[wasm_bindgen_test]
fn infinite_and_fractional_values_are_judged_by_core() {
    let embedded = scorer();
    for code in [
        "{ AMT_CREDIT: Infinity }",
        "{ FLAG_OWN_CAR: 0.5 }",
        "{ WALLSMATERIAL_MODE: 1 }",
        "{ AMT_CREDIT: 1n }",
    ] {
        let error = embedded.score(&evaluate(code)).expect_err(code);
        assert_eq!(string(&error, "name"), "ApplicationError", "{code}");
    }
}

#[wasm_bindgen_test]
fn schema_and_card_are_plain_objects() {
    let mut model = small_model::model();
    model.schema.fields[2].unit = Some(Text::new("years", "ans"));
    let bytes = model.to_bytes().expect("sound");
    let scorer = Scorer::new(&bytes).expect("sound");
    let schema = json(&scorer.schema());
    for part in [
        r#""table":"application","id":"SK_ID_CURR","target":"TARGET""#,
        r#"{"key":"amounts","label":{"en":"amounts","fr":"amounts (fr)"}"#,
        r#""unit":null,"actionable":true,"primary":true,"kind":"number","min":0,"max":100000000"#,
        r#""unit":{"en":"years","fr":"ans"},"actionable":true"#,
        r#""integer":false,"scale":-365.25,"sentinels":[365243]"#,
        r#""kind":"flag","no":"N","yes":"Y""#,
        r#"{"value":"Stone, brick","label":{"en":"Stone, brick","fr":"Stone, brick (fr)"}}"#,
        r#""missingLevels":["XNA"]"#,
        r#""group":"possessions","fields":["FLAG_OWN_CAR"]"#,
        r#""group":"employment","fields":["DAYS_EMPLOYED"]"#,
        r#""group":"amounts","fields":["AMT_CREDIT","AMT_ANNUITY"]"#,
        r#""unusedColumns":["CODE_GENDER"]"#,
    ] {
        assert!(schema.contains(part), "{part} in {schema}");
    }
    let card = json(&scorer.card());
    for part in [
        r#""parameters":{"learning_rate":"0.05"}"#,
        r#""rows":200,"bad":16,"metrics":{"auc":{"value":0.75,"low":0.74,"high":0.76}"#,
        r#""costs":{"falseNegative":10,"falsePositive":1},"threshold":0.09090909090909091"#,
    ] {
        assert!(card.contains(part), "{part} in {card}");
    }
    let digest = candor_core::Model::digest_of(&bytes).expect("a whole file");
    assert_eq!(string(&scorer.card(), "digest"), digest);
}

fn core() -> candor_core::Scorer {
    candor_core::Scorer::from_model(small_model::model()).expect("the model is sound")
}

fn scorer() -> Scorer {
    Scorer::new(&bytes()).expect("the model is sound")
}

/// The small model as the bytes of a file.
fn bytes() -> Vec<u8> {
    small_model::model().to_bytes().expect("the model is sound")
}

/// A file whose first parity case claims another score: what a machine that computes differently would see.
fn bytes_with_wrong_parity() -> Vec<u8> {
    let mut model = small_model::model();
    let ParityCase { log_odds_bits, .. } = &mut model.parity[0];
    *log_odds_bits += 1;
    model.to_bytes().expect("the model is sound")
}

fn parse(json: &str) -> JsValue {
    JSON::parse(json).expect("JSON")
}

/// The value of a JavaScript expression.
fn evaluate(expression: &str) -> JsValue {
    js_sys::Function::new_no_args(&format!("return ({expression});"))
        .call0(&JsValue::UNDEFINED)
        .expect("an expression")
}

fn json(value: &Object) -> String {
    JSON::stringify(value).expect("plain").into()
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).expect("an object")
}

fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().expect(key)
}

fn string(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().expect(key)
}

fn list(object: &JsValue, key: &str) -> Array {
    get(object, key).dyn_into().expect(key)
}
