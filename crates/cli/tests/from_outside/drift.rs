//! `candor drift` from outside: what is found, what is not, and what odd tables end in.

use crate::support::{Folder, Table};
use serde_json::Value;

/// A model of 2,000 clients, and `same.csv`: 1,000 others who have not changed.
fn folder() -> Folder {
    let folder = Folder::with_model();
    folder.succeed(&["synth", "--clients", "1000", "--seed", "2", "--output", "same"]);
    std::fs::rename(folder.path("same/application_train.csv"), folder.path("same.csv")).unwrap();
    folder
}

fn drifted(folder: &Folder, kind: &str, strength: &str) -> String {
    let output = format!("{kind}-{strength}");
    let arguments = [
        "synth",
        "--clients",
        "2000",
        "--seed",
        "3",
        "--drift",
        kind,
        "--drift-strength",
        strength,
    ];
    folder.succeed(&[&arguments[..], &["--output", &output]].concat());
    format!("{output}/application_train.csv")
}

/// Runs `candor drift` with JSON to standard output, and the exit code that was expected.
fn drift(folder: &Folder, current: &str, code: i32, more: &[&str]) -> Value {
    let arguments = ["drift", "--model", "model.candor", "--current", current, "--json"];
    let ended = folder.run(&[&arguments[..], more].concat());
    assert_eq!(ended.stderr, "", "{current} {more:?}");
    assert_eq!(ended.code, Some(code), "{current} {more:?}:\n{}", ended.text());
    serde_json::from_slice(&ended.stdout).unwrap()
}

