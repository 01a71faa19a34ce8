//! Bad input: exit code 2, one clear line that names file, line and field and says what to do, nothing written.

use candor_portfolio::table::{ColumnRules, Leniency, NotationRules, Request};

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Folder, QUICK, Table, gzip, join, parquet_of, partial_files};
use arrow_array::builder::{Float64Builder, ListBuilder};
use arrow_array::{ArrayRef, RecordBatch};

const SCORE: [&str; 5] = ["score", "--model", "model.candor", "--output", "scores.csv"];
const EXPLAIN: [&str; 5] = ["explain", "--model", "model.candor", "--output", "reasons.csv"];
const TRAIN: [&str; 3] = ["train", "--output", "new.candor"];

/// What is wrong with a model file is told by `score`, `explain` and `inspect` alike.
#[test]
fn model_files() {
    let folder = Folder::with_model();
    let whole = folder.read("model.candor");
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 16;
        bytes
    };
    let mut newer = whole.clone();
    newer[8] = 9;
    newer.push(0);
    std::fs::create_dir(folder.path("a-folder.candor")).unwrap();
    for (name, bytes, wanted) in [
        (
            "empty",
            Some(vec![]),
            "this is not a Candor model file; choose a .candor file",
        ),
        (
            "foreign",
            Some(folder.read("clients.csv")),
            "this is not a Candor model file; choose a .candor file",
        ),
        ("magic", Some(flipped(3)), "this is not a Candor model file"),
        (
            "short",
            Some(whole[..40].to_vec()),
            "incomplete or has bytes too many: 52 bytes expected, 40 found",
        ),
        (
            "truncated",
            Some(whole[..whole.len() - 1].to_vec()),
            "incomplete or has bytes too many",
        ),
        (
            "long",
            Some([&whole[..], b"x"].concat()),
            "incomplete or has bytes too many",
        ),
        (
            "newer",
            Some(newer),
            "format version 9, and this Candor reads up to 2; use a newer Candor",
        ),
        (
            "version",
            Some(flipped(9)),
            "damaged: its digest does not match its content; copy it again",
        ),
        ("digest", Some(flipped(30)), "damaged"),
        ("document", Some(flipped(5000)), "damaged"),
        ("end", Some(flipped(whole.len() - 1)), "damaged"),
        ("absent", None, "cannot read absent.candor: No such file or directory"),
        ("a-folder", None, "cannot read a-folder.candor: Is a directory"),
    ] {
        let file = format!("{name}.candor");
        if let Some(bytes) = bytes {
            folder.write(&file, bytes);
        }
        let clients = ["--model", &file, "--input", "clients.csv"];
        folder.refuse(&join(&["score", "--output", "scores.csv"], &clients), &[&file, wanted]);
        folder.refuse(&join(&["explain"], &clients), &[&file, wanted]);
        folder.refuse(&["inspect", &file], &[&file, wanted]);
    }
}

