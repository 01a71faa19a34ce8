//! `candor report`: its figures are recomputed here from scored files, the plain way; planted contradictions are refused;
//! page and JSON hold the same figures; what the data lack is said.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::support::{Folder, QUICK, Table, join};
use candor_core::Scorer;
use serde_json::Value;

/// A model, its training data, and 2,000 other clients in `new.csv`.
fn folder() -> Folder {
    let folder = Folder::with_model();
    folder.succeed(&["synth", "--clients", "2000", "--seed", "2", "--output", "other"]);
    std::fs::copy(folder.path("other/application_train.csv"), folder.path("new.csv")).unwrap();
    folder
}

const NEW: [&str; 5] = ["report", "--model", "model.candor", "--data", "new.csv"];
const TRAINING: [&str; 5] = ["report", "--model", "model.candor", "--data", "data"];

fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&folder.read(name)).unwrap()
}

fn report(folder: &Folder, arguments: &[&str]) -> Value {
    folder.succeed(&join(arguments, &["--force"]));
    json(folder, "report.json")
}

fn html(folder: &Folder) -> String {
    String::from_utf8(folder.read("report.html")).unwrap()
}

/// The number at a path such as `/parts/0/rows`.
fn at(value: &Value, path: &str) -> f64 {
    let found = value.pointer(path).unwrap_or_else(|| panic!("no {path}"));
    found.as_f64().unwrap_or_else(|| panic!("{path} is {found}"))
}

fn close(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{what}: {found} is not {expected}"
    );
}

/// Scored clients with what became of them.
struct Scored {
    table: Table,
    outcomes: Vec<bool>,
    probabilities: Vec<f64>,
    log_odds: Vec<f64>,
    points: Vec<f64>,
    approved: Vec<bool>,
}

fn scored(folder: &Folder, input: &str) -> Scored {
    let scores = Table::parse(
        &folder
            .succeed(&["score", "--model", "model.candor", "--input", input])
            .stdout,
    );
    let table = Table::read(&folder.path(input));
    Scored {
        outcomes: table.column("TARGET").iter().map(|cell| *cell == "1").collect(),
        probabilities: scores.numbers("probability"),
        log_odds: scores.numbers("log_odds"),
        points: scores.numbers("points"),
        approved: scores
            .column("decision")
            .iter()
            .map(|cell| *cell == "APPROVE")
            .collect(),
        table,
    }
}

impl Scored {
    fn rows(&self) -> Vec<usize> {
        (0..self.outcomes.len()).collect()
    }

    fn count(&self, rows: &[usize], of: impl Fn(usize) -> bool) -> f64 {
        rows.iter().filter(|&&row| of(row)).count() as f64
    }

    /// The share of pairs in which the bad client scores higher.
    fn auc(&self, rows: &[usize]) -> f64 {
        let (mut pairs, mut right) = (0.0, 0.0);
        for &bad in rows.iter().filter(|&&row| self.outcomes[row]) {
            for &good in rows.iter().filter(|&&row| !self.outcomes[row]) {
                let (bad, good) = (self.probabilities[bad], self.probabilities[good]);
                pairs += 1.0;
                right += if bad > good {
                    1.0
                } else if bad == good {
                    0.5
                } else {
                    0.0
                };
            }
        }
        right / pairs
    }
}

