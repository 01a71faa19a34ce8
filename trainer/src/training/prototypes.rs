//! Typical applications for the model file: sample clients for a page, parity cases to check at load, and the background
//! that explanations can compare with.
//!
//! A model file must hold nothing of any real person. Each prototype is therefore the middle of a group of similar
//! clients: the median of their numbers, the most frequent of their levels, missing where most of them have no value.

use candor_core::artifact::Background;
use candor_core::schema::FieldKind;
use candor_core::stats::quantile;
use candor_core::{Application, Decision, Schema, Scorer};

/// Clients that a prototype is the middle of.
pub(super) const GROUP: usize = 30;
/// Of the approved rows at most one in so many counts as near the cut-off.
const NEAR: usize = 4;
/// Shares of the population, by increasing risk, around which prototypes are taken.
const RISK_RANKS: [f64; 12] = [0.02, 0.15, 0.3, 0.45, 0.6, 0.7, 0.78, 0.85, 0.91, 0.95, 0.98, 0.995];

/// Raw texts of the prototypes, in schema order, by increasing risk. `field_importance` says which fields make clients
/// similar.
pub(super) fn prototypes(
    schema: &Schema,
    applications: &[&Application],
    log_odds: &[f64],
    field_importance: &[f64],
) -> Vec<Vec<String>> {
    let mut order: Vec<usize> = (0..applications.len()).collect();
    order.sort_by(|&a, &b| log_odds[a].total_cmp(&log_odds[b]).then(a.cmp(&b)));
    let groups = if order.len() < GROUP { 0 } else { RISK_RANKS.len() };
    RISK_RANKS[..groups]
        .iter()
        .map(|&rank| prototype(schema, applications, &order, rank, field_importance))
        .collect()
}

fn prototype(
    schema: &Schema,
    applications: &[&Application],
    order: &[usize],
    rank: f64,
    field_importance: &[f64],
) -> Vec<String> {
    // Clients of similar risk, then those of them that are most like the one in the middle in the fields that matter.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position"
    )]
    let centre = (rank * (order.len() - 1) as f64) as usize;
    let reach = (order.len() / 25).max(GROUP);
    let start = centre.saturating_sub(reach / 2).min(order.len().saturating_sub(reach));
    let band = &order[start..(start + reach).min(order.len())];
    let members = most_alike(schema, applications, band, order[centre], field_importance);
    let fields = schema.fields.iter().enumerate();
    fields
        .map(|(index, field)| field.format(middle(&field.kind, applications, &members, index)))
        .collect()
}

/// Typical approved applicants near the cut-off, as a background: the approved rows nearest to it are taken apart into
/// groups of similar clients, and each group makes one prototype. Few approved rows make few; `None` makes none.
pub(super) fn background(
    scorer: &Scorer,
    applications: &[&Application],
    log_odds: &[f64],
    field_importance: &[f64],
) -> Option<Background> {
    let approves = |log_odds: f64| scorer.score_at(log_odds).decision == Decision::Approve;
    let mut near: Vec<usize> = (0..applications.len()).filter(|&row| approves(log_odds[row])).collect();
    near.sort_by(|&a, &b| log_odds[b].total_cmp(&log_odds[a]).then(a.cmp(&b)));
    near.truncate((Background::MOST_ROWS * GROUP).min(near.len() / NEAR));

    let schema = scorer.schema();
    let mut prototypes = Vec::new();
    while near.len() >= GROUP {
        let members = most_alike(schema, applications, &near, near[0], field_importance);
        near.retain(|row| !members.contains(row));
        let mut prototype = Application::empty(schema);
        for (index, field) in schema.fields.iter().enumerate() {
            prototype.set_stored(index, middle(&field.kind, applications, &members, index));
        }
        // The middle of a group does not score like the group, and the background is of those who were approved.
        if scorer.score(&prototype).decision == Decision::Approve {
            prototypes.push(prototype);
        }
    }
    (!prototypes.is_empty()).then(|| Background::of(&prototypes))
}

/// The group of rows of a band that are most like its `seed` in the fields that matter.
fn most_alike(
    schema: &Schema,
    applications: &[&Application],
    band: &[usize],
    seed: usize,
    field_importance: &[f64],
) -> Vec<usize> {
    let seed = applications[seed].values();
    let spread: Vec<f64> = (0..schema.fields.len())
        .map(|field| spread(applications, band, field))
        .collect();
    let distance = |row: usize| {
        let values = applications[row].values();
        schema.fields.iter().enumerate().fold(0.0, |sum, (field, definition)| {
            let (a, b) = (seed[field], values[field]);
            let differs = match definition.kind {
                _ if a.is_nan() || b.is_nan() => f64::from(u8::from(a.is_nan() != b.is_nan())),
                FieldKind::Number(_) => ((a - b).abs() / spread[field]).min(1.0),
                FieldKind::Flag { .. } | FieldKind::Category { .. } => f64::from(u8::from(a != b)),
            };
            sum + differs * libm::sqrt(field_importance[field])
        })
    };
    let mut near: Vec<(f64, usize)> = band.iter().map(|&row| (distance(row), row)).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    near.truncate(GROUP);
    near.into_iter().map(|(_, row)| row).collect()
}

/// The distance between the quartiles, or 1 where there is none.
fn spread(applications: &[&Application], rows: &[usize], field: usize) -> f64 {
    let values = present(applications, rows, field);
    match (quantile(&values, 0.25), quantile(&values, 0.75)) {
        (Some(low), Some(high)) if high > low => 2.0 * (high - low),
        _ => 1.0,
    }
}

/// Values that are present, sorted.
fn present(applications: &[&Application], rows: &[usize], field: usize) -> Vec<f64> {
    let mut values: Vec<f64> = rows
        .iter()
        .map(|&row| applications[row].values()[field])
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

fn middle(kind: &FieldKind, applications: &[&Application], rows: &[usize], field: usize) -> f64 {
    let values = present(applications, rows, field);
    if values.len() * 2 < rows.len() || values.is_empty() {
        return f64::NAN;
    }
    if let FieldKind::Number(_) = kind {
        // The lower middle is a value that exists: whole numbers stay whole, rounded amounts stay rounded.
        return values[(values.len() - 1) / 2];
    }
    let mut best = (0, f64::NAN);
    let mut start = 0;
    for end in 1..=values.len() {
        if end == values.len() || values[end] != values[start] {
            if end - start > best.0 {
                best = (end - start, values[start]);
            }
            start = end;
        }
    }
    best.1
}
