//! The other two explanations on the command line: against stated applicants, and pair by pair.

use std::collections::BTreeMap;

use crate::support::{Folder, Table, join};
use candor_core::{Decision, Scorer};

const EXPLAIN: [&str; 5] = ["explain", "--model", "model.candor", "--input", "clients.csv"];

fn table(folder: &Folder, more: &[&str]) -> Table {
    Table::parse(&folder.succeed(&join(&EXPLAIN, more)).stdout)
}

/// Base value and contributions of each row, added up.
fn sums(table: &Table) -> Vec<f64> {
    let sum = |row: &Vec<String>| row[1..].iter().map(|cell| cell.parse::<f64>().unwrap()).sum();
    table.rows.iter().map(sum).collect()
}

fn log_odds(folder: &Folder, input: &str) -> Vec<f64> {
    let scores = folder.succeed(&["score", "--model", "model.candor", "--input", input]);
    Table::parse(&scores.stdout).numbers("log_odds")
}

fn assert_close(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-10, "{what}: {found} ≠ {wanted}");
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn applications_are_compared_with_stated_applicants() {
    let folder = Folder::with_model();
    let wanted = log_odds(&folder, "clients.csv");

    // The model's own background: typical applicants who are approved.
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let background = scorer.model().background.as_ref().unwrap();
    let scores: Vec<_> = background
        .applications(scorer.schema())
        .map(|a| scorer.score(&a))
        .collect();
    assert!(!scores.is_empty());
    assert!(scores.iter().all(|score| score.decision == Decision::Approve));
    let base = mean(&scores.iter().map(|score| score.log_odds).collect::<Vec<_>>());
    let own = table(&folder, &["--method", "interventional"]);
    assert_close(&own.numbers("base_value")[..1], &[base], "base value");
    assert_close(&sums(&own), &wanted, "against the model's background");
    assert_ne!(own.rows, table(&folder, &[]).rows);

    // Stated ones: the base value is their mean score, whoever they are.
    folder.write("some.csv", folder.table().first(40).to_csv());
    let stated = ["--method", "interventional", "--background", "some.csv", "--groups"];
    let stated = table(&folder, &stated);
    let base = mean(&log_odds(&folder, "some.csv"));
    assert_close(
        &stated.numbers("base_value")[..1],
        &[base],
        "base value of stated applicants",
    );
    assert_close(&sums(&stated), &wanted, "against stated applicants");
}

#[test]
fn interactions_of_a_feature_add_up_to_its_contribution() {
    let folder = Folder::with_model();
    folder.write("clients.csv", folder.table().first(20).to_csv());
    for (space, name) in [(&[][..], "feature"), (&["--groups"], "group")] {
        let contributions = table(&folder, space);
        let pairs = table(&folder, &join(&["--interactions"], space));
        assert_eq!(
            pairs.header,
            ["id", &format!("{name}_a"), &format!("{name}_b"), "interaction"]
        );
        let mut sums: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for row in &pairs.rows {
            *sums.entry((&row[0], &row[1])).or_default() += row[3].parse::<f64>().unwrap();
        }
        for row in &contributions.rows {
            for (name, cell) in contributions.header.iter().zip(row).skip(2) {
                let sum = sums.get(&(&row[0][..], &name[..])).copied().unwrap_or(0.0);
                assert_close(&[sum], &[cell.parse().unwrap()], name);
            }
        }
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = Folder::with_model();
    folder.write("empty.csv", folder.table().first(0).to_csv());
    let with = |more: &[&'static str]| join(&EXPLAIN, more);
    folder.refuse(&with(&["--background", "clients.csv"]), &["interventional"]);
    folder.refuse(
        &with(&["--method", "interventional", "--interactions"]),
        &["--interactions"],
    );
    folder.refuse(
        &with(&["--method", "interventional", "--background", "empty.csv"]),
        &["empty.csv"],
    );
    folder.refuse(
        &with(&["--method", "interventional", "--background", "absent.csv"]),
        &["absent.csv"],
    );

    let mut model = Scorer::from_bytes(&folder.read("model.candor"))
        .unwrap()
        .model()
        .clone();
    model.background = None;
    folder.write("bare.candor", model.to_bytes().unwrap());
    folder.refuse(
        &[
            "explain",
            "--model",
            "bare.candor",
            "--input",
            "clients.csv",
            "--method",
            "interventional",
        ],
        &["background"],
    );
}
