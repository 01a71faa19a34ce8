//! `candor import`: models of other libraries score on the command line as their libraries score them. The fixtures are
//! core's (`core/tests/fixtures/import`), where the scripts that made them stand, too.

use std::path::{Path, PathBuf};

use crate::support::{Folder, Table};
use serde_json::Value;

/// A model, and what its library makes of some rows.
struct Fixture {
    model: PathBuf,
    from: &'static str,
    rows: Vec<Vec<f64>>,
    raw: Vec<f64>,
    /// How far our sum may be from the library's, per unit of the score.
    tolerance: f64,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/fixtures/import")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(fixtures().join(name)).unwrap()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// Every model that has a file of answers beside it.
fn all() -> Vec<Fixture> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.into_iter().filter_map(fixture).collect()
}

fn fixture(model: PathBuf) -> Option<Fixture> {
    let name = model.file_name()?.to_str()?.to_owned();
    let extension = model.extension()?.to_str()?;
    let library = name.split('_').next()?.trim_end_matches(char::is_numeric);
    // XGBoost adds in 32 bits, the others in 64, tree after tree; a scorer adds trees in lanes, so last bits differ.
    let (from, answers, tolerance) = match (library, extension) {
        ("lightgbm", "txt") => ("lightgbm", "rows", 1e-12),
        ("xgboost", "json" | "ubj") => ("xgboost", "rows", 1e-5),
        ("catboost", "json") => ("catboost", "txt", 1e-12),
        ("onnx", "onnx") => ("onnx", "txt", 1e-12),
        _ => return None,
    };
    let text = std::fs::read_to_string(model.with_extension(answers)).unwrap();
    let lines = text.lines().filter_map(|line| {
        let (separator, at) = if answers == "rows" { (';', 2) } else { ('|', 1) };
        let parts: Vec<&str> = line.split(separator).collect();
        // What stands before the rows holds no separator: names of features and levels.
        let raw = parts.get(at)?;
        Some((numbers(parts[0]), numbers(raw)[0]))
    });
    let (rows, raw) = lines.unzip();
    Some(Fixture {
        model,
        from,
        rows,
        raw,
        tolerance,
    })
}

/// The cell that says `value`; `None` where a table cannot say it.
fn cell(field: &Value, value: f64) -> Option<String> {
    if value.is_nan() {
        return Some(String::new());
    }
    let Some(levels) = field["kind"]["category"]["levels"].as_array() else {
        // Tables hold no infinite numbers.
        return value.is_finite().then(|| value.to_string());
    };
    // A position that is no level's is CatBoost's "(other)"; XGBoost refuses categories that it has not seen.
    let level = levels.iter().enumerate().find(|(place, _)| *place as f64 == value);
    let level = level.map(|(_, level)| level).or_else(|| levels.last())?;
    let written = level["value"].as_str().unwrap().to_owned();
    (levels.len() as f64 > value && value >= 0.0 && value.fract() == 0.0 || written == "(other)").then_some(written)
}

fn inspected(folder: &Folder, model: &str) -> Value {
    serde_json::from_slice(&folder.succeed(&["inspect", model, "--json"]).stdout).unwrap()
}

fn import<'a>(model: &'a str, from: &'a str) -> Vec<&'a str> {
    vec!["import", model, "--from", from, "--output", "m.candor"]
}