#[test]
fn figures_are_those_of_the_scored_clients() {
    let folder = folder();
    let arguments = join(
        &NEW,
        &["--group", "CODE_GENDER", "--month", "WEEKDAY_APPR_PROCESS_START"],
    );
    let report = report(&folder, &arguments);
    let scored = scored(&folder, "new.csv");
    let rows = scored.rows();
    let all = rows.len() as f64;
    let bad = scored.count(&rows, |row| scored.outcomes[row]);
    let (base, good) = (bad / all, all - bad);

    assert_eq!(report["measured_on"], "data");
    assert_eq!(report["lineage"]["is_training_data"], false);
    let part = &report["parts"][0];
    close(at(part, "/rows"), all, "rows");
    close(at(part, "/bad"), bad, "bad");
    close(at(part, "/metrics/auc/value"), scored.auc(&rows), "AUC");
    close(at(part, "/metrics/gini/value"), 2.0 * scored.auc(&rows) - 1.0, "Gini");
    let mut cuts = scored.probabilities.clone();
    cuts.sort_by(f64::total_cmp);
    let above = |outcome: bool, cut: f64| {
        scored.count(&rows, |row| {
            scored.outcomes[row] == outcome && scored.probabilities[row] >= cut
        })
    };
    let ks = cuts
        .iter()
        .step_by(7)
        .map(|&cut| (above(true, cut) / bad - above(false, cut) / good).abs());
    let ks = ks.fold(0.0, f64::max);
    let found = at(part, "/metrics/ks/value");
    assert!(found > ks - 1e-12 && found < ks + 0.02, "KS {found}, at some cuts {ks}");
    let mean = |value: &dyn Fn(usize) -> f64| rows.iter().map(|&row| value(row)).sum::<f64>() / all;
    let loss = mean(&|row| {
        let probability = scored.probabilities[row];
        -libm::log(if scored.outcomes[row] {
            probability
        } else {
            1.0 - probability
        })
    });
    close(at(part, "/metrics/log_loss/value"), loss, "log-loss");
    let brier = mean(&|row| {
        let difference = scored.probabilities[row] - f64::from(u8::from(scored.outcomes[row]));
        difference * difference
    });
    close(at(part, "/metrics/brier/value"), brier, "Brier");
    close(
        at(part, "/mean_probability"),
        mean(&|row| scored.probabilities[row]),
        "mean probability",
    );

    // Decisions and costs: as `candor score` decides.
    let declined_bad = scored.count(&rows, |row| !scored.approved[row] && scored.outcomes[row]);
    let declined_good = scored.count(&rows, |row| !scored.approved[row] && !scored.outcomes[row]);
    close(at(part, "/decisions/recall"), declined_bad / bad, "recall");
    close(
        at(part, "/decisions/precision"),
        declined_bad / (declined_bad + declined_good),
        "precision",
    );
    close(
        at(part, "/decisions/cost"),
        (10.0 * (bad - declined_bad) + declined_good) / all,
        "cost",
    );
    close(
        at(part, "/decisions/approval_rate"),
        scored.count(&rows, |row| scored.approved[row]) / all,
        "approved",
    );
    let ratios = report["costs"].as_array().unwrap();
    assert_eq!(ratios.len(), 20);
    for (point, ratio) in ratios.iter().zip(1..) {
        let ratio = f64::from(ratio);
        let cut = 1.0 / (1.0 + ratio);
        let cost = ratio * (bad - above(true, cut)) + above(false, cut);
        close(at(point, "/model/value"), cost / all, "cost at break-even");
        close(at(point, "/approve_all"), ratio * base, "approving all");
        close(at(point, "/decline_all"), 1.0 - base, "declining all");
        let at_policy = ratio * (bad - declined_bad) + declined_good;
        close(
            at(point, "/at_policy_threshold"),
            at_policy / all,
            "cost at the policy's threshold",
        );
    }

    // Bands of points, and approving from each on.
    for band in report["bands"].as_array().unwrap() {
        let from = band["from"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let to = band["to"].as_f64().unwrap_or(f64::INFINITY);
        let inside = |row: usize| (from..to).contains(&scored.points[row]);
        close(at(band, "/rows"), scored.count(&rows, inside), "rows of a band");
        close(
            at(band, "/bad"),
            scored.count(&rows, |row| inside(row) && scored.outcomes[row]),
            "bad of a band",
        );
        let passed = |row: usize| scored.points[row] >= from;
        close(
            at(band, "/cut_off/approval_rate"),
            scored.count(&rows, passed) / all,
            "approved from a band on",
        );
        let passed_bad = scored.count(&rows, |row| passed(row) && scored.outcomes[row]);
        let refused_good = scored.count(&rows, |row| !passed(row) && !scored.outcomes[row]);
        close(
            at(band, "/cut_off/cost"),
            (10.0 * passed_bad + refused_good) / all,
            "cost from a band on",
        );
    }

    // Tenths by risk.
    let mut by_risk = rows.clone();
    by_risk.sort_by(|&a, &b| scored.probabilities[b].total_cmp(&scored.probabilities[a]));
    let gains = report["gains"].as_array().unwrap();
    assert_eq!(gains.len(), 10);
    for (band, tenth) in gains.iter().zip(by_risk.chunks(rows.len() / 10)) {
        let bad_inside = scored.count(tenth, |row| scored.outcomes[row]);
        close(at(band, "/lift"), bad_inside / tenth.len() as f64 / base, "lift");
    }

    // Groups, as the table has them.
    let gender = scored.table.column("CODE_GENDER");
    let groups = report["fairness"][0]["groups"].as_array().unwrap();
    assert_eq!(report["fairness"][0]["is_input"], false);
    assert!(groups.iter().filter(|group| !group["rates"].is_null()).count() >= 2);
    for group in groups {
        let name = group["values"]["level"]["en"].as_str().unwrap();
        let members: Vec<usize> = rows.iter().copied().filter(|&row| gender[row] == name).collect();
        let bad = scored.count(&members, |row| scored.outcomes[row]);
        close(at(group, "/rows"), members.len() as f64, name);
        close(at(group, "/bad"), bad, name);
        if group["rates"].is_null() {
            assert!(bad < 20.0 || members.len() as f64 - bad < 20.0, "{name}");
            continue;
        }
        let rate = |of: f64, among: f64, path: &str| close(at(&group["rates"], path), of / among, path);
        let approved =
            |outcome: bool| scored.count(&members, |row| scored.approved[row] && scored.outcomes[row] == outcome);
        let size = members.len() as f64;
        rate(approved(true) + approved(false), size, "/approval/value");
        rate(size - bad - approved(false), size - bad, "/false_positive/value");
        rate(approved(true), bad, "/false_negative/value");
        close(at(&group["rates"], "/auc"), scored.auc(&members), "AUC of a group");
    }

    // Months, and the stability of the scores against the tenths that the model keeps.
    let weekday = scored.table.column("WEEKDAY_APPR_PROCESS_START");
    let periods = report["stability"]["periods"].as_array().unwrap();
    let months: Vec<&Value> = periods.iter().filter(|period| period["by"] == "month").collect();
    assert_eq!(months.len(), 7);
    for month in months {
        let members: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|&row| weekday[row] == month["name"].as_str().unwrap())
            .collect();
        close(at(month, "/rows"), members.len() as f64, "rows of a month");
        close(
            at(month, "/bad_rate"),
            scored.count(&members, |row| scored.outcomes[row]) / members.len() as f64,
            "bad rate of a month",
        );
    }
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let quantiles = &scorer.model().reference.score_quantiles;
    let index: f64 = (0..10)
        .map(|tenth| {
            let low = if tenth == 0 {
                f64::NEG_INFINITY
            } else {
                quantiles[10 * tenth]
            };
            let high = if tenth == 9 {
                f64::INFINITY
            } else {
                quantiles[10 * tenth + 10]
            };
            let inside = scored.count(&rows, |row| low < scored.log_odds[row] && scored.log_odds[row] <= high) / all;
            (inside - 0.1) * libm::log(inside / 0.1)
        })
        .sum();
    close(at(&report, "/stability/score_index"), index, "stability index");
}

