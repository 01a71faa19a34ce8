//! `candor tune`: the same search whatever interrupts it, and one clear refusal of what does not belong together.

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, Table, join};
use serde_json::Value;

/// Few clients, few trees, few folds: a trial takes a fraction of a second.
fn folder() -> Folder {
    let folder = Folder::empty();
    folder.succeed(&["synth", "--clients", "700", "--seed", "3", "--output", "data"]);
    folder
}

const TUNE: [&str; 10] = [
    "tune",
    "--application-only",
    "--data",
    "data",
    "--trees",
    "6",
    "--cv",
    "3",
    "--threads",
    "1",
];
const TRIALS: usize = 14;

/// A search with output and journal of this name.
fn tune<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    join(&join(&TUNE, &["--trials", "14", "--output", name]), more)
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_search_finds_parameters_that_training_takes() {
    let folder = folder();
    let text = folder.succeed(&tune("t.toml", &[])).text().to_owned();
    for part in [
        "Trials: 14, ",
        "0 were in the journal",
        "Trial 1 is the search's start: AUC 0.",
        "Written: t.toml. Journal: t.trials.jsonl.",
    ] {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }
    let journal = lines(&folder.read("t.trials.jsonl"));
    assert_eq!(journal.len(), 1 + TRIALS);
    let auc = |trial: &Value| trial["figures"]["auc"].as_f64();
    let ended: Vec<f64> = journal[1..].iter().filter_map(auc).collect();
    let best = ended.iter().copied().fold(f64::NAN, f64::max);
    assert!(ended.len() < TRIALS, "hopeless trials are given up");
    assert_eq!(auc(&journal[1]).unwrap(), ended[0], "the start is never given up");
    for trial in &journal[1..] {
        let folds = trial["after"].as_array().unwrap().len();
        assert!(if auc(trial).is_some() { folds == 3 } else { folds <= 2 }, "{trial}");
    }

    // Training with the file shows the very figures of the journal.
    let arguments = [
        "train",
        "--application-only",
        "--data",
        "data",
        "--output",
        "m.candor",
        "--cv",
        "3",
        "--trees",
        "6",
        "--json",
    ];
    let card = folder.succeed(&join(&arguments, &["--parameters", "t.toml"]));
    let card: Value = serde_json::from_str(card.text()).unwrap();
    let out_of_fold = &card["parts"][3];
    assert_eq!(out_of_fold["name"], "out-of-fold");
    assert_eq!(out_of_fold["metrics"]["auc"]["value"].as_f64().unwrap(), best);
    let winner = journal[1..].iter().find(|trial| auc(trial) == Some(best)).unwrap();
    assert_eq!(
        out_of_fold["metrics"]["cost_at_break_even"]["value"],
        winner["figures"]["cost"]
    );
    for (name, value) in winner["parameters"].as_object().unwrap() {
        let trained: f64 = card["parameters"][name].as_str().unwrap().parse().unwrap_or(0.0);
        assert_eq!(trained, value.as_str().unwrap().parse().unwrap_or(0.0), "{name}");
    }
    // --set goes before the file.
    let set = ["--parameters", "t.toml", "--set", "num_leaves=3", "--force"];
    let card: Value = serde_json::from_str(folder.succeed(&join(&arguments, &set)).text()).unwrap();
    assert_eq!(card["parameters"]["num_leaves"], "3");

    // The same again, with other threads, is the same, byte for byte; another seed is not.
    folder.succeed(&tune("two.toml", &[]).replaced("1", "2"));
    assert_eq!(folder.read("two.trials.jsonl"), folder.read("t.trials.jsonl"));
    assert_eq!(folder.read("two.toml"), folder.read("t.toml"));
    folder.succeed(&tune("other.toml", &["--seed", "8"]).replaced("14", "3"));
    assert_ne!(
        lines(&folder.read("other.trials.jsonl"))[2]["parameters"],
        journal[2]["parameters"]
    );
}

/// Arguments with one of them replaced.
trait Replaced<'a> {
    fn replaced(self, old: &str, new: &'a str) -> Vec<&'a str>;
}

impl<'a> Replaced<'a> for Vec<&'a str> {
    fn replaced(mut self, old: &str, new: &'a str) -> Vec<&'a str> {
        if let Some(place) = self.iter().position(|argument| *argument == old) {
            self[place] = new;
        }
        self
    }
}