#[test]
fn imported_models_score_as_their_libraries_do() {
    let mut seen = std::collections::BTreeMap::new();
    for Fixture {
        model,
        from,
        rows,
        raw,
        tolerance,
    } in all()
    {
        let folder = Folder::empty();
        let name = model.to_str().unwrap();
        let ended = folder.run(&import(name, from));
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
        let about = inspected(&folder, "m.candor");
        let fields = about["schema"]["fields"].as_array().unwrap();
        let mut table = Table {
            header: fields
                .iter()
                .map(|field| field["name"].as_str().unwrap().to_owned())
                .collect(),
            rows: Vec::new(),
        };
        let mut expected = Vec::new();
        for (row, raw) in rows.iter().zip(raw) {
            let cells: Option<Vec<String>> = fields
                .iter()
                .zip(row)
                .map(|(field, &value)| cell(field, value))
                .collect();
            if let Some(cells) = cells {
                assert_eq!(cells.len(), table.header.len(), "{name}");
                // The reader takes a line of one empty cell for an empty line.
                if cells.len() > 1 || !cells[0].is_empty() {
                    table.rows.push(cells);
                    expected.push(raw);
                }
            }
        }
        assert!(table.rows.len() >= 20, "{name}: {} rows", table.rows.len());
        folder.write("rows.csv", table.to_csv());
        let arguments = ["--model", "m.candor", "--input", "rows.csv"];
        let scores =
            Table::parse(&folder.succeed(&crate::support::join(&["score"], &arguments)).stdout).numbers("log_odds");
        let reasons = Table::parse(&folder.succeed(&crate::support::join(&["explain"], &arguments)).stdout);
        assert_eq!(scores.len(), expected.len(), "{name}");
        for (row, (score, raw)) in scores.iter().zip(&expected).enumerate() {
            let difference = (score - raw).abs();
            assert!(
                difference <= tolerance * raw.abs().max(1.0),
                "{name}, row {row}: {score}, not {raw}"
            );
            let parts: Vec<f64> = reasons.rows[row][1..]
                .iter()
                .map(|cell| cell.parse().unwrap())
                .collect();
            let (sum, size) = parts
                .iter()
                .fold((0.0, 1.0), |(sum, size), part| (sum + part, size + part.abs()));
            assert!(
                (sum - score).abs() <= 1e-12 * size,
                "{name}, row {row}: {sum}, not {score}"
            );
        }
        let (models, rows) = seen.entry(from).or_insert((0, 0));
        *models += 1;
        *rows += expected.len();
    }
    println!("{seen:?}");
    for (from, models) in [("lightgbm", 15), ("xgboost", 29), ("catboost", 5), ("onnx", 21)] {
        assert_eq!(seen[from].0, models, "{seen:?}");
    }
}

#[test]
fn the_card_and_inspect_say_what_to_know() {
    let folder = Folder::empty();
    for (model, from, warned, notes) in [
        ("lightgbm_gbdt.txt", "lightgbm", None, &["Imported from LightGBM;"][..]),
        (
            "lightgbm_poisson.txt",
            "lightgbm",
            Some("logarithm"),
            &["the logarithm of a predicted value"],
        ),
        (
            "xgboost3_squared.json",
            "xgboost",
            Some("predicted value"),
            &["a predicted value or a rank"],
        ),
        ("xgboost3_data_frame.ubj", "xgboost", None, &["(empty)"]),
        ("catboost_one_hot.json", "catboost", None, &["(other)"]),
        (
            "onnx_xgboost.onnx",
            "onnx",
            None,
            &["Imported from ONNX;", "every leaf alike"],
        ),
        (
            "onnx_sklearn_forest.onnx",
            "onnx",
            Some("probability"),
            &["give a probability", "every leaf alike"],
        ),
    ] {
        let path = fixtures().join(model);
        let arguments = [
            &import(path.to_str().unwrap(), from)[..],
            &["--force", "--json", "--name", "Ours"],
        ]
        .concat();
        let ended = folder.run(&arguments);
        assert_eq!(ended.code, Some(0), "{model}: {}", ended.stderr);
        match warned {
            None => assert_eq!(ended.stderr, "", "{model}"),
            Some(part) => assert!(
                ended.stderr.starts_with("warning: ") && ended.stderr.contains(part) && ended.stderr.contains(model),
                "{model}: {}",
                ended.stderr
            ),
        }
        let card: Value = serde_json::from_slice(&ended.stdout).unwrap();
        let about = inspected(&folder, "m.candor");
        assert_eq!(about["card"], card, "{model}");
        assert_eq!((&card["name"], &card["data"]["file"]), (&"Ours".into(), &model.into()));
        assert_eq!(about["policy"]["threshold"].as_f64(), Some(1.0 / 11.0));
        assert_eq!(about["policy"]["excluded"], Value::Array(Vec::new()));
        let shown = folder.succeed(&["inspect", "m.candor"]).text().to_owned();
        for note in notes {
            assert!(shown.contains(note), "{model}: no '{note}' in\n{shown}");
        }
    }
}

