//! The tables as a whole: reproducible, joined, in time order, and with the shares of the real ones.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::{Options, SynthError, Tables, columns, write_tables};

fn options(directory: &Path, clients: u64) -> Options {
    Options {
        directory: directory.to_path_buf(),
        clients,
        seed: 20_261_120,
        compress: false,
    }
}

/// The seven tables of a run as text, in the order of [`Tables::NAMES`].
fn generate(clients: u64, seed: u64) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        seed,
        ..options(directory.path(), clients)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    summary
        .tables
        .iter()
        .map(|table| fs::read_to_string(&table.file).unwrap())
        .collect()
}

/// A table read back, by column.
struct Read {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Read {
    fn new(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    fn column<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let at = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(move |row| &row[at])
    }

    fn share(&self, name: &str, test: impl Fn(&str) -> bool) -> f64 {
        self.column(name).filter(|value| test(value)).count() as f64 / self.rows.len() as f64
    }

    fn numbers(&self, name: &str) -> impl Iterator<Item = f64> {
        self.column(name)
            .filter(|value| !value.is_empty())
            .map(|value| value.parse().unwrap())
    }

    fn keys(&self, name: &str) -> HashSet<&str> {
        self.column(name).collect()
    }
}

/// 3,000 clients, generated once for the tests that only look.
fn sample() -> &'static [Read] {
    static SAMPLE: OnceLock<Vec<Read>> = OnceLock::new();
    SAMPLE.get_or_init(|| generate(3_000, 5).iter().map(|text| Read::new(text)).collect())
}

fn close(what: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "{what}: {got:.4}, wanted {wanted} ± {tolerance}"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = generate(40, 1);
    assert_eq!(first, generate(40, 1));
    assert_ne!(first[0], generate(40, 2)[0]);
}

#[test]
fn a_longer_run_starts_with_the_shorter() {
    for (short, long) in generate(50, 9).iter().zip(generate(100, 9)) {
        assert!(long.starts_with(short.as_str()));
        assert!(long.len() > short.len());
    }
}

#[test]
fn compressed_tables_hold_the_same_text() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        compress: true,
        seed: 3,
        ..options(directory.path(), 20)
    };
    let summary = write_tables(&options, &mut |_| {}).unwrap();
    for (table, plain) in summary.tables.iter().zip(generate(20, 3)) {
        assert_eq!(table.file, directory.path().join(format!("{}.csv.gz", table.name)));
        let mut text = String::new();
        let file = fs::File::open(&table.file).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
        assert_eq!(text, plain);
    }
}

#[test]
fn headers_are_those_of_the_real_tables() {
    let wanted = include_str!("columns.txt");
    let listed: Vec<(&str, Vec<&str>)> = wanted
        .lines()
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, columns)| (name, columns.split(',').collect()))
        .collect();
    assert_eq!(listed.len(), 7);
    assert_eq!(columns::APPLICATION_TRAIN.len(), 122);
    for (((name, columns), table), written) in listed.iter().zip(sample()).zip(Tables::NAMES) {
        assert_eq!(*name, written);
        assert_eq!(columns, &table.header);
    }
}

#[test]
fn keys_are_unique_and_foreign_keys_resolve() {
    let [application, bureau, months, previous, pos, instalments, cards] = sample() else {
        panic!()
    };
    let clients = application.keys("SK_ID_CURR");
    let credits = bureau.keys("SK_ID_BUREAU");
    let loans = previous.keys("SK_ID_PREV");
    assert_eq!(clients.len(), application.rows.len());
    assert_eq!(credits.len(), bureau.rows.len());
    assert_eq!(loans.len(), previous.rows.len());
    for table in [bureau, previous, pos, instalments, cards] {
        assert!(table.keys("SK_ID_CURR").is_subset(&clients));
    }
    assert!(months.keys("SK_ID_BUREAU").is_subset(&credits));
    let owner: std::collections::HashMap<&str, &str> = previous
        .column("SK_ID_PREV")
        .zip(previous.column("SK_ID_CURR"))
        .collect();
    for table in [pos, instalments, cards] {
        for (loan, client) in table.column("SK_ID_PREV").zip(table.column("SK_ID_CURR")) {
            assert_eq!(owner.get(loan), Some(&client));
        }
    }
}

#[test]
fn nothing_is_dated_after_the_application() {
    let [application, bureau, months, previous, pos, instalments, cards] = sample() else {
        panic!()
    };
    let past = |table: &Read, column: &str, latest: f64| {
        for value in table.numbers(column) {
            assert!(value <= latest || value == 365_243.0, "{column}: {value}");
        }
    };
    for column in [
        "DAYS_BIRTH",
        "DAYS_EMPLOYED",
        "DAYS_REGISTRATION",
        "DAYS_ID_PUBLISH",
        "DAYS_LAST_PHONE_CHANGE",
    ] {
        past(application, column, 0.0);
    }
    for column in ["DAYS_CREDIT", "DAYS_CREDIT_UPDATE", "DAYS_ENDDATE_FACT"] {
        past(bureau, column, 0.0);
    }
    for column in [
        "DAYS_DECISION",
        "DAYS_FIRST_DRAWING",
        "DAYS_FIRST_DUE",
        "DAYS_LAST_DUE",
        "DAYS_TERMINATION",
    ] {
        past(previous, column, -1.0);
    }
    past(months, "MONTHS_BALANCE", 0.0);
    past(pos, "MONTHS_BALANCE", -1.0);
    past(cards, "MONTHS_BALANCE", -1.0);
    past(instalments, "DAYS_INSTALMENT", -1.0);
    past(instalments, "DAYS_ENTRY_PAYMENT", -1.0);
    let decided: std::collections::HashMap<&str, f64> = previous
        .column("SK_ID_PREV")
        .zip(previous.numbers("DAYS_DECISION"))
        .collect();
    for (loan, paid) in instalments
        .column("SK_ID_PREV")
        .zip(instalments.column("DAYS_ENTRY_PAYMENT"))
    {
        assert!(paid.is_empty() || paid.parse::<f64>().unwrap() >= decided[loan]);
    }
    for (from, to) in bureau.numbers("DAYS_CREDIT").zip(bureau.column("DAYS_ENDDATE_FACT")) {
        assert!(to.is_empty() || from <= to.parse().unwrap());
    }
    for (from, to) in bureau.numbers("DAYS_CREDIT").zip(bureau.numbers("DAYS_CREDIT_UPDATE")) {
        assert!(from <= to);
    }
}

