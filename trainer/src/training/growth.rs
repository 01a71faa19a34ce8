//! How trees are grown, how many, and what stands beside them.

use candor_core::ensemble::Ensemble;
use candor_definition::Definition;
use candor_portfolio::Data;

use super::features::FeatureTable;
use crate::error::Error;
use crate::learner::{Average, Grown, Parameters, Rounds, SHAPES, Sample, fit_average, side_by_side};
use crate::scorecard;

/// What is learned from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lesson<'a> {
    pub(crate) data: &'a Data,
    pub(crate) definition: &'a Definition,
    /// The rows that are seen.
    pub(crate) rows: &'a [usize],
}

impl Lesson<'_> {
    /// The features of all rows, with imputations fitted on those that are seen.
    pub(crate) fn features(&self) -> FeatureTable {
        FeatureTable::new(self.definition, &self.data.applications, self.rows)
    }
}

/// How trees are grown and stopped.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// A fixed number of trees; `None` stops early.
    pub trees: Option<usize>,
    /// Trees to wait for an improvement.
    pub patience: usize,
    /// Most trees.
    pub most: usize,
    /// Models that differ in their seeds and shapes, and are averaged; beside several stands a scorecard.
    pub models: usize,
}

/// Trees to wait for an improvement of the validation log-loss.
const PATIENCE: usize = 100;
/// Most trees.
const MOST_TREES: usize = 5000;
/// Parts that the rows are dealt to, to find a number of trees.
const PARTS: usize = 5;
/// How many of them growing is stopped on, one after the other. A single one finds 555 or 864 trees for the same rows, by
/// chance, which costs 0.0002 of AUC.
const PARTS_TRIED: usize = 2;
/// The largest share of a scorecard, in twentieths: the trees keep some.
const MOST_TWENTIETHS: u8 = 18;

impl Growth {
    /// A fixed number of trees, or the usual patience; one model.
    pub fn new(trees: Option<usize>) -> Self {
        Self {
            trees,
            patience: PATIENCE,
            most: MOST_TREES,
            models: 1,
        }
    }

    /// The same for an average of so many models.
    #[must_use]
    pub fn averaging(self, models: usize) -> Self {
        Self { models, ..self }
    }

    /// Grows the models of the average, each on its turn of the `rounds`, and fits the scorecard that may stand beside
    /// several of them.
    ///
    /// # Errors
    /// [`Error::Training`].
    pub(crate) fn grow(
        self,
        lesson: Lesson<'_>,
        features: &FeatureTable,
        rounds: &[Rounds<'_>],
        parameters: &Parameters,
        progress: Grown<'_>,
    ) -> Result<Pair, Error> {
        let (matrix, outcomes) = (features.matrix(), &lesson.data.outcomes);
        let training = matrix.sample(lesson.rows, outcomes);
        let trees = fit_average(&matrix, &training, rounds, parameters, self.models, progress)?;
        let scorecard = if self.models > 1 {
            scorecard::fit(lesson.definition, &matrix, lesson.rows, outcomes)
        } else {
            None
        };
        Ok(Pair { trees, scorecard })
    }

    /// Finds what is best, on the mean, for parts of the rows while the others grow. A single part would leave much to
    /// chance.
    ///
    /// # Errors
    /// [`Error::Training`].
    pub(crate) fn plan(
        self,
        lesson: Lesson<'_>,
        parameters: &Parameters,
        seed: u64,
        progress: Grown<'_>,
    ) -> Result<Plan, Error> {
        if let (Some(count), 1) = (self.trees, self.models) {
            return Ok(Plan {
                rounds: vec![Rounds::Exactly(count)],
                share: 0.0,
            });
        }
        let (data, shapes) = (lesson.data, self.models.clamp(1, SHAPES));
        let of_each_shape = Self { models: shapes, ..self };
        let part_of = data.folds_of(lesson.rows, PARTS, seed);
        let tried = side_by_side(PARTS_TRIED, parameters, |part, parameters| -> Result<_, Error> {
            let rows = |stops: bool| -> Vec<usize> {
                let rows = lesson.rows.iter().zip(&part_of);
                rows.filter(|(_, other)| (**other == part) == stops)
                    .map(|(&row, _)| row)
                    .collect()
            };
            let (growing, stopping) = (rows(false), rows(true));
            let inner = Lesson {
                rows: &growing,
                ..lesson
            };
            let features = inner.features();
            let validation = features.matrix().sample(&stopping, &data.outcomes);
            let rounds = self.until_best(&validation);
            let pair = of_each_shape.grow(inner, &features, &[rounds], parameters, progress)?;
            Ok((pair.scores(&features, &stopping, &data.outcomes), pair.trees.trees))
        });
        let tried = tried.into_iter().collect::<Result<Vec<_>, Error>>()?;
        let (scores, trees): (Vec<_>, Vec<_>) = tried.into_iter().unzip();
        let of_shape = |shape: usize| {
            let sum = trees.iter().fold(0, |sum, trees| sum + trees[shape]);
            Rounds::Exactly((sum + PARTS_TRIED / 2) / PARTS_TRIED)
        };
        Ok(Plan {
            rounds: (0..shapes).map(of_shape).collect(),
            share: best_share(&scores.concat()),
        })
    }

    /// The number of trees that is given, or the best on these rows.
    pub(crate) fn until_best(self, validation: &Sample) -> Rounds<'_> {
        match self.trees {
            Some(count) => Rounds::Exactly(count),
            None => Rounds::UntilBest {
                validation,
                patience: self.patience,
                most: self.most,
            },
        }
    }
}