#[test]
fn nothing_is_overwritten_and_equal_models_give_equal_files() {
    let folder = Folder::empty();
    folder.write("model.txt", text("lightgbm_gbdt.txt"));
    let shown = folder.succeed(&import("model.txt", "lightgbm")).text().to_owned();
    assert!(shown.starts_with("Model: 6 features, 3 trees, "), "{shown}");
    let first = folder.read("m.candor");
    folder.refuse(
        &import("model.txt", "lightgbm"),
        &["m.candor exists already", "--force"],
    );
    folder.succeed(&crate::support::join(&import("model.txt", "lightgbm"), &["--force"]));
    assert_eq!(first, folder.read("m.candor"));
    assert_eq!(inspected(&folder, "m.candor")["card"]["name"], "m");
}

#[test]
fn what_cannot_be_brought_in_is_refused_with_its_reason() {
    let folder = Folder::empty();
    let lightgbm = text("lightgbm_gbdt.txt");
    let xgboost = text("xgboost3_gbtree.json");
    let changed = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "no {from}");
        text.replacen(from, to, 1)
    };
    for (content, from, wanted) in [
        (lightgbm.clone(), "xgboost", &["a model of XGBoost"][..]),
        (lightgbm.clone(), "catboost", &["a model of CatBoost"]),
        (lightgbm.clone(), "onnx", &["a model of ONNX"]),
        (xgboost.clone(), "lightgbm", &["a model of LightGBM", "line 1"]),
        (lightgbm[..lightgbm.len() / 2].to_owned(), "lightgbm", &["line "]),
        (
            xgboost[..xgboost.len() / 2].to_owned(),
            "xgboost",
            &["a model of XGBoost"],
        ),
        (String::new(), "onnx", &["a model of ONNX"]),
        (
            changed(&lightgbm, "num_class=1", "num_class=3"),
            "lightgbm",
            &["cannot be represented exactly"],
        ),
        (
            changed(&lightgbm, "is_linear=0", "is_linear=1"),
            "lightgbm",
            &["linear", "cannot be represented exactly"],
        ),
        (
            changed(&lightgbm, "Column_0 Column_1", "Column_1 Column_1"),
            "lightgbm",
            &["'Column_1'", "twice"],
        ),
        (
            changed(&xgboost, "\"num_class\":\"0\"", "\"num_class\":\"3\""),
            "xgboost",
            &["cannot be represented exactly"],
        ),
        (
            changed(&xgboost, "\"name\":\"gbtree\"", "\"name\":\"gblinear\""),
            "xgboost",
            &["gblinear"],
        ),
    ] {
        folder.write("their.model", content);
        let message = folder.refuse(&import("their.model", from), wanted);
        assert!(message.contains("their.model was not imported"), "{message}");
    }
    folder.refuse(&import("nowhere.txt", "lightgbm"), &["cannot read nowhere.txt"]);
    let to_nowhere = ["import", "their.model", "--from", "lightgbm", "--output"];
    folder.refuse(
        &crate::support::join(&to_nowhere, &["-"]),
        &["--output -", "name a file"],
    );
    folder.refuse(
        &crate::support::join(&to_nowhere, &["no/m.candor"]),
        &["its folder does not exist"],
    );
    let ended = folder.run(&import("their.model", "h2o"));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("catboost"), "{}", ended.stderr);
}

#[test]
fn a_level_that_is_not_listed_is_refused_by_name() {
    let folder = Folder::empty();
    let model = fixtures().join("catboost_one_hot.json");
    folder.succeed(&import(model.to_str().unwrap(), "catboost"));
    let about = inspected(&folder, "m.candor");
    let fields = about["schema"]["fields"].as_array().unwrap();
    let header = fields.iter().map(|field| field["name"].as_str().unwrap().to_owned());
    let table = Table {
        header: header.collect(),
        rows: vec![vec![String::new(); fields.len()]],
    };
    let first = table.header[0].clone();
    folder.write("rows.csv", table.with(0, &first, "new here").to_csv());
    let arguments = ["score", "--model", "m.candor", "--input", "rows.csv"];
    folder.refuse(&arguments, &[&first, "'new here'", "'(other)'", "line 2"]);
}
