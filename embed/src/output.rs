//! Core's answers as plain JavaScript objects; the TypeScript package documents their shapes.

use candor_core::artifact::{Interval, Metrics, Part};
use candor_core::decision::Policy;
use candor_core::preprocessing::Feature;
use candor_core::schema::{Change, Group};
use candor_core::{Explanation, Field, FieldKind, InteractionMatrix, Model, Schema, Score, Text};
use js_sys::{Array, Float64Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// A plain object with these properties, in this order.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    extend(&object, properties);
    object
}

fn extend<const N: usize>(object: &Object, properties: [(&str, JsValue); N]) {
    for (key, value) in properties {
        // A fresh plain object accepts every property.
        let _ = Reflect::set(object, &key.into(), &value);
    }
}

fn array<T>(items: impl IntoIterator<Item = T>, convert: impl Fn(T) -> JsValue) -> JsValue {
    items.into_iter().map(convert).collect::<Array>().into()
}

fn string(text: &str) -> JsValue {
    text.into()
}

fn text(text: &Text) -> JsValue {
    object([("en", string(&text.en)), ("fr", string(&text.fr))]).into()
}

fn optional<T>(value: Option<T>, convert: impl Fn(T) -> JsValue) -> JsValue {
    value.map_or(JsValue::NULL, convert)
}

/// Counts and whole points are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(value: u64) -> JsValue {
    (value as f64).into()
}

/// Probability, log-odds, points and decision.
pub fn score(score: &Score) -> Object {
    object([
        ("probability", score.probability.into()),
        ("logOdds", score.log_odds.into()),
        ("points", score.points.into()),
        ("decision", string(score.decision.as_str())),
        ("riskLevel", string(score.risk_level.as_str())),
    ])
}

/// A score with what it is made of.
pub fn explanation(explanation: &Explanation, schema: &Schema) -> Object {
    let key = |group: usize| string(schema.groups.get(group).map_or("", |group| &group.key));
    let answer = score(&explanation.score);
    extend(
        &answer,
        [
            ("baseValue", explanation.base_value.into()),
            (
                "contributions",
                Float64Array::from(explanation.contributions.as_slice()).into(),
            ),
            (
                "groups",
                array(&explanation.groups, |part| {
                    let properties = [
                        ("group", key(part.group)),
                        ("logOdds", part.log_odds.into()),
                        ("points", part.points.into()),
                    ];
                    object(properties).into()
                }),
            ),
            ("reasons", array(&explanation.reasons, |part| reason(part, schema))),
            ("waterfall", waterfall(&explanation.waterfall, key).into()),
        ],
    );
    answer
}

/// A square matrix, row after row.
pub fn matrix(matrix: &InteractionMatrix) -> Object {
    object([
        ("size", count(matrix.size as u64)),
        ("values", Float64Array::from(matrix.values.as_slice()).into()),
    ])
}

fn reason(reason: &candor_core::Reason, schema: &Schema) -> JsValue {
    let Some(group) = schema.groups.get(reason.group) else {
        return JsValue::NULL;
    };
    let fields = reason.fields.iter().filter_map(|&field| schema.fields.get(field));
    object([
        ("group", string(&group.key)),
        ("label", text(&group.label)),
        ("text", text(&group.reason)),
        ("logOdds", reason.log_odds.into()),
        ("points", reason.points.into()),
        ("fields", array(fields, |field| string(&field.name))),
    ])
    .into()
}

#[expect(clippy::cast_precision_loss, reason = "whole points are far below 2^53")]
fn waterfall(waterfall: &candor_core::Waterfall, key: impl Fn(usize) -> JsValue) -> Object {
    let steps = array(&waterfall.steps, |step| {
        object([("group", key(step.group)), ("points", (step.points as f64).into())]).into()
    });
    object([
        ("base", (waterfall.base as f64).into()),
        ("steps", steps),
        ("total", (waterfall.total as f64).into()),
    ])
}

/// Groups, fields and features.
pub fn schema(model: &Model) -> Object {
    let Model {
        schema, preprocessing, ..
    } = model;
    let group_key = |group: u16| string(schema.groups.get(usize::from(group)).map_or("", |group| &group.key));
    let features = preprocessing.features.iter().enumerate();
    object([
        ("table", string(&schema.table)),
        ("id", optional(schema.id.as_deref(), string)),
        ("target", optional(schema.target.as_deref(), string)),
        ("groups", array(&schema.groups, group)),
        (
            "fields",
            array(&schema.fields, |field| {
                self::field(field, group_key(field.group)).into()
            }),
        ),
        (
            "features",
            array(features, |(index, feature)| {
                let behind = preprocessing.fields_behind(index);
                let fields = behind.iter().filter_map(|&field| schema.fields.get(field));
                self::feature(
                    feature,
                    group_key(feature.group),
                    array(fields, |field| string(&field.name)),
                )
            }),
        ),
        ("unusedColumns", array(&schema.unused_columns, |column| string(column))),
    ])
}

