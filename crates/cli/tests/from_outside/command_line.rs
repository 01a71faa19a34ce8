//! The command line on synthetic data: train, inspect, score, explain.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Folder, QUICK, Table, gzip, join, partial_files};
use candor_core::Scorer;
use serde_json::Value;

#[test]
fn a_model_is_trained_and_inspected() {
    let folder = Folder::with_tables();
    let train = ["train", "--data", "data", "--output", "model.candor"];
    let text = folder.succeed(&join(&train, &QUICK)).text().to_owned();
    for part in [
        "Read 2000 clients from data/application_train.csv.",
        "Not inputs: CODE_GENDER, NAME_FAMILY_STATUS, DAYS_BIRTH, CNT_CHILDREN, CNT_FAM_MEMBERS.",
        "Model: 30 trees,",
        "1200                   400                   400",
        "cost, approve all",
        "cost, decline all",
        "Written: model.candor",
    ] {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }

    let text = folder.succeed(&["inspect", "model.candor"]).text().to_owned();
    assert!(text.starts_with("model\n  digest       "), "{text}");
    for part in [
        "30 with",
        "not an input CODE_GENDER",
        "left out     AGE_AT_EMPLOYMENT",
        "AUC",
    ] {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }
    let all = folder
        .succeed(&["inspect", "model.candor", "--features"])
        .text()
        .to_owned();
    assert!(
        all.lines().count() > text.lines().count() + 50,
        "--features lists every feature"
    );

    let json: Value = serde_json::from_str(folder.succeed(&["inspect", "model.candor", "--json"]).text()).unwrap();
    assert_eq!(json["trees"], 30);
    assert_eq!(json["card"]["name"], "model");
    assert_eq!(json["card"]["data"]["rows"], 2000);
    assert_eq!(json["card"]["parameters"]["num_iterations"], "30");
    assert_eq!(
        json["features"].as_array().unwrap().len(),
        json["reference"]["importance"].as_array().unwrap().len()
    );
    let parts = json["card"]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    let test = &parts[2]["metrics"];
    let figure = |name: &str, key: &str| test[name][key].as_f64().unwrap();
    for name in ["auc", "gini", "ks", "log_loss", "brier", "cost", "cost_at_break_even"] {
        let (low, value, high) = (figure(name, "low"), figure(name, "value"), figure(name, "high"));
        assert!(low <= value && value <= high, "{name}: {low} {value} {high}");
    }
    assert!(figure("auc", "value") > 0.6, "the synthetic signal is found");
    let bad_rate = parts[2]["bad"].as_f64().unwrap() / parts[2]["rows"].as_f64().unwrap();
    assert!((test["cost_approve_all"].as_f64().unwrap() - 10.0 * bad_rate).abs() < 1e-12);
    assert!((test["cost_decline_all"].as_f64().unwrap() - (1.0 - bad_rate)).abs() < 1e-12);
    // --json of train prints the same card.
    let card: Value = serde_json::from_str(
        folder
            .succeed(&join(&join(&train, &QUICK), &["--json", "--force"]))
            .text(),
    )
    .unwrap();
    assert_eq!(card, json["card"]);
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let folder = Folder::with_tables();
    let train = |output: &str, more: &[&str]| {
        let arguments = [
            "train",
            "--application-only",
            "--data",
            "data",
            "--name",
            "same",
            "--trees",
            "12",
            "--output",
            output,
        ];
        folder.succeed(&join(&arguments, more));
        folder.read(output)
    };
    let first = train("a.candor", &["--threads", "1"]);
    assert_eq!(first, train("b.candor", &["--threads", "1"]));
    assert_eq!(
        first,
        train("c.candor", &["--threads", "2"]),
        "the number of threads is no part of a model"
    );
    assert_eq!(
        first,
        train("d.candor", &["--seed", "7"]),
        "7 is the seed unless said otherwise"
    );
    assert_ne!(first, train("e.candor", &["--seed", "8"]));
}

