//! Parameter files: `NAME = VALUE` in TOML, one per line, as `candor tune` writes them.

use std::collections::BTreeMap;

use candor_definition::Error as DefinitionError;
use toml::{Spanned, Value};

use super::Parameters;
use super::parameters::Refusal;
use crate::error::Error;

/// Applies a parameter file's text; `file` names it in errors.
///
/// # Errors
/// [`Error::Definition`] with line and column, for what [`Parameters::set`] would refuse, too.
pub fn apply(parameters: &mut Parameters, file: &str, text: &str) -> Result<(), Error> {
    let wrong = |start: usize, problem: String| Error::from(DefinitionError::at(file, text, start, problem));
    let document: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        wrong(start, error.message().replace('\n', " "))
    })?;
    // In the order of the file, so that the first mistake is the one that is told.
    let mut entries: Vec<_> = document.into_iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in entries {
        let start = value.span().start;
        let text = match value.get_ref() {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(switch) => switch.to_string(),
            _ => {
                let problem = format!("{} should be a number, a text, true or false", name.get_ref());
                return Err(wrong(start, problem));
            }
        };
        let first = parameters
            .assign(name.get_ref(), &text)
            .map_err(|refusal| match refusal {
                Refusal::Name(problem) => wrong(name.span().start, format!("{}: {problem}", name.get_ref())),
                Refusal::Value(problem) => wrong(start, problem),
                Refusal::Learner(error) => error,
            })?;
        if let Some(other) = seen.insert(first, name.get_ref().clone()) {
            let problem = format!("{} and {other} are the same parameter; keep one", name.get_ref());
            return Err(wrong(name.span().start, problem));
        }
    }
    Ok(())
}

/// The text of a file with all that can be set, after a comment.
pub fn render(parameters: &Parameters, comment: &[String]) -> String {
    let mut lines: Vec<String> = comment.iter().map(|line| format!("# {line}")).collect();
    lines.extend(parameters.settable().map(|(name, value)| format!("{name} = {value}")));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str) -> Result<Parameters, String> {
        let mut parameters = Parameters::default();
        apply(&mut parameters, "p.toml", text).map_err(|error| error.to_string())?;
        Ok(parameters)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut parameters = Parameters::with_seed(3, 1);
        for set in ["num_leaves=5", "extra_trees=true", "lambda_l2=1e-3", "path_smooth=0.25"] {
            parameters.set(set).unwrap();
        }
        let text = render(&parameters, &["from a test".to_owned()]);
        assert!(text.starts_with("# from a test\nbagging_fraction = 1\n"), "{text}");
        let mut again = Parameters::with_seed(3, 1);
        apply(&mut again, "p.toml", &text).unwrap();
        let numbers = |parameters: &Parameters| -> Vec<(String, Option<f64>)> {
            parameters
                .settable()
                .map(|(name, value)| (name.to_owned(), value.parse().ok()))
                .collect()
        };
        assert_eq!(numbers(&again), numbers(&parameters));
        assert_eq!(again.get("extra_trees"), Some("true"));
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, wanted) in [
            (
                "num_leaves = 5\nnum_leavs = 6",
                "p.toml, line 2, column 1: num_leavs: LightGBM has no parameter",
            ),
            (
                "\nnum_leaves = 1",
                "p.toml, line 2, column 14: num_leaves should be a whole number from 2",
            ),
            (
                "num_leaves = 5\nmax_leaf = 6",
                "p.toml, line 2, column 1: max_leaf and num_leaves are the same",
            ),
            (
                "seed = 5",
                "p.toml, line 1, column 1: seed: this cannot be set; use --seed",
            ),
            (
                "num_leaves = [5]",
                "p.toml, line 1, column 14: num_leaves should be a number, a text",
            ),
            ("num_leaves 5", "p.toml, line 1, column 12: "),
            (
                "lambda_l2 = nan",
                "p.toml, line 1, column 13: lambda_l2 should be a number from 0 on",
            ),
        ] {
            let error = applied(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
        }
        assert_eq!(applied("").unwrap(), Parameters::default());
        assert_eq!(
            applied("min_child_samples = 40").unwrap().get("min_data_in_leaf"),
            Some("40")
        );
    }
}