#[test]
fn eight_in_a_hundred_fail() {
    let tables = generate(20_000, 7);
    let bad = Read::new(&tables[0]).share("TARGET", |value| value == "1");
    close("bad rate", bad, 0.08, 0.005);
}

#[test]
fn gaps_sentinels_and_levels_have_their_shares() {
    let [application, bureau, _, previous, ..] = sample() else {
        panic!()
    };
    let missing = |table: &Read, column, wanted| close(column, table.share(column, str::is_empty), wanted, 0.03);
    missing(application, "EXT_SOURCE_1", 0.566);
    missing(application, "EXT_SOURCE_2", 0.002);
    missing(application, "EXT_SOURCE_3", 0.199);
    missing(application, "OCCUPATION_TYPE", 0.3115);
    missing(application, "OWN_CAR_AGE", 0.659);
    missing(application, "APARTMENTS_AVG", 0.508);
    missing(application, "COMMONAREA_MEDI", 0.698);
    missing(application, "AMT_REQ_CREDIT_BUREAU_YEAR", 0.135);
    missing(bureau, "AMT_CREDIT_MAX_OVERDUE", 0.674);
    missing(bureau, "DAYS_CREDIT_ENDDATE", 0.063);
    missing(previous, "AMT_ANNUITY", 0.2425);
    missing(previous, "DAYS_FIRST_DUE", 0.42);
    let share = |table: &Read, column, level: &str, wanted| {
        close(level, table.share(column, |value| value == level), wanted, 0.03);
    };
    share(application, "DAYS_EMPLOYED", "365243", 0.179);
    share(application, "CODE_GENDER", "F", 0.658);
    share(application, "NAME_CONTRACT_TYPE", "Revolving loans", 0.095);
    share(application, "NAME_FAMILY_STATUS", "Married", 0.639);
    share(bureau, "CREDIT_ACTIVE", "Closed", 0.6325);
    share(previous, "NAME_CONTRACT_STATUS", "Refused", 0.172);
    share(previous, "DAYS_FIRST_DRAWING", "365243.0", 0.543);
}

#[test]
fn fields_agree_with_each_other() {
    let application = &sample()[0];
    for (days, organization) in application
        .column("DAYS_EMPLOYED")
        .zip(application.column("ORGANIZATION_TYPE"))
    {
        assert_eq!(days == "365243", organization == "XNA");
    }
    for (car, age) in application
        .column("FLAG_OWN_CAR")
        .zip(application.column("OWN_CAR_AGE"))
    {
        assert_eq!(car == "N", age.is_empty());
    }
    for (children, family) in application
        .numbers("CNT_CHILDREN")
        .zip(application.numbers("CNT_FAM_MEMBERS"))
    {
        assert!(children < family && family <= children + 2.0);
    }
    for (age, job) in application
        .numbers("DAYS_BIRTH")
        .zip(application.numbers("DAYS_EMPLOYED"))
    {
        assert!(job == 365_243.0 || job > age + 15.0 * 365.0);
    }
}

#[test]
fn refuses_to_overwrite_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let listing = || {
        let mut names: Vec<_> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    for (name, partial) in [
        ("bureau.csv", false),
        ("POS_CASH_balance.parquet", false),
        ("bureau.csv.partial", true),
    ] {
        let path = directory.path().join(name);
        fs::write(&path, "mine").unwrap();
        let error = write_tables(&options(directory.path(), 5), &mut |_| {}).unwrap_err();
        match (partial, &error) {
            (false, SynthError::TableExists { path: at }) | (true, SynthError::PartialExists { path: at }) => {
                assert_eq!(*at, path);
            }
            _ => panic!("{error}"),
        }
        assert_eq!(listing(), [name]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::remove_file(path).unwrap();
    }
    write_tables(&options(directory.path(), 5), &mut |_| {}).unwrap();
    assert_eq!(listing().len(), 7);
}

#[test]
fn a_table_that_turns_up_meanwhile_is_kept_and_the_run_undone() {
    let directory = tempfile::tempdir().unwrap();
    let late = directory.path().join("previous_application.csv");
    let mut progress = |_| fs::write(&late, "mine").unwrap();
    let error = write_tables(&options(directory.path(), 300), &mut progress).unwrap_err();
    assert!(matches!(error, SynthError::TableExists { .. }));
    assert_eq!(fs::read_to_string(&late).unwrap(), "mine");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn numbers_of_clients_out_of_range_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let run = |clients| write_tables(&options(directory.path(), clients), &mut |_| {});
    assert!(matches!(run(0), Err(SynthError::NoClients)));
    assert!(matches!(run(u64::MAX), Err(SynthError::TooManyClients { .. })));
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    assert!(matches!(
        write_tables(&options(&blocked, 1), &mut |_| {}),
        Err(SynthError::Directory { .. })
    ));
}

#[test]
fn progress_is_told_now_and_then_and_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    write_tables(&options(directory.path(), 600), &mut |done| told.push(done)).unwrap();
    assert_eq!(told, [256, 512, 600]);
}
