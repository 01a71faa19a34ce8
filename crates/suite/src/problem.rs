//! What is wrong with a file of the suite, and where.

use std::ops::Range;

use thiserror::Error;

/// A file that cannot be used as it is: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}, line {line}: {problem}")]
pub struct Problem {
    /// The file, below the suite's folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// A file of the suite: its name and its text.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its name below the suite's folder.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The line, from 1, of a span.
    pub fn line(&self, span: Option<Range<usize>>) -> usize {
        let before = self.text.get(..span.map_or(0, |span| span.start)).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// A problem at a span, or of the whole file.
    pub fn problem(&self, span: Option<Range<usize>>, problem: impl Into<String>) -> Problem {
        Problem {
            file: self.file.to_owned(),
            line: self.line(span),
            problem: problem.into(),
        }
    }
}

/// The name that `wrong` may have been meant to be, as the end of a sentence: `; did you mean x?`, or else what there is.
pub fn meant<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known.iter().min_by_key(|name| distance(wrong, name));
    match near.filter(|name| distance(wrong, name) <= (wrong.chars().count() / 3).max(1)) {
        Some(name) => format!("; did you mean {name}?"),
        None => format!("; there are {}", known.join(", ")),
    }
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