/// How a model is to be grown.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The numbers of trees, for each shape that the models have.
    pub(crate) rounds: Vec<Rounds<'static>>,
    /// The scorecard's share of the score.
    pub(crate) share: f64,
}

/// Trees, and the scorecard that may stand beside them.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    trees: Average,
    scorecard: Option<Ensemble>,
}

/// What either says of a row, as log-odds, and the row's outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    trees: f64,
    scorecard: f64,
    is_bad: bool,
}

impl Pair {
    /// What either says of these rows; nothing without a scorecard, as there is nothing to share.
    pub(crate) fn scores(&self, features: &FeatureTable, rows: &[usize], outcomes: &[bool]) -> Vec<Said> {
        let Some(scorecard) = &self.scorecard else {
            return Vec::new();
        };
        let by_trees = features.raw_scores(&self.trees.ensemble, rows);
        let by_scorecard = features.raw_scores(scorecard, rows);
        let said = rows.iter().zip(by_trees.into_iter().zip(by_scorecard));
        said.map(|(&row, (trees, scorecard))| Said {
            trees,
            scorecard,
            is_bad: outcomes[row],
        })
        .collect()
    }

    /// One model, of which the scorecard has this share.
    pub(crate) fn blended(self, share: f64) -> Average {
        match self.scorecard {
            Some(scorecard) if share > 0.0 => self.trees.beside(scorecard, share),
            _ => self.trees,
        }
    }
}

/// The share of the scorecard that has the least log-loss: of scores that neither has learned from. It is convex in the
/// share, and flat around its lowest point.
pub(crate) fn best_share(said: &[Said]) -> f64 {
    let loss = |share: f64| {
        said.iter().fold(0.0, |sum, said| {
            let log_odds = (1.0 - share) * said.trees + share * said.scorecard;
            let against = if said.is_bad { -log_odds } else { log_odds };
            sum + against.max(0.0) + libm::log1p(libm::exp(-against.abs()))
        })
    };
    let mut best = (0.0, loss(0.0));
    for twentieth in 1..=MOST_TWENTIETHS {
        let share = f64::from(twentieth) / 20.0;
        let loss = loss(share);
        if loss < best.1 {
            best = (share, loss);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share goes to who tells the classes apart; of two that err in other rows, each has its part.
    #[test]
    fn the_share_goes_to_who_knows() {
        let clients = |trees: fn(u32) -> bool, scorecard: fn(u32) -> bool| -> Vec<Said> {
            let said = |client: u32| {
                let is_bad = client.is_multiple_of(4);
                let log_odds = |knows: bool| if knows == is_bad { 1.5 } else { -1.5 };
                Said {
                    trees: log_odds(trees(client)),
                    scorecard: log_odds(scorecard(client)),
                    is_bad,
                }
            };
            (0..400).map(said).collect()
        };
        let knows = |_| true;
        let guesses = |client: u32| client.is_multiple_of(2);
        assert_eq!(best_share(&clients(knows, guesses)), 0.0);
        assert_eq!(best_share(&clients(guesses, knows)), 0.9, "the trees keep some");
        assert_eq!(
            best_share(&clients(knows, knows)),
            0.0,
            "who says the same is not needed"
        );
        let errs_early = |client: u32| client >= 60;
        let errs_late = |client: u32| client < 340;
        let share = best_share(&clients(errs_early, errs_late));
        assert!((share - 0.5).abs() < 0.06, "{share}");
    }
}