/// Tables that cannot be read as a whole or in one row: the same message from `score`, `explain` and `train`.
#[test]
fn tables() {
    let folder = Folder::with_model();
    let table = folder.table().first(60);
    let text = String::from_utf8(table.to_csv()).unwrap();
    let latin = |from: &str, to: &[u8]| {
        let place = text.find(from).unwrap();
        [&text.as_bytes()[..place], to, &text.as_bytes()[place + from.len()..]].concat()
    };
    let lines: Vec<&str> = text.lines().collect();
    let edited = |line: usize, edit: &dyn Fn(&str) -> String| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[line - 1] = edit(&lines[line - 1]);
        lines.join("\n").into_bytes()
    };
    let compressed = gzip(text.as_bytes());
    let wide: Vec<&str> = table.header[6..20].iter().map(String::as_str).collect();
    let list: ArrayRef = {
        let mut builder = ListBuilder::new(Float64Builder::new());
        builder.append_value([Some(1.0)]);
        Arc::new(builder.finish())
    };
    let lists = table.first(1).to_batch();
    let lists = lists.columns().iter().zip(&table.header).map(|(column, name)| {
        let replaced = name == "AMT_CREDIT";
        (name, if replaced { list.clone() } else { column.clone() }, true)
    });
    let lists = RecordBatch::try_from_iter_with_nullable(lists).unwrap();
    let credit = table.position("AMT_CREDIT") + 1;

    let cases: Vec<(&str, Vec<u8>, Vec<String>)> = [
        ("missing.csv", table.without(&["AMT_CREDIT"]).to_csv(), &[", line 1: the column AMT_CREDIT is missing; add it, or pass --missing-columns ignore"][..]),
        ("missings.csv", table.without(&wide).to_csv(), &["line 1: the columns", "more are missing; add them"]),
        ("extra.csv", table.clone().and("AMT_CREDITS", "1").to_csv(), &["line 1: the column AMT_CREDITS is unknown to the model; correct or remove it, or pass --extra-columns ignore"]),
        ("unnamed.csv", table.clone().and("", "1").to_csv(), &["line 1: the column without a name is unknown"]),
        ("twice.csv", table.clone().and("AMT_CREDIT", "1").to_csv(), &["line 1: the column AMT_CREDIT is there twice; remove one"]),
        ("text.csv", table.clone().with(1, "AMT_CREDIT", "a lot").to_csv(), &[", line 3: AMT_CREDIT: 'a lot' is not a number; write a number such as 1250.5"]),
        ("infinite.csv", table.clone().with(1, "AMT_CREDIT", "inf").to_csv(), &[", line 3: AMT_CREDIT: 'inf' is not a number"]),
        ("level.csv", table.clone().with(7, "NAME_CONTRACT_TYPE", "Cash").to_csv(), &[", line 9: NAME_CONTRACT_TYPE: 'Cash' is not a known level; the levels are 'Cash loans', 'Revolving loans'"]),
        ("flag.csv", table.clone().with(0, "FLAG_OWN_CAR", "maybe").to_csv(), &[", line 2: FLAG_OWN_CAR: 'maybe' is neither 'Y' (yes) nor 'N' (no)"]),
        ("range.csv", table.clone().with(58, "EXT_SOURCE_3", "1.01").to_csv(), &[", line 60: EXT_SOURCE_3: 1.01 is above the largest value allowed, 1"]),
        ("below.csv", table.clone().with(0, "AMT_ANNUITY", "-1").to_csv(), &[", line 2: AMT_ANNUITY: -1 is below the smallest value allowed, 0"]),
        ("whole.csv", table.clone().with(2, "REGION_RATING_CLIENT", "1.5").to_csv(), &[", line 4: REGION_RATING_CLIENT: 1.5 is not a whole number"]),
        ("many.csv", table.clone().with(2, "AMT_CREDIT", "a").with(2, "AMT_ANNUITY", "b").with(2, "EXT_SOURCE_1", "c").with(2, "EXT_SOURCE_2", "d").with(2, "EXT_SOURCE_3", "e").with(2, "AMT_GOODS_PRICE", "f").to_csv(), &[", line 4: AMT_CREDIT: ", "and 2 more fields are wrong"]),
        ("windows.csv", String::from_utf8(table.clone().with(3, "AMT_CREDIT", "x").to_csv()).unwrap().replace('\n', "\r\n").into_bytes(), &[", line 5: AMT_CREDIT: 'x'"]),
        ("gaps.csv", String::from_utf8(table.clone().with(3, "AMT_CREDIT", "x").to_csv()).unwrap().replace('\n', "\r\n\r\n\n").into_bytes(), &[", line 13: AMT_CREDIT: 'x'"]),
        ("breaks.csv", table.clone().with(0, "OCCUPATION_TYPE", " \n\r\n ").with(3, "AMT_CREDIT", "x").to_csv(), &[", line 7: AMT_CREDIT: 'x'"]),
        ("short.csv", edited(4, &|line| line[..line.rfind(',').unwrap()].to_owned()), &[", line 4: the row has 121 cells and the header 122; put cells that hold a comma into quotes"]),
        ("wide.csv", edited(4, &|line| format!("{line},1")), &[", line 4: the row has 123 cells and the header 122"]),
        ("quote.csv", edited(9, &|line| format!("\"{line}")), &["and close every quote"]),
        ("header.csv", lines[0].as_bytes().to_vec(), &["the table has no rows; check that the export was complete"]),
        ("empty.csv", vec![], &["the file is empty; it should begin with a header line"]),
        ("blank.csv", b"\r\n\n\n".to_vec(), &["the file is empty"]),
        ("other.csv", b"a,b\n1,2\n".to_vec(), &["line 1: no column is a field of the model; choose the table that the model was made for"]),
        ("utf8-header.csv", latin("AMT_CREDIT", b"AMT_CR\xc9DIT"), &[&format!(", line 1: column {credit} is not valid UTF-8; export the file as UTF-8")]),
        ("utf8-cell.csv", latin("Cash loans", b"pr\xeat"), &["NAME_CONTRACT_TYPE is not valid UTF-8; export the file as UTF-8"]),
        ("cut.csv.gz", compressed[..compressed.len() / 2].to_vec(), &["this is not a whole gzip file", "copy or compress it again"]),
        ("tail.csv.gz", compressed[..compressed.len() - 3].to_vec(), &["this is not a whole gzip file"]),
        ("flipped.csv.gz", { let mut bytes = compressed.clone(); let middle = bytes.len() - 6; bytes[middle] ^= 1; bytes }, &["this is not a whole gzip file"]),
        ("plain.csv.gz", text.clone().into_bytes(), &["this is not a whole gzip file (invalid gzip header)", "name it .csv if it is plain text"]),
        ("plain.parquet", text.clone().into_bytes(), &["this is not a readable Parquet file", "export it again"]),
        ("empty.parquet", vec![], &["this is not a readable Parquet file"]),
        ("cut.parquet", { let bytes = table.to_parquet(); bytes[..bytes.len() - 20].to_vec() }, &["this is not a readable Parquet file"]),
        ("list.parquet", parquet_of(&lists), &["column AMT_CREDIT has type List", "numbers, texts and booleans can be read: cast it"]),
        ("missing.parquet", table.without(&["AMT_CREDIT"]).to_parquet(), &["missing.parquet: the column AMT_CREDIT is missing; add it"]),
        ("range.parquet", table.clone().with(4, "EXT_SOURCE_2", "7.5").to_parquet(), &[", line 5: EXT_SOURCE_2: 7.5 is above"]),
        ("rows.parquet", table.first(0).to_parquet(), &["the table has no rows"]),
        ("broken.jsonl", b"{\"TARGET\": 1, \"AMT_CREDIT\": 5}\n\n{\"AMT_CREDIT\": 5,\n".to_vec(), &[", line 3: this is not a JSON object (EOF while parsing", "write one object a line, a key per field"]),
        ("array.jsonl", b"[1, 2]\n".to_vec(), &[", line 1: this is not a JSON object (invalid type: sequence, expected a map)"]),
        ("unknown.jsonl", b"{\"TARGET\": 1, \"AMT_CREDITS\": 5}\n".to_vec(), &[", line 1: AMT_CREDITS: the model has no such field; remove it or correct its name"]),
        ("nested.jsonl", b"{\"TARGET\": 1, \"AMT_CREDIT\": {\"value\": 5}}\n".to_vec(), &[", line 1: AMT_CREDIT holds a list or an object; it should be a number"]),
        ("type.jsonl", b"{\"TARGET\": 1, \"AMT_CREDIT\": true}\n{\"TARGET\": 0, \"FLAG_OWN_CAR\": 3}\n".to_vec(), &[", line 2: FLAG_OWN_CAR: '3' is neither 'Y' (yes) nor 'N' (no)"]),
        ("latin.jsonl", b"{\"TARGET\": 1, \"AMT_CREDIT\": 5}\n{\"OCCUPATION_TYPE\": \"pr\xeat\"}\n".to_vec(), &[", line 2: byte 24 is not valid UTF-8"]),
        ("empty.jsonl", b"\n \n".to_vec(), &["the table has no rows"]),
    ]
    .into_iter()
    .map(|(name, bytes, wanted)| (name, bytes, wanted.iter().map(|part| (*part).to_owned()).collect()))
    .collect();
    for (name, bytes, wanted) in cases {
        folder.write(name, bytes);
        let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        wanted.push(name);
        let message = folder.refuse(&join(&SCORE, &["--input", name]), &wanted);
        assert!(!message.contains("Parquet error: Parquet error"), "{message}");
        folder.refuse(&join(&EXPLAIN, &["--input", name]), &wanted);
        folder.refuse(&join(&TRAIN, &["--data", name]), &wanted);
    }
    // From standard input, to standard output: not even a header is written.
    let bad = table.clone().with(1, "AMT_CREDIT", "a lot").to_csv();
    for command in ["score", "explain"] {
        let arguments = [command, "--model", "model.candor", "--input", "-"];
        let wanted = ["standard input", ", line 3: AMT_CREDIT: 'a lot'", "--bad-rows report"];
        folder.refuse_with(&arguments, &bad, &wanted);
        folder.refuse_with(&join(&arguments, &["--format", "parquet"]), &bad, &wanted);
        folder.refuse_with(&arguments, b"", &["standard input", "the file is empty"]);
        let parquet = join(&arguments, &["--input-format", "parquet"]);
        folder.refuse_with(
            &parquet,
            b"",
            &["Parquet cannot be read from standard input; name a file"],
        );
    }
}

