//! How long an answer takes.

use gloo::utils::window;

const MEASURE: &str = "candor:explain";
const MEASURE_START: &str = "candor:explain-start";

/// Runs `work` between two marks, so that `performance` (and the end-to-end test) can tell how long an explanation takes.
pub fn measured<T>(work: impl FnOnce() -> T) -> T {
    let Some(performance) = window().performance() else {
        return work();
    };
    performance.clear_measures_with_measure_name(MEASURE);
    let _ = performance.mark(MEASURE_START);
    let answer = work();
    let _ = performance.measure_with_start_mark(MEASURE, MEASURE_START);
    performance.clear_marks_with_mark_name(MEASURE_START);
    answer
}
