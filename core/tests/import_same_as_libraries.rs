//! Imported models reach the leaves, scores and contributions that LightGBM and XGBoost themselves reach. The models and
//! the libraries' answers are written by `fixtures/import/make_lightgbm_xgboost.py`, which says what the rows hold.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::fs;
use std::path::{Path, PathBuf};

use candor_core::ensemble::{Ensemble, Test};
use candor_core::import::{FeatureKind, Format, Imported, Output, from_bytes};
use candor_core::shap::Explainer;

/// What a library makes of a row.
struct Answer {
    row: Vec<f64>,
    leaves: Vec<usize>,
    raw: f64,
    /// Of some rows only: each feature's contribution, then the base value.
    contributions: Vec<f64>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import")
}

fn answers(path: &Path) -> Vec<Answer> {
    let numbers = |text: &str| {
        text.split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect::<Vec<f64>>()
    };
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let [row, leaves, raw, contributions] = line.split(';').collect::<Vec<_>>().try_into().unwrap();
            Answer {
                row: numbers(row),
                leaves: numbers(leaves).into_iter().map(|leaf| leaf as usize).collect(),
                raw: raw.parse().unwrap(),
                contributions: numbers(contributions),
            }
        })
        .collect()
}

/// How far apart the figures of a library and ours may be: that much, and as much per unit of what is added up.
struct Tolerance {
    raw: f64,
    contributions: f64,
    /// Whether the library adds 32-bit floats.
    is_single: bool,
}

/// LightGBM adds in 64 bits, XGBoost in 32.
const LIGHTGBM: Tolerance = Tolerance {
    raw: 1e-12,
    contributions: 1e-10,
    is_single: false,
};
const XGBOOST: Tolerance = Tolerance {
    raw: 1e-5,
    contributions: 1e-4,
    is_single: true,
};

/// The largest differences seen.
#[derive(Default, Debug)]
struct Seen {
    models: usize,
    rows: usize,
    leaves: usize,
    raw: f64,
    explained: usize,
    contributions: f64,
}

fn compare(name: &str, ensemble: &Ensemble, answers: &[Answer], tolerance: &Tolerance, seen: &mut Seen) {
    let explainer = Explainer::new(ensemble);
    seen.models += 1;
    assert!(
        !tolerance.is_single || is_bit_for_bit(ensemble, answers),
        "{name}: added in 32 bits, the leaves do not give the library's score"
    );
    for Answer {
        row,
        leaves,
        raw,
        contributions,
    } in answers
    {
        let ours: Vec<usize> = ensemble.trees.iter().map(|tree| tree.leaf(row)).collect();
        assert_eq!(ours, *leaves, "{name}: leaves of {row:?}");
        let sum = ensemble
            .trees
            .iter()
            .zip(leaves)
            .fold(0.0, |sum, (tree, leaf)| sum + tree.leaves[*leaf]);
        let score = ensemble.raw_score(row);
        assert_eq!(
            score,
            ensemble.offset + ensemble.scale * sum,
            "{name}: sum of the leaves of {row:?}"
        );
        let size = ensemble.largest_score().max(1.0);
        let compiled = explainer.compiled().raw_score(row);
        assert!(
            (compiled - score).abs() <= 1e-12 * size,
            "{name}: compiled {compiled} ≠ {score} for {row:?}"
        );
        let difference = (score - raw).abs() / size;
        assert!(difference <= tolerance.raw, "{name}: {score} ≠ {raw} for {row:?}");
        seen.raw = seen.raw.max(difference);
        seen.rows += 1;
        seen.leaves += leaves.len();
        if contributions.is_empty() {
            continue;
        }
        let mut ours = vec![0.0; row.len()];
        explainer.contributions(row, &mut ours);
        ours.push(explainer.base_value());
        for (feature, (ours, theirs)) in ours.iter().zip(contributions).enumerate() {
            let difference = (ours - theirs).abs() / size;
            assert!(
                difference <= tolerance.contributions,
                "{name}: feature {feature}: {ours} ≠ {theirs} for {row:?}"
            );
            seen.contributions = seen.contributions.max(difference);
        }
        seen.explained += 1;
        let total: f64 = ours.iter().sum();
        assert!(
            (total - score).abs() <= 1e-12 * score.abs().max(1.0),
            "{name}: {total} ≠ {score}"
        );
    }
}

/// Whether the leaves give the very bits of XGBoost's scores when they are added as XGBoost adds them: then rounding is all
/// that differs. The offset may be off by the last bit of a 32-bit logarithm, which is up to XGBoost's platform.
fn is_bit_for_bit(ensemble: &Ensemble, answers: &[Answer]) -> bool {
    let offset = ensemble.offset as f32;
    [offset, offset.next_up(), offset.next_down()]
        .into_iter()
        .any(|offset| {
            answers.iter().all(|answer| {
                let leaves = ensemble.trees.iter().zip(&answer.leaves);
                let sum = leaves.fold(offset, |sum, (tree, leaf)| sum + tree.leaves[*leaf] as f32);
                f64::from(sum) == answer.raw
            })
        })
}