/// A damaged Parquet file never ends in a panic.
#[test]
fn damaged_parquet_files() {
    let folder = Folder::with_model();
    let bytes = folder.table().first(40).to_parquet();
    let scorer = candor_core::Scorer::from_bytes(&folder.read("model.candor")).unwrap();
    let rules = ColumnRules {
        missing_columns: Leniency::Ignore,
        extra_columns: Leniency::Ignore,
        notation: NotationRules::default(),
    };
    let path = folder.path("damaged.parquet");
    let places = (0..bytes.len())
        .step_by(bytes.len() / 150)
        .chain(bytes.len() - 200..bytes.len());
    for place in places {
        for bit in [0, 3, 7] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            std::fs::write(&path, &damaged).unwrap();
            let request = Request::of_applications(scorer.schema(), None, rules);
            let read = candor_tables::read(&path, None, &request, &mut |_| Ok::<(), candor_tables::Error>(()));
            if let Err(error) = read {
                assert!(error.to_string().contains("damaged.parquet"), "{error}");
            }
        }
    }
}

/// What only training asks of a table.
#[test]
fn targets() {
    let folder = Folder::with_tables();
    let table = folder.table().first(300);
    for (name, bytes, wanted) in [
        (
            "none.csv",
            table.without(&["TARGET"]).to_csv(),
            ", line 1: the column TARGET is missing; it tells what became of each client: 1 for a default, 0 for none",
        ),
        (
            "good.csv",
            table.clone().with_all("TARGET", "0").to_csv(),
            "TARGET is 0 in all 300 rows; training needs clients of both kinds",
        ),
        (
            "bad.csv",
            table.clone().with_all("TARGET", "1").to_csv(),
            "TARGET is 1 in all 300 rows",
        ),
        (
            "few.csv",
            table.clone().with_all("TARGET", "0").with(9, "TARGET", "1").to_csv(),
            "TARGET is 1 in 1 and 0 in 299 rows; training needs at least 20 of each",
        ),
        (
            "empty.csv",
            table.clone().with(4, "TARGET", "").to_csv(),
            ", line 6: TARGET is empty; for training, every row needs 1 for a default or 0 for none",
        ),
        (
            "two.csv",
            table.clone().with(4, "TARGET", "2").to_csv(),
            ", line 6: TARGET: '2' is neither '1' (yes) nor '0' (no)",
        ),
        (
            "word.csv",
            table.clone().with(4, "TARGET", "bad").to_csv(),
            ", line 6: TARGET: 'bad' is neither '1' (yes) nor '0' (no)",
        ),
        (
            "none.jsonl",
            b"{\"AMT_CREDIT\": 4}\n".to_vec(),
            ", line 1: the target is missing; it tells what became of the client",
        ),
        (
            "none.parquet",
            table.without(&["TARGET"]).to_parquet(),
            "none.parquet: the column TARGET is missing",
        ),
        ("noise.csv", table.clone().with_all("EXT_SOURCE_1", "").to_csv(), ""),
    ] {
        folder.write(name, bytes);
        if !wanted.is_empty() {
            folder.refuse(&join(&TRAIN, &["--data", name]), &[name, wanted]);
        }
    }
    folder.refuse(
        &join(&TRAIN, &["--data", "nowhere"]),
        &["cannot read nowhere: No such file"],
    );
    folder.refuse(
        &join(&TRAIN, &["--data", "."]),
        &[". holds no application_train.csv, application_train.csv.gz or application_train.parquet; point --data"],
    );
    folder.write("clients.xlsx", "PK");
    folder.refuse(
        &join(&TRAIN, &["--data", "clients.xlsx"]),
        &["the format of clients.xlsx is not known; use .csv, .csv.gz, .jsonl or .parquet"],
    );
}