fn field<'a>(figures: &'a Value, name: &str) -> &'a Value {
    let fields = figures["fields"].as_array().unwrap();
    fields
        .iter()
        .find(|field| field["input"]["name"] == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn what_has_changed_is_found_at_the_documented_strengths_and_what_has_not_is_not() {
    let folder = folder();
    let figures = drift(&folder, "same.csv", 0, &[]);
    assert_eq!(figures["verdict"]["candor"]["drift"], false);
    assert_eq!(figures["verdict"]["evidently"]["drift"], false);
    assert!(
        number(&figures["score"]["change"]["index"]) < 0.1,
        "{}",
        figures["score"]
    );
    for kind in ["sudden", "gradual", "feature"] {
        let figures = drift(&folder, &drifted(&folder, kind, "0.5"), 1, &[]);
        let score = field(&figures, "EXT_SOURCE_2");
        assert_eq!(score["change"]["drifted"], true, "{kind}: {score}");
        if kind == "feature" {
            assert_eq!(figures["verdict"]["candor"]["fields"], 1, "nothing but the field");
            assert_eq!(figures["fields"][0]["input"]["name"], "EXT_SOURCE_2", "it stands first");
        }
        let strong = drift(&folder, &drifted(&folder, kind, "1.5"), 1, &[]);
        assert_eq!(strong["verdict"]["candor"]["score"], true, "{kind}: the scores follow");
        // A strength of nothing is found nowhere.
        drift(&folder, &drifted(&folder, kind, "0"), 0, &[]);
    }
}

#[test]
fn the_model_file_says_what_its_training_table_says() {
    let folder = folder();
    let current = drifted(&folder, "sudden", "1");
    let alone = drift(&folder, &current, 1, &[]);
    let whole = drift(&folder, &current, 1, &["--reference", "data/application_train.csv"]);
    assert!(alone["reference"].is_null());
    assert_eq!(whole["reference"], "application_train.csv");
    for of_field in whole["fields"].as_array().unwrap() {
        let name = of_field["input"]["name"].as_str().unwrap();
        let of_file = field(&alone, name);
        assert_eq!(of_file["missing_now"], of_field["missing_now"], "{name}");
        if let Some(decision) = of_file["evidently"].as_object()
            && decision["certain"] == true
        {
            // The training part is three fifths of the table; only its size may choose another test.
            assert!(
                number(&decision["score"]["low"]) <= number(&decision["score"]["value"]),
                "{name}"
            );
        }
        let certain = of_field["evidently"]["certain"].as_bool();
        assert!(certain.unwrap_or(true), "{name}: all values are known");
    }
    // A table against itself.
    let same = drift(&folder, "same.csv", 0, &["--reference", "same.csv"]);
    for of_field in same["fields"].as_array().unwrap() {
        assert_eq!(
            number(&of_field["change"]["index"]),
            0.0,
            "{}",
            of_field["input"]["name"]
        );
    }
    assert_eq!(number(&same["score"]["change"]["index"]), 0.0);
}

#[test]
fn the_page_and_the_files_say_the_same() {
    let folder = folder();
    let current = drifted(&folder, "feature", "2");
    let arguments = [
        "drift",
        "--model",
        "model.candor",
        "--current",
        &current,
        "--output",
        "d.html",
        "--output",
        "d.json",
    ];
    let ended = folder.run(&arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    for part in [
        "Candor",
        "Bank",
        "Evidently",
        "EXT_SOURCE_2",
        "Wasserstein distance (normed)",
        "Written: d.html",
    ] {
        assert!(ended.text().contains(part), "no '{part}' in\n{}", ended.text());
    }
    let (html, json) = (String::from_utf8(folder.read("d.html")).unwrap(), folder.read("d.json"));
    let figures: Value = serde_json::from_slice(&json).unwrap();
    let first = &figures["fields"][0]["change"]["index"];
    assert!(
        html.contains(&format!("<data value=\"{}\">", number(first))),
        "the page has the index {first}"
    );
    for forbidden in ["<script", "http://", "https://", "src="] {
        assert!(!html.contains(forbidden), "{forbidden} in the page");
    }
    folder.refuse(&arguments, &["d.html exists already", "--force"]);
    let french = [&arguments[..5], &["--output", "f.html", "--language", "fr"]].concat();
    assert_eq!(folder.run(&french).code, Some(1));
    let french = String::from_utf8(folder.read("f.html")).unwrap();
    assert!(french.contains("<html lang=\"fr\">") && french.contains("Règle de Candor"));
    // The exit code follows the rule that was asked for: one field of a hundred is no drift of Evidently's.
    let ended = folder.run(&[
        "drift",
        "--model",
        "model.candor",
        "--current",
        &current,
        "--decide",
        "evidently",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.text());
}

#[test]
fn odd_tables_are_compared_as_far_as_they_go() {
    let folder = folder();
    let table = Table::read(&folder.path("same.csv"));
    let rows = table.rows.len() as u64;

    folder.write(
        "levels.csv",
        table
            .clone()
            .with_all("NAME_HOUSING_TYPE", "Castle </td><script>")
            .to_csv(),
    );
    let figures = drift(&folder, "levels.csv", 1, &["--output", "levels.html"]);
    let housing = field(&figures, "NAME_HOUSING_TYPE");
    assert_eq!(housing["new_levels"][0]["rows"], rows);
    assert_eq!(
        (&housing["change"]["drifted"], &housing["missing_now"]),
        (&true.into(), &0.0.into())
    );
    assert!(figures["score"].is_null(), "nobody can be scored");
    assert!(
        !String::from_utf8(folder.read("levels.html"))
            .unwrap()
            .contains("<script")
    );

    folder.write("text.csv", table.clone().with_all("AMT_CREDIT", "plenty").to_csv());
    let figures = drift(&folder, "text.csv", 1, &[]);
    assert_eq!(field(&figures, "AMT_CREDIT")["unfit_cells"], rows);
    assert_eq!(field(&figures, "AMT_CREDIT")["missing_now"], 1.0);
    assert!(
        figures["gaps"]
            .to_string()
            .contains("AMT_CREDIT: 1000 cells do not fit the field"),
        "{}",
        figures["gaps"]
    );
    assert!(
        figures["gaps"]
            .to_string()
            .contains("in line 2: 'plenty' is not a number")
    );

    folder.write("missing.csv", table.clone().with_all("AMT_CREDIT", "").to_csv());
    let figures = drift(&folder, "missing.csv", 1, &[]);
    let credit = field(&figures, "AMT_CREDIT");
    assert!(
        credit["evidently"].is_null() && credit["change"]["drifted"] == true,
        "{credit}"
    );

    folder.write("one.csv", table.first(1).to_csv());
    let figures = drift(&folder, "one.csv", 0, &["--output", "one.html"]);
    assert!(
        figures["gaps"]
            .to_string()
            .contains("indices of so few are mostly chance")
    );

    let empty = table
        .header
        .iter()
        .fold(table.clone(), |table, column| table.with_all(column, ""));
    folder.write("empty.csv", empty.to_csv());
    drift(&folder, "empty.csv", 1, &["--output", "empty.html"]);

    let without = table.without(&["AMT_CREDIT", "NAME_HOUSING_TYPE"]);
    folder.write("without.csv", without.to_csv());
    let figures = drift(&folder, "without.csv", 1, &["--missing-columns", "ignore"]);
    assert!(
        figures["gaps"]
            .to_string()
            .contains("no such column: AMT_CREDIT, NAME_HOUSING_TYPE"),
        "{}",
        figures["gaps"]
    );

    let mut semicolons = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    semicolons.write_record(&table.header).unwrap();
    table.rows.iter().for_each(|row| semicolons.write_record(row).unwrap());
    folder.write("semicolons.csv", semicolons.into_inner().unwrap());
    drift(&folder, "semicolons.csv", 0, &[]);
    folder.write("same.parquet", table.to_parquet());
    assert_eq!(
        drift(&folder, "same.parquet", 0, &[])["fields"],
        drift(&folder, "same.csv", 0, &[])["fields"]
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_place_and_remedy() {
    let folder = folder();
    let table = Table::read(&folder.path("same.csv"));
    folder.write("header.csv", table.first(0).to_csv());
    folder.write("without.csv", table.without(&["AMT_CREDIT"]).to_csv());
    folder.write("extra.csv", table.clone().and("SHOE_SIZE", "42").to_csv());
    folder.write("other.csv", "a,b\n1,2\n");
    folder.write("nothing.csv", "");
    folder.write("rows.jsonl", table.first(3).to_json_lines());
    let run = |current: &'static str, more: &[&'static str], wanted: &[&str]| {
        let arguments = ["drift", "--model", "model.candor", "--current", current];
        folder.refuse(&[&arguments[..], more].concat(), wanted);
    };
    run("header.csv", &[], &["header.csv", "has no rows"]);
    run(
        "without.csv",
        &[],
        &[
            "without.csv, line 1",
            "AMT_CREDIT is missing",
            "--missing-columns ignore",
        ],
    );
    run("extra.csv", &[], &["SHOE_SIZE", "--extra-columns ignore"]);
    run("other.csv", &[], &["no column is a field of the model", "--separator"]);
    run("nothing.csv", &[], &["nothing.csv", "empty"]);
    run("rows.jsonl", &[], &["rows.jsonl", "convert it"]);
    run("absent.csv", &[], &["cannot read absent.csv"]);
    run("-", &[], &["not standard input", "name a .csv"]);
    run(
        "same.csv",
        &["--reference", "header.csv"],
        &["header.csv", "has no rows"],
    );
    run("same.csv", &["--output", "d.txt"], &["d.txt", ".html or .json"]);
    run(
        "same.csv",
        &["--output", "d.json", "--output", "d.json"],
        &["given twice"],
    );
    run("same.csv", &["--output", "no/where.html"], &["no/where.html", "folder"]);
    folder.refuse(
        &[
            "synth",
            "--clients",
            "10",
            "--drift",
            "sudden",
            "--drift-strength",
            "11",
            "--output",
            "x",
        ],
        &["strength 11", "0 to 10"],
    );
}

/// An imported model knows its fields, and nothing of the clients behind them.
#[test]
fn a_model_without_a_population_asks_for_a_reference() {
    let folder = Folder::empty();
    folder.write(
        "trees.txt",
        include_bytes!("../../../../core/tests/fixtures/import/lightgbm_gbdt.txt"),
    );
    folder.succeed(&["import", "trees.txt", "--from", "lightgbm", "--output", "model.candor"]);
    folder.write("clients.csv", "a\n1\n");
    folder.refuse(
        &["drift", "--model", "model.candor", "--current", "clients.csv"],
        &["model.candor keeps nothing of the clients", "--reference FILE"],
    );
}
