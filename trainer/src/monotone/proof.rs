//! Whether trees keep to the directions that they were held to. What the learner promises is not taken on trust: a tree
//! is looked at leaf by leaf, for all values at once.

use candor_core::ensemble::{Child, Ensemble, Node, Test, Tree};

/// A tree that breaks a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breach {
    /// Position of the tree.
    pub(crate) tree: usize,
    /// Position of the feature.
    pub(crate) feature: usize,
}

/// The first tree that goes against the direction of a feature: 1 where the score may not fall as the feature rises, −1
/// where it may not rise, 0 where it may do both. A missing value has no place in the order.
///
/// Trees are summed, so an ensemble keeps to a direction where all its trees do.
pub(crate) fn breach(ensemble: &Ensemble, directions: &[i8]) -> Option<Breach> {
    let trees = ensemble.trees.iter().enumerate();
    trees
        .filter_map(|(tree, of)| Some((tree, breach_of(of, directions)?)))
        .map(|(tree, feature)| Breach { tree, feature })
        .next()
}

/// No feature is larger. LightGBM writes this threshold where it tells missing values from all that are known.
const LARGEST: f64 = 1e300;

/// A step of the way to a leaf: a node, and whether the way goes left.
type Step = (usize, bool);

fn breach_of(tree: &Tree, directions: &[i8]) -> Option<usize> {
    let falls = |step: &&Rise| tree.leaves[step.to] < tree.leaves[step.from];
    rises(tree, directions, true)
        .iter()
        .find(falls)
        .map(|step| step.feature)
}

/// Two leaves that a row can go to when one feature changes and nothing else: the second may not have the smaller value.
struct Rise {
    from: usize,
    to: usize,
    feature: usize,
}

/// All such pairs, or only those whose values fall.
fn rises(tree: &Tree, directions: &[i8], only_falling: bool) -> Vec<Rise> {
    let ways = ways(tree);
    let mut found = Vec::new();
    for (place, (first, first_leaf)) in ways.iter().enumerate() {
        for (second, second_leaf) in &ways[place + 1..] {
            let Some(fork) = first.iter().zip(second).position(|(a, b)| a != b) else {
                continue;
            };
            let feature = of(tree, first[fork].0);
            let direction = directions.get(feature).copied().unwrap_or(0);
            // Where the feature rises, the way goes right.
            let first_is_lower = first[fork].1 == (direction > 0);
            let (from, to) = if first_is_lower {
                (*first_leaf, *second_leaf)
            } else {
                (*second_leaf, *first_leaf)
            };
            let matters = !only_falling || tree.leaves[to] < tree.leaves[from];
            if direction != 0 && matters && are_comparable(tree, first, second, feature) {
                found.push(Rise { from, to, feature });
            }
        }
    }
    found
}

/// Mends the trees that break a direction, and returns their number. LightGBM's methods `intermediate` and `advanced` do
/// not keep all their promises where features are sampled.
///
/// A leaf gets the middle between the largest value of the leaves below it in the order and the smallest of those above
/// it, itself among both: that is in order, and changes nothing where the order held.
pub(crate) fn mend(ensemble: &mut Ensemble, directions: &[i8]) -> usize {
    let mut mended = 0;
    for tree in &mut ensemble.trees {
        if breach_of(tree, directions).is_none() {
            continue;
        }
        mended += 1;
        let count = tree.leaves.len();
        let mut is_below: Vec<Vec<bool>> = (0..count)
            .map(|leaf| (0..count).map(|other| leaf == other).collect())
            .collect();
        for Rise { from, to, .. } in rises(tree, directions, false) {
            is_below[from][to] = true;
        }
        // What is below what is below is below.
        for middle in 0..count {
            let above = is_below[middle].clone();
            for row in is_below.iter_mut().filter(|row| row[middle]) {
                for (known, more) in row.iter_mut().zip(&above) {
                    *known |= more;
                }
            }
        }
        let values = std::mem::take(&mut tree.leaves);
        tree.leaves = (0..count)
            .map(|leaf| {
                let below = (0..count).filter(|&other| is_below[other][leaf]);
                let above = (0..count).filter(|&other| is_below[leaf][other]);
                let most = below.map(|other| values[other]).fold(f64::NEG_INFINITY, f64::max);
                let least = above.map(|other| values[other]).fold(f64::INFINITY, f64::min);
                f64::midpoint(most, least)
            })
            .collect();
    }
    mended
}

/// The way to every leaf.
fn ways(tree: &Tree) -> Vec<(Vec<Step>, usize)> {
    let mut found = Vec::with_capacity(tree.leaves.len());
    let mut open = vec![(tree.root(), Vec::new())];
    while let Some((child, way)) = open.pop() {
        match child {
            Child::Leaf(leaf) => found.push((way, leaf as usize)),
            Child::Node(index) => {
                let index = index as usize;
                for (next, left) in [(tree.nodes[index].left, true), (tree.nodes[index].right, false)] {
                    let mut way = way.clone();
                    way.push((index, left));
                    open.push((next, way));
                }
            }
        }
    }
    found
}

/// Whether two rows that differ in the known value of `feature` only can go these two ways.
fn are_comparable(tree: &Tree, first: &[Step], second: &[Step], feature: usize) -> bool {
    let both = [first, second].concat();
    let mut features: Vec<usize> = both.iter().map(|&(node, _)| of(tree, node)).collect();
    features.sort_unstable();
    features.dedup();
    features.into_iter().all(|tested| {
        if tested == feature {
            [first, second].iter().all(|way| has_value(tree, way, tested, false))
        } else {
            has_value(tree, &both, tested, true)
        }
    })
}

