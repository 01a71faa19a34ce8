//! Blocks of `key=value` lines.

use std::str::FromStr;

use crate::import::ImportError;

/// What is read; the other keys are left where they are, so that no text makes a block large.
const KEYS: [&str; 21] = [
    "version",
    "num_class",
    "num_tree_per_iteration",
    "max_feature_idx",
    "objective",
    "average_output",
    "feature_names",
    "tree_sizes",
    "num_leaves",
    "num_cat",
    "split_feature",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "leaf_value",
    "leaf_count",
    "internal_count",
    "cat_boundaries",
    "cat_threshold",
    "is_linear",
];

/// The header (no name) or one tree.
pub(super) struct Block<'a> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    values: Vec<(&'static str, usize, &'a str)>,
}

impl<'a> Block<'a> {
    pub(super) fn new(name: &'a str, line: usize) -> Self {
        Self {
            name,
            line,
            values: Vec::new(),
        }
    }

    /// Takes in a line of the block.
    pub(super) fn add(&mut self, number: usize, line: &'a str) -> Result<(), ImportError> {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let Some(key) = KEYS.iter().find(|known| **known == key) else {
            return Ok(());
        };
        if let Some((first, _)) = self.get(key) {
            return Err(malformed(
                number,
                &format!("'{key}' stood already on line {first}, and a block holds it once"),
            ));
        }
        self.values.push((key, number, value));
        Ok(())
    }

    /// The line and the text of a key, if the block has it.
    pub(super) fn get(&self, key: &str) -> Option<(usize, &'a str)> {
        let found = self.values.iter().find(|(known, ..)| *known == key);
        found.map(|(_, line, value)| (*line, *value))
    }

    /// The line and the text of a key that the block must have.
    pub(super) fn text(&self, key: &str) -> Result<(usize, &'a str), ImportError> {
        self.get(key).ok_or_else(|| {
            malformed(
                self.line,
                &format!("'{key}=' is missing from the block that begins here"),
            )
        })
    }

    pub(super) fn numbers<T: FromStr>(&self, key: &str) -> Result<Vec<T>, ImportError> {
        let (line, text) = self.text(key)?;
        text.split(' ')
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse()
                    .map_err(|_| malformed(line, &format!("'{part}' in '{key}=' is not a number")))
            })
            .collect()
    }

    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<T, ImportError> {
        let (line, _) = self.text(key)?;
        let mut numbers = self.numbers(key)?;
        match (numbers.pop(), numbers.is_empty()) {
            (Some(number), true) => Ok(number),
            _ => Err(malformed(line, &format!("'{key}=' should hold one number"))),
        }
    }

    pub(super) fn exactly<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, ImportError> {
        let (line, _) = self.text(key)?;
        let numbers = self.numbers(key)?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        Err(malformed(
            line,
            &format!("'{key}=' holds {} numbers where {count} are needed", numbers.len()),
        ))
    }
}

pub(super) fn malformed(line: usize, problem: &str) -> ImportError {
    ImportError::Malformed {
        line,
        problem: problem.to_owned(),
    }
}

pub(super) fn unsupported<T>(line: usize, what: &str, why: &str) -> Result<T, ImportError> {
    Err(ImportError::Unsupported {
        line: Some(line),
        what: what.to_owned(),
        why: why.to_owned(),
    })
}
