//! What the training population looked like: what an application is compared with.

use crate::schema::{FieldKind, Schema};

/// Statistics of the training part.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reference {
    /// One entry per field, in schema order.
    pub fields: Vec<FieldReference>,
    /// Calibrated log-odds at 0 %, 1 %, … 100 % of the population.
    pub score_quantiles: Vec<f64>,
    /// Mean absolute contribution of each feature, in log-odds.
    pub importance: Vec<f64>,
}

/// Statistics of one field.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FieldReference {
    /// Share of clients without a value.
    pub missing_share: f64,
    /// For a number: raw values at 1, 5, 25, 50, 75, 95 and 99 % of the clients with a value; else empty.
    pub quantiles: Vec<f64>,
    /// For a category: share of each level among the clients with a value; for a flag: of no and yes; else empty.
    pub shares: Vec<f64>,
    /// Mean absolute contribution of the features that read the field, in log-odds.
    pub importance: f64,
}

impl Reference {
    /// Percentages at which [`FieldReference::quantiles`] are taken.
    pub const PERCENTAGES: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

    /// Share of the training population with a lower score than these log-odds; `None` without a distribution.
    #[expect(clippy::cast_precision_loss, reason = "101 quantiles")]
    pub fn share_below(&self, log_odds: f64) -> Option<f64> {
        let steps = self.score_quantiles.len().checked_sub(1).filter(|&steps| steps > 0)?;
        let above = self.score_quantiles.partition_point(|&quantile| quantile <= log_odds);
        if above == 0 || above > steps {
            return Some(if above == 0 { 0.0 } else { 1.0 });
        }
        let (low, high) = (self.score_quantiles[above - 1], self.score_quantiles[above]);
        Some(((above - 1) as f64 + (log_odds - low) / (high - low)) / steps as f64)
    }

    pub(super) fn problem(&self, schema: &Schema, features: usize) -> Option<String> {
        if self.fields.len() != schema.fields.len() {
            return Some(format!(
                "{} fields described, {} exist",
                self.fields.len(),
                schema.fields.len()
            ));
        }
        if self.importance.len() != features {
            return Some(format!(
                "{} features have an importance, {features} exist",
                self.importance.len()
            ));
        }
        for (field, reference) in schema.fields.iter().zip(&self.fields) {
            let (quantiles, shares) = match &field.kind {
                FieldKind::Number(_) => (Self::PERCENTAGES.len(), 0),
                FieldKind::Flag { .. } => (0, 2),
                FieldKind::Category { levels, .. } => (0, levels.len()),
            };
            let fits = |found: usize, wanted: usize| found == wanted || found == 0;
            if !fits(reference.quantiles.len(), quantiles) || !fits(reference.shares.len(), shares) {
                return Some(format!(
                    "field {} has the wrong number of quantiles or shares",
                    field.name
                ));
            }
        }
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        let of_fields = self.fields.iter().all(|field| {
            finite(&[field.missing_share, field.importance]) && finite(&field.quantiles) && finite(&field.shares)
        });
        let increasing = self.score_quantiles.windows(2).all(|pair| pair[0] <= pair[1]);
        (!(of_fields && finite(&self.score_quantiles) && finite(&self.importance) && increasing))
            .then(|| "score quantiles must be finite and increasing, and all other numbers finite".into())
    }
}
