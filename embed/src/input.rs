//! From numbers and text to an [`Application`].

use candor_core::application::FieldProblem;
use candor_core::{Application, Raw, Schema};

use crate::problem::Problem;

/// What is said of a value that no field can hold.
const NOT_A_VALUE: &str = "write a number, a text, true, false, or null if it is not known";
/// Numbers of which a value is made.
const PER_VALUE: usize = 3;

/// Reads and checks values as `npm/src/application.ts` writes them.
///
/// Each value is three numbers: the position of its field in the schema, or infinity if there is none of its name; what
/// it is (0 a number, 1 a flag, 2 a text, 3 something else); and itself. What is missing is the number NaN. A text lies in
/// `texts`, where the texts stand one after the other, each with a line end behind it; its number is its length in UTF-16
/// units. Of all problems, values that no field can hold are told first.
pub fn application(schema: &Schema, numbers: &[f64], mut texts: &str) -> Result<Application, Problem<'static>> {
    let mut application = Application::empty(schema);
    let (mut problems, mut misfits) = (Vec::new(), Vec::new());
    for (position, &[field, kind, value]) in numbers.as_chunks::<PER_VALUE>().0.iter().enumerate() {
        let raw = match kind {
            0.0 => Raw::Number(value),
            1.0 => Raw::Flag(value != 0.0),
            2.0 => Raw::Text(next_text(&mut texts, whole(value))),
            _ => {
                problems.push((position, NOT_A_VALUE.to_owned()));
                continue;
            }
        };
        let field = whole(field);
        let outcome = if field < schema.fields.len() {
            application.set(schema, field, raw).map_err(FieldProblem::from)
        } else {
            Err(FieldProblem::Unknown)
        };
        misfits.extend(outcome.err().map(|problem| (position, problem.to_string())));
    }
    problems.append(&mut misfits);
    if problems.is_empty() {
        Ok(application)
    } else {
        Err(Problem::Application(problems))
    }
}

/// Takes the first text, of so many UTF-16 units, off the texts.
fn next_text<'a>(texts: &mut &'a str, mut units: usize) -> &'a str {
    let mut rest = texts.chars();
    while units > 0
        && let Some(character) = rest.next()
    {
        units = units.saturating_sub(character.len_utf16());
    }
    let end = texts.len() - rest.as_str().len();
    let (text, rest) = texts.split_at_checked(end).unwrap_or_default();
    *texts = rest.strip_prefix('\n').unwrap_or(rest);
    text
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions and lengths are small; whatever else comes becomes the nearest number"
)]
fn whole(number: f64) -> usize {
    number as usize
}