fn import(path: &Path, format: Format) -> Imported {
    from_bytes(&fs::read(path).unwrap(), format).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares every model of a folder, and gives the names with their models.
fn compare_all(folder: &Path) -> (Vec<(String, Imported)>, [Seen; 2]) {
    let mut seen = [Seen::default(), Seen::default()];
    let mut models = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rows"))
    {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let imported = if name.starts_with("lightgbm") {
            let imported = import(&path.with_extension("txt"), Format::LightGbm);
            compare(&name, &imported.ensemble, &answers(path), &LIGHTGBM, &mut seen[0]);
            imported
        } else if name.starts_with("xgboost") {
            let imported = import(&path.with_extension("json"), Format::XgBoost);
            compare(&name, &imported.ensemble, &answers(path), &XGBOOST, &mut seen[1]);
            let binary = path.with_extension("ubj");
            if binary.exists() {
                assert_eq!(
                    import(&binary, Format::XgBoost),
                    imported,
                    "{name}: the other way of writing it"
                );
            }
            imported
        } else {
            continue;
        };
        models.push((name, imported));
    }
    (models, seen)
}

#[test]
fn leaves_scores_and_contributions_are_those_of_the_libraries() {
    let (models, [lightgbm, xgboost]) = compare_all(&folder());
    assert!(
        lightgbm.models == 15 && xgboost.models == 20,
        "{lightgbm:?} {xgboost:?}"
    );
    assert!(
        lightgbm.rows == 15 * 54 && xgboost.rows == 20 * 54,
        "{lightgbm:?} {xgboost:?}"
    );
    let model = |name: &str| &models.iter().find(|(known, _)| known == name).unwrap().1;
    for (name, _) in &models {
        let expected = match name.rsplit('_').next().unwrap() {
            "regression" | "quantile" | "lambdarank" | "squared" | "ranking" => Output::Value,
            "poisson" => Output::LogValue,
            _ => Output::LogOdds,
        };
        assert_eq!(model(name).output, expected, "{name}");
    }
    // What the models are to show is in them.
    let longest_set = |name: &str| {
        let nodes = model(name).ensemble.trees.iter().flat_map(|tree| &tree.nodes);
        let lengths = nodes.filter_map(|node| match node.test {
            Test::InSet { length, .. } => Some(length),
            Test::AtMost(..) => None,
        });
        lengths.max().unwrap_or(0)
    };
    for name in ["lightgbm_gbdt", "xgboost3_sets", "xgboost2_sets", "xgboost3_data_frame"] {
        assert!(longest_set(name) > 1, "{name} holds no set past 32 levels");
    }
    assert_eq!(model("lightgbm_rf").ensemble.scale, 1.0 / 3.0);
    assert_eq!(model("lightgbm_sigmoid").ensemble.scale, 0.7);
    assert_eq!(model("xgboost3_logitraw").ensemble.offset, -1.25);
    assert_eq!(model("xgboost3_forest").ensemble.trees.len(), 6);
    let deleted = fs::read_to_string(folder().join("xgboost3_pruned.json")).unwrap();
    assert!(
        !deleted.contains("\"num_deleted\":\"0\""),
        "no tree holds deleted nodes"
    );
}

#[test]
fn categories_of_a_data_frame_keep_their_names() {
    let imported = import(&folder().join("xgboost3_data_frame.ubj"), Format::XgBoost);
    let words = ["rent", "own", "maison à soi", "", "with parents"].map(str::to_owned);
    let numbers = (-5..65).map(|number| number.to_string()).collect();
    for (feature, expected) in imported.features.iter().zip([
        FeatureKind::Number,
        FeatureKind::Number,
        FeatureKind::Category { levels: words.to_vec() },
        FeatureKind::Category { levels: numbers },
        FeatureKind::Number,
        FeatureKind::Number,
    ]) {
        assert_eq!(feature.kind, expected, "{}", feature.name);
    }
}

/// Many models and rows, written by the same script into the folder that CANDOR_IMPORTS names.
#[test]
#[ignore = "wants a folder of models: see fixtures/import/make_lightgbm_xgboost.py"]
fn many_more_models() {
    let folder = std::env::var_os("CANDOR_IMPORTS").expect("CANDOR_IMPORTS names a folder");
    let (_, [lightgbm, xgboost]) = compare_all(Path::new(&folder));
    println!("LightGBM: {lightgbm:?}\nXGBoost: {xgboost:?}");
    assert!(lightgbm.rows + xgboost.rows > 0, "there are no models in the folder");
}