#[test]
fn evidence_is_counted_from_the_table() {
    let folder = folder();
    let report = report(&folder, &NEW);
    let table = Table::read(&folder.path("new.csv"));
    let outcomes = table.column("TARGET");
    let (all_bad, all_good) = (
        outcomes.iter().filter(|cell| **cell == "1").count() as f64,
        outcomes.iter().filter(|cell| **cell == "0").count() as f64,
    );
    let inputs = report["inputs"].as_array().unwrap();
    let mut seen = 0;
    for name in ["EXT_SOURCE_2", "AMT_CREDIT", "DAYS_EMPLOYED"] {
        let input = inputs.iter().find(|input| input["input"]["name"] == name).unwrap();
        let cells = table.column(name);
        let mut information = 0.0;
        for bin in input["bins"].as_array().unwrap() {
            let inside = |cell: &str| {
                let missing = cell.is_empty() || (name == "DAYS_EMPLOYED" && cell.parse() == Ok(365_243.0));
                match &bin["values"] {
                    Value::String(text) => text == "missing" && missing,
                    values => {
                        let above = values["range"]["above"].as_f64().unwrap_or(f64::NEG_INFINITY);
                        let to = values["range"]["to"].as_f64().unwrap_or(f64::INFINITY);
                        !missing && cell.parse::<f64>().is_ok_and(|value| above < value && value <= to)
                    }
                }
            };
            let of = |outcome: &str| {
                let pairs = cells.iter().zip(&outcomes);
                pairs.filter(|(cell, found)| **found == outcome && inside(cell)).count() as f64
            };
            let (good, bad) = (of("0"), of("1"));
            close(at(bin, "/rows"), good + bad, name);
            close(at(bin, "/bad"), bad, name);
            let half = if good == 0.0 || bad == 0.0 { 0.5 } else { 0.0 };
            let (good, bad) = ((good + half) / all_good, (bad + half) / all_bad);
            close(at(bin, "/weight"), libm::log(good / bad), name);
            information += (good - bad) * libm::log(good / bad);
            seen += 1;
        }
        close(at(input, "/information_value"), information, name);
    }
    assert!(seen > 20, "{seen} bins");
    let values: Vec<f64> = inputs
        .iter()
        .filter_map(|input| input["information_value"].as_f64())
        .collect();
    assert!(values.is_sorted_by(|a, b| a >= b), "the most telling first");
}

