//! `candor train --table`: any flat table becomes a model, or is refused with the column and what to do.

use crate::support::{Folder, Table, gzip, join};

const QUICK: [&str; 5] = ["--trees", "15", "--threads", "1", "--force"];

/// 300 clients; the more debt, the more often bad.
fn clients() -> Table {
    let header = ["client", "income", "debt", "home", "late", "default"].map(str::to_owned);
    let row = |i: usize| {
        let mix = (i * 7919 + 13) % 1000;
        let debt = (i * 389 % 997) as f64 / 1000.0;
        let bad = debt * 1000.0 + (mix as f64) / 2.0 > 900.0;
        vec![
            format!("C-{i:04}"),
            format!("{}.{:02}", 1000 + mix * 3, i % 97),
            format!("{debt:.3}"),
            ["rent", "own", "free, of course"][i % 3].to_owned(),
            (i % 5 / 4).to_string(),
            u8::from(bad).to_string(),
        ]
    };
    Table {
        header: header.to_vec(),
        rows: (0..300).map(row).collect(),
    }
}

/// With the cells of a column changed, row by row.
fn changed(mut table: Table, column: &str, change: impl Fn(usize, &str) -> String) -> Table {
    let position = table.position(column);
    for (row, cells) in table.rows.iter_mut().enumerate() {
        cells[position] = change(row, &cells[position]);
    }
    table
}

/// With a column of its own cells.
fn with_column(table: Table, name: &str, cell: impl Fn(usize) -> String) -> Table {
    changed(table.and(name, ""), name, |row, _| cell(row))
}

fn renamed(mut table: Table, column: &str, name: &str) -> Table {
    let position = table.position(column);
    name.clone_into(&mut table.header[position]);
    table
}