fn group(group: &Group) -> JsValue {
    object([
        ("key", string(&group.key)),
        ("label", text(&group.label)),
        ("reason", text(&group.reason)),
    ])
    .into()
}

fn feature(feature: &Feature, group: JsValue, fields: JsValue) -> JsValue {
    object([
        ("name", string(&feature.name)),
        ("label", text(&feature.label)),
        ("unit", optional(feature.unit.as_ref(), text)),
        ("group", group),
        ("fields", fields),
    ])
    .into()
}

fn field(field: &Field, group: JsValue) -> Object {
    let object = object([
        ("name", string(&field.name)),
        ("group", group),
        ("label", text(&field.label)),
        ("help", text(&field.help)),
        ("unit", optional(field.unit.as_ref(), text)),
        ("actionable", (field.change == Change::Actionable).into()),
        ("primary", field.primary.into()),
    ]);
    match &field.kind {
        FieldKind::Number(number) => extend(
            &object,
            [
                ("kind", string("number")),
                ("min", optional(number.min, JsValue::from)),
                ("max", optional(number.max, JsValue::from)),
                ("decimals", number.decimals.into()),
                ("integer", number.integer.into()),
                ("scale", number.scale.into()),
                ("sentinels", array(&number.sentinels, |&sentinel| sentinel.into())),
            ],
        ),
        FieldKind::Flag { no, yes } => {
            extend(
                &object,
                [("kind", string("flag")), ("no", string(no)), ("yes", string(yes))],
            );
        }
        FieldKind::Category { levels, missing_levels } => {
            let levels = array(levels, |level| {
                self::object([("value", string(&level.value)), ("label", text(&level.label))]).into()
            });
            let missing_levels = array(missing_levels, |level| string(level));
            extend(
                &object,
                [
                    ("kind", string("category")),
                    ("levels", levels),
                    ("missingLevels", missing_levels),
                ],
            );
        }
    }
    object
}

/// The model card, with the policy and the digest that identifies the model file.
pub fn card(model: &Model, digest: Option<&str>) -> Object {
    let card = &model.card;
    let parameters = Object::new();
    for (name, value) in &card.parameters {
        extend(&parameters, [(name, string(value))]);
    }
    let data = object([
        ("file", string(&card.data.file)),
        ("rows", count(card.data.rows)),
        ("sha256", string(&card.data.sha256)),
    ]);
    object([
        ("name", string(&card.name)),
        ("digest", optional(digest, string)),
        ("candorVersion", string(&card.candor_version)),
        ("algorithm", string(&card.algorithm)),
        ("parameters", parameters.into()),
        ("data", data.into()),
        ("parts", array(&card.parts, part)),
        ("policy", policy(&model.policy)),
        (
            "droppedFeatures",
            array(&card.dropped_features, |feature| string(feature)),
        ),
        ("notes", array(&card.notes, |note| string(note))),
    ])
}

fn part(part: &Part) -> JsValue {
    object([
        ("name", string(&part.name)),
        ("rows", count(part.rows)),
        ("bad", count(part.bad)),
        ("metrics", optional(part.metrics.as_ref(), metrics)),
    ])
    .into()
}

fn metrics(metrics: &Metrics) -> JsValue {
    object([
        ("auc", interval(metrics.auc)),
        ("gini", interval(metrics.gini)),
        ("ks", interval(metrics.ks)),
        ("logLoss", interval(metrics.log_loss)),
        ("brier", interval(metrics.brier)),
        ("calibrationError", metrics.calibration_error.into()),
        ("cost", interval(metrics.cost)),
        ("costAtBreakEven", interval(metrics.cost_at_break_even)),
        ("costApproveAll", metrics.cost_approve_all.into()),
        ("costDeclineAll", metrics.cost_decline_all.into()),
        ("approvalRate", metrics.approval_rate.into()),
    ])
    .into()
}

fn interval(interval: Interval) -> JsValue {
    object([
        ("value", interval.value.into()),
        ("low", interval.low.into()),
        ("high", interval.high.into()),
    ])
    .into()
}

fn policy(policy: &Policy) -> JsValue {
    let costs = [
        ("falseNegative", policy.costs.false_negative.into()),
        ("falsePositive", policy.costs.false_positive.into()),
    ];
    let scaling = [
        ("points", policy.scaling.points.into()),
        ("odds", policy.scaling.odds.into()),
        ("pdo", policy.scaling.pdo.into()),
    ];
    object([
        ("costs", object(costs).into()),
        ("threshold", policy.threshold.into()),
        ("riskBounds", array(policy.risk_bounds, JsValue::from)),
        ("scaling", object(scaling).into()),
        ("mostReasons", policy.most_reasons.into()),
        (
            "excluded",
            array(&policy.excluded, |excluded| {
                object([("field", string(&excluded.field)), ("why", text(&excluded.why))]).into()
            }),
        ),
    ])
    .into()
}