/// What stands in the way of results is found before any work is done.
#[test]
fn destinations() {
    let folder = Folder::with_model();
    std::fs::create_dir(folder.path("results.csv")).unwrap();
    folder.write("taken.csv", "mine");
    let to = |command: &'static str, output: &'static str| match command {
        "train" => vec!["train", "--data", "data", "--output", output],
        _ => vec![
            command,
            "--model",
            "model.candor",
            "--input",
            "clients.csv",
            "--output",
            output,
        ],
    };
    for (output, wanted) in [
        (
            "taken.csv",
            "taken.csv exists already; choose another name, or pass --force to replace it",
        ),
        ("nowhere/x.csv", "cannot write nowhere/x.csv: its folder does not exist"),
        (
            "taken.csv/x.csv",
            "cannot write taken.csv/x.csv: its folder does not exist",
        ),
        ("/proc/x.csv", "cannot write /proc/x.csv: "),
        ("/sys/x.csv", "cannot write /sys/x.csv: "),
    ] {
        for command in ["train", "score", "explain"] {
            let message = folder.refuse(&to(command, output), &[wanted]);
            assert!(!message.contains("partial"), "no word of temporary files: {message}");
        }
    }
    for command in ["train", "score", "explain"] {
        folder.refuse(
            &join(&to(command, "results.csv"), &["--force"]),
            &["cannot write results.csv: this is a folder"],
        );
    }
    folder.refuse(
        &to("score", "scores.xlsx"),
        &["the format of scores.xlsx is not known", "say it with --format"],
    );
    folder.refuse(
        &join(&SCORE, &["--input", "clients"]),
        &["the format of clients is not known"],
    );
    folder.refuse(
        &join(&SCORE, &["--input", "data"]),
        &["the format of data is not known"],
    );
    for format in ["csv", "parquet"] {
        let arguments = join(&SCORE, &["--input", "data", "--input-format", format]);
        folder.refuse(&arguments, &["data: this is a folder; name a file in it"]);
    }
    // Training takes minutes: its second output is checked at the start, too.
    let train = [
        "train",
        "--data",
        "data",
        "--cv",
        "2",
        "--output",
        "new.candor",
        "--oof",
    ];
    folder.refuse(&join(&train, &["taken.csv"]), &["taken.csv exists already"]);
    folder.refuse(&join(&train, &["oof.xls"]), &["the format of oof.xls is not known"]);
    folder.refuse(
        &join(&train, &["nowhere/oof.csv"]),
        &["cannot write nowhere/oof.csv: its folder does not exist"],
    );
    folder.refuse(
        &join(&train, &["new.candor"]),
        &["--output and --oof name the same file; choose two"],
    );
    folder.refuse(
        &join(&train, &["-"]),
        &["--oof -: standard output takes the figures; name a file"],
    );
    folder.refuse(
        &to("train", "-"),
        &["--output -: standard output takes the figures; name a file"],
    );
    assert_eq!(folder.read("taken.csv"), b"mine");
    // Told to, they replace.
    folder.succeed(&join(&to("score", "taken.csv"), &["--force"]));
    assert_eq!(Table::parse(&folder.read("taken.csv")).rows.len(), 300);
    // A full disk.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [
        vec!["inspect", "model.candor"],
        vec!["score", "--model", "model.candor", "--input", "clients.csv"],
    ] {
        let output = folder
            .command(&arguments)
            .stdout(full.try_clone().unwrap())
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.starts_with("error: cannot write standard "), "{message}");
        assert!(message.contains("No space left on device"), "{message}");
    }
}

