//! Before time counts, everyone has to compute the same.

use crate::lineup::{Contender, EVERYONE, Job, Place};
use crate::seat::Seat;

/// Rows that are compared.
const ROWS: usize = 200;
/// Rows whose contributions are compared; those of some libraries take their time.
const EXPLAINED: usize = 20;
/// How far a contribution may be from Candor's in the library whose definition it is.
const CONTRIBUTION: f64 = 1e-10;

/// What was compared with what, for the reader.
pub struct Finding {
    pub contender: Contender,
    pub job: Job,
    pub other: Contender,
    pub what: String,
}

/// Compares every contender's answers; one that differs is left out of the jobs in question.
pub fn check(seats: &mut [Seat], say: &dyn Fn(&str)) -> Vec<Finding> {
    let mut findings = Vec::new();
    for job in Job::ALL {
        let rows = if job.explains() { EXPLAINED } else { ROWS };
        let mut found: Vec<(Contender, Vec<f64>)> = Vec::new();
        for seat in seats.iter_mut().filter(|seat| seat.does(job)) {
            say(&format!("checks {} of {}", job.name(), seat.contender.name));
            if let Some(answers) = seat.answers(job, 0, rows) {
                found.push((seat.contender, answers));
            }
        }
        for seat in seats.iter_mut().filter(|seat| seat.does(job)) {
            let answers = |contender: &Contender| {
                let found = found.iter().find(|(other, _)| other == contender);
                found.map(|(_, answers)| answers)
            };
            let Some(mine) = answers(&seat.contender) else { continue };
            let Some((other, tolerance)) = counterpart(&seat.contender, job) else {
                continue;
            };
            let Some(theirs) = answers(&other) else { continue };
            match compare(mine, theirs, tolerance) {
                Ok(what) => findings.push(Finding {
                    contender: seat.contender,
                    job,
                    other,
                    what,
                }),
                Err(what) => {
                    let what = format!("disagrees with {}: {what}", other.name);
                    seat.failures.insert(job.name(), what);
                }
            }
        }
    }
    findings
}

/// With whom a contender must agree, and how closely: with Candor on the same trees, with the same library elsewhere on
/// its own trees, and Candor with itself in all bits.
fn counterpart(contender: &Contender, job: Job) -> Option<(Contender, f64)> {
    let [candor, ..] = EVERYONE;
    if *contender == candor {
        return None;
    }
    if contender.own_trees {
        let other = EVERYONE
            .into_iter()
            .find(|other| other.model == contender.model && other.place == Place::Native)?;
        return (other != *contender).then_some((other, 1e-4));
    }
    let tolerance = match (contender.is_candor(), job.explains()) {
        (true, _) => 0.0,
        (false, true) => CONTRIBUTION,
        (false, false) => contender.tolerance,
    };
    Some((candor, tolerance))
}

/// Compares two tables: equal within `tolerance`, or in every bit if it is 0.
fn compare(mine: &[f64], theirs: &[f64], tolerance: f64) -> Result<String, String> {
    if mine.len() != theirs.len() {
        return Err(format!("{} numbers, not {}", mine.len(), theirs.len()));
    }
    let pairs = || mine.iter().zip(theirs);
    if tolerance == 0.0 {
        let differing = pairs().filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        return if differing == 0 {
            Ok(format!("all bits of {} numbers", mine.len()))
        } else {
            Err(format!("{differing} of {} numbers have other bits", mine.len()))
        };
    }
    // NaN must not pass as close to anything.
    let largest = pairs().fold(0.0_f64, |largest, (a, b)| {
        let difference = (a - b).abs();
        if difference.is_nan() {
            f64::INFINITY
        } else {
            largest.max(difference)
        }
    });
    if largest == 0.0 {
        Ok("no difference".to_owned())
    } else if largest <= tolerance {
        Ok(format!("to {largest:.1e}"))
    } else {
        Err(format!("{largest:.1e}, and {tolerance:.0e} is allowed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_differ_are_told_apart() {
        assert!(compare(&[1.0], &[1.0], 0.0).is_ok());
        assert!(compare(&[1.0], &[1.0 + f64::EPSILON], 0.0).is_err());
        assert!(compare(&[0.0], &[-0.0], 0.0).is_err());
        assert!(compare(&[1.0], &[1.0 + f64::EPSILON], 1e-12).is_ok());
        assert!(compare(&[1.0], &[1.1], 1e-4).is_err());
        assert!(compare(&[1.0], &[f64::NAN], 1e-4).is_err());
        assert!(compare(&[1.0], &[1.0, 2.0], 1e-4).is_err());
    }

    #[test]
    fn everyone_but_the_first_has_a_counterpart_or_trees_of_its_own() {
        for contender in EVERYONE {
            let other = counterpart(&contender, Job::ScoreOne);
            let native_own = contender.own_trees && contender.place == Place::Native;
            assert_eq!(
                other.is_none(),
                contender == EVERYONE[0] || native_own,
                "{}",
                contender.name
            );
        }
    }
}
