//! Explanations against stated applicants.

use std::borrow::Borrow;

use super::Scorer;
use crate::application::Application;
use crate::decision::Explanation;
use crate::shap::{BackgroundError, InterventionalExplainer};

/// Says why an application got its score, compared with a background of stated applicants rather than with the training
/// population: what a feature adds is what changes when it takes the applicant's value instead of theirs (interventional
/// Shapley values, see [`InterventionalExplainer`]).
///
/// It is made on demand rather than when the model is loaded, since it takes some megabytes; make it once for many
/// applications. `S` is how it holds the scorer: `&Scorer`, or `Rc<Scorer>` and the like to keep both side by side.
///
/// ```no_run
/// use candor_core::{Application, Scorer};
///
/// let scorer = Scorer::from_bytes(&std::fs::read("model.candor")?)?;
/// let application = Application::empty(scorer.schema());
/// let approved = scorer.background()?;
/// let explanation = approved.explain(&application);
/// for reason in &explanation.reasons {
///     let group = &scorer.schema().groups[reason.group];
///     println!("compared with those just approved: {} ({} points)", group.reason.en, reason.points);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct BackgroundExplainer<S> {
    scorer: S,
    explainer: InterventionalExplainer,
}

impl<S: Borrow<Scorer>> BackgroundExplainer<S> {
    /// Compares with the model's own [`Background`](crate::artifact::Background).
    ///
    /// # Errors
    /// [`BackgroundError::Absent`] when the model has none, and [`BackgroundError::TooLarge`] when its trees are such that
    /// it would take far more memory than the model file.
    pub fn of_model(scorer: S) -> Result<Self, BackgroundError> {
        let model = scorer.borrow().model();
        let background = model.background.as_ref().ok_or(BackgroundError::Absent)?;
        let rows: Vec<Application> = background.applications(&model.schema).collect();
        Self::against(scorer, &rows)
    }

    /// Compares with these applications, each counting alike. Time and memory grow with their number: some hundreds are
    /// plenty.
    ///
    /// # Errors
    /// [`BackgroundError::Empty`] when there are none, and [`BackgroundError::TooLarge`] when the trees' paths have far more
    /// different features than those of any trained model.
    pub fn against<'a>(
        scorer: S,
        applications: impl IntoIterator<Item = &'a Application>,
    ) -> Result<Self, BackgroundError> {
        let model = scorer.borrow();
        let rows = applications.into_iter().map(|application| model.features(application));
        let explainer = InterventionalExplainer::new(&model.model.ensemble, rows)?;
        Ok(Self { scorer, explainer })
    }

    /// Mean log-odds of the background: what contributions start from.
    pub fn base_value(&self) -> f64 {
        let calibration = self.scorer.borrow().model.calibration;
        calibration.apply(self.explainer.base_value())
    }

    /// Scores an application and says why, with groups, reasons and waterfall as [`Scorer::explain`] gives them. The score
    /// is the same; the base value and the contributions are those of the comparison.
    pub fn explain(&self, application: &Application) -> Explanation {
        let scorer = self.scorer.borrow();
        let features = scorer.features(application);
        let mut contributions = vec![0.0; features.len()];
        let ensemble = &scorer.model.ensemble;
        self.explainer.contributions(ensemble, &features, &mut contributions);
        let raw_score = scorer.explainer.compiled().raw_score(&features);
        scorer.explanation(raw_score, self.base_value(), contributions)
    }
}

impl Scorer {
    /// Prepares explanations against the model's own background.
    ///
    /// # Errors
    /// [`BackgroundError::Absent`] when the model has none, and [`BackgroundError::TooLarge`].
    pub fn background(&self) -> Result<BackgroundExplainer<&Self>, BackgroundError> {
        BackgroundExplainer::of_model(self)
    }

    /// Prepares explanations against these applications.
    ///
    /// # Errors
    /// [`BackgroundError::Empty`] when there are none, and [`BackgroundError::TooLarge`].
    pub fn against<'a>(
        &self,
        applications: impl IntoIterator<Item = &'a Application>,
    ) -> Result<BackgroundExplainer<&Self>, BackgroundError> {
        BackgroundExplainer::against(self, applications)
    }
}