#[test]
fn out_of_fold_probabilities_cover_everybody_once() {
    let folder = Folder::with_tables();
    let arguments = [
        "train", "--data", "data", "--cv", "3", "--oof", "oof.csv", "--output", "m.candor",
    ];
    let text = folder.succeed(&join(&arguments, &QUICK)).text().to_owned();
    assert!(text.contains("out-of-fold"), "{text}");
    assert!(partial_files(&folder.path(".")).is_empty());
    let (table, oof) = (folder.table(), Table::read(&folder.path("oof.csv")));
    assert_eq!(oof.header, ["id", "fold", "target", "probability"]);
    assert_eq!(
        oof.column("id"),
        table.column("SK_ID_CURR"),
        "every client once, in table order"
    );
    assert_eq!(oof.column("target"), table.column("TARGET"));
    let mut sizes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (fold, target) in oof.column("fold").into_iter().zip(oof.column("target")) {
        *sizes.entry((fold, target)).or_default() += 1;
    }
    assert_eq!(sizes.len(), 6, "three folds with both classes: {sizes:?}");
    for target in ["0", "1"] {
        let of: Vec<usize> = sizes
            .iter()
            .filter(|((_, t), _)| *t == target)
            .map(|(_, size)| *size)
            .collect();
        assert!(of.iter().max().unwrap() - of.iter().min().unwrap() <= 1, "{sizes:?}");
    }
    let probabilities = oof.numbers("probability");
    assert!(probabilities.iter().all(|&p| p > 0.0 && p < 1.0));
    // Calibrated: the mean probability is near the share of defaults, and defaulters have the higher ones.
    let (mut bad, mut good) = (Vec::new(), Vec::new());
    for (probability, target) in probabilities.iter().zip(oof.column("target")) {
        if target == "1" { &mut bad } else { &mut good }.push(*probability);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let rate = bad.len() as f64 / probabilities.len() as f64;
    assert!(
        (mean(&probabilities) - rate).abs() < 0.01,
        "{} and {rate}",
        mean(&probabilities)
    );
    assert!(mean(&bad) > 1.3 * mean(&good), "{} and {}", mean(&bad), mean(&good));
}

#[test]
fn every_format_gives_the_same_bits() {
    let folder = Folder::with_model();
    let clients = folder.table().first(300);
    folder.write("clients.csv.gz", gzip(&clients.to_csv()));
    folder.write("clients.jsonl", clients.to_json_lines());
    folder.write("clients.parquet", clients.to_parquet());
    let mut windows = b"\xef\xbb\xbf".to_vec();
    windows.extend(
        String::from_utf8(clients.to_csv())
            .unwrap()
            .replace('\n', "\r\n")
            .into_bytes(),
    );
    folder.write("windows.csv", windows);
    for command in ["score", "explain"] {
        let base = [command, "--model", "model.candor"];
        let expected = folder
            .succeed(&join(&base, &["--input", "clients.csv"]))
            .text()
            .to_owned();
        assert_eq!(expected.lines().count(), 301);
        for input in ["clients.csv.gz", "clients.jsonl", "clients.parquet", "windows.csv"] {
            let found = folder.succeed(&join(&base, &["--input", input]));
            assert_eq!(found.text(), expected, "{command} from {input}");
        }
        let piped = folder.run_with(&join(&base, &["--input", "-"]), &clients.to_csv());
        assert_eq!(
            (piped.code, piped.text()),
            (Some(0), expected.as_str()),
            "{command} from standard input"
        );
        let piped = folder.run_with(
            &join(&base, &["--input", "-", "--input-format", "jsonl"]),
            &clients.to_json_lines(),
        );
        assert_eq!(
            (piped.code, piped.text()),
            (Some(0), expected.as_str()),
            "{command} from piped JSON lines"
        );

        // And out again in every format.
        let expected = Table::parse(expected.as_bytes());
        for (output, more) in [
            ("out.csv", &[][..]),
            ("out.csv.gz", &[]),
            ("out.jsonl", &[]),
            ("out.parquet", &[]),
            ("odd.name", &["--format", "parquet"]),
        ] {
            let written = join(&base, &["--input", "clients.csv", "--force", "--output", output]);
            let silent = folder.succeed(&join(&written, more));
            assert_eq!(silent.text(), "");
            assert_eq!(read_back(&folder, output, &expected), expected, "{command} to {output}");
        }
        let lines = folder
            .succeed(&join(&base, &["--input", "clients.csv", "--format", "jsonl"]))
            .stdout;
        assert_eq!(
            lines,
            folder.read("out.jsonl"),
            "standard output holds what a file does"
        );
    }
    assert!(partial_files(&folder.path(".")).is_empty());
}

/// A result in any format as the table that it would be in CSV.
fn read_back(folder: &Folder, name: &str, like: &Table) -> Table {
    let bytes = folder.read(name);
    if name.ends_with(".csv") {
        return Table::parse(&bytes);
    }
    if name.ends_with(".gz") {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
        return Table::parse(&text);
    }
    if name.ends_with(".jsonl") {
        let text = String::from_utf8(bytes).unwrap();
        let rows = text.lines().map(|line| {
            // Keys stand in column order, which a sorted map would lose.
            let places: Vec<usize> = like
                .header
                .iter()
                .map(|name| line.find(&format!("\"{name}\":")).unwrap())
                .collect();
            assert!(places.is_sorted(), "{line}");
            let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
            assert_eq!(object.len(), like.header.len());
            like.header
                .iter()
                .map(|name| match &object[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    number => format!("{:?}", number.as_f64().unwrap()),
                })
                .collect()
        });
        return Table {
            header: like.header.clone(),
            rows: rows.collect(),
        };
    }
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    let file = std::fs::File::open(folder.path(name)).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let (mut header, mut rows) = (Vec::new(), Vec::new());
    for batch in reader {
        let batch = batch.unwrap();
        header = batch
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |column: &arrow_array::ArrayRef| match column.data_type() {
                _ if column.is_null(row) => String::new(),
                arrow_schema::DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
                _ => format!(
                    "{:?}",
                    column.as_primitive::<arrow_array::types::Float64Type>().value(row)
                ),
            };
            rows.push(batch.columns().iter().map(cell).collect());
        }
    }
    Table { header, rows }
}

