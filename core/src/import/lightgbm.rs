//! LightGBM's text model (`Booster.save_model`), binary objective.

use std::collections::HashMap;

use super::{FeatureKind, ImportError, Imported, ImportedFeature, Output};
use crate::ensemble::{Child, Ensemble, Levels, Missing, Node, Test, Tree, ZERO_THRESHOLD};

/// Reads a text model.
///
/// # Errors
/// [`ImportError::Malformed`] with the line at fault; [`ImportError::Unsupported`] for linear trees, several classes,
/// averaged output and objectives other than binary ones, all of which would change the meaning of the sum of leaves.
pub fn from_text(text: &str) -> Result<Imported, ImportError> {
    let sections = sections(text)?;
    let Some((header, tree_sections)) = sections.split_first() else {
        return Err(malformed(
            1,
            "this is not a LightGBM text model: it does not begin with 'tree'",
        ));
    };
    check_header(header)?;
    let features: Vec<ImportedFeature> = header
        .text("feature_names")?
        .split(' ')
        .map(|name| ImportedFeature {
            name: name.to_owned(),
            kind: FeatureKind::Number,
        })
        .collect();
    let mut trees = Vec::with_capacity(tree_sections.len());
    for section in tree_sections {
        let (tree, cover_problem) = tree(section)?;
        if let Some(problem) = tree.problem(features.len()).or(cover_problem) {
            return Err(malformed(section.line, &format!("tree {}: {problem}", section.name)));
        }
        trees.push(tree);
    }
    Ok(Imported {
        ensemble: Ensemble::new(trees),
        features,
        output: Output::LogOdds,
        has_covers: true,
    })
}

/// A block of `key=value` lines: the header (no name) or one tree.
struct Section<'a> {
    name: &'a str,
    line: usize,
    values: HashMap<&'a str, (usize, &'a str)>,
}

/// The header, then the trees; nothing when the text does not begin like a model. What follows `end of trees`
/// (importances, parameters) is not read, but a text that ends before it has lost trees and is refused.
fn sections(text: &str) -> Result<Vec<Section<'_>>, ImportError> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line == "end of trees" {
            return Ok(sections);
        }
        if index == 0 {
            if line != "tree" {
                return Ok(sections);
            }
            sections.push(Section {
                name: "",
                line: 1,
                values: HashMap::new(),
            });
        } else if let Some(number) = line.strip_prefix("Tree=") {
            sections.push(Section {
                name: number,
                line: index + 1,
                values: HashMap::new(),
            });
        } else if let (Some(section), Some((key, value))) = (sections.last_mut(), line.split_once('=')) {
            section.values.insert(key, (index + 1, value));
        } else if let (Some(section), false) = (sections.last_mut(), line.is_empty()) {
            section.values.insert(line, (index + 1, ""));
        }
    }
    Err(malformed(
        text.lines().count().max(1),
        "the text stops before 'end of trees'; export or copy the model again",
    ))
}

impl<'a> Section<'a> {
    fn text(&self, key: &str) -> Result<&'a str, ImportError> {
        match self.values.get(key) {
            Some((_, value)) => Ok(value),
            None => Err(malformed(
                self.line,
                &format!("'{key}=' is missing from the block that begins here"),
            )),
        }
    }

    fn numbers<T: std::str::FromStr>(&self, key: &str) -> Result<Vec<T>, ImportError> {
        let text = self.text(key)?;
        let line = self.values.get(key).map_or(self.line, |(line, _)| *line);
        text.split(' ')
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse()
                    .map_err(|_| malformed(line, &format!("'{part}' in '{key}=' is not a number")))
            })
            .collect()
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Result<T, ImportError> {
        let line = self.values.get(key).map_or(self.line, |(line, _)| *line);
        let mut numbers = self.numbers(key)?;
        match (numbers.pop(), numbers.is_empty()) {
            (Some(number), true) => Ok(number),
            _ => Err(malformed(line, &format!("'{key}=' should hold one number"))),
        }
    }

    fn exactly<T: std::str::FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, ImportError> {
        let numbers = self.numbers(key)?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        let line = self.values.get(key).map_or(self.line, |(line, _)| *line);
        Err(malformed(
            line,
            &format!("'{key}=' holds {} numbers where {count} are needed", numbers.len()),
        ))
    }
}

fn check_header(header: &Section<'_>) -> Result<(), ImportError> {
    let unsupported = |what: &str, why: &str| {
        Err(ImportError::Unsupported {
            what: what.to_owned(),
            why: why.to_owned(),
        })
    };
    if header.values.contains_key("average_output") {
        return unsupported(
            "a random forest (average_output)",
            "its trees are averaged, not added; train with boosting=gbdt",
        );
    }
    if header.number::<usize>("num_tree_per_iteration")? != 1 {
        return unsupported(
            "a model of several classes",
            "Candor scores one probability; train a binary model",
        );
    }
    let objective = header.text("objective")?;
    match objective {
        "binary sigmoid:1" | "cross_entropy" => Ok(()),
        _ => unsupported(
            &format!("objective '{objective}'"),
            "the sum of leaves must be log-odds; train with objective=binary",
        ),
    }
}

