//! The tests of nodes as tests of ours.

use super::attributes::Mode;
use super::graph::Compares;
use super::{inconsistent, unsupported};
use crate::ensemble::{Levels, Missing, Test};
use crate::import::{ImportError, single};

/// End of the whole numbers that a value can be tested to equal: a test holds a bit for each below the one it names.
const LEVELS_END: f64 = 4096.0;

/// A test, and what it means where a row goes left.
pub(super) struct Question {
    pub(super) test: Test,
    /// Whether rows go left that pass the node's own test.
    pub(super) yes_is_left: bool,
}

/// What a node asks.
pub(super) struct Asked {
    pub(super) mode: Mode,
    /// One, or several if it asks whether a value equals any of them.
    pub(super) thresholds: Vec<f64>,
    pub(super) missing_passes: bool,
}

impl Asked {
    /// Its test; a set of levels is added to the tree's `words`.
    pub(super) fn question(&self, compares: Compares, words: &mut Vec<u32>) -> Result<Question, ImportError> {
        let Some(&threshold) = self.thresholds.first() else {
            return Err(inconsistent("a node", "it asks nothing"));
        };
        let (end, yes_is_left) = match self.mode {
            Mode::AtMost => (Some(at_most(threshold, compares)), true),
            Mode::Below => (below(threshold, compares), true),
            Mode::AtLeast => (below(threshold, compares), false),
            Mode::Above => (Some(at_most(threshold, compares)), false),
            Mode::Equal | Mode::NotEqual => return self.set(compares, words),
            Mode::Leaf => return Err(inconsistent("a leaf", "it asks nothing")),
        };
        let missing_left = self.missing_passes == yes_is_left;
        let test = match end {
            Some(end) if missing_left => Test::AtMost(end, Missing::Left),
            Some(end) => Test::AtMost(end, Missing::Right),
            // Nothing is below −∞.
            None => in_set(words.len(), 0, missing_left),
        };
        Ok(Question { test, yes_is_left })
    }

    /// Values that equal a threshold go left. NaN differs from everything, and so it passes a test for that.
    fn set(&self, compares: Compares, words: &mut Vec<u32>) -> Result<Question, ImportError> {
        let yes_is_left = self.mode == Mode::Equal;
        let start = words.len();
        for &threshold in &self.thresholds {
            let level = level(threshold, compares)?;
            let word = start + level / 32;
            if word >= words.len() {
                words.resize(word + 1, 0);
            }
            words[word] |= 1 << (level % 32);
        }
        let test = in_set(start, words.len() - start, self.missing_passes && yes_is_left);
        Ok(Question { test, yes_is_left })
    }
}

fn in_set(start: usize, length: usize, missing_left: bool) -> Test {
    Test::InSet {
        start: u32::try_from(start).unwrap_or(u32::MAX),
        length: u32::try_from(length).unwrap_or(u32::MAX),
        levels: Levels::ExactSingle,
        missing_left,
    }
}

/// The largest value that is at most the threshold, once it is what is compared.
fn at_most(threshold: f64, compares: Compares) -> f64 {
    match compares {
        Compares::Single => single::at_most(float_below(threshold)),
        Compares::Double => threshold,
    }
}

/// The largest value that is below the threshold, if there is one.
fn below(threshold: f64, compares: Compares) -> Option<f64> {
    match compares {
        Compares::Single => {
            let float = float_below(threshold);
            if f64::from(float) < threshold {
                Some(single::at_most(float))
            } else {
                single::below(float)
            }
        }
        Compares::Double => (threshold != f64::NEG_INFINITY).then(|| threshold.next_down()),
    }
}

/// The largest float that is at most the threshold.
#[expect(clippy::cast_possible_truncation, reason = "rounding up is undone")]
fn float_below(threshold: f64) -> f32 {
    let float = threshold as f32;
    if f64::from(float) > threshold {
        float.next_down()
    } else {
        float
    }
}

/// The level that a value equals.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number in a range"
)]
fn level(threshold: f64, compares: Compares) -> Result<usize, ImportError> {
    if compares == Compares::Double {
        return Err(unsupported(
            "a test whether a double equals a number",
            "sets of levels are read as floats; convert the model for inputs of floats",
        ));
    }
    if !(0.0..LEVELS_END).contains(&threshold) || libm::trunc(threshold) != threshold {
        return Err(unsupported(
            &format!("a test whether a value equals {threshold}"),
            &format!("levels are whole numbers from 0 to below {LEVELS_END}; number the categories so"),
        ));
    }
    Ok(threshold as usize)
}