#[test]
fn contributions_add_up_in_log_odds_in_points_and_in_groups() {
    let folder = Folder::with_model();
    let scores = folder.succeed(&["score", "--model", "model.candor", "--input", "clients.csv"]);
    let scores = Table::parse(&scores.stdout);
    assert_eq!(
        scores.header,
        ["id", "probability", "log_odds", "points", "decision", "risk_level"]
    );
    let explain = |more: &[&str]| {
        let arguments = ["explain", "--model", "model.candor", "--input", "clients.csv"];
        let table = Table::parse(&folder.succeed(&join(&arguments, more)).stdout);
        assert_eq!(table.column("id"), scores.column("id"));
        table
    };
    let sums = |table: &Table| -> Vec<f64> {
        table
            .rows
            .iter()
            .map(|row| row[1..].iter().map(|cell| cell.parse::<f64>().unwrap()).sum())
            .collect()
    };
    let close = |name: &str, found: &[f64], wanted: &[f64], tolerance: f64| {
        assert_eq!(found.len(), wanted.len());
        for (a, b) in found.iter().zip(wanted) {
            assert!((a - b).abs() <= tolerance, "{name}: {a} ≠ {b}");
        }
    };
    let (log_odds, points) = (scores.numbers("log_odds"), scores.numbers("points"));
    let features = explain(&[]);
    close("features", &sums(&features), &log_odds, 1e-12);
    let groups = explain(&["--groups"]);
    close("groups", &sums(&groups), &log_odds, 1e-12);
    let in_points = explain(&["--space", "points"]);
    close("points", &sums(&in_points), &points, 1e-9);
    close(
        "points by group",
        &sums(&explain(&["--groups", "--space", "points"])),
        &points,
        1e-9,
    );

    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let model = scorer.model();
    let names: Vec<&str> = model
        .preprocessing
        .features
        .iter()
        .map(|feature| feature.name.as_str())
        .collect();
    assert_eq!(features.header[0], "id");
    assert_eq!(features.header[1], "base_value");
    assert_eq!(features.header[2..], names, "a column per feature, in model order");
    // A group's column is the sum of its features' columns.
    for (position, group) in model.schema.groups.iter().enumerate() {
        let members: Vec<Vec<f64>> = model
            .preprocessing
            .features
            .iter()
            .filter(|feature| usize::from(feature.group) == position)
            .map(|feature| features.numbers(&feature.name))
            .collect();
        let sums: Vec<f64> = (0..300)
            .map(|row| members.iter().map(|column| column[row]).sum())
            .collect();
        close(&group.key, &groups.numbers(&group.key), &sums, 1e-12);
    }
    // 50 points double the odds: a contribution of ln 2 costs 50 points.
    let feature = features.column(names[0]).len();
    assert_eq!(feature, 300);
    for name in names {
        let wanted: Vec<f64> = features
            .numbers(name)
            .iter()
            .map(|c| -c * 50.0 / std::f64::consts::LN_2)
            .collect();
        close(name, &in_points.numbers(name), &wanted, 1e-9);
    }
    // The table, the library and the file agree.
    for (row, probability) in scores.numbers("probability").into_iter().enumerate() {
        assert_eq!(probability, candor_core::decision::probability_of(log_odds[row]));
        let declined = probability >= model.policy.threshold;
        assert_eq!(
            scores.column("decision")[row],
            if declined { "DECLINE" } else { "APPROVE" }
        );
        let level = ["LOW", "MEDIUM", "HIGH", "CRITICAL"][model
            .policy
            .risk_bounds
            .iter()
            .filter(|&&bound| probability >= bound)
            .count()];
        assert_eq!(scores.column("risk_level")[row], level);
    }
    let decisions: BTreeSet<&str> = scores.column("decision").into_iter().collect();
    assert_eq!(decisions.len(), 2, "both decisions occur");
}

