//! Where a client stands on the scale of risk, between the bounds of the risk levels and beside the threshold. The axis is
//! linear in log-odds, and so in points, as the waterfall is.

use candor_core::RiskLevel;
use candor_core::decision::log_odds_of;

/// Part of the width that the outer bands have at least, in log-odds, however the population lies.
const LEAST_BAND: f64 = 0.9;
/// Closer than this to the threshold's line, in per cent of the width, the text of a bound would be struck through.
const CROWDED: f64 = 5.0;
/// Closer than this a bound is the threshold.
const SAME: f64 = 0.05;
/// Closer than this to an end, a text that is centred would leave the scale.
const NEAR_END: f64 = 15.0;

/// The scale: from log-odds to per cent of the width.
///
/// ```
/// use candor_charts::RiskScale;
/// use candor_core::decision::log_odds_of;
///
/// let scale = RiskScale::new(&[], [0.05, 0.1, 0.2], 0.1);
/// assert_eq!(scale.at(-100.0), 0.0); // clients beyond an end stand at it
/// assert!(scale.at(log_odds_of(0.07)) < scale.threshold());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskScale {
    low: f64,
    high: f64,
    bounds: [f64; 3],
    threshold: f64,
}

/// The part of the scale that a risk level takes, in per cent of the width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Which level.
    pub level: RiskLevel,
    /// Where it begins, from the left.
    pub left: f64,
    /// How wide it is.
    pub width: f64,
}

/// A bound of risk levels, and where its text stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// The probability.
    pub bound: f64,
    /// Where it is, in per cent of the width.
    pub at: f64,
    /// Which end of the text stands there: a value of `text-anchor`.
    pub anchor: &'static str,
    /// How far the text steps aside: a value of `dx`.
    pub aside: &'static str,
}

impl RiskScale {
    /// From the safest to the riskiest percent of the population, whose percentiles `quantiles` are log-odds, or a little
    /// beyond the `bounds` of the risk levels. These and the threshold are probabilities.
    pub fn new(quantiles: &[f64], bounds: [f64; 3], threshold: f64) -> Self {
        let [first, _, last] = bounds.map(log_odds_of);
        let at = |position: usize| quantiles.get(position).copied();
        Self {
            low: at(1).unwrap_or(f64::INFINITY).min(first - LEAST_BAND),
            high: at(99).unwrap_or(f64::NEG_INFINITY).max(last + LEAST_BAND),
            bounds,
            threshold,
        }
    }

    /// Where a client with these log-odds stands; beyond an end, at it.
    pub fn at(self, log_odds: f64) -> f64 {
        ((log_odds - self.low) / (self.high - self.low) * 100.0).clamp(0.0, 100.0)
    }

    /// Where the threshold is.
    pub fn threshold(self) -> f64 {
        self.at(log_odds_of(self.threshold))
    }

    /// The bands, from the least risk to the most.
    pub fn bands(self) -> [Band; 4] {
        let [first, second, third] = self.bounds.map(|bound| self.at(log_odds_of(bound)));
        let band = |level, left: f64, right: f64| Band {
            level,
            left,
            width: right - left,
        };
        [
            band(RiskLevel::Low, 0.0, first),
            band(RiskLevel::Medium, first, second),
            band(RiskLevel::High, second, third),
            band(RiskLevel::Critical, third, 100.0),
        ]
    }

    /// The bounds. One that is close to the threshold's line steps aside; one that is the threshold, which has its own
    /// text, is left out.
    pub fn ticks(self) -> Vec<Tick> {
        let threshold = self.threshold();
        let tick = |bound: f64| {
            let at = self.at(log_odds_of(bound));
            let (anchor, aside) = match at - threshold {
                distance if distance.abs() < SAME => return None,
                distance if distance.abs() > CROWDED => ("middle", "0"),
                distance if distance > 0.0 => ("start", "4"),
                _ => ("end", "-4"),
            };
            Some(Tick {
                bound,
                at,
                anchor,
                aside,
            })
        };
        self.bounds.into_iter().filter_map(tick).collect()
    }
}