#[test]
fn the_parts_of_training_are_found_again() {
    let folder = folder();
    let oof = join(
        &[
            "train",
            "--data",
            "data",
            "--output",
            "folds.candor",
            "--cv",
            "3",
            "--oof",
            "oof.csv",
        ],
        &QUICK,
    );
    folder.succeed(&oof);
    let report = report(&folder, &join(&TRAINING, &["--oof", "oof.csv"]));
    assert_eq!(report["measured_on"], "test");
    assert_eq!(report["developed_on"], "train");
    let card: Value = serde_json::from_slice(&folder.succeed(&["inspect", "model.candor", "--json"]).stdout).unwrap();
    let recorded = card["card"]["parts"].as_array().unwrap();
    let parts = report["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    for (part, recorded) in parts.iter().zip(recorded) {
        for figure in ["auc", "ks", "log_loss", "brier", "cost"] {
            let path = format!("/metrics/{figure}/value");
            close(at(part, &path), at(recorded, &path), figure);
        }
    }
    let gap = at(&report, "/parts/0/metrics/auc/value") - at(&report, "/parts/2/metrics/auc/value");
    close(at(&report, "/generalisation/gap/value"), gap, "gap");
    let folds: Vec<&Value> = report["stability"]["periods"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|period| period["by"] == "fold")
        .collect();
    assert_eq!(folds.len(), 3);
    let rows: f64 = folds.iter().map(|fold| at(fold, "/rows")).sum();
    close(rows, 2000.0, "rows of the folds");

    // The same clients in another order are other data: their out-of-fold scores do not belong to it.
    let mut shuffled = folder.table();
    shuffled.rows.swap(3, 4);
    folder.write("shuffled.csv", shuffled.to_csv());
    let arguments = [
        "report",
        "--model",
        "model.candor",
        "--data",
        "shuffled.csv",
        "--oof",
        "oof.csv",
        "--output",
        "s.html",
    ];
    folder.refuse(&arguments, &["oof.csv, line 5", "is not the client of the same row"]);
}

#[test]
fn what_leaving_fields_out_costs_is_measured_on_the_same_clients() {
    let folder = folder();
    let policy = candor_definition::POLICY.split("# Not inputs").next().unwrap();
    folder.write("all.toml", policy);
    let train = [
        "train",
        "--data",
        "data",
        "--output",
        "all.candor",
        "--policy",
        "all.toml",
    ];
    folder.succeed(&join(&train, &QUICK));
    let found = report(&folder, &join(&NEW, &["--unrestricted", "all.candor"]));
    let without = scored(&folder, "new.csv");
    let scores = Table::parse(
        &folder
            .succeed(&["score", "--model", "all.candor", "--input", "new.csv"])
            .stdout,
    );
    let with = Scored {
        probabilities: scores.numbers("probability"),
        ..scored(&folder, "new.csv")
    };
    let rows = with.rows();
    close(at(&found, "/exclusion/auc_with"), with.auc(&rows), "AUC with");
    let cost = with.auc(&rows) - without.auc(&rows);
    close(at(&found, "/exclusion/auc_cost/value"), cost, "AUC given up");
    let fields: Vec<&str> = found["exclusion"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field.as_str().unwrap())
        .collect();
    for field in ["CODE_GENDER", "DAYS_BIRTH", "CNT_CHILDREN"] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
}

