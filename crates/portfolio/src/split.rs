//! Splitting rows before anything is fitted, with the same share of defaults in every part.

use candor_core::stats::Random;

/// Positions of the rows of each part, in table order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// 60 %: trees are grown on these.
    pub train: Vec<usize>,
    /// 20 %: growing is stopped, probabilities are calibrated and the threshold is set on these.
    pub validation: Vec<usize>,
    /// 20 %: only looked at for the final figures.
    pub test: Vec<usize>,
}

const SPLIT: u64 = 1;
const FOLDS: u64 = 2;

/// Splits 60/20/20, stratified by outcome.
pub fn stratified_split(outcomes: &[bool], seed: u64) -> Split {
    parts_of(&deal(outcomes, 5, &mut Random::new(seed, SPLIT)))
}

/// As [`stratified_split`], with all rows of a client in one part; `clients` holds the number of each row's client.
pub(crate) fn split_by_client(clients: &[usize], outcomes: &[bool], seed: u64) -> Split {
    parts_of(&deal_clients(clients, outcomes, 5, &mut Random::new(seed, SPLIT)))
}

/// Deals the rows 3 to 1 to training and validation, with all rows of a client in one part.
pub(crate) fn split_learning_by_client(clients: &[usize], outcomes: &[bool], seed: u64) -> (Vec<usize>, Vec<usize>) {
    let hands = deal_clients(clients, outcomes, 4, &mut Random::new(seed, SPLIT));
    (0..hands.len()).partition(|&row| hands[row] < 3)
}

fn parts_of(parts: &[usize]) -> Split {
    let rows = |wanted: &[usize]| {
        (0..parts.len())
            .filter(|&row| wanted.contains(&parts[row]))
            .collect::<Vec<_>>()
    };
    Split {
        train: rows(&[0, 1, 2]),
        validation: rows(&[3]),
        test: rows(&[4]),
    }
}

/// The fold of each row, from 0, stratified by outcome.
pub fn stratified_folds(outcomes: &[bool], folds: usize, seed: u64) -> Vec<usize> {
    deal(outcomes, folds, &mut Random::new(seed, FOLDS))
}

/// As [`stratified_folds`], with all rows of a client in one fold.
pub(crate) fn folds_by_client(clients: &[usize], outcomes: &[bool], folds: usize, seed: u64) -> Vec<usize> {
    deal_clients(clients, outcomes, folds, &mut Random::new(seed, FOLDS))
}

/// Deals clients, each of the class bad if one of its rows is. Where every row is a client, as [`deal`] does.
fn deal_clients(clients: &[usize], outcomes: &[bool], hands: usize, random: &mut Random) -> Vec<usize> {
    let count = clients.iter().max().map_or(0, |last| last + 1);
    let mut is_bad = vec![false; count];
    for (&client, &outcome) in clients.iter().zip(outcomes) {
        is_bad[client] |= outcome;
    }
    let hand_of = deal(&is_bad, hands, random);
    clients.iter().map(|&client| hand_of[client]).collect()
}

/// Deals the rows of each class, in random order, to `hands` hands in turn.
fn deal(outcomes: &[bool], hands: usize, random: &mut Random) -> Vec<usize> {
    let mut hand_of = vec![0; outcomes.len()];
    let mut next = 0;
    for class in [true, false] {
        let mut rows: Vec<usize> = (0..outcomes.len()).filter(|&row| outcomes[row] == class).collect();
        random.shuffle(&mut rows);
        for row in rows {
            hand_of[row] = next % hands;
            next += 1;
        }
    }
    hand_of
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn parts_are_disjoint_complete_and_stratified() {
        let outcomes: Vec<bool> = (0..1003).map(|row| row % 11 == 0).collect();
        let split = stratified_split(&outcomes, 5);
        let mut all: Vec<usize> = [&split.train[..], &split.validation, &split.test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1003).collect::<Vec<_>>());
        for (part, share) in [(&split.train, 0.6), (&split.validation, 0.2), (&split.test, 0.2)] {
            let bad = part.iter().filter(|&&row| outcomes[row]).count() as f64;
            assert!((part.len() as f64 - share * 1003.0).abs() <= 3.0, "{} rows", part.len());
            assert!((bad - share * 92.0).abs() <= 3.0, "{bad} bad rows");
        }
        let everybody: Vec<usize> = (0..1003).collect();
        assert_eq!(split, split_by_client(&everybody, &outcomes, 5), "a client a row");
        assert_ne!(
            split,
            stratified_split(&outcomes, 6),
            "another seed gives another split"
        );
        assert_eq!(
            split,
            stratified_split(&outcomes, 5),
            "the same seed gives the same split"
        );
    }

    #[test]
    fn learning_is_dealt_three_to_one() {
        let outcomes: Vec<bool> = (0..800).map(|row| row % 10 == 0).collect();
        let everybody: Vec<usize> = (0..800).collect();
        let (train, validation) = split_learning_by_client(&everybody, &outcomes, 5);
        assert_eq!((train.len(), validation.len()), (600, 200));
        assert_eq!(validation.iter().filter(|&&row| outcomes[row]).count(), 20);
        assert!(validation.iter().all(|row| !train.contains(row)));
    }

    #[test]
    fn rows_of_a_client_stay_together() {
        let clients: Vec<usize> = (0..900).map(|row| row / 3).collect();
        let outcomes: Vec<bool> = (0..900).map(|row| row % 30 == 0).collect();
        let folds = folds_by_client(&clients, &outcomes, 5, 3);
        for rows in folds.chunks(3) {
            assert!(rows.iter().all(|fold| *fold == rows[0]), "{rows:?}");
        }
        for fold in 0..5 {
            let bad = (0..900).filter(|&row| folds[row] == fold && outcomes[row]).count();
            assert_eq!(bad, 6, "fold {fold}");
        }
        let split = split_by_client(&clients, &outcomes, 3);
        let side = |row: usize| (split.train.contains(&row), split.test.contains(&row));
        assert!((0..300).all(|client| side(3 * client) == side(3 * client + 2)));
    }
}
