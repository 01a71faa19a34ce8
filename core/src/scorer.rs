//! The one door: a loaded model that scores and explains applications.

mod background;
mod interactions;

pub use background::BackgroundExplainer;
pub use interactions::{InteractionMatrix, Interactions, TooManyFeatures};

use crate::application::Application;
use crate::artifact::{FloatBits, LoadError, Model, ParityCase};
use crate::decision::{Explanation, Score, probability_of};
use crate::schema::Schema;
use crate::shap::Explainer;

/// Parity cases whose contributions are checked at load; the scores of all are. In a browser that has just started, code that
/// has not run before is slow.
const EXPLAINED_AT_LOAD: usize = 2;

/// A model, ready to score.
///
/// ```no_run
/// use candor_core::{Application, Raw, Scorer};
///
/// let scorer = Scorer::from_bytes(&std::fs::read("model.candor")?)?;
/// let application = Application::from_pairs(
///     scorer.schema(),
///     [("AMT_CREDIT", Raw::Number(406_597.5)), ("NAME_CONTRACT_TYPE", Raw::Text("Cash loans"))],
/// ).map_err(|errors| format!("{errors:?}"))?;
/// let explanation = scorer.explain(&application);
/// println!("{} {:?}", explanation.score.probability, explanation.score.decision);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scorer {
    model: Model,
    explainer: Explainer,
}

impl Scorer {
    /// Loads a model file.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes; a model that does not reproduce its own parity cases bit for
    /// bit is refused, too.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load(bytes, None)
    }

    /// Loads a model file of which the host has computed the SHA-256, in a fraction of the time that WebAssembly takes: of
    /// bytes 0 to 19 and the document from byte 52 on (its length stands in bytes 12 to 19), between which the digest stands
    /// that it is compared with.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_digested_bytes(bytes: &[u8], digest: [u8; 32]) -> Result<Self, LoadError> {
        Self::load(bytes, Some(digest))
    }

    fn load(bytes: &[u8], digest: Option<[u8; 32]>) -> Result<Self, LoadError> {
        let (model, ranking) = Model::from_bytes(bytes, digest)?;
        let explainer = Explainer::with_ranking(&model.ensemble, &ranking);
        let scorer = Self { model, explainer };
        for (case, parity) in scorer.model.parity.iter().enumerate() {
            scorer.check_parity(case, parity)?;
        }
        Ok(scorer)
    }

    fn check_parity(&self, case: usize, parity: &ParityCase) -> Result<(), LoadError> {
        let features = self.features(&self.parity_application(&parity.values)?);
        let same = |expected: u64, found: u64| {
            let (expected, found) = (FloatBits(expected), FloatBits(found));
            (expected == found)
                .then_some(())
                .ok_or(LoadError::Parity { case, expected, found })
        };
        same(parity.log_odds_bits, self.log_odds_of(&features).to_bits())?;
        // Contributions run through the same code for every row, and they take time where code has not run before.
        if case < EXPLAINED_AT_LOAD {
            same(parity.contribution_bits, self.contribution_bits(&features))?;
        }
        Ok(())
    }

    /// A scorer for a model made in memory, which is checked as a file would be.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] when the model is not sound.
    pub fn from_model(model: Model) -> Result<Self, LoadError> {
        Self::from_bytes(&model.to_bytes()?)
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The raw fields that applications have.
    pub fn schema(&self) -> &Schema {
        &self.model.schema
    }

    /// The features of an application, in feature order; missing is NaN.
    pub fn features(&self, application: &Application) -> Vec<f64> {
        let mut features = Vec::new();
        self.model.preprocessing.run(application, &mut features);
        features
    }

    /// Scores an application.
    pub fn score(&self, application: &Application) -> Score {
        self.score_at(self.log_odds_of(&self.features(application)))
    }

    /// Calibrated log-odds of a row of [`features`](Self::features).
    pub fn log_odds_of(&self, features: &[f64]) -> f64 {
        self.model
            .calibration
            .apply(self.explainer.compiled().raw_score(features))
    }

    /// Writes every feature's contribution to the calibrated log-odds of a row of [`features`](Self::features), and
    /// returns the log-odds; [`base_value`](Self::base_value) and the contributions add up to them.
    pub fn contributions_of(&self, features: &[f64], contributions: &mut [f64]) -> f64 {
        contributions.fill(0.0);
        let raw_score = self.explainer.contributions(features, contributions);
        for contribution in contributions {
            *contribution *= self.model.calibration.slope;
        }
        self.model.calibration.apply(raw_score)
    }

    /// Scores an application and says why, against the training population; [`BackgroundExplainer`] says why against
    /// stated applicants, and [`Interactions`] which features act together. Costs several times as much as [`score`](Self::score).
    pub fn explain(&self, application: &Application) -> Explanation {
        let features = self.features(application);
        let mut contributions = vec![0.0; features.len()];
        let raw_score = self.explainer.contributions(&features, &mut contributions);
        self.explanation(raw_score, self.base_value(), contributions)
    }

    /// An explanation from a raw score, calibrated base log-odds, and contributions to the raw score.
    fn explanation(&self, raw_score: f64, base_value: f64, mut contributions: Vec<f64>) -> Explanation {
        let Model {
            calibration,
            preprocessing,
            policy,
            schema,
            ..
        } = &self.model;
        let score = self.score_at(calibration.apply(raw_score));
        for contribution in &mut contributions {
            *contribution *= calibration.slope;
        }
        Explanation::new(score, base_value, contributions, schema, preprocessing, policy)
    }

    /// Mean log-odds over the training population: what contributions start from.
    pub fn base_value(&self) -> f64 {
        self.model.calibration.apply(self.explainer.base_value())
    }

    /// A parity case: raw texts in schema order with the bits that they score to.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] when a text does not fit its field.
    pub fn parity_case(&self, values: Vec<String>) -> Result<ParityCase, LoadError> {
        let features = self.features(&self.parity_application(&values)?);
        Ok(ParityCase {
            values,
            log_odds_bits: self.log_odds_of(&features).to_bits(),
            contribution_bits: self.contribution_bits(&features),
        })
    }

    fn parity_application(&self, values: &[String]) -> Result<Application, LoadError> {
        let mut application = Application::empty(self.schema());
        for (index, (field, text)) in self.schema().fields.iter().zip(values).enumerate() {
            let value = field.parse(text).map_err(|error| LoadError::Invalid {
                problem: format!("parity case: {}: {error}", field.name),
            })?;
            application.set_stored(index, value);
        }
        Ok(application)
    }

    /// Bits of the sum of the contributions, added in feature order.
    fn contribution_bits(&self, features: &[f64]) -> u64 {
        let mut contributions = vec![0.0; features.len()];
        self.contributions_of(features, &mut contributions);
        contributions
            .iter()
            .fold(0.0, |sum, contribution| sum + contribution)
            .to_bits()
    }

    #[cfg(feature = "ndarray")]
    pub(crate) fn explainer(&self) -> &Explainer {
        &self.explainer
    }

    /// What the model decides at calibrated log-odds.
    pub fn score_at(&self, log_odds: f64) -> Score {
        let policy = &self.model.policy;
        let probability = probability_of(log_odds);
        Score {
            log_odds,
            probability,
            points: policy.scaling.points(log_odds),
            decision: policy.decide(probability),
            risk_level: policy.risk_level(probability),
        }
    }
}
