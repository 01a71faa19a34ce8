//! Trees of the shape that boosting gives them: leaf by leaf, on thresholds and covers of a population.

use candor_core::ensemble::{Child, Ensemble, Missing, Node, Test, Tree};

use super::Random;

/// Rows of correlated features of which a tenth is missing.
pub fn population(random: &mut Random, rows: usize, features: usize) -> Vec<Vec<f64>> {
    let mut row = || {
        let common: f64 = random.between(-1.0, 1.0);
        let mut value = |_| match random.chance(0.1) {
            true => f64::NAN,
            false => common + random.between(-2.0, 2.0),
        };
        (0..features).map(&mut value).collect()
    };
    (0..rows).map(|_| row()).collect()
}

/// Trees of `leaves` leaves: time and again the largest leaf is split, in three of four cases on one of the first tenth
/// of the features, at a value of one of its rows.
pub fn grown(random: &mut Random, population: &[Vec<f64>], trees: usize, leaves: usize) -> Ensemble {
    Ensemble::new((0..trees).map(|_| tree(random, population, leaves)).collect())
}

fn tree(random: &mut Random, population: &[Vec<f64>], leaves: usize) -> Tree {
    let mut members: Vec<Vec<&[f64]>> = vec![population.iter().map(Vec::as_slice).collect()];
    // Per leaf: the node above it, and whether it is on the left.
    let mut above: Vec<Option<(usize, bool)>> = vec![None];
    let mut nodes: Vec<Node> = Vec::new();
    while members.len() < leaves {
        // Not always the largest: boosting splits where the gain is, and that is not only a matter of size.
        let largest = (0..members.len())
            .max_by_key(|&leaf| members[leaf].len() / (1 + random.below(4)))
            .unwrap();
        let features = population[0].len();
        let among = if random.chance(0.75) { features / 10 } else { features };
        let feature = random.below(among);
        let threshold = random.pick(&members[largest])[feature];
        if threshold.is_nan() {
            continue;
        }
        let node = Node {
            feature: feature as u16,
            test: Test::AtMost(
                threshold,
                if random.chance(0.5) {
                    Missing::Left
                } else {
                    Missing::Right
                },
            ),
            left: Child::Leaf(largest as u32),
            right: Child::Leaf(members.len() as u32),
        };
        let Test::AtMost(_, missing) = node.test else {
            unreachable!()
        };
        let (left, right): (Vec<&[f64]>, Vec<&[f64]>) = members[largest].iter().partition(|row| {
            let value = row[feature];
            value <= threshold || (value.is_nan() && missing == Missing::Left)
        });
        if left.len() < 20 || right.len() < 20 {
            continue;
        }
        let index = nodes.len();
        if let Some((parent, is_left)) = above[largest] {
            let child = if is_left {
                &mut nodes[parent].left
            } else {
                &mut nodes[parent].right
            };
            *child = Child::Node(index as u32);
        }
        nodes.push(node);
        members[largest] = left;
        members.push(right);
        above[largest] = Some((index, true));
        above.push(Some((index, false)));
    }
    Tree {
        nodes,
        leaves: members.iter().map(|_| random.between(-0.05, 0.05)).collect(),
        covers: members.iter().map(|members| members.len() as f64).collect(),
        category_words: vec![],
    }
}
