//! Decisions on record: what is logged, what an audit finds, what a replay says, and what a killed run leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::process::Stdio;
use std::time::Instant;

use crate::support::{Ended, Folder, Table, join, partial_files};
use candor_store::decision_log::{audit, read_head};
use serde_json::Value;

const TIME: &str = "2026-11-21T09:30:00Z";

/// `score --log log.jsonl` of an input, at a time.
fn arguments<'a>(input: &'a str, time: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let score = [
        "score",
        "--model",
        "model.candor",
        "--input",
        input,
        "--log",
        "log.jsonl",
        "--time",
        time,
    ];
    join(&score, more)
}

fn entries(folder: &Folder) -> Vec<Value> {
    let text = String::from_utf8(folder.read("log.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An audit, which must end with this code and say these words.
fn audited(folder: &Folder, more: &[&str], code: i32, words: &str) -> Ended {
    let ended = folder.run(&join(&["audit", "log.jsonl"], more));
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(code), ""),
        "{}",
        ended.text()
    );
    assert!(ended.text().contains(words), "no '{words}' in\n{}", ended.text());
    ended
}

/// A model and a few clients, so that every byte of a log can be altered.
fn small() -> Folder {
    let folder = Folder::empty();
    folder.write("model.candor", include_bytes!("fixtures/signature/plain.model"));
    let names: Value = serde_json::from_str(folder.succeed(&["inspect", "model.candor", "--json"]).text()).unwrap();
    let fields: Vec<&str> = names["schema"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    let mut table = fields.join(",") + "\n";
    for row in 0..3 {
        table += &(vec![row.to_string(); fields.len()].join(",") + "\n");
    }
    folder.write("rows.csv", table);
    folder
}

#[test]
fn a_decision_on_record_says_what_was_decided_and_by_what() {
    let folder = Folder::with_model();
    let plain = folder.succeed(&["score", "--model", "model.candor", "--input", "clients.csv"]);
    let logged = folder.succeed(&arguments("clients.csv", TIME, &[]));
    assert_eq!(
        logged.text(),
        plain.text(),
        "the results are those of a run without a log"
    );
    let scores = Table::parse(&logged.stdout);
    let model: Value = serde_json::from_str(folder.succeed(&["inspect", "model.candor", "--json"]).text()).unwrap();
    let groups: BTreeSet<&str> = model["schema"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["key"].as_str().unwrap())
        .collect();
    let entries = entries(&folder);
    assert_eq!(entries.len(), 300);
    let mut before = String::new();
    for (index, entry) in entries.iter().enumerate() {
        let text = |key: &str| entry[key].as_str().unwrap();
        let cell = |key: &str| scores.column(key)[index].to_owned();
        let bits = u64::from_str_radix(text("log_odds_bits"), 16).unwrap();
        assert_eq!(f64::from_bits(bits), cell("log_odds").parse::<f64>().unwrap());
        for number in ["probability", "points"] {
            assert_eq!(entry[number].as_f64().unwrap(), cell(number).parse::<f64>().unwrap());
        }
        for word in ["id", "decision", "risk_level"] {
            assert_eq!(text(word), cell(word));
        }
        assert_eq!(entry["sequence"], index + 1);
        assert_eq!((text("time"), text("model")), (TIME, model["digest"].as_str().unwrap()));
        assert!(text("engine").starts_with("candor ") && text("policy").len() == 64 && text("input").len() == 64);
        let reasons = entry["reasons"].as_array().unwrap();
        assert!(reasons.len() <= 4 && reasons.iter().all(|reason| groups.contains(reason.as_str().unwrap())));
        assert_eq!(text("before"), before);
        text("check").clone_into(&mut before);
        assert_eq!(entry.get("inputs"), None, "personal data only where it is asked for");
    }
    let inputs: BTreeSet<&str> = entries.iter().map(|entry| entry["input"].as_str().unwrap()).collect();
    assert_eq!(inputs.len(), 300, "each client another digest");
    assert!(
        entries
            .iter()
            .any(|entry| !entry["reasons"].as_array().unwrap().is_empty())
    );

    // The same clients in other forms have the same digests; a file of results changes nothing.
    let first = folder.table().first(300);
    folder.write("clients.jsonl", first.to_json_lines());
    folder.write("clients.parquet", first.to_parquet());
    for (input, more) in [
        ("clients.jsonl", &[][..]),
        ("clients.parquet", &["--output", "out.csv"]),
    ] {
        folder.write("log.jsonl", "");
        std::fs::remove_file(folder.path("log.jsonl")).unwrap();
        std::fs::remove_file(folder.path("log.jsonl.head")).unwrap();
        folder.succeed(&arguments(input, TIME, more));
        assert_eq!(self::entries(&folder), entries, "{input}");
    }
    assert_eq!(folder.read("out.csv"), plain.stdout);
    audited(&folder, &[], 0, "as it was written, 300 decisions");
    assert_eq!(folder.read("log.jsonl.head"), format!("300 {before}\n").into_bytes());
    // A row that cannot be scored is no decision.
    folder.write(
        "bad.csv",
        folder.table().first(3).with(1, "AMT_CREDIT", "much").to_csv(),
    );
    folder.refuse(&arguments("bad.csv", TIME, &[]), &["bad.csv, line 3", "AMT_CREDIT"]);
    folder.succeed(&arguments("bad.csv", TIME, &["--bad-rows", "report"]));
    audited(&folder, &[], 0, "as it was written, 302 decisions");
}

#[test]
fn decisions_are_made_again_from_their_inputs_or_from_a_table() {
    let folder = Folder::with_model();
    let train = [
        "train",
        "--data",
        "data",
        "--output",
        "other.candor",
        "--trees",
        "12",
        "--threads",
        "1",
        "--application-only",
    ];
    folder.succeed(&train);
    folder.write("few.csv", folder.table().first(40).to_csv());
    folder.succeed(&arguments("few.csv", TIME, &["--log-inputs"]));
    let replay = |more: &[&str]| folder.run(&join(&["replay", "log.jsonl"], more));
    let carried = replay(&["--model", "model.candor"]);
    assert_eq!(
        (carried.code, carried.text()),
        (Some(0), "40 decisions made again: 40 the same, 0 differ\n")
    );
    let other = replay(&["--model", "other.candor"]);
    assert_eq!(other.code, Some(1), "{}", other.text());
    for words in [
        "line 1, id ",
        "log-odds bits ",
        "probability ",
        "points ",
        "40 of them were made with another model",
    ] {
        assert!(other.text().contains(words), "no '{words}' in\n{}", other.text());
    }
    // Inputs that are carried are those of the table, but for what is missing.
    let first = &entries(&folder)[0]["inputs"];
    assert_eq!(
        first["AMT_CREDIT"].as_f64().unwrap(),
        folder.table().numbers("AMT_CREDIT")[0]
    );
    assert!(
        first["NAME_CONTRACT_TYPE"].is_string() && first["FLAG_OWN_CAR"].is_boolean(),
        "{first}"
    );

    std::fs::remove_file(folder.path("log.jsonl")).unwrap();
    std::fs::remove_file(folder.path("log.jsonl.head")).unwrap();
    folder.succeed(&arguments("few.csv", TIME, &[]));
    folder.refuse(
        &["replay", "log.jsonl", "--model", "model.candor"],
        &["none of the 40 decisions carries its inputs", "--input"],
    );
    let table = |rows: Table, more: &[&str]| {
        folder.write("table.csv", rows.to_csv());
        replay(&join(&["--model", "model.candor", "--input", "table.csv"], more))
    };
    let same = table(folder.table(), &[]);
    assert_eq!(
        (same.code, same.text()),
        (Some(0), "40 decisions made again: 40 the same, 0 differ\n")
    );
    let fewer = table(folder.table().first(30), &[]);
    assert_eq!(fewer.code, Some(0));
    assert!(
        fewer.text().contains("30 the same, 0 differ\n10 not made again"),
        "{}",
        fewer.text()
    );
    // Somebody has changed a client since: by a few cents, and in what matters.
    let cents = (folder.table().numbers("AMT_CREDIT")[7] + 0.25).to_string();
    let changed = table(
        folder
            .table()
            .with(7, "AMT_CREDIT", &cents)
            .with(9, "EXT_SOURCE_2", "0.001"),
        &[],
    );
    assert_eq!(changed.code, Some(1));
    let lines: Vec<&str> = changed.text().lines().collect();
    assert!(
        lines[0].starts_with("line 8, id ") && lines[0].contains("the application is not the one that was decided on")
    );
    assert!(
        lines[1].starts_with("line 10, id ") && lines[1].contains("log-odds bits"),
        "{}",
        changed.text()
    );
    assert_eq!(lines[2], "40 decisions made again: 38 the same, 2 differ");
    // A log that was altered is not replayed.
    let text = String::from_utf8(folder.read("log.jsonl")).unwrap();
    folder.write("log.jsonl", text.replacen("0", "1", 1));
    folder.refuse(
        &["replay", "log.jsonl", "--model", "model.candor", "--input", "few.csv"],
        &["log.jsonl, line 1"],
    );
}

#[test]
fn a_flipped_bit_anywhere_in_the_log_or_its_head_is_found_with_line_and_byte() {
    let folder = small();
    folder.succeed(&arguments("rows.csv", TIME, &[]));
    let (whole, head) = (folder.read("log.jsonl"), folder.read("log.jsonl.head"));
    let path = folder.path("log.jsonl");
    assert_eq!(audit(&path, None).unwrap().problem, None);
    let starts: Vec<usize> = [0]
        .into_iter()
        .chain(
            whole
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'\n')
                .map(|(place, _)| place + 1),
        )
        .collect();
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        folder.write("log.jsonl", &bytes);
        let problem = audit(&path, None)
            .unwrap()
            .problem
            .unwrap_or_else(|| panic!("byte {place} was not found"));
        let line = starts.iter().filter(|&&start| start <= place).count();
        let within = place - starts[line - 1] + 1;
        assert!(
            problem.starts_with(&format!("line {line}: byte {within} (")),
            "byte {place}, {within} of line {line}: {problem}"
        );
    }
    folder.write("log.jsonl", &whole);
    for place in 0..head.len() {
        for bit in 0..8 {
            let mut bytes = head.clone();
            bytes[place] ^= 1 << bit;
            folder.write("log.jsonl.head", &bytes);
            let found = audit(&path, None).unwrap();
            // Fewer lines than there are is what a killed run leaves; the digest then is that of no such line.
            let problem = found
                .problem
                .unwrap_or_else(|| panic!("bit {bit} of byte {place} of the head was not found"));
            assert!(problem.contains("log.jsonl.head"), "{problem}");
        }
    }
}