#[test]
fn protected_fields_change_nothing_and_a_policy_file_can_say_otherwise() {
    let folder = Folder::with_model();
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let model = scorer.model();
    let protected = [
        "CODE_GENDER",
        "NAME_FAMILY_STATUS",
        "DAYS_BIRTH",
        "CNT_CHILDREN",
        "CNT_FAM_MEMBERS",
    ];
    for name in protected {
        assert_eq!(model.schema.field_index(name), None, "{name}");
        assert!(model.schema.knows_column(name), "{name} is known, and left out");
        assert!(
            model.preprocessing.features.iter().all(|feature| feature.name != name),
            "{name}"
        );
    }
    let score = |folder: &Folder, input: &str, model: &str| {
        folder
            .succeed(&["score", "--model", model, "--input", input])
            .text()
            .to_owned()
    };
    let expected = score(&folder, "clients.csv", "model.candor");
    let clients = folder.table().first(300);
    let mut changed = clients.clone();
    for (name, value) in protected.into_iter().zip(["nobody", "nonsense", "-9000", "17", ""]) {
        changed = changed.with_all(name, value);
    }
    folder.write("changed.csv", changed.to_csv());
    assert_eq!(score(&folder, "changed.csv", "model.candor"), expected);
    folder.write("without.csv", clients.without(&protected).to_csv());
    assert_eq!(score(&folder, "without.csv", "model.candor"), expected);

    // Another policy: only gender is out, and so is the annuity.
    let policy = candor_definition::POLICY;
    let head = &policy[..policy.find("[[excluded]]").unwrap()];
    let why = "why = { en = \"A test.\", fr = \"Un essai.\" }";
    folder.write(
        "policy.toml",
        format!("{head}[[excluded]]\nfield = \"CODE_GENDER\"\n{why}\n[[excluded]]\nfield = \"AMT_ANNUITY\"\n{why}\n")
            .replace("pdo = 50.0", "pdo = 20.0"),
    );
    let train = [
        "train",
        "--data",
        "data",
        "--output",
        "other.candor",
        "--policy",
        "policy.toml",
    ];
    let text = folder.succeed(&join(&train, &QUICK)).text().to_owned();
    assert!(text.contains("Not inputs: CODE_GENDER, AMT_ANNUITY."), "{text}");
    let other = Scorer::from_bytes(&folder.read("other.candor")).unwrap();
    let names: BTreeSet<&str> = other
        .model()
        .preprocessing
        .features
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    assert!(names.contains("DAYS_BIRTH") && names.contains("EMPLOYED_TO_AGE"));
    assert!(!names.contains("AMT_ANNUITY") && !names.contains("CREDIT_TO_ANNUITY"));
    assert!(
        !names.contains("EXT_SOURCE_MEAN_TIMES_TERM"),
        "left out with the feature that it reads"
    );
    assert_eq!(other.model().policy.scaling.pdo, 20.0);
    assert_eq!(other.model().policy.excluded[1].why.fr, "Un essai.");
}