/// Every number of a JSON document, by its bits.
fn numbers_of(value: &Value, found: &mut BTreeSet<u64>) {
    match value {
        Value::Number(number) => {
            found.insert((number.as_f64().unwrap() + 0.0).to_bits());
        }
        Value::Array(values) => values.iter().for_each(|value| numbers_of(value, found)),
        Value::Object(values) => values.values().for_each(|value| numbers_of(value, found)),
        _ => {}
    }
}

/// The figures of a page, by their bits.
fn figures_of(page: &str) -> Vec<u64> {
    page.split("<data value=\"")
        .skip(1)
        .map(|rest| (rest.split('"').next().unwrap().parse::<f64>().unwrap() + 0.0).to_bits())
        .collect()
}

#[test]
fn the_page_shows_the_figures_of_the_json_file_and_nothing_from_elsewhere() {
    let folder = folder();
    let arguments = join(
        &TRAINING,
        &[
            "--group",
            "CODE_GENDER",
            "--group",
            "DAYS_BIRTH",
            "--month",
            "WEEKDAY_APPR_PROCESS_START",
        ],
    );
    let figures = report(&folder, &arguments);
    let english = html(&folder);
    let mut known = BTreeSet::new();
    numbers_of(&figures, &mut known);
    let shown = figures_of(&english);
    assert!(shown.len() > 2000, "{} figures", shown.len());
    for bits in &shown {
        assert!(
            known.contains(bits),
            "{} is not in the JSON file",
            f64::from_bits(*bits)
        );
    }
    // And the figures that matter are all shown.
    for part in 0..3 {
        for figure in ["auc", "gini", "ks", "log_loss", "brier", "cost", "cost_at_break_even"] {
            for end in ["value", "low", "high"] {
                let value = at(&figures, &format!("/parts/{part}/metrics/{figure}/{end}"));
                assert!(shown.contains(&(value + 0.0).to_bits()), "{part} {figure} {end}");
            }
        }
    }
    for (list, figure) in [
        ("costs", "/model/value"),
        ("bands", "/cut_off/cost"),
        ("gains", "/lift"),
        ("inputs", "/missing_share"),
    ] {
        for entry in figures[list].as_array().unwrap() {
            assert!(shown.contains(&(at(entry, figure) + 0.0).to_bits()), "{list} {figure}");
        }
    }

    // The sections, the accessible charts, the tables beside them.
    for section in [
        "population",
        "discrimination",
        "calibration",
        "scaling",
        "costs",
        "inputs",
        "importance",
        "stability",
        "fairness",
        "lineage",
    ] {
        assert_eq!(
            english.matches(&format!("<section id=\"{section}\">")).count(),
            1,
            "{section}"
        );
        assert_eq!(english.matches(&format!("href=\"#{section}\"")).count(), 1, "{section}");
    }
    let charts = english.matches("<svg ").count();
    assert!(charts > 40, "{charts} charts");
    for number in 1..=charts {
        for id in [format!("id=\"t{number}\""), format!("id=\"d{number}\"")] {
            assert_eq!(english.matches(&id).count(), 1, "{id}");
        }
    }
    assert_eq!(english.matches("role=\"img\"").count(), charts);
    assert!(english.matches("<table>").count() > charts / 2);
    for elsewhere in ["http:", "https:", "<script", "<link", "<img", "@import", "url("] {
        assert!(!english.contains(elsewhere), "{elsewhere}");
    }
    assert!(english.contains("default-src 'none'"));
    assert!(
        !english.contains("NaN") && !english.contains("inf\""),
        "every figure is a number"
    );

    // The same, in French, from the JSON file alone: the same figures in the same places.
    let again = [
        "report",
        "--from",
        "report.json",
        "--output",
        "rapport.html",
        "--language",
        "fr",
    ];
    folder.succeed(&again);
    let french = String::from_utf8(folder.read("rapport.html")).unwrap();
    assert_eq!(figures_of(&french), shown);
    assert!(french.contains("<html lang=\"fr\">") && french.contains("Taux de défaut") && french.contains("Équité"));
    folder.succeed(&["report", "--from", "report.json", "--output", "again.html"]);
    assert_eq!(
        folder.read("again.html"),
        folder.read("report.html"),
        "drawn from the same figures"
    );

    // And the same command gives the same bytes.
    let first = (folder.read("report.html"), folder.read("report.json"));
    report(&folder, &arguments);
    assert!(first == (folder.read("report.html"), folder.read("report.json")));
}