#[test]
fn what_was_altered_or_taken_out_is_named() {
    let folder = small();
    folder.succeed(&arguments("rows.csv", TIME, &["--log-inputs"]));
    let whole = String::from_utf8(folder.read("log.jsonl")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let digests: Vec<String> = entries(&folder)
        .iter()
        .map(|entry| entry["check"].as_str().unwrap().to_owned())
        .collect();
    let decision = |text: &str| match text.contains("APPROVE") {
        true => text.replacen("APPROVE", "DECLINE", 1),
        false => text.replacen("DECLINE", "APPROVE", 1),
    };
    let log = |text: &str| folder.write("log.jsonl", text);
    for (text, words) in [
        (
            lines[0].to_owned() + &lines[1].replacen("\"id\":\"1\"", "\"id\":\"7\"", 1) + lines[2],
            "line 2: byte 51 (field id) was altered",
        ),
        (decision(&whole), "line 1: more than one byte of it was altered"),
        (
            lines[0].to_owned() + lines[2],
            "line 2: it does not follow the line before it",
        ),
        (
            lines[1].to_owned() + lines[2],
            "line 1: it does not follow the line before it",
        ),
        (
            lines[0].to_owned() + lines[2] + lines[1],
            "line 2: it does not follow the line before it",
        ),
        (lines[0].to_owned() + lines[1], "its end was cut off after line 2"),
        (String::new(), "its end was cut off after line 0"),
        (
            lines[0].to_owned() + &lines[1][..100],
            "its end was cut off after line 1",
        ),
        (
            whole.clone() + "{\"more\":1}\n",
            "line 4: it has not the form of a line of a log",
        ),
        (whole.replace("{\"seq", "{ \"seq"), "line 1: "),
    ] {
        log(&text);
        audited(&folder, &[], 1, words);
        folder.refuse(&arguments("rows.csv", TIME, &[]), &["log.jsonl", "copy"]);
    }
    log(&whole);
    // Whoever has written a digest down notices that all was written anew, and the head with it.
    for (index, digest) in digests.iter().enumerate() {
        audited(
            &folder,
            &["--head", digest],
            0,
            &format!("is that of line {}; {} follow it", index + 1, 2 - index),
        );
    }
    audited(
        &folder,
        &["--head", &"0".repeat(64)],
        1,
        "the digest given with --head is that of none of its 3 lines",
    );
    let head = folder.read("log.jsonl.head");
    for name in ["log.jsonl", "log.jsonl.head"] {
        std::fs::remove_file(folder.path(name)).unwrap();
    }
    folder.succeed(&arguments("rows.csv", "2026-11-21T09:30:01Z", &[]));
    audited(&folder, &[], 0, "3 decisions");
    audited(
        &folder,
        &["--head", &digests[2]],
        1,
        "its end was cut off, or all was written anew",
    );
    folder.write("log.jsonl.head", &head);
    audited(&folder, &[], 1, "line 3: its digest is not the one in log.jsonl.head");
    folder.refuse(
        &arguments("rows.csv", TIME, &[]),
        &["its head beside it is that of another log"],
    );
    std::fs::remove_file(folder.path("log.jsonl.head")).unwrap();
    audited(&folder, &[], 1, "log.jsonl.head is not there");
    folder.refuse(&arguments("rows.csv", TIME, &[]), &["log.jsonl.head, is not there"]);
    folder.write("log.jsonl.head", &head);
    std::fs::remove_file(folder.path("log.jsonl")).unwrap();
    folder.refuse(
        &arguments("rows.csv", TIME, &[]),
        &["the log is not there, and its head beside it says that it was"],
    );
    folder.refuse(&["audit", "log.jsonl"], &["cannot read log.jsonl"]);
    let short = folder.run(&["audit", "log.jsonl", "--head", "12"]);
    assert_eq!(short.code, Some(2));
    assert!(short.stderr.contains("64 hexadecimal digits"), "{}", short.stderr);
}

#[test]
fn times_are_checked_and_a_clock_that_goes_backwards_is_an_error() {
    let folder = small();
    for time in [
        "",
        "now",
        "2026-11-21",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-21T09:30:00",
    ] {
        folder.refuse(&arguments("rows.csv", time, &[]), &["--time: ", "no time of RFC 3339"]);
    }
    let log = [
        "score",
        "--model",
        "model.candor",
        "--input",
        "rows.csv",
        "--log",
        "log.jsonl",
    ];
    assert!(folder.run(&log).stderr.contains("--time <TIME>"), "a log needs a time");
    folder.succeed(&arguments("rows.csv", "2026-11-21T10:00:00+01:00", &[]));
    // The same instant in another zone, and a later one that looks earlier.
    folder.succeed(&arguments("rows.csv", "2026-11-21T09:00:00Z", &[]));
    folder.succeed(&arguments("rows.csv", "2026-11-21T08:30:00.5-01:00", &[]));
    let earlier = "2026-11-21T09:29:59Z";
    folder.refuse(
        &arguments("rows.csv", earlier, &[]),
        &[
            "--time 2026-11-21T09:29:59Z is before 2026-11-21T08:30:00.5-01:00",
            "(line 9)",
            "--allow-earlier-time",
        ],
    );
    let ended = folder.run(&arguments("rows.csv", earlier, &["--allow-earlier-time"]));
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stderr.starts_with("note: --time 2026-11-21T09:29:59Z is before") && ended.stderr.lines().count() == 1
    );
    audited(
        &folder,
        &[],
        0,
        "note  line 10: its time 2026-11-21T09:29:59Z is before that of the line before",
    );
}

