//! Core's answers as numbers and texts; `npm/src/model.ts` and `npm/src/explanation.ts` read them in the same order.
//!
//! Groups and fields are named by their position in the schema, decisions and risk levels by theirs among all.

use candor_core::artifact::{Interval, Metrics, Part};
use candor_core::decision::Policy;
use candor_core::schema::Change;
use candor_core::{Explanation, Field, FieldKind, InteractionMatrix, Model, Score, Text};

use crate::answer::Answer;

/// Probability, log-odds, points and decision.
pub fn score(score: &Score) -> Answer {
    let mut answer = Answer::new(0);
    answer.number(score.probability);
    answer.number(score.log_odds);
    answer.number(score.points);
    answer.count(score.decision as usize);
    answer.count(score.risk_level as usize);
    answer
}

/// A score with what it is made of.
#[expect(clippy::cast_precision_loss, reason = "whole points are far below 2^53")]
pub fn explanation(explanation: &Explanation) -> Answer {
    let mut answer = score(&explanation.score);
    answer.number(explanation.base_value);
    answer.numbers(&explanation.contributions);
    answer.list(&explanation.groups, |answer, part| {
        answer.count(part.group);
        answer.number(part.log_odds);
        answer.number(part.points);
    });
    answer.list(&explanation.reasons, |answer, reason| {
        answer.count(reason.group);
        answer.number(reason.log_odds);
        answer.number(reason.points);
        answer.list(&reason.fields, |answer, &field| answer.count(field));
    });
    let waterfall = &explanation.waterfall;
    answer.number(waterfall.base as f64);
    answer.list(&waterfall.steps, |answer, step| {
        answer.count(step.group);
        answer.number(step.points as f64);
    });
    answer.number(waterfall.total as f64);
    answer
}

/// A square matrix, row after row.
pub fn matrix(matrix: &InteractionMatrix) -> Answer {
    let mut answer = Answer::new(0);
    answer.count(matrix.size);
    answer.numbers(&matrix.values);
    answer
}

/// Groups, fields and features, and the tables of related records.
pub fn schema(model: &Model) -> Answer {
    let Model {
        schema, preprocessing, ..
    } = model;
    let mut answer = Answer::new(0);
    answer.text(&schema.table);
    answer.optional(schema.id.as_deref(), Answer::text);
    answer.optional(schema.target.as_deref(), Answer::text);
    answer.list(&schema.groups, |answer, group| {
        answer.text(&group.key);
        text(answer, &group.label);
        text(answer, &group.reason);
    });
    answer.list(&schema.fields, field);
    answer.count(preprocessing.features.len());
    for (index, feature) in preprocessing.features.iter().enumerate() {
        answer.text(&feature.name);
        text(&mut answer, &feature.label);
        answer.optional(feature.unit.as_ref(), text);
        answer.count(usize::from(feature.group));
        answer.list(&preprocessing.fields_behind(index), |answer, &field| {
            answer.count(field);
        });
    }
    answer.texts(&schema.unused_columns);
    let tables = model.records.as_ref().map_or(&[][..], |records| &records.tables);
    answer.list(tables, |answer, table| {
        answer.text(&table.name);
        text(answer, &table.label);
        answer.optional(table.parent, |answer, parent| answer.count(usize::from(parent)));
        answer.list(&table.fields, field);
        for column in [&table.key, &table.client_key, &table.parent_key] {
            answer.optional(column.as_deref(), Answer::text);
        }
        answer.texts(&table.unused_columns);
    });
    answer
}

fn field(answer: &mut Answer, field: &Field) {
    answer.text(&field.name);
    answer.count(usize::from(field.group));
    text(answer, &field.label);
    text(answer, &field.help);
    answer.optional(field.unit.as_ref(), text);
    answer.flag(field.change == Change::Actionable);
    answer.flag(field.primary);
    match &field.kind {
        FieldKind::Number(number) => {
            answer.count(0);
            answer.optional(number.min, Answer::number);
            answer.optional(number.max, Answer::number);
            answer.number(f64::from(number.decimals));
            answer.flag(number.integer);
            answer.number(number.scale);
            answer.list(&number.sentinels, |answer, &sentinel| answer.number(sentinel));
        }
        FieldKind::Flag { no, yes } => {
            answer.count(1);
            answer.text(no);
            answer.text(yes);
        }
        FieldKind::Category { levels, missing_levels } => {
            answer.count(2);
            answer.list(levels, |answer, level| {
                answer.text(&level.value);
                text(answer, &level.label);
            });
            answer.texts(missing_levels);
        }
    }
}

/// The model card, with the policy and the digest that identifies the model file.
#[expect(clippy::cast_precision_loss, reason = "rows are far below 2^53")]
pub fn card(model: &Model, digest: Option<&str>) -> Answer {
    let card = &model.card;
    let mut answer = Answer::new(0);
    answer.text(&card.name);
    answer.optional(digest, Answer::text);
    answer.text(&card.candor_version);
    answer.text(&card.algorithm);
    answer.count(card.parameters.iter().len());
    for (name, value) in &card.parameters {
        answer.text(name);
        answer.text(value);
    }
    answer.text(&card.data.file);
    answer.number(card.data.rows as f64);
    answer.text(&card.data.sha256);
    answer.list(&card.parts, part);
    policy(&mut answer, &model.policy);
    answer.texts(&card.dropped_features);
    answer.texts(&card.notes);
    answer
}

#[expect(clippy::cast_precision_loss, reason = "rows are far below 2^53")]
fn part(answer: &mut Answer, part: &Part) {
    answer.text(&part.name);
    answer.number(part.rows as f64);
    answer.number(part.bad as f64);
    answer.optional(part.metrics.as_ref(), metrics);
}

fn metrics(answer: &mut Answer, metrics: &Metrics) {
    interval(answer, metrics.auc);
    interval(answer, metrics.gini);
    interval(answer, metrics.ks);
    interval(answer, metrics.log_loss);
    interval(answer, metrics.brier);
    answer.number(metrics.calibration_error);
    interval(answer, metrics.cost);
    interval(answer, metrics.cost_at_break_even);
    answer.number(metrics.cost_approve_all);
    answer.number(metrics.cost_decline_all);
    answer.number(metrics.approval_rate);
}

fn interval(answer: &mut Answer, interval: Interval) {
    answer.number(interval.value);
    answer.number(interval.low);
    answer.number(interval.high);
}

fn policy(answer: &mut Answer, policy: &Policy) {
    answer.number(policy.costs.false_negative);
    answer.number(policy.costs.false_positive);
    answer.number(policy.threshold);
    policy.risk_bounds.into_iter().for_each(|bound| answer.number(bound));
    answer.number(policy.scaling.points);
    answer.number(policy.scaling.odds);
    answer.number(policy.scaling.pdo);
    answer.number(f64::from(policy.most_reasons));
    answer.list(&policy.excluded, |answer, excluded| {
        answer.text(&excluded.field);
        text(answer, &excluded.why);
    });
}

fn text(answer: &mut Answer, text: &Text) {
    answer.text(&text.en);
    answer.text(&text.fr);
}