fn of(tree: &Tree, node: usize) -> usize {
    usize::from(tree.nodes[node].feature)
}

/// Whether some value of `feature` passes all its tests on the way. Between two neighbouring candidates tests do not
/// change their answers, so the candidates are enough.
fn has_value(tree: &Tree, way: &[Step], feature: usize, may_be_missing: bool) -> bool {
    let tests: Vec<(&Node, bool)> = way
        .iter()
        .filter(|(node, _)| of(tree, *node) == feature)
        .map(|&(node, left)| (&tree.nodes[node], left))
        .collect();
    let mut candidates = vec![-LARGEST, LARGEST, 0.0];
    for (node, _) in &tests {
        match node.test {
            Test::AtMost(threshold, _) => candidates.extend([threshold, threshold.next_up()]),
            Test::InSet { length, .. } => candidates.extend((0..=32 * length).map(f64::from)),
        }
    }
    candidates.retain(|value| value.abs() <= LARGEST);
    if may_be_missing {
        candidates.push(f64::NAN);
    }
    let mut row = vec![0.0; feature + 1];
    candidates.into_iter().any(|value| {
        row[feature] = value;
        tests.iter().all(|(node, left)| tree.goes_left(node, &row) == *left)
    })
}

#[cfg(test)]
mod tests {
    use candor_core::ensemble::Missing;

    use super::*;

    fn node(feature: u16, threshold: f64, left: Child, right: Child) -> Node {
        Node {
            feature,
            test: Test::AtMost(threshold, Missing::Left),
            left,
            right,
        }
    }

    fn ensemble(nodes: Vec<Node>, leaves: Vec<f64>) -> Ensemble {
        let covers = vec![1.0; leaves.len()];
        let category_words = Vec::new();
        Ensemble::new(vec![Tree {
            nodes,
            leaves,
            covers,
            category_words,
        }])
    }

    #[test]
    fn what_is_out_of_order_is_mended_and_the_rest_left() {
        // Three steps of feature 0: the second and the third are out of order, the first is not.
        let nodes = vec![
            node(0, 0.5, Child::Leaf(0), Child::Node(1)),
            node(0, 1.5, Child::Leaf(1), Child::Leaf(2)),
        ];
        let mut steps = ensemble(nodes, vec![0.1, 0.6, 0.4]);
        assert_eq!(mend(&mut steps, &[1]), 1);
        assert_eq!(steps.trees[0].leaves, [0.1, 0.5, 0.5]);
        assert_eq!(breach(&steps, &[1]), None);
        assert_eq!(mend(&mut steps, &[1]), 0);
        assert_eq!(mend(&mut steps, &[-1]), 1);
        assert_eq!(breach(&steps, &[-1]), None);
    }

    #[test]
    fn a_step_down_is_found() {
        let step = ensemble(vec![node(0, 0.5, Child::Leaf(0), Child::Leaf(1))], vec![0.2, 0.1]);
        assert_eq!(breach(&step, &[1]), Some(Breach { tree: 0, feature: 0 }));
        assert_eq!(breach(&step, &[-1]), None);
        assert_eq!(breach(&step, &[0]), None);
    }

    /// Below the first split on feature 0, both sides split on feature 1; only leaves on the same side of that are
    /// comparable.
    #[test]
    fn only_leaves_that_a_change_of_the_feature_connects_are_compared() {
        let forked = |leaves: [f64; 4], right: f64| {
            let nodes = vec![
                node(0, 0.5, Child::Node(1), Child::Node(2)),
                node(1, 3.0, Child::Leaf(0), Child::Leaf(1)),
                node(1, right, Child::Leaf(2), Child::Leaf(3)),
            ];
            ensemble(nodes, leaves.to_vec())
        };
        // 0 → 2 and 1 → 3 rise; 1 → 2 falls, but no row can go either way with the same feature 1.
        assert_eq!(breach(&forked([0.1, 0.8, 0.2, 0.9], 3.0), &[1, 0]), None);
        // With the right side split at 5, a row with feature 1 = 4 goes from leaf 1 to leaf 2.
        assert_eq!(
            breach(&forked([0.1, 0.8, 0.2, 0.9], 5.0), &[1, 0]),
            Some(Breach { tree: 0, feature: 0 })
        );
    }

    /// Where a missing value goes is nobody's business.
    #[test]
    fn missing_values_are_in_no_order() {
        // Feature 0 above 0.5 and then at most 0.5 is only the missing value's way.
        let nodes = vec![
            Node {
                feature: 0,
                test: Test::AtMost(0.5, Missing::Right),
                left: Child::Leaf(0),
                right: Child::Node(1),
            },
            node(0, 0.5, Child::Leaf(1), Child::Leaf(2)),
        ];
        assert_eq!(breach(&ensemble(nodes, vec![0.2, -5.0, 0.3]), &[1]), None);
        // All that is known goes left, what is missing right.
        let known = Node {
            feature: 0,
            test: Test::AtMost(1e300, Missing::Right),
            left: Child::Leaf(0),
            right: Child::Leaf(1),
        };
        assert_eq!(breach(&ensemble(vec![known], vec![0.2, -5.0]), &[1]), None);
    }
}
