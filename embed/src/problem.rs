//! Why there is no answer.

use candor_core::LoadError;
use candor_core::shap::BackgroundError;

use crate::answer::Answer;

/// What is said of a model without a background.
const NO_BACKGROUND: &str =
    "the model has no background to compare with; explain without a method, or train the model again";
/// What is said of a model whose trees are no trained ones.
const BACKGROUND_TOO_LARGE: &str =
    "the trees are too deep to compare with the background in reasonable memory; explain without a method";
/// What is said of a model whose matrix of interactions would not fit into memory.
const TOO_MANY_FEATURES: &str = "the model has too many features for interactions; use explain instead";

/// What JavaScript makes an error of (`npm/src/errors.ts`).
pub enum Problem<'a> {
    /// The model file is none.
    NotLoaded(&'a LoadError),
    /// What is wrong with values, by their position in the application.
    Application(Vec<(usize, String)>),
    Background(BackgroundError),
    TooManyFeatures,
}

impl Problem<'_> {
    /// The kind of problem, and what it is made of: a code (a [`LoadError`]'s variant in upper case) and a message;
    /// positions and messages; a message.
    pub fn answer(self) -> Answer {
        match self {
            Self::NotLoaded(error) => {
                let mut answer = Answer::new(1);
                answer.text(match error {
                    LoadError::NotAModel => "NOT_A_MODEL",
                    LoadError::TooNew { .. } => "TOO_NEW",
                    LoadError::TooOld { .. } => "TOO_OLD",
                    LoadError::WrongLength { .. } => "WRONG_LENGTH",
                    LoadError::Damaged | LoadError::DamagedSignatures { .. } => "DAMAGED",
                    LoadError::Invalid { .. } => "INVALID",
                    LoadError::Parity { .. } => "PARITY",
                });
                answer.text(&error.to_string());
                answer
            }
            Self::Application(problems) => {
                let mut answer = Answer::new(2);
                answer.list(&problems, |answer, (position, problem)| {
                    answer.count(*position);
                    answer.text(problem);
                });
                answer
            }
            Self::Background(BackgroundError::TooLarge { .. }) => message(BACKGROUND_TOO_LARGE),
            Self::Background(_) => message(NO_BACKGROUND),
            Self::TooManyFeatures => message(TOO_MANY_FEATURES),
        }
    }
}

fn message(message: &str) -> Answer {
    let mut answer = Answer::new(3);
    answer.text(message);
    answer
}