#[test]
fn figures_that_contradict_each_other_are_refused() {
    let folder = folder();
    let figures = report(&folder, &TRAINING);
    for (path, value, wanted) in [
        (
            "/parts/2/decisions/precision",
            0.9,
            &[
                "part test",
                "precision 0.9",
                "recall",
                "base rate",
                "precision · share declined",
            ][..],
        ),
        ("/parts/2/decisions/recall", 0.99, &["part test", "recall 0.99"]),
        (
            "/parts/2/decisions/cost",
            0.01,
            &["part test", "cost 0.01", "base rate"],
        ),
        ("/parts/1/bad_rate", 0.2, &["part validation", "base rate 0.2"]),
        (
            "/parts/0/metrics/gini/value",
            0.1,
            &["part train", "Gini 0.1", "2 · AUC − 1"],
        ),
        ("/parts/2/metrics/ks/value", 0.05, &["AUC", "KS 0.05"]),
        ("/parts/2/metrics/log_loss/value", 0.001, &["log-loss 0.001", "Brier"]),
        (
            "/parts/2/metrics/cost_approve_all",
            0.5,
            &["cost of approving all 0.5", "base rate"],
        ),
        ("/parts/2/metrics/auc/low", 2.0, &["AUC", "low 2"]),
        (
            "/parts/2/mean_probability",
            0.5,
            &["mean probability 0.5", "calibration error"],
        ),
        ("/generalisation/gap/value", 0.3, &["generalisation", "gap 0.3"]),
        ("/gains/0/lift", 9.5, &["lift 9.5"]),
        ("/gains/0/rows", 9.0, &["gains", "clients"]),
        ("/reliability/brier_skill", 0.7, &["skill 0.7"]),
        ("/bands/2/cut_off/cost", 0.011, &["score band from", "cost 0.011"]),
        (
            "/costs/4/approve_all",
            7.0,
            &["cost ratio 5", "cost of approving all 7"],
        ),
        (
            "/costs/9/model/value",
            0.001,
            &["cost ratio 10", "recall that would follow"],
        ),
        ("/inputs/0/information_value", 5.0, &["information value 5"]),
        ("/inputs/3/bins/0/weight", 3.5, &["weight 3.5"]),
        ("/importance/features/0/mean_points", 900.0, &["points 900"]),
        (
            "/stability/periods/2/rows",
            3.0,
            &["period test", "clients of the period 3"],
        ),
        (
            "/lineage/card/parts/2/metrics/auc/value",
            0.99,
            &["part test as recorded at training", "AUC 0.99"],
        ),
    ] {
        let mut planted = figures.clone();
        let slot = planted.pointer_mut(path).unwrap_or_else(|| panic!("no {path}"));
        *slot = if slot.is_u64() {
            Value::from(value as u64)
        } else {
            Value::from(value)
        };
        folder.write("planted.json", planted.to_string());
        let message = folder.refuse(
            &["report", "--from", "planted.json", "--output", "planted.html"],
            &join(&["the report contradicts itself: ", "cannot go together"], wanted),
        );
        assert!(message.contains("find out which is wrong"), "{message}");
    }

    // Groups, of which the other clients have enough.
    let mut planted = report(&folder, &join(&NEW, &["--group", "CODE_GENDER"]));
    let groups = planted["fairness"][0]["groups"].as_array_mut().unwrap();
    let group = groups.iter_mut().find(|group| !group["rates"].is_null()).unwrap();
    group["rates"]["approval"]["value"] = Value::from(0.111);
    folder.write("planted.json", planted.to_string());
    let wanted = ["groups of CODE_GENDER", "approval rate 0.111", "false-negative rate"];
    folder.refuse(
        &["report", "--from", "planted.json", "--output", "planted.html"],
        &wanted,
    );

    // A model whose card says what its own data refutes.
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let mut model = scorer.model().clone();
    model.card.parts[2].metrics.as_mut().unwrap().brier.value += 0.01;
    folder.write("lies.candor", model.to_bytes().unwrap());
    let arguments = [
        "report",
        "--model",
        "lies.candor",
        "--data",
        "data",
        "--output",
        "lies.html",
    ];
    folder.refuse(
        &arguments,
        &[
            "part test as recorded",
            "Brier score measured now is that recorded",
            "measured 0.0",
        ],
    );
}