#[test]
fn an_unfinished_line_is_told_and_cut_off() {
    let folder = small();
    folder.succeed(&arguments("rows.csv", TIME, &[]));
    let whole = folder.read("log.jsonl");
    folder.write("log.jsonl", [&whole[..], b"{\"sequence\":4,\"time\":\"2026"].concat());
    audited(&folder, &[], 0, "note  26 bytes of an unfinished line at the end");
    let ended = folder.run(&arguments("rows.csv", TIME, &[]));
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stderr.contains("note: log.jsonl ends with 26 bytes of a line"),
        "{}",
        ended.stderr
    );
    audited(&folder, &[], 0, "as it was written, 6 decisions");
    assert!(folder.read("log.jsonl").starts_with(&whole));
    // A head that is behind, as a run leaves it that is killed between the two.
    let head = |lines: usize| format!("{lines} {}\n", entries(&folder)[lines - 1]["check"].as_str().unwrap());
    folder.write("log.jsonl.head", head(4));
    audited(&folder, &[], 0, "is 2 lines behind");
    folder.succeed(&arguments("rows.csv", TIME, &[]));
    assert_eq!(folder.read("log.jsonl.head"), head(9).into_bytes());
}

#[test]
fn two_runs_at_once_both_arrive() {
    let folder = small();
    let rows = String::from_utf8(folder.read("rows.csv")).unwrap();
    let (header, first) = rows.split_once('\n').unwrap();
    folder.write("many.csv", format!("{header}\n{}", first.repeat(1000)));
    let times: Vec<String> = (0..4).map(|run| format!("2026-11-21T09:30:0{}Z", 9 - run)).collect();
    let runs: Vec<_> = times
        .iter()
        .map(|time| {
            let mut command = folder.command(&arguments("many.csv", time, &["--allow-earlier-time"]));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    audited(&folder, &[], 0, "as it was written, 12000 decisions");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries(&folder) {
        *counts.entry(entry["time"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(counts.values().copied().collect::<Vec<_>>(), [3000; 4]);
}

#[cfg(unix)]
#[test]
fn a_run_killed_at_any_moment_leaves_every_answer_on_record() {
    let folder = small();
    let rows = String::from_utf8(folder.read("rows.csv")).unwrap();
    let (header, first) = rows.split_once('\n').unwrap();
    folder.write("many.csv", format!("{header}\n{}", first.repeat(2000)));
    let start = Instant::now();
    folder.succeed(&arguments("many.csv", TIME, &["--output", "whole.csv"]));
    let whole = start.elapsed();
    let (mut answered, mut cut, mut state) = (0, 0, 0x9e37_79b9_7f4a_7c15_u64);
    for run in 0..20 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = (state >> 11) as f64 / (1_u64 << 53) as f64;
        for name in ["log.jsonl", "log.jsonl.head"] {
            // Now and then a new log, so that its beginning is interrupted, too, and the log does not grow forever.
            if run % 5 == 0 {
                let _ = std::fs::remove_file(folder.path(name));
            }
        }
        let time = format!("2026-11-21T10:00:{run:02}Z");
        let output = File::create(folder.path("out.csv")).unwrap();
        let mut command = folder.command(&arguments("many.csv", &time, &[]));
        let mut child = command.stdout(output).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        child.kill().unwrap();
        child.wait().unwrap();
        // Whole lines only: the last one may be the beginning of an answer.
        let text = String::from_utf8(folder.read("out.csv")).unwrap();
        let finished = text.rfind('\n').map_or("", |end| &text[..end]);
        let ids: Vec<&str> = finished
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next())
            .collect();
        answered += ids.len();
        if !folder.path("log.jsonl").exists() {
            assert!(ids.is_empty());
            continue;
        }
        let found = audit(&folder.path("log.jsonl"), None).unwrap();
        assert_eq!(found.problem, None, "run {run} killed after {share} of its time");
        let log = String::from_utf8_lossy(&folder.read("log.jsonl")).into_owned();
        let recorded: BTreeSet<String> = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|entry| entry["time"] == time.as_str())
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect();
        cut += usize::from(!recorded.is_empty() && recorded.len() < 6_000);
        for id in ids {
            assert!(
                recorded.contains(id),
                "run {run}: {id} was answered and is not on record"
            );
        }
    }
    assert!(
        answered > 0 && cut > 0,
        "some runs were killed in the middle: {answered} answers, {cut} unfinished logs"
    );
    // And the next run goes on.
    let ended = folder.run(&arguments("rows.csv", "2026-11-21T11:00:00Z", &[]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    audited(&folder, &[], 0, "as it was written");
    assert!(partial_files(&folder.path(".")).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_recorded_is_not_answered() {
    let folder = small();
    let rows = String::from_utf8(folder.read("rows.csv")).unwrap();
    let (header, first) = rows.split_once('\n').unwrap();
    folder.write("many.csv", format!("{header}\n{}", first.repeat(1000)));
    let log = |path: &'static str| {
        [
            "score",
            "--model",
            "model.candor",
            "--input",
            "many.csv",
            "--time",
            TIME,
            "--log",
            path,
        ]
    };
    // Folders that are not there or take no files (/proc takes none even from root), and what is no file.
    folder.refuse(
        &log("none/log.jsonl"),
        &["cannot write none/log.jsonl", "its folder does not exist"],
    );
    folder.refuse(&log("/proc/log.jsonl"), &["cannot write /proc/log.jsonl"]);
    folder.refuse(&log("."), &["cannot write ."]);
    // A disk that is full: the shell limits how long a file may grow, at first for the first line, then in the middle.
    folder.succeed(&arguments("rows.csv", TIME, &[]));
    let (before, head) = (folder.read("log.jsonl"), folder.read("log.jsonl.head"));
    for blocks in [1, 4, 1024] {
        let command = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {} {}",
            env!("CARGO_BIN_EXE_candor"),
            arguments("many.csv", TIME, &[]).join(" ")
        );
        let mut shell = std::process::Command::new("sh");
        let output = shell
            .args(["-c", &command])
            .current_dir(folder.path("."))
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{blocks}: {message}");
        assert!(
            message.starts_with("error: cannot write log.jsonl: ") && message.lines().count() == 1,
            "{message}"
        );
        audited(&folder, &[], 0, "as it was written");
        let answers = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .count()
            .saturating_sub(1);
        assert_eq!(
            answers + 3,
            entries(&folder).len(),
            "{blocks}: what is on record was answered, and nothing else"
        );
        if answers == 0 {
            assert_eq!(
                (folder.read("log.jsonl"), folder.read("log.jsonl.head")),
                (before.clone(), head.clone())
            );
        } else {
            assert_eq!(
                read_head(&folder.path("log.jsonl")).unwrap().unwrap().lines,
                answers as u64 + 3
            );
        }
    }
    assert!(partial_files(&folder.path(".")).is_empty());
}
