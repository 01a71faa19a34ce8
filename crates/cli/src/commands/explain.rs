//! `candor explain`.

use std::path::PathBuf;

use candor_core::decision::Scaling;
use candor_core::shap::BackgroundError;
use candor_core::{Application, BackgroundExplainer, Explanation, InteractionMatrix, Interactions, Model, Scorer};
use candor_tables::{Cell, Column, ColumnType};
use clap::{Args, ValueEnum};

use super::scoring::Scoring;
use crate::error::Error;

/// Explain scores: what each feature adds, exactly.
///
/// Writes one row per application: id, base_value, and what each feature adds to it. base_value plus all contributions
/// is the score, to 1e-12. Contributions are exact Shapley values; --method says what an application is compared with.
#[derive(Debug, Args)]
#[command(after_help = "\
Which method:
  path-dependent  \"Why is this score not the average one?\" The comparison is with the training population.
  interventional  \"What sets this client apart from those just approved?\" The comparison is with stated applicants:
                  the model's background, or those of --background. Features that the trees do not use get exactly 0.
  Both add up to the same score. They differ in base_value, and in how features that go together share what they add.

Examples:
  candor explain --model m.candor --input clients.csv --output contributions.parquet
  candor explain --model m.candor --input clients.csv --groups --space points
  candor explain --model m.candor --input declined.csv --method interventional --background approved.csv
  candor explain --model m.candor --input clients.csv --interactions --groups")]
pub(super) struct Explain {
    #[command(flatten)]
    scoring: Scoring,
    /// Whom an application is compared with: the training population, or stated applicants (see below).
    #[arg(long, value_name = "METHOD", default_value = "path-dependent")]
    method: Method,
    /// Table of applications to compare with instead of the model's background, all counting alike; some hundreds are
    /// plenty. For --method interventional.
    #[arg(long, value_name = "FILE")]
    background: Option<PathBuf>,
    /// Unit of the contributions: log-odds of default, or points (which a risk lowers).
    #[arg(long, value_name = "SPACE", default_value = "log-odds")]
    space: Space,
    /// One column per reason group instead of one per feature.
    #[arg(long)]
    groups: bool,
    /// Write what features add together, pair by pair, instead of contributions.
    ///
    /// One row per application and ordered pair: id, feature_a, feature_b, interaction (with --groups: group_a, group_b).
    /// A pair shares what it adds half and half, so that the rows of a feature_a add up to its contribution; the row of a
    /// feature with itself is what it adds on its own. Pairs that add nothing together are left out. Path-dependent only.
    #[arg(long)]
    interactions: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Compared with the training population as the trees saw it.
    PathDependent,
    /// Compared with the model's background, or with the applications of --background.
    Interventional,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Space {
    LogOdds,
    Points,
}

/// Applications whose interactions are held in memory at once: each has a row per pair.
const MATRICES: usize = 16;

impl Explain {
    pub(super) fn run(self) -> Result<(), Error> {
        self.check()?;
        let scorer = self.scoring.load()?.scorer;
        if self.interactions {
            return self.write_interactions(&scorer);
        }
        match self.method {
            Method::PathDependent => {
                let base_value = scorer.base_value();
                self.write(&scorer, base_value, |application| scorer.explain(application))
            }
            Method::Interventional => {
                let explainer = self.explainer(&scorer)?;
                self.write(&scorer, explainer.base_value(), |application| {
                    explainer.explain(application)
                })
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        let problem = match (self.method, &self.background) {
            (Method::Interventional, _) if self.interactions => {
                "interactions are path-dependent; leave out --method interventional or --interactions"
            }
            (Method::PathDependent, Some(_)) => {
                "--background says whom to compare with, which --method path-dependent does not ask; add --method \
                 interventional, or leave it out"
            }
            _ => return Ok(()),
        };
        Err(Error::Usage {
            problem: problem.into(),
        })
    }

    /// Prepares the comparison with a background: the table's, or the model's own.
    fn explainer<'a>(&self, scorer: &'a Scorer) -> Result<BackgroundExplainer<&'a Scorer>, Error> {
        let prepared = match &self.background {
            Some(path) => {
                let applications = self.scoring.applications(scorer, path)?;
                scorer.against(&applications)
            }
            None => scorer.background(),
        };
        prepared.map_err(|error| Error::Usage {
            problem: match error {
                BackgroundError::Absent => format!(
                    "{} holds no background to compare with; say whom to compare with by --background FILE, or train it again",
                    self.scoring.model_path().display()
                ),
                error => error.to_string(),
            },
        })
    }

    /// A row per application: base value, then the contributions.
    fn write(
        self,
        scorer: &Scorer,
        base_value: f64,
        explain: impl Fn(&Application) -> Explanation + Sync,
    ) -> Result<(), Error> {
        let model = scorer.model();
        let scaling = model.policy.scaling;
        let base = match self.space {
            Space::LogOdds => base_value,
            Space::Points => scaling.points(base_value),
        };
        let mut columns = vec![Column::new("base_value", ColumnType::Number)];
        columns.extend(names(model, self.groups).map(|name| Column::new(name, ColumnType::Number)));
        let (space, groups) = (self.space, self.groups);
        self.scoring.run(scorer, columns, |application| {
            let explanation = explain(application);
            let mut parts = explanation.contributions;
            if groups {
                parts = vec![0.0; model.schema.groups.len()];
                for group in &explanation.groups {
                    parts[group.group] = group.log_odds;
                }
            }
            let parts = parts.into_iter().map(|part| space.part(scaling, part));
            [base].into_iter().chain(parts).map(Cell::Number).collect()
        })
    }

    /// A row per application and pair.
    fn write_interactions(self, scorer: &Scorer) -> Result<(), Error> {
        let model = scorer.model();
        let (space, groups) = (self.space, self.groups);
        let names: Vec<&str> = names(model, groups).collect();
        let interactions = Interactions::new(scorer).map_err(|error| Error::Usage {
            problem: error.to_string(),
        })?;
        let columns = if groups {
            ["group_a", "group_b"]
        } else {
            ["feature_a", "feature_b"]
        };
        let mut columns = columns.map(|name| Column::new(name, ColumnType::Text)).to_vec();
        columns.push(Column::new("interaction", ColumnType::Number));
        self.scoring
            .run_long(scorer, columns, MATRICES, &mut |_| Ok(()), |application| {
                let matrix: InteractionMatrix = if groups {
                    interactions.of_groups(application)
                } else {
                    interactions.of(application)
                };
                let pairs = matrix
                    .rows()
                    .zip(&names)
                    .flat_map(|(row, a)| row.iter().zip(&names).map(move |(value, b)| (a, b, value)));
                pairs
                    .filter(|(_, _, value)| **value != 0.0)
                    .map(|(a, b, &value)| {
                        let value = space.part(model.policy.scaling, value);
                        vec![
                            Cell::Text((*a).to_owned()),
                            Cell::Text((*b).to_owned()),
                            Cell::Number(value),
                        ]
                    })
                    .collect()
            })
    }
}

impl Space {
    /// A part of a score, in this unit.
    fn part(self, scaling: Scaling, log_odds: f64) -> f64 {
        match self {
            Self::LogOdds => log_odds,
            Self::Points => scaling.difference(log_odds),
        }
    }
}

/// What contributions belong to: reason groups or features, in the model's order.
fn names(model: &Model, groups: bool) -> Box<dyn Iterator<Item = &str> + '_> {
    if groups {
        Box::new(model.schema.groups.iter().map(|group| group.key.as_str()))
    } else {
        Box::new(model.preprocessing.features.iter().map(|feature| feature.name.as_str()))
    }
}
