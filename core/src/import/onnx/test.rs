//! The tests of nodes as tests of ours.

use super::attributes::Mode;
use super::graph::Compares;
use super::{invalid, unsupported};
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

/// The test of a node; a set of levels is added to the tree's `words`.
pub(super) fn question(
    mode: Mode,
    threshold: f64,
    missing_passes: bool,
    compares: Compares,
    words: &mut Vec<u32>,
) -> Result<Question, ImportError> {
    let (end, yes_is_left) = match mode {
        Mode::AtMost => (Some(at_most(threshold, compares)), true),
        Mode::Below => (below(threshold, compares), true),
        Mode::AtLeast => (below(threshold, compares), false),
        Mode::Above => (Some(at_most(threshold, compares)), false),
        Mode::Equal | Mode::NotEqual => {
            let level = level(threshold, compares)?;
            let yes_is_left = mode == Mode::Equal;
            // NaN differs from everything, and so it passes a test for that.
            return Ok(Question {
                test: set(words, level / 32 + 1, 1 << (level % 32), missing_passes && yes_is_left),
                yes_is_left,
            });
        }
        Mode::Leaf => return Err(invalid("a leaf", "it asks nothing")),
    };
    let missing_left = missing_passes == yes_is_left;
    let test = match end {
        Some(end) if missing_left => Test::AtMost(end, Missing::Left),
        Some(end) => Test::AtMost(end, Missing::Right),
        // Nothing is below −∞.
        None => set(words, 0, 0, missing_left),
    };
    Ok(Question { test, yes_is_left })
}

/// A set of levels of which only the last word is not 0.
fn set(words: &mut Vec<u32>, length: u32, last: u32, missing_left: bool) -> Test {
    let start = u32::try_from(words.len()).unwrap_or(u32::MAX);
    words.resize(words.len() + length as usize, 0);
    if length > 0
        && let Some(word) = words.last_mut()
    {
        *word = last;
    }
    Test::InSet {
        start,
        length,
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
fn level(threshold: f64, compares: Compares) -> Result<u32, ImportError> {
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
    Ok(threshold as u32)
}