#[test]
fn settings() {
    let folder = Folder::with_tables();
    let train = join(&TRAIN, &["--data", "data", "--set"]);
    for (setting, wanted) in [
        (
            "nonsense",
            "--set nonsense: write NAME=VALUE, as in --set num_leaves=16",
        ),
        (
            "num_leavs=16",
            "--set num_leavs: LightGBM has no parameter of that name; see ",
        ),
        (
            "num_leaves=many",
            "--set num_leaves=many: num_leaves should be a whole number from 2 to 131072",
        ),
        (
            "objective=regression",
            "--set objective: this cannot be set; these can: bagging_fraction, ",
        ),
        ("n_estimators=10", "--set n_estimators: this cannot be set; use --trees"),
    ] {
        folder.refuse(&join(&train, &[setting]), &[wanted]);
    }
    let set = ["--set", "min_child_samples=40", "--set", "max_depth=2"];
    folder.succeed(&join(&join(&TRAIN, &["--data", "data"]), &join(&QUICK, &set)));
    let json = folder.succeed(&["inspect", "--json", "new.candor"]);
    let json: serde_json::Value = serde_json::from_str(json.text()).unwrap();
    assert_eq!(json["card"]["parameters"]["min_data_in_leaf"], "40");
    assert!(json["leaves"].as_u64().unwrap() <= 30 * 4);
}

