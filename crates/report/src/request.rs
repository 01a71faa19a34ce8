//! What a report is asked to hold.

use crate::fairness::Unrestricted;
use crate::out_of_fold::FoldScores;

/// What a report is asked to hold, besides the model and the data.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Columns whose groups are compared.
    pub groups: Vec<String>,
    /// Column that tells the month of an application.
    pub month: Option<String>,
    /// The columns of the data that are no fields, in the order in which the data keeps them.
    pub kept: Vec<String>,
    /// Out-of-fold probabilities of the same clients.
    pub folds: Option<FoldScores>,
    /// A model that reads the fields that this one leaves out.
    pub unrestricted: Option<Unrestricted<'a>>,
    /// Name of the model file.
    pub model_file: String,
    /// Digest of the model file.
    pub model_digest: String,
    /// Column that says who defaulted.
    pub target: String,
}
