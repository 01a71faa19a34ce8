//! A run: a model, where it comes from, and which clients it may and may not be measured on.

use candor_core::artifact::{Metrics, ModelCard};
use serde::{Deserialize, Serialize};

/// What the store knows of a run. Its digest, the SHA-256 of this as JSON, is the run's name: the same training has the
/// same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The model file.
    pub model: StoredModel,
    /// The model card: parameters, figures, fingerprint of the data.
    pub card: ModelCard,
    /// Who was learned from and who was not; `None` for a model that was trained elsewhere.
    pub clients: Option<Clients>,
}

/// A model file among the objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredModel {
    /// The object.
    pub object: String,
    /// The model's own digest, as `candor inspect` shows it.
    pub digest: String,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The clients of a training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clients {
    /// What clients are told apart by: two runs can be compared only where this is the same.
    pub identity: String,
    /// Rows of the training and of the validation part.
    pub learned_rows: u64,
    /// The clients of both, an object of keys.
    pub learned: String,
    /// Rows of the test part.
    pub test_rows: u64,
    /// The test part: raw values and outcomes.
    pub test: String,
    /// The champion at that time, whose test clients were kept out of learning, and how many of them the data had.
    pub kept_out: Option<KeptOut>,
}

/// The test clients of a champion that were not learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOut {
    /// The champion's run.
    pub champion: String,
    /// Rows of its test clients in the data.
    pub rows: u64,
}

impl Run {
    /// The objects that the run names.
    pub fn objects(&self) -> Vec<&str> {
        let mut names = vec![self.model.object.as_str()];
        if let Some(clients) = &self.clients {
            names.extend([clients.learned.as_str(), clients.test.as_str()]);
        }
        names
    }

    /// Figures on the test part, as training measured them.
    pub fn test_metrics(&self) -> Option<&Metrics> {
        let part = self.card.parts.iter().find(|part| part.name == "test")?;
        part.metrics.as_ref()
    }
}
