//! Log-odds, probabilities and points, and the monotone maps between them.

/// The probability with these log-odds: 1 / (1 + e^−x).
pub fn probability_of(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// The log-odds of a probability: ln(p / (1 − p)).
pub fn log_odds_of(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}

/// Calibrated log-odds = slope · raw + intercept (Platt 1999). Linear in log-odds, so that contributions stay additive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Calibration {
    /// Above 0: calibration never changes the order of clients.
    pub slope: f64,
    /// Log-odds added.
    pub intercept: f64,
}

impl Calibration {
    /// Leaves raw scores as they are.
    pub const IDENTITY: Self = Self {
        slope: 1.0,
        intercept: 0.0,
    };

    /// Calibrated log-odds of a raw score.
    pub fn apply(&self, raw: f64) -> f64 {
        self.slope * raw + self.intercept
    }

    /// Fits the map by maximum likelihood (Newton's method) on raw scores and outcomes (1 = default). Platt's smoothed
    /// targets keep it finite when scores separate the classes.
    ///
    /// Returns `None` when there is nothing to fit: fewer than two rows, one class only, equal scores, or scores that
    /// rank clients the wrong way round.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn fit(raw: &[f64], outcomes: &[bool]) -> Option<Self> {
        let bad = outcomes.iter().filter(|&&outcome| outcome).count() as f64;
        let good = outcomes.len() as f64 - bad;
        Self::fit_towards(raw, outcomes, [(bad + 1.0) / (bad + 2.0), 1.0 / (good + 2.0)])
    }

    /// As [`fit`](Self::fit), towards the outcomes as they are: plain logistic regression, to measure how far scores are
    /// from calibrated rather than to calibrate them. Also `None` when the scores separate the classes.
    pub fn regress(scores: &[f64], outcomes: &[bool]) -> Option<Self> {
        Self::fit_towards(scores, outcomes, [1.0, 0.0])
    }

    /// The map of maximum likelihood when what happened counts as `target_bad` or `target_good`.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    fn fit_towards(raw: &[f64], outcomes: &[bool], [target_bad, target_good]: [f64; 2]) -> Option<Self> {
        let bad = outcomes.iter().filter(|&&outcome| outcome).count() as f64;
        let good = outcomes.len() as f64 - bad;
        if raw.len() != outcomes.len() || bad == 0.0 || good == 0.0 || raw.iter().any(|score| !score.is_finite()) {
            return None;
        }
        // Standardised scores keep the Hessian well conditioned and the steps the same, whatever the scale of the scores.
        let mean_of = |value: &dyn Fn(f64) -> f64| raw.iter().fold(0.0, |sum, &x| sum + value(x)) / raw.len() as f64;
        let mean = mean_of(&|x| x);
        let deviation = libm::sqrt(mean_of(&|x| (x - mean) * (x - mean)));
        if !deviation.is_finite() || deviation <= 1e-12 * mean.abs() {
            return None;
        }
        // The best map without any use of the scores is where Platt's method starts.
        let (mut slope, mut level) = (0.0, libm::log((bad + 1.0) / (good + 1.0)));
        let mut largest = f64::INFINITY;
        for _ in 0..100 {
            let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (score, &outcome) in raw.iter().zip(outcomes) {
                let x = (score - mean) / deviation;
                let p = probability_of(slope * x + level);
                let residual = p - if outcome { target_bad } else { target_good };
                let weight = p * (1.0 - p);
                g0 += residual;
                g1 += residual * x;
                h00 += weight;
                h01 += weight * x;
                h11 += weight * x * x;
            }
            let determinant = h00 * h11 - h01 * h01;
            if determinant <= 1e-12 * h00 * h00 {
                return None;
            }
            // A full Newton step can overshoot far from the optimum; steps of at most 2 log-odds converge all the same.
            let (step0, step1) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
            largest = step0.abs().max(step1.abs());
            let damping = if largest > 2.0 { 2.0 / largest } else { 1.0 };
            level -= damping * step0;
            slope -= damping * step1;
            if largest < 1e-12 {
                break;
            }
        }
        let calibration = Self {
            slope: slope / deviation,
            intercept: level - slope * mean / deviation,
        };
        let sound = calibration.slope > 0.0 && calibration.slope.is_finite() && calibration.intercept.is_finite();
        (sound && largest < 1e-6).then_some(calibration)
    }
}

/// The scale of the points: `points` at odds of `odds` good clients to one bad, and `pdo` more points double the odds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Scaling {
    /// Points at the reference odds.
    pub points: f64,
    /// Reference odds, good to bad.
    pub odds: f64,
    /// Points to double the odds.
    pub pdo: f64,
}

impl Default for Scaling {
    /// 600 points at 19 to 1 (a probability of default of 5 %), 50 points to double the odds.
    fn default() -> Self {
        Self {
            points: 600.0,
            odds: 19.0,
            pdo: 50.0,
        }
    }
}

impl Scaling {
    /// Points at these log-odds of default. More points are less risk.
    ///
    /// ```
    /// use candor_core::decision::{Scaling, log_odds_of};
    /// let scaling = Scaling::default();
    /// assert!((scaling.points(log_odds_of(0.05)) - 600.0).abs() < 1e-9);
    /// assert!((scaling.points(log_odds_of(1.0 / 39.0)) - 650.0).abs() < 1e-9); // odds 38 to 1
    /// ```
    pub fn points(&self, log_odds: f64) -> f64 {
        self.points + self.difference(log_odds + libm::log(self.odds))
    }

    /// Points that a difference of log-odds of default is worth; a contribution that raises the risk costs points.
    pub fn difference(&self, log_odds: f64) -> f64 {
        -log_odds * (self.pdo / std::f64::consts::LN_2)
    }
}
