//! Points for the values of a feature, as a tree.

use candor_core::ensemble::{Child, Levels, Missing, Node, Test, Tree};
use candor_core::schema::FieldKind;
use candor_definition::Definition;

use super::own::Characteristic;
use super::tree::{feature_of, kind_of, level_words};

/// A chain of tests, a leaf for each line of the characteristic: first what is missing, last what is left.
pub(super) fn tree(entry: &Characteristic, definition: &Definition, pdo: f64) -> Result<Tree, String> {
    let feature = feature_of(definition, &entry.feature)?;
    let mut chain = Chain {
        feature,
        pdo,
        tree: Tree {
            nodes: vec![],
            leaves: vec![],
            covers: vec![],
            category_words: vec![],
        },
    };
    let only_ranges = || match (entry.levels.is_empty(), entry.ranges.is_empty()) {
        (true, false) => Ok(()),
        _ => Err("give the points by ranges = [{ up_to = …, points = … }, …]".to_owned()),
    };
    match kind_of(definition, feature) {
        Some(FieldKind::Category { levels, .. }) => {
            if entry.levels.is_empty() || !entry.ranges.is_empty() {
                return Err("give the points by levels = { … }".into());
            }
            chain.test(Chain::set(0, 0, true), entry.missing.parts());
            for (name, worth) in &entry.levels {
                let (start, words) = (chain.tree.category_words.len(), level_words(levels, &[name.as_str()])?);
                let test = Chain::set(start, words.len(), false);
                chain.tree.category_words.extend(words);
                chain.test(test, worth.parts());
            }
            chain.end(entry.others.parts());
        }
        _ if entry.levels.keys().map(String::as_str).eq(["no", "yes"]) => {
            chain.test(Chain::missing(), entry.missing.parts());
            chain.test(Test::AtMost(0.5, Missing::Right), entry.levels["no"].parts());
            chain.end(entry.levels["yes"].parts());
        }
        Some(FieldKind::Flag { .. }) => return Err("give the points by levels = { yes = …, no = … }".into()),
        Some(FieldKind::Number(_)) | None => {
            only_ranges()?;
            chain.test(Chain::missing(), entry.missing.parts());
            let bounds: Vec<Option<f64>> = entry.ranges.iter().map(|range| range.up_to).collect();
            let rising = bounds.windows(2).all(|pair| match (pair[0], pair[1]) {
                (Some(low), Some(high)) => low < high,
                (Some(_), None) => true,
                (None, _) => false,
            });
            if !rising || bounds.last().copied().flatten().is_some() {
                return Err("up_to must rise from range to range, and the last range has none".into());
            }
            for range in &entry.ranges {
                match range.up_to {
                    Some(bound) => chain.test(Test::AtMost(bound, Missing::Right), (range.points, range.share)),
                    None => chain.end((range.points, range.share)),
                }
            }
        }
    }
    Ok(chain.tree)
}

struct Chain {
    feature: u16,
    pdo: f64,
    tree: Tree,
}

impl Chain {
    /// Nothing is so small: only what is missing passes.
    fn missing() -> Test {
        Test::AtMost(f64::MIN, Missing::Left)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a model written by hand is small")]
    fn set(start: usize, length: usize, missing_left: bool) -> Test {
        Test::InSet {
            start: start as u32,
            length: length as u32,
            levels: Levels::Truncated,
            missing_left,
        }
    }

    /// A test whose rows get points; the others go on.
    #[expect(clippy::cast_possible_truncation, reason = "a model written by hand is small")]
    fn test(&mut self, test: Test, worth: (f64, f64)) {
        let (node, leaf) = (self.tree.nodes.len() as u32, self.tree.leaves.len() as u32);
        self.tree.nodes.push(Node {
            feature: self.feature,
            test,
            left: Child::Leaf(leaf),
            right: Child::Node(node + 1),
        });
        self.leaf(worth);
    }

    /// The rows that are left.
    #[expect(clippy::cast_possible_truncation, reason = "a model written by hand is small")]
    fn end(&mut self, worth: (f64, f64)) {
        let leaf = self.tree.leaves.len() as u32;
        if let Some(node) = self.tree.nodes.last_mut() {
            node.right = Child::Leaf(leaf);
        }
        self.leaf(worth);
    }

    /// More points are less risk: log-odds of default with the other sign.
    fn leaf(&mut self, (points, share): (f64, f64)) {
        self.tree.leaves.push(-points * std::f64::consts::LN_2 / self.pdo);
        self.tree.covers.push(share);
    }
}
