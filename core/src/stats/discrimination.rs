//! How well scores order clients by risk.

/// Rows sorted by score once; statistics of weighted samples of them follow in one pass each.
///
/// ```
/// use candor_core::stats::Ranking;
/// let ranking = Ranking::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]);
/// assert_eq!(ranking.auc(None), Some(0.75));
/// ```
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Row positions by increasing score.
    order: Vec<usize>,
    /// Whether the row at this place of `order` has the same score as the one after it.
    ties_with_next: Vec<bool>,
    outcomes: Vec<bool>,
}

impl Ranking {
    /// Sorts rows by score; rows past the shorter of the two slices are left out.
    pub fn new(scores: &[f64], outcomes: &[bool]) -> Self {
        let rows = scores.len().min(outcomes.len());
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let ties_with_next = (0..rows)
            .map(|place| {
                order
                    .get(place + 1)
                    .is_some_and(|&next| scores[next] == scores[order[place]])
            })
            .collect();
        Self {
            order,
            ties_with_next,
            outcomes: outcomes[..rows].to_vec(),
        }
    }

    /// Area under the ROC curve: the chance that a default scores above a non-default, ties counting half. With
    /// `weights`, each row counts as often as its weight says. `None` with one class only.
    pub fn auc(&self, weights: Option<&[u32]>) -> Option<f64> {
        // Twice the number of ordered pairs, in integers: exact, whatever the order of summation.
        let (mut good_below, mut bad_all, mut twice_ordered) = (0_u64, 0_u64, 0_u128);
        self.for_each_tie(weights, |good, bad| {
            twice_ordered += u128::from(bad) * u128::from(2 * good_below + good);
            good_below += good;
            bad_all += bad;
        });
        let pairs = u128::from(good_below) * u128::from(bad_all);
        #[expect(clippy::cast_precision_loss, reason = "rounded once, at the end")]
        (pairs > 0).then(|| twice_ordered as f64 / (2 * pairs) as f64)
    }

    /// Kolmogorov–Smirnov distance between the scores of the two classes; `None` with one class only.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn ks(&self, weights: Option<&[u32]>) -> Option<f64> {
        let (mut good_all, mut bad_all) = (0_u64, 0_u64);
        self.for_each_tie(weights, |good, bad| {
            good_all += good;
            bad_all += bad;
        });
        if good_all == 0 || bad_all == 0 {
            return None;
        }
        let (mut good_below, mut bad_below, mut largest) = (0_u64, 0_u64, 0.0_f64);
        self.for_each_tie(weights, |good, bad| {
            good_below += good;
            bad_below += bad;
            let distance = good_below as f64 / good_all as f64 - bad_below as f64 / bad_all as f64;
            largest = largest.max(distance.abs());
        });
        Some(largest)
    }

    /// Average precision, the area under the steps of the precision–recall curve: the mean, over the defaults, of the
    /// share of defaults among the rows that score as high or higher. `None` without a default.
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^53")]
    pub fn average_precision(&self, weights: Option<&[u32]>) -> Option<f64> {
        let (mut good_above, mut bad_above) = (0_u64, 0_u64);
        self.for_each_tie(weights, |good, bad| {
            good_above += good;
            bad_above += bad;
        });
        let bad_all = bad_above;
        let mut sum = 0.0;
        self.for_each_tie(weights, |good, bad| {
            if bad > 0 {
                sum += bad as f64 * (bad_above as f64 / (good_above + bad_above) as f64);
            }
            good_above -= good;
            bad_above -= bad;
        });
        (bad_all > 0).then(|| sum / bad_all as f64)
    }

    /// What each possible cut declines: the numbers of good and of bad rows that score as high or higher, from nobody to
    /// everybody. These are the points of the ROC and the precision–recall curve.
    pub fn cuts(&self) -> Vec<(u64, u64)> {
        let mut ties = Vec::new();
        self.for_each_tie(None, |good, bad| ties.push((good, bad)));
        let (mut good_above, mut bad_above) = (0, 0);
        let mut cuts = vec![(0, 0)];
        cuts.extend(ties.into_iter().rev().map(|(good, bad)| {
            good_above += good;
            bad_above += bad;
            (good_above, bad_above)
        }));
        cuts
    }

    /// Calls `visit` with the weighted numbers of good and bad rows of each run of equal scores, by increasing score.
    fn for_each_tie(&self, weights: Option<&[u32]>, mut visit: impl FnMut(u64, u64)) {
        let (mut good, mut bad) = (0_u64, 0_u64);
        for (&row, ties) in self.order.iter().zip(&self.ties_with_next) {
            let weight = weights.map_or(1, |weights| u64::from(weights.get(row).copied().unwrap_or(0)));
            *(if self.outcomes[row] { &mut bad } else { &mut good }) += weight;
            if !ties {
                visit(good, bad);
                (good, bad) = (0, 0);
            }
        }
    }
}

/// Gini coefficient of an AUC: 2·AUC − 1.
pub fn gini_of(auc: f64) -> f64 {
    2.0 * auc - 1.0
}
