//! What a run of the store is on an MLflow server.

use candor_core::artifact::{Interval, ModelCard, Part};

use crate::error::Error;
use crate::registry::{Run, Store};

/// Most characters of a parameter's value; the model card, a file beside the run, has all of them.
const LONGEST: usize = 6000;

/// Makes further files of a run: their paths and contents.
pub type Documents<'a> = dyn Fn(&Store, &Run) -> Result<Vec<(String, Vec<u8>)>, Error> + 'a;

/// Parameters, metrics and files.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Names and values, in the order of names.
    pub parameters: Vec<(String, String)>,
    /// Names and values: `PART.FIGURE`, for intervals also `.low` and `.high`.
    pub metrics: Vec<(String, f64)>,
    /// Paths and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Contents {
    /// Puts together what there is of a run. `documents` gives further files, such as a validation report.
    ///
    /// # Errors
    /// What reading the store can end with, and what `documents` ends with.
    pub fn of(store: &Store, run: &Run, documents: &Documents<'_>) -> Result<Self, Error> {
        let model = store.objects.get(&run.model.object)?;
        let mut files = vec![
            ("model/model.candor".to_owned(), model),
            ("model_card.json".to_owned(), json(&run.card)?),
        ];
        files.extend(documents(store, run)?);
        Ok(Self {
            parameters: parameters(&run.card),
            metrics: run.card.parts.iter().flat_map(metrics).collect(),
            files,
        })
    }
}

fn parameters(card: &ModelCard) -> Vec<(String, String)> {
    let own = card.parameters.iter().cloned();
    let ours = [
        ("algorithm", card.algorithm.clone()),
        ("candor_version", card.candor_version.clone()),
        ("data.file", card.data.file.clone()),
        ("data.rows", card.data.rows.to_string()),
        ("data.sha256", card.data.sha256.clone()),
    ];
    let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut parameters: Vec<(String, String)> = own
        .chain(ours)
        .map(|(name, value)| (allowed(&name), value.chars().take(LONGEST).collect()))
        .collect();
    parameters.sort();
    parameters.dedup_by(|second, first| second.0 == first.0);
    parameters
}

fn metrics(part: &Part) -> Vec<(String, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    let mut figures = vec![
        ("rows".to_owned(), part.rows as f64),
        ("bad".to_owned(), part.bad as f64),
    ];
    if let Some(metrics) = &part.metrics {
        let mut interval = |name: &str, interval: &Interval| {
            figures.push((name.to_owned(), interval.value));
            figures.push((format!("{name}.low"), interval.low));
            figures.push((format!("{name}.high"), interval.high));
        };
        interval("auc", &metrics.auc);
        interval("gini", &metrics.gini);
        interval("ks", &metrics.ks);
        interval("log_loss", &metrics.log_loss);
        interval("brier", &metrics.brier);
        interval("cost", &metrics.cost);
        interval("cost_at_break_even", &metrics.cost_at_break_even);
        figures.extend([
            ("calibration_error".to_owned(), metrics.calibration_error),
            ("cost_approve_all".to_owned(), metrics.cost_approve_all),
            ("cost_decline_all".to_owned(), metrics.cost_decline_all),
            ("approval_rate".to_owned(), metrics.approval_rate),
        ]);
    }
    // JSON has no word for what is not a number.
    let finite = figures.into_iter().filter(|(_, value)| value.is_finite());
    finite
        .map(|(name, value)| (allowed(&format!("{}.{name}", part.name)), value))
        .collect()
}

/// A name with the characters that MLflow allows.
fn allowed(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "_-. :/".contains(c);
    name.chars().map(|c| if fits(c) { c } else { '_' }).collect()
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(|error| Error::Refused {
        problem: format!("a run could not be written as JSON: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_what_mlflow_allows() {
        assert_eq!(
            allowed("logistic regression.cost (10:1), à"),
            "logistic regression.cost _10:1__ à"
        );
    }
}