#[test]
fn hostile_names_stay_names() {
    let folder = folder();
    let evil = "</title><script>alert(1)</script><img src=x onerror='alert(2)'>\"&amp;\u{202e}";
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let mut model = scorer.model().clone();
    for text in [
        &mut model.card.name,
        &mut model.card.algorithm,
        &mut model.card.data.file,
    ] {
        evil.clone_into(text);
    }
    model.card.notes = vec![evil.to_owned()];
    model.card.dropped_features = vec![evil.to_owned()];
    model.card.parameters = BTreeMap::from([(evil.to_owned(), evil.to_owned())]).into();
    model.policy.excluded[0].field = evil.to_owned();
    model.policy.excluded[0].why = candor_core::Text::new(evil, evil);
    for group in &mut model.schema.groups {
        group.label = candor_core::Text::new(evil, evil);
    }
    for feature in &mut model.preprocessing.features {
        feature.name = format!("{}{evil}", feature.name);
        feature.label = candor_core::Text::new(evil, evil);
        feature.unit = Some(candor_core::Text::new(evil, evil));
    }
    for field in &mut model.schema.fields {
        field.label = candor_core::Text::new(evil, evil);
    }
    folder.write("evil.candor", model.to_bytes().unwrap());
    let mut table = Table::read(&folder.path("new.csv")).and(evil, evil);
    let last = table.header.len() - 1;
    for (row, cells) in table.rows.iter_mut().enumerate() {
        if row % 2 == 0 {
            cells[last] = format!("<b>{}", row % 3);
        }
    }
    folder.write("<i>evil&.csv", table.to_csv());
    let arguments = [
        "report",
        "--model",
        "evil.candor",
        "--data",
        "<i>evil&.csv",
        "--group",
        evil,
        "--month",
        evil,
        "--force",
    ];
    for language in ["en", "fr"] {
        folder.succeed(&join(&arguments, &["--language", language]));
        let page = html(&folder);
        for markup in ["<script", "<img", "<b>", "<i>", "onerror='", "\"&amp;\""] {
            assert!(!page.contains(markup), "{markup} in the page");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        let head = page.split("</head>").next().unwrap();
        assert_eq!(
            (head.matches("<title>").count(), head.matches("</title>").count()),
            (1, 1)
        );
        // What is opened is closed.
        for tag in [
            "section", "table", "tr", "td", "svg", "details", "figure", "bdi", "code", "data", "div",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
    let names = &json(&folder, "report.json")["fairness"][0]["column"];
    assert_eq!(names, evil, "JSON has the name as it is");
}

#[test]
fn what_the_data_lack_is_one_error_or_a_named_gap() {
    let folder = folder();
    let table = Table::read(&folder.path("new.csv"));
    folder.write("unlabelled.csv", table.without(&["TARGET"]).to_csv());
    folder.write("good.csv", table.clone().with_all("TARGET", "0").to_csv());
    folder.write("few.csv", table.first(100).to_csv());
    folder.write("hole.csv", table.clone().with(4, "TARGET", "").to_csv());
    let on = |data: &'static str| ["report", "--model", "model.candor", "--data", data];
    folder.refuse(
        &on("unlabelled.csv"),
        &["unlabelled.csv, line 1", "the column TARGET is missing"],
    );
    folder.refuse(
        &on("good.csv"),
        &["TARGET is 0 in all 2000 rows; a report needs clients of both kinds"],
    );
    folder.refuse(
        &on("few.csv"),
        &["TARGET is 1 in ", "a report needs at least 20 of each"],
    );
    folder.refuse(&on("hole.csv"), &["hole.csv, line 6", "TARGET is empty; for a report"]);
    folder.refuse(
        &join(&NEW, &["--group", "GENDER"]),
        &["the column GENDER is missing; correct its name"],
    );
    folder.refuse(&join(&NEW, &["--group", "TARGET"]), &["TARGET is the target or the id"]);
    folder.refuse(
        &join(&NEW, &["--group", "CODE_GENDER", "--group", "CODE_GENDER"]),
        &["given twice"],
    );
    folder.refuse(&join(&NEW, &["--output", "-"]), &["standard output takes the summary"]);
    folder.refuse(&join(&NEW, &["--json", "report.html"]), &["name the same file"]);
    folder.write("no.json", "{}");
    folder.refuse(
        &["report", "--from", "no.json"],
        &["no.json: this is not the JSON file of a report"],
    );
    folder.write("report.json", "mine");
    folder.refuse(&NEW, &["report.json exists already", "--force"]);

    let gaps = |report: &Value| -> Vec<String> {
        let gaps = report["gaps"].as_array().unwrap();
        gaps.iter()
            .map(|gap| gap["what"]["en"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = report(&folder, &join(&NEW, &["--month", "AMT_CREDIT"]));
    let said = gaps(&found).join("\n");
    for wanted in [
        "The data is not the table that the model was trained on",
        "Groups are not compared",
        "--unrestricted MODEL",
        "--oof FILE",
        "The column AMT_CREDIT has",
    ] {
        assert!(said.contains(wanted), "no '{wanted}' in\n{said}");
    }
    let page = html(&folder);
    assert!(page.contains("What this section cannot say") && page.contains("Groups are not compared"));
    // Few of a group: its rates are left out, and the page says why.
    let mut rare = table.clone().and("REGION", "north");
    let last = rare.header.len() - 1;
    for row in 0..30 {
        rare.rows[row][last] = "south".into();
    }
    folder.write("rare.csv", rare.to_csv());
    let found = report(
        &folder,
        &[
            "report",
            "--model",
            "model.candor",
            "--data",
            "rare.csv",
            "--group",
            "REGION",
        ],
    );
    let south = &found["fairness"][0]["groups"][1];
    assert_eq!((south["rows"].as_u64(), &south["rates"]), (Some(30), &Value::Null));
    assert!(found["fairness"][0]["approval_ratio"].is_null());
    assert!(html(&folder).contains("Fewer than two groups have enough clients"));
}

#[test]
fn an_imported_model_is_reported_on_once_its_target_is_named() {
    let folder = Folder::empty();
    let fixture =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/fixtures/import/lightgbm_gbdt.txt");
    folder.succeed(&[
        "import",
        fixture.to_str().unwrap(),
        "--from",
        "lightgbm",
        "--output",
        "model.candor",
    ]);
    let scorer = Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let fields: Vec<&str> = scorer.schema().fields.iter().map(|field| field.name.as_str()).collect();
    // 400 rows of whole numbers; the score says something of the outcome, not all.
    let mut lines = vec![format!("{},bad", fields.join(","))];
    for row in 0..400_usize {
        let cells: Vec<String> = (0..fields.len())
            .map(|field| ((row * (7 * field + 3)) % 5).to_string())
            .collect();
        lines.push(format!("{},{}", cells.join(","), u8::from((row * 11) % 7 < 2)));
    }
    folder.write("rows.csv", lines.join("\n"));
    let arguments = ["report", "--model", "model.candor", "--data", "rows.csv"];
    folder.refuse(
        &arguments,
        &["does not know which column says who defaulted; name it with --target COL"],
    );
    let found = report(&folder, &join(&arguments, &["--target", "bad"]));
    assert_eq!(found["lineage"]["target"], "bad");
    assert!(found["stability"]["score_index"].is_null());
    let page = html(&folder);
    assert!(page.contains("The model keeps no distribution of the training part"));
}