#[test]
fn a_target_is_not_needed_to_score_and_an_id_column_neither() {
    let folder = Folder::with_model();
    let clients = folder.table().first(300);
    let score = |name: &str, table: &Table| {
        folder.write(name, table.to_csv());
        folder
            .succeed(&["score", "--model", "model.candor", "--input", name])
            .text()
            .to_owned()
    };
    let expected = score("a.csv", &clients);
    assert_eq!(score("b.csv", &clients.without(&["TARGET"])), expected);
    assert_eq!(
        score("c.csv", &clients.clone().with_all("TARGET", "who knows")),
        expected
    );
    let unnamed = Table::parse(score("d.csv", &clients.without(&["SK_ID_CURR"])).as_bytes());
    let expected = Table::parse(expected.as_bytes());
    let numbers: Vec<String> = (0..300).map(|row| row.to_string()).collect();
    assert_eq!(unnamed.column("id"), numbers);
    assert_eq!(unnamed.without(&["id"]), expected.without(&["id"]));
    // Columns in any order, and identifiers that no f64 holds.
    let mut turned = clients.clone().with(0, "SK_ID_CURR", "9007199254740993");
    turned.header.reverse();
    turned.rows.iter_mut().for_each(|row| row.reverse());
    folder.write("e.jsonl", turned.to_json_lines());
    folder.write("e.parquet", turned.to_parquet());
    let from_csv = score("e.csv", &turned);
    assert!(from_csv.contains("\n9007199254740993,"), "{}", &from_csv[..200]);
    let from_parquet = folder.succeed(&["score", "--model", "model.candor", "--input", "e.parquet"]);
    assert_eq!(from_parquet.text(), from_csv);
    folder.write("f.jsonl", "{\"SK_ID_CURR\": 9007199254740993, \"AMT_CREDIT\": 1000}\n");
    let from_json = folder.succeed(&["score", "--model", "model.candor", "--input", "f.jsonl"]);
    assert!(from_json.text().contains("\n9007199254740993,"), "{}", from_json.text());
}

#[test]
fn bad_rows_can_be_reported_and_columns_ignored() {
    let folder = Folder::with_model();
    let clients = folder.table().first(6);
    let base = ["--model", "model.candor", "--input", "rows.csv"];
    folder.write("rows.csv", clients.to_csv());
    let expected = Table::parse(&folder.succeed(&join(&["score"], &base)).stdout);
    let bad = clients
        .clone()
        .with(1, "AMT_CREDIT", "a lot")
        .with(4, "EXT_SOURCE_2", "1.5")
        .with(4, "ORGANIZATION_TYPE", "Circus");
    folder.write("rows.csv", bad.to_csv());
    for command in ["score", "explain"] {
        let ended = folder.succeed(&join(&[command, "--bad-rows", "report"], &base));
        let table = Table::parse(&ended.stdout);
        let errors = table.column("error");
        assert_eq!([errors[0], errors[2], errors[3], errors[5]], [""; 4]);
        assert!(
            errors[1].starts_with("AMT_CREDIT: 'a lot' is not a number"),
            "{}",
            errors[1]
        );
        assert!(
            errors[4].contains("EXT_SOURCE_2: 1.5 is above the largest value allowed, 1"),
            "{}",
            errors[4]
        );
        assert!(
            errors[4].contains("ORGANIZATION_TYPE: 'Circus' is not a known level"),
            "{}",
            errors[4]
        );
        for row in [1, 4] {
            let cells = &table.rows[row];
            assert_eq!(cells[0], clients.column("SK_ID_CURR")[row]);
            assert!(cells[1..cells.len() - 1].iter().all(String::is_empty), "{cells:?}");
        }
        if command == "score" {
            for row in [0, 2, 3, 5] {
                assert_eq!(table.rows[row][..6], expected.rows[row], "the others are scored");
            }
        }
    }
    // The same in the other formats: the cells of a row that is not scored are null.
    for output in ["out.jsonl", "out.parquet"] {
        folder.succeed(&join(&["score", "--bad-rows", "report", "--output", output], &base));
        let like = Table::parse(&folder.succeed(&join(&["score", "--bad-rows", "report"], &base)).stdout);
        assert_eq!(read_back(&folder, output, &like), like);
    }
    // Columns too few or too many, if one says so.
    folder.write(
        "rows.csv",
        clients
            .without(&["AMT_CREDIT", "EXT_SOURCE_1"])
            .and("FOO", "1")
            .to_csv(),
    );
    let lenient = ["--missing-columns", "ignore", "--extra-columns", "ignore"];
    let ignored = Table::parse(&folder.succeed(&join(&join(&["score"], &base), &lenient)).stdout);
    folder.write(
        "rows.csv",
        clients.with_all("AMT_CREDIT", "").with_all("EXT_SOURCE_1", "").to_csv(),
    );
    let emptied = Table::parse(&folder.succeed(&join(&["score"], &base)).stdout);
    assert_eq!(ignored, emptied);
    assert_ne!(ignored, expected);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = Folder::with_model();
    folder.write("all.csv", folder.table().to_csv());
    for arguments in [
        &["explain", "--model", "model.candor", "--input", "all.csv"][..],
        &[
            "explain",
            "--model",
            "model.candor",
            "--input",
            "all.csv",
            "--format",
            "jsonl",
        ],
        &["inspect", "model.candor", "--json"],
        &["inspect", "model.candor", "--features"],
    ] {
        let mut child = folder
            .command(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
