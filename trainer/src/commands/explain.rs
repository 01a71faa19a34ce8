//! `candor explain`.

use clap::{Args, ValueEnum};

use super::scoring::Scoring;
use crate::error::Error;
use crate::output::{Cell, Column, ColumnType};

/// Explain scores: what each feature adds, exactly.
///
/// Writes one row per application: id, base_value, and what each feature adds to it. base_value plus all contributions
/// is the score, to 1e-12. Contributions are exact Shapley values against the training population.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  candor explain --model m.candor --input clients.csv --output contributions.parquet
  candor explain --model m.candor --input clients.csv --groups --space points")]
pub(super) struct Explain {
    #[command(flatten)]
    scoring: Scoring,
    /// Unit of the contributions: log-odds of default, or points (which a risk lowers).
    #[arg(long, value_name = "SPACE", default_value = "log-odds")]
    space: Space,
    /// One column per reason group instead of one per feature.
    #[arg(long)]
    groups: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Space {
    LogOdds,
    Points,
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Error> {
        let scorer = self.scoring.load()?;
        let model = scorer.model();
        let names: Vec<&String> = if self.groups {
            model.schema.groups.iter().map(|group| &group.key).collect()
        } else {
            model
                .preprocessing
                .features
                .iter()
                .map(|feature| &feature.name)
                .collect()
        };
        let mut columns = vec![Column::new("base_value", ColumnType::Number)];
        columns.extend(names.into_iter().map(|name| Column::new(name, ColumnType::Number)));
        let scaling = model.policy.scaling;
        let (base, part): (f64, Box<dyn Fn(f64) -> f64 + Sync>) = match self.space {
            Space::LogOdds => (scorer.base_value(), Box::new(|log_odds| log_odds)),
            Space::Points => (
                scaling.points(scorer.base_value()),
                Box::new(move |log_odds| scaling.difference(log_odds)),
            ),
        };
        self.scoring.run(&scorer, columns, |application| {
            let explanation = scorer.explain(application);
            let mut cells = vec![Cell::Number(base)];
            if self.groups {
                let mut sums = vec![0.0; model.schema.groups.len()];
                for group in &explanation.groups {
                    sums[group.group] = group.log_odds;
                }
                cells.extend(sums.into_iter().map(|sum| Cell::Number(part(sum))));
            } else {
                cells.extend(
                    explanation
                        .contributions
                        .iter()
                        .map(|&contribution| Cell::Number(part(contribution))),
                );
            }
            cells
        })
    }
}
