//! Where the bars of a waterfall stand: from the average client to this score, group by group.

use candor_core::Waterfall;

/// A bar, in points and in per cent of the width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaterfallBar {
    /// What the group adds.
    pub points: i64,
    /// Where it begins, from the left.
    pub left: f64,
    /// How wide it is.
    pub width: f64,
    /// Where the running total stands after it.
    pub end: f64,
}

/// All bars, in the order of the waterfall's steps.
///
/// ```
/// use candor_charts::{WaterfallBars, position};
/// use candor_core::Waterfall;
/// use candor_core::decision::WaterfallStep;
///
/// let steps = vec![WaterfallStep { group: 3, points: -40 }, WaterfallStep { group: 0, points: 10 }];
/// let bars = WaterfallBars::new(&Waterfall { base: 600, steps, total: 570 });
/// assert_eq!((position(bars.base), position(bars.total)), ("98.08%".into(), "25.96%".into()));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WaterfallBars {
    /// The position of each group in the schema, and its bar.
    pub groups: Vec<(usize, WaterfallBar)>,
    /// Where the average client stands.
    pub base: f64,
    /// Where this score stands.
    pub total: f64,
}

impl WaterfallBars {
    /// The bars of a waterfall, as far apart as the width allows.
    #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
    pub fn new(waterfall: &Waterfall) -> Self {
        let mut running = waterfall.base;
        let spans: Vec<(usize, i64, i64, i64)> = waterfall
            .steps
            .iter()
            .map(|step| {
                let start = running;
                running += step.points;
                (step.group, step.points, start, running)
            })
            .collect();
        let reached = || spans.iter().map(|span| span.3).chain([waterfall.base]);
        let (low, high) = (reached().min().unwrap_or(0), reached().max().unwrap_or(0));
        // A little room on both sides, so that the outermost marks are whole.
        let width = ((high - low) as f64).max(1.0) * 1.04;
        let percent = |points: i64| ((points - low) as f64 / width + 0.02 / 1.04) * 100.0;
        let groups = spans
            .iter()
            .map(|&(group, points, start, end)| {
                let (left, right) = (percent(start.min(end)), percent(start.max(end)));
                let bar = WaterfallBar {
                    points,
                    left,
                    width: right - left,
                    end: percent(end),
                };
                (group, bar)
            })
            .collect();
        Self {
            groups,
            base: percent(waterfall.base),
            total: percent(waterfall.total),
        }
    }

    /// The bar of a group; `None` where the waterfall has no step for it.
    pub fn bar(&self, group: usize) -> Option<WaterfallBar> {
        self.groups
            .iter()
            .find(|(known, _)| *known == group)
            .map(|(_, bar)| *bar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_core::decision::WaterfallStep;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn bars(base: i64, steps: &[(usize, i64)]) -> WaterfallBars {
        WaterfallBars::new(&Waterfall {
            base,
            steps: steps
                .iter()
                .map(|&(group, points)| WaterfallStep { group, points })
                .collect(),
            total: base + steps.iter().map(|step| step.1).sum::<i64>(),
        })
    }

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    #[test]
    fn a_bar_begins_where_the_one_before_ends() {
        let bars = bars(600, &[(3, -40), (0, 25), (1, 0), (2, -10)]);
        let mut at = bars.base;
        for (group, bar) in &bars.groups {
            let (from, to) = if bar.points < 0 { (bar.end, at) } else { (at, bar.end) };
            assert!(
                is_near(bar.left, from) && is_near(bar.left + bar.width, to),
                "{group}: {bar:?}"
            );
            at = bar.end;
        }
        assert!(is_near(at, bars.total));
        assert_eq!(bars.bar(1).map(|bar| (bar.points, bar.width)), Some((0, 0.0)));
        assert_eq!(bars.bar(4), None);
    }

    #[test]
    fn the_outermost_marks_leave_room_at_both_ends() {
        let margin = 2.0 / 1.04;
        let falling = bars(600, &[(0, 100), (1, -300)]);
        assert!(is_near(falling.total, margin), "{falling:?}");
        assert!(is_near(falling.groups[0].1.end, 100.0 - margin), "{falling:?}");
        // Every point has the same width.
        let widths = falling
            .groups
            .iter()
            .map(|(_, bar)| bar.width / bar.points.abs() as f64);
        assert!(widths.into_iter().all(|width| is_near(width, 100.0 / 1.04 / 300.0)));
    }

    #[test]
    fn an_average_client_has_bars_without_width() {
        let bars = bars(600, &[(0, 0)]);
        let margin = 2.0 / 1.04;
        assert!(is_near(bars.base, margin) && is_near(bars.total, margin), "{bars:?}");
        assert_eq!(bars.bar(0).map(|bar| bar.width), Some(0.0));
    }
}