/// Killed in the middle, a command leaves nothing at its destination, and what was there is still there.
#[test]
fn killed_in_the_middle() {
    let folder = Folder::with_tables();
    folder.write("old.candor", "old");
    for (output, more) in [("new.candor", &[][..]), ("old.candor", &["--force"])] {
        let arguments = [
            "train",
            "--data",
            "data",
            "--trees",
            "100000",
            "--threads",
            "1",
            "--output",
            output,
        ];
        let mut child = folder
            .command(&join(&arguments, more))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(child.try_wait().unwrap().is_none(), "still training");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(!folder.path("new.candor").exists());
    assert_eq!(folder.read("old.candor"), b"old");
    assert!(partial_files(&folder.path(".")).is_empty());
}

/// An error late in a file: what was scored before it is not left behind.
#[test]
fn an_error_far_down() {
    let folder = Folder::with_model();
    let mut table = folder.table();
    for _ in 0..2 {
        let rows = table.rows.clone();
        table.rows.extend(rows);
    }
    let count = table.rows.len();
    assert!(count > 4096, "more than one chunk");
    folder.write("long.csv", table.with(count - 1, "AMT_CREDIT", "x").to_csv());
    let line = format!(", line {}: AMT_CREDIT: 'x'", count + 1);
    for output in ["scores.csv", "scores.csv.gz", "scores.jsonl", "scores.parquet"] {
        let arguments = [
            "score",
            "--model",
            "model.candor",
            "--input",
            "long.csv",
            "--output",
            output,
        ];
        folder.refuse(&arguments, &["long.csv", &line]);
    }
}
