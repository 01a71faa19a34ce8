//! Choosing a few fields.

use crate::support::{Folder, QUICK, join};
use candor_core::Scorer;
use serde_json::Value;

#[test]
fn a_model_of_few_fields_comes_with_the_curve_that_led_there() {
    let folder = Folder::with_tables();
    let train = [
        "train",
        "--data",
        "data",
        "--cv",
        "3",
        "--select",
        "8",
        "--output",
        "few.candor",
        "--json",
        "--name",
        "few",
    ];
    let card: Value = serde_json::from_str(folder.succeed(&join(&train, &QUICK)).text()).unwrap();
    let parts = card["parts"].as_array().unwrap();
    let curve: Vec<(usize, f64)> = parts
        .iter()
        .filter_map(|part| {
            let fields = part["name"].as_str()?.strip_suffix(" fields")?.parse().ok()?;
            Some((fields, part["metrics"]["auc"]["value"].as_f64()?))
        })
        .collect();
    let sizes: Vec<usize> = curve.iter().map(|(fields, _)| *fields).collect();
    assert!(sizes.windows(2).all(|pair| pair[0] > pair[1]), "{sizes:?}");
    assert!(sizes.contains(&8) && sizes.contains(&5), "{sizes:?}");
    let auc = |fields: usize| curve.iter().find(|(count, _)| *count == fields).unwrap().1;
    assert!(auc(8) > 0.6, "eight fields still rank: {curve:?}");

    let first = folder.read("few.candor");
    let scorer = Scorer::from_bytes(&first).unwrap();
    let fields: Vec<&str> = scorer
        .model()
        .schema
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert!(fields.len() <= 8, "{fields:?}");
    assert!(
        fields.contains(&"EXT_SOURCE_2"),
        "the strongest signal of the synthetic clients is kept: {fields:?}"
    );
    let note = card["notes"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|note| note.as_str()?.strip_prefix("Chosen fields"));
    assert!(fields.iter().all(|field| note.unwrap().contains(field)), "{note:?}");
    // A full table is scored without ado: the fields that were left out are known and not read.
    folder.write("clients.csv", folder.table().first(50).to_csv());
    let score = [
        "score",
        "--model",
        "few.candor",
        "--input",
        "clients.csv",
        "--output",
        "s.csv",
    ];
    folder.succeed(&score);

    let threads = ["--trees", "30", "--threads", "2", "--application-only", "--force"];
    folder.succeed(&[&train[..], &threads].concat());
    assert_eq!(
        first,
        folder.read("few.candor"),
        "the number of threads changes nothing"
    );
    let alone = folder.run(&["train", "--data", "data", "--output", "n.candor", "--select", "8"]);
    assert_eq!(alone.code, Some(2));
    assert!(alone.stderr.contains("--cv"), "{}", alone.stderr);
}
