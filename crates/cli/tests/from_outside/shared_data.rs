//! Real applications, where they are at hand: `CANDOR_SHARED_DATA`, or `../shared/data` beside the workspace.

use std::path::{Path, PathBuf};

use crate::support::{Folder, Table, gzip};

fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CANDOR_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(name);
    folder.is_dir().then_some(folder)
}

/// The first lines of a gzipped table, with its header.
fn first_rows(path: &Path, count: usize) -> Vec<u8> {
    use std::io::BufRead;
    let file = std::io::BufReader::new(flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()));
    let lines: Vec<String> = file.lines().take(count + 1).map(Result::unwrap).collect();
    (lines.join("\n") + "\n").into_bytes()
}

#[test]
fn every_real_application_gets_its_line() {
    let (Some(multi), Some(apps)) = (shared("home_credit_multi"), shared("home_credit_apps")) else {
        println!("skipped: no ../shared/data/home_credit_apps and home_credit_multi");
        return;
    };
    let folder = Folder::empty();
    let data = multi.to_str().unwrap();
    let text = folder
        .succeed(&[
            "train",
            "--data",
            data,
            "--application-only",
            "--trees",
            "20",
            "--output",
            "m.candor",
        ])
        .text()
        .to_owned();
    assert!(text.contains("Read 5000 clients from "), "{text}");
    for (name, count) in [("application_train", 8000), ("application_test", 2000)] {
        let rows = first_rows(&apps.join(format!("{name}.csv.gz")), count);
        folder.write("rows.csv.gz", gzip(&rows));
        let scores = folder.succeed(&["score", "--model", "m.candor", "--input", "rows.csv.gz"]);
        let (scores, rows) = (Table::parse(&scores.stdout), Table::parse(&rows));
        assert_eq!(
            scores.column("id"),
            rows.column("SK_ID_CURR"),
            "{name}: every row, in order"
        );
        assert_eq!(scores.rows.len(), count);
        assert!(scores.numbers("probability").iter().all(|&p| p > 0.0 && p < 1.0));
        if name == "application_train" {
            let outcomes: Vec<bool> = rows.column("TARGET").iter().map(|&target| target == "1").collect();
            let auc = candor_core::stats::Ranking::new(&scores.numbers("log_odds"), &outcomes)
                .auc(None)
                .unwrap();
            assert!(auc > 0.70, "twenty trees rank better than {auc}");
        }
    }
}

#[test]
fn related_records_rank_real_clients_better() {
    let Some(multi) = shared("home_credit_multi") else {
        println!("skipped: no ../shared/data/home_credit_multi");
        return;
    };
    let folder = Folder::empty();
    let auc = |more: &[&str]| -> f64 {
        let data = multi.to_str().unwrap();
        let train = ["train", "--data", data, "--cv", "5", "--trees", "300", "--threads", "2"];
        let output = ["--output", "m.candor", "--force", "--json"];
        let card = folder.succeed(&[&train[..], &output, more].concat());
        let card: serde_json::Value = serde_json::from_str(card.text()).unwrap();
        card["parts"][3]["metrics"]["auc"]["value"].as_f64().unwrap()
    };
    let (with, without) = (auc(&[]), auc(&["--application-only"]));
    assert!(with > without, "with related records {with}, without {without}");
}
