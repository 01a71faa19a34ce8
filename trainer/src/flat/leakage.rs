//! Columns that tell the outcome all by themselves: mostly because they were written down after it.

use candor_core::schema::FieldKind;
use candor_core::stats::Ranking;
use candor_core::{Application, Schema};

/// Above this AUC a single column is suspect.
const SUSPECT: f64 = 0.999;
/// Fewest rows of a bin of values.
const LEAST_PER_BIN: usize = 20;
/// Most bins of values.
const MOST_BINS: usize = 100;

/// Names of the fields of which one alone ranks the outcomes almost perfectly, and the AUC of each.
pub fn suspects(schema: &Schema, applications: &[Application], outcomes: &[bool]) -> Vec<(String, f64)> {
    let fields = schema.fields.iter().enumerate();
    fields
        .filter_map(|(index, field)| {
            let values: Vec<f64> = applications
                .iter()
                .map(|application| application.values()[index])
                .collect();
            let bins = match field.kind {
                FieldKind::Number(_) => bins(&values),
                FieldKind::Flag { .. } | FieldKind::Category { .. } => values,
            };
            let auc = auc_of(&bins, outcomes)?;
            (auc > SUSPECT).then(|| (field.name.clone(), auc))
        })
        .collect()
}

/// The number of the bin of each value, from 0; missing values stay missing. Equal values share a bin.
fn bins(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&row| !values[row].is_nan()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let size = order.len().div_ceil(MOST_BINS).max(LEAST_PER_BIN);
    let mut bins = vec![f64::NAN; values.len()];
    let (mut bin, mut in_bin, mut before) = (0, 0, None);
    for row in order {
        if in_bin >= size && before != Some(values[row]) {
            (bin, in_bin) = (bin + 1, 0);
        }
        bins[row] = bin as f64;
        in_bin += 1;
        before = Some(values[row]);
    }
    bins
}

/// The AUC of ranking rows by the share of bad ones with the same value, missing being a value.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
fn auc_of(values: &[f64], outcomes: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut shares = vec![0.0; values.len()];
    for same in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let bad = same.iter().filter(|&&row| outcomes[row]).count();
        for &row in same {
            shares[row] = bad as f64 / same.len() as f64;
        }
    }
    Ranking::new(&shares, outcomes).auc(None)
}