impl Band {
    /// Its middle, where its name stands.
    pub fn middle(self) -> f64 {
        self.left + self.width / 2.0
    }
}

/// The `text-anchor` that keeps a text near an end of the scale inside.
pub fn anchor(at: f64) -> &'static str {
    match at {
        _ if at < NEAR_END => "start",
        _ if at > 100.0 - NEAR_END => "end",
        _ => "middle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BOUNDS: [f64; 3] = [0.05, 0.1, 0.2];

    /// Percentiles of a population from `low` to `high`.
    fn population(low: f64, high: f64) -> Vec<f64> {
        (0..=100)
            .map(|percent| low + (high - low) * f64::from(percent) / 100.0)
            .collect()
    }

    #[test]
    fn the_ends_are_those_of_the_population_or_leave_room_for_the_outer_bands() {
        let wide = population(-9.0, 5.0);
        let scale = RiskScale::new(&wide, BOUNDS, 0.1);
        assert_eq!((scale.at(wide[1]), scale.at(wide[99])), (0.0, 100.0));
        assert_eq!((scale.at(wide[0]), scale.at(wide[100])), (0.0, 100.0), "beyond an end");
        assert!((scale.at(-2.0) - 50.0).abs() < 1e-9, "linear in log-odds");
        let (low, high) = (log_odds_of(0.05) - 0.9, log_odds_of(0.2) + 0.9);
        for narrow in [population(-2.5, -2.0), Vec::new()] {
            let scale = RiskScale::new(&narrow, BOUNDS, 0.1);
            assert_eq!(
                (scale.at(low), scale.at(high)),
                (0.0, 100.0),
                "{} quantiles",
                narrow.len()
            );
            assert!(scale.at(low + 0.01) > 0.0 && scale.at(high - 0.01) < 100.0);
        }
    }

    #[test]
    fn bands_cover_the_width_in_order_of_risk() {
        let scale = RiskScale::new(&[], BOUNDS, 0.1);
        let bands = scale.bands();
        assert_eq!(bands.map(|band| band.level), RiskLevel::ALL);
        let mut left = 0.0;
        for (band, bound) in bands.iter().zip(BOUNDS) {
            assert_eq!(band.left, left);
            left = scale.at(log_odds_of(bound));
            assert!(
                (band.left + band.width - left).abs() < 1e-9 && band.width > 0.0,
                "{band:?}"
            );
            assert!(
                (band.middle() - f64::midpoint(band.left, left)).abs() < 1e-9,
                "{band:?}"
            );
        }
        assert_eq!((bands[3].left, bands[3].left + bands[3].width), (left, 100.0));
    }

    #[test]
    fn texts_of_bounds_keep_off_the_line_of_the_threshold() {
        let ticks = |threshold| {
            let ticks = RiskScale::new(&[], BOUNDS, threshold).ticks();
            ticks
                .iter()
                .map(|tick| (tick.bound, tick.anchor, tick.aside))
                .collect::<Vec<_>>()
        };
        let far = |bound| (bound, "middle", "0");
        assert_eq!(ticks(0.3), [far(0.05), far(0.1), far(0.2)]);
        assert_eq!(ticks(0.1), [far(0.05), far(0.2)], "the threshold is a bound");
        assert_eq!(ticks(0.095), [far(0.05), (0.1, "start", "4"), far(0.2)]);
        assert_eq!(ticks(0.105), [far(0.05), (0.1, "end", "-4"), far(0.2)]);
    }

    #[test]
    fn texts_near_an_end_stay_inside() {
        assert_eq!(
            [0.0, 14.9, 15.0, 85.0, 85.1, 100.0].map(anchor),
            ["start", "start", "middle", "middle", "end", "end"]
        );
    }
}
