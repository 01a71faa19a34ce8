//! Random trees as LightGBM text, of any number and size: for seeing how time grows with them.

use std::fmt::Write;
use std::path::Path;

/// No leaf is deeper.
pub const DEPTH: usize = 16;
/// Rows at the root, of which every leaf keeps at least one.
const COVER: u32 = 1 << 24;

/// The name of a grown model's file.
pub fn file_name(trees: usize, leaves: usize) -> String {
    format!("grown-{trees}-{leaves}.txt")
}

/// Writes a model of random trees, unless it is there.
pub fn write(folder: &Path, trees: usize, leaves: usize, features: usize) -> std::io::Result<()> {
    let path = folder.join(file_name(trees, leaves));
    if path.exists() {
        return Ok(());
    }
    // Beside its place first: a killed run leaves no half model.
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, text(trees, leaves, features))?;
    std::fs::rename(fresh, path)
}

/// A model in LightGBM's text format.
pub fn text(trees: usize, leaves: usize, features: usize) -> String {
    let names: Vec<String> = (0..features).map(|index| format!("f{index}")).collect();
    let infos = vec!["[-10:100]"; features].join(" ");
    let mut text = format!(
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx={}\n\
         objective=binary sigmoid:1\nfeature_names={}\nfeature_infos={infos}\n\n",
        features - 1,
        names.join(" ")
    );
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (leaves as u64) << 32 ^ trees as u64);
    for index in 0..trees {
        text.push_str(&tree(index, leaves, features, &mut random));
    }
    text.push_str(
        "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n\npandas_categorical:null\n",
    );
    text
}

/// A leaf while the tree grows: where its parent points to it, how deep it is, what it covers.
struct Leaf {
    parent: Option<(usize, bool)>,
    depth: usize,
    cover: u32,
}

fn tree(index: usize, leaves: usize, features: usize, random: &mut Random) -> String {
    let mut grown = vec![Leaf {
        parent: None,
        depth: 0,
        cover: COVER,
    }];
    let (mut left, mut right, mut tested, mut thresholds, mut covers) = (vec![], vec![], vec![], vec![], vec![]);
    while grown.len() < leaves {
        // A leaf of a few draws, the largest: neither a chain nor a perfectly balanced tree.
        let open = (0..3)
            .map(|_| random.below(grown.len()))
            .filter(|&place| grown[place].depth < DEPTH && grown[place].cover > 1);
        let Some(place) = open.max_by_key(|&place| grown[place].cover) else {
            continue;
        };
        let node = tested.len();
        let Leaf { parent, depth, cover } = grown[place];
        if let Some((parent, is_left)) = parent {
            let children: &mut Vec<i64> = if is_left { &mut left } else { &mut right };
            children[parent] = to_i64(node);
        }
        let share = 0.1 + 0.8 * random.unit();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a u32 is one"
        )]
        let below = ((f64::from(cover) * share) as u32).clamp(1, cover - 1);
        // As LightGBM numbers leaves: the left one keeps the number, the right one is new.
        left.push(-1 - to_i64(place));
        right.push(-1 - to_i64(grown.len()));
        tested.push(random.below(features));
        thresholds.push(random.normal());
        covers.push(cover);
        grown[place] = Leaf {
            parent: Some((node, true)),
            depth: depth + 1,
            cover: below,
        };
        grown.push(Leaf {
            parent: Some((node, false)),
            depth: depth + 1,
            cover: cover - below,
        });
    }
    let values: Vec<f64> = grown.iter().map(|_| 0.01 * random.normal()).collect();
    let leaf_covers: Vec<u32> = grown.iter().map(|leaf| leaf.cover).collect();
    let inner = tested.len();
    let mut text = format!("Tree={index}\nnum_leaves={leaves}\nnum_cat=0\n");
    line(&mut text, "split_feature", &tested);
    line(&mut text, "split_gain", &vec![1; inner]);
    line(&mut text, "threshold", &thresholds);
    // Numeric, missing is NaN, and it goes left or right.
    let kinds: Vec<u8> = (0..inner).map(|node| if node % 2 == 0 { 8 } else { 10 }).collect();
    line(&mut text, "decision_type", &kinds);
    line(&mut text, "left_child", &left);
    line(&mut text, "right_child", &right);
    line(&mut text, "leaf_value", &values);
    line(&mut text, "leaf_weight", &leaf_covers);
    line(&mut text, "leaf_count", &leaf_covers);
    line(&mut text, "internal_value", &vec![0; inner]);
    line(&mut text, "internal_weight", &covers);
    line(&mut text, "internal_count", &covers);
    text.push_str("is_linear=0\nshrinkage=1\n\n\n");
    text
}

fn line<T: std::fmt::Display>(text: &mut String, name: &str, values: &[T]) {
    text.push_str(name);
    for (place, value) in values.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = write!(text, "{}{value}", if place == 0 { '=' } else { ' ' });
    }
    text.push('\n');
}

fn to_i64(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// Numbers that look random and are the same every time (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Near enough to a normal distribution: twelve uniform numbers have variance 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_core::import::lightgbm;

    #[test]
    fn grown_trees_have_the_size_asked_for_and_can_be_read() {
        for (trees, leaves) in [(3, 2), (2, 34), (1, 256)] {
            let ensemble = lightgbm::from_text(&text(trees, leaves, 20)).unwrap().ensemble;
            assert_eq!(ensemble.trees.len(), trees);
            for tree in &ensemble.trees {
                assert_eq!(tree.leaves.len(), leaves);
                assert_eq!(tree.covers.iter().sum::<f64>(), f64::from(COVER));
            }
        }
        assert_eq!(text(2, 8, 20), text(2, 8, 20), "the same every time");
    }
}
