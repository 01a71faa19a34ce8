//! `candor inspect`.

use std::path::PathBuf;

use candor_core::artifact::{Interval, Part};
use candor_core::{Model, hexadecimal};
use clap::Args;

use super::model::{Loaded, Trust};
use super::{print, print_json};
use crate::error::Error;

/// Show what a model file holds: figures, policy, inputs, lineage.
///
/// A file that can be shown has passed every check: it is whole and undamaged, its trees are sound, and it scores its
/// parity cases to the recorded bits.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// Model file.
    #[arg(value_name = "FILE")]
    model: PathBuf,
    /// Print everything but the trees as JSON.
    #[arg(long)]
    json: bool,
    /// List every feature with its importance.
    #[arg(long)]
    features: bool,
    #[command(flatten)]
    trust: Trust,
}

impl Inspect {
    pub(super) fn run(self) -> Result<(), Error> {
        let Loaded { scorer, digest, bytes } = self.trust.load(&self.model)?;
        let model = scorer.model();
        let signatures = Model::signatures(&bytes).unwrap_or_default();
        let signers: Vec<String> = signatures.iter().map(|signature| hexadecimal(&signature.key)).collect();
        if self.json {
            return print_json(&as_json(model, &digest, &signers));
        }
        let card = &model.card;
        let mut lines = vec![card.name.clone()];
        lines.push(format!("  digest       {digest}"));
        for key in &signers {
            lines.push(format!("  signed by    {key} (candor verify says whether rightly)"));
        }
        lines.push(format!(
            "  made by      Candor {}, {}",
            card.candor_version, card.algorithm
        ));
        // An imported model was made from a model, not from rows.
        let rows = match card.data.rows {
            0 => String::new(),
            rows => format!("{rows} rows, "),
        };
        lines.push(format!(
            "  data         {} ({rows}sha256 {}…)",
            card.data.file,
            &first(&card.data.sha256, 16)
        ));
        lines.push(format!(
            "  inputs       {} fields, {} features",
            model.schema.fields.len(),
            model.preprocessing.features.len()
        ));
        lines.push(format!(
            "  trees        {} with {} leaves",
            model.ensemble.trees.len(),
            model.ensemble.leaf_count()
        ));
        lines.push(format!(
            "  calibration  {:.6} · raw + {:.6}",
            model.calibration.slope, model.calibration.intercept
        ));
        let policy = &model.policy;
        lines.push(format!(
            "  threshold    {:.6} (declined from here on; break-even {:.6})",
            policy.threshold,
            policy.costs.break_even()
        ));
        let [medium, high, critical] = policy.risk_bounds;
        lines.push(format!(
            "  risk levels  MEDIUM from {medium:.4}, HIGH from {high:.4}, CRITICAL from {critical:.4}"
        ));
        let scaling = policy.scaling;
        lines.push(format!(
            "  points       {} at odds {}:1, {} to double the odds",
            scaling.points, scaling.odds, scaling.pdo
        ));
        for excluded in &policy.excluded {
            lines.push(format!("  not an input {}: {}", excluded.field, excluded.why.en));
        }
        if !card.dropped_features.is_empty() {
            lines.push(format!("  left out     {}", card.dropped_features.join(", ")));
        }
        for note in &card.notes {
            lines.push(format!("  note         {note}"));
        }
        if !card.parts.is_empty() {
            lines.push(String::new());
            lines.extend(part_lines(model));
        }
        if !self.features && model.reference.importance.iter().all(|&importance| importance == 0.0) {
            return print(&lines.join("\n"));
        }
        lines.push("\nMost important features (mean absolute contribution, log-odds):".into());
        let mut order: Vec<usize> = (0..model.reference.importance.len()).collect();
        order.sort_by(|&a, &b| model.reference.importance[b].total_cmp(&model.reference.importance[a]));
        for &feature in order.iter().take(if self.features { usize::MAX } else { 15 }) {
            let described = &model.preprocessing.features[feature];
            lines.push(format!(
                "  {:.4}  {:<34} {}",
                model.reference.importance[feature], described.name, described.label.en
            ));
        }
        print(&lines.join("\n"))
    }
}

fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

fn as_json(model: &Model, digest: &str, signers: &[String]) -> serde_json::Value {
    serde_json::json!({
        "digest": digest,
        "signed_by": signers,
        "card": model.card,
        "policy": model.policy,
        "calibration": model.calibration,
        "schema": model.schema,
        "features": model.preprocessing.features,
        "reference": model.reference,
        "trees": model.ensemble.trees.len(),
        "leaves": model.ensemble.leaf_count(),
    })
}

/// The figures of every part, with intervals where they matter, line by line.
pub(super) fn part_lines(model: &Model) -> Vec<String> {
    let all = &model.card.parts;
    let own = all
        .iter()
        .position(|part| part.name == "out-of-fold")
        .map_or(all.len(), |place| place + 1);
    let (parts, compared) = all.split_at(own);
    let header: Vec<String> = parts.iter().map(|part| format!("{:>22}", part.name)).collect();
    let mut lines = vec![format!("{:<26}{}", "", header.join(""))];
    let mut line = |label: &str, cell: &dyn Fn(usize) -> String| {
        let cells: Vec<String> = (0..parts.len()).map(|part| format!("{:>22}", cell(part))).collect();
        lines.push(format!("{label:<26}{}", cells.join("")));
    };
    line("clients", &|part| parts[part].rows.to_string());
    line("bad rate", &|part| {
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
        let rate = 100.0 * parts[part].bad as f64 / parts[part].rows as f64;
        format!("{rate:.2} %")
    });
    let interval = |interval: &Interval, digits: usize| {
        format!(
            "{:.digits$} [{:.digits$}, {:.digits$}]",
            interval.value, interval.low, interval.high
        )
    };
    let mut metric = |label: &str, value: &dyn Fn(&candor_core::artifact::Metrics) -> String| {
        line(label, &|part| {
            parts[part].metrics.as_ref().map_or_else(|| "–".into(), value)
        });
    };
    metric("AUC", &|m| interval(&m.auc, 3));
    metric("Gini", &|m| interval(&m.gini, 3));
    metric("KS", &|m| interval(&m.ks, 3));
    metric("log-loss", &|m| interval(&m.log_loss, 3));
    metric("Brier score", &|m| interval(&m.brier, 3));
    metric("calibration error", &|m| format!("{:.4}", m.calibration_error));
    metric("cost at the threshold", &|m| interval(&m.cost, 3));
    metric("cost at break-even", &|m| interval(&m.cost_at_break_even, 3));
    metric("cost, approve all", &|m| format!("{:.3}", m.cost_approve_all));
    metric("cost, decline all", &|m| format!("{:.3}", m.cost_decline_all));
    metric("approved", &|m| format!("{:.1} %", 100.0 * m.approval_rate));
    lines.push("In brackets: 95 % bootstrap intervals. Costs are per client, at the policy's costs.".into());
    if !compared.is_empty() {
        lines.extend(compared_lines(parts.last(), compared));
    }
    lines
}

/// Other models on the same folds, each in a line below the model itself.
fn compared_lines(own: Option<&Part>, compared: &[Part]) -> Vec<String> {
    let mut lines = vec![
        "\nModels on the same folds, out of fold".to_owned(),
        format!(
            "{:<26}{:>8}{:>8}{:>8}{:>13}{:>20}",
            "", "AUC", "KS", "Brier", "calibration", "cost at break-even"
        ),
    ];
    for part in own.into_iter().chain(compared) {
        let name = if part.name == "out-of-fold" {
            "this model"
        } else {
            &part.name
        };
        let Some(metrics) = &part.metrics else { continue };
        lines.push(format!(
            "{name:<26}{:>8.4}{:>8.4}{:>8.4}{:>13.4}{:>20.4}",
            metrics.auc.value,
            metrics.ks.value,
            metrics.brier.value,
            metrics.calibration_error,
            metrics.cost_at_break_even.value
        ));
    }
    lines
}