fn separated(table: &Table, separator: u8, end: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(end)
        .from_writer(Vec::new());
    writer.write_record(&table.header).unwrap();
    for row in &table.rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Every oddity: the table trains, says what it should, and the model scores and explains the same file.
/// A file's name and bytes, the options it is trained with, and what the output must say.
type Case = (&'static str, Vec<u8>, &'static [&'static str], &'static [&'static str]);

#[test]
fn odd_tables_become_models() {
    let folder = Folder::empty();
    let plain = clients();
    let words = |bad: &'static str, good: &'static str| {
        changed(clients(), "default", move |_, cell| {
            if cell == "1" { bad } else { good }.to_owned()
        })
    };
    let commas = |table: Table, column: &str| changed(table, column, |_, cell| cell.replace('.', ","));
    let both = commas(commas(clients(), "income"), "debt");
    let bom = |bytes: Vec<u8>| [&b"\xef\xbb\xbf"[..], &bytes].concat();
    let cases: Vec<Case> = vec![
        (
            "plain.csv",
            plain.to_csv(),
            &[],
            &[
                "Inputs: 4 fields",
                "Left out: client: it is different in most rows (such as 'C-0000')",
            ],
        ),
        (
            "packed.csv.gz",
            gzip(&plain.to_csv()),
            &["--id", "client"],
            &["Inputs: 4 fields"],
        ),
        (
            "columns.parquet",
            plain.to_parquet(),
            &["--id", "client"],
            &["Inputs: 4 fields"],
        ),
        (
            "semicolons.csv",
            separated(&both, b';', csv::Terminator::CRLF),
            &[],
            &["Read as CSV with cells separated by semicolons, decimal comma"],
        ),
        (
            "tabs.csv",
            separated(&both, b'\t', csv::Terminator::CRLF),
            &[],
            &["tabs, decimal comma", "Inputs: 4 fields"],
        ),
        (
            "told.csv",
            separated(&both, b'|', csv::Terminator::CRLF),
            &["--separator", "bar", "--decimal", "comma"],
            &["vertical bars, decimal comma"],
        ),
        (
            "bom.csv",
            bom(separated(
                &renamed(plain.clone(), "client", "a \"b\""),
                b',',
                csv::Terminator::CRLF,
            )),
            &["--id", "a \"b\""],
            &["Inputs: 4 fields"],
        ),
        (
            "names.csv",
            renamed(
                renamed(plain.clone(), "income", "Revenu mensuel (€)"),
                "home",
                "住居 'x'",
            )
            .to_csv(),
            &[],
            &["Inputs: 4 fields"],
        ),
        (
            "unnamed.csv",
            renamed(plain.clone(), "client", "").to_csv(),
            &[],
            &["Left out: (no name): it has no name"],
        ),
        (
            "unnamed-id.csv",
            renamed(plain.clone(), "client", "").to_csv(),
            &["--id", ""],
            &["Inputs: 4 fields"],
        ),
        (
            "twice.csv",
            with_column(plain.clone(), "late", |row| row.to_string()).to_csv(),
            &[],
            &["Left out: late: the columns 5 and 7 have this name", "Inputs: 3 fields"],
        ),
        (
            "yes.csv",
            words("yes", "no").to_csv(),
            &[],
            &["In default, 'yes' is a default and 'no' is none."],
        ),
        (
            "true.csv",
            words("TRUE", "FALSE").to_csv(),
            &[],
            &["'TRUE' is a default"],
        ),
        ("float.csv", words("1.0", "0.0").to_csv(), &[], &["Inputs: 4 fields"]),
        (
            "words.csv",
            words("Charged Off", "Current").to_csv(),
            &["--bad", "Charged Off"],
            &["'Charged Off' is a default and 'Current' is none"],
        ),
        (
            "one-two.csv",
            words("2", "1").to_csv(),
            &["--bad", "2"],
            &["'2' is a default and '1' is none"],
        ),
        (
            "constant.csv",
            with_column(plain.clone(), "country", |_| "FR".into()).to_csv(),
            &[],
            &["Left out: country: it is 'FR' in every row"],
        ),
        (
            "empty.csv",
            with_column(plain.clone(), "notes", |_| "NA".into()).to_csv(),
            &[],
            &["Left out: notes: nothing is written in any row"],
        ),
        (
            "dates.csv",
            with_column(plain.clone(), "since", |row| format!("20{:02}-01-05", row % 20)).to_csv(),
            &[],
            &["Left out: since: it holds dates (such as '2000-01-05')"],
        ),
        (
            "counter.csv",
            with_column(plain.clone(), "n", |row| (row + 5).to_string()).to_csv(),
            &[],
            &["Left out: n: it is a different whole number in every row"],
        ),
        (
            "text.csv",
            with_column(plain.clone(), "note", |row| format!("said\n \"{row}\", twice")).to_csv(),
            &[],
            &["Left out: note: it is different in most rows (such as 'said \"0\", twice')"],
        ),
        (
            "levels.csv",
            with_column(plain.clone(), "town", |row| {
                if row % 3 == 0 {
                    format!("town {row}")
                } else {
                    "city".into()
                }
            })
            .to_csv(),
            &[],
            &[
                "In town, 1 levels are told apart; the rarer ones (100 rows) are read as missing",
                "Inputs: 5 fields",
            ],
        ),
        (
            "mixed.csv",
            with_column(plain.clone(), "size", |row| {
                if row == 9 {
                    "big".into()
                } else {
                    (row * 31 % 211).to_string()
                }
            })
            .to_csv(),
            &[],
            &["Left out: size: it holds numbers and, in 1 rows, texts (such as 'big' in line 11)"],
        ),
        (
            "missing.csv",
            changed(plain.clone(), "income", |row, cell| {
                ["?", "NaN", "null", "", "unknown", cell][row % 6].to_owned()
            })
            .to_csv(),
            &[],
            &["In income, ?, NaN, null, unknown is read as missing."],
        ),
        (
            "sentinel.csv",
            changed(plain.clone(), "debt", |row, cell| {
                if row % 7 == 0 { "-999".into() } else { cell.to_owned() }
            })
            .to_csv(),
            &[],
            &["In debt, -999 is read as missing."],
        ),
        (
            "signs.csv",
            changed(plain.clone(), "income", |_, cell| {
                format!("${},{}", &cell[..1], &cell[1..])
            })
            .to_csv(),
            &[],
            &["Inputs: 4 fields"],
        ),
        (
            "percent.csv",
            changed(plain.clone(), "debt", |_, cell| format!("{cell}%")).to_csv(),
            &[],
            &["Inputs: 4 fields"],
        ),
        (
            "protected.csv",
            with_column(plain.clone(), "gender", |row| ["m", "f"][row % 2].to_owned()).to_csv(),
            &[],
            &[
                "Not an input: gender: Gender is a protected attribute. Pass --keep 'gender'",
                "Inputs: 4 fields",
            ],
        ),
        (
            "kept.csv",
            with_column(plain.clone(), "gender", |row| ["m", "f"][row % 2].to_owned()).to_csv(),
            &["--keep", "gender"],
            &["Inputs: 5 fields", "Not inputs: none"],
        ),
        (
            "flagged.csv",
            with_column(plain.clone(), "Age", |row| (20 + row % 40).to_string()).to_csv(),
            &[],
            &[
                "Check: Age is an input: Age is a protected attribute.",
                "Inputs: 5 fields",
            ],
        ),
        (
            "dropped.csv",
            plain.to_csv(),
            &["--drop", "home"],
            &["Left out: home: --drop says so", "Inputs: 3 fields"],
        ),
        (
            "leak.csv",
            changed(
                with_column(plain.clone(), "arrears", |_| String::new()),
                "arrears",
                |row, _| (plain.rows[row][5].parse::<usize>().unwrap() * (row + 7)).to_string(),
            )
            .to_csv(),
            &[],
            &["Warning: arrears alone tells who defaulted (AUC 1.0000)"],
        ),
        (
            "clients.csv",
            changed(plain.clone(), "client", |row, _| format!("C-{}", row / 3)).to_csv(),
            &["--id", "client", "--cv", "3", "--oof", "oof.csv"],
            &["300 rows are of 100 clients", "out-of-fold"],
        ),
    ];
    for (name, bytes, arguments, wanted) in cases {
        folder.write(name, bytes);
        let train = ["train", "--table", name, "--target", "default", "--output", "m.candor"];
        let ended = folder.succeed(&[&train[..], arguments, &QUICK].concat());
        let text = ended.text();
        for part in wanted {
            assert!(text.contains(part), "{name}: no '{part}' in\n{text}");
        }
        let notation: Vec<&str> = if name == "told.csv" { arguments.to_vec() } else { vec![] };
        let score = join(&["score", "--model", "m.candor", "--input", name], &notation);
        let scores = Table::parse(&folder.succeed(&score).stdout);
        assert_eq!(scores.rows.len(), 300, "{name}");
        let probabilities = scores.numbers("probability");
        assert!(
            probabilities
                .iter()
                .any(|p| *p > probabilities[0] + 0.05 || *p < probabilities[0] - 0.05),
            "{name}"
        );
        let explain = join(&["explain", "--model", "m.candor", "--input", name], &notation);
        folder.succeed(&explain);
    }
    // Rows of a client are in one fold.
    let oof = Table::read(&folder.path("oof.csv"));
    let folds = oof.column("fold");
    assert!(
        folds.chunks(3).all(|fold| fold[0] == fold[1] && fold[1] == fold[2]),
        "{folds:?}"
    );
}

/// The notation changes nothing in what is read: the models are the same but for the names of their files.
#[test]
fn notations_give_the_same_model() {
    let folder = Folder::empty();
    let plain = clients();
    let both = ["income", "debt"].iter().fold(plain.clone(), |table, column| {
        changed(table, column, |_, cell| cell.replace('.', ","))
    });
    folder.write("a.csv", plain.to_csv());
    folder.write("b.csv", separated(&both, b';', csv::Terminator::CRLF));
    let scores = ["a.csv", "b.csv"].map(|name| {
        let train = ["train", "--table", name, "--target", "default", "--output", "m.candor"];
        folder.succeed(&join(&train, &QUICK));
        folder
            .succeed(&["score", "--model", "m.candor", "--input", name])
            .stdout
    });
    assert_eq!(scores[0], scores[1]);
}

/// What was found can be saved, edited and used again; and a level that training has not seen is missing.
#[test]
fn definitions_are_saved_and_used_again() {
    let folder = Folder::empty();
    let table = with_column(clients(), "gender", |row| ["m", "f"][row % 2].to_owned());
    folder.write("t.csv", table.to_csv());
    let train = ["train", "--table", "t.csv", "--id", "client", "--target", "default"];
    folder.succeed(&[&train[..], &["--save-definition", "t.toml"], &QUICK].concat());
    let again = [
        "train",
        "--table",
        "t.csv",
        "--features",
        "t.toml",
        "--output",
        "again.candor",
        "--name",
        "t",
    ];
    let text = folder.succeed(&join(&again, &QUICK)).text().to_owned();
    assert!(text.contains("Not an input: gender"), "{text}");
    let scores = |model: &str, input: &str| folder.succeed(&["score", "--model", model, "--input", input]).stdout;
    assert_eq!(scores("t.candor", "t.csv"), scores("again.candor", "t.csv"));
    let kept = folder
        .succeed(&[&again[..], &["--keep", "gender"], &QUICK].concat())
        .text()
        .to_owned();
    assert!(kept.contains("Inputs: 5 fields"), "{kept}");

    folder.write("new.csv", table.clone().with(0, "home", "a boat").to_csv());
    folder.write("none.csv", table.with(0, "home", "").to_csv());
    assert_eq!(scores("t.candor", "new.csv"), scores("t.candor", "none.csv"));

    let text = String::from_utf8(folder.read("t.toml")).unwrap();
    folder.write(
        "t.toml",
        text.replace("label = { en = \"Income\"", "label = { en = \"Monthly income\""),
    );
    folder.succeed(&join(&again, &QUICK));
    let shown = folder.succeed(&["inspect", "again.candor"]).text().to_owned();
    assert!(shown.contains("Monthly income"), "{shown}");
    folder.succeed(&["inspect", "again.candor", "--json"]);
}

/// What cannot be trained on is refused in one line, and nothing is written.
#[test]
fn wrong_tables_and_columns_are_refused() {
    let folder = Folder::empty();
    let plain = clients();
    let target = |cell: &'static str| changed(clients(), "default", move |_, _| cell.to_owned()).to_csv();
    let few = Table {
        header: plain.header.clone(),
        rows: plain.rows.iter().take(12).cloned().collect(),
    };
    for (name, bytes) in [
        ("plain.csv", plain.to_csv()),
        ("one.csv", target("1")),
        ("none.csv", target("")),
        (
            "three.csv",
            changed(clients(), "default", |row, _| (row % 3).to_string()).to_csv(),
        ),
        (
            "words.csv",
            changed(clients(), "default", |row, _| ["gut", "schlecht"][row % 2].into()).to_csv(),
        ),
        ("gap.csv", plain.clone().with(4, "default", "").to_csv()),
        ("few.csv", few.to_csv()),
        ("part.csv", plain.first(100).to_csv()),
        ("twice.csv", with_column(clients(), "default", |_| "1".into()).to_csv()),
        ("ids.csv", plain.without(&["income", "debt", "home", "late"]).to_csv()),
        ("header.csv", b"a,default\n".to_vec()),
        ("short.csv", b"a,default\n1,0\n1\n".to_vec()),
        ("blank.csv", Vec::new()),
        ("rows.jsonl", b"{\"default\": 1}\n".to_vec()),
    ] {
        folder.write(name, bytes);
    }
    for (name, arguments, wanted) in [
        (
            "plain.csv",
            &["--target", "TARGET"][..],
            &["--target TARGET: the table has no such column; its columns are client, income, debt"][..],
        ),
        (
            "plain.csv",
            &["--target", "default", "--id", "key"],
            &["--id key: the table has no such column"],
        ),
        (
            "plain.csv",
            &["--target", "default", "--keep", "x"],
            &["--keep x: the table has no such column"],
        ),
        (
            "plain.csv",
            &["--target", "default", "--drop", "default"],
            &["--drop default: this is the target or the id"],
        ),
        (
            "plain.csv",
            &["--target", "default", "--id", "default"],
            &["--target and --id both name"],
        ),
        (
            "plain.csv",
            &["--target", "income"],
            &["income has 300 values", "the target needs two"],
        ),
        (
            "plain.csv",
            &["--target", "default", "--bad", "5"],
            &["--bad 5: default is either '0', '1'; name one of these"],
        ),
        ("plain.csv", &[], &["--table needs --target COLUMN"]),
        (
            "part.csv",
            &["--target", "default", "--cv", "90"],
            &["--cv 90: only", "use at most as many folds"],
        ),
        (
            "plain.csv",
            &["--target", "default", "--save-definition", "m.candor"],
            &["--output and --save-definition name the same file"],
        ),
        (
            "one.csv",
            &["--target", "default"],
            &["default is '1' in all 300 rows; training needs clients of both kinds"],
        ),
        ("none.csv", &["--target", "default"], &["default is empty in every row"]),
        (
            "three.csv",
            &["--target", "default"],
            &["default has 3 values ('0', '1', '2')"],
        ),
        (
            "words.csv",
            &["--target", "default"],
            &["default is either 'gut', 'schlecht'; say which of them is a default, as in --bad schlecht"],
        ),
        (
            "gap.csv",
            &["--target", "default"],
            &["gap.csv, line 6: default is empty; for training, every row needs 1"],
        ),
        (
            "few.csv",
            &["--target", "default", "--cv", "20"],
            &["few.csv: default is 1 in", "at least 20 of each"],
        ),
        (
            "twice.csv",
            &["--target", "default"],
            &["--target default: the columns 6 and 7 have this name"],
        ),
        (
            "ids.csv",
            &["--target", "default"],
            &["no column can be an input (client: it is different in most rows"],
        ),
        ("header.csv", &["--target", "default"], &["the table has no rows"]),
        (
            "short.csv",
            &["--target", "default"],
            &["line 3: the row has 1 cells and the header 2"],
        ),
        ("blank.csv", &["--target", "default"], &["the file is empty"]),
        (
            "rows.jsonl",
            &["--target", "default"],
            &["a flat table is read from .csv, .csv.gz or .parquet"],
        ),
        ("absent.csv", &["--target", "default"], &["cannot read absent.csv"]),
        ("-", &["--target", "default"], &["the table is read twice"]),
    ] {
        let train = ["train", "--table", name, "--output", "m.candor"];
        folder.refuse(&join(&train, arguments), wanted);
    }
}
