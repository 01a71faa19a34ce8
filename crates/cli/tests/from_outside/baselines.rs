//! Simpler models, averages of models: figures on the same folds.

use crate::support::{Folder, QUICK, join};
use candor_core::ensemble::Tree;
use serde_json::Value;

fn figure(card: &Value, part: &str, figure: &str) -> f64 {
    let parts = card["parts"].as_array().unwrap();
    let part = parts
        .iter()
        .find(|known| known["name"] == part)
        .unwrap_or_else(|| panic!("no part {part}"));
    let figure = &part["metrics"][figure];
    figure.as_f64().or_else(|| figure["value"].as_f64()).unwrap()
}

#[test]
fn baselines_stand_beside_the_model_on_the_same_folds() {
    let folder = Folder::with_tables();
    let train = [
        "train",
        "--data",
        "data",
        "--application-only",
        "--cv",
        "3",
        "--baselines",
        "--output",
        "m.candor",
        "--trees",
        "30",
        "--json",
        "--name",
        "m",
    ];
    let card: Value = serde_json::from_str(folder.succeed(&join(&train, &["--threads", "1"])).text()).unwrap();
    let first = folder.read("m.candor");
    folder.succeed(&join(&train, &["--threads", "2", "--force"]));
    assert_eq!(first, folder.read("m.candor"), "the number of threads changes nothing");

    let (rows, bad) = (&card["parts"][3]["rows"], &card["parts"][3]["bad"]);
    let base_rate = bad.as_f64().unwrap() / rows.as_f64().unwrap();
    for part in card["parts"].as_array().unwrap().iter().skip(3) {
        assert_eq!((&part["rows"], &part["bad"]), (rows, bad), "{part}");
    }
    // Everybody has the same probability, the default rate: no ranking, and the Brier score of a coin of that bias.
    assert!((figure(&card, "prior", "auc") - 0.5).abs() < 0.01);
    assert!((figure(&card, "prior", "brier") - base_rate * (1.0 - base_rate)).abs() < 1e-4);
    for name in ["logistic regression", "random forest", "LightGBM defaults"] {
        let auc = figure(&card, name, "auc");
        assert!(auc > 0.62, "{name} finds the signal of the synthetic clients: {auc}");
        assert!(figure(&card, name, "calibration_error") < 0.05, "{name} is calibrated");
    }
    let page = ["report", "--model", "m.candor", "--data", "data", "--output", "r.html"];
    folder.succeed(&page);
    let page = String::from_utf8(folder.read("r.html")).unwrap();
    for name in [
        "logistic regression on weights",
        "random forest",
        "LightGBM with its own defaults",
        "prior (",
    ] {
        assert!(page.contains(name), "the report shows {name}");
    }
    let alone = folder.run(&["train", "--data", "data", "--output", "n.candor", "--baselines"]);
    assert_eq!(alone.code, Some(2));
    assert!(alone.stderr.contains("--cv"), "{}", alone.stderr);
}

#[test]
fn an_average_is_the_mean_of_models_of_other_seeds_and_shapes() {
    let folder = Folder::with_tables();
    let train = |output: &str, more: &[&str]| {
        let train = ["train", "--data", "data", "--output", output, "--json", "--name", "m"];
        let json = folder.succeed(&[&train[..], &QUICK, more].concat()).text().to_owned();
        serde_json::from_str::<Value>(&json).unwrap()
    };
    let one = train("one.candor", &[]);
    assert!(
        one["parameters"].get("averaged_models").is_none(),
        "who names --trees gets one model"
    );
    let three = train("three.candor", &["--average", "3"]);
    assert_eq!(three["parameters"]["averaged_models"], "3");
    assert_eq!(three["parameters"]["num_iterations"], "30,30,30");
    let share: f64 = three["parameters"]["scorecard_share"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        one["parameters"].get("scorecard_share").is_none(),
        "one model stands alone"
    );
    let model = |name: &str| {
        candor_core::Scorer::from_bytes(&folder.read(name))
            .unwrap()
            .model()
            .clone()
    };
    let (one, three) = (model("one.candor"), model("three.candor"));
    assert_eq!(
        three.ensemble.trees[..30],
        one.ensemble.trees[..],
        "the first is the model by itself"
    );
    assert_ne!(three.ensemble.trees[60..90], one.ensemble.trees[..]);
    let leaves = |trees: &[Tree]| trees.iter().map(|tree| tree.leaves.len()).max();
    assert_eq!(leaves(&three.ensemble.trees[30..60]), Some(9), "a quarter of 34");
    assert!(
        leaves(&three.ensemble.trees[60..90]) > Some(9),
        "every other model has small trees"
    );
    assert!((three.ensemble.scale - (1.0 - share) / 3.0).abs() < 1e-15);
    let scorecard = &three.ensemble.trees[90..];
    assert!(scorecard.len() > 10, "a scorecard has its share");
    for tree in scorecard {
        let feature = tree.nodes[0].feature;
        assert!(
            tree.nodes.iter().all(|node| node.feature == feature),
            "a tree of one feature"
        );
    }
}