#[test]
fn a_search_that_is_killed_goes_on_as_if_it_had_not_been() {
    let folder = folder();
    folder.succeed(&tune("whole.toml", &[]));
    let (journal, parameters) = (folder.read("whole.trials.jsonl"), folder.read("whole.toml"));
    let length = |name: &str| std::fs::metadata(folder.path(name)).map_or(0, |metadata| metadata.len());

    // Killed as soon as the journal has grown past each of these parts of its final length, and a little later.
    let mut interrupted = 0;
    for (part, delay) in [(0, 0), (1, 0), (20, 3), (40, 11), (60, 40), (75, 0), (90, 70)] {
        let mut child = folder
            .command(&tune("killed.toml", &[]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while part > 0 && length("killed.trials.jsonl") * 100 < part * journal.len() as u64 {
            assert!(start.elapsed() < Duration::from_secs(60), "the journal grows");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap(); // SIGKILL
        interrupted += u32::from(!child.wait().unwrap().success());
        let found = if length("killed.trials.jsonl") > 0 {
            folder.read("killed.trials.jsonl")
        } else {
            Vec::new()
        };
        assert!(
            journal.starts_with(&found),
            "what is there is what an unbroken search writes"
        );
    }
    assert!(interrupted >= 4, "only {interrupted} were killed before their end");
    folder.succeed(&tune("killed.toml", &["--force"]));
    assert_eq!(folder.read("killed.trials.jsonl"), journal);
    assert_eq!(folder.read("killed.toml"), parameters);

    // A write that was cut at any place; the first of them within the first line.
    let end_of = |line: usize| {
        let ends = journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        ends.map(|(place, _)| place + 1).nth(line).unwrap()
    };
    let last = end_of(TRIALS - 1);
    for cut in [
        1,
        end_of(0) - 1,
        end_of(10) + 1,
        last,
        last + 1,
        journal.len() - 60,
        journal.len() - 1,
    ] {
        folder.write("cut.trials.jsonl", &journal[..cut]);
        folder.succeed(&tune("cut.toml", &["--force"]));
        assert_eq!(folder.read("cut.trials.jsonl"), journal, "cut at {cut}");
        assert_eq!(folder.read("cut.toml"), parameters);
    }

    // More trials go on from fewer, and nothing is tried twice.
    folder.succeed(&tune("more.toml", &[]).replaced("14", "4"));
    let text = folder.succeed(&tune("more.toml", &["--force"])).text().to_owned();
    assert!(text.contains("4 were in the journal"), "{text}");
    assert_eq!(folder.read("more.trials.jsonl"), journal);
    folder.refuse(&tune("more.toml", &[]), &["more.toml exists already"]);
}

#[test]
fn a_journal_that_does_not_belong_is_refused_and_left_alone() {
    let folder = folder();
    let small = |more: &[&'static str]| tune("t.toml", &join(&["--force"], more)).replaced("14", "3");
    folder.succeed(&small(&[]));
    let journal = folder.read("t.trials.jsonl");

    let more = Table::read(&folder.path("data/application_train.csv")).with(0, "AMT_CREDIT", "123456");
    folder.write("other.csv", more.to_csv());
    folder.write("other.toml", candor_definition::POLICY.replace("10.0", "5.0"));
    folder.write("start.toml", "num_leaves = 9\n");
    for (more, wanted) in [
        (&["--seed", "8"][..], "with --seed 7, not 8"),
        (&["--objective", "cost"], "with objective Auc, not Cost"),
        (&["--policy", "other.toml"], "with other features or another policy"),
        (&["--set", "max_depth=4"], "with other parameters to start from"),
        (&["--set", "max_depth=8"], "with fixed parameters: , not max_depth"),
        (&["--parameters", "start.toml"], "with other parameters to start from"),
    ] {
        folder.refuse(
            &small(more),
            &["t.trials.jsonl: this journal is of another search", wanted],
        );
    }
    let wanted = ["with --cv 3, not 4", "name another --journal"];
    folder.refuse(&small(&[]).replaced("3", "4"), &wanted);
    folder.refuse(
        &small(&[]).replaced("6", "7"),
        &["with trees: --trees 6, not --trees 7"],
    );
    folder.refuse(&small(&[]).replaced("data", "other.csv"), &["with other data"]);

    let text = String::from_utf8(journal.clone()).unwrap();
    let all: Vec<&str> = text.lines().collect();
    let changed = |line: usize, old: &str, new: &str| {
        let mut all: Vec<String> = all.iter().map(|&line| line.to_owned()).collect();
        assert!(all[line].contains(old));
        all[line] = all[line].replacen(old, new, 1);
        all.join("\n") + "\n"
    };
    for (damaged, wanted) in [
        (
            changed(0, "\"seed\":7", "\"seed\":8"),
            "t.trials.jsonl: this is no journal of candor tune, or its first line is damaged",
        ),
        (
            changed(1, "\"after\":[0.", "\"after\":[1."),
            "t.trials.jsonl, line 2: this is not the line that was written; restore",
        ),
        (
            changed(3, "\"trial\":3", "\"trial\":4"),
            "t.trials.jsonl, line 4: this is not the line that was written",
        ),
        (
            [all[0], all[2], all[3], ""].join("\n"),
            "t.trials.jsonl, line 2: this is not the line that was written",
        ),
        ([all[0], "", all[1], ""].join("\n"), "t.trials.jsonl, line 2: "),
        ([all[1], all[2], ""].join("\n"), "t.trials.jsonl: this is no journal"),
        (
            "my notes, without an end of line".to_owned(),
            "t.trials.jsonl: this is no journal of candor tune",
        ),
        (
            "id,amount\n1,2\n".to_owned(),
            "t.trials.jsonl: this is no journal of candor tune",
        ),
    ] {
        folder.write("t.trials.jsonl", &damaged);
        folder.refuse(&small(&[]), &[wanted]);
        assert_eq!(folder.read("t.trials.jsonl"), damaged.as_bytes(), "left as it was");
    }

    folder.write("t.trials.jsonl", &journal);
    let held = File::open(folder.path("t.trials.jsonl")).unwrap();
    held.lock().unwrap();
    folder.refuse(
        &small(&[]),
        &["t.trials.jsonl: another candor tune is writing this journal"],
    );
}

#[test]
fn cost_can_be_the_objective_and_parameters_fixed() {
    let folder = folder();
    let more = [
        "--objective",
        "cost",
        "--set",
        "max_depth=4",
        "--set",
        "sub_feature=0.5",
        "--json",
    ];
    let answer: Value = serde_json::from_str(folder.succeed(&tune("t.toml", &more)).text()).unwrap();
    assert_eq!((&answer["trials"], &answer["continued"]), (&14.into(), &0.into()));
    let journal = lines(&folder.read("t.trials.jsonl"));
    assert_eq!(
        journal[0]["fixed"],
        serde_json::json!(["feature_fraction", "max_depth"])
    );
    let costs: Vec<f64> = journal
        .iter()
        .filter_map(|trial| trial["figures"]["cost"].as_f64())
        .collect();
    let least = costs.iter().copied().fold(f64::NAN, f64::min);
    assert_eq!(answer["best"]["figures"]["cost"].as_f64().unwrap(), least);
    assert!(
        journal[1..]
            .iter()
            .all(|trial| trial["parameters"].get("max_depth").is_none())
    );
    let file = String::from_utf8(folder.read("t.toml")).unwrap();
    assert!(
        file.contains("\nmax_depth = 4\n") && file.contains("\nfeature_fraction = 0.5\n"),
        "{file}"
    );
    assert!(
        file.starts_with("# Trial ") && file.contains("--cv 3 --seed 7 --trees 6 --output MODEL"),
        "{file}"
    );
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_read() {
    let folder = Folder::empty();
    folder.write("there.toml", "");
    folder.write("bad.toml", "num_leaves = 16\nlambda_l2 = -1\n");
    for (more, wanted) in [
        (&["--output", "there.toml"][..], "there.toml exists already"),
        (&["--output", "-"], "--output -: standard output takes the figures"),
        (
            &["--output", "t.toml", "--journal", "t.toml"],
            "--output and --journal name the same file",
        ),
        (&["--output", "t.toml", "--journal", "-"], "--journal -: "),
        (&["--output", "nowhere/t.toml"], "its folder does not exist"),
        (
            &["--output", "t.toml", "--parameters", "bad.toml"],
            "bad.toml, line 2, column 13: lambda_l2 should be a number from 0 on",
        ),
        (
            &["--output", "t.toml", "--parameters", "no.toml"],
            "cannot read no.toml",
        ),
        (
            &["--output", "t.toml", "--set", "seed=4"],
            "--set seed: this cannot be set; use --seed",
        ),
        (&["--output", "t.toml"], "data holds no application_train.csv"),
    ] {
        std::fs::create_dir_all(folder.path("data")).unwrap();
        folder.refuse(&join(&["tune", "--data", "data"], more), &[wanted]);
    }
    let train = [
        "train",
        "--data",
        "data",
        "--output",
        "m.candor",
        "--parameters",
        "bad.toml",
    ];
    folder.refuse(&train, &["bad.toml, line 2, column 13"]);
}