const CATEGORICAL: u32 = 1;
const DEFAULT_LEFT: u32 = 2;

/// A tree, and what is wrong with its covers, if anything: told only of a tree that is one.
fn tree(section: &Section<'_>) -> Result<(Tree, Option<String>), ImportError> {
    if section.values.get("is_linear").is_some_and(|(_, value)| *value != "0") {
        let what = format!("tree {} with linear leaves", section.name);
        return Err(ImportError::Unsupported {
            what,
            why: "leaves must be constants; train with linear_tree=false".into(),
        });
    }
    let leaf_count: usize = section.number("num_leaves")?;
    let leaves = section.exactly("leaf_value", leaf_count)?;
    if leaf_count <= 1 {
        let tree = Tree {
            nodes: Vec::new(),
            covers: vec![0.0; leaves.len()],
            leaves,
            category_words: Vec::new(),
        };
        return Ok((tree, None));
    }
    let node_count = leaf_count - 1;
    let leaf_covers: Vec<f64> = section.exactly("leaf_count", leaf_count)?;
    let node_covers: Vec<f64> = section.exactly("internal_count", node_count)?;
    let features: Vec<u16> = section.exactly("split_feature", node_count)?;
    let thresholds: Vec<f64> = section.exactly("threshold", node_count)?;
    let decisions: Vec<u32> = section.exactly("decision_type", node_count)?;
    let lefts: Vec<i64> = section.exactly("left_child", node_count)?;
    let rights: Vec<i64> = section.exactly("right_child", node_count)?;
    let (boundaries, category_words): (Vec<u32>, Vec<u32>) = if section.number::<usize>("num_cat")? == 0 {
        (Vec::new(), Vec::new())
    } else {
        (section.numbers("cat_boundaries")?, section.numbers("cat_threshold")?)
    };
    let cover = |child: Child| match child {
        Child::Node(index) => node_covers.get(index as usize).copied(),
        Child::Leaf(index) => leaf_covers.get(index as usize).copied(),
    };
    let mut cover_problem = None;
    let mut nodes = Vec::with_capacity(node_count);
    for index in 0..node_count {
        let child = |number: i64| {
            let child = if number < 0 {
                u32::try_from(-(number + 1)).map(Child::Leaf)
            } else {
                u32::try_from(number).map(Child::Node)
            };
            child.map_err(|_| malformed(section.line, &format!("child {number} of node {index} is out of range")))
        };
        let (left, right) = (child(lefts[index])?, child(rights[index])?);
        let (Some(covered_left), Some(covered_right)) = (cover(left), cover(right)) else {
            return Err(malformed(
                section.line,
                &format!("node {index} has a child that does not exist"),
            ));
        };
        let (covered, below) = (node_covers[index], covered_left + covered_right);
        if covered != below && cover_problem.is_none() {
            cover_problem = Some(format!(
                "node {index} has a cover of {covered} and its children {below} together"
            ));
        }
        let test = if decisions[index] & CATEGORICAL == 0 {
            Test::AtMost(
                zero_flushed(thresholds[index]),
                missing(decisions[index], section, index)?,
            )
        } else {
            category_set(thresholds[index], &boundaries).ok_or_else(|| {
                malformed(
                    section.line,
                    &format!("node {index} names a category set that does not exist"),
                )
            })?
        };
        nodes.push(Node {
            feature: features[index],
            test,
            left,
            right,
        });
    }
    let tree = Tree {
        nodes,
        leaves,
        covers: leaf_covers,
        category_words,
    };
    Ok((tree, cover_problem))
}

/// LightGBM reads every value within 1e-35 of 0 as 0 before it asks any test; the threshold that says the same of values
/// as they are.
fn zero_flushed(threshold: f64) -> f64 {
    if (0.0..=ZERO_THRESHOLD).contains(&threshold) {
        ZERO_THRESHOLD
    } else if (-ZERO_THRESHOLD..0.0).contains(&threshold) {
        (-ZERO_THRESHOLD).next_down()
    } else {
        threshold
    }
}

fn missing(decision: u32, section: &Section<'_>, index: usize) -> Result<Missing, ImportError> {
    match (decision >> 2 & 3, decision & DEFAULT_LEFT != 0) {
        (0, _) => Ok(Missing::AsZero),
        (1, true) => Ok(Missing::ZeroLeft),
        (1, false) => Ok(Missing::ZeroRight),
        (2, true) => Ok(Missing::Left),
        (2, false) => Ok(Missing::Right),
        _ => Err(malformed(
            section.line,
            &format!("node {index} has an unknown missing type"),
        )),
    }
}

/// A categorical node's threshold is the number of its set.
fn category_set(number: f64, boundaries: &[u32]) -> Option<Test> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a saturating cast finds no boundary"
    )]
    let number = number as usize;
    let (start, end) = (*boundaries.get(number)?, *boundaries.get(number.checked_add(1)?)?);
    Some(Test::InSet {
        start,
        length: end.checked_sub(start)?,
        levels: Levels::Truncated,
        missing_left: false,
    })
}

fn malformed(line: usize, problem: &str) -> ImportError {
    ImportError::Malformed {
        line,
        problem: problem.to_owned(),
    }
}
