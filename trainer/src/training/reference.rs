//! Statistics of the training part that the model file carries.

use candor_core::artifact::{FieldReference, Reference};
use candor_core::schema::FieldKind;
use candor_core::stats::quantile;
use candor_core::{Application, Schema};

/// Rows whose contributions are averaged for the importance.
pub(super) const IMPORTANCE_ROWS: usize = 4000;

/// Describes `applications` and their calibrated `log_odds`. Importances, of `features` features, are 0 until there is a
/// model that can explain.
pub(super) fn describe(schema: &Schema, applications: &[&Application], log_odds: &[f64], features: usize) -> Reference {
    let fields = schema
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| describe_field(&field.kind, applications, index))
        .collect();
    let mut sorted = log_odds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let score_quantiles = (0..=100)
        .filter_map(|percent| quantile(&sorted, f64::from(percent) / 100.0))
        .collect();
    Reference {
        fields,
        score_quantiles,
        importance: vec![0.0; features],
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn describe_field(kind: &FieldKind, applications: &[&Application], index: usize) -> FieldReference {
    let mut present: Vec<f64> = applications
        .iter()
        .map(|application| application.values()[index])
        .filter(|value| !value.is_nan())
        .collect();
    let missing_share = 1.0 - present.len() as f64 / applications.len() as f64;
    let share_of = |level: usize| present.iter().filter(|&&v| v == level as f64).count() as f64 / present.len() as f64;
    let shares = match kind {
        FieldKind::Number(_) => Vec::new(),
        _ if present.is_empty() => Vec::new(),
        FieldKind::Flag { .. } => (0..2).map(share_of).collect(),
        FieldKind::Category { levels, .. } => (0..levels.len()).map(share_of).collect(),
    };
    let quantiles = if let FieldKind::Number(_) = kind {
        present.sort_by(f64::total_cmp);
        Reference::PERCENTAGES
            .iter()
            .filter_map(|percent| quantile(&present, percent / 100.0))
            .collect()
    } else {
        Vec::new()
    };
    FieldReference {
        missing_share,
        quantiles,
        shares,
        importance: 0.0,
    }
}
